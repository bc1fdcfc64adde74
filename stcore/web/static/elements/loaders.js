/** Busy indicators of scripts: a notice with a stop button, and a veil over the page while one of them blocks. */
import { attempt } from "../core/actions.js";
import { at, post } from "../core/api.js";
import { button, h } from "../core/dom.js";
import { on, state } from "../core/store.js";

class Loaders extends HTMLElement {
  connectedCallback() {
    this.shown = new Map();
    on("loader", (loader) => this.add(loader));
    on("loader-gone", (handle) => this.take(handle));
    // What a chat waits for is of no concern to another.
    on("chat", () => this.draw());
  }

  add(loader) {
    this.shown.set(loader.handle, loader);
    this.draw();
  }

  take(handle) {
    this.shown.delete(handle);
    this.draw();
  }

  draw() {
    const here = [...this.shown.values()].filter(({ chat_id: chat }) => !chat || chat === state.chatId);
    this.replaceChildren(...here.filter(({ toast }) => toast !== "none").map(card));
    this.classList.toggle("blocking", here.some((loader) => loader.blocking));
    this.hidden = here.length === 0;
  }
}

function card({ handle, title, message, toast, stop_tooltip: tooltip }) {
  const stop = () => attempt(() => post(at("/api/loaders", handle, "stop"), {}));
  return h(
    "div.loader",
    { role: "status" },
    h("span.loader-wheel", { "aria-hidden": "true" }),
    h("div.loader-words", {}, title && h("strong", {}, title), h("span", {}, message)),
    toast === "stoppable" && button("Stop", stop, { title: tooltip }),
  );
}

customElements.define("st-loaders", Loaders);
