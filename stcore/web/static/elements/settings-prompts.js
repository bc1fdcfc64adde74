/** Picture prompts in the settings: modes of one's own, and the templates by which prompts are written. */
import { attempt } from "../core/actions.js";
import { button, coalesce, fill, h, icon, iconButton } from "../core/dom.js";
import { loadModes, loadTemplates } from "../core/image-modes.js";
import { emit, on } from "../core/store.js";
import { chooseFiles } from "./chat-files.js";
import { takeDrops } from "./file-drops.js";
import { keepPlace } from "./loading.js";
import { openMenu } from "./menu.js";
import { modeMenu, modePage, takeModes } from "./own-mode.js";
import { takeTurn } from "./preset-page.js";
import { TemplateFold } from "./prompt-template.js";

const WRITERS = { "text model": "written by the text model", nobody: "as it stands", captioner: "read off the avatar" };
const SHAPES = { "as set": "", portrait: "portrait", wide: "wide" };
/** What a template is given beside macros, and what that is. */
const VALUES = [
  ["{0}, <%= subject %>", "what stands behind /imagine"],
  ["<%= char %>, <%= user %>", "the names of both"],
  ["<%= group | join(', ') %>", "the members of a group; none with one character"],
  ["<%= message.name %>, <%= message.text %>", "the last message that is not hidden"],
  ["<%= persona %>, <%= description %>, <%= scenario %>", "who you are, who the character is, where you are"],
  ["<%= prefix %>", "the character's prefix for pictures"],
  ["<%= mode %>", "the mode that is drawn"],
  ["{% if group %} … {% endif %}", "words only when there is something; {# … #} is a remark"],
];

/** @param {HTMLElement} page */
export async function promptsPage(page, focused = null) {
  const isShown = takeTurn(page);
  const [own, templates] = await Promise.all([loadModes(), loadTemplates()]);
  if (!isShown()) return;
  page.classList.add("drop-page");
  page.dataset.drop = "Drop it here: its mode is added";
  const modes = h("section", { "aria-label": "Modes of your own" });
  const folds = new Map(templates.map((template) => [template.slot, new TemplateFold(template)]));
  const back = (name = null) => promptsPage(page, name);
  fill(
    page,
    h("h3.settings-title", {}, "Picture prompts"),
    h("p.settings-lead", {}, "What pictures can be asked for, and what is said to whoever writes their prompts. ", settingsLink()),
    modes,
    h("h4.style-heading", {}, "Templates"),
    h("p.field-help.before", {}, "For each mode what the text model is asked. Macros in two braces are filled in for every picture, and so are these values:"),
    valuesFold(),
    h("div.templates", {}, [...folds.values()].map((fold) => fold.element)),
  );
  const showModes = (found) => keepPlace(modes, () => fill(modes, modesOf(page, found, { back, again })));
  const again = async () => showModes(await loadModes());
  showModes(own);
  if (focused) modes.querySelector(`[data-name="${CSS.escape(focused)}"] .reply-open`)?.focus();
  takeDrops(page, (files) => attempt(() => takeModes(files, again)));
  const refresh = async () => {
    for (const template of await loadTemplates()) folds.get(template.slot).update(template);
  };
  const live = (work) => coalesce(() => (modes.isConnected ? attempt(work) : stops.forEach((stop) => stop())));
  const stops = [on("image-modes", live(again)), on("image-prompts", live(refresh))];
}

const settingsLink = () =>
  h("button.hint-link", { type: "button", onclick: () => emit("settings-open", { page: "pictures" }) }, "Who writes them is chosen under Pictures.");

const valuesFold = () =>
  h(
    "details.template-values",
    {},
    h("summary", {}, "What a template can use"),
    h("dl", {}, VALUES.map(([sample, meaning]) => [h("dt", {}, h("code", {}, sample)), h("dd", {}, meaning)])),
  );

// -- modes of one's own ------------------------------------------------------------------------------------------------

function modesOf(page, { modes, problems, schema }, { back, again }) {
  const open = (mode) => modePage(page, mode, schema, back);
  const files = () => chooseFiles(".toml", (chosen) => attempt(() => takeModes(chosen, again)));
  return [
    h("h4.style-heading.first", {}, "Modes of your own"),
    problems.map(({ message, hint }) => h("div.health.bad.style-problem", {}, icon("alert"), h("span", {}, message, " ", hint))),
    modes.length
      ? h("ul.reply-list", { "aria-label": "Modes of your own" }, modes.map((mode) => row(mode, () => open(mode), again)))
      : h("p.field-help", {}, "None yet. A mode is a word for /imagine with a template, a shape and a style of its own."),
    h(
      "div.connection-buttons",
      {},
      button("New mode", () => open(null), { look: "primary", drawing: "plus" }),
      button("Import …", files, { drawing: "upload", title: "A TOML file; it can also be dropped on this page." }),
    ),
  ];
}

function row(mode, open, again) {
  const { name, triggers, takes_subject: takes, writer, shape, style } = mode;
  const title = mode.title || name;
  const facts = [triggers.map((word) => `/imagine ${word}${takes ? " …" : ""}`).join(", "), WRITERS[writer], SHAPES[shape], style && `style ${style}`];
  const more = iconButton("dots", `More for ${title}`, () => openMenu(more, title, modeMenu(mode, { open, again })), {
    "aria-haspopup": "menu",
    data: { key: `mode.${name}` },
  });
  return h(
    "li.reply-row.style-row",
    { data: { name } },
    h(
      "button.reply-open",
      { type: "button", onclick: open },
      h("span.reply-row-sign", {}, icon("picture")),
      h("span.reply-row-words", {}, h("strong", {}, title), h("span.faint", {}, facts.filter(Boolean).join(" · "))),
    ),
    more,
  );
}
