/** The list of chats: new, search, open, rename, delete. */
import { attempt, deleteChat, loadMoreChats, newChat, openChat, renameChat } from "../core/actions.js";
import { button, fill, h, icon, iconButton } from "../core/dom.js";
import { moment, plural, shortMoment, shorten } from "../core/format.js";
import { showRail } from "../core/layout.js";
import { on, state } from "../core/store.js";
import { confirmDialog, promptDialog } from "./dialog.js";
import { openMenu } from "./menu.js";

const FULL_LIST = 100;

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
    fill(
      this,
      h(
        "div.rail-top",
        {},
        h(
          "span.brand",
          {},
          h("img", { src: "/static/favicon.svg", alt: "", width: "28", height: "28" }),
          h("span.brand-name", {}, "stcore"),
        ),
        close,
      ),
      h(
        "div.rail-tools",
        {},
        button("New chat", () => attempt(newChat), { drawing: "plus", look: "soft" }),
        h("div.search", {}, icon("search"), this.search),
      ),
      this.list,
    );
    on("chats", () => this.draw());
    on("chat", () => this.draw());
  }

  draw() {
    const words = this.search.value.trim().toLowerCase();
    const found = state.chats.filter((chat) => `${chat.title} ${chat.preview}`.toLowerCase().includes(words));
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
  }

  async older() {
    this.complete = !(await attempt(loadMoreChats));
    this.draw();
  }
}

function entry(chat) {
  const title = chat.title || "New chat";
  const current = chat.id === state.chatId;
  const more = iconButton("dots", `More for ${title}`, () => choices(more, chat), {
    class: "chat-more",
    "aria-haspopup": "menu",
  });
  return h(
    "li.chat-entry",
    { class: current ? "current" : "" },
    h(
      "button.chat-open",
      {
        type: "button",
        "aria-current": current ? "page" : null,
        onclick: () => openChat(chat.id),
        title: `${title}, ${moment(chat.updated)}`,
      },
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
