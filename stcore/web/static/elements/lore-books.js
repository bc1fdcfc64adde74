/** All books of world info: where each counts, and files from and to other programs. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { ApiError } from "../core/api.js";
import { button, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { plural, shortMoment } from "../core/format.js";
import { adoptBook, bookAddress, changeBook, createBook, deleteBook, fileTitle, importBook, loadBooks, loadPlaces } from "../core/lore.js";
import { emit } from "../core/store.js";
import { confirmDialog, promptDialog, showDialog } from "./dialog.js";
import { emptyPlace } from "./loading.js";
import { openMenu } from "./menu.js";

/** @returns {Promise<Object>} All that the page shows. */
export async function readBooks() {
  const { books, global } = await loadBooks();
  return { books, ...(await loadPlaces(global)) };
}

/**
 * @param {HTMLElement} page @param {Object} known What `readBooks` gave.
 * @param {{open: (id: string) => any, again: () => Promise<any>}} tools
 */
export function booksPage(page, known, tools) {
  const { books, card } = known;
  const content = h(
    "div.workbench-content",
    {},
    h("h3.settings-title", {}, "Books"),
    h("p.settings-lead", {}, "Texts that the model is told when their keys come up. Switch a book on where it shall count."),
    card && cardBook(card, tools),
    books.length
      ? h("ul.connections.lore-books", {}, books.map((book) => bookCard(book, known, tools)))
      : emptyPlace(icon("book"), "No books yet", "Make one, or drop a file here: world info of SillyTavern, a lorebook, or a character card."),
    h(
      "div.connection-buttons",
      {},
      button("New book", () => newBook(tools), { look: "primary", drawing: "plus" }),
      button("Import …", () => chooseFiles(tools.again), { drawing: "upload" }),
    ),
  );
  fill(page, content);
}

// -- one book ---------------------------------------------------------------------------------------------------------

function bookCard(book, { places, card }, tools) {
  const more = iconButton("dots", `More for ${book.name}`, () => openMenu(more, book.name, bookMenu(book, tools.again)), {
    "aria-haspopup": "menu",
  });
  const isLinked = card?.linked === book.name;
  return h(
    "li.connection",
    { data: { book: book.id } },
    h(
      "div.connection-head",
      {},
      h("button.reply-open", { type: "button", onclick: () => tools.open(book.id) }, h("strong", {}, book.name), icon("right")),
      h("span.faint", {}, `${plural(book.entries, "entry", "entries")} · ${shortMoment(book.updated)}`),
      more,
    ),
    h(
      "div.reply-places",
      { role: "group", "aria-label": `Where ${book.name} counts` },
      places.map((place) => placeSwitch(place, book.name, tools)),
      isLinked && h("span.faint.lore-linked", {}, icon("user"), `The card of ${card.person.name} brings it`),
    ),
  );
}

function placeSwitch(place, name, tools) {
  const id = uniqueId("place");
  const box = h("input", { id, type: "checkbox", checked: place.names.includes(name) });
  box.addEventListener("change", async () => {
    const others = place.single ? [] : place.names.filter((other) => other !== name);
    await attempt(() => place.save(box.checked ? [...others, name] : others));
    await tools.again();
  });
  const title = place.single ? "One book at a time: it takes the place of another one" : null;
  return h("div.reply-place", { title }, box, h("label", { for: id }, place.text));
}

/** The book in a card counts by itself; as one of the library it can be changed. */
function cardBook({ person, embedded, linked }, tools) {
  if (!embedded || linked) return null;
  const adopt = async () => {
    const made = await attempt(() => adoptBook(person.id));
    if (made) await tools.open(made.id);
  };
  return h(
    "div.health.lore-card",
    {},
    icon("user"),
    h("span", {}, h("strong", {}, embedded), ` lies in the card of ${person.name} and counts with it. To read or change it, take it into the library.`),
    button("Take it", adopt),
  );
}

/** @param {Object} book @param {(what: "changed"|"deleted") => any} changed @returns {Object[]} For `openMenu`. */
export function bookMenu(book, changed) {
  return [
    { text: "Rename …", icon: "pencil", run: () => rename(book, changed) },
    { text: "Duplicate", icon: "copy", run: () => duplicate(book, changed) },
    { text: "Save as a file", icon: "download", run: () => saveFile(book, "world") },
    { text: "Save as the book of a card", icon: "download", run: () => saveFile(book, "card") },
    null,
    { text: "Delete …", icon: "trash", danger: true, run: () => drop(book, changed) },
  ];
}

async function rename(book, changed) {
  const answer = await promptDialog({ title: "Rename the book", label: "Name", value: book.name, action: "Rename" });
  const name = answer?.trim();
  if (!name || name === book.name) return;
  await attempt(() => changeBook(book.id, { name }));
  await changed("changed");
}

async function duplicate(book, changed) {
  const made = await attempt(async () => createBook(await freeName(`${book.name} (copy)`), book.id));
  if (made) announce(`${made.name} is made`);
  await changed("changed");
}

async function freeName(wanted) {
  const taken = new Set((await loadBooks()).books.map(({ name }) => name.toLowerCase()));
  let name = wanted;
  for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${wanted} ${number}`;
  return name;
}

function saveFile(book, format) {
  h("a", { href: bookAddress(book.id, format), download: `${book.name}.json` }).click();
}

async function drop(book, changed) {
  const sure = await confirmDialog({
    title: `Delete ${book.name}?`,
    text: "All its entries will be lost. Save it as a file first if you may want it back.",
    action: "Delete",
    danger: true,
  });
  if (!sure) return;
  const done = await attempt(async () => (await deleteBook(book.id), true));
  if (!done) return;
  announce(`${book.name} is deleted`);
  await changed("deleted");
}

async function newBook(tools) {
  const name = await promptDialog({ title: "A new book", label: "Name", action: "Make it" });
  if (!name?.trim()) return;
  const made = await attempt(() => createBook(name.trim()));
  if (made) await tools.open(made.id);
}

// -- files ------------------------------------------------------------------------------------------------------------

function chooseFiles(again) {
  const input = h("input", { type: "file", accept: ".json,.lorebook,.png,.charx,application/json", multiple: true });
  input.addEventListener("change", () => takeFiles([...input.files], again));
  input.click();
}

/** @param {File[]} files @param {() => any} again */
export async function takeFiles(files, again) {
  for (const file of files) await takeOver(file);
  await again();
}

async function takeOver(file) {
  const { books } = await loadBooks();
  const taken = books.some(({ name }) => name.toLowerCase() === fileTitle(file).toLowerCase());
  const how = taken ? await askAboutTaken(fileTitle(file)) : "keep";
  if (!how) return;
  try {
    const made = await importBook(file, { replace: how === "replace" });
    emit("toast", { level: "success", text: `${made.name} is here, with ${plural(made.entries.length, "entry", "entries")}.` });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    emit("problem", { ...error.detail, message: `${file.name}: ${error.message}` });
  }
}

const askAboutTaken = (name) =>
  showDialog(`There is a book ${name} already`, (finish) => [
    h("p.dialog-text", {}, "Shall the file replace its entries, or become a book beside it?"),
    h(
      "div.dialog-buttons",
      {},
      button("Cancel", () => finish(null)),
      button("Replace it", () => finish("replace"), { look: "danger" }),
      button("Keep both", () => finish("keep"), { look: "primary", autofocus: true }),
    ),
  ]);
