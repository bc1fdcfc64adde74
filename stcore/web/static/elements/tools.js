/** `<st-tools>`: the button in the header to what stands behind a reply: world info, the prompt, notes, presets. */
import { fill, iconButton } from "../core/dom.js";
import { emit } from "../core/store.js";
import { openMenu } from "./menu.js";

class Tools extends HTMLElement {
  connectedCallback() {
    this.button = iconButton("layers", "What the model is told", () => this.choose(), { "aria-haspopup": "menu" });
    fill(this, this.button);
  }

  choose() {
    openMenu(this.button, "What the model is told", [
      { heading: true, text: "What the model is told" },
      { text: "Prompt of this chat", icon: "layers", run: () => emit("prompt-open", { tab: "parts" }) },
      { text: "Author's note", icon: "pencil", run: () => emit("prompt-open", { tab: "note" }) },
      { text: "World info", icon: "book", run: () => emit("lore-open", {}) },
      null,
      { text: "Presets …", icon: "sliders", run: () => emit("settings-open", { page: "presets" }) },
    ]);
  }
}

customElements.define("st-tools", Tools);
