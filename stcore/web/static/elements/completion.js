/**
 * Completion of commands over the composer: a listbox that the field controls, help on the argument at the cursor,
 * and the place of a mistake underlined.
 */
import { post } from "../core/api.js";
import { fill, h, icon, uniqueId } from "../core/dom.js";

const WAIT_MS = 90;
const PROBLEM_MS = 700;
const EMPTY = { items: [], signature: null, problem: null };

export class Completion {
  /**
   * @param {HTMLTextAreaElement} field @param {HTMLElement} popup @param {HTMLElement} mirror Lies under the field.
   * @param {() => string} chatId
   */
  constructor(field, popup, mirror, chatId) {
    Object.assign(this, { field, popup, mirror, chatId, answer: EMPTY, index: -1 });
    this.listId = uniqueId("completion");
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-haspopup", "listbox");
    field.setAttribute("aria-controls", this.listId);
    field.setAttribute("aria-expanded", "false");
    field.addEventListener("blur", () => this.close());
    field.addEventListener("click", () => this.isScript && this.ask());
    popup.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get isScript() {
    return this.field.value.trimStart().startsWith("/");
  }

  get isOpen() {
    return !this.popup.hidden;
  }

  /** Look up what fits at the cursor, a moment after the last key. */
  ask() {
    clearTimeout(this.timer);
    clearTimeout(this.problemTimer);
    this.request?.abort();
    this.mark(null);
    if (!this.isScript) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.lookUp(), WAIT_MS);
  }

  async lookUp() {
    this.request = new AbortController();
    const { value: text, selectionStart: cursor } = this.field;
    try {
      const answer = await post("/api/complete", { text, cursor, chat_id: this.chatId() }, this.request.signal);
      if (text === this.field.value) this.show(answer);
    } catch {
      this.close(); // Completion is a help; without the host the banner says enough.
    }
  }

  show(answer) {
    this.answer = { ...EMPTY, ...answer };
    this.index = -1;
    this.problemTimer = setTimeout(() => this.showProblem(), PROBLEM_MS);
    const { items, signature } = this.answer;
    this.popup.hidden = !items.length && !signature;
    this.field.setAttribute("aria-expanded", String(items.length > 0 && !this.popup.hidden));
    fill(this.popup, signature && this.signature(signature), this.list(items));
    this.select(-1);
  }

  list(items) {
    const options = items.map((item, index) =>
      h(
        "li.completion-item",
        {
          id: `${this.listId}-${index}`,
          role: "option",
          "aria-selected": "false",
          onclick: () => this.accept(index),
          data: { kind: item.kind ?? "" },
        },
        h("span.completion-label", {}, item.label || item.text),
        item.detail && h("span.completion-detail", {}, item.detail),
        h("span.completion-summary", {}, item.summary ?? ""),
      ),
    );
    return h(
      "ul.completion-list",
      { id: this.listId, role: "listbox", "aria-label": "Suggestions", hidden: !items.length },
      options,
    );
  }

  signature({ command, summary, arguments: all = [], current }) {
    const active = all.find((argument, index) => argument.name === current || index === current);
    const parts = all.map((argument) =>
      h(
        "span.signature-argument",
        { class: argument === active ? "current" : "" },
        argument.name ? `${argument.name}=` : (argument.label ?? "text"),
      ),
    );
    const type =
      active &&
      [active.type, active.default !== undefined && active.default !== null && `default ${active.default}`]
        .filter(Boolean)
        .join(", ");
    return h(
      "div.signature",
      { role: "note", "aria-label": `Help on ${command}` },
      h("p.signature-line", {}, h("strong", {}, `/${command}`), " ", parts),
      h(
        "p.signature-help",
        {},
        active?.summary ? [active.name && h("strong", {}, `${active.name}: `), active.summary] : summary,
        type && h("span.faint", {}, ` (${type})`),
      ),
    );
  }

  showProblem() {
    const { problem } = this.answer;
    if (!problem) return;
    const line = h("p.completion-problem", { role: "status" }, icon("alert"), problem.message);
    this.popup.querySelector(".completion-problem")?.remove();
    this.popup.append(line);
    this.popup.hidden = false;
    this.mark(problem.where ?? problem);
  }

  /** Underline the place of a mistake; `null` takes the mark away. */
  mark(where) {
    if (!where || where.start === undefined) {
      fill(this.mirror);
      return;
    }
    const text = this.field.value;
    const end = Math.max(where.end ?? 0, where.start + 1);
    const wrong = text.slice(where.start, end) || " ";
    fill(this.mirror, text.slice(0, where.start), h("mark", {}, wrong), text.slice(end), "\n");
    this.mirror.scrollTop = this.field.scrollTop;
  }

  /** Take a key if it is for the list. @returns {boolean} */
  pressed(event) {
    if (event.key === " " && event.ctrlKey) {
      this.ask();
      return true;
    }
    if (!this.isOpen) return false;
    const count = this.answer.items.length;
    if (event.key === "Escape") this.close();
    else if (!count) return false;
    else if (event.key === "ArrowDown") this.select((this.index + 1) % count);
    else if (event.key === "ArrowUp") this.select(this.index <= 0 ? count - 1 : this.index - 1);
    else if (event.key === "Tab" && !event.shiftKey) this.accept(Math.max(this.index, 0));
    else if (event.key === "Enter" && !event.shiftKey && this.index >= 0) this.accept(this.index);
    else return false;
    return true;
  }

  select(index) {
    this.index = index;
    const options = [...this.popup.querySelectorAll("[role=option]")];
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", options[index].id);
    options[Math.max(index, 0)]?.scrollIntoView({ block: "nearest" });
  }

  accept(index) {
    const item = this.answer.items[index];
    const { start, end } = this.answer;
    this.field.setRangeText(item.text, start, end, "end");
    this.field.focus();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.problemTimer);
    this.request?.abort();
    this.popup.hidden = true;
    this.index = -1;
    this.mark(null);
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }
}
