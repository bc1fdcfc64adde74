/** The gallery: of the open chat, of a character or group across chats, or of everything. Two columns, pages of 60. */
import { attempt } from "../core/actions.js";
import { button, fill, h, icon, iconButton } from "../core/dom.js";
import { pictureAlt, plural } from "../core/format.js";
import { LONGEST_PAGE, ORDERS, PAGE, pageOf } from "../core/galleries.js";
import { galleryIsOpen, showGallery } from "../core/layout.js";
import { partnerOf } from "../core/people.js";
import { recall, remember } from "../core/prefs.js";
import { currentChat, emit, on, state } from "../core/store.js";
import {
  chooseUploads,
  discard,
  lookAtOwn,
  lookElsewhere,
  pictureMenu,
  sortMenu,
  takeDrops,
} from "./gallery-actions.js";
import { Choosing } from "./gallery-choosing.js";
import { FILTERS, emptyWords } from "./gallery-words.js";
import { stImage } from "./image.js";
import { openMenu } from "./menu.js";

const COLUMNS = 2;
const NONE = { all: 0, sent: 0, received: 0 };

class Gallery extends HTMLElement {
  connectedCallback() {
    this.kind = "chat";
    this.subjectId = null;
    this.filter = "all";
    this.order = recall("gallery-order", "newest") in ORDERS ? recall("gallery-order", "newest") : "newest";
    this.pictures = [];
    this.counts = NONE;
    this.build();
    on("gallery-open", (open) => open && this.open());
    on("gallery-show", ({ subjectId }) => this.show(subjectId));
    on("gallery-changed", (id) => galleryIsOpen() && id === this.place.id && this.open());
    on("chat", () => this.chatChanged());
    on("person-gone", ({ id }) => id === this.subjectId && this.forget());
    for (const topic of ["people", "chats"]) on(topic, () => this.peopleChanged());
    on("pictures", () => galleryIsOpen() && this.refresh());
    this.drawHead();
  }

  build() {
    this.heading = h("h2");
    this.addButton = iconButton("upload", "Add pictures", () => chooseUploads(this.whose), { class: "gallery-add" });
    this.sortButton = iconButton("sort", "Order", () => sortMenu(this.sortButton, this.order, (to) => this.sort(to)), {
      class: "gallery-sort",
      "aria-haspopup": "menu",
    });
    this.moreButton = iconButton("dots", "More for the gallery", () => this.menu(), {
      class: "gallery-more",
      "aria-haspopup": "menu",
    });
    const close = iconButton("close", "Close the gallery", () => this.leave(), { class: "gallery-close" });
    this.places = h("div.tabs.places", { role: "group", "aria-label": "Whose pictures" });
    this.tabs = h("div.tabs", { role: "group", "aria-label": "Which pictures" });
    this.note = h("p.gallery-note", { hidden: true });
    this.grid = h("ul.gallery-grid", { onkeydown: (event) => this.pressed(event) });
    this.empty = h("div.gallery-empty", { hidden: true });
    this.more = button("Load more", () => this.loadMore(), { class: "load-more", hidden: true });
    this.choosing = new Choosing({
      pictures: () => this.pictures,
      grid: this.grid,
      discard: (pictures) => this.discard(pictures),
      changed: () => this.drawHead(),
    });
    fill(
      this,
      h("header.panel-head", {}, this.heading, this.addButton, this.sortButton, this.moreButton, close),
      this.places,
      this.tabs,
      this.note,
      h("div.panel-body", {}, this.grid, this.empty, this.more),
      this.choosing.bar,
    );
    takeDrops(this, () => this.whose);
  }

  leave() {
    this.choosing.stop();
    showGallery(false);
    document.querySelector(".toggle-gallery")?.focus();
  }

  // -- whose pictures ------------------------------------------------------------------------------------------------

  /** Whose gallery can be shown: who was asked for, else whom the open chat is with. @returns {Object|null} */
  get whose() {
    const asked = state.characters.get(this.subjectId) ?? state.groups.get(this.subjectId);
    return asked ?? partnerOf(currentChat())?.person ?? null;
  }

  /** @returns {import("../core/galleries.js").Place} */
  get place() {
    if (this.kind === "all") return { kind: "all" };
    // Who was asked for may not be in the lists yet.
    const id = this.kind === "subject" ? (this.subjectId ?? this.whose?.id) : null;
    return id ? { kind: "subject", id } : { kind: "chat", id: state.chatId };
  }

  /** Open the gallery of a character or group; without one that of the chat. */
  show(subjectId) {
    this.subjectId = subjectId;
    this.choosePlace(subjectId ? "subject" : "chat", { open: false });
    if (galleryIsOpen()) this.open();
    else showGallery(true);
  }

  choosePlace(kind, { open = true } = {}) {
    this.kind = kind;
    this.choosing.stop();
    this.cursor = null;
    this.drawHead();
    if (open) this.open();
  }

  chatChanged() {
    this.subjectId = null;
    this.choosing.stop();
    if (galleryIsOpen()) this.open();
  }

  /** Whose gallery was asked for is gone. */
  forget() {
    this.subjectId = null;
    this.choosePlace("chat", { open: galleryIsOpen() });
  }

  /** Names may differ now, and whom the chat is with. */
  peopleChanged() {
    if (!galleryIsOpen()) return;
    if (this.wish === this.wanted()) this.drawPlaces();
    else this.open();
  }

  // -- pages ---------------------------------------------------------------------------------------------------------

  /** What is wanted, as one word: an answer to another wish comes too late. */
  wanted() {
    const { kind, id } = this.place;
    return [kind, id, this.filter, this.order].join(" ");
  }

  page(how = {}) {
    return pageOf(this.place, { filter: this.filter, order: this.order, ...how });
  }

  /** Show the first page; the addresses of its pictures are asked for afresh. */
  async open() {
    if (!state.chatId) return;
    const wish = this.wanted();
    this.wish = wish;
    this.dataset.loading = "";
    const page = await attempt(() => this.page());
    if (this.wish !== wish) return;
    delete this.dataset.loading;
    this.take(page ?? { pictures: [], cursor: null, counts: NONE }, { fresh: true });
  }

  /** Show a page in place of everything. */
  take(page, { fresh }) {
    this.pictures = page.pictures;
    this.cursor = page.cursor;
    this.learn(page);
    fill(
      this.grid,
      page.pictures.map((picture) => this.tile(picture, fresh)),
    );
    this.drawHead();
    this.choosing.draw();
  }

  learn(page) {
    this.counts = page.counts ?? this.counts;
    this.gallery = page.gallery ?? null;
  }

  async loadMore() {
    const { wish } = this;
    this.more.disabled = true;
    const page = await attempt(() => this.page({ cursor: this.cursor }));
    this.more.disabled = false;
    if (!page || this.wish !== wish) return;
    const first = this.pictures.length;
    this.pictures.push(...page.pictures);
    this.cursor = page.cursor;
    this.grid.append(...page.pictures.map((picture) => this.tile(picture, true)));
    this.drawHead();
    this.choosing.draw();
    this.grid.children[first]?.querySelector("button")?.focus();
  }

  /** Look what was added or taken away; what happens meanwhile is looked at once more afterwards. */
  async refresh() {
    this.stale = true;
    if (this.refreshing) return;
    this.refreshing = true;
    try {
      while (this.stale) {
        this.stale = false;
        await this.arrivals();
      }
    } finally {
      this.refreshing = false;
    }
  }

  /** Newest first, new ones come to the front and the shown ones keep their places. */
  async arrivals() {
    const { wish } = this;
    const inPlace = this.order !== "newest";
    const limit = inPlace ? Math.min(LONGEST_PAGE, Math.max(PAGE, this.pictures.length)) : PAGE;
    const page = await attempt(() => this.page({ limit }));
    if (!page || this.wish !== wish) return;
    const have = new Set(this.pictures.map((picture) => picture.id));
    const first = page.pictures.findIndex((picture) => have.has(picture.id));
    if (inPlace || first < 0) {
      if (this.pictures.length <= limit) this.take(page, { fresh: false });
      return;
    }
    this.learn(page);
    const fresh = page.pictures.slice(0, first);
    for (const id of this.gone(page)) this.drop(id);
    this.pictures = [...fresh, ...this.pictures];
    this.grid.prepend(...fresh.map((picture) => this.tile(picture, false)));
    this.drawHead();
    this.choosing.draw();
  }

  /** Ids that are shown but no longer there, as far down as the first page tells. */
  gone(page) {
    const there = new Set(page.pictures.map((picture) => picture.id));
    const shown = this.pictures.findLastIndex((picture) => there.has(picture.id)) + 1;
    return this.pictures
      .slice(0, page.cursor ? shown : this.pictures.length)
      .map((picture) => picture.id)
      .filter((id) => !there.has(id));
  }

  drop(id) {
    this.pictures = this.pictures.filter((picture) => picture.id !== id);
    this.grid.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
  }

  // -- drawing -------------------------------------------------------------------------------------------------------

  drawHead() {
    const { all } = this.counts;
    const { kind } = this.place;
    fill(this.heading, "Gallery ", h("span.count", { "aria-label": plural(all, "picture") }, String(all)));
    this.addButton.hidden = kind !== "subject" || this.choosing.on;
    this.toggleAttribute("data-takes-files", kind === "subject");
    this.drawPlaces();
    const names = Object.entries(FILTERS[kind]);
    choices(
      this.tabs,
      names.map(([name, text]) => ({
        text: [text, h("span.tab-count", {}, String(this.counts[name]))],
        pressed: this.filter === name,
        data: { filter: name },
        run: () => this.choose(name),
      })),
    );
    this.drawNote();
    this.more.hidden = !this.cursor;
    this.empty.hidden = this.pictures.length > 0;
    this.grid.hidden = this.pictures.length === 0;
    if (!this.pictures.length) this.drawEmpty();
  }

  drawPlaces() {
    const { kind } = this.place;
    const name = this.whose?.name;
    const texts = { chat: "This chat", ...(name && { subject: name }), all: "All" };
    choices(
      this.places,
      Object.entries(texts).map(([each, text]) => ({
        text: h("span.tab-name", {}, text),
        pressed: kind === each,
        data: { place: each },
        title: each === "subject" ? `Everything of ${text}, across chats` : null,
        run: () => this.choosePlace(each),
      })),
    );
  }

  /** Where a character shows another gallery than its own, that is said. */
  drawNote() {
    const { gallery } = this;
    const elsewhere = this.place.kind === "subject" && gallery && gallery.shown.id !== gallery.id;
    this.note.hidden = !elsewhere;
    if (!elsewhere) return;
    const own = button("Its own again", () => lookAtOwn(gallery), { look: "quiet" });
    fill(this.note, h("span", {}, "It shows the gallery ", h("strong", {}, gallery.shown.name), "."), own);
  }

  drawEmpty() {
    const [title, text] = emptyWords(this.place.kind, this.filter, this.whose?.name);
    fill(this.empty, icon("gallery"), h("strong", {}, title), h("p", {}, text));
  }

  choose(filter) {
    this.filter = filter;
    this.cursor = null;
    this.choosing.stop();
    this.drawHead();
    this.open();
  }

  sort(order) {
    this.order = order;
    remember("gallery-order", order === "newest" ? null : order);
    this.open();
  }

  menu() {
    const { gallery } = this;
    const ofCharacter = this.place.kind === "subject" && gallery?.kind === "character";
    openMenu(
      this.moreButton,
      "Gallery",
      [
        {
          text: "Choose several …",
          detail: "To delete them together",
          icon: "select",
          disabled: !this.pictures.length,
          run: () => this.choosing.start(),
        },
        ofCharacter && {
          text: "Show another gallery …",
          detail: "Of somebody else, or one that several share",
          icon: "gallery",
          run: () => lookElsewhere(gallery),
        },
      ].filter(Boolean),
    );
  }

  // -- pictures ------------------------------------------------------------------------------------------------------

  tile(picture, fresh) {
    const alt = pictureAlt(picture);
    const more = iconButton("dots", "Actions of this picture", () => this.actions(more, picture), {
      class: "tile-more",
      "aria-haspopup": "menu",
    });
    const press = (event) =>
      this.choosing.on ? this.choosing.toggle(picture.id, { range: event.shiftKey }) : this.look(picture);
    return h(
      "li.tile",
      { data: { id: picture.id } },
      h(
        "button.tile-open",
        { type: "button", onclick: press, "aria-label": `Open the picture: ${alt}`, title: alt },
        stImage(picture, alt, { size: "thumb", fresh }),
        h("span.tile-check", {}, icon("check")),
      ),
      more,
    );
  }

  look(picture) {
    emit("lightbox", { pictures: this.pictures, id: picture.id });
  }

  actions(anchor, picture) {
    pictureMenu(anchor, picture, { open: () => this.look(picture), discard: () => this.discard([picture]) });
  }

  async discard(pictures) {
    const place = this.pictures.indexOf(pictures[0]);
    if (!(await discard(pictures))) return;
    const counts = { ...this.counts };
    for (const { id, origin } of pictures) {
      this.drop(id);
      counts.all -= 1;
      counts[origin === "received" ? "received" : "sent"] -= 1;
    }
    this.counts = counts;
    this.choosing.stop();
    this.drawHead();
    this.refresh();
    const next = this.grid.children[Math.min(place, this.grid.children.length - 1)];
    next?.querySelector("button").focus();
  }

  /** Arrows go through the pictures, Delete deletes one or the chosen ones. */
  pressed(event) {
    const tile = event.target.closest(".tile");
    if (!tile || event.altKey || event.metaKey) return;
    const tiles = [...this.grid.children];
    const index = tiles.indexOf(tile);
    const to = {
      ArrowRight: index + 1,
      ArrowLeft: index - 1,
      ArrowDown: index + COLUMNS,
      ArrowUp: index - COLUMNS,
      Home: 0,
      End: tiles.length - 1,
    }[event.key];
    if (event.ctrlKey && !(this.choosing.on && event.key === "a")) return;
    if (to !== undefined) tiles[to]?.querySelector(".tile-open").focus();
    else if (event.key === "Delete") this.discardFrom(this.pictures[index]);
    else if (event.key === "Escape" && this.choosing.on) this.choosing.stop();
    else if (event.key === "a" && event.ctrlKey) this.choosing.all();
    else return;
    event.preventDefault();
  }

  discardFrom(picture) {
    const chosen = this.pictures.filter(({ id }) => this.choosing.ids.has(id));
    if (!this.choosing.on) this.discard([picture]);
    else if (chosen.length) this.discard(chosen);
  }
}

/** Draw buttons of which one is pressed, and keep the focus on it. */
function choices(holder, items) {
  const focused = holder.contains(document.activeElement);
  fill(
    holder,
    items.map(({ text, pressed, run, ...props }) =>
      h("button.tab", { type: "button", "aria-pressed": String(pressed), onclick: run, ...props }, text),
    ),
  );
  if (focused) holder.querySelector("[aria-pressed=true]")?.focus();
}

customElements.define("st-gallery", Gallery);
