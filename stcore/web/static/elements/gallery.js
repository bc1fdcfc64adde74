/** The gallery of the open chat: two columns, newest first, filters with counts, pages of 60. */
import { attempt, deletePicture } from "../core/actions.js";
import { at, get } from "../core/api.js";
import { button, coalesce, fill, h, icon, iconButton } from "../core/dom.js";
import { pictureAlt, plural } from "../core/format.js";
import { galleryIsOpen, showGallery } from "../core/layout.js";
import { emit, on, state } from "../core/store.js";
import { confirmDialog } from "./dialog.js";
import { stImage } from "./image.js";
import { openMenu } from "./menu.js";
import { copyWithNotice, download } from "./pictures.js";

const PAGE = 60;
const FILTERS = { all: "All", sent: "Sent", received: "Received" };
const NONE = { all: 0, sent: 0, received: 0 };

class Gallery extends HTMLElement {
  connectedCallback() {
    this.filter = "all";
    this.pictures = [];
    this.counts = NONE;
    this.heading = h("h2");
    this.tabs = h("div.tabs", { role: "group", "aria-label": "Which pictures" });
    this.grid = h("ul.gallery-grid");
    this.empty = h("div.gallery-empty", { hidden: true });
    this.more = button("Load more", () => this.loadMore(), { class: "load-more", hidden: true });
    const close = iconButton("close", "Close the gallery", () => this.leave());
    fill(
      this,
      h("header.panel-head", {}, this.heading, close),
      this.tabs,
      h("div.panel-body", {}, this.grid, this.empty, this.more),
    );
    this.refresh = coalesce(() => this.arrivals());
    on("gallery-open", (open) => open && this.open());
    on("chat", () => galleryIsOpen() && this.open());
    on("pictures", () => galleryIsOpen() && this.refresh());
    this.drawHead();
  }

  leave() {
    showGallery(false);
    document.querySelector(".toggle-gallery")?.focus();
  }

  /** Show the first page; the addresses of its pictures are asked for afresh. */
  async open() {
    if (!state.chatId) return;
    const wish = `${state.chatId} ${this.filter}`;
    this.wish = wish;
    this.dataset.loading = "";
    const page = await attempt(() => this.page(null));
    delete this.dataset.loading;
    if (!page || this.wish !== wish) return;
    this.pictures = page.pictures;
    this.cursor = page.cursor;
    this.counts = page.counts;
    fill(
      this.grid,
      page.pictures.map((picture) => this.tile(picture, true)),
    );
    this.drawHead();
  }

  page(cursor) {
    const query = new URLSearchParams({ filter: this.filter, limit: String(PAGE) });
    if (cursor) query.set("cursor", cursor);
    return get(`${at("/api/chats", state.chatId, "pictures")}?${query}`);
  }

  async loadMore() {
    const wish = this.wish;
    this.more.disabled = true;
    const page = await attempt(() => this.page(this.cursor));
    this.more.disabled = false;
    if (!page || this.wish !== wish) return;
    const first = this.pictures.length;
    this.pictures.push(...page.pictures);
    this.cursor = page.cursor;
    this.grid.append(...page.pictures.map((picture) => this.tile(picture, true)));
    this.drawHead();
    this.grid.children[first]?.querySelector("button")?.focus();
  }

  /** Something was added or taken away: new ones come to the front, the shown ones keep their places. */
  async arrivals() {
    const wish = this.wish;
    const page = await attempt(() => this.page(null));
    if (!page || this.wish !== wish) return;
    this.counts = page.counts;
    const have = new Set(this.pictures.map((picture) => picture.id));
    const first = page.pictures.findIndex((picture) => have.has(picture.id));
    if (first < 0) {
      this.open();
      return;
    }
    const fresh = page.pictures.slice(0, first);
    for (const id of this.gone(page)) this.drop(id);
    this.pictures = [...fresh, ...this.pictures];
    this.grid.prepend(...fresh.map((picture) => this.tile(picture, false)));
    this.drawHead();
  }

  /** Ids that are shown but no longer there, as far down as the first page tells. */
  gone(page) {
    const there = new Set(page.pictures.map((picture) => picture.id));
    const told = page.cursor
      ? this.pictures.findLastIndex((picture) => there.has(picture.id)) + 1
      : this.pictures.length;
    return this.pictures
      .slice(0, told)
      .map((picture) => picture.id)
      .filter((id) => !there.has(id));
  }

  drop(id) {
    this.pictures = this.pictures.filter((picture) => picture.id !== id);
    this.grid.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
  }

  drawHead() {
    const { all } = this.counts;
    fill(this.heading, "Gallery ", h("span.count", { "aria-label": plural(all, "picture") }, String(all)));
    const tab = ([name, text]) => {
      const pressed = this.filter === name;
      return h(
        "button.tab",
        { type: "button", "aria-pressed": String(pressed), onclick: () => this.choose(name), data: { filter: name } },
        text,
        h("span.tab-count", {}, String(this.counts[name])),
      );
    };
    const focused = this.tabs.contains(document.activeElement);
    fill(this.tabs, Object.entries(FILTERS).map(tab));
    if (focused) this.tabs.querySelector("[aria-pressed=true]").focus();
    this.more.hidden = !this.cursor;
    this.empty.hidden = this.pictures.length > 0;
    this.grid.hidden = this.pictures.length === 0;
    if (!this.pictures.length) this.drawEmpty();
  }

  drawEmpty() {
    const text = {
      all: ["No pictures yet", "Ask for one with /sd and it will hang here."],
      sent: ["Nothing sent", "Pictures that you attach to a message will hang here."],
      received: ["Nothing received", "Pictures that are made in this chat will hang here."],
    }[this.filter];
    fill(this.empty, icon("gallery"), h("strong", {}, text[0]), h("p", {}, text[1]));
  }

  choose(filter) {
    this.filter = filter;
    this.cursor = null;
    this.drawHead();
    this.open();
  }

  tile(picture, fresh) {
    const alt = pictureAlt(picture);
    const open = () => emit("lightbox", { pictures: this.pictures, id: picture.id });
    const more = iconButton("dots", "Actions of this picture", () => this.actions(more, picture), {
      class: "tile-more",
      "aria-haspopup": "menu",
    });
    return h(
      "li.tile",
      { data: { id: picture.id } },
      h(
        "button.tile-open",
        { type: "button", onclick: open, "aria-label": `Open the picture: ${alt}` },
        stImage(picture, alt, { size: "thumb", fresh }),
      ),
      more,
    );
  }

  actions(anchor, picture) {
    const made = picture.generation;
    const messageId =
      state.messages.find((message) => message.pictures.some((one) => one.id === picture.id))?.id ?? picture.message_id;
    openMenu(
      anchor,
      "This picture",
      [
        { text: "Open", icon: "expand", run: () => emit("lightbox", { pictures: this.pictures, id: picture.id }) },
        messageId && { text: "Go to its message", icon: "chat", run: () => emit("goto-message", messageId) },
        made && { text: "Copy the prompt", icon: "copy", run: () => copyWithNotice(made.prompt, "Prompt copied") },
        made?.seed && {
          text: "Copy the seed",
          icon: "dice",
          run: () => copyWithNotice(String(made.seed), "Seed copied"),
        },
        { text: "Download", icon: "download", run: () => download(picture) },
        { text: "Delete", icon: "trash", danger: true, run: () => this.discard(picture) },
      ].filter(Boolean),
    );
  }

  async discard(picture) {
    const onMessage = state.messages.find((message) => message.pictures.some((one) => one.id === picture.id));
    const text = onMessage
      ? `It also disappears from the message of ${onMessage.name}.`
      : "It disappears from the chat too.";
    const sure = await confirmDialog({ title: "Delete this picture?", text, action: "Delete", danger: true });
    if (!sure || (await attempt(() => deletePicture(picture.id))) === undefined) return;
    this.drop(picture.id);
    this.refresh();
  }
}

customElements.define("st-gallery", Gallery);
