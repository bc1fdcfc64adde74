/** One entry of a book: its keys and its text, where it goes, and folded away what is seldom needed. */
import { attempt } from "../core/actions.js";
import { button, fill, h, iconButton, uniqueId } from "../core/dom.js";
import { plural } from "../core/format.js";
import { changeEntry } from "../core/lore.js";
import { AT_DEPTH, FOLDS, LOGIC, OUTLET, POSITIONS, ROLES, isSet, titleOf, valueOf } from "./lore-fields.js";
import { macroField } from "./macro-field.js";
import { wordsField } from "./words-field.js";

const SAVE_MS = 400;
const MAYBE = [
  ["", "As the settings say"],
  ["true", "Yes"],
  ["false", "No"],
];

export class EntryEditor {
  /**
   * @param {string} bookId @param {Object} entry
   * @param {{saved: (entry: Object) => void, remove: () => void, back: () => void, suggestions: Object<string, string[]>}} tools
   */
  constructor(bookId, entry, tools) {
    Object.assign(this, { bookId, entry: structuredClone(entry), tools, pending: {} });
    this.told = h("span.reply-told.faint", { role: "status" });
    this.element = h("form.lore-entry", { onsubmit: (event) => event.preventDefault(), "aria-label": titleOf(entry) });
    this.build();
  }

  // -- saving --------------------------------------------------------------------------------------------------------

  get isClean() {
    return Object.keys(this.pending).length === 0 && !this.saving;
  }

  /** Keep a change, a moment after the last one. */
  change(fields) {
    Object.assign(this.entry, fields);
    Object.assign(this.pending, fields);
    this.told.textContent = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => attempt(() => this.flush()), SAVE_MS);
  }

  /** What is kept of a field that lies inside another one. */
  changeField(field, value) {
    if (field.part) this.change({ [field.part]: { ...this.entry[field.part], [field.key]: value } });
    else this.change({ [field.key]: value });
  }

  async flush() {
    clearTimeout(this.timer);
    const fields = this.pending;
    if (!Object.keys(fields).length) return;
    this.pending = {};
    this.saving = true;
    try {
      this.tools.saved(await changeEntry(this.bookId, this.entry.uid, fields));
      this.told.textContent = "Saved";
    } catch (error) {
      this.pending = { ...fields, ...this.pending };
      this.told.textContent = "Not saved";
      throw error;
    } finally {
      this.saving = false;
    }
  }

  /** The entry is gone: nothing of it is kept any more. */
  abandon() {
    clearTimeout(this.timer);
    this.pending = {};
  }

  // -- what stands on the page ---------------------------------------------------------------------------------------

  build() {
    const { entry } = this;
    fill(
      this.element,
      h(
        "div.lore-entry-head",
        {},
        iconButton("left", "Back to the entries", this.tools.back, { class: "lore-back" }),
        this.titleField(),
        this.switchFor(),
      ),
      this.keys(),
      this.content(),
      h("fieldset.form-group", {}, h("legend", {}, "Where it goes"), this.place()),
      FOLDS.map((fold) => this.fold(fold)),
      h(
        "div.form-footer",
        {},
        this.told,
        h("span.faint.lore-number", { title: "What scripts call it" }, `Number ${entry.uid}`),
        button("Delete …", this.tools.remove, { look: "quiet danger-text", drawing: "trash" }),
      ),
    );
  }

  titleField() {
    const { entry } = this;
    return h("input.field.lore-title", {
      value: entry.comment ?? "",
      "aria-label": "Title",
      placeholder: titleOf(entry),
      autocomplete: "off",
      oninput: (event) => this.change({ comment: event.target.value }),
    });
  }

  switchFor() {
    const input = h("input.switch", { type: "checkbox", role: "switch", checked: !this.entry.disable });
    input.addEventListener("change", () => this.change({ disable: !input.checked }));
    return h("label.lore-on", {}, input, "On");
  }

  /** The host switched it elsewhere on the page. */
  showSwitch(disable) {
    this.entry.disable = disable;
    this.element.querySelector(".lore-on input").checked = !disable;
  }

  keys() {
    const { entry } = this;
    const always = h("input", { id: uniqueId("entry"), type: "checkbox", checked: Boolean(entry.constant) });
    const [first, second, logic] = ["key", "second", "logic"].map(uniqueId);
    const words = h(
      "div.lore-keys",
      {},
      row(
        first,
        "Keys",
        wordsField({
          id: first,
          what: "Key",
          values: entry.key ?? [],
          placeholder: "harbour, the old pier, /light(house|ship)/i",
          changed: (key) => this.change({ key }),
        }),
        "When one of these words is in the newest messages the entry joins the prompt.",
      ),
      row(
        second,
        "And further keys",
        wordsField({
          id: second,
          what: "Further key",
          values: entry.keysecondary ?? [],
          placeholder: "none",
          changed: (keysecondary) => {
            this.change({ keysecondary, selective: true });
            logicRow.hidden = !keysecondary.length;
          },
        }),
      ),
    );
    const logicRow = row(
      logic,
      "With further keys it joins when there are",
      this.select(logic, LOGIC.map((text, value) => [value, text]), entry.selectiveLogic ?? 0, (selectiveLogic) =>
        this.change({ selectiveLogic, selective: true }),
      ),
    );
    logicRow.hidden = !entry.keysecondary?.length;
    words.append(logicRow);
    const draw = () => (words.hidden = always.checked);
    always.addEventListener("change", () => {
      this.change({ constant: always.checked });
      draw();
    });
    draw();
    return h(
      "fieldset.form-group",
      {},
      h("legend", {}, "When it joins"),
      h("div.check-line", {}, always, h("label.field-label", { for: always.id }, "Always, without keys")),
      words,
    );
  }

  content() {
    const id = uniqueId("entry");
    const field = h("textarea.field.lore-content", { id, rows: "7", value: this.entry.content ?? "" });
    field.addEventListener("input", () => this.change({ content: field.value }));
    return h("div.form-row", {}, h("label.field-label", { for: id }, "Text"), macroField(field));
  }

  place() {
    const { entry } = this;
    const [position, depth, role, outlet] = ["position", "depth", "role", "outlet"].map(uniqueId);
    const depthRow = row(depth, "Depth", this.number(depth, { key: "depth", min: 0, empty: 4 }), "Messages behind it.");
    const roleRow = row(
      role,
      "In the name of",
      this.select(role, ROLES.map((text, value) => [value, text]), entry.role ?? 0, (value) => this.change({ role: value })),
    );
    const outletRow = row(
      outlet,
      "Outlet",
      this.line(outlet, { key: "outletName" }),
      "{{outlet::NAME}} in any prompt gives the text.",
    );
    const show = (value) => {
      depthRow.hidden = roleRow.hidden = value !== AT_DEPTH;
      outletRow.hidden = value !== OUTLET;
    };
    const select = this.select(position, POSITIONS.map(([text], value) => [value, text]), entry.position ?? 0, (value) => {
      this.change({ position: value });
      show(value);
    });
    show(Number(entry.position ?? 0));
    const [order, chance] = ["order", "chance"].map(uniqueId);
    return h(
      "div.form-columns",
      {},
      row(position, "Place", select),
      depthRow,
      roleRow,
      outletRow,
      row(order, "Order", this.number(order, { key: "order", empty: 100 }), "A higher one stands later, and has room first."),
      row(chance, "Probability in %", this.probability(chance), "How often it joins when it could."),
    );
  }

  probability(id) {
    const value = this.entry.useProbability === false ? 100 : (this.entry.probability ?? 100);
    const input = h("input.field", { id, type: "number", inputmode: "numeric", min: 0, max: 100, value });
    input.addEventListener("input", () => {
      if (input.validity.valid) this.change({ probability: Number(input.value || 100), useProbability: true });
    });
    return input;
  }

  // -- folds ---------------------------------------------------------------------------------------------------------

  fold({ title, fields }) {
    const count = h("span.tag");
    const draw = () => {
      const set = fields.filter((field) => isSet(this.entry, field)).length;
      count.hidden = !set;
      count.textContent = set ? `${plural(set, "thing")} set` : "";
    };
    draw();
    const body = h("div.lore-fold");
    const fold = h("details.form-group", {}, h("summary", {}, title, count), body);
    fold.addEventListener("toggle", () => {
      if (fold.open && !body.childElementCount) fill(body, fields.map((field) => this.field(field)));
    });
    fold.addEventListener("input", draw);
    fold.addEventListener("change", draw);
    fold.addEventListener("words", draw);
    return fold;
  }

  field(field) {
    const id = uniqueId("entry");
    const value = valueOf(this.entry, field);
    switch (field.kind) {
      case "flag": {
        const input = h("input", { id, type: "checkbox", checked: Boolean(value) });
        input.addEventListener("change", () => this.changeField(field, input.checked));
        return h(
          "div.form-row.reply-check",
          {},
          h("div.check-line", {}, input, h("label.field-label", { for: id }, field.label)),
          field.help && h("p.field-help", {}, field.help),
        );
      }
      case "maybe":
        return row(
          id,
          field.label,
          this.select(id, MAYBE, value ?? "", (choice) => this.changeField(field, choice === "" ? null : choice === "true"), String),
          field.help,
        );
      case "number":
        return row(id, field.label, this.number(id, field), field.help);
      case "words":
        return this.words(id, field, value ?? []);
      case "choices":
        return this.choices(field, value ?? []);
      default:
        return row(id, field.label, this.line(id, field), field.help);
    }
  }

  words(id, field, values) {
    const element = wordsField({
      id,
      values,
      what: field.what,
      suggestions: this.tools.suggestions[field.from] ?? [],
      changed: (words) => {
        this.changeField(field, words);
        element.dispatchEvent(new CustomEvent("words", { bubbles: true }));
      },
    });
    return row(id, field.label, element, field.help);
  }

  choices(field, values) {
    const chosen = new Set(values);
    const box = ([value, label]) => {
      const id = uniqueId("entry");
      const input = h("input", { id, type: "checkbox", checked: chosen.has(value) });
      input.addEventListener("change", () => {
        if (input.checked) chosen.add(value);
        else chosen.delete(value);
        this.changeField(field, [...chosen]);
      });
      return h("div.check-line", {}, input, h("label", { for: id }, label));
    };
    return h(
      "div.form-row",
      { role: "group", "aria-label": field.label },
      h("span.field-label", {}, field.label),
      h("p.field-help", {}, field.help),
      field.choices.map(box),
    );
  }

  // -- controls ------------------------------------------------------------------------------------------------------

  select(id, options, value, changed, read = Number) {
    const select = h("select.field", { id }, options.map(([key, text]) => h("option", { value: String(key) }, text)));
    select.value = String(value);
    if (select.selectedIndex < 0) select.selectedIndex = 0;
    select.addEventListener("change", () => changed(read(select.value)));
    return select;
  }

  number(id, field) {
    const { min = null, max = null, empty } = field;
    const input = h("input.field", { id, type: "number", inputmode: "numeric", min, max, step: 1 });
    const given = valueOf(this.entry, field) ?? empty;
    input.value = given === null ? "" : String(Number(given));
    input.addEventListener("input", () => {
      if (!input.validity.valid) return;
      this.changeField(field, input.value === "" ? empty : Number(input.value));
    });
    return input;
  }

  line(id, field) {
    const input = h("input.field", { id, value: valueOf(this.entry, field) ?? "", autocomplete: "off" });
    input.addEventListener("input", () => this.changeField(field, input.value));
    return input;
  }
}

function row(id, label, control, help = "") {
  return h("div.form-row", {}, h("label.field-label", { for: id }, label), control, help && h("p.field-help", {}, help));
}
