/** The entries of a prompt: which texts the model is told, in which order, and which are off. */
import { button, fill, h, iconButton, uniqueId } from "../core/dom.js";
import { shorten } from "../core/format.js";
import { confirmDialog, showDialog } from "./dialog.js";
import { macroField } from "./macro-field.js";
import { sortableGrip } from "./sortable.js";

const NEEDED = ["main", "chatHistory"];
const OWN_TEXT = ["main", "jailbreak"];
const ROLES = [
  ["system", "System"],
  ["user", "User"],
  ["assistant", "Assistant"],
];

export class PromptEntries {
  /**
   * @param {Object[]} stored The entries of the preset. @param {Object[]} standard Those that every prompt can have.
   * @param {Object<string, boolean>} moved Switches that were moved since.
   */
  constructor(stored, standard, moved) {
    this.standard = new Map(standard.map((entry) => [entry.identifier, entry]));
    const given = stored.length ? stored : standard.map(({ marker: _, content: __, ...entry }) => entry);
    const missing = NEEDED.filter((id) => !given.some((entry) => entry.identifier === id));
    this.entries = [...given, ...missing.map((id) => ({ identifier: id, name: this.standard.get(id).name, enabled: true }))];
    this.entries = this.entries.map((entry) => ({ ...entry, enabled: moved[entry.identifier] ?? entry.enabled !== false }));
    this.isChanged = Object.keys(moved).length > 0;
    this.list = h("ol.preset-entries", { "aria-label": "Entries of the prompt" });
    this.element = h(
      "fieldset.form-group",
      {},
      h("legend", {}, "What the model is told, in this order"),
      this.list,
      h("div.connection-buttons", {}, button("New entry", () => this.add(), { drawing: "plus" }), this.restoreButton()),
    );
    this.draw();
  }

  restoreButton() {
    const missing = () => [...this.standard.values()].filter((one) => !this.entries.some((entry) => entry.identifier === one.identifier));
    return button("Bring back what is missing", () => {
      const back = missing().map(({ identifier, name }) => ({ identifier, name, enabled: true }));
      this.set([...this.entries, ...back]);
    }, { look: "quiet" });
  }

  set(entries) {
    this.entries = entries;
    this.isChanged = true;
    this.draw();
  }

  draw() {
    fill(this.list, this.entries.map((entry) => this.row(entry)));
  }

  row(entry) {
    const standard = this.standard.get(entry.identifier);
    const name = entry.name || standard?.name || entry.identifier;
    const toggle = h("input.switch", { type: "checkbox", role: "switch", checked: entry.enabled, "aria-label": `${name} is told` });
    toggle.disabled = entry.identifier === "chatHistory";
    const row = h("li.lore-row", { class: entry.enabled ? "" : "off", data: { identifier: entry.identifier } });
    toggle.addEventListener("change", () => {
      entry.enabled = toggle.checked;
      row.classList.toggle("off", !toggle.checked);
      this.isChanged = true;
    });
    const detail = shorten(entry.content, 90) || (standard ? usual(standard) : "empty");
    const open = h(
      "button.lore-open",
      { type: "button", onclick: () => this.edit(entry) },
      h("strong", {}, name),
      h("span.faint", {}, Number.isInteger(entry.depth) ? `at depth ${entry.depth} · ${detail}` : detail),
    );
    const drop = !NEEDED.includes(entry.identifier) && iconButton("trash", `Delete ${name}`, () => this.remove(entry, name));
    fill(row, sortableGrip(this.list, row, name, () => this.moved()), toggle, open, drop);
    return row;
  }

  moved() {
    const order = [...this.list.children].map((row) => row.dataset.identifier);
    this.entries.sort((a, b) => order.indexOf(a.identifier) - order.indexOf(b.identifier));
    this.isChanged = true;
  }

  async remove(entry, name) {
    const text = this.standard.has(entry.identifier) ? "It can be brought back." : "Its text is lost when the preset is saved.";
    if (!(await confirmDialog({ title: `Delete ${name}?`, text, action: "Delete", danger: true }))) return;
    this.set(this.entries.filter((one) => one !== entry));
  }

  async add() {
    const fresh = { identifier: crypto.randomUUID?.() ?? uniqueId("entry-own"), name: "", enabled: true, content: "" };
    const answer = await showDialog("A new entry", (finish) => this.form(fresh, finish), { className: "injection-dialog" });
    if (answer) this.set([...this.entries, answer]);
  }

  async edit(entry) {
    const title = entry.name || this.standard.get(entry.identifier)?.name || entry.identifier;
    const answer = await showDialog(title, (finish) => this.form(entry, finish), { className: "injection-dialog" });
    if (answer) this.set(this.entries.map((one) => (one === entry ? answer : one)));
    this.list.querySelector(`[data-identifier="${CSS.escape(entry.identifier)}"] .lore-open`)?.focus();
  }

  form(entry, finish) {
    const standard = this.standard.get(entry.identifier);
    const isPlace = standard?.marker && !OWN_TEXT.includes(entry.identifier);
    const fields = [...(standard ? [] : ownFields(entry)), contentField(entry, standard, isPlace)];
    const submit = (event) => {
      event.preventDefault();
      const changed = { ...entry };
      for (const { read } of fields) Object.assign(changed, read());
      if (!changed.content) delete changed.content;
      if (changed.depth === null) delete changed.depth;
      finish(changed);
    };
    return h(
      "form",
      { onsubmit: submit },
      fields.map(({ element }) => element),
      h(
        "div.dialog-buttons",
        {},
        button("Cancel", () => finish(null)),
        button("Take it", null, { look: "primary", type: "submit" }),
      ),
    );
  }
}

const usual = ({ identifier }) => (OWN_TEXT.includes(identifier) ? "as the system prompt says" : "its place in the prompt");

function ownFields(entry) {
  const [nameId, roleId, depthId] = ["entry-name", "entry-role", "entry-depth"].map(uniqueId);
  const name = h("input.field", { id: nameId, value: entry.name ?? "", required: true, autocomplete: "off", autofocus: true });
  const role = h("select.field", { id: roleId }, ROLES.map(([value, text]) => h("option", { value }, text)));
  role.value = entry.role ?? "system";
  const depth = h("input.field", {
    id: depthId,
    type: "number",
    min: 0,
    step: 1,
    value: entry.depth ?? "",
    placeholder: "in its place in the list",
  });
  return [
    { element: row(nameId, "Name", name), read: () => ({ name: name.value.trim() }) },
    { element: row(roleId, "In the name of", role), read: () => ({ role: role.value }) },
    {
      element: row(depthId, "In the chat, at depth", depth),
      read: () => ({ depth: depth.value === "" ? null : Number(depth.value) }),
    },
  ];
}

function contentField(entry, standard, isPlace) {
  const id = uniqueId("entry-content");
  const field = h("textarea.field", { id, rows: isPlace ? 3 : 7, value: entry.content ?? "", placeholder: standard?.content ?? "" });
  const help = isPlace
    ? "The words around it: {0} is what comes into this place. Empty: as it comes with stcore."
    : standard && "Empty: as the system prompt or the character says.";
  const element = h(
    "div.form-row",
    {},
    h("label.field-label", { for: id }, isPlace ? "Frame" : "Text"),
    macroField(field),
    help && h("p.field-help", {}, help),
  );
  return { element, read: () => ({ content: field.value }) };
}

const row = (id, label, control) => h("div.form-row", {}, h("label.field-label", { for: id }, label), control);
