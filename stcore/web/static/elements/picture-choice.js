/** A field whose value is a picture: the character's, one's own, one of the gallery, or one from a file. */
import { attempt } from "../core/actions.js";
import { at, get, post } from "../core/api.js";
import { button, fill, h, icon } from "../core/dom.js";
import { pictureAlt } from "../core/format.js";
import { addresses, learn } from "../core/signing.js";
import { state } from "../core/store.js";
import { avatar } from "./avatar.js";
import { chooseFiles } from "./chat-files.js";
import { showDialog } from "./dialog.js";
import { stImage } from "./image.js";
import { openMenu } from "./menu.js";

const FILES = "image/png,image/jpeg,image/webp,image/gif,image/avif,image/bmp";
const PAGE = 60;

/** Pictures that are whoever's at the moment a picture is made. */
const PEOPLE = {
  avatar: { text: "The character's picture", find: () => state.cast?.character ?? { name: "Character", drawing: "user" } },
  persona: { text: "Your picture", find: () => state.cast?.persona ?? { name: "You", drawing: "user" } },
};

/**
 * @param {{id: string, value: string, label: string, changed: (value: string) => void}} how `value` is `avatar`,
 *   `persona`, the id of a stored picture, or empty; `id` becomes that of the button.
 * @returns {HTMLElement}
 */
export function pictureField({ id, value, label, changed }) {
  const sign = h("span.picture-sign");
  const words = h("span.picture-words");
  const set = (next) => {
    value = next;
    draw();
    changed(value);
  };
  const choose = button("Choose …", () => openMenu(choose, label, choices()), { id, "aria-haspopup": "menu", "aria-label": `${label}: choose a picture` });
  const choices = () => [
    ...Object.entries(PEOPLE).map(([key, { text }]) => ({ text, checked: value === key, run: () => set(key) })),
    null,
    { text: "From the gallery …", icon: "gallery", disabled: !state.chatId, run: () => fromGallery().then((picked) => picked && set(picked)) },
    { text: "From a file …", icon: "upload", run: () => chooseFiles(FILES, ([file]) => attempt(async () => set(await upload(file))), { multiple: false }) },
    { text: "None", icon: "close", disabled: !value, run: () => set("") },
  ];
  const draw = () => {
    const person = PEOPLE[value];
    if (person) fill(sign, avatar(person.find));
    else if (value) fill(sign, stImage({ id: value }, "The chosen picture", { size: "thumb" }));
    else fill(sign, icon("picture"));
    words.textContent = person?.text ?? (value ? "A stored picture" : "No picture");
    if (value && !person) tellMissing(value, words);
  };
  draw();
  return h("div.picture-field", {}, sign, words, choose);
}

/** A picture that was deleted meanwhile is said to be gone. */
async function tellMissing(id, words) {
  const there = await attempt(() => addresses(id));
  if (there === null) words.textContent = "This picture is gone";
}

/** @param {File} file @returns {Promise<string>} Its id. */
async function upload(file) {
  const query = new URLSearchParams({ label: file.name, ...(state.chatId && { chat_id: state.chatId }) });
  const picture = await post(`/api/pictures?${query}`, file);
  learn(picture);
  return picture.id;
}

/** Let a person pick a picture of the open chat. @returns {Promise<string|null>} Its id. */
export async function fromGallery() {
  const first = await attempt(() => page(null));
  if (!first) return null;
  return showDialog(
    "A picture of this chat",
    (finish) => {
      const grid = h("ul.choice-pictures");
      const more = button("Show older ones", null, { hidden: true });
      const add = ({ pictures, cursor }) => {
        grid.append(...pictures.map((picture) => tile(picture, finish)));
        more.hidden = !cursor;
        more.onclick = () => attempt(async () => add(await page(cursor)));
      };
      add(first);
      return [
        first.pictures.length ? grid : h("p.dialog-text", {}, "There is no picture in this chat yet."),
        h("div.dialog-buttons", {}, more, button("Cancel", () => finish(null))),
      ];
    },
    { className: "picture-dialog" },
  );
}

function tile(picture, finish) {
  const alt = pictureAlt(picture);
  learn(picture);
  return h("li", {}, h("button.choice-picture", { type: "button", "aria-label": alt, title: alt, onclick: () => finish(picture.id) }, stImage(picture, alt, { size: "thumb" })));
}

function page(cursor) {
  const query = new URLSearchParams({ limit: String(PAGE), ...(cursor && { cursor }) });
  return get(`${at("/api/chats", state.chatId, "pictures")}?${query}`);
}
