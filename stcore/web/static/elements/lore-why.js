/** Which entries of world info would join the prompt now, why, and which were kept out. */
import { button, fill, h, icon } from "../core/dom.js";
import { plural } from "../core/format.js";
import { emptyPlace } from "./loading.js";

const PLACES = {
  before: "before the character",
  after: "after the character",
  note_top: "above the author's note",
  note_bottom: "below the author's note",
  at_depth: "in the chat",
  examples_top: "before the example dialogues",
  examples_bottom: "after the example dialogues",
  outlet: "in an outlet",
};
const SOURCES = { chat: "this chat", persona: "the persona", character: "the character", everywhere: "all chats" };

/**
 * @param {HTMLElement} page @param {Object} lore What the host told.
 * @param {{open: (book: string, uid: number) => any, again: () => any}} tools
 */
export function whyPage(page, lore, tools) {
  const tokens = lore.joined.reduce((sum, entry) => sum + entry.tokens, 0);
  fill(
    page,
    h(
      "div.workbench-content",
      {},
      h("h3.settings-title", {}, "Now in the prompt"),
      h("p.settings-lead", {}, "What world info would tell the model with the next message of this chat. Nothing is sent."),
      booksLine(lore.books),
      lore.joined.length
        ? [
            h("h4.why-heading", {}, `${plural(lore.joined.length, "entry joins", "entries join")}, about ${plural(tokens, "token")}`),
            h("ul.why-list", {}, lore.joined.map((entry) => whyRow(entry, tools))),
          ]
        : emptyPlace(icon("book"), "No entry joins now", "None of the keys is in what is looked at, or no book counts here."),
      lore.overflowed && warning("There is no room for more: the budget of world info is used up."),
      lore.remarks.map(warning),
      lore.refused.length > 0 && [
        h("h4.why-heading", {}, "Found, but kept out"),
        h("ul.why-list", {}, lore.refused.map((entry) => whyRow(entry, tools))),
      ],
      h("div.connection-buttons", {}, button("Look again", tools.again, { drawing: "refresh" })),
    ),
  );
}

const warning = (text) => h("p.health", {}, icon("alert"), h("span", {}, text));

function booksLine(books) {
  const places = Object.entries(SOURCES).filter(([place]) => books[place]?.length);
  if (!places.length) return h("p.why-books.faint", {}, "No book counts in this chat.");
  const parts = places.map(([place, text]) => h("span", {}, h("strong", {}, books[place].join(", ")), ` for ${text}`));
  return h("p.why-books.faint", {}, icon("book"), parts);
}

/**
 * One entry, whether it joined or was kept out. @param {Object} entry
 * @param {{open: (book: string, uid: number) => any}} tools
 */
export function whyRow(entry, tools) {
  const joined = "tokens" in entry;
  const facts = joined ? `${PLACES[entry.position] ?? entry.position} · ${plural(entry.tokens, "token")}` : "";
  return h(
    "li.why-row",
    { class: joined ? "" : "refused" },
    head(entry, tools, facts),
    h("p.why-reason", {}, icon(joined ? "check" : "close"), entry.why),
    joined && entry.text && h("details.why-text", {}, h("summary", {}, "Its text"), h("p", {}, entry.text)),
  );
}

function head(entry, tools, facts) {
  return h(
    "div.why-head",
    {},
    h("button.reply-open", { type: "button", onclick: () => tools.open(entry.book, entry.uid) }, h("strong", {}, entry.title)),
    h("span.faint", {}, [entry.book, facts].filter(Boolean).join(" · ")),
  );
}
