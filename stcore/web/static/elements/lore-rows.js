/** The entries of a book as a list: search, sort, switches, and their order by hand. Made for thousands. */
import { announce } from "../core/announce.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { plural, shorten } from "../core/format.js";
import { recall, remember } from "../core/prefs.js";
import { POSITIONS, orderOf, titleOf } from "./lore-fields.js";
import { openMenu } from "./menu.js";
import { sortableGrip } from "./sortable.js";

const SEARCH_MS = 120;
const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

const SORTS = {
  own: { text: "My order", compare: null },
  title: { text: "Title", compare: (a, b) => byName.compare(titleOf(a), titleOf(b)) },
  order: { text: "Order in the prompt", compare: (a, b) => orderOf(b) - orderOf(a) },
  size: { text: "Longest first", compare: (a, b) => (b.content?.length ?? 0) - (a.content?.length ?? 0) },
  newest: { text: "Newest first", compare: (a, b) => b.uid - a.uid },
};

export class EntryRows {
  /**
   * @param {{open: (uid: number) => void, change: (uid: number, fields: Object) => void, remove: (uid: number) => void,
   *   copy: (uid: number) => void, order: (uids: number[]) => void}} actions
   */
  constructor(actions) {
    this.actions = actions;
    this.rows = new Map();
    this.chosen = null;
    this.sort = recall("lore.sort", "own");
    if (!SORTS[this.sort]) this.sort = "own";
    this.build();
  }

  build() {
    this.search = h("input.field", {
      type: "search",
      placeholder: "Search entries",
      "aria-label": "Search entries",
      oninput: () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.arrange({ tell: true }), SEARCH_MS);
      },
    });
    this.sorting = h(
      "select.field.lore-sort",
      { "aria-label": "Sort the entries", onchange: () => this.sortBy(this.sorting.value) },
      Object.entries(SORTS).map(([value, { text }]) => h("option", { value }, text)),
    );
    this.sorting.value = this.sort;
    this.count = h("p.lore-count.faint", { role: "status" });
    this.list = h("ol.lore-list", { "aria-label": "Entries" });
    this.tools = h("div.lore-tools", {}, h("div.search", {}, icon("search"), this.search), this.sorting);
    this.element = h("div.lore-entries", {}, this.tools, this.count, this.list);
  }

  /** Show these entries; rows of entries that did not change stay as they are. @param {Object[]} entries In own order. */
  show(entries) {
    this.entries = entries;
    const uids = new Set(entries.map((entry) => entry.uid));
    for (const [uid, row] of this.rows) if (!uids.has(uid)) this.forget(uid, row);
    this.arrange();
  }

  forget(uid, row) {
    row.remove();
    this.rows.delete(uid);
  }

  /** Draw an entry anew that was changed. */
  update(entry) {
    const before = this.rows.get(entry.uid);
    if (!before) return;
    const row = this.row(entry);
    row.hidden = before.hidden;
    before.replaceWith(row);
    this.rows.set(entry.uid, row);
  }

  sortBy(sort) {
    this.sort = sort;
    remember("lore.sort", sort);
    this.arrange();
  }

  /** Whether the order that is seen is the one that can be changed. */
  get isOwnOrder() {
    return this.sort === "own" && !this.search.value.trim();
  }

  arrange({ tell = false } = {}) {
    const words = this.search.value.toLowerCase().split(/\s+/u).filter(Boolean);
    const { compare } = SORTS[this.sort];
    const sorted = compare ? [...this.entries].sort(compare) : this.entries;
    let shown = 0;
    const rows = sorted.map((entry) => {
      const row = this.rowOf(entry);
      row.hidden = !words.every((word) => haystack(entry).includes(word));
      shown += row.hidden ? 0 : 1;
      return row;
    });
    this.place(rows);
    this.list.classList.toggle("fixed", !this.isOwnOrder);
    const all = plural(this.entries.length, "entry", "entries");
    this.count.textContent = words.length ? `${shown} of ${all}` : all;
    if (tell) announce(this.count.textContent);
  }

  /** Put the rows in this order, moving only what does not stand there already. */
  place(rows) {
    let at = this.list.firstElementChild;
    for (const row of rows) {
      if (row === at) at = at.nextElementSibling;
      else this.list.insertBefore(row, at);
    }
  }

  rowOf(entry) {
    let row = this.rows.get(entry.uid);
    if (row?.entry !== entry) {
      const fresh = this.row(entry);
      row?.replaceWith(fresh);
      this.rows.set(entry.uid, fresh);
      row = fresh;
    }
    return row;
  }

  row(entry) {
    const { uid } = entry;
    const title = titleOf(entry);
    const toggle = h("input.switch", {
      type: "checkbox",
      role: "switch",
      checked: !entry.disable,
      "aria-label": `${title} is on`,
      onchange: () => this.actions.change(uid, { disable: !toggle.checked }),
    });
    const open = h(
      "button.lore-open",
      { type: "button", onclick: () => this.actions.open(uid), "aria-current": uid === this.chosen ? "true" : null },
      h("strong", {}, title),
      h("span.faint", {}, entry.constant ? "always" : shorten((entry.key ?? []).join(", "), 120) || "no keys"),
    );
    const more = iconButton("dots", `More for ${title}`, () => openMenu(more, title, this.menu(uid)), {
      "aria-haspopup": "menu",
    });
    const row = h("li.lore-row", { data: { uid: String(uid) }, class: entry.disable ? "off" : "" });
    const grip = sortableGrip(this.list, row, title, () => this.moved(), () => this.isOwnOrder);
    fill(row, grip, toggle, open, facts(entry), more);
    row.entry = entry;
    return row;
  }

  menu(uid) {
    return [
      { text: "Duplicate", icon: "copy", run: () => this.actions.copy(uid) },
      { text: "To the top", icon: "up", disabled: !this.isOwnOrder, run: () => this.send(uid, "prepend") },
      { text: "To the end", icon: "down", disabled: !this.isOwnOrder, run: () => this.send(uid, "append") },
      null,
      { text: "Delete …", icon: "trash", danger: true, run: () => this.actions.remove(uid) },
    ];
  }

  send(uid, where) {
    this.list[where](this.rows.get(uid));
    this.moved();
  }

  moved() {
    const uids = [...this.list.children].map((row) => Number(row.dataset.uid));
    const byUid = new Map(this.entries.map((entry) => [entry.uid, entry]));
    this.entries = uids.map((uid) => byUid.get(uid));
    this.actions.order(uids);
  }

  /** Mark the entry that is open; `null` for none. */
  choose(uid, { focus = false } = {}) {
    this.rows.get(this.chosen)?.querySelector(".lore-open").removeAttribute("aria-current");
    this.chosen = uid;
    const button = this.rows.get(uid)?.querySelector(".lore-open");
    button?.setAttribute("aria-current", "true");
    button?.scrollIntoView({ block: "nearest" });
    if (focus) button?.focus();
  }
}

const texts = new WeakMap();

/** What a search looks through: made once for each version of an entry. */
function haystack(entry) {
  if (!texts.has(entry)) {
    const { comment, key = [], keysecondary = [], content, group } = entry;
    texts.set(entry, [comment, ...key, ...keysecondary, content, group].join("\n").toLowerCase());
  }
  return texts.get(entry);
}

function facts(entry) {
  const chance = entry.useProbability !== false && entry.probability < 100 ? ` · ${entry.probability} %` : "";
  const [, position] = POSITIONS[entry.position] ?? POSITIONS[0];
  return h("span.lore-facts", {}, h("span", {}, position), h("span", {}, `order ${orderOf(entry)}${chance}`));
}
