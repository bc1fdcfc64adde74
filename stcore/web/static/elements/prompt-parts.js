/** The prompt as it would be sent now, piece by piece: where each comes from, what it costs, what had no room. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { at, get } from "../core/api.js";
import { button, copyText, fill, h, icon, uniqueId } from "../core/dom.js";
import { plural, shorten } from "../core/format.js";
import { emit, state } from "../core/store.js";
import { whyRow } from "./lore-why.js";

const KINDS = [
  ["normal", "The next reply"],
  ["continue", "Going on with the last message"],
  ["swipe", "Another swipe"],
  ["impersonate", "Words for you"],
];
const ROLES = { system: "System", user: "User", assistant: "Assistant" };

/** What the pieces of a prompt are, for the bar: by the beginning of their source. */
const FAMILIES = {
  main: { text: "Instructions", sources: ["main", "jailbreak", "impersonate", "continue", "group", "instruction", "story"] },
  people: {
    text: "Who they are",
    sources: ["charDescription", "charPersonality", "scenario", "personaDescription", "dialogueExamples", "character"],
  },
  lore: { text: "World info", sources: ["worldInfoBefore", "worldInfoAfter", "lore", "note_top", "note_bottom"] },
  notes: { text: "Notes and texts put in", sources: [] },
  history: { text: "Chat", sources: ["history"] },
};

const familyOf = (source) =>
  Object.keys(FAMILIES).find((family) => FAMILIES[family].sources.includes(source)) ?? "notes";

/**
 * @param {HTMLElement} page @param {Object} prompt What the host told.
 * @param {{kind: string, ask: (kind: string) => any, again: () => any, goTo: (tab: string) => any, close: () => void,
 *   toPresets: () => void}} tools
 */
export function partsPage(page, prompt, tools) {
  const opened = new Set([...page.querySelectorAll("details[open][data-part]")].map((fold) => fold.dataset.part));
  fill(
    page,
    h(
      "div.workbench-content",
      {},
      h("h3.settings-title", {}, "What the model is told"),
      h("p.settings-lead", {}, `As ${where(prompt)} would get it now. Nothing is sent. Tokens are estimates.`),
      h("div.prompt-tools", {}, kindChoice(tools), copyButton(prompt), againButton(tools)),
      gauge(prompt),
      leftOut(prompt, tools),
      h("ol.prompt-parts", { "aria-label": "Pieces of the prompt" }, prompt.parts.map((part, place) => piece(part, place, opened, tools))),
      beginning(prompt),
      extras(prompt, opened, tools),
    ),
  );
}

const where = ({ connection, model }) => (model ? `${model} (${connection})` : connection);

function kindChoice({ kind, ask }) {
  const id = uniqueId("kind");
  const select = h(
    "select.field",
    { id, onchange: () => ask(select.value) },
    KINDS.map(([value, text]) => h("option", { value }, text)),
  );
  select.value = kind;
  return h("div.prompt-kind", {}, h("label.field-label", { for: id }, "For"), select);
}

function copyButton(prompt) {
  return button(
    "Copy all",
    async () => {
      const done = await copyText(asText(prompt));
      announce(done ? "Copied" : "The browser did not allow it");
      if (done) emit("toast", { level: "success", text: "The prompt is copied." });
    },
    { drawing: "copy" },
  );
}

const againButton = ({ again }) => button("Look again", again, { drawing: "refresh" });

const asText = (prompt) => prompt.text || prompt.messages.map(messageText).join("\n\n");

const messageText = ({ role, content, pictures = 0 }) =>
  [`[${role}]`, content, pictures > 0 && `[${plural(pictures, "picture")}]`].filter(Boolean).join("\n");

// -- how much ---------------------------------------------------------------------------------------------------------

function gauge({ parts, tokens, budget }) {
  const sums = new Map(Object.keys(FAMILIES).map((family) => [family, 0]));
  for (const part of parts) sums.set(familyOf(part.source), sums.get(familyOf(part.source)) + part.tokens);
  const whole = Math.max(budget, tokens);
  const used = [...sums].filter(([, sum]) => sum > 0);
  return h(
    "figure.gauge",
    {},
    h(
      "div.gauge-bar",
      { "aria-hidden": "true" },
      used.map(([family, sum]) => h("span", { data: { family }, vars: { "--share": `${(100 * sum) / whole}%` } })),
    ),
    h(
      "figcaption",
      {},
      h("strong", {}, `${number(tokens)} of ${number(budget)} tokens`),
      h(
        "ul.gauge-key",
        {},
        used.map(([family, sum]) => h("li", { data: { family } }, `${FAMILIES[family].text} ${number(sum)}`)),
      ),
    ),
  );
}

const number = (value) => value.toLocaleString("en-GB");

function leftOut({ left_out: { messages, examples }, lore }, { toPresets }) {
  const lines = [
    messages && `The ${messages === 1 ? "oldest message" : `${number(messages)} oldest messages`} of the chat had no room.`,
    examples && `${plural(examples, "example dialogue")} of the card had no room.`,
    lore?.overflowed && "The budget of world info is used up; some entries stayed out.",
  ].filter(Boolean);
  if (!lines.length) return null;
  return h(
    "div.health.prompt-cut",
    {},
    icon("alert"),
    h(
      "span",
      {},
      lines.join(" "),
      " ",
      h("button.hint-link", { type: "button", onclick: toPresets }, "Change how much room there is"),
    ),
  );
}

// -- the pieces -------------------------------------------------------------------------------------------------------

function piece(part, place, opened, tools) {
  const key = `${part.source}:${part.position ?? place}`;
  const name = part.position === null ? part.label : `${part.label}, message ${part.position}`;
  return h(
    "li.prompt-part",
    { data: { family: familyOf(part.source) }, class: part.joined ? "joined" : "" },
    h(
      "details",
      { open: opened.has(key), data: { part: key } },
      h(
        "summary",
        {},
        h("span.part-role", {}, part.joined ? "" : (ROLES[part.role] ?? part.role)),
        h("span.part-words", {}, h("strong", {}, name), h("span.faint", {}, shorten(part.text, 160) || "no words")),
        h("span.part-tokens", {}, pictureCount(part), number(part.tokens), h("span.visually-hidden", {}, " tokens")),
      ),
      h("p.part-text", { tabindex: "0" }, part.text),
      origin(part, tools),
    ),
  );
}

function pictureCount({ pictures }) {
  if (!pictures) return null;
  return h("span.part-pictures", {}, icon("picture"), plural(pictures, "picture"), h("span.visually-hidden", {}, ", "));
}

/** The place where a piece can be changed. */
function origin({ source, position }, { goTo, close, toPresets }) {
  const [kind] = source.split(":");
  const link = (text, run) => h("button.hint-link", { type: "button", onclick: run }, text);
  if (kind === "note") return link("Change the author's note", () => goTo("note"));
  if (kind === "injection") return link("See what scripts put in", () => goTo("injections"));
  if (familyOf(kind) === "lore") return link("See which entries join, and why", () => emit("lore-open", { tab: "why" }));
  if (["main", "jailbreak", "story"].includes(kind)) return link("Change the presets", toPresets);
  if (position === null) return null;
  return link("Go to the message", () => {
    close();
    attempt(() => showMessage(position));
  });
}

/** A message that is not loaded yet has an id that the host knows. */
async function showMessage(position) {
  const known = state.messages.find((message) => message.position === position);
  const address = `${at("/api/chats", state.chatId, "messages")}?limit=1&before=${position + 1}`;
  const message = known ?? (await get(address)).messages[0];
  if (message) emit("goto-message", message.id);
}

function beginning({ prefill }) {
  if (!prefill) return null;
  return h("p.health.prompt-prefill", {}, icon("pencil"), h("span", {}, "The reply begins with: ", h("code", {}, prefill)));
}

function extras(prompt, opened, tools) {
  const samplers = Object.entries(prompt.samplers);
  const { joined = [], refused = [] } = prompt.lore ?? {};
  const open = (book, uid) => emit("lore-open", { book, uid });
  const fold = foldOf(opened);
  return [
    joined.length + refused.length > 0 &&
      fold(
        "World info",
        `${joined.length} joined, ${refused.length} kept out`,
        h("ul.why-list", {}, joined.map((entry) => whyRow(entry, { open })), refused.map((entry) => whyRow(entry, { open }))),
      ),
    fold(
      "Samplers and ends",
      samplers.length ? shorten(samplers.map(([name, value]) => `${name} ${value}`).join(", "), 60) : "as the model has them",
      h(
        "dl.prompt-facts",
        {},
        samplers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))]),
        h("dt", {}, "It ends at"),
        h("dd", {}, prompt.stop.length ? prompt.stop.map((text) => h("code", {}, JSON.stringify(text))) : "the model's own end"),
      ),
      h("button.hint-link", { type: "button", onclick: () => tools.goTo("ends") }, "Change how replies begin and end"),
    ),
    fold(
      prompt.text ? "The text as it is sent" : "The messages as they are sent",
      prompt.text ? "one text to complete" : plural(prompt.messages.length, "message"),
      h("pre.excerpt.prompt-raw", { tabindex: "0" }, asText(prompt)),
    ),
  ];
}

const foldOf = (opened) => (title, detail, ...content) =>
  h("details.form-group.prompt-extra", { data: { part: title }, open: opened.has(title) }, h("summary", {}, title, h("span.faint", {}, detail)), content);
