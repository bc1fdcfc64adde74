/** The author's note: of this chat, of the character, and what new chats begin with. */
import { attempt } from "../core/actions.js";
import { fill, h, uniqueId } from "../core/dom.js";
import {
  changeDefaultNote,
  changeNote,
  loadCharacterNote,
  loadDefaultNote,
  loadNote,
  writeCharacterNote,
} from "../core/prompting.js";
import { state } from "../core/store.js";
import { macroField } from "./macro-field.js";

const SAVE_MS = 500;
const POSITIONS = [
  ["chat", "In the chat, at a depth"],
  ["before", "Before the main prompt"],
  ["after", "After the main prompt"],
];
const ROLES = [
  ["system", "System"],
  ["user", "User"],
  ["assistant", "Assistant"],
];
const BESIDE = [
  ["replace", "In place of the chat's note"],
  ["before", "Before the chat's note"],
  ["after", "After the chat's note"],
];

/** @returns {Promise<Object>} All three notes; without a character only two. */
export async function readNotes() {
  const person = state.cast?.character ?? null;
  const [chat, own, usual] = await Promise.all([loadNote(), person && loadCharacterNote(person.id), loadDefaultNote()]);
  return { chat, own, usual, person };
}

/** @param {HTMLElement} page @param {Object} notes @returns {{leave: () => Promise<any>}} */
export function notePage(page, { chat, own, usual, person }) {
  const forms = [
    new NoteForm("Note of this chat", chat, (_, changes) => changeNote(changes), { rows: 5 }),
    person && new NoteForm(`Note of ${person.name}`, own, (note) => writeCharacterNote(person.id, note), { beside: true, rows: 4 }),
    new NoteForm("What new chats begin with", usual, (_, changes) => changeDefaultNote(changes), { folded: true, rows: 4 }),
  ].filter(Boolean);
  fill(
    page,
    h(
      "div.workbench-content",
      {},
      h("h3.settings-title", {}, "Author's note"),
      h("p.settings-lead", {}, "A reminder for the model that nobody sees in the chat: how to write, what to keep in mind."),
      h("div.schema-form", {}, forms.map((form) => form.element)),
    ),
  );
  return { leave: () => Promise.all(forms.map((form) => attempt(() => form.flush()))) };
}

/** One note; every change is kept a moment later. */
class NoteForm {
  constructor(title, note, save, { beside = false, folded = false, rows }) {
    Object.assign(this, { note: { ...note }, save, pending: {} });
    this.told = h("span.note-told.faint", { role: "status" });
    const body = [this.text(title, rows), beside ? this.besideFields() : this.placeFields()];
    this.element = folded
      ? h("details.form-group", {}, h("summary", {}, title, this.told), body)
      : h("fieldset.form-group", {}, h("legend", {}, title, this.told), body);
  }

  change(changes) {
    Object.assign(this.note, changes);
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
    try {
      await this.save(this.note, changes);
      this.told.textContent = "Saved";
    } catch (error) {
      this.pending = { ...changes, ...this.pending };
      this.told.textContent = "Not saved";
      throw error;
    }
  }

  text(title, rows) {
    const field = h("textarea.field", { rows, value: this.note.text, "aria-label": title, placeholder: "No note" });
    field.addEventListener("input", () => this.change({ text: field.value }));
    return h("div.form-row", {}, macroField(field));
  }

  placeFields() {
    const depth = this.number("depth", "Depth", "Messages behind it; 0 is at the very end.");
    const role = this.select("role", "In the name of", ROLES);
    const show = () => (depth.hidden = role.hidden = this.note.position !== "chat");
    const position = this.select("position", "Place", POSITIONS, show);
    show();
    return h(
      "div.form-columns.note-place",
      {},
      position,
      this.number("frequency", "Every so many of your messages", "1: always. 0: never."),
      depth,
      role,
    );
  }

  besideFields() {
    const id = uniqueId("note");
    const use = h("input", { id, type: "checkbox", checked: this.note.use });
    use.addEventListener("change", () => this.change({ use: use.checked }));
    return [
      h("div.check-line", {}, use, h("label.field-label", { for: id }, "Use it in every chat with this character")),
      this.select("position", "Place", BESIDE),
    ];
  }

  select(key, label, options, changed = () => {}) {
    const id = uniqueId("note");
    const select = h("select.field", { id }, options.map(([value, text]) => h("option", { value }, text)));
    select.value = this.note[key];
    select.addEventListener("change", () => {
      this.change({ [key]: select.value });
      changed();
    });
    return h("div.form-row", {}, h("label.field-label", { for: id }, label), select);
  }

  number(key, label, help) {
    const id = uniqueId("note");
    const input = h("input.field", { id, type: "number", inputmode: "numeric", min: 0, max: 10000, step: 1, value: this.note[key] });
    input.addEventListener("input", () => {
      if (input.value !== "" && input.validity.valid) this.change({ [key]: Number(input.value) });
    });
    return h("div.form-row", {}, h("label.field-label", { for: id }, label), input, h("p.field-help", {}, help));
  }
}
