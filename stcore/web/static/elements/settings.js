/** The settings dialog: a list of pages on the left (above on phones), one page at a time. */
import { attempt } from "../core/actions.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { on } from "../core/store.js";
import { isOutside } from "./dialog.js";
import { aboutPage, pluginsPage } from "./settings-about.js";
import { connectionsPage } from "./settings-connections.js";
import { presetsPage } from "./settings-presets.js";
import { personasPage } from "./settings-personas.js";
import { repliesPage } from "./settings-replies.js";
import { picturesPage } from "./settings-pictures.js";
import { youPage } from "./settings-values.js";
import { stylesPage } from "./settings-styles.js";
import { workflowsPage } from "./settings-workflows.js";
import { promptsPage } from "./settings-prompts.js";

const PAGES = {
  sources: { text: "Image sources", icon: "palette", render: (page) => connectionsPage(page, "sources") },
  texts: { text: "Text models", icon: "text", render: (page) => connectionsPage(page, "texts") },
  presets: { text: "Presets", icon: "sliders", render: presetsPage },
  pictures: { text: "Pictures", icon: "picture", render: picturesPage },
  styles: { text: "Styles", icon: "brush", render: stylesPage },
  prompts: { text: "Picture prompts", icon: "quote", render: promptsPage },
  workflows: { text: "Workflows", icon: "flow", render: workflowsPage },
  replies: { text: "Quick replies", icon: "bolt", render: repliesPage },
  personas: { text: "Personas", icon: "users", render: personasPage },
  you: { text: "You and the chat", icon: "user", render: youPage },
  plugins: { text: "Plugins", icon: "plug", render: pluginsPage },
  about: { text: "About", icon: "info", render: aboutPage },
};

class Settings extends HTMLElement {
  connectedCallback() {
    this.tabs = h("div.settings-tabs", { role: "tablist", "aria-label": "Pages of the settings" });
    this.page = h("div.settings-page", { role: "tabpanel", id: "settings-page", tabindex: "0" });
    const close = iconButton("close", "Close the settings", () => this.dialog.close());
    this.dialog = h(
      "dialog.settings",
      { "aria-labelledby": "settings-title" },
      h("header.settings-head", {}, h("h2", { id: "settings-title" }, "Settings"), close),
      h("div.settings-middle", {}, this.tabs, this.page),
    );
    this.dialog.addEventListener(
      "click",
      (event) => event.target === this.dialog && isOutside(event, this.dialog) && this.dialog.close(),
    );
    this.dialog.addEventListener("close", () => fill(this.page));
    this.tabs.addEventListener("keydown", (event) => this.steer(event));
    fill(this, this.dialog);
    on("settings-open", ({ page = "sources" } = {}) => this.open(page));
  }

  open(page) {
    if (!this.dialog.open) this.dialog.showModal();
    this.choose(page);
  }

  choose(name) {
    const tab = ([key, { text, icon: drawing }]) =>
      h(
        "button.settings-tab",
        {
          type: "button",
          role: "tab",
          "aria-selected": String(key === name),
          "aria-controls": "settings-page",
          tabindex: key === name ? "0" : "-1",
          onclick: () => this.choose(key),
          data: { page: key },
        },
        icon(drawing),
        h("span", {}, text),
      );
    fill(this.tabs, Object.entries(PAGES).map(tab));
    const selected = this.tabs.querySelector("[aria-selected=true]");
    selected.focus();
    selected.scrollIntoView({ block: "nearest", inline: "center" });
    this.page.setAttribute("aria-label", PAGES[name].text);
    this.page.scrollTop = 0;
    const page = h("div.settings-content");
    fill(this.page, page);
    attempt(() => PAGES[name].render(page));
  }

  steer(event) {
    const names = Object.keys(PAGES);
    const index = names.indexOf(event.target.dataset.page);
    const to = {
      ArrowDown: index + 1,
      ArrowRight: index + 1,
      ArrowUp: index - 1,
      ArrowLeft: index - 1,
      Home: 0,
      End: -1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.choose(names.at(to % names.length));
  }
}

customElements.define("st-settings", Settings);
