/**
 * `<st-lore>`: world info. Its books, the entries of one, which of them join now and why, and how keys are looked for.
 *
 * Opened by `emit("lore-open", { tab, book, uid })`: a tab, or a book by its id or name and an entry of it.
 */
import { attempt } from "../core/actions.js";
import { emit, on } from "../core/store.js";
import { loadBook, loadBooks, loadWhy } from "../core/lore.js";
import { loadInto } from "./loading.js";
import { BookPage } from "./lore-book.js";
import { booksPage, readBooks, takeFiles } from "./lore-books.js";
import { loreSettingsPage, readLoreSettings } from "./lore-settings.js";
import { whyPage } from "./lore-why.js";
import { Workbench } from "./workbench.js";

const TABS = {
  books: { text: "Books", icon: "book" },
  why: { text: "Now in the prompt", icon: "eye" },
  settings: { text: "How keys are looked for", icon: "sliders" },
};

class Lore extends Workbench {
  connectedCallback() {
    this.setUp({ title: "World info", tabs: TABS, topics: ["books", "cast"], look: "lore" });
    this.takeDrops();
    on("lore-open", (wish) => this.show(wish ?? {}));
    on("chat", () => this.refreshLater());
  }

  async show({ tab = "books", book = "", uid = null }) {
    this.open();
    if (book) await this.openBook(book, uid);
    else await this.turnTo(tab);
  }

  turnTo(tab) {
    const pages = { books: () => this.books(), why: () => this.why(), settings: () => this.settings() };
    return this.choose(tab, pages[tab]);
  }

  async books() {
    const open = (id) => this.openBook(id);
    await this.showFresh(readBooks, (known, again) => booksPage(this.page, known, { open, again }));
  }

  async why() {
    const open = (book, uid) => this.openBook(book, uid);
    await this.showFresh(loadWhy, (lore, again) => whyPage(this.page, lore, { open, again }));
  }

  settings() {
    return loadInto(this.page, readLoreSettings, (found) => loreSettingsPage(this.page, found));
  }

  /** @param {string} which Id or name. @param {number|null} [uid] */
  openBook(which, uid = null) {
    return this.choose("books", () =>
      loadInto(this.page, () => findBook(which), async (book) => {
        if (!book) {
          emit("toast", { level: "info", text: `${which} is no book of the library: it lies in the card of a character.` });
          await this.turnTo("books");
          return;
        }
        const page = new BookPage(this.page, book, () => this.turnTo("books"));
        this.current = page;
        if (uid === null) page.name.focus();
        else await page.open(uid, { focus: true });
      }),
    );
  }

  /** Files can be dropped anywhere on the dialog. */
  takeDrops() {
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    this.dialog.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.dialog.classList.add("drop-here");
    });
    this.dialog.addEventListener("dragleave", (event) => {
      if (!this.dialog.contains(event.relatedTarget)) this.dialog.classList.remove("drop-here");
    });
    this.dialog.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.dialog.classList.remove("drop-here");
      const files = [...event.dataTransfer.files];
      attempt(() => takeFiles(files, () => this.turnTo("books")));
    });
  }
}

/** @returns {Promise<Object|null>} `null` for a name of no book. */
async function findBook(which) {
  const { books } = await loadBooks();
  const found = books.find((book) => book.id === which || book.name === which);
  return found ? loadBook(found.id) : null;
}

customElements.define("st-lore", Lore);
