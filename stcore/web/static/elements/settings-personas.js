/** The settings of personas: who one can be, which one speaks where, and files. */
import { attempt } from "../core/actions.js";
import { button, fill, h, icon, iconButton } from "../core/dom.js";
import { plural, shorten } from "../core/format.js";
import { of, putPerson, setDefaultPersona } from "../core/people.js";
import { emit, on, state } from "../core/store.js";
import { avatar } from "./avatar.js";
import { chooseFiles, saveFrom } from "./chat-files.js";
import { promptDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import { personaPage } from "./persona-editor.js";
import { be, boundTo, deletePersona } from "./persona-menu.js";

const host = of("personas");

/** @param {HTMLElement} page */
export function personasPage(page) {
  const known = everybody();
  const focused = page.contains(document.activeElement)
    ? document.activeElement.closest("[data-id]")?.dataset.id
    : null;
  const open = (id) => attempt(() => personaPage(page, id, () => personasPage(page)));
  fill(
    page,
    h("h3.settings-title", {}, "Personas"),
    h(
      "p.settings-lead",
      {},
      "Who you can be. Choose one for a chat, for everything with a character, or for all new chats.",
    ),
    known.length
      ? h(
          "ul.connections",
          {},
          known.map((one) => card(one, open)),
        )
      : nobody(),
    h(
      "div.connection-buttons",
      {},
      button("New persona", () => newPersona(open), { look: "primary", drawing: "plus" }),
      button("Import …", () => chooseFiles(".json,application/json", (files) => takeOver(page, files)), {
        drawing: "upload",
      }),
      known.length > 0 &&
        button("Save all as a file", () => saveFrom("/api/personas/export", "personas.json"), { drawing: "download" }),
    ),
  );
  if (focused) page.querySelector(`[data-id="${focused}"] .icon-button`)?.focus();
  const title = page.firstElementChild;
  const stop = on("people", () => {
    stop();
    if (title.isConnected) personasPage(page);
  });
}

const nobody = () =>
  h(
    "div.replies-empty",
    {},
    icon("user"),
    h(
      "p",
      {},
      "You go by the name in “You and the chat”. A persona has a picture and a description too, which the model is told.",
    ),
  );

const everybody = () => [...state.personas.values()].sort((a, b) => a.name.localeCompare(b.name));

function card(persona, open) {
  const here = state.cast?.persona?.id === persona.id;
  const more = iconButton("dots", `More for ${persona.name}`, () => openMenu(more, persona.name, choices(persona)), {
    "aria-haspopup": "menu",
  });
  const bound = boundTo(persona).map(({ name }) => name);
  return h(
    "li.connection.persona",
    { class: here ? "is-default" : "", data: { id: persona.id } },
    avatar(() => state.personas.get(persona.id) ?? persona),
    h(
      "div.persona-words",
      {},
      h(
        "div.connection-head",
        {},
        h(
          "button.reply-open",
          { type: "button", onclick: () => open(persona.id) },
          h("strong", {}, persona.name),
          icon("right"),
        ),
        persona.title && h("span.faint", {}, persona.title),
        here && h("span.tag", {}, icon("check"), "You, here"),
        persona.default && h("span.tag.off", {}, "new chats"),
      ),
      h("p.persona-text", {}, shorten(persona.description, 160) || "No description"),
      bound.length > 0 && h("p.faint", {}, `Always with ${shorten(bound.join(", "), 90)}`),
    ),
    more,
  );
}

function choices(persona) {
  const here = state.cast?.persona?.id === persona.id;
  return [
    { text: "Be this one in the open chat", icon: "user", disabled: here, run: () => be({ persona_id: persona.id }) },
    {
      text: persona.default ? "No longer in new chats" : "In all new chats",
      icon: "star",
      run: () => attempt(() => setDefaultPersona(persona.default ? null : persona.id)),
    },
    {
      text: "Duplicate",
      icon: "copy",
      run: () => attempt(async () => putPerson("personas", await host.duplicate(persona.id))),
    },
    null,
    { text: "Delete …", icon: "trash", danger: true, run: () => deletePersona(persona) },
  ];
}

async function newPersona(open) {
  const name = await promptDialog({ title: "A new persona", label: "Name", action: "Make it" });
  if (!name?.trim()) return;
  const made = await attempt(() => host.create(name.trim()));
  if (!made) return;
  putPerson("personas", made);
  await open(made.id);
}

async function takeOver(page, files) {
  for (const file of files) {
    const answer = await attempt(() => host.import(file));
    if (!answer) continue;
    for (const persona of answer.personas) putPerson("personas", persona);
    const text = answer.personas.length
      ? `${plural(answer.personas.length, "persona")} came from ${file.name}.`
      : `All of ${file.name} were here already.`;
    emit("toast", { level: "success", text });
  }
  if (page.isConnected) personasPage(page);
}
