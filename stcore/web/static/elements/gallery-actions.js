/** What can be done with the pictures of a gallery: add, delete, order; and with the gallery of a character itself. */
import { announce } from "../core/announce.js";
import { attempt, openChat } from "../core/actions.js";
import { button, h, uniqueId } from "../core/dom.js";
import { plural, shorten } from "../core/format.js";
import { ORDERS, addPicture, deletePictures, listGalleries, lookInto, usesOf } from "../core/galleries.js";
import { emit, state } from "../core/store.js";
import { chooseFiles } from "./chat-files.js";
import { confirmDialog, showDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import { copyWithNotice, download } from "./picture-tools.js";

const KINDS = "image/jpeg,image/png,image/webp,image/gif";
const KIND_NAMES = { character: "Character", group: "Group", shared: "Shared" };
const LONGEST_NAME = 64;
const several = new Intl.ListFormat("en", { type: "conjunction" });

/** Choose files and put them into the gallery of somebody. @param {{id: string, name: string}} subject */
export const chooseUploads = (subject) => chooseFiles(KINDS, (files) => upload(subject, files));

/** @param {{id: string, name: string}} subject @param {File[]} files */
export async function upload(subject, files) {
  let added = 0;
  for (const [number, file] of files.entries()) {
    if (files.length > 1) announce(`Picture ${number + 1} of ${files.length}`);
    if (await attempt(() => addPicture(subject.id, file))) added += 1;
  }
  if (!added) return;
  const text = `${plural(added, "picture")} added to the gallery of ${shorten(subject.name, 40)}.`;
  emit("toast", { level: "success", text });
}

/**
 * Let files that are dropped on `panel` hang in the gallery of `whose()`, while it has `data-takes-files`; elsewhere on
 * the page they are taken as cards and chats.
 */
export function takeDrops(panel, whose) {
  const takes = (event) => panel.hasAttribute("data-takes-files") && event.dataTransfer?.types.includes("Files");
  panel.addEventListener("dragover", (event) => {
    if (!takes(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    panel.classList.add("over");
  });
  panel.addEventListener("dragleave", (event) => {
    if (!panel.contains(event.relatedTarget)) panel.classList.remove("over");
  });
  panel.addEventListener("drop", (event) => {
    panel.classList.remove("over");
    if (!takes(event)) return;
    event.preventDefault();
    upload(whose(), [...event.dataTransfer.files]);
  });
}

/** Ask, saying what uses them, and delete. @param {Object[]} pictures @returns {Promise<boolean>} */
export async function discard(pictures) {
  const ids = pictures.map((picture) => picture.id);
  const uses = await attempt(() => usesOf(ids));
  if (!uses) return false;
  const sure = await confirmDialog({
    title: ids.length === 1 ? "Delete this picture?" : `Delete ${ids.length} pictures?`,
    text: told(Object.values(uses).flat(), ids.length),
    action: "Delete",
    danger: true,
  });
  if (!sure || !(await attempt(() => deletePictures(ids)))) return false;
  announce(`${plural(ids.length, "picture")} deleted`);
  return true;
}

/** What deleting means, in words. */
function told(uses, count) {
  const hung = uses.filter(({ kind }) => kind === "message");
  const bound = uses.filter(({ kind }) => kind === "reference");
  const worn = uses.filter(({ kind }) => kind !== "message" && kind !== "reference");
  const chats = [...new Set(hung.map(({ chat }) => `“${shorten(chat, 40)}”`))];
  return [
    count === 1 ? "It goes for good." : "They go for good.",
    chats.length &&
      `${count === 1 ? "It disappears" : "They disappear"} from ${plural(hung.length, "message")} of ${listed(chats)}.`,
    worn.length && `Without a portrait then: ${listed(worn.map(({ name }) => name))}.`,
    bound.length && `Without this reference picture then: ${listed(bound.map(({ name }) => name))}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

const listed = (names) => several.format(names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names);

/** @param {HTMLElement} anchor @param {string} current @param {(order: string) => void} choose */
export function sortMenu(anchor, current, choose) {
  const items = Object.entries(ORDERS).map(([name, { text }]) => ({
    text,
    checked: name === current,
    run: () => choose(name),
  }));
  openMenu(anchor, "Order", items);
}

/** @param {HTMLElement} anchor @param {Object} picture @param {{open: Function, discard: Function}} on */
export function pictureMenu(anchor, picture, on) {
  const made = picture.generation;
  const here = state.messages.find((message) => message.pictures.some((one) => one.id === picture.id));
  const messageId = here?.id ?? (picture.chat_id === state.chatId ? picture.message_id : null);
  const elsewhere = picture.chat_id && picture.chat_id !== state.chatId;
  openMenu(
    anchor,
    "This picture",
    [
      { text: "Open", icon: "expand", run: on.open },
      messageId && { text: "Go to its message", icon: "chat", run: () => emit("goto-message", messageId) },
      elsewhere && { text: "Open its chat", icon: "chat", run: () => openChat(picture.chat_id) },
      made && { text: "Copy the prompt", icon: "copy", run: () => copyWithNotice(made.prompt, "Prompt copied") },
      made?.seed && { text: "Copy the seed", icon: "dice", run: () => copyWithNotice(String(made.seed), "Seed copied") },
      { text: "Download", icon: "download", run: () => download(picture) },
      { text: "Delete", icon: "trash", danger: true, run: on.discard },
    ].filter(Boolean),
  );
}

/** Let a character show another gallery. @param {{id: string, name: string, shown: {id: string, name: string}}} gallery */
export async function lookElsewhere(gallery) {
  const known = await attempt(listGalleries);
  if (!known) return;
  const others = known.filter(({ id }) => id !== gallery.id);
  const elsewhere = gallery.shown.id !== gallery.id;
  const answer = await showDialog(`Which gallery does ${shorten(gallery.name, 40)} show?`, (finish) => {
    const [fieldId, listId] = [uniqueId("gallery"), uniqueId("galleries")];
    const field = h("input.field", {
      id: fieldId,
      list: listId,
      value: elsewhere ? gallery.shown.name : "",
      autocomplete: "off",
      maxlength: String(LONGEST_NAME),
      placeholder: "A name",
      required: true,
    });
    const onsubmit = (event) => {
      event.preventDefault();
      finish({ name: field.value.trim() });
    };
    return h(
      "form",
      { onsubmit },
      h(
        "p.dialog-text",
        {},
        "That of another character or of a group, or one that several share: a new name makes one. Pictures made from " +
          "now on hang there; those that hang already stay where they are.",
      ),
      h("label.field-label", { for: fieldId }, "Gallery"),
      field,
      h(
        "datalist",
        { id: listId },
        others.map(({ name, kind }) => h("option", { value: name }, KIND_NAMES[kind])),
      ),
      h(
        "div.dialog-buttons",
        {},
        elsewhere && button("Its own again", () => finish({ name: null })),
        button("Cancel", () => finish(null)),
        button("Show it", null, { look: "primary", type: "submit" }),
      ),
    );
  });
  if (answer) await attempt(() => lookInto(gallery.id, answer.name || null));
}

/** Let a character show its own gallery again. */
export const lookAtOwn = (gallery) => attempt(() => lookInto(gallery.id, null));
