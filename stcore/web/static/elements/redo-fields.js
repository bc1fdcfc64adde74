/** Fields of the sheet for another picture with a change: each knows what it was, and what it is now. */
import { fill, h, uniqueId } from "../core/dom.js";
import { stImage } from "./image.js";

/**
 * @typedef {Object} RedoField
 * @property {HTMLElement} row @property {HTMLElement} control @property {() => any} changed The new value, `undefined`
 *   where it is as it was.
 */

function row(title, control, looks = "") {
  control.id = uniqueId("redo");
  return h("div.form-row", { class: looks }, h("label.field-label", { for: control.id }, title), control);
}

/** A text of several lines. @returns {RedoField} */
export function area(title, value, rows, { mayBeEmpty = false } = {}) {
  const control = h("textarea.field", { rows, value: value ?? "", spellcheck: "true", required: !mayBeEmpty });
  const saved = control.value;
  const changed = () => (control.value === saved ? undefined : control.value);
  return { control, row: row(title, control), changed };
}

/** A number; empty is as before. @returns {RedoField} */
export function number(title, value, { empty = false, ...limits }) {
  const control = h("input.field", { type: "number", step: 1, ...limits, value: empty ? "" : (value ?? "") });
  const saved = control.value;
  const changed = () => (control.value === saved || control.value === "" ? undefined : Number(control.value));
  return { control, row: row(title, control), changed };
}

/** One of a list of names, which may come later. The empty value is as before. */
export class Choice {
  /** @param {string} title @param {string} before What the first entry, which changes nothing, is called. */
  constructor(title, before) {
    this.control = h("select.field");
    this.row = row(title, this.control);
    this.offer([], before);
  }

  /** @param {{value: string, label?: string}[]} offers */
  offer(offers, before, { optional = false } = {}) {
    this.row.hidden = optional && !offers.length;
    fill(
      this.control,
      h("option", { value: "" }, before),
      offers.map(({ value, label }) => h("option", { value }, label ?? value)),
    );
    this.control.value = "";
  }

  changed() {
    return this.control.value || undefined;
  }
}

const ROLES = {
  init: "what it starts from",
  subject: "who is on it",
  style: "how it is painted",
  control: "what is behind",
  mask: "which part is drawn",
};

/** The reference pictures of the first time; each can be left out. */
export class KeptReferences {
  /** @param {{picture: string, role: string, label?: string}[]} references */
  constructor(references) {
    const ids = [...new Set(references.map(({ picture }) => picture))];
    this.boxes = ids.map((value) => h("input", { type: "checkbox", value, checked: true }));
    const entry = (box) => {
      const roles = references.filter(({ picture }) => picture === box.value).map(({ role }) => ROLES[role] ?? role);
      const sign = h("span.picture-sign", {}, stImage({ id: box.value }, "", { size: "thumb" }));
      return h("label.check-line", {}, box, sign, `Tells ${roles.join(" and ")}`);
    };
    this.row = h(
      "fieldset.form-row.redo-references",
      { hidden: !ids.length },
      h("legend.field-label", {}, "Reference pictures"),
      this.boxes.map(entry),
    );
  }

  changed() {
    const kept = this.boxes.filter((box) => box.checked).map((box) => box.value);
    return kept.length === this.boxes.length ? undefined : kept;
  }
}
