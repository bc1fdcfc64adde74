/** Choosing several pictures of a gallery, to delete them together: by click, with Shift to here, or by keyboard. */
import { announce } from "../core/announce.js";
import { button, fill, h } from "../core/dom.js";
import { plural } from "../core/format.js";

export class Choosing {
  /** @param {{pictures: () => Object[], grid: HTMLElement, discard: (pictures: Object[]) => void, changed: () => void}} of */
  constructor(of) {
    this.of = of;
    this.ids = new Set();
    this.on = false;
    this.bar = h("div.choose-bar", { role: "group", "aria-label": "Chosen pictures", hidden: true });
  }

  start() {
    this.on = true;
    this.last = null;
    this.of.changed();
    this.draw();
    announce("Choose pictures; Escape ends it");
  }

  stop() {
    if (!this.on) return;
    this.on = false;
    this.ids.clear();
    this.of.changed();
    this.draw();
  }

  /** @param {string} id @param {{range?: boolean}} [options] `range`: all from the one chosen before to this one. */
  toggle(id, { range = false } = {}) {
    const all = this.of.pictures().map((picture) => picture.id);
    const [from, to] = [all.indexOf(this.last), all.indexOf(id)].sort((a, b) => a - b);
    if (range && from >= 0) for (const each of all.slice(from, to + 1)) this.ids.add(each);
    else if (!this.ids.delete(id)) this.ids.add(id);
    this.last = id;
    this.draw();
  }

  all() {
    const all = this.of.pictures().map((picture) => picture.id);
    if (all.every((id) => this.ids.has(id))) this.ids.clear();
    else for (const id of all) this.ids.add(id);
    this.draw();
  }

  /** Show what is chosen; pictures that are gone are not. */
  draw() {
    const pictures = this.of.pictures();
    const there = new Set(pictures.map((picture) => picture.id));
    for (const id of this.ids) if (!there.has(id)) this.ids.delete(id);
    this.of.grid.toggleAttribute("data-choosing", this.on);
    for (const tile of this.of.grid.children) {
      const open = tile.querySelector(".tile-open");
      if (this.on) open.setAttribute("aria-pressed", String(this.ids.has(tile.dataset.id)));
      else open.removeAttribute("aria-pressed");
    }
    this.bar.hidden = !this.on;
    if (!this.on) return;
    const focused = this.bar.contains(document.activeElement) ? document.activeElement.dataset.act : null;
    const chosen = pictures.filter((picture) => this.ids.has(picture.id));
    fill(
      this.bar,
      h("span.choose-count", { role: "status" }, `${plural(chosen.length, "picture")} chosen`),
      button("All", () => this.all(), { data: { act: "all" }, title: "All that are shown, or none" }),
      button("Delete", () => this.of.discard(chosen), {
        look: "danger",
        data: { act: "delete" },
        disabled: !chosen.length,
      }),
      button("Done", () => this.stop(), { data: { act: "done" } }),
    );
    if (focused) this.bar.querySelector(`[data-act=${focused}]`)?.focus();
  }
}
