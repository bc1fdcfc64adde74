/** The menu of the open chat: whom it is with, other chats with them, copies and files. */
import { attempt, newChat, openChat, renameChat, say } from "../core/actions.js";
import { talkTo } from "../core/people-chats.js";
import { membersOf, partnerOf } from "../core/people.js";
import { currentChat, emit, state } from "../core/store.js";
import { chooseChats, saveChat, saveTranscript } from "./chat-files.js";
import { showCheckpoints } from "./checkpoints.js";
import { promptDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import { edit, newCharacter, newGroup, pastChats } from "./people-menus.js";
import { personaMenu } from "./persona-menu.js";

const SPEAKERS = 12;

/** @param {HTMLElement} anchor */
export function chatMenu(anchor) {
  const chat = currentChat();
  if (!chat) return;
  const partner = partnerOf(chat);
  const owner = partner && { kind: partner.kind, id: partner.person.id };
  openMenu(
    anchor,
    "This chat",
    [
      ...(partner ? withPartner(partner) : withNobody()),
      null,
      { text: "You in this chat …", detail: state.cast?.user, icon: "user", run: () => personaMenu(anchor) },
      null,
      Boolean(chat.parent_id) && {
        text: "Back to the chat it was copied from",
        icon: "left",
        run: () => openChat(chat.parent_id),
      },
      { text: "Checkpoints …", icon: "flag", run: () => showCheckpoints() },
      { text: "Rename …", icon: "pencil", run: () => rename(chat) },
      { text: "Save as a file", icon: "download", run: () => saveChat(chat) },
      { text: "Save as a page to read", icon: "download", run: () => saveTranscript(chat) },
      { text: "Import a chat …", icon: "upload", run: () => chooseChats(owner) },
    ].filter((item) => item !== false),
  );
}

function withPartner({ kind, person }) {
  return [
    { heading: true, text: person.name },
    {
      text: kind === "group" ? "Edit the group" : "Edit the character",
      icon: "pencil",
      run: () => edit(kind, person.id),
    },
    { text: "New chat", icon: "plus", run: () => attempt(() => talkTo(kind, person.id, { fresh: true })) },
    { text: "Past chats …", icon: "clock", run: () => pastChats(kind, person) },
    { text: "Gallery", icon: "gallery", run: () => emit("gallery-show", { subjectId: person.id }) },
    kind === "character" && { text: "New group with it …", icon: "users", run: () => newGroup([person.id]) },
    ...(kind === "group" ? speakers(person) : []),
  ];
}

/** Ask one member to speak, which is the only way where nobody answers by himself. */
function speakers(group) {
  const members = membersOf(group).slice(0, SPEAKERS);
  const ask = ({ name }) => ({
    text: `Let ${name} speak`,
    icon: "chat",
    run: () => attempt(() => say(`/trigger ${quoted(name)}`)),
  });
  return members.length ? [null, ...members.map(ask)] : [];
}

const quoted = (name) => `"${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

const withNobody = () => [
  { heading: true, text: "With nobody in particular" },
  { text: "New chat", icon: "plus", run: () => attempt(newChat) },
  { text: "New character …", icon: "user", run: () => newCharacter() },
];

async function rename(chat) {
  const title = await promptDialog({ title: "Rename the chat", label: "Title", value: chat.title, action: "Rename" });
  if (title?.trim()) await attempt(() => renameChat(chat.id, title.trim()));
}
