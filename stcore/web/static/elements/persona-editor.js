/** One persona in the settings: its picture and what the model is told of it, saved while one types. */
import { attempt } from "../core/actions.js";
import { Autosave } from "../core/autosave.js";
import { get } from "../core/api.js";
import { button, fill, h } from "../core/dom.js";
import { bindPersona, of, putPerson, setDefaultPersona } from "../core/people.js";
import { on, state } from "../core/store.js";
import { avatarPicker } from "./avatar-picker.js";
import { restoredNote } from "./editor-dialog.js";
import { Fields } from "./editor-fields.js";
import { CHARACTER, looksFields, uploadReference } from "./looks-fields.js";
import { be, boundTo, deletePersona } from "./persona-menu.js";

const AT_DEPTH = 4;
const POSITIONS = [
  [0, "With the character, at the beginning"],
  [2, "Above the author's note"],
  [3, "Below the author's note"],
  [AT_DEPTH, "Among the messages"],
  [9, "Nowhere; only as {{persona}}"],
];
const ROLES = [
  [0, "System"],
  [1, "You"],
  [2, "The character"],
];
const host = of("personas");

/** @param {HTMLElement} page @param {string} id @param {() => any} back */
export async function personaPage(page, id, back) {
  const books = (await get("/api/books")).books.map(({ name }) => name);
  const editor = new Editor(await host.get(id), books);
  const leave = async () => {
    await editor.saver.flush();
    back();
  };
  fill(
    page,
    button("All personas", () => attempt(leave), { look: "quiet back", drawing: "left" }),
    editor.build(),
  );
  page.parentElement.scrollTop = 0;
  const stop = on("people", () => {
    if (!editor.form.isConnected) return stop();
    if (!state.personas.has(id)) {
      editor.saver.discard();
      return back();
    }
    return editor.noticed();
  });
}

class Editor {
  constructor(persona, books) {
    Object.assign(this, { id: persona.id, books });
    this.saver = new Autosave(
      `persona.${this.id}`,
      (fields) => this.send(fields),
      (told) => this.tell(told),
    );
    this.learn(persona);
    this.fields = new Fields(this, () => state.chatId);
  }

  persona() {
    return state.personas.get(this.id) ?? this.record;
  }

  learn(record) {
    this.record = record;
    this.known = { ...record, ...this.saver.pending };
  }

  change(fields) {
    Object.assign(this.known, fields);
    this.saver.change(fields);
    if (fields.position !== undefined) this.drawDepth();
  }

  async send(fields) {
    const changed = await host.change(this.id, { fields });
    this.learn(changed);
    putPerson("personas", changed);
  }

  tell({ state: told, error }) {
    this.told.classList.toggle("wrong", told === "failed");
    this.told.textContent = { changed: "Saving …", saved: "Saved", failed: `Not saved: ${error?.message}` }[told];
  }

  noticed() {
    this.drawPlaces();
    if (!this.saver.isClean) return;
    this.learn(this.persona());
    this.fields.refresh();
  }

  async discard() {
    this.saver.discard();
    this.learn(this.persona());
    this.fields.refresh();
    this.drawDepth();
  }

  build() {
    const { fields } = this;
    const find = () => this.persona();
    const put = async (file) => putPerson("personas", await host.setAvatar(this.id, file));
    const off = async () => putPerson("personas", await host.dropAvatar(this.id));
    const names = [...new Set([...this.books, this.known.lorebook].filter(Boolean))];
    this.told = h("p.reply-told.faint", { role: "status" });
    this.depth = h(
      "div.form-columns",
      {},
      fields.number("depth", "Messages behind it", { min: "0", max: "9999", step: "1" }),
      fields.choice("role", "Said by", ROLES),
    );
    this.places = h("fieldset.form-group");
    this.form = h(
      "form.schema-form",
      { onsubmit: (event) => event.preventDefault() },
      Object.keys(this.saver.restored).length > 0 && restoredNote(() => this.discard()),
      h(
        "div.editor-who",
        {},
        avatarPicker({ find, put, drop: off }),
        h(
          "div",
          {},
          fields.line("name", "Name", { maxlength: "200", required: true }),
          fields.line("title", "Title", { help: "To tell it from others of the same name." }),
        ),
      ),
      fields.text("description", "Description", { rows: 6, help: "What the model is told about you." }),
      fields.choice("position", "Where the model reads it", POSITIONS),
      this.depth,
      fields.choice("lorebook", "Book of world info", [["", "None"], ...names.map((name) => [name, name])], {
        help: "It counts where you are this persona.",
      }),
      h("fieldset.form-group", {}, h("legend", {}, "Pictures"), this.looks()),
      this.places,
      h(
        "div.form-footer",
        {},
        this.told,
        button("Delete …", () => deletePersona(this.persona()), { look: "quiet danger-text", drawing: "trash" }),
      ),
    );
    this.drawDepth();
    this.drawPlaces();
    return this.form;
  }

  looks() {
    return looksFields(this.fields, {
      kind: "personas",
      worn: {
        persona: { text: "The picture you wear", find: () => this.persona() },
        avatar: { text: "The character's picture", find: () => state.cast?.character ?? CHARACTER },
      },
      upload: (file) => this.upload(file),
    });
  }

  /** Keep a picture that it refers to from now on. @param {File} file */
  async upload(file) {
    await this.saver.flush();
    await uploadReference("personas", this.id, file);
    const persona = await host.get(this.id);
    putPerson("personas", persona);
    this.learn(persona);
    this.fields.refresh();
  }

  drawDepth() {
    this.depth.hidden = this.known.position !== AT_DEPTH;
  }

  /** Where it speaks: each binding can be taken away here. */
  drawPlaces() {
    const persona = this.persona();
    const here = state.cast?.persona?.id === persona.id;
    const line = (text, action) => h("li.reply-link", {}, h("strong", {}, text), action);
    const free = (one) =>
      line(
        `Always with ${one.name}`,
        button("Free it", () => attempt(() => bindPersona(persona.id, one.id, false)), { look: "quiet" }),
      );
    const toggleDefault = button(
      persona.default ? "No longer" : "Choose it",
      () => attempt(() => setDefaultPersona(persona.default ? null : persona.id)),
      { look: "quiet" },
    );
    const buttons = () => [...this.places.querySelectorAll("button")];
    const focused = buttons().indexOf(document.activeElement);
    fill(
      this.places,
      h("legend", {}, "Where you are this one"),
      h(
        "ul.reply-links",
        {},
        line(
          here ? "You are this one in the open chat" : "Not in the open chat",
          !here && button("Be this one there", () => be({ persona_id: persona.id }), { look: "quiet" }),
        ),
        line(persona.default ? "In all new chats" : "Not in new chats", toggleDefault),
        boundTo(persona).map(free),
      ),
    );
    if (focused >= 0) buttons()[Math.min(focused, buttons().length - 1)].focus();
  }
}
