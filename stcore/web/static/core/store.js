/** The one place where the page keeps what it knows. Elements listen to topics and read `state`; actions change it. */
import { isActive } from "./format.js";

/**
 * @typedef {Object} State
 * @property {Object|null} info What `/api/state` said: sources, texts, style, styles, settings, plugins.
 * @property {Object[]} chats Newest first.
 * @property {string|null} chatId The open chat.
 * @property {Object[]} messages Loaded messages of the open chat, oldest first.
 * @property {boolean} more Whether older messages exist.
 * @property {Map<string, Object>} jobs All jobs that the page heard of, by id.
 * @property {Map<string, string>} previews Address of the latest unfinished picture, by job.
 * @property {Set<string>} landing Jobs that are done and whose picture has not reached the chat yet.
 * @property {Map<string, Object>} replies Replies being written now: {id, name, text, chatId, messageId, ended}.
 * @property {Map<string, Object>} scripts Scripts running now: {id, state, chatId, progress, since, jobs}.
 * @property {Map<string, Object>} characters By id, as the list of the host shows them.
 * @property {Map<string, Object>} groups By id; `members` are `{character_id, muted}` in their order.
 * @property {Map<string, Object>} personas By id.
 * @property {"loading"|"ready"|Object} people Whether the three are loaded, or the error that came instead.
 * @property {Object|null} cast Who talks to whom in the open chat: {user, persona, locked, character, group_id}.
 * @property {"connecting"|"live"|"lost"} link
 */

/** @type {State} */
export const state = {
  info: null,
  chats: [],
  chatId: null,
  messages: [],
  more: false,
  jobs: new Map(),
  previews: new Map(),
  landing: new Set(),
  replies: new Map(),
  scripts: new Map(),
  characters: new Map(),
  groups: new Map(),
  personas: new Map(),
  people: "loading",
  cast: null,
  link: "connecting",
};

const listeners = new Map();

/**
 * Hear of a change. Topics: info, chats, chat (another one is open), messages, timeline (anything in it), jobs,
 * progress (of one job), reply (more words), busy, link, pictures (the gallery may differ), people (characters, groups,
 * personas), cast (who talks to whom in the open chat), books, presets, settings-open, ...
 * @param {string} topic
 * @param {(detail: any) => void} fn
 * @returns {() => void} Stops listening.
 */
export function on(topic, fn) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(fn);
  return () => listeners.get(topic).delete(fn);
}

/** Tell everyone who listens to `topic`. */
export function emit(topic, detail) {
  // A copy: who listens anew while hearing of it has heard it.
  for (const fn of [...(listeners.get(topic) ?? [])]) fn(detail);
}

/** The record of the open chat, if it is known. */
export const currentChat = () => state.chats.find((chat) => chat.id === state.chatId) ?? null;

/** Put `message` into the loaded ones, replacing an older version of it. True when it was new. */
export function putMessage(message) {
  const index = state.messages.findIndex((other) => other.id === message.id);
  if (index >= 0) {
    state.messages[index] = message;
    return false;
  }
  const after = state.messages.findIndex((other) => other.position > message.position);
  if (after < 0) state.messages.push(message);
  else state.messages.splice(after, 0, message);
  return true;
}

/** Put `chat` into the list and keep the newest first. */
export function putChat(chat) {
  state.chats = [chat, ...state.chats.filter((other) => other.id !== chat.id)].sort((a, b) => b.updated - a.updated);
}

/** Jobs that have not ended, oldest first. */
export function activeJobs() {
  return [...state.jobs.values()].filter(isActive).sort((a, b) => a.created - b.created);
}

/**
 * Scripts of the open chat that are worth a word. One that only waits for its picture is not: the card of the picture
 * says it all, and has a stop of its own.
 */
export function shownScripts() {
  const busy = activeJobs().some((job) => job.chat_id === state.chatId);
  const here = [...state.scripts.values()].filter((script) => script.chatId === state.chatId);
  return here.filter((script) => !busy || script.jobs > 1 || script.state === "paused");
}

/** Whether a reply or script of the open chat is under way that the composer can stop. */
export function isBusy() {
  const replies = [...state.replies.values()].filter((reply) => reply.chatId === state.chatId && !reply.ended);
  return replies.length > 0 || shownScripts().length > 0;
}
