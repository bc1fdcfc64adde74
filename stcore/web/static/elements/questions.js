/** Questions that a script asks: a line of text, a text to read, or one of some buttons. */
import { attempt } from "../core/actions.js";
import { at, post } from "../core/api.js";
import { button, fill, fillSanitised, h } from "../core/dom.js";
import { on } from "../core/store.js";

class Questions extends HTMLElement {
  connectedCallback() {
    this.open = new Map();
    on("question", (question) => this.ask(question));
    on("question-closed", ({ id }) => this.close(id));
  }

  ask(question) {
    if (this.open.has(question.id)) return;
    const dialog = h("dialog.dialog.question", { "aria-label": "A question" });
    let answered = false;
    const finish = (answer) => {
      answered = true;
      attempt(() => post(at("/api/questions", question.id), { answer }));
      dialog.close();
    };
    fill(dialog, textOf(question), (FORMS[question.kind] ?? FORMS.input)(question, finish));
    dialog.addEventListener("close", () => {
      if (!answered && this.open.has(question.id)) attempt(() => post(at("/api/questions", question.id), { answer: null }));
      this.open.delete(question.id);
      dialog.remove();
    });
    this.open.set(question.id, dialog);
    this.append(dialog);
    dialog.showModal();
  }

  /** Someone else answered, or the script was stopped. */
  close(id) {
    const dialog = this.open.get(id);
    this.open.delete(id);
    dialog?.close();
  }
}

function textOf({ html, text, title }) {
  const words = html ? fillSanitised(h("div.question-text.prose"), html) : h("p.question-text", {}, text ?? "");
  return [title && h("h2.dialog-title", {}, title), words];
}

const FORMS = {
  input(question, finish) {
    const rows = Number(question.rows) || 1;
    const value = String(question.default ?? "");
    const field = rows > 1 ? h("textarea.field", { rows, value }) : h("input.field", { value, autocomplete: "off" });
    field.setAttribute("aria-label", "Your answer");
    field.autofocus = true;
    const onsubmit = (event) => {
      event.preventDefault();
      finish(field.value);
    };
    const send = button(question.ok || "Answer", null, { look: "primary", type: "submit" });
    return h("form", { onsubmit }, field, h("div.dialog-buttons", {}, button(question.cancel || "Cancel", () => finish(null)), send));
  },

  popup(question, finish) {
    const ok = button(question.ok || "OK", () => finish(true), { look: "primary", autofocus: true });
    return h("div.dialog-buttons", {}, question.cancel && button(question.cancel, () => finish(false)), ok);
  },

  buttons(question, finish) {
    const labels = question.labels ?? question.buttons ?? question.options ?? [];
    const choices = labels.map((label) => button(String(label), () => finish(String(label))));
    return [h("div.question-choices", {}, choices), h("div.dialog-buttons", {}, button(question.cancel || "Cancel", () => finish(null), { look: "quiet" }))];
  },
};

customElements.define("st-questions", Questions);
