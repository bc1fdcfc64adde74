/** World info: what the page asks the host about books, their entries, and where they count. */
import { at, get, patch, post, put, remove } from "./api.js";
import { state } from "./store.js";

const BASE = "/api/books";

/** @returns {Promise<{books: {id: string, name: string, entries: number, updated: number}[], global: string[]}>} */
export const loadBooks = () => get(BASE);
export const loadBook = (id) => get(at(BASE, id));
export const createBook = (name, copyOf = "") => post(BASE, { name, copy_of: copyOf });
export const changeBook = (id, changes) => patch(at(BASE, id), changes);
export const deleteBook = (id) => remove(at(BASE, id));
export const bookAddress = (id, format) => `${at(BASE, id, "export")}?${new URLSearchParams({ format })}`;

/** @param {File} file @param {{name?: string, replace?: boolean}} [how] */
export function importBook(file, { name = fileTitle(file), replace = false } = {}) {
  return post(`${BASE}/import?${new URLSearchParams({ name, replace: String(replace) })}`, file);
}

/** The name of a file without its ending: what a book is called when it says nothing itself. */
export const fileTitle = (file) => file.name.replace(/\.[^.]+$/u, "").trim().slice(0, 200);

export const addEntry = (bookId, fields = {}) => post(at(BASE, bookId, "entries"), { fields });
export const changeEntry = (bookId, uid, fields) => patch(at(BASE, bookId, "entries", uid), { fields });
export const removeEntry = (bookId, uid) => remove(at(BASE, bookId, "entries", uid));
export const orderEntries = (bookId, uids) => put(at(BASE, bookId, "order"), { uids });

/** What world info would add to the next prompt of the open chat, and why. */
export const loadWhy = (signal) => get(at("/api/chats", state.chatId, "lore"), signal);

/**
 * The places where books can count, with the names of those that do now. `single` places take one book.
 * @typedef {{key: string, text: string, names: string[], single: boolean, save: (names: string[]) => Promise<any>}} Place
 * @param {string[]} everywhere As `loadBooks` told.
 * @returns {Promise<{places: Place[], card: Object|null}>} `card` tells of the books of the character's card.
 */
export async function loadPlaces(everywhere) {
  const { chatId, cast } = state;
  const places = [
    { key: "global", text: "In all chats", names: everywhere, single: false, save: (books) => put(`${BASE}/global`, { books }) },
  ];
  if (chatId) places.push(await singlePlace("chat", "In this chat", at("/api/chats", chatId, "book")));
  if (cast?.group_id)
    places.push(await singlePlace("group", "With this group", at("/api/groups", cast.group_id, "book")));
  const person = cast?.character;
  if (!person) return { places, card: null };
  const address = at("/api/characters", person.id, "books");
  const card = { person, ...(await get(address)) };
  const save = (books) => put(address, { books });
  places.push({ key: "character", text: `With ${person.name}`, names: card.further, single: false, save });
  return { places, card };
}

async function singlePlace(key, text, address) {
  const { book } = await get(address);
  return { key, text, names: book ? [book] : [], single: true, save: (names) => put(address, { book: names.at(-1) ?? null }) };
}

/** Make the book in a character's card one of the library. @param {string} characterId */
export const adoptBook = (characterId) => post(at("/api/characters", characterId, "book"));
