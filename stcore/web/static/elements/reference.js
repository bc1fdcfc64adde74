/**
 * `<st-reference>`: the words of both languages to look up: a tab each, search, groups, and all about the chosen one.
 *
 * Opened by `emit("reference-open", { tab, name, field, place })`; everything may be left out. With a `field` an entry
 * can be inserted where its cursor stands.
 */
import { attempt } from "../core/actions.js";
import { button, copyText, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { plural } from "../core/format.js";
import { emit, on } from "../core/store.js";
import { isOutside } from "./dialog.js";
import { commandsBook } from "./reference-commands.js";
import { macrosBook } from "./reference-macros.js";

const BOOKS = { macros: macrosBook, commands: commandsBook };
const PAGE = 8;
const isTouch = () => matchMedia("(hover: none) and (pointer: coarse)").matches;

class Reference extends HTMLElement {
  connectedCallback() {
    this.listId = uniqueId("reference");
    this.build();
    on("reference-open", (wish) => this.open(wish));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "F1" || event.defaultPrevented) return;
      event.preventDefault();
      if (!this.dialog.open) this.open({});
    });
  }

  build() {
    this.tabs = h("div.tabs.reference-tabs", { role: "tablist", "aria-label": "Languages" });
    this.tabs.addEventListener("keydown", (event) => this.steerTabs(event));
    this.search = h("input.field", {
      type: "search",
      autocomplete: "off",
      spellcheck: "false",
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "true",
      "aria-controls": this.listId,
      oninput: () => this.find(),
      onkeydown: (event) => this.steer(event),
    });
    this.list = h("div.reference-list", { id: this.listId, role: "listbox", tabindex: "-1" });
    this.entry = h("article.reference-entry", { tabindex: "0", "aria-label": "The chosen entry" });
    this.count = h("p.visually-hidden", { role: "status" });
    this.dialog = h(
      "dialog.reference",
      { "aria-label": "Reference" },
      h(
        "header.reference-head",
        {},
        this.tabs,
        iconButton("close", "Close the reference", () => this.dialog.close(), { class: "reference-close" }),
      ),
      h(
        "div.reference-side",
        { role: "tabpanel", id: `${this.listId}-panel` },
        h("div.search", {}, icon("search"), this.search),
        this.list,
      ),
      this.entry,
      this.count,
    );
    this.dialog.addEventListener(
      "click",
      (event) => event.target === this.dialog && isOutside(event, this.dialog) && this.dialog.close(),
    );
    this.dialog.addEventListener("close", () => this.giveBack());
    fill(this, this.dialog);
  }

  open({ tab = "macros", name = "", field = null, place = null }) {
    Object.assign(this, { field, place, range: field && [field.selectionStart, field.selectionEnd] });
    this.search.value = "";
    this.dialog.dataset.view = name ? "entry" : "list";
    if (!this.dialog.open) this.dialog.showModal();
    this.choose(tab, name);
    // A screen keyboard would hide the half of the list.
    (isTouch() ? this.tabs.querySelector("[aria-selected=true]") : this.search).focus();
  }

  /** The field gets its cursor back: a dialog that closes leaves it at the beginning. */
  giveBack() {
    if (!this.range || !this.field.isConnected) return;
    this.field.focus();
    this.field.setSelectionRange(...this.range);
    this.range = null;
  }

  // -- tabs ----------------------------------------------------------------------------------------------------------

  async choose(tab, name = "") {
    this.book = BOOKS[tab];
    this.drawTabs();
    this.search.placeholder = `Search ${this.book.text.toLowerCase()}`;
    this.search.setAttribute("aria-label", this.search.placeholder);
    this.list.setAttribute("aria-label", this.book.text);
    this.entries = [];
    fill(this.list);
    fill(this.entry);
    const { book } = this;
    const entries = await attempt(() => book.load());
    if (!entries || this.book !== book) return;
    this.entries = entries;
    this.chosen = entries.find((entry) => entry.name === name || entry.aliases?.includes(name)) ?? null;
    this.find(this.chosen);
  }

  drawTabs() {
    const tab = (book) =>
      h(
        "button.tab",
        {
          type: "button",
          role: "tab",
          "aria-selected": String(book === this.book),
          "aria-controls": `${this.listId}-panel`,
          tabindex: book === this.book ? "0" : "-1",
          onclick: () => this.turnTo(book.id),
          data: { tab: book.id },
        },
        book.text,
      );
    fill(this.tabs, Object.values(BOOKS).map(tab));
  }

  turnTo(id) {
    this.search.value = "";
    this.dialog.dataset.view = "list";
    this.choose(id);
    this.tabs.querySelector("[aria-selected=true]").focus();
  }

  steerTabs(event) {
    const ids = Object.keys(BOOKS);
    const to = { ArrowRight: 1, ArrowLeft: -1, Home: -ids.indexOf(this.book.id), End: -1 - ids.indexOf(this.book.id) };
    if (to[event.key] === undefined) return;
    event.preventDefault();
    this.turnTo(ids.at((ids.indexOf(this.book.id) + to[event.key]) % ids.length));
  }

  // -- the list ------------------------------------------------------------------------------------------------------

  /** Show what fits the words of the search, and choose `chosen` or the first. */
  find(chosen = null) {
    const words = this.search.value
      .trim()
      .toLowerCase()
      .replace(/^[{/]+/u, "");
    const groups = words ? [["", bestFirst(this.entries, words)]] : grouped(this.entries);
    this.found = groups.flatMap(([, entries]) => entries);
    fill(
      this.list,
      groups.map(([title, entries]) => this.group(title, entries)),
    );
    if (!this.found.length) fill(this.list, h("p.reference-none", {}, `No ${this.book.one} has these words.`));
    this.count.textContent = words ? plural(this.found.length, this.book.one) : "";
    this.select(chosen ?? this.found[0] ?? null);
    if (chosen) this.optionOf(chosen)?.scrollIntoView({ block: "center" });
  }

  group(title, entries) {
    const options = entries.map((entry) => this.option(entry));
    if (!title) return options;
    const id = uniqueId("group");
    return h(
      "div",
      { role: "group", "aria-labelledby": id },
      h("h3.reference-group", { id, role: "presentation" }, title),
      options,
    );
  }

  option(entry) {
    return h(
      "div.reference-option",
      {
        id: `${this.listId}-${this.found.indexOf(entry)}`,
        role: "option",
        "aria-selected": "false",
        onclick: () => this.pick(entry),
        ondblclick: () => this.insert(),
      },
      h("span.reference-sign", {}, entry.sign),
      h("span.reference-brief", {}, entry.brief),
    );
  }

  optionOf(entry) {
    return document.getElementById(`${this.listId}-${this.found.indexOf(entry)}`);
  }

  pick(entry) {
    this.select(entry);
    this.dialog.dataset.view = "entry";
    if (isTouch()) this.entry.focus();
  }

  select(entry) {
    this.chosen = entry;
    for (const option of this.list.querySelectorAll("[aria-selected=true]"))
      option.setAttribute("aria-selected", "false");
    const option = this.optionOf(entry);
    option?.setAttribute("aria-selected", "true");
    // Before the first one stands the name of its group.
    option?.scrollIntoView({ block: entry === this.found[0] ? "end" : "nearest" });
    if (option) this.search.setAttribute("aria-activedescendant", option.id);
    else this.search.removeAttribute("aria-activedescendant");
    this.drawEntry();
  }

  steer(event) {
    const index = this.found?.indexOf(this.chosen) ?? -1;
    const last = (this.found?.length ?? 0) - 1;
    const to = {
      ArrowDown: Math.min(index + 1, last),
      ArrowUp: Math.max(index - 1, 0),
      PageDown: Math.min(index + PAGE, last),
      PageUp: Math.max(index - PAGE, 0),
    }[event.key];
    if (to !== undefined && last >= 0) this.select(this.found[to]);
    else if (event.key === "Enter" && this.chosen && !event.isComposing) this.insert();
    else return;
    event.preventDefault();
  }

  // -- the entry -----------------------------------------------------------------------------------------------------

  get canInsert() {
    return Boolean(this.field?.isConnected) && this.book.canInsert(this.place);
  }

  drawEntry() {
    const { chosen, book } = this;
    if (!chosen) {
      fill(this.entry);
      return;
    }
    const copy = () => this.copy();
    fill(
      this.entry,
      button(`All ${book.text.toLowerCase()}`, () => this.back(), { drawing: "left", look: "quiet", class: "back" }),
      h(
        "div.entry-head",
        {},
        h("h3.entry-sign", {}, chosen.sign),
        h("p.faint", {}, [chosen.group_title, chosen.plugin && `from ${chosen.plugin}`].filter(Boolean).join(" · ")),
      ),
      h("p.entry-summary", {}, chosen.summary),
      book.details(chosen),
      h(
        "div.entry-buttons",
        {},
        this.canInsert && button("Insert", () => this.insert(), { look: "primary" }),
        button("Copy", copy, { drawing: "copy" }),
      ),
    );
    this.entry.scrollTop = 0;
  }

  back() {
    this.dialog.dataset.view = "list";
    this.optionOf(this.chosen)?.scrollIntoView({ block: "center" });
  }

  insert() {
    if (!this.canInsert) {
      this.copy();
      return;
    }
    const { field, place, book, chosen } = this;
    this.dialog.close();
    this.giveBack();
    book.insert(chosen, field, place);
  }

  async copy() {
    const text = this.book.copy(this.chosen);
    const done = await copyText(text);
    if (done) emit("toast", { level: "success", text: `Copied ${text}` });
    else emit("toast", { level: "warning", text: "The browser does not let this page copy." });
  }
}

/** Groups in the order in which the host tells them. */
function grouped(entries) {
  const groups = new Map();
  for (const entry of entries) groups.set(entry.group_title, [...(groups.get(entry.group_title) ?? []), entry]);
  return [...groups];
}

/** Entries that have all the words; those with them in the name first, then aliases, then the explanation. */
function bestFirst(entries, words) {
  const scored = entries.map((entry) => [score(entry, words), entry]).filter(([rank]) => rank < Infinity);
  return scored.sort(([a, one], [b, other]) => a - b || one.name.localeCompare(other.name)).map(([, entry]) => entry);
}

function score({ name, aliases = [], group_title: group, summary }, words) {
  const [title, others] = [name.toLowerCase(), aliases.map((alias) => alias.toLowerCase())];
  if (title === words) return 0;
  if (others.includes(words)) return 1;
  if (title.startsWith(words)) return 2;
  if (title.includes(words)) return 3;
  if (others.some((alias) => alias.includes(words))) return 4;
  const all = [title, ...others, group, summary].join(" ").toLowerCase();
  return words.split(/\s+/u).every((word) => all.includes(word)) ? 5 : Infinity;
}

customElements.define("st-reference", Reference);
