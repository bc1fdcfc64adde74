/** Lines that were sent before, newest last; arrow up brings them back. */
import { recall, remember } from "../core/prefs.js";

const KEPT = 100;
const KEY = "history";

export class History {
  constructor() {
    this.lines = recall(KEY, []);
    this.index = null;
  }

  /** Whether an old line is being shown. */
  get isOpen() {
    return this.index !== null;
  }

  /** @param {string} text */
  add(text) {
    this.lines = [...this.lines.filter((line) => line !== text), text].slice(-KEPT);
    remember(KEY, this.lines);
    this.leave();
  }

  /** The line before the shown one, `null` at the beginning. */
  older() {
    const index = (this.index ?? this.lines.length) - 1;
    if (index < 0) return null;
    this.index = index;
    return this.lines[index];
  }

  /** The line after the shown one, "" after the newest. */
  newer() {
    if (this.index === null) return null;
    this.index += 1;
    if (this.index < this.lines.length) return this.lines[this.index];
    this.index = null;
    return "";
  }

  leave() {
    this.index = null;
  }
}
