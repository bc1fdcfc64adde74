/** Chats with somebody, and chats as files and copies. */
import { attempt, openChat } from "./actions.js";
import * as api from "./api.js";
import { at } from "./api.js";
import { chatsWith } from "./people.js";
import { emit, putChat, state } from "./store.js";

const BASE = { character: "/api/characters", group: "/api/groups" };

/**
 * Open the chat with a character or group that was used last; without one, or with `fresh`, begin one.
 * @param {"character"|"group"} kind @param {string} id
 */
export async function talkTo(kind, id, { fresh = false } = {}) {
  const latest = fresh ? null : (await chatsWith(kind, id, 1)).chats[0];
  const chat = latest ?? (await api.post(`${at(BASE[kind], id, "chat")}?new=true`));
  await show(chat, { created: !latest });
  return chat;
}

async function show(chat, how = {}) {
  putChat(chat);
  emit("chats");
  await openChat(chat.id, how);
}

/** A copy of the open chat up to a message; it is opened. @param {number} position */
export async function branchAt(position) {
  const chat = await api.post(at("/api/chats", state.chatId, "branch"), { position });
  await show(chat);
  return chat;
}

/** Keep a copy up to a message; one stays where one is. @param {string} messageId @param {string} title */
export const checkpointAt = (messageId, title) => api.post(at("/api/messages", messageId, "checkpoint"), { title });

/** @returns {Promise<{position: number, chat: Object}[]>} */
export const checkpointsOf = async (chatId) => (await api.get(at("/api/chats", chatId, "checkpoints"))).checkpoints;

/** @param {string} id */
export const chatExportAddress = (id) => at("/api/chats", id, "export");

/** @param {string} id */
export const chatTranscriptAddress = (id) => at("/api/chats", id, "transcript");

/**
 * Take over a chat from a file, and open it.
 * @param {File} file @param {{kind: "character"|"group", id: string}|null} [owner] Whose chat it shall be.
 * @returns {Promise<{chat: Object, messages: number, problems: Object[]}|undefined>}
 */
export function importChat(file, owner = null) {
  return attempt(async () => {
    const query = owner ? `?${new URLSearchParams({ [`${owner.kind}_id`]: owner.id })}` : "";
    const answer = await api.post(`/api/chats/import${query}`, file);
    await show(answer.chat);
    return answer;
  });
}
