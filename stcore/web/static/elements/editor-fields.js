/** Fields of the editors of people: each tells its change at once and can be set again from outside. */
import { button, fill, h, iconButton, uniqueId } from "../core/dom.js";
import { macroField } from "./macro-field.js";

/**
 * @typedef {Object} Values
 * @property {Object<string, any>} known What the host has, with what is typed over it.
 * @property {(fields: Object<string, any>) => void} change
 */
export class Fields {
  /** @param {Values} values @param {() => string|null} chatId The chat that previews of macros look at. */
  constructor(values, chatId) {
    Object.assign(this, { values, chatId, setters: new Map() });
  }

  /** Show what `known` has now, except where a person is typing. */
  refresh() {
    for (const [name, set] of this.setters) set(this.values.known[name]);
  }

  /** A text with macros. @param {{help?: string, rows?: number, place?: string}} [how] */
  text(name, label, { help = "", rows = 4, place = "message" } = {}) {
    const id = uniqueId("field");
    const field = h("textarea.field", { id, vars: { "--rows": rows }, value: this.values.known[name] ?? "" });
    const wrapped = macroField(field, { place, chatId: this.chatId });
    this.bind(name, field, () => wrapped.assist.reread());
    return h(
      "div.form-row",
      {},
      h("label.field-label", { for: id }, label),
      help && h("p.field-help.before", {}, help),
      wrapped,
    );
  }

  /** One line of plain text; while a required one is empty, what was there before counts. */
  line(name, label, { help = "", ...props } = {}) {
    const id = uniqueId("field");
    const field = h("input.field", { id, value: this.values.known[name] ?? "", autocomplete: "off", ...props });
    this.bind(name, field, null, () => (props.required && !field.value.trim() ? undefined : field.value));
    return this.row(id, label, field, help);
  }

  number(name, label, { help = "", ...props } = {}) {
    const id = uniqueId("field");
    const field = h("input.field", {
      id,
      type: "number",
      inputmode: "numeric",
      value: this.values.known[name] ?? "",
      ...props,
    });
    this.bind(name, field, null, () =>
      field.value === "" || !field.checkValidity() ? undefined : Number(field.value),
    );
    return this.row(id, label, field, help);
  }

  /** @param {[any, string][]} choices Values and what they are called. */
  choice(name, label, choices, { help = "" } = {}) {
    const id = uniqueId("field");
    const field = h(
      "select.field",
      { id },
      choices.map(([value, text]) => h("option", { value: String(value) }, text)),
    );
    field.value = String(this.values.known[name] ?? "");
    this.bind(name, field, null, () => choices.find(([value]) => String(value) === field.value)?.[0]);
    return this.row(id, label, field, help);
  }

  box(name, label, { help = "" } = {}) {
    const id = uniqueId("field");
    const field = h("input", { id, type: "checkbox", checked: Boolean(this.values.known[name]) });
    field.addEventListener("change", () => this.values.change({ [name]: field.checked }));
    this.setters.set(name, (value) => (field.checked = Boolean(value)));
    return h(
      "div.form-row",
      {},
      h("div.check-line", {}, field, h("label.field-label", { for: id }, label)),
      help && h("p.field-help", {}, help),
    );
  }

  /** A number from `min` to `max`, by a slider whose value is told in words. */
  slider(name, label, { help = "", words, ...limits }) {
    const id = uniqueId("field");
    const field = h("input", { id, type: "range", ...limits, value: this.values.known[name] });
    const told = h("output.slider-told", { for: id }, words(Number(field.value)));
    field.addEventListener("input", () => {
      told.textContent = words(Number(field.value));
      field.setAttribute("aria-valuetext", told.textContent);
    });
    this.bind(name, field, null, () => Number(field.value));
    return this.row(id, label, h("div.slider", {}, field, told), help);
  }

  row(id, label, control, help) {
    return h(
      "div.form-row",
      {},
      h("label.field-label", { for: id }, label),
      control,
      help && h("p.field-help", {}, help),
    );
  }

  /** @param {() => any} [read] The value of the field, `undefined` while it can be none. */
  bind(name, field, afterSet = null, read = () => field.value) {
    const { values } = this;
    const set = (value) => {
      const text = String(value ?? "");
      if (field.value === text || field === document.activeElement) return;
      field.value = text;
      afterSet?.();
    };
    this.setters.set(name, set);
    // What can be no value, and what was changed elsewhere while the cursor was here, is put right on leaving.
    field.addEventListener("blur", () => set(values.known[name]));
    field.addEventListener("input", () => {
      const value = read();
      if (value !== undefined && value !== values.known[name]) values.change({ [name]: value });
    });
  }

  /** A list of texts with macros: add, order, take away. */
  texts(name, label, { help = "", one }) {
    const list = h("ol.text-list", { "aria-label": label });
    const entries = () => this.values.known[name] ?? [];
    let drawn = null;
    const save = (next, focus) => {
      this.values.change({ [name]: next });
      draw(focus);
    };
    const draw = (focus = -1) => {
      drawn = JSON.stringify(entries());
      fill(
        list,
        entries().map((text, at) =>
          this.textEntry({ text, at, one, entries, save, typed: () => (drawn = JSON.stringify(entries())), name }),
        ),
      );
      list.querySelectorAll("textarea")[focus]?.focus();
    };
    this.setters.set(name, () => {
      if (JSON.stringify(entries()) !== drawn && !list.contains(document.activeElement)) draw();
    });
    draw();
    const add = button(`Add ${one}`, () => save([...entries(), ""], entries().length), { drawing: "plus" });
    return h(
      "div.form-row",
      {},
      h("span.field-label", {}, label),
      help && h("p.field-help.before", {}, help),
      list,
      add,
    );
  }

  textEntry({ text, at, one, entries, save, typed, name }) {
    const field = h("textarea.field", { vars: { "--rows": 3 }, value: text, "aria-label": `${one} ${at + 1}` });
    const wrapped = macroField(field, { chatId: this.chatId });
    field.addEventListener("input", () => {
      this.values.change({ [name]: entries().map((other, place) => (place === at ? field.value : other)) });
      typed();
    });
    const move = (by) => {
      const next = [...entries()];
      next.splice(at + by, 0, ...next.splice(at, 1));
      save(next, at + by);
    };
    const last = entries().length - 1;
    return h(
      "li.text-entry",
      {},
      wrapped,
      h(
        "div.text-movers",
        {},
        iconButton("up", `Move up: ${one} ${at + 1}`, () => move(-1), { disabled: at === 0 }),
        iconButton("down", `Move down: ${one} ${at + 1}`, () => move(1), { disabled: at === last }),
        iconButton("trash", `Take away: ${one} ${at + 1}`, () =>
          save(
            entries().filter((_, place) => place !== at),
            Math.max(0, at - 1),
          ),
        ),
      ),
    );
  }

  /** Short words, typed one by one; Enter or a comma ends one, Backspace takes the last. */
  tags(name, label, known, { help = "" } = {}) {
    const id = uniqueId("field");
    const options = h(
      "datalist",
      { id: `${id}-list` },
      known().map((value) => h("option", { value })),
    );
    const field = h("input.tag-field", {
      id,
      list: options.id,
      autocomplete: "off",
      placeholder: "Add a tag",
      maxlength: "100",
    });
    const chips = h("ul.tag-chips", { "aria-label": `${label}: chosen` });
    const tags = () => this.values.known[name] ?? [];
    const save = (next) => {
      this.values.change({ [name]: next });
      draw();
    };
    const chip = (tag) =>
      h(
        "li.tag-chip",
        {},
        tag,
        iconButton("close", `Take away: ${tag}`, () => (save(tags().filter((one) => one !== tag)), field.focus())),
      );
    const draw = () => fill(chips, tags().map(chip));
    const take = () => {
      const words = field.value
        .split(",")
        .map((word) => word.trim())
        .filter(Boolean);
      field.value = "";
      const next = [...new Set([...tags(), ...words])];
      if (next.length > tags().length) save(next);
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === ",") {
        event.preventDefault();
        take();
      } else if (event.key === "Backspace" && !field.value && tags().length) save(tags().slice(0, -1));
    });
    field.addEventListener("change", take);
    field.addEventListener("blur", take);
    this.setters.set(name, draw);
    draw();
    return h(
      "div.form-row",
      {},
      h("label.field-label", { for: id }, label),
      h("div.tag-editor.field", {}, chips, field, options),
      help && h("p.field-help", {}, help),
    );
  }
}
