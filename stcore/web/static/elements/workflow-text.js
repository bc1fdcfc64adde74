/** The text of a workflow: a large field with the numbers of its lines, which can go to a place and put words in. */
import { h, uniqueId } from "../core/dom.js";
import { typeInto } from "../core/typing.js";
import { quoted } from "../core/workflows.js";

const ABOVE = 0.35;

/** `touched` tells whether a person has put the cursor where it is: only there words are put in. */
export class WorkflowText {
  /** @param {string} text @param {() => void} changed */
  constructor(text, changed) {
    const id = uniqueId("workflow-text");
    this.area = h("textarea.field.mono.workflow-area", { id, wrap: "off", spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
    this.lines = h("pre.workflow-lines", { "aria-hidden": "true" });
    this.element = h(
      "div.workflow-text",
      {},
      h("label.visually-hidden", { for: id }, "Text of the workflow"),
      this.lines,
      this.area,
    );
    this.area.addEventListener("input", () => {
      this.number();
      changed();
    });
    for (const kind of ["pointerdown", "keydown"]) this.area.addEventListener(kind, () => (this.touched = true));
    this.area.addEventListener("scroll", () => (this.lines.scrollTop = this.area.scrollTop));
    this.value = text;
  }

  get value() {
    return this.area.value;
  }

  /** Another text altogether; what could be undone is forgotten. */
  set value(text) {
    this.area.value = text;
    this.area.setSelectionRange(0, 0);
    this.touched = false;
    this.number();
  }

  number() {
    const count = this.value.split("\n").length;
    if (count === this.count) return;
    this.count = count;
    this.lines.textContent = Array.from({ length: count }, (_, at) => at + 1).join("\n");
  }

  // -- places --------------------------------------------------------------------------------------------------------

  /** Select a part and bring it into view. */
  show(start, end) {
    const { area } = this;
    this.touched = false;
    area.focus({ preventScroll: true });
    area.setSelectionRange(start, end);
    const before = this.value.slice(0, start).split("\n");
    const { lineHeight, fontSize } = getComputedStyle(area);
    area.scrollTop = (before.length - 1) * parseFloat(lineHeight) - area.clientHeight * ABOVE;
    // Letters of a monospaced font are about six tenths as wide as they are high.
    area.scrollLeft = before.at(-1).length * parseFloat(fontSize) * 0.6 - area.clientWidth / 2;
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** @param {{line: number, column: number}} place Both from 1; a column counts whole characters. */
  showPlace({ line, column }) {
    const lines = this.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const inside = [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
    const at = Math.min(start + inside, this.value.length);
    this.show(at, Math.min(at + 1, this.value.length));
  }

  /** Go to the next place of a placeholder after the cursor, else to the first. */
  find(name) {
    const text = [quoted(name), quoted(escaped(name))].find((one) => this.value.includes(one));
    if (!text) return;
    const after = this.value.indexOf(text, this.area.selectionEnd);
    const start = after < 0 ? this.value.indexOf(text) : after;
    this.show(start, start + text.length);
  }

  // -- placeholders --------------------------------------------------------------------------------------------------

  /** Write a placeholder where the cursor is, quotes and all; between two quotes only what belongs there. */
  insert(name) {
    const { selectionStart: start, selectionEnd: end } = this.area;
    const isQuoted = this.value[start - 1] === '"' && this.value[end] === '"';
    typeInto(this.area, isQuoted ? `%${name}%` : quoted(name), start, end);
  }

  /** Where a placeholder stands without its quotes. @returns {{start: number, inside: boolean}[]} `inside` other words. */
  unquoted(name) {
    const found = [];
    const token = `%${name}%`;
    for (let start = this.value.indexOf(token); start >= 0; start = this.value.indexOf(token, start + 1)) {
      if (this.value[start - 1] === '"' && this.value[start + token.length] === '"') continue;
      found.push({ start, inside: isInString(this.value, start) });
    }
    return found;
  }

  /** Put quotes around a placeholder wherever it stands alone. */
  quote(name) {
    const bare = this.unquoted(name).filter(({ inside }) => !inside);
    const length = name.length + 2;
    for (const { start } of bare.reverse()) typeInto(this.area, quoted(name), start, start + length);
  }
}

/** A name as programs write it that keep to ASCII. */
const escaped = (name) => name.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Whether a place in a JSON text lies inside a string. */
function isInString(text, place) {
  let inside = false;
  for (let at = 0; at < place; at += 1) {
    if (text[at] === "\\" && inside) at += 1;
    else if (text[at] === '"') inside = !inside;
    else if (text[at] === "\n") inside = false; // No string of JSON goes over the end of a line.
  }
  return inside;
}
