/** What can be done with a character or a group, wherever it is shown: make, edit, copy, save, delete. */
import { announce } from "../core/announce.js";
import { attempt, openChat } from "../core/actions.js";
import { button, h, uniqueId } from "../core/dom.js";
import { plural, shortMoment, shorten } from "../core/format.js";
import { talkTo } from "../core/people-chats.js";
import { chatsWith, exportAddress, of, putPerson, renameCharacter, touchGroup } from "../core/people.js";
import { emit } from "../core/store.js";
import { editCharacter } from "./character-editor.js";
import { chooseChats, saveFrom } from "./chat-files.js";
import { promptDialog, showDialog } from "./dialog.js";
import { editGroup } from "./group-editor.js";
import { openMenu } from "./menu.js";

const FORMATS = { png: "PNG, with its picture", json: "JSON, text only", charx: "CHARX, with all its files" };
const MOST_CHATS = 200;

/** Ask for a name, make a character, and open its editor. */
export async function newCharacter() {
  const name = await promptDialog({ title: "A new character", label: "Name", action: "Make it" });
  if (!name?.trim()) return;
  const made = await attempt(() => of("characters").create(name.trim()));
  if (!made) return;
  putPerson("characters", made);
  await editCharacter(made.id);
}

/** Ask for a name, make a group, and open its editor, where members are chosen. */
export async function newGroup(members = []) {
  const name = await promptDialog({ title: "A new group", label: "Name", action: "Make it" });
  if (!name?.trim()) return;
  const made = await attempt(() => of("groups").create(name.trim(), { members }));
  if (!made) return;
  touchGroup(made);
  await editGroup(made.id);
}

/** @param {"character"|"group"} kind @param {string} id */
export const edit = (kind, id) => (kind === "group" ? editGroup(id) : editCharacter(id));

/** @param {HTMLElement} anchor @param {"character"|"group"} kind @param {Object} person */
export function personMenu(anchor, kind, person) {
  const favourite = person.favourite ?? person.options?.favourite;
  openMenu(anchor, person.name, [
    { text: "New chat", icon: "plus", run: () => attempt(() => talkTo(kind, person.id, { fresh: true })) },
    { text: "Past chats …", icon: "clock", run: () => pastChats(kind, person) },
    { text: "Gallery", icon: "gallery", run: () => emit("gallery-show", { subjectId: person.id }) },
    null,
    { text: "Edit", icon: "pencil", run: () => edit(kind, person.id) },
    {
      text: favourite ? "No longer a favourite" : "Make it a favourite",
      icon: favourite ? "star-full" : "star",
      run: () => setFavourite(kind, person, !favourite),
    },
    ...(kind === "character" ? ofCharacter(anchor, person) : []),
    { text: "Import a chat …", icon: "upload", run: () => chooseChats({ kind, id: person.id }) },
    null,
    { text: "Delete …", icon: "trash", danger: true, run: () => deletePerson(kind, person) },
  ]);
}

function ofCharacter(anchor, person) {
  return [
    { text: "Rename …", icon: "text", run: () => rename(person) },
    { text: "Duplicate", icon: "copy", run: () => duplicate(person) },
    { text: "Save as a file …", icon: "download", run: () => exportMenu(anchor, person) },
  ];
}

/** @param {HTMLElement} anchor @param {Object} character */
export function exportMenu(anchor, character) {
  const items = Object.entries(FORMATS).map(([format, text]) => ({
    text,
    icon: "download",
    run: () => saveFrom(exportAddress(character.id, format), `${character.name}.${format}`),
  }));
  openMenu(anchor, "Save as", items);
}

/** Set or take away the star. */
export function setFavourite(kind, person, on) {
  const changes = kind === "group" ? { options: { favourite: on } } : { fields: { fav: on } };
  return attempt(() => of(`${kind}s`).change(person.id, changes));
}

/** @returns {Promise<Object|undefined>} The character under its new name. */
export async function rename(character) {
  const answer = await showDialog(`Rename ${shorten(character.name, 60)}`, (finish) => {
    const [nameId, boxId] = [uniqueId("rename"), uniqueId("rename")];
    const field = h("input.field", {
      id: nameId,
      value: character.name,
      autocomplete: "off",
      maxlength: "200",
      required: true,
    });
    const box = h("input", { id: boxId, type: "checkbox", checked: true });
    queueMicrotask(() => field.select());
    const onsubmit = (event) => {
      event.preventDefault();
      finish({ name: field.value.trim(), chats: box.checked });
    };
    return h(
      "form",
      { onsubmit },
      h("label.field-label", { for: nameId }, "Name"),
      field,
      h("div.check-line", {}, box, h("label", { for: boxId }, "Also on the messages it has sent")),
      h(
        "div.dialog-buttons",
        {},
        button("Cancel", () => finish(null)),
        button("Rename", null, { look: "primary", type: "submit" }),
      ),
    );
  });
  if (!answer?.name || answer.name === character.name) return undefined;
  return attempt(() => renameCharacter(character.id, answer.name, answer.chats));
}

/** @returns {Promise<Object|undefined>} The copy. */
export async function duplicate(character) {
  const copy = await attempt(() => of("characters").duplicate(character.id));
  if (!copy) return undefined;
  putPerson("characters", copy);
  emit("toast", { level: "success", text: `A second ${copy.name} is here.` });
  emit("show-person", copy.id);
  return copy;
}

/** All chats with somebody, to choose from. */
export async function pastChats(kind, person) {
  const known = await attempt(() => chatsWith(kind, person.id));
  if (!known) return;
  const answer = await showDialog(`Chats with ${shorten(person.name, 60)}`, (finish) => [
    known.chats.length
      ? h(
          "ul.choice-list",
          {},
          known.chats.map((chat) => pastChat(chat, finish)),
        )
      : h("p.dialog-text", {}, "There is none yet."),
    known.more &&
      h("p.faint", {}, `These are the ${MOST_CHATS} that were used last; the list of chats has the others.`),
    h(
      "div.dialog-buttons",
      {},
      button("Close", () => finish(null)),
      button("New chat", () => finish({ fresh: true }), { look: "primary", drawing: "plus" }),
    ),
  ]);
  if (answer?.fresh) await attempt(() => talkTo(kind, person.id, { fresh: true }));
  else if (answer) await openChat(answer.id);
}

function pastChat(chat, finish) {
  return h(
    "li",
    {},
    h(
      "button.choice",
      { type: "button", onclick: () => finish(chat) },
      h(
        "span.choice-words",
        {},
        h("strong", {}, chat.title),
        h("small", {}, `${plural(chat.messages, "message")} · ${shortMoment(chat.updated)}`),
        h("small.choice-preview", {}, shorten(chat.preview, 110)),
      ),
    ),
  );
}

/** Ask, saying what goes, and delete. @returns {Promise<boolean>} */
export async function deletePerson(kind, person) {
  const known = await attempt(() => chatsWith(kind, person.id));
  if (!known) return false;
  const count = known.more ? `more than ${MOST_CHATS} chats` : plural(known.chats.length, "chat");
  const what =
    kind === "group"
      ? "The group goes for good; its members stay."
      : "Its card and its pictures go for good, except what hangs in a chat. Save it as a file first to have it back.";
  const answer = await showDialog(`Delete ${shorten(person.name, 60)}?`, (finish) => {
    const id = uniqueId("delete");
    const box = h("input", { id, type: "checkbox" });
    const label = h(
      "label",
      { for: id },
      `Delete its ${count} too; without this they stay, without ${kind === "group" ? "a group" : "a character"}`,
    );
    return [
      h("p.dialog-text", {}, what),
      known.chats.length > 0 && h("div.check-line", {}, box, label),
      h(
        "div.dialog-buttons",
        {},
        button("Cancel", () => finish(null), { autofocus: true }),
        button("Delete", () => finish({ chats: box.checked }), { look: "danger" }),
      ),
    ].filter(Boolean);
  });
  if (!answer) return false;
  const done = await attempt(() => of(`${kind}s`).remove(person.id, answer));
  if (done) announce(`${person.name} is deleted`);
  return Boolean(done);
}
