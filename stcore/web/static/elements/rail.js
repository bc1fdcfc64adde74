/** The left column: the list of chats (new, search, open, rename, files, delete), and beside it that of characters. */
import { attempt, deleteChat, loadMoreChats, newChat, openChat, renameChat } from "../core/actions.js";
import { button, coalesce, fill, h, icon, iconButton } from "../core/dom.js";
import { moment, plural, shortMoment, shorten } from "../core/format.js";
import { showRail } from "../core/layout.js";
import { partnerOf } from "../core/people.js";
import { recall, remember } from "../core/prefs.js";
import { on, state } from "../core/store.js";
import { avatar } from "./avatar.js";
import { chooseChats, saveChat } from "./chat-files.js";
import { confirmDialog, promptDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import "./rail-people.js";
import { tabList } from "./tabs.js";

const FULL_LIST = 100;
const TABS = { chats: { text: "Chats", icon: "chat" }, people: { text: "Characters", icon: "users" } };

class Rail extends HTMLElement {
  connectedCallback() {
    this.search = h("input.field", {
      type: "search",
      placeholder: "Search chats",
      "aria-label": "Search chats",
      oninput: () => this.draw(),
    });
    this.list = h("ul.chat-list");
    const close = iconButton("close", "Close the list of chats", () => showRail(false), { class: "rail-close" });
    const brand = [
      h("img", { src: "/static/favicon.svg", alt: "", width: "28", height: "28" }),
      h("span.brand-name", {}, "stcore"),
    ];
    const files = iconButton("dots", "More for chats", () => this.filesMenu(files), { "aria-haspopup": "menu" });
    const fresh = button("New chat", () => attempt(newChat), { drawing: "plus", look: "soft" });
    this.tabs = tabList("What the list shows", TABS, {
      look: "rail-tab",
      panel: (name) => `rail-${name}`,
      onchoose: (name) => this.show(name),
    });
    this.pages = {
      chats: h(
        "div.rail-page",
        {},
        h("div.rail-tools", {}, h("div.rail-new", {}, fresh, files), h("div.search", {}, icon("search"), this.search)),
        this.list,
      ),
      people: h("st-people.rail-page"),
    };
    for (const [name, page] of Object.entries(this.pages)) {
      page.id = `rail-${name}`;
      page.setAttribute("role", "tabpanel");
      page.setAttribute("aria-label", TABS[name].text);
    }
    fill(this, h("div.rail-top", {}, h("span.brand", {}, brand), close), this.tabs.element, Object.values(this.pages));
    this.tabs.choose(recall("rail-tab") in TABS ? recall("rail-tab") : "chats");
    on("rail-tab", (name) => this.tabs.choose(name));
    const redraw = coalesce(() => this.draw());
    for (const topic of ["people", "chats", "chat"]) on(topic, redraw);
  }

  /** @param {"chats"|"people"} name */
  show(name) {
    remember("rail-tab", name);
    for (const [key, page] of Object.entries(this.pages)) page.hidden = key !== name;
  }

  filesMenu(anchor) {
    openMenu(anchor, "Chats as files", [
      { text: "Import a chat …", detail: "A file of SillyTavern (JSONL)", icon: "upload", run: () => chooseChats() },
    ]);
  }

  draw() {
    const words = this.search.value.trim().toLowerCase();
    const found = state.chats.filter((chat) => `${chat.title} ${chat.preview}`.toLowerCase().includes(words));
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    fill(this.list, found.map(entry));
    if (!found.length) this.list.append(h("li.rail-empty", {}, words ? "No chat has these words." : "No chats yet."));
    if (state.chats.length >= FULL_LIST && !this.complete)
      this.list.append(
        h(
          "li",
          {},
          button("Older chats", () => this.older(), { look: "quiet" }),
        ),
      );
    if (focused) this.list.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  async older() {
    this.complete = !(await attempt(loadMoreChats));
    this.draw();
  }
}

function entry(chat) {
  const title = chat.title || "New chat";
  const current = chat.id === state.chatId;
  const partner = partnerOf(chat);
  const more = iconButton("dots", `More for ${title}`, () => choices(more, chat), {
    class: "chat-more",
    "aria-haspopup": "menu",
    data: { key: `more ${chat.id}` },
  });
  return h(
    "li.chat-entry",
    { class: [current && "current", partner && "with-avatar"].filter(Boolean).join(" ") },
    h(
      "button.chat-open",
      {
        type: "button",
        "aria-current": current ? "page" : null,
        onclick: () => openChat(chat.id),
        data: { key: chat.id },
        title: `${title}, ${moment(chat.updated)}`,
      },
      partner && avatar(() => partnerOf(chat)?.person ?? { name: title }),
      h("span.chat-entry-title", {}, title),
      h("time.chat-entry-time", {}, shortMoment(chat.updated)),
      h("span.chat-entry-preview", {}, shorten(chat.preview, 80) || "Nothing said yet"),
    ),
    more,
  );
}

function choices(anchor, chat) {
  openMenu(anchor, "This chat", [
    { text: "Rename", icon: "pencil", run: () => rename(chat) },
    { text: "Save as a file", icon: "download", run: () => saveChat(chat) },
    null,
    { text: "Delete", icon: "trash", danger: true, run: () => drop(chat) },
  ]);
}

async function rename(chat) {
  const title = await promptDialog({ title: "Rename the chat", label: "Title", value: chat.title, action: "Rename" });
  if (title?.trim()) await attempt(() => renameChat(chat.id, title.trim()));
}

async function drop(chat) {
  const many = plural(chat.messages, "message");
  const sure = await confirmDialog({
    title: `Delete “${shorten(chat.title || "New chat", 60)}”?`,
    text: `The chat with its ${many} and the pictures that are used nowhere else will be gone for good.`,
    action: "Delete",
    danger: true,
  });
  if (sure) await attempt(() => deleteChat(chat.id));
}

customElements.define("st-rail", Rail);
