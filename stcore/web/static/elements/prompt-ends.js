/** How replies begin, and where they end: settings of all chats, beside the presets. */
import { attempt } from "../core/actions.js";
import { button, fill, h, uniqueId } from "../core/dom.js";
import { changeSwitches } from "../core/prompting.js";
import { macroField } from "./macro-field.js";

const SAVE_MS = 500;

/** @param {HTMLElement} page @param {Object} switches @returns {{leave: () => Promise<any>}} */
export function endsPage(page, switches) {
  const ends = new Ends(switches);
  fill(page, ends.element);
  return { leave: () => attempt(() => ends.flush()) };
}

class Ends {
  constructor(switches) {
    this.strings = switches.stop_strings ? [...switches.stop_strings] : [];
    this.pending = {};
    this.told = h("p.faint.ends-told", { role: "status" });
    this.list = h("ul.stop-strings", { "aria-label": "Stop strings" });
    this.element = h(
      "div.workbench-content",
      {},
      h("h3.settings-title", {}, "Beginning and end"),
      h("p.settings-lead", {}, "For the replies of all chats."),
      h("div.schema-form", {}, this.opening(switches.start_reply_with), this.stops()),
      this.told,
    );
    this.drawStrings();
  }

  change(changes) {
    Object.assign(this.pending, changes);
    this.told.textContent = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => attempt(() => this.flush()), SAVE_MS);
  }

  async flush() {
    clearTimeout(this.timer);
    const changes = this.pending;
    if (!Object.keys(changes).length) return;
    this.pending = {};
    await changeSwitches(changes);
    this.told.textContent = "Saved";
  }

  opening(text) {
    const id = uniqueId("ends");
    const field = h("textarea.field", { id, rows: "2", value: text, placeholder: "as the model likes" });
    field.addEventListener("input", () => this.change({ start_reply_with: field.value }));
    return h(
      "fieldset.form-group",
      {},
      h("legend", {}, h("label", { for: id }, "Replies begin with")),
      macroField(field),
      h("p.field-help", {}, "The model goes on from these words: an asterisk, a name, a thought."),
    );
  }

  stops() {
    return h(
      "fieldset.form-group",
      {},
      h("legend", {}, "Replies end at"),
      h("p.field-help", {}, "A reply is cut before the first of these. Line breaks count; write one with Enter."),
      this.list,
      button("Add one", () => this.add(), { drawing: "plus" }),
    );
  }

  add() {
    this.strings.push("");
    this.drawStrings();
    this.list.lastElementChild.querySelector("textarea").focus();
  }

  keep() {
    const strings = this.strings.filter(Boolean);
    this.change({ stop_strings: strings.length ? strings : null });
  }

  drawStrings() {
    fill(this.list, this.strings.map((text, at) => this.row(text, at)));
    this.list.hidden = !this.strings.length;
  }

  row(text, at) {
    const field = h("textarea.field.mono", { rows: "1", value: text, "aria-label": `Stop string ${at + 1}`, spellcheck: "false" });
    field.addEventListener("input", () => {
      this.strings[at] = field.value;
      this.keep();
    });
    const drop = button("Remove", () => {
      this.strings.splice(at, 1);
      this.keep();
      this.drawStrings();
    }, { look: "quiet" });
    return h("li.with-button", {}, field, drop);
  }
}
