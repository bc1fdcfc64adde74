/** Questions that a script asks: a line of text, a text to read, or one of some buttons. */
import { attempt } from "../core/actions.js";
import { at, post } from "../core/api.js";
import { button, fill, fillSanitised, h } from "../core/dom.js";
import { on } from "../core/store.js";
import { reviewForm } from "./review.js";

class Questions extends HTMLElement {
  connectedCallback() {
    this.open = new Map();
    on("question", (question) => this.ask(question));
    on("question-closed", ({ id }) => this.close(id));
  }

  ask(question) {
    if (this.open.has(question.id)) return;
    const dialog = h("dialog.dialog.question", { "aria-label": question.title || "A question", class: looks(question) });
    if (question.look?.tooltip) dialog.title = question.look.tooltip;
    let answered = false;
    const finish = (answer) => {
      answered = true;
      attempt(() => post(at("/api/questions", question.id), { answer }));
      dialog.close();
    };
    fill(dialog, textOf(question), (FORMS[question.kind] ?? FORMS.input)(question, finish));
    dialog.addEventListener("close", () => {
      if (!answered && this.open.has(question.id))
        attempt(() => post(at("/api/questions", question.id), { answer: null }));
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

/** The classes of a dialog that a script wants larger, wider or see-through. */
function looks({ kind, look = {} }) {
  const wanted = ["large", "wide", "wider", "transparent"].filter((name) => look[name]);
  if (kind === "review") wanted.push("wide");
  return [...wanted, look.scroll === false && "whole"].filter(Boolean).join(" ");
}

function textOf({ html, text, title, kind }) {
  if (kind === "review") return h("h2.dialog-title", {}, title || "The prompt of the picture");
  const words = html
    ? fillSanitised(h("div.question-text.prose", { tabindex: "0" }), html)
    : h("p.question-text", {}, text ?? "");
  return [title && h("h2.dialog-title", {}, title), words];
}

const FORMS = {
  input(question, finish) {
    const rows = Number(question.rows) || 1;
    const value = String(question.default ?? "");
    const placeholder = question.placeholder || null;
    const field =
      rows > 1
        ? h("textarea.field", { rows, value, placeholder })
        : h("input.field", { value, placeholder, autocomplete: "off" });
    field.setAttribute("aria-label", "Your answer");
    field.autofocus = true;
    field.addEventListener(
      "keydown",
      (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && finish(field.value),
    );
    const onsubmit = (event) => {
      event.preventDefault();
      finish(field.value);
    };
    const send = button(question.ok || "Answer", null, { look: "primary", type: "submit" });
    return h(
      "form",
      { onsubmit },
      field,
      h(
        "div.dialog-buttons",
        {},
        button(question.cancel || "Cancel", () => finish(null)),
        send,
      ),
    );
  },

  review: reviewForm,

  popup(question, finish) {
    const ok = button(question.ok || "OK", () => finish(true), { look: "primary", autofocus: true });
    return h("div.dialog-buttons", {}, question.cancel && button(question.cancel, () => finish(false)), ok);
  },

  /** A browser gives its clipboard away only after a click of the person. */
  clipboard(_, finish) {
    const allow = async () => {
      try {
        finish(await navigator.clipboard.readText());
      } catch {
        finish(null);
      }
    };
    return h(
      "div.dialog-buttons",
      {},
      button("Do not allow", () => finish(null)),
      button("Allow", allow, { look: "primary" }),
    );
  },

  buttons(question, finish) {
    if (question.multiple) return severalOf(question, finish);
    const choices = question.buttons.map(({ text, tooltip }) =>
      button(text, () => finish([text]), { title: tooltip || null }),
    );
    return [
      h("div.question-choices", {}, choices),
      h(
        "div.dialog-buttons",
        {},
        button("Cancel", () => finish(null), { look: "quiet" }),
      ),
    ];
  },
};

function severalOf(question, finish) {
  const boxes = question.buttons.map(({ text }) => h("input", { type: "checkbox", value: text }));
  const rows = boxes.map((box) => h("label.check-line", {}, box, box.value));
  const done = () => finish(boxes.filter((box) => box.checked).map((box) => box.value));
  const buttons = [button("Cancel", () => finish(null)), button("Done", done, { look: "primary" })];
  return [h("div.question-choices", {}, rows), h("div.dialog-buttons", {}, buttons)];
}

customElements.define("st-questions", Questions);
