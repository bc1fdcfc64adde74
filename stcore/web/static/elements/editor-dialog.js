/** A large dialog around a form that saves itself: head, pages behind tabs, and a word on what is saved. */
import { attempt } from "../core/actions.js";
import { button, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { confirmDialog, isOutside } from "./dialog.js";
import { tabList } from "./tabs.js";

const WORDS = { changed: "Saving …", saved: "Saved" };

/**
 * @typedef {Object} Page
 * @property {string} text @property {string} icon @property {() => any} build Called once, when it is first shown.
 *
 * Show an editor until it is closed. Nothing typed is lost by closing: what the host has not got is told first.
 */
export class EditorDialog {
  /** @param {{name: string, head: Node[], pages: Object<string, Page>}} what */
  constructor({ name, head, pages }) {
    this.pages = pages;
    this.id = uniqueId("editor");
    this.told = h("p.editor-told", { role: "status" });
    this.page = h("div.settings-page", { role: "tabpanel", id: this.id, tabindex: "0" });
    this.tabs = tabList(`Pages about ${name}`, pages, {
      look: "settings-tab",
      panel: () => this.id,
      onchoose: (key) => this.show(key),
    });
    this.built = new Map();
    const close = iconButton("close", "Close", () => this.close(), { class: "editor-close" });
    this.element = h(
      "dialog.settings.editor",
      { "aria-label": name },
      h("header.settings-head.editor-head", {}, head, this.told, close),
      h("div.settings-middle", {}, this.tabs.element, this.page),
    );
    this.element.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    this.element.addEventListener("click", (event) => {
      if (event.target === this.element && isOutside(event, this.element)) this.close();
    });
  }

  /** @param {import("../core/autosave.js").Autosave} saver @returns {Promise<void>} Ends when the editor is closed. */
  open(saver) {
    this.saver = saver;
    const from = document.activeElement?.dataset.key;
    document.body.append(this.element);
    this.tabs.choose(Object.keys(this.pages)[0]);
    this.element.showModal();
    return new Promise((resolve) => {
      this.element.addEventListener("close", () => {
        saver.close();
        this.element.remove();
        // Lists are drawn anew while people are edited: the browser cannot give the focus back by itself.
        if (from && document.activeElement === document.body) document.querySelector(`[data-key="${from}"]`)?.focus();
        resolve();
      });
    });
  }

  show(key) {
    if (!this.built.has(key))
      this.built.set(key, h("div.settings-content.editor-content", {}, this.pages[key].build()));
    fill(this.page, this.built.get(key));
    this.page.setAttribute("aria-label", this.pages[key].text);
    this.page.scrollTop = 0;
  }

  /** @param {{state: string, error?: Object}} told By the saver. */
  tell({ state, error }) {
    this.told.classList.toggle("wrong", state === "failed");
    if (state === "saved") this.element.querySelector(".editor-restored")?.remove();
    if (state === "failed")
      fill(this.told, icon("alert"), h("span", {}, "Not saved: ", error.message, " ", error.hint ?? ""));
    else fill(this.told, state === "saved" && icon("check"), h("span", {}, WORDS[state]));
  }

  /** Close when everything has arrived; otherwise a person says whether it shall wait in this browser. */
  async close() {
    if (this.closing) return;
    this.closing = true;
    const arrived = await attempt(() => this.saver.flush());
    this.closing = false;
    if (!this.element.open) return;
    if (!arrived && !(await this.mayWait())) return;
    this.element.close();
  }

  mayWait() {
    return confirmDialog({
      title: "Not everything is saved",
      text: "The host did not take the last changes. They stay in this browser, and come back when you open this again.",
      action: "Close anyway",
    });
  }

  /** Close at once: what was edited is gone. */
  drop() {
    this.saver.discard();
    this.element.close();
  }
}

/** What the browser kept from last time, said above the form. @param {() => any} discard */
export function restoredNote(discard) {
  const note = h(
    "div.health.editor-restored",
    {},
    icon("restore"),
    h("span", {}, "What was not saved last time is back. "),
    button("Throw it away", async () => {
      await discard();
      note.remove();
    }),
  );
  return note;
}
