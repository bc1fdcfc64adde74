/** A picture once more with something changed: the sheet on which that is said, and what cannot be carried over. */
import { attempt, pictureRedo } from "../core/actions.js";
import { announce } from "../core/announce.js";
import { button, fill, h, uniqueId } from "../core/dom.js";
import { emit, state } from "../core/store.js";
import { showDialog } from "./dialog.js";

const LOOK_MS = 400;

/** @param {Object} picture One that was made here. */
export function redoDialog(picture) {
  return showDialog("Draw it again with a change", (finish) => new Sheet(picture, finish).element, {
    className: "wide redo",
  });
}

class Sheet {
  constructor(picture, finish) {
    this.picture = picture;
    this.finish = finish;
    const made = picture.generation;
    this.fields = {
      words: area("Prompt", made.prompt, 5),
      negative: area("Kept out, beside what is always kept out", made.details?.extra_negative ?? "", 2),
      style: choice("Style", state.info?.styles ?? [], made.details?.preset ?? ""),
      source: choice("Source", (state.info?.sources.connections ?? []).map(({ name }) => name), made.connection),
      seed: number("Seed", made.seed, { min: 0, placeholder: "a new one", empty: true }),
      width: number("Width", picture.width, { min: 64, max: 8192 }),
      height: number("Height", picture.height, { min: 64, max: 8192 }),
      steps: number("Steps", made.details?.steps, { min: 1, max: 1000, placeholder: "as before" }),
      guidance: number("Guidance", made.details?.guidance, { min: 0, max: 100, step: "any", placeholder: "as before" }),
    };
    const { words, negative, style, source, ...numbers } = this.fields;
    this.leftOut = h("div.redo-left-out", { role: "status" });
    this.element = h(
      "form",
      { onsubmit: (event) => this.submit(event), oninput: () => this.lookSoon() },
      words.row,
      negative.row,
      h("div.form-columns", {}, style.row, source.row, ...Object.values(numbers).map(({ row }) => row)),
      this.leftOut,
      h(
        "div.dialog-buttons",
        {},
        button("Cancel", () => finish(null)),
        button("Draw it", null, { look: "primary", type: "submit", drawing: "picture" }),
      ),
    );
    words.control.autofocus = true;
  }

  /** Only what differs from the first time; an empty seed is a new one. */
  changes() {
    const differs = ([, field]) => field.control.value !== field.saved && field.control.value.trim() !== "";
    const changed = Object.fromEntries(
      Object.entries(this.fields)
        .filter(differs)
        .map(([name, field]) => [name, field.read(field.control.value)]),
    );
    if (this.fields.negative.control.value !== this.fields.negative.saved)
      changed.negative = this.fields.negative.control.value;
    if ("width" in changed || "height" in changed) {
      changed.width = Number(this.fields.width.control.value);
      changed.height = Number(this.fields.height.control.value);
    }
    return changed;
  }

  lookSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), LOOK_MS);
  }

  async look() {
    if (!this.element.isConnected || !this.element.checkValidity()) return;
    const told = await attempt(() => pictureRedo(this.picture.id, this.changes(), true));
    if (told) fill(this.leftOut, leftOut(told.left_out));
  }

  async submit(event) {
    event.preventDefault();
    clearTimeout(this.timer);
    const told = await attempt(() => pictureRedo(this.picture.id, this.changes()));
    if (!told) return;
    if (told.left_out.length)
      emit("toast", { level: "warning", title: "Not carried over", text: told.left_out.join(" ") });
    announce("The picture is being drawn again");
    this.finish(told.job);
  }
}

function leftOut(lines) {
  if (!lines.length) return null;
  return [
    h("p.field-label", {}, "Not carried over"),
    h(
      "ul",
      {},
      lines.map((line) => h("li", {}, line)),
    ),
  ];
}

function row(title, control) {
  control.id = uniqueId("redo");
  return h("div.form-row", {}, h("label.field-label", { for: control.id }, title), control);
}

function area(title, value, rows) {
  const control = h("textarea.field", { rows, value: value ?? "" });
  return { control, row: row(title, control), saved: control.value, read: (text) => text };
}

function number(title, value, { empty = false, ...limits }) {
  const control = h("input.field", { type: "number", step: 1, ...limits, value: empty ? "" : (value ?? "") });
  return { control, row: row(title, control), saved: control.value, read: Number };
}

function choice(title, names, value) {
  const known = names.includes(value) ? names : [value, ...names];
  const control = h(
    "select.field",
    {},
    known.map((name) => h("option", { value: name, selected: name === value }, name || "none")),
  );
  return { control, row: row(title, control), saved: value, read: (text) => text };
}
