/** One template of a picture prompt: its text, what it would make in the open chat, and the way back to the default. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { ApiError } from "../core/api.js";
import { button, fill, h, icon, uniqueId } from "../core/dom.js";
import { previewTemplate, resetTemplate, saveTemplate } from "../core/image-modes.js";
import { confirmDialog } from "./dialog.js";
import { macroField } from "./macro-field.js";

/** What was typed and is not saved yet, by slot: it outlives the page. */
const drafts = new Map();

/**
 * A field for the text of a template, with help for macros and a preview in the open chat.
 * @param {HTMLTextAreaElement} field @param {string} slot The slot or mode that it is for.
 */
export const templateField = (field, slot) =>
  macroField(field, {
    place: slot === "message" ? "picture-message" : "message",
    ask: (text, signal) => previewTemplate(text, slot, signal),
  });

/** Show where in `field` an error of the host is. @param {Object} error */
export function pointAt(field, { line = 0 }) {
  const lines = field.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  field.focus();
  if (line > 0 && line <= lines.length) field.setSelectionRange(start, start + lines[line - 1].length);
}

/** A fold with a template in it. */
export class TemplateFold {
  /** @param {import("../core/image-modes.js").Template} template */
  constructor(template) {
    this.template = template;
    this.tag = h("span.template-tag");
    this.body = h("div.template-body");
    this.element = h(
      "details.form-group.template",
      { data: { slot: template.slot } },
      h("summary", {}, h("span.template-title", {}, template.title), this.tag, h("span.faint.template-about", {}, template.about)),
      this.body,
    );
    // The field and its help are made when somebody looks: there are many folds.
    this.element.addEventListener("toggle", () => this.element.open && !this.field && this.build());
    if (drafts.has(template.slot) || template.problem) this.element.open = true;
    this.tell();
  }

  get isChanged() {
    return drafts.has(this.template.slot);
  }

  build() {
    const id = uniqueId("template");
    const { slot, title } = this.template;
    this.told = h("p.field-help.template-told", { id: `${id}-told`, role: "status" });
    this.field = h("textarea.field.mono", {
      id,
      rows: "9",
      "aria-label": title,
      "aria-describedby": `${id}-told`,
      maxlength: "200000",
      spellcheck: "false",
      value: drafts.get(slot) ?? this.template.text,
    });
    this.field.addEventListener("input", () => this.typed());
    this.save = button("Save", () => attempt(() => this.keep()), { look: "primary" });
    this.restore = button("Restore default", () => attempt(() => this.reset()), { drawing: "restore", look: "quiet" });
    fill(this.body, templateField(this.field, slot), this.told, h("div.template-foot", {}, this.restore, this.save));
    this.tell(this.template.problem);
  }

  typed() {
    if (this.field.value === this.template.text) drafts.delete(this.template.slot);
    else drafts.set(this.template.slot, this.field.value);
    this.tell();
  }

  /** Take over what the host has; what is being typed stays. @param {import("../core/image-modes.js").Template} template */
  update(template) {
    this.template = template;
    if (this.field && !this.isChanged && this.field.value !== template.text) {
      this.field.value = template.text;
      this.field.dispatchEvent(new Event("input"));
    }
    this.tell(template.problem);
  }

  async keep() {
    const { value } = this.field;
    try {
      this.template = await saveTemplate(this.template.slot, value);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.tell(error.detail);
      pointAt(this.field, error.detail);
      return;
    }
    drafts.delete(this.template.slot);
    this.update(this.template);
    announce(`${this.template.title} is saved`);
  }

  async reset() {
    const sure = await confirmDialog({
      title: `Restore ${this.template.title}?`,
      text: "Your own text is lost; the one that comes with stcore is used again.",
      action: "Restore default",
      danger: true,
    });
    if (!sure) return;
    drafts.delete(this.template.slot);
    this.update(await resetTemplate(this.template.slot));
    this.field.focus();
    announce(`${this.template.title} is as it came`);
  }

  /** Say how it stands. @param {Object|null} [problem] */
  tell(problem = null) {
    const { own, is_sent: isSent } = this.template;
    const words = this.isChanged ? "Not saved" : problem ? "Cannot be used" : own ? "Changed by you" : "";
    fill(this.tag, words && h("span.tag", { class: problem || this.isChanged ? "bad" : "off" }, words));
    if (!this.field) return;
    fill(
      this.told,
      problem ? [icon("alert"), problem.message] : !isSent && "It is never sent; the message is drawn as it is.",
    );
    this.told.classList.toggle("wrong", Boolean(problem));
    this.field.setAttribute("aria-invalid", String(Boolean(problem)));
    this.save.disabled = !this.isChanged;
    this.restore.disabled = !own && !this.isChanged;
  }
}
