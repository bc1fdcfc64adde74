/**
 * A large dialog with tabs. One page is shown at a time; what a page has not kept yet is kept before it goes.
 *
 * A page is `{ leave?: () => Promise, refresh?: () => Promise }`, or nothing when it needs neither.
 */
import { attempt } from "../core/actions.js";
import { coalesce, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { on } from "../core/store.js";
import { isOutside } from "./dialog.js";
import { keepPlace, loadInto } from "./loading.js";

const CALM_MS = 700;

export class Workbench extends HTMLElement {
  /** @param {{title: string, tabs: Object<string, {text: string, icon: string}>, topics: string[], look: string}} what */
  setUp({ title, tabs, topics, look }) {
    Object.assign(this, { tabNames: tabs, current: null });
    this.tabs = h("div.tabs.workbench-tabs", { role: "tablist", "aria-label": title });
    this.tabs.addEventListener("keydown", (event) => this.steer(event));
    const pageId = uniqueId("workbench");
    this.page = h("div.workbench-page", { role: "tabpanel", id: pageId, tabindex: "-1" });
    const titleId = uniqueId("workbench-title");
    this.dialog = h(
      "dialog.workbench",
      { class: look, "aria-labelledby": titleId },
      h(
        "header.workbench-head",
        {},
        h("h2", { id: titleId }, title),
        this.tabs,
        iconButton("close", `Close ${title.toLowerCase()}`, () => this.dialog.close(), { class: "workbench-close" }),
      ),
      this.page,
    );
    this.dialog.addEventListener(
      "click",
      (event) => event.target === this.dialog && isOutside(event, this.dialog) && this.dialog.close(),
    );
    this.dialog.addEventListener("close", () => this.closed());
    fill(this, this.dialog);
    const later = coalesce(() => this.refreshLater());
    for (const topic of topics) on(topic, later);
  }

  /** Show the dialog above all others. */
  open() {
    if (this.dialog.open) this.dialog.close();
    this.dialog.showModal();
  }

  async closed() {
    if (this.dialog.open) return; // It was only raised.
    clearTimeout(this.calm);
    await this.leave();
    if (!this.dialog.open) fill(this.page);
  }

  async leave() {
    const page = this.current;
    this.current = null;
    await page?.leave?.();
  }

  /** Show the page of a tab: `draw` gives what the workbench has to know of it. */
  async choose(name, draw) {
    await this.leave();
    this.tab = name;
    this.drawTabs();
    this.page.setAttribute("aria-label", this.tabNames[name].text);
    this.page.scrollTop = 0;
    this.page.loading = null;
    await attempt(draw);
  }

  /**
   * Show something that the host tells, and show it again when that is another. It stays quiet once another page is
   * shown.
   * @param {() => Promise<any>} load @param {(found: any, again: () => Promise<any>) => void} draw `again` is for after a
   *   change made here.
   */
  async showFresh(load, draw) {
    const page = {};
    let shown = null;
    const read = async () => {
      const found = await load();
      return { found, text: JSON.stringify(found) };
    };
    const ask = async (lazily) => {
      if (this.current !== page) return;
      await loadInto(this.page, read, ({ found, text }) => {
        if (lazily && text === shown) return;
        shown = text;
        keepPlace(this.page, () => draw(found, () => ask(false)));
      }, { quiet: shown !== null });
    };
    page.refresh = () => ask(true);
    this.current = page;
    await ask(false);
  }

  drawTabs() {
    const tab = ([name, { text, icon: drawing }]) =>
      h(
        "button.tab",
        {
          type: "button",
          role: "tab",
          "aria-selected": String(name === this.tab),
          "aria-controls": this.page.id,
          "aria-label": text,
          title: text,
          tabindex: name === this.tab ? "0" : "-1",
          onclick: () => this.turnTo(name),
          data: { tab: name },
        },
        icon(drawing),
        h("span", {}, text),
      );
    const hadFocus = this.tabs.contains(document.activeElement);
    fill(this.tabs, Object.entries(this.tabNames).map(tab));
    if (hadFocus) this.tabs.querySelector("[aria-selected=true]").focus();
  }

  steer(event) {
    const names = Object.keys(this.tabNames);
    const index = names.indexOf(this.tab);
    const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.turnTo(names.at(to % names.length));
  }

  /** Changes come in bursts, most of them our own: look again when it is calm. */
  refreshLater() {
    clearTimeout(this.calm);
    if (!this.dialog.open) return;
    this.calm = setTimeout(() => this.dialog.open && attempt(() => this.current?.refresh?.()), CALM_MS);
  }
}
