/** The line over the conversation: whom one talks to, title, source and style, jobs, gallery, theme, settings. */
import { attempt, loadInfo, renameChat } from "../core/actions.js";
import { coalesce, fill, h, icon, iconButton } from "../core/dom.js";
import { galleryIsOpen, railIsOpen, showGallery, showRail } from "../core/layout.js";
import { setTheme, theme } from "../core/prefs.js";
import { loadPictureSettings, sourceOf, useSource } from "../core/picture-settings.js";
import { currentChat, emit, on, state } from "../core/store.js";
import { useStyle } from "../core/styles.js";
import { partnerOf } from "../core/people.js";
import { avatar } from "./avatar.js";
import { chatMenu } from "./chat-menu.js";
import "./jobs.js";
import { openMenu } from "./menu.js";
import "./tools.js";

const THEMES = { auto: ["auto", "As the system"], light: ["sun", "Light"], dark: ["moon", "Dark"] };

class Header extends HTMLElement {
  connectedCallback() {
    this.railButton = iconButton("menu", "Chats", () => showRail(!railIsOpen()), { class: "toggle-rail" });
    this.partner = h("button.partner", {
      type: "button",
      "aria-haspopup": "menu",
      onclick: () => chatMenu(this.partner),
    });
    this.heading = h("div.chat-title");
    this.picker = h("button.picker", { type: "button", "aria-haspopup": "menu", onclick: () => this.pick() });
    this.themeButton = iconButton("auto", "Theme", () => this.chooseTheme(), {
      "aria-haspopup": "menu",
      class: "theme-button",
    });
    this.galleryButton = iconButton("gallery", "Gallery", () => showGallery(!galleryIsOpen()), {
      class: "toggle-gallery",
    });
    const settings = iconButton("settings", "Settings", () => emit("settings-open", {}), { class: "open-settings" });
    fill(
      this,
      this.railButton,
      this.partner,
      this.heading,
      this.picker,
      h("st-jobs"),
      h("st-tools"),
      this.galleryButton,
      this.themeButton,
      settings,
    );
    on("chat", () => this.drawTitle());
    on("chats", () => this.drawTitle());
    for (const topic of ["chat", "chats", "people"]) on(topic, () => this.drawPartner());
    const look = coalesce(() => attempt(() => this.lookAtPictures()));
    for (const topic of ["info", "chat", "chat-changed"]) on(topic, look);
    on("layout", () => this.drawToggles());
    this.drawTheme();
    this.drawToggles();
  }

  drawToggles() {
    this.railButton.setAttribute("aria-expanded", String(railIsOpen()));
    this.galleryButton.setAttribute("aria-expanded", String(galleryIsOpen()));
  }

  /** Whom one talks to. The name stands here only where the title does not say it already. */
  drawPartner() {
    const chat = currentChat();
    const find = () => partnerOf(currentChat())?.person ?? { name: "Nobody in particular", drawing: "chat" };
    const { name, drawing } = find();
    const told = drawing || name === chat?.title ? "" : name;
    const drawn = JSON.stringify([told, name]);
    if (drawn === this.drawnPartner) return;
    this.drawnPartner = drawn;
    fill(this.partner, avatar(find), told && h("span.partner-name", {}, told), icon("down"));
    const label = drawing ? "This chat" : `Chat with ${name}`;
    this.partner.setAttribute("aria-label", label);
    this.partner.title = label;
  }

  drawTitle() {
    if (this.editing) return;
    const title = currentChat()?.title || "New chat";
    document.title = `${title} · stcore`;
    const rename = () => this.editTitle();
    const name = h(
      "button.chat-name",
      { type: "button", title: "Rename this chat", onclick: rename },
      h("span", {}, title),
      icon("pencil"),
    );
    fill(this.heading, h("h1", {}, name));
  }

  editTitle() {
    this.editing = true;
    const chat = currentChat();
    const field = h("input.chat-name-field", {
      value: chat?.title ?? "",
      "aria-label": "Title of this chat",
      maxlength: "200",
    });
    const finish = (keep) => {
      if (!this.editing) return;
      this.editing = false;
      const title = field.value.trim();
      const hadFocus = document.activeElement === field;
      if (keep && title && title !== chat.title) attempt(() => renameChat(chat.id, title));
      if (keep && title) chat.title = title;
      this.drawTitle();
      if (hadFocus) this.heading.querySelector("button").focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
      event.stopPropagation();
    });
    field.addEventListener("blur", () => finish(true));
    fill(this.heading, field);
    field.select();
  }

  /** What pictures of the open chat are made with; a chat or character may say otherwise than the host. */
  async lookAtPictures() {
    const { chatId } = state;
    this.pictures ??= state.info.settings.image;
    this.drawPicker();
    const { effective } = await loadPictureSettings();
    if (chatId !== state.chatId) return; // another chat was opened meanwhile, and is looked at itself
    this.pictures = effective;
    this.drawPicker();
  }

  drawPicker() {
    const connection = state.info.sources.connections.find((one) => one.name === sourceOf(this.pictures));
    const source = connection ? connection.name : "No source";
    const look = this.pictures.style || "No style";
    fill(
      this.picker,
      icon("palette"),
      h("span.picker-text", {}, h("span.picker-source", {}, source), h("span.picker-style", {}, look)),
      icon("down"),
    );
    this.picker.setAttribute("aria-label", `Pictures come from ${source}, style: ${look}`);
    this.picker.title = "Where pictures come from, and their style";
  }

  pick() {
    const { sources, styles } = state.info;
    const { style } = this.pictures;
    const choose = (fn) => () => attempt(async () => (await fn(), loadInfo()));
    openMenu(this.picker, "Source and style", [
      { heading: true, text: "Pictures come from" },
      ...sources.connections.map((one) => ({
        text: one.name,
        detail: one.label === one.name ? "" : one.label,
        checked: one.name === sourceOf(this.pictures),
        run: choose(() => useSource(one.name)),
      })),
      { text: "Add or change a source …", icon: "plus", run: () => emit("settings-open", { page: "sources" }) },
      null,
      { heading: true, text: "Style" },
      ...styles.map((name) => ({
        text: name,
        checked: name === style,
        run: choose(() => useStyle(name)),
      })),
      { text: "Change or keep a style …", icon: "brush", run: () => emit("settings-open", { page: "styles" }) },
    ]);
  }

  chooseTheme() {
    const choices = Object.entries(THEMES).map(([name, [, text]]) => ({
      text,
      checked: theme() === name,
      run: () => {
        setTheme(name);
        this.drawTheme();
      },
    }));
    openMenu(this.themeButton, "Theme", choices);
  }

  drawTheme() {
    const [drawing, text] = THEMES[theme()];
    fill(this.themeButton, icon(drawing));
    this.themeButton.setAttribute("aria-label", `Theme: ${text.toLowerCase()}`);
  }
}

customElements.define("st-header", Header);
