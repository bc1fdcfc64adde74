/** The editor of a character: its picture and its card, saved while one types. */
import { attempt } from "../core/actions.js";
import { Autosave } from "../core/autosave.js";
import { at, get, put } from "../core/api.js";
import { fill, h, iconButton } from "../core/dom.js";
import { of, putPerson } from "../core/people.js";
import { on, state } from "../core/store.js";
import { avatar } from "./avatar.js";
import { avatarPicker } from "./avatar-picker.js";
import { EditorDialog, restoredNote } from "./editor-dialog.js";
import { Fields } from "./editor-fields.js";
import { fieldsOfLooks, looksFields, splitLooks, uploadReference, YOU } from "./looks-fields.js";
import { openMenu } from "./menu.js";
import { deletePerson, duplicate, exportMenu, pastChats, rename, setFavourite } from "./people-menus.js";

const ROLES = [
  ["system", "System"],
  ["user", "You"],
  ["assistant", "The character"],
];
/** The tags it is sorted by here; a card has a field `tags` of its own. */
const TAGS = "#tags";
const host = of("characters");

/** Open the editor until it is closed. @param {string} id */
export async function editCharacter(id) {
  const character = await attempt(() => host.get(id));
  if (!character) return;
  const books = (await attempt(() => get("/api/books")))?.books ?? [];
  putPerson("characters", character);
  await new Editor(
    character,
    books.map(({ name }) => name),
  ).run();
}

class Editor {
  constructor(character, books) {
    Object.assign(this, { id: character.id, books });
    this.saver = new Autosave(
      `character.${this.id}`,
      (fields) => this.send(fields),
      (told) => this.told(told),
    );
    this.learn(character);
    this.fields = new Fields(this, () => this.chatId());
    this.name = h("h2.editor-name");
    this.star = iconButton("star", "Favourite", () => this.toggleStar());
    this.more = iconButton("dots", "More", () => this.menu(), { "aria-haspopup": "menu" });
    const renameButton = iconButton("pencil", "Rename", () => this.rename());
    const small = avatar(() => this.character());
    this.dialog = new EditorDialog({
      name: character.name,
      head: [small, this.name, renameButton, this.star, this.more],
      pages: this.pages(),
    });
    this.drawHead();
  }

  async run() {
    const stops = [
      on("people", () => this.noticed()),
      on("person-gone", ({ id }) => id === this.id && this.dialog.drop()),
    ];
    const closed = this.dialog.open(this.saver);
    this.noticed();
    await closed;
    for (const stop of stops) stop();
  }

  character() {
    return state.characters.get(this.id) ?? this.record;
  }

  /** A chat with it, where macros of its texts mean what they should. */
  chatId() {
    return state.chats.find((chat) => chat.character_id === this.id)?.id ?? null;
  }

  // -- what the host has ---------------------------------------------------------------------------------------------

  learn(record) {
    this.record = record;
    this.known = { ...record.fields, ...fieldsOfLooks(record.looks), [TAGS]: record.tags, ...this.saver.pending };
  }

  change(fields) {
    Object.assign(this.known, fields);
    this.saver.change(fields);
  }

  async send({ [TAGS]: tags, ...changes }) {
    const { looks, others: fields } = splitLooks(changes);
    if (looks) await put(at("/api/characters", this.id, "looks"), looks);
    const isMore = tags || Object.keys(fields).length;
    const changed = await (isMore
      ? host.change(this.id, { fields, ...(tags ? { tags } : {}) })
      : host.get(this.id));
    this.learn(changed);
    putPerson("characters", changed);
  }

  told(told) {
    this.dialog?.tell(told);
  }

  /** Somebody changed it elsewhere: what is not being typed here is shown as it is now. */
  async noticed() {
    this.drawHead();
    if (!this.saver.isClean || this.reading || this.character().updated <= this.record.updated) return;
    this.reading = true;
    const record = await attempt(() => host.get(this.id));
    this.reading = false;
    if (!record) return;
    this.learn(record);
    this.fields.refresh();
  }

  async discard() {
    this.saver.discard();
    const record = await attempt(() => host.get(this.id));
    if (!record) return;
    this.learn(record);
    this.fields.refresh();
  }

  // -- the head ------------------------------------------------------------------------------------------------------

  drawHead() {
    const { name, favourite } = this.character();
    this.name.textContent = name;
    this.star.setAttribute("aria-pressed", String(Boolean(favourite)));
    fill(this.star, iconButton(favourite ? "star-full" : "star", "", null).firstElementChild);
  }

  async toggleStar() {
    const changed = await setFavourite("character", this.character(), !this.character().favourite);
    if (changed) putPerson("characters", changed);
  }

  async rename() {
    await this.saver.flush();
    const renamed = await rename(this.character());
    if (renamed) {
      this.learn(renamed);
      putPerson("characters", renamed);
    }
  }

  menu() {
    const character = this.character();
    const saved = (fn) => async () => (await attempt(() => this.saver.flush())) && fn();
    openMenu(this.more, character.name, [
      { text: "Save as a file …", icon: "download", run: saved(() => exportMenu(this.more, character)) },
      { text: "Duplicate", icon: "copy", run: saved(() => this.copy()) },
      { text: "Past chats …", icon: "clock", run: saved(() => this.chats()) },
      null,
      { text: "Delete …", icon: "trash", danger: true, run: () => deletePerson("character", character) },
    ]);
  }

  async copy() {
    const copy = await duplicate(this.character());
    if (!copy) return;
    await this.dialog.close();
    await editCharacter(copy.id);
  }

  async chats() {
    await this.dialog.close();
    await pastChats("character", this.character());
  }

  // -- the pages -----------------------------------------------------------------------------------------------------

  pages() {
    return {
      who: { text: "Who it is", icon: "user", build: () => this.who() },
      greeting: { text: "How it begins", icon: "chat", build: () => this.greeting() },
      telling: { text: "Examples and orders", icon: "text", build: () => this.telling() },
      pictures: { text: "Pictures", icon: "picture", build: () => this.pictures() },
      card: { text: "The card", icon: "info", build: () => this.card() },
    };
  }

  who() {
    const { fields } = this;
    const picker = avatarPicker({
      find: () => this.character(),
      put: async (file) => this.dressed(await host.setAvatar(this.id, file)),
      drop: async () => this.dressed(await host.dropAvatar(this.id)),
    });
    const known = () => [...new Set([...state.characters.values()].flatMap(({ tags }) => tags))].sort();
    return [
      Object.keys(this.saver.restored).length > 0 && restoredNote(() => this.discard()),
      h("div.editor-who", {}, picker, fields.tags(TAGS, "Tags", known, { help: "To find it again in the list." })),
      fields.text("description", "Description", {
        rows: 8,
        help: "Looks, nature, past, and whatever else the model must always know.",
      }),
      fields.text("personality", "Personality", { rows: 3, help: "Its nature in a few words." }),
      fields.text("scenario", "Scenario", { rows: 3, help: "Where and how the two of you meet." }),
    ];
  }

  dressed(changed) {
    this.record = { ...this.record, updated: changed.updated };
    putPerson("characters", changed);
  }

  greeting() {
    return [
      this.fields.text("first_mes", "First message", {
        rows: 6,
        help: "What it says when a chat begins. It also shows the model how it speaks.",
      }),
      this.fields.texts("alternate_greetings", "Other first messages", {
        one: "greeting",
        help: "A chat begins with the one above; the arrows below the message lead to these.",
      }),
    ];
  }

  telling() {
    const { fields } = this;
    return [
      fields.text("mes_example", "Examples of how it speaks", {
        rows: 6,
        help: "Each example begins with a line <START>. {{user}} and {{char}} stand for the names.",
      }),
      fields.text("system_prompt", "Instead of the first words to the model", {
        place: "override",
        help: "Empty: those of the settings. {{original}} puts them in.",
      }),
      fields.text("post_history_instructions", "After the chat", {
        place: "override",
        help: "The last words the model reads before it answers.",
      }),
      h(
        "fieldset.form-group",
        {},
        h("legend", {}, "Note among the messages"),
        fields.text("depth_prompt", "Note", {
          rows: 3,
          help: "Words of its own that stand near the end of what the model reads.",
        }),
        h(
          "div.form-columns",
          {},
          fields.number("depth_prompt_depth", "Messages behind it", { min: "0", max: "9999", step: "1" }),
          fields.choice("depth_prompt_role", "Said by", ROLES),
        ),
      ),
    ];
  }

  pictures() {
    return looksFields(this.fields, {
      kind: "characters",
      worn: {
        avatar: { text: "The picture it wears", find: () => this.character() },
        persona: { text: "Your picture", find: () => state.cast?.persona ?? YOU },
      },
      upload: (file) => this.upload(file),
    });
  }

  /** Keep a picture that it refers to from now on. @param {File} file */
  async upload(file) {
    await this.saver.flush();
    await uploadReference("characters", this.id, file);
    this.learn(await host.get(this.id));
    this.fields.refresh();
  }

  card() {
    const { fields } = this;
    const names = [...new Set([...this.books, this.known.world].filter(Boolean))];
    const often = (share) =>
      ["silent unless named", "seldom", "now and then", "often", "nearly always"][Math.round(share * 4)];
    return [
      fields.text("creator_notes", "Notes for people", { rows: 4, help: "Never told to the model." }),
      fields.tags("tags", "Tags in its file", () => [], {
        help: "What people who take over its file get to sort it by.",
      }),
      h("div.form-columns", {}, fields.line("creator", "Made by"), fields.line("character_version", "Version")),
      fields.choice("world", "Book of world info", [["", "None"], ...names.map((name) => [name, name])], {
        help: "It counts in every chat with this character, and goes along in its file.",
      }),
      fields.slider("talkativeness", "How often it speaks in groups", {
        min: "0",
        max: "1",
        step: "0.05",
        words: (share) => `${Math.round(share * 100)} %, ${often(share)}`,
      }),
    ];
  }
}
