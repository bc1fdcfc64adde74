/**
 * Underlines in a text field. A field can show no marks itself, so a transparent copy of its text lies exactly over it
 * and carries them; the copy takes no clicks and is nothing for a screen reader.
 */
import { fill, h } from "../core/dom.js";
import { changeOf } from "../core/typing.js";

/** What decides where a letter stands. */
const SHAPE = [
  ...["font", "letter-spacing", "word-spacing", "text-indent", "text-align", "text-transform", "tab-size"],
  ...["padding-top", "padding-right", "padding-bottom", "padding-left", "overflow-wrap", "word-break", "direction"],
];

export class Marks {
  /** @param {HTMLInputElement|HTMLTextAreaElement} field `element` belongs directly beside it, in a positioned box. */
  constructor(field) {
    this.field = field;
    this.element = h("div.assist-mirror", { "aria-hidden": "true" });
    this.text = "";
    this.problems = [];
    field.addEventListener("scroll", () => this.follow());
    new ResizeObserver(() => this.problems.length && this.draw()).observe(field);
  }

  /** Underline `problems`, which are about `text`. */
  show(problems, text) {
    this.text = text;
    this.problems = problems;
    this.draw();
  }

  /** The text was changed: marks around the change move along, those that it touches go. */
  typed() {
    if (!this.problems.length) return;
    const { start, end, by } = changeOf(this.text, this.field.value);
    const moved = (problem) => {
      const { where } = problem;
      if (where.end < start) return problem;
      if (where.start <= end) return null;
      return { ...problem, where: { ...where, start: where.start + by, end: where.end + by } };
    };
    this.show(this.problems.map(moved).filter(Boolean), this.field.value);
  }

  draw() {
    if (!this.problems.length) {
      fill(this.element);
      return;
    }
    this.takeShape();
    fill(this.element, marked(this.text, this.problems), "\n");
    this.follow();
  }

  takeShape() {
    const { field, element } = this;
    const style = getComputedStyle(field);
    for (const name of SHAPE) element.style.setProperty(name, style.getPropertyValue(name));
    const box = { left: field.offsetLeft + field.clientLeft, top: field.offsetTop + field.clientTop };
    // Without the scroll bar, which takes its part of the width.
    Object.assign(box, { width: field.clientWidth, height: field.clientHeight });
    for (const [name, size] of Object.entries(box)) element.style.setProperty(name, `${size}px`);
    if (field.localName !== "input") return;
    const inner = field.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    element.style.setProperty("line-height", `${inner}px`);
    element.style.setProperty("white-space", "pre");
  }

  follow() {
    if (!this.problems.length) return;
    this.element.scrollTop = this.field.scrollTop;
    this.element.scrollLeft = this.field.scrollLeft;
  }
}

/** Texts and marks; where problems overlap, what begins first is underlined, and an error before a warning. */
function marked(text, problems) {
  const order = (a, b) => a.where.start - b.where.start || (a.severity === "error" ? -1 : 1);
  const parts = [];
  let at = 0;
  for (const { where, severity } of [...problems].sort(order)) {
    const start = Math.max(where.start, at);
    const end = Math.max(where.end, where.start + 1);
    if (end <= start) continue;
    parts.push(text.slice(at, start), h("mark", { data: { severity } }, text.slice(start, end) || " "));
    at = end;
  }
  return [...parts, text.slice(at)];
}
