/**
 * Help while typing, for any text field whose text may hold macros or a script.
 *
 *     const assist = attachAssist(field, { place: "style" });
 *     form.append(assist.element);
 *
 * The field gets suggestions, help on the macro or command at the cursor with what it gives now in the chat, and
 * underlines with reasons where something is wrong. `assist.element` holds the field from then on and belongs where
 * the field would; a field that stands somewhere already is wrapped in its place. Nothing else has to be wired: keys
 * that the assist takes are prevented before other listeners of the field see them (`event.defaultPrevented`).
 * After changing `field.value` by program call `assist.reread()`.
 *
 * Keys: Ctrl + Space opens the suggestions anywhere, arrows move, Tab and Enter take one, Escape closes, F8 goes to the
 * next problem, F1 opens the reference at what the cursor is in.
 */
import { post } from "../core/api.js";
import { fill, h, uniqueId } from "../core/dom.js";
import { plural } from "../core/format.js";
import { recall } from "../core/prefs.js";
import { emit, state } from "../core/store.js";
import { typeInto } from "../core/typing.js";
import { Marks } from "./assist-marks.js";
import { optionList, placeBeside, problemLines, signatureNote } from "./assist-popup.js";

const WAIT_MS = 90;
const SETTLE_MS = 700;
const LINES = 4;
const NOTHING = { text: "", cursor: 0, start: 0, end: 0, items: [], signature: null, problems: [] };
const STEPS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);

/**
 * @param {HTMLInputElement|HTMLTextAreaElement} field
 * @param {Object} [options]
 * @param {string|null} [options.place] What the text is for (`"message"`, `"script"`, `"style"` ...), which decides the
 *   macros that exist there; `null` is the line of the composer: a script after a slash, else a message.
 * @param {() => string|null} [options.chatId] The chat that "now" means; the open one by default.
 * @param {HTMLElement|null} [options.above] Stand above this element and tell the problems there too. By default the
 *   suggestions stand under the field, and the problems are lines between the field and what follows.
 * @returns {Assist}
 */
export const attachAssist = (field, options = {}) => new Assist(field, options);

/** Whether texts of that place are slash scripts. @param {string|null} place */
export const isScriptPlace = (place) => place === "script" || place === "quick-reply";

class Assist {
  constructor(field, { place = null, chatId = () => state.chatId, above = null }) {
    Object.assign(this, { field, place, chatId, above, answer: NOTHING, items: [], index: -1 });
    this.listId = uniqueId("assist");
    this.marks = new Marks(field);
    this.popup = h("div.completion", { popover: "manual" });
    this.live = h("span.visually-hidden", { role: "status" });
    this.lines = above ? null : h("ul.assist-problems", { "aria-label": "Remarks on this text" });
    this.element = h("div.assist");
    field.replaceWith(this.element);
    fill(this.element, h("div.assist-field", {}, field, this.marks.element), this.lines, this.popup, this.live);
    this.listen();
    this.reread();
  }

  listen() {
    const { field } = this;
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-haspopup", "listbox");
    field.setAttribute("aria-expanded", "false");
    field.addEventListener("input", () => this.typed());
    field.addEventListener("click", () => this.moved());
    field.addEventListener("keyup", (event) => STEPS.has(event.key) && this.moved());
    field.addEventListener("blur", () => this.left());
    field.addEventListener("keydown", (event) => this.pressed(event) && event.preventDefault(), { capture: true });
    this.popup.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get isOpen() {
    return this.popup.matches(":popover-open");
  }

  /** Whether there is anything to help with; plain words cost nothing. */
  get isLanguage() {
    const { value } = this.field;
    if (value.includes("{{")) return true;
    return this.place === null ? value.trimStart().startsWith("/") : isScriptPlace(this.place) && value.trim() !== "";
  }

  // -- when to ask ---------------------------------------------------------------------------------------------------

  /** The text was set by program: look for problems, offer nothing. */
  reread() {
    this.close();
    this.marks.typed();
    this.ask("set");
  }

  typed() {
    this.marks.typed();
    this.acceptNext = false;
    this.select(-1);
    this.ask("typed");
  }

  moved() {
    const { value, selectionEnd } = this.field;
    if (value !== this.answer.text || selectionEnd !== this.answer.cursor) this.ask("moved");
  }

  left() {
    this.close();
    if (this.field.value !== this.answer.text) this.ask("set");
  }

  /** Look up what fits at the cursor. @param {"typed"|"moved"|"set"|"wanted"} why */
  ask(why) {
    clearTimeout(this.timer);
    clearTimeout(this.settleTimer);
    this.request?.abort();
    if (!this.isLanguage && why !== "wanted") this.show({ ...NOTHING, text: this.field.value }, why);
    else this.timer = setTimeout(() => this.lookUp(why), why === "wanted" ? 0 : WAIT_MS);
  }

  async lookUp(why) {
    clearTimeout(this.timer);
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    const { value: text, selectionEnd: cursor } = this.field;
    let answer;
    try {
      answer = await this.answerFor(text, cursor, why, request.signal);
    } catch {
      if (!request.signal.aborted) this.close(); // It is a help only; without the host the banner says enough.
      return;
    }
    if (request === this.request && text === this.field.value) this.show({ ...answer, text, cursor }, why);
  }

  async answerFor(text, cursor, why, signal) {
    const about = { chat_id: this.chatId(), ...(this.place === null ? {} : { place: this.place }) };
    const answer = await post("/api/complete", { text, cursor, ...about }, signal);
    if (why !== "wanted" || answer.items.length || answer.signature) return answer;
    // Between words nothing fits by itself: offer what could stand there in braces.
    const braced = `${text.slice(0, cursor)}{{${text.slice(cursor)}`;
    const { items } = await post("/api/complete", { text: braced, cursor: cursor + 2, ...about }, signal);
    const offers = items.map((item) => ({ ...item, text: `{{${item.text}` }));
    return { ...answer, items: offers, start: cursor, end: cursor };
  }

  // -- what to show --------------------------------------------------------------------------------------------------

  show(answer, why) {
    const chosen = this.items[this.index]?.text;
    this.answer = { ...NOTHING, ...answer };
    this.items = this.mayOffer(why) && !this.isTaken() ? this.answer.items : [];
    this.settled = why !== "typed" || !this.answer.problems.length;
    this.isQuiet = why === "set";
    if (why === "wanted" || this.dismissed !== this.subject) this.dismissed = null;
    const accepts = this.acceptNext && this.items.length > 0;
    this.acceptNext = false;
    if (accepts) {
      this.accept(0);
      return;
    }
    this.draw();
    this.select(this.items.findIndex((item) => item.text === chosen));
    if (this.settled) this.tell();
    else this.settleTimer = setTimeout(() => this.settle(), SETTLE_MS);
  }

  mayOffer(why) {
    if (why === "wanted") return true;
    if (why !== "typed") return why === "moved" && this.isOpen && this.items.length > 0;
    const typed = this.answer.cursor - this.answer.start;
    return { always: true, two: typed >= 2, off: false }[recall("suggest", "always")] ?? true;
  }

  /** Whether the best offer is the one that was just taken. */
  isTaken() {
    const { text, start, end, items } = this.answer;
    return this.taken === text && items[0]?.text === text.slice(start, end);
  }

  /** What the popup is about: closed by Escape it stays closed until that is something else. */
  get subject() {
    if (this.items.length) return `list ${this.answer.start}`;
    if (this.answer.signature) return `help ${this.answer.signature.name}`;
    return `problems ${this.answer.problems.map((problem) => problem.message)}`;
  }

  /** A mistake in a word that is still being written is none yet. */
  settle() {
    this.settled = true;
    if (this.dismissed !== this.subject) this.dismissed = null;
    if (!this.items.length) this.draw();
    this.tell();
  }

  draw() {
    const { signature } = this.answer;
    const told = this.told();
    const go = (problem) => this.go(problem);
    fill(
      this.popup,
      signature && signatureNote(signature),
      optionList(this.listId, this.items, (index) => this.accept(index)),
      told.length > 0 && h("ul.completion-problems", {}, problemLines(told.slice(0, LINES), go)),
      told.length > LINES && h("p.completion-more", {}, `and ${told.length - LINES} more`),
    );
    const hasFocus = document.activeElement === this.field;
    const isAny = this.items.length > 0 || Boolean(signature) || told.length > 0;
    this.open(isAny && hasFocus && !this.isQuiet && !this.dismissed);
    this.select(-1);
  }

  /** The problems that the popup tells: those at the cursor, else all of them where no lines under the field do. */
  told() {
    if (!this.settled || this.items.length) return [];
    const { signature, problems } = this.answer;
    const ripe = signature ? problems.filter((problem) => !this.isBeingWritten(problem)) : problems;
    const here = ripe.filter((problem) => this.isHere(problem));
    // Where lines under the field tell all of them, the popup matters only when it is open and lies over them.
    if (this.lines) return signature ? here : [];
    return here.length ? here : ripe;
  }

  isHere({ where }) {
    return where && where.start <= this.answer.cursor && this.answer.cursor <= where.end;
  }

  /** Whether it is about the braces that the cursor stands in, and about nothing behind the cursor. */
  isBeingWritten({ where }) {
    const { text, cursor } = this.answer;
    return where && where.end <= cursor && where.start >= openBraces(text.slice(0, cursor));
  }

  /** Underline what is wrong and say it, except what is just being written with the help of the popup. */
  tell() {
    const isChosen = (problem) => this.items.length > 0 && this.isHere(problem);
    const isEarly = (problem) => this.isOpen && (isChosen(problem) || this.isBeingWritten(problem));
    const shown = this.answer.problems.filter((problem) => problem.where && !isEarly(problem));
    const go = (problem) => this.go(problem);
    this.marks.show(shown, this.answer.text);
    if (this.lines) fill(this.lines, problemLines(shown, go));
    const here = shown.filter((problem) => this.isHere(problem));
    const words = (here.length && !this.isQuiet ? here : shown).map(({ message, hint }) => `${message} ${hint ?? ""}`);
    if (this.isOpen && this.items.length) words.push(plural(this.items.length, "suggestion"));
    this.live.textContent = words.join(" ");
  }

  /** @param {boolean} isWanted */
  open(isWanted) {
    const changes = isWanted !== this.isOpen;
    if (changes) this.popup.togglePopover();
    const lists = isWanted && this.items.length > 0;
    this.field.setAttribute("aria-expanded", String(lists));
    if (lists) this.field.setAttribute("aria-controls", this.listId);
    else this.field.removeAttribute("aria-controls");
    if (isWanted) this.placePopup();
    if (changes) this.keepPlaced(isWanted);
  }

  placePopup() {
    placeBeside(this.popup, this.above ?? this.field, this.above ? "above" : "below");
  }

  keepPlaced(isOpen) {
    this.watch?.abort();
    if (!isOpen) return;
    this.watch = new AbortController();
    const { signal } = this.watch;
    const again = (event) => this.popup.contains(event.target) || this.placePopup();
    window.addEventListener("resize", again, { signal });
    window.addEventListener("scroll", again, { signal, capture: true, passive: true });
  }

  close() {
    clearTimeout(this.timer);
    clearTimeout(this.settleTimer);
    this.request?.abort();
    this.items = [];
    this.select(-1);
    if (this.isOpen) this.open(false);
    if (this.answer.text === this.field.value && this.answer.text) this.tell();
  }

  // -- keys ----------------------------------------------------------------------------------------------------------

  /** Take a key if it is for the assist. @returns {boolean} */
  pressed(event) {
    if (event.isComposing) return false;
    if (event.key === " " && event.ctrlKey) this.ask("wanted");
    else if (event.key === "F1") this.explain();
    else if (event.key === "F8") this.nextProblem();
    else if (!this.isOpen) return false;
    else if (event.key === "Escape") this.dismiss();
    else return this.items.length > 0 && this.pressedInList(event);
    return true;
  }

  pressedInList({ key, shiftKey, ctrlKey, altKey, metaKey }) {
    if (shiftKey || ctrlKey || altKey || metaKey) return false;
    const count = this.items.length;
    if (key === "ArrowDown") this.select((this.index + 1) % count);
    else if (key === "ArrowUp") this.select(this.index <= 0 ? count - 1 : this.index - 1);
    else if (key === "Tab") this.accept(Math.max(this.index, 0));
    else if (key === "Enter" && this.index >= 0) this.accept(this.index);
    else return false;
    return true;
  }

  dismiss() {
    this.dismissed = this.subject;
    this.settled = true;
    this.close();
  }

  select(index) {
    this.index = index;
    const options = [...this.popup.querySelectorAll("[role=option]")];
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", options[index].id);
    options[index]?.scrollIntoView({ block: "nearest" });
  }

  accept(index) {
    const { value } = this.field;
    if (value !== this.answer.text) {
      // Typed faster than the host answers: take the first one of the answer that is on its way.
      this.acceptNext = index <= 0;
      return;
    }
    this.acceptNext = false;
    const { start, end } = this.answer;
    const { text } = this.items[index];
    this.taken = value.slice(0, start) + text + value.slice(end);
    typeInto(this.field, text, start, end);
  }

  async explain() {
    if (this.field.value !== this.answer.text) await this.lookUp("set");
    const { signature } = this.answer;
    const isScript = this.field.value.trimStart().startsWith("/") || isScriptPlace(this.place);
    const kind = signature?.kind ?? (isScript ? "command" : "macro");
    emit("reference-open", { tab: `${kind}s`, name: signature?.name, field: this.field, place: this.place });
  }

  nextProblem() {
    const { problems, cursor } = this.answer;
    const placed = problems.filter((problem) => problem.where).sort((a, b) => a.where.start - b.where.start);
    const next = placed.find((problem) => problem.where.start > cursor) ?? placed[0];
    if (next) this.go(next);
  }

  go({ where }) {
    this.field.focus();
    this.field.setSelectionRange(where.start, where.start);
    this.moved();
  }
}

/** Where the innermost braces that `before` leaves open begin; its length when there are none. */
function openBraces(before) {
  const open = [];
  for (const { 0: braces, index } of before.matchAll(/\{\{|\}\}/gu)) {
    if (braces === "{{") open.push(index);
    else open.pop();
  }
  return open.at(-1) ?? before.length;
}
