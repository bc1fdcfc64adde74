/** Texts that scripts put into the prompts of this chat: to see, to change, to remove. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { button, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { plural, shorten } from "../core/format.js";
import { loadInjections, removeInjection, writeInjections } from "../core/prompting.js";
import { confirmDialog, showDialog } from "./dialog.js";
import { emptyPlace } from "./loading.js";
import { macroField } from "./macro-field.js";

const POSITIONS = [
  ["after", "After the main prompt"],
  ["before", "Before the main prompt"],
  ["chat", "In the chat, at a depth"],
  ["none", "Not in the prompt"],
];
const ROLES = [
  ["system", "System"],
  ["user", "User"],
  ["assistant", "Assistant"],
];
const FRESH = { value: "", position: "after", depth: 4, role: "system", scan: false, filter: null, ephemeral: false };

/** @param {HTMLElement} page @param {Object<string, Object>} all @param {() => any} again */
export function injectionsPage(page, all, again) {
  const ids = Object.keys(all);
  fill(
    page,
    h(
      "div.workbench-content",
      {},
      h("h3.settings-title", {}, "Put in by scripts"),
      h("p.settings-lead", {}, "Texts that ", h("code", {}, "/inject"), " put into the prompts of this chat."),
      ids.length
        ? h("ul.connections", {}, ids.map((id) => card(id, all[id], again)))
        : emptyPlace(icon("braces"), "Nothing is put in", "A script does it with /inject, or you do it here."),
      h(
        "div.connection-buttons",
        {},
        button("Put a text in", () => edit("", FRESH, again), { look: "primary", drawing: "plus" }),
        ids.length > 1 && button("Remove all …", () => removeAll(ids, again), { look: "quiet danger-text", drawing: "trash" }),
      ),
    ),
  );
}

function card(id, one, again) {
  return h(
    "li.connection",
    { data: { injection: id } },
    h(
      "div.connection-head",
      {},
      h("button.reply-open", { type: "button", onclick: () => edit(id, one, again) }, h("strong", {}, id), icon("right")),
      iconButton("trash", `Remove ${id}`, () => remove(id, again)),
    ),
    h("p.faint", {}, facts(one)),
    h("p.injection-text", {}, shorten(one.value, 300)),
    one.filter && h("p.faint", {}, "Only when ", h("code", {}, shorten(one.filter, 80))),
  );
}

function facts({ position, depth, role, scan, ephemeral }) {
  const place = {
    after: "after the main prompt",
    before: "before the main prompt",
    chat: `at depth ${depth}, as ${role}`,
    none: "not in the prompt",
  };
  return [place[position], scan && "world info looks in it", ephemeral && "for one reply"].filter(Boolean).join(" · ");
}

async function remove(id, again) {
  await attempt(() => removeInjection(id));
  announce(`${id} is removed`);
  await again();
}

async function removeAll(ids, again) {
  const sure = await confirmDialog({
    title: "Remove all?",
    text: `${plural(ids.length, "text")} will no longer be told in this chat.`,
    action: "Remove",
    danger: true,
  });
  if (!sure) return;
  await attempt(() => writeInjections({}));
  await again();
}

/** A dialog for one text; kept only with its button. */
async function edit(id, one, again) {
  const answer = await showDialog(id ? `The text ${id}` : "Put a text in", (finish) => form(id, one, finish), {
    className: "injection-dialog",
  });
  if (!answer) return;
  await attempt(async () => {
    const { [id]: _, ...others } = await loadInjections();
    await writeInjections({ ...others, [answer.id]: answer.injection });
  });
  await again();
}

function form(id, one, finish) {
  const names = Object.fromEntries(["id", "value", "position", "depth", "role", "scan", "ephemeral"].map((key) => [key, uniqueId(key)]));
  const name = h("input.field", { id: names.id, value: id, required: true, maxlength: "200", autocomplete: "off", autofocus: !id });
  const value = h("textarea.field", { id: names.value, rows: "5", value: one.value, required: true });
  const position = choice(names.position, POSITIONS, one.position);
  const depth = h("input.field", { id: names.depth, type: "number", min: 0, max: 10000, step: 1, required: true, value: one.depth });
  const role = choice(names.role, ROLES, one.role);
  const scan = h("input", { id: names.scan, type: "checkbox", checked: one.scan });
  const ephemeral = h("input", { id: names.ephemeral, type: "checkbox", checked: one.ephemeral });
  const columns = h(
    "div.form-columns",
    {},
    row(names.depth, "Depth", depth),
    row(names.role, "In the name of", role),
  );
  const show = () => (columns.hidden = position.value !== "chat");
  position.addEventListener("change", show);
  show();
  const submit = (event) => {
    event.preventDefault();
    const injection = {
      ...one,
      ...{ value: value.value, position: position.value, depth: Number(depth.value), role: role.value },
      ...{ scan: scan.checked, ephemeral: ephemeral.checked },
    };
    finish({ id: name.value.trim(), injection });
  };
  return h(
    "form",
    { onsubmit: submit },
    row(names.id, "Name", name),
    h("div.form-row", {}, h("label.field-label", { for: names.value }, "Text"), macroField(value)),
    row(names.position, "Place", position),
    columns,
    check(scan, "World info looks for keys in it"),
    check(ephemeral, "Only for the next reply"),
    h(
      "div.dialog-buttons",
      {},
      button("Cancel", () => finish(null)),
      button("Keep it", null, { look: "primary", type: "submit" }),
    ),
  );
}

function choice(id, options, value) {
  const select = h("select.field", { id }, options.map(([key, text]) => h("option", { value: key }, text)));
  select.value = value;
  return select;
}

const row = (id, label, control) => h("div.form-row", {}, h("label.field-label", { for: id }, label), control);
const check = (input, label) => h("div.check-line", {}, input, h("label.field-label", { for: input.id }, label));
