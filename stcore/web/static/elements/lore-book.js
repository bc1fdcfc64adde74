/** One book of world info: its entries on the left, the chosen one beside them; on phones one after the other. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { ApiError } from "../core/api.js";
import { button, fill, h, icon, iconButton } from "../core/dom.js";
import { addEntry, changeEntry, loadBook, orderEntries, removeEntry } from "../core/lore.js";
import { emit, state } from "../core/store.js";
import { confirmDialog } from "./dialog.js";
import { emptyPlace } from "./loading.js";
import { bookMenu } from "./lore-books.js";
import { EntryEditor } from "./lore-entry.js";
import { titleOf } from "./lore-fields.js";
import { EntryRows } from "./lore-rows.js";
import { openMenu } from "./menu.js";

export class BookPage {
  /** @param {HTMLElement} page @param {Object} book As the host tells it. @param {() => void} back */
  constructor(page, book, back) {
    Object.assign(this, { page, book, back, editor: null });
    this.rows = new EntryRows({
      open: (uid) => this.open(uid, { focus: true }),
      change: (uid, fields) => this.change(uid, fields),
      remove: (uid) => this.remove(uid),
      copy: (uid) => this.add(this.entry(uid)),
      order: (uids) => this.order(uids),
    });
    this.rows.element.addEventListener("keydown", (event) => this.steer(event));
    this.build();
    this.rows.show(book.entries);
    this.drawEmpty();
  }

  build() {
    const { book } = this;
    const more = iconButton("dots", `More for ${book.name}`, () => openMenu(more, book.name, this.menu()), {
      "aria-haspopup": "menu",
    });
    this.name = h("h3.lore-name", { tabindex: "-1" }, book.name);
    this.detail = h("div.lore-detail");
    this.none = h("div.lore-none");
    fill(
      this.page,
      h(
        "div.lore-book",
        { data: { view: "list" } },
        h(
          "div.lore-side",
          {},
          h(
            "div.lore-head",
            {},
            iconButton("left", "All books", () => attempt(() => this.leave().then(this.back)), { class: "lore-all" }),
            this.name,
            more,
          ),
          h(
            "div.lore-new",
            {},
            button("New entry", () => attempt(() => this.add()), { look: "soft", drawing: "plus" }),
          ),
          this.rows.element,
          this.none,
        ),
        this.detail,
      ),
    );
    this.frame = this.page.firstElementChild;
  }

  menu() {
    return bookMenu(this.book, (what) => (what === "deleted" ? this.back() : attempt(() => this.refresh())));
  }

  entry(uid) {
    return this.book.entries.find((entry) => entry.uid === uid);
  }

  drawEmpty() {
    const isEmpty = !this.book.entries.length;
    this.rows.element.hidden = isEmpty;
    fill(
      this.none,
      isEmpty &&
        emptyPlace(
          icon("book"),
          "No entries yet",
          "An entry is a text that the model is told when one of its keys comes up in the chat.",
        ),
    );
    if (!this.editor) this.drawUnchosen();
  }

  drawUnchosen() {
    fill(
      this.detail,
      this.book.entries.length > 0 &&
        emptyPlace(icon("left"), "Choose an entry", "Its keys, its text and where it goes are shown here."),
    );
  }

  // -- the chosen entry ----------------------------------------------------------------------------------------------

  /** @param {number} uid @param {{focus?: boolean, fresh?: boolean}} [how] A fresh one begins with its title. */
  async open(uid, { focus = false, fresh = false } = {}) {
    await this.flush();
    const entry = this.entry(uid);
    if (!entry) return;
    this.editor = new EntryEditor(this.book.id, entry, {
      saved: (saved) => this.saved(saved),
      remove: () => this.remove(uid),
      back: () => this.close(),
      suggestions: suggestions(),
    });
    fill(this.detail, this.editor.element);
    this.detail.scrollTop = 0;
    this.frame.dataset.view = "entry";
    this.rows.choose(uid);
    if (fresh || focus) this.element(fresh ? ".lore-title" : this.isNarrow ? ".lore-back" : ".lore-title")?.focus();
  }

  get isNarrow() {
    return getComputedStyle(this.element(".lore-back")).display !== "none";
  }

  element(selector) {
    return this.detail.querySelector(selector);
  }

  /** Back to the list, on phones. */
  async close() {
    await this.flush();
    const { uid } = this.editor.entry;
    this.drop();
    this.rows.choose(uid, { focus: true });
    this.rows.choose(null);
  }

  drop() {
    this.editor = null;
    this.frame.dataset.view = "list";
    this.drawUnchosen();
  }

  /** Keep what was typed; what goes wrong is told. */
  flush() {
    return attempt(() => this.editor?.flush());
  }

  leave() {
    return this.flush();
  }

  saved(entry) {
    const at = this.book.entries.findIndex((one) => one.uid === entry.uid);
    if (at < 0) return;
    this.book.entries[at] = entry;
    this.rows.entries = this.rows.entries.map((one) => (one.uid === entry.uid ? entry : one));
    this.rows.update(entry);
  }

  // -- what can be done ----------------------------------------------------------------------------------------------

  async add(like = null) {
    await this.flush();
    const { uid: _, displayIndex: __, ...fields } = like ?? {};
    if (like) fields.comment = `${titleOf(like)} (copy)`;
    const made = await attempt(() => addEntry(this.book.id, fields));
    if (!made) return;
    this.book.entries.push(made);
    this.rows.search.value = "";
    this.rows.show(this.book.entries);
    this.drawEmpty();
    await this.open(made.uid, { fresh: true });
  }

  async change(uid, fields) {
    if (this.editor?.entry.uid === uid && "disable" in fields) this.editor.showSwitch(fields.disable);
    const saved = await attempt(() => changeEntry(this.book.id, uid, fields));
    const hadFocus = this.rows.rows.get(uid)?.querySelector(".switch") === document.activeElement;
    if (saved) this.saved(saved);
    else this.rows.update(this.entry(uid));
    if (hadFocus) this.rows.rows.get(uid).querySelector(".switch").focus();
  }

  async remove(uid) {
    const entry = this.entry(uid);
    const sure = await confirmDialog({
      title: `Delete “${titleOf(entry)}”?`,
      text: "Its keys and its text are lost.",
      action: "Delete",
      danger: true,
    });
    if (!sure) return;
    const isOpen = this.editor?.entry.uid === uid;
    if (isOpen) this.editor.abandon();
    const next = this.neighbour(uid);
    const done = await attempt(async () => (await removeEntry(this.book.id, uid), true));
    if (!done) return;
    if (isOpen) this.drop();
    this.book.entries = this.book.entries.filter((one) => one.uid !== uid);
    this.rows.show(this.book.entries);
    this.drawEmpty();
    announce(`${titleOf(entry)} is deleted`);
    (next?.querySelector(".lore-open") ?? this.page.querySelector(".lore-new button")).focus();
  }

  neighbour(uid) {
    const row = this.rows.rows.get(uid);
    return row?.nextElementSibling ?? row?.previousElementSibling;
  }

  /** The places are kept a moment after the last move: somebody may go through the list with an arrow key. */
  order(uids) {
    const byUid = new Map(this.book.entries.map((entry) => [entry.uid, entry]));
    this.book.entries = uids.map((uid) => byUid.get(uid));
    clearTimeout(this.ordering);
    this.ordering = setTimeout(() => {
      this.ordering = null;
      attempt(() => orderEntries(this.book.id, uids));
    }, 300);
  }

  /** Up and down go from row to row. */
  steer(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !event.target.matches(".lore-open")) return;
    const rows = [...this.rows.list.children].filter((row) => !row.hidden);
    const next = rows[rows.indexOf(event.target.closest(".lore-row")) + by];
    if (!next) return;
    event.preventDefault();
    next.querySelector(".lore-open").focus();
  }

  // -- changes from elsewhere ----------------------------------------------------------------------------------------

  /** Somebody may have changed the book: a script, another page. What is being typed stays. */
  async refresh() {
    if (this.ordering || (this.editor && !this.editor.isClean)) return;
    let found;
    try {
      found = await loadBook(this.book.id);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      emit("toast", { level: "warning", text: `${this.book.name} was deleted.` });
      this.back();
      return;
    }
    const known = new Map(this.book.entries.map((entry) => [entry.uid, entry]));
    // Entries that are the same stay the same objects: their rows are not drawn again.
    found.entries = found.entries.map((entry) => (isSame(known.get(entry.uid), entry) ? known.get(entry.uid) : entry));
    this.book = found;
    this.name.textContent = found.name;
    this.rows.show(found.entries);
    this.drawEmpty();
    this.follow(known);
  }

  follow(known) {
    const uid = this.editor?.entry.uid;
    if (uid === undefined) return;
    const entry = this.entry(uid);
    if (!entry) this.drop();
    else if (entry !== known.get(uid) && this.editor.isClean && !this.detail.contains(document.activeElement)) this.open(uid);
  }
}

const isSame = (a, b) => a !== undefined && JSON.stringify(a) === JSON.stringify(b);

function suggestions() {
  const people = [...state.characters.values()];
  return {
    characters: people.map((person) => person.name),
    tags: [...new Set(people.flatMap((person) => person.tags ?? []))].sort(),
  };
}
