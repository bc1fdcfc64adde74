/** `<st-people>`: characters and groups in the left column: find, open, make, take over from files. */
import { attempt } from "../core/actions.js";
import { button, coalesce, fill, h, icon, iconButton } from "../core/dom.js";
import { shorten } from "../core/format.js";
import { talkTo } from "../core/people-chats.js";
import { loadPeople, membersOf, partnerOf } from "../core/people.js";
import { recall, remember } from "../core/prefs.js";
import { currentChat, emit, on, state } from "../core/store.js";
import { avatar } from "./avatar.js";
import { CARD_FILES, takeCards } from "./card-files.js";
import { chooseFiles } from "./chat-files.js";
import { newCharacter, newGroup, personMenu } from "./people-menus.js";
import { openMenu } from "./menu.js";

const STEP = 60;
const compareWords = new Intl.Collator(undefined, { numeric: true }).compare;
const ORDERS = {
  name: { text: "By name", compare: (a, b) => compareWords(a.name, b.name) },
  newest: { text: "Newest first", compare: (a, b) => b.created - a.created },
  changed: { text: "Changed last", compare: (a, b) => b.updated - a.updated },
};

class People extends HTMLElement {
  connectedCallback() {
    this.tags = new Set();
    this.shown = STEP;
    this.search = h("input.field", {
      type: "search",
      placeholder: "Search characters",
      "aria-label": "Search characters",
      oninput: () => this.filtered(),
    });
    this.filters = h("div.people-filters", { role: "group", "aria-label": "Show only" });
    this.list = h("ul.chat-list.people-list", { "aria-label": "Characters and groups" });
    const more = iconButton("dots", "More for characters", () => this.menu(more), { "aria-haspopup": "menu" });
    const make = button("New character", () => newCharacter(), { drawing: "plus", look: "soft" });
    fill(
      this,
      h(
        "div.rail-tools",
        {},
        h("div.rail-new", {}, make, more),
        h("div.search", {}, icon("search"), this.search),
        this.filters,
      ),
      this.list,
    );
    // Everybody at once would be thousands of entries: more of them come when the end is near.
    this.end = h("li.people-end");
    const reached = ([entry]) => entry.isIntersecting && this.showMore();
    this.watcher = new IntersectionObserver(reached, { root: this.list, rootMargin: "300px" });
    const redraw = coalesce(() => this.draw());
    for (const topic of ["people", "chat", "chats"]) on(topic, redraw);
    on("show-person", (id) => this.find(id));
    this.draw();
  }

  menu(anchor) {
    const order = recall("people-order", "name");
    openMenu(anchor, "Characters", [
      {
        text: "Import …",
        detail: "Cards: PNG, JSON, CHARX",
        icon: "upload",
        run: () => chooseFiles(CARD_FILES, takeCards),
      },
      { text: "New group", detail: "Several characters in one chat", icon: "users", run: () => newGroup() },
      null,
      { heading: true, text: "Order" },
      ...Object.entries(ORDERS).map(([name, { text }]) => ({
        text,
        checked: name === order,
        run: () => {
          remember("people-order", name);
          this.draw();
        },
      })),
    ]);
  }

  filtered() {
    this.shown = STEP;
    this.list.scrollTop = 0;
    this.draw();
  }

  showMore() {
    this.shown += STEP;
    this.draw();
  }

  // -- what is shown -------------------------------------------------------------------------------------------------

  /** Groups and characters that fit the search and the filters, favourites first. */
  found() {
    const words = this.search.value.trim().toLowerCase();
    const onlyFavourites = this.favourites && [...everybody()].some(({ person }) => isFavourite(person));
    const fits = ({ person }) =>
      `${person.name} ${person.tags.join(" ")} ${person.creator ?? ""}`.toLowerCase().includes(words) &&
      [...this.tags].every((tag) => person.tags.includes(tag)) &&
      (!onlyFavourites || isFavourite(person));
    const { compare } = ORDERS[recall("people-order", "name")] ?? ORDERS.name;
    return everybody()
      .filter(fits)
      .sort((a, b) => isFavourite(b.person) - isFavourite(a.person) || compare(a.person, b.person));
  }

  draw() {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.drawFilters();
    const found = this.found();
    const current = partnerOf(currentChat())?.person.id;
    fill(
      this.list,
      found.slice(0, this.shown).map((one) => entry(one, one.person.id === current)),
    );
    this.watcher.disconnect();
    if (found.length > this.shown) {
      this.list.append(this.end);
      this.watcher.observe(this.end);
    }
    if (!found.length) this.list.append(this.nobody());
    if (focused) this.list.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  drawFilters() {
    const all = everybody();
    const known = [...new Set(all.flatMap(({ person }) => person.tags))].sort(compareWords);
    for (const tag of this.tags) if (!known.includes(tag)) this.tags.delete(tag);
    const hasFavourites = all.some(({ person }) => isFavourite(person));
    const focused = this.filters.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.filters.hidden = !known.length && !hasFavourites;
    fill(
      this.filters,
      hasFavourites &&
        this.filter(
          "favourites",
          [icon("star"), "Favourites"],
          Boolean(this.favourites),
          (on) => (this.favourites = on),
        ),
      known.map((tag) =>
        this.filter(`tag ${tag}`, tag, this.tags.has(tag), (on) => (on ? this.tags.add(tag) : this.tags.delete(tag))),
      ),
    );
    if (focused) this.filters.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  filter(key, words, on, set) {
    const press = () => {
      set(!on);
      this.filtered();
    };
    return h(
      "button.people-filter",
      { type: "button", "aria-pressed": String(on), onclick: press, data: { key } },
      words,
    );
  }

  nobody() {
    if (state.people === "loading") return h("li.rail-empty", { role: "status" }, "Loading …");
    if (state.people !== "ready") return failed(state.people);
    if (everybody().length) return h("li.rail-empty", {}, "Nobody fits what you look for.");
    return h(
      "li.people-none",
      {},
      icon("users"),
      h("p", {}, "Nobody is here yet. Make a character, or take one over: drop its card anywhere on this page."),
      button("Import cards …", () => chooseFiles(CARD_FILES, takeCards), { drawing: "upload" }),
    );
  }

  /** Show somebody, whatever is looked for. */
  find(id) {
    this.search.value = "";
    this.tags.clear();
    this.favourites = false;
    const place = this.found().findIndex(({ person }) => person.id === id);
    if (place < 0) return;
    this.shown = Math.max(this.shown, place + STEP);
    this.draw();
    const node = this.list.querySelector(`[data-key="${id}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.closest("li").classList.add("found");
  }
}

const everybody = () => [
  ...[...state.groups.values()].map((person) => ({ kind: "group", person })),
  ...[...state.characters.values()].map((person) => ({ kind: "character", person })),
];

const isFavourite = (person) => Boolean(person.favourite ?? person.options?.favourite);

function failed(error) {
  return h(
    "li.people-none",
    { role: "alert" },
    icon("alert"),
    h("p", {}, error.message, " ", error.hint),
    button("Try again", () => loadPeople(), { drawing: "refresh" }),
  );
}

function entry({ kind, person }, current) {
  const more = iconButton("dots", `More for ${person.name}`, () => personMenu(more, kind, person), {
    class: "chat-more",
    "aria-haspopup": "menu",
    data: { key: `more ${person.id}` },
  });
  const find = () => state[`${kind}s`].get(person.id) ?? person;
  const words = detail(kind, person);
  return h(
    "li.chat-entry.with-avatar",
    { class: `${current ? "current" : ""} ${words ? "" : "single"}` },
    h(
      "button.chat-open",
      {
        type: "button",
        "aria-current": current ? "true" : null,
        title: `Talk to ${person.name}`,
        onclick: () => attempt(() => talkTo(kind, person.id)),
        data: { key: person.id },
      },
      avatar(find),
      h("span.chat-entry-title", {}, person.name),
      isFavourite(person) ? star() : h("span"),
      h("span.chat-entry-preview", {}, words),
    ),
    more,
  );
}

const star = () => h("span.people-star", {}, icon("star-full"), h("span.visually-hidden", {}, "favourite"));

function detail(kind, person) {
  if (kind === "group") {
    const names = membersOf(person).map(({ name }) => name);
    return names.length ? shorten(names.join(", "), 80) : "A group without members";
  }
  if (person.tags.length) return shorten(person.tags.join(", "), 80);
  return person.creator ? `by ${shorten(person.creator, 60)}` : "";
}

customElements.define("st-people", People);
