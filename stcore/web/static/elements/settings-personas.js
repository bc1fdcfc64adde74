/** The settings of personas: who one can be, which one speaks where, and files. */
import { attempt } from "../core/actions.js";
import { Autosave } from "../core/autosave.js";
import { get } from "../core/api.js";
import { button, fill, h, icon, iconButton } from "../core/dom.js";
import { plural, shorten } from "../core/format.js";
import { bindPersona, of, putPerson, setDefaultPersona } from "../core/people.js";
import { emit, on, state } from "../core/store.js";
import { avatar } from "./avatar.js";
import { avatarPicker } from "./avatar-picker.js";
import { chooseFiles, saveFrom } from "./chat-files.js";
import { confirmDialog, promptDialog } from "./dialog.js";
import { restoredNote } from "./editor-dialog.js";
import { Fields } from "./editor-fields.js";
import { openMenu } from "./menu.js";
import { be, boundTo } from "./persona-menu.js";

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

/** @param {HTMLElement} page */
export function personasPage(page) {
  const known = everybody();
  const focused = page.contains(document.activeElement) ? document.activeElement.closest("[data-id]")?.dataset.id : null;
  const open = (id) => attempt(() => personaPage(page, id));
  fill(
    page,
    h("h3.settings-title", {}, "Personas"),
    h("p.settings-lead", {}, "Who you can be. Choose one for a chat, for everything with a character, or for all new chats."),
    known.length ? h("ul.connections", {}, known.map((one) => card(one, open))) : nobody(),
    h(
      "div.connection-buttons",
      {},
      button("New persona", () => newPersona(open), { look: "primary", drawing: "plus" }),
      button("Import …", () => chooseFiles(".json,application/json", (files) => takeOver(page, files)), { drawing: "upload" }),
      known.length > 0 && button("Save all as a file", () => saveFrom("/api/personas/export", "personas.json"), { drawing: "download" }),
    ),
  );
  if (focused) page.querySelector(`[data-id="${focused}"] .icon-button`)?.focus();
  const title = page.firstElementChild;
  const stop = on("people", () => {
    stop();
    if (title.isConnected) personasPage(page);
  });
}

const nobody = () =>
  h(
    "div.replies-empty",
    {},
    icon("user"),
    h("p", {}, "You go by the name in “You and the chat”. A persona has a picture and a description too, which the model is told."),
  );

const everybody = () => [...state.personas.values()].sort((a, b) => a.name.localeCompare(b.name));

function card(persona, open) {
  const here = state.cast?.persona?.id === persona.id;
  const more = iconButton("dots", `More for ${persona.name}`, () => openMenu(more, persona.name, choices(persona)), { "aria-haspopup": "menu" });
  const bound = boundTo(persona).map(({ name }) => name);
  return h(
    "li.connection.persona",
    { class: here ? "is-default" : "", data: { id: persona.id } },
    avatar(() => state.personas.get(persona.id) ?? persona),
    h(
      "div.persona-words",
      {},
      h(
        "div.connection-head",
        {},
        h("button.reply-open", { type: "button", onclick: () => open(persona.id) }, h("strong", {}, persona.name), icon("right")),
        persona.title && h("span.faint", {}, persona.title),
        here && h("span.tag", {}, icon("check"), "You, here"),
        persona.default && h("span.tag.off", {}, "new chats"),
      ),
      h("p.persona-text", {}, shorten(persona.description, 160) || "No description"),
      bound.length > 0 && h("p.faint", {}, `Always with ${shorten(bound.join(", "), 90)}`),
    ),
    more,
  );
}

function choices(persona) {
  const here = state.cast?.persona?.id === persona.id;
  return [
    { text: "Be this one in the open chat", icon: "user", disabled: here, run: () => be({ persona_id: persona.id }) },
    {
      text: persona.default ? "No longer in new chats" : "In all new chats",
      icon: "star",
      run: () => attempt(() => setDefaultPersona(persona.default ? null : persona.id)),
    },
    { text: "Duplicate", icon: "copy", run: () => attempt(async () => putPerson("personas", await host.duplicate(persona.id))) },
    null,
    { text: "Delete …", icon: "trash", danger: true, run: () => drop(persona) },
  ];
}

async function drop(persona) {
  const sure = await confirmDialog({
    title: `Delete ${shorten(persona.name, 60)}?`,
    text: "Its description and picture go for good. What was said under its name stays.",
    action: "Delete",
    danger: true,
  });
  return sure && attempt(() => host.remove(persona.id));
}

async function newPersona(open) {
  const name = await promptDialog({ title: "A new persona", label: "Name", action: "Make it" });
  if (!name?.trim()) return;
  const made = await attempt(() => host.create(name.trim()));
  if (!made) return;
  putPerson("personas", made);
  await open(made.id);
}

async function takeOver(page, files) {
  for (const file of files) {
    const answer = await attempt(() => host.import(file));
    if (!answer) continue;
    for (const persona of answer.personas) putPerson("personas", persona);
    const text = answer.personas.length ? `${plural(answer.personas.length, "persona")} came from ${file.name}.` : `All of ${file.name} were here already.`;
    emit("toast", { level: "success", text });
  }
  if (page.isConnected) personasPage(page);
}

// -- one of them ------------------------------------------------------------------------------------------------------

async function personaPage(page, id) {
  const books = (await get("/api/books")).books.map(({ name }) => name);
  const editor = new Editor(await host.get(id), books);
  const leave = async () => {
    await editor.saver.flush();
    personasPage(page);
  };
  fill(page, button("All personas", () => attempt(leave), { look: "quiet back", drawing: "left" }), editor.build());
  page.parentElement.scrollTop = 0;
  const stop = on("people", () => {
    if (!editor.form.isConnected) return stop();
    if (!state.personas.has(id)) return personasPage(page);
    return editor.noticed();
  });
}

class Editor {
  constructor(persona, books) {
    Object.assign(this, { id: persona.id, books });
    this.saver = new Autosave(`persona.${this.id}`, (fields) => this.send(fields), (told) => this.tell(told));
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
    this.depth = h("div.form-columns", {}, fields.number("depth", "Messages behind it", { min: "0", max: "9999", step: "1" }), fields.choice("role", "Said by", ROLES));
    this.places = h("fieldset.form-group");
    this.form = h(
      "form.schema-form",
      { onsubmit: (event) => event.preventDefault() },
      Object.keys(this.saver.restored).length > 0 && restoredNote(() => this.discard()),
      h("div.editor-who", {}, avatarPicker({ find, put, drop: off }), h("div", {}, fields.line("name", "Name", { maxlength: "200", required: true }), fields.line("title", "Title", { help: "To tell it from others of the same name." }))),
      fields.text("description", "Description", { rows: 6, help: "What the model is told about you." }),
      fields.choice("position", "Where the model reads it", POSITIONS),
      this.depth,
      fields.choice("lorebook", "Book of world info", [["", "None"], ...names.map((name) => [name, name])], { help: "It counts where you are this persona." }),
      this.places,
      h("div.form-footer", {}, this.told, button("Delete …", () => drop(this.persona()), { look: "quiet danger-text", drawing: "trash" })),
    );
    this.drawDepth();
    this.drawPlaces();
    return this.form;
  }

  drawDepth() {
    this.depth.hidden = this.known.position !== AT_DEPTH;
  }

  /** Where it speaks: each binding can be taken away here. */
  drawPlaces() {
    const persona = this.persona();
    const here = state.cast?.persona?.id === persona.id;
    const line = (text, action) => h("li.reply-link", {}, h("strong", {}, text), action);
    const free = (one) => line(`Always with ${one.name}`, button("Free it", () => attempt(() => bindPersona(persona.id, one.id, false)), { look: "quiet" }));
    const toggleDefault = button(persona.default ? "No longer" : "Choose it", () => attempt(() => setDefaultPersona(persona.default ? null : persona.id)), { look: "quiet" });
    fill(
      this.places,
      h("legend", {}, "Where you are this one"),
      h(
        "ul.reply-links",
        {},
        line(here ? "You are this one in the open chat" : "Not in the open chat", !here && button("Be this one there", () => be({ persona_id: persona.id }), { look: "quiet" })),
        line(persona.default ? "In all new chats" : "Not in new chats", toggleDefault),
        boundTo(persona).map(free),
      ),
    );
  }
}
