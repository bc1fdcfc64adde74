/** Who one is in the open chat: a menu to change it, and what binds a persona to chats. */
import { attempt } from "../core/actions.js";
import { shorten } from "../core/format.js";
import { beSomebody, bindPersona, loadCast, of, partnerOf, setDefaultPersona } from "../core/people.js";
import { currentChat, emit, state } from "../core/store.js";
import { confirmDialog, promptDialog } from "./dialog.js";
import { openMenu } from "./menu.js";

/** Change who one is here. @param {Object} who As for `beSomebody`. */
export const be = (who) =>
  attempt(async () => {
    await beSomebody(who);
    await loadCast();
  });

/** Menu of all personas, to be one of them in this chat. @param {HTMLElement} anchor */
export function personaMenu(anchor) {
  const { cast } = state;
  const personas = [...state.personas.values()].sort((a, b) => a.name.localeCompare(b.name));
  openMenu(anchor, "Who you are in this chat", [
    { heading: true, text: "In this chat you are" },
    ...personas.map((one) => ({
      text: one.name,
      detail: one.title,
      checked: one.id === cast?.persona?.id,
      run: () => be({ persona_id: one.id }),
    })),
    {
      text: cast?.persona ? "Only a name …" : `${cast?.user ?? "You"}, only a name …`,
      checked: !cast?.persona,
      run: () => onlyName(cast?.user ?? ""),
    },
    null,
    ...(cast?.persona ? bindings(cast) : []),
    { text: "Personas …", icon: "settings", run: () => emit("settings-open", { page: "personas" }) },
  ]);
}

async function onlyName(value) {
  const name = await promptDialog({ title: "Go by a name", label: "Your name in this chat", value, action: "Take it" });
  if (name?.trim()) await be({ name: name.trim() });
}

function bindings({ persona, locked }) {
  const partner = partnerOf(currentChat());
  const bound = partner && persona.connections.includes(partner.person.id);
  return [
    {
      text: locked ? "Free this chat from the persona" : "Always in this chat",
      icon: "lock",
      run: () => be({ locked: !locked }),
    },
    Boolean(partner) && {
      text: bound ? `No longer always with ${partner.person.name}` : `Always with ${partner.person.name}`,
      icon: partner.kind === "group" ? "users" : "user",
      run: () => attempt(() => bindPersona(persona.id, partner.person.id, !bound)),
    },
    !persona.default && {
      text: "In all new chats",
      icon: "star",
      run: () => attempt(() => setDefaultPersona(persona.id)),
    },
    null,
  ].filter((item) => item !== false);
}

/** Names of the characters and groups that a persona is bound to. @param {Object} persona */
export const boundTo = (persona) =>
  persona.connections.map((id) => state.characters.get(id) ?? state.groups.get(id)).filter(Boolean);

/** Ask, saying what goes, and delete. @param {Object} persona */
export async function deletePersona(persona) {
  const sure = await confirmDialog({
    title: `Delete ${shorten(persona.name, 60)}?`,
    text: "Its description and picture go for good. What was said under its name stays.",
    action: "Delete",
    danger: true,
  });
  return sure && attempt(() => of("personas").remove(persona.id));
}
