/** One line over the page while the host cannot be reached. */
import { announce } from "../core/announce.js";
import { fill, h, icon } from "../core/dom.js";
import { on, state } from "../core/store.js";

class Banner extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    on("link", () => this.show(state.link === "lost"));
    on("unreachable", () => this.show(true));
  }

  show(lost) {
    if (lost === !this.hidden) return;
    this.hidden = !lost;
    fill(this, lost && h("p.banner", { role: "alert" }, icon("plug"), "The host cannot be reached; reconnecting …"));
    if (!lost) announce("Connected again");
  }
}

customElements.define("st-banner", Banner);
