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

const FILES = "image/png,image/jpeg,image/webp,image/gif";
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
  const take = (id) => id && set(id);
  const choose = button("Choose …", () => openMenu(choose, label, choices()), { id, "aria-haspopup": "menu", "aria-label": `${label}: choose a picture` });
  const choices = () => [
    ...Object.entries(PEOPLE).map(([key, { text }]) => ({ text, checked: value === key, run: () => set(key) })),
    null,
    { text: "From the gallery …", icon: "gallery", run: async () => take(await pickPicture()) },
    { text: "From a file …", icon: "upload", run: () => chooseFiles(FILES, ([file]) => attempt(async () => take(await upload(file))), { multiple: false }) },
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
  const picture = await post(`/api/pictures?${new URLSearchParams({ name: file.name })}`, file);
  learn(picture);
  return picture.id;
}

// -- choosing one that is there ---------------------------------------------------------------------------------------

const PLACES = { chat: "This chat", all: "All pictures" };

/** Let a person pick a stored picture. @returns {Promise<string|null>} Its id. */
export const pickPicture = () =>
  showDialog(
    "Choose a picture",
    (finish) => {
      const grid = h("ul.choice-pictures");
      const more = button("Show older ones", () => turn(), { hidden: true });
      let place = state.chatId ? "chat" : "all";
      let cursor = null;
      const turn = async () => {
        const wanted = place;
        const page = await attempt(() => loadPage(place, cursor));
        if (!page || wanted !== place) return;
        if (!cursor) fill(grid, !page.pictures.length && h("li.choice-none", {}, "There is no picture yet."));
        grid.append(...page.pictures.map((picture) => tile(picture, finish)));
        cursor = page.cursor;
        more.hidden = !cursor;
      };
      const tabs = h("div.tabs", { role: "group", "aria-label": "Which pictures" });
      const choose = (next) => {
        [place, cursor] = [next, null];
        for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.place === place));
        turn();
      };
      fill(
        tabs,
        Object.entries(PLACES).map(([name, text]) =>
          h("button.tab", { type: "button", data: { place: name }, disabled: name === "chat" && !state.chatId, onclick: () => choose(name) }, text),
        ),
      );
      choose(place);
      return [tabs, grid, h("div.dialog-buttons", {}, more, button("Cancel", () => finish(null)))];
    },
    { className: "picture-dialog" },
  );

function tile(picture, finish) {
  const alt = pictureAlt(picture);
  learn(picture);
  const props = { type: "button", "aria-label": alt, title: alt, onclick: () => finish(picture.id) };
  return h("li", {}, h("button.choice-picture", props, stImage(picture, alt, { size: "thumb" })));
}

function loadPage(place, cursor) {
  const base = place === "chat" ? at("/api/chats", state.chatId, "pictures") : "/api/pictures";
  return get(`${base}?${new URLSearchParams({ limit: String(PAGE), ...(cursor && { cursor }) })}`);
}
