/** Who there is: characters, groups, personas, and who talks to whom in the open chat. */
import { attempt } from "./actions.js";
import * as api from "./api.js";
import { at } from "./api.js";
import { learn } from "./signing.js";
import { emit, state } from "./store.js";

const KINDS = ["characters", "groups", "personas"];

/** Load everybody. What goes wrong stands in `state.people`: where they are shown, it is said. */
export async function loadPeople() {
  state.people = "loading";
  emit("people");
  try {
    const [{ characters }, { groups }, { personas }] = await Promise.all(KINDS.map((kind) => api.get(`/api/${kind}`)));
    [...characters, ...groups, ...personas].forEach(learnAvatar);
    state.characters = byId(characters);
    state.groups = byId(groups.map(withSeats));
    state.personas = byId(personas);
    state.people = "ready";
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    state.people = error.detail;
  }
  changed();
}

const byId = (records) => new Map(records.map((record) => [record.id, record]));

/** Keep the address of the picture that somebody wears, which lists of the host tell. */
export function learnAvatar({ avatar_id: id, avatar }) {
  if (avatar) learn({ id, ...avatar });
}

/** A group with its members by id only; who they are stands in `state.characters`. */
function withSeats(group) {
  const seats = group.members.map(({ id, character_id: known, muted }) => ({ character_id: known ?? id, muted }));
  return { ...group, members: seats };
}

/** Who talks to whom in the open chat. */
export async function loadCast() {
  const { chatId } = state;
  if (!chatId) return;
  const cast = await api.get(at("/api/chats", chatId, "cast"));
  if (chatId !== state.chatId) return;
  for (const person of [cast.persona, cast.character]) if (person) learnAvatar(person);
  state.cast = cast;
  emit("cast");
  emit("people");
}

// -- what events tell -------------------------------------------------------------------------------------------------

/** @param {"characters"|"personas"} kind @param {Object} person As in the list, with or without `avatar`. */
export function putPerson(kind, person) {
  // Answers and events cross on their way: what is known already may be the newer.
  if (state[kind].get(person.id)?.updated > person.updated) return;
  learnAvatar(person);
  state[kind].set(person.id, person);
  const { cast } = state;
  if (kind === "characters" && cast?.character?.id === person.id) cast.character = person;
  changed();
  // Which persona speaks here may be another one now: the default, or one that is bound to somebody.
  if (kind === "personas") castAgain();
}

/** @param {"characters"|"groups"|"personas"} kind @param {string} id */
export function dropPerson(kind, id) {
  state[kind].delete(id);
  const field = { characters: "character_id", groups: "group_id", personas: "persona_id" }[kind];
  for (const chat of state.chats) if (chat[field] === id) chat[field] = null;
  if (kind === "characters")
    for (const group of state.groups.values())
      group.members = group.members.filter((member) => member.character_id !== id);
  emit("person-gone", { kind, id });
  emit("chats");
  changed();
  castAgain();
}

/** @param {Object} group As events tell it: members by id. */
export function touchGroup(group) {
  state.groups.set(group.id, withSeats(group));
  changed();
}

function changed() {
  names.clear();
  emit("people");
}

const castAgain = () => attempt(loadCast);

// -- who is who -------------------------------------------------------------------------------------------------------

/** The character or group of a chat. @returns {{kind: "character"|"group", person: Object}|null} */
export function partnerOf(chat) {
  if (!chat) return null;
  const group = state.groups.get(chat.group_id);
  if (group) return { kind: "group", person: group };
  const here = chat.id === state.chatId ? state.cast?.character : null;
  const character = state.characters.get(chat.character_id) ?? (here?.id === chat.character_id ? here : null);
  return character && { kind: "character", person: character };
}

/** The characters of a group in their order, with `muted`. @param {Object} group */
export const membersOf = (group) =>
  group.members
    .filter(({ character_id: id }) => state.characters.has(id))
    .map(({ character_id: id, muted }) => ({ ...state.characters.get(id), muted }));

/** Who sent a message: somebody in the chat of that name, else anybody of that name. @returns {Object|null} */
export function senderOf({ role, name }) {
  if (role === "user") return state.cast?.persona?.name === name ? state.cast.persona : named("personas", name);
  if (role !== "assistant") return null;
  const here = state.cast?.character;
  if (here?.name === name) return here;
  const group = state.groups.get(state.cast?.group_id);
  const member = group && membersOf(group).find((one) => one.name === name);
  return member || named("characters", name);
}

/** Names in an index that lasts until somebody changes: a long chat asks for every message. */
const names = new Map();

function named(kind, name) {
  if (!names.has(kind)) {
    // Of several with one name the oldest is meant: it is set last.
    const newestFirst = [...state[kind].values()].sort((a, b) => b.created - a.created);
    names.set(kind, new Map(newestFirst.map((person) => [person.name, person])));
  }
  return names.get(kind).get(name) ?? null;
}

// -- what the host is asked for ---------------------------------------------------------------------------------------

/**
 * Requests about one kind: `of("characters").get(id)`. Groups have no copies, files and pictures.
 * @param {"characters"|"groups"|"personas"} kind
 */
export function of(kind) {
  const base = `/api/${kind}`;
  return {
    create: (name, more = {}) => api.post(base, { name, ...more }),
    get: (id) => api.get(at(base, id)),
    change: (id, changes) => api.patch(at(base, id), changes),
    remove: (id, { chats = false } = {}) => api.remove(`${at(base, id)}${chats ? "?chats=true" : ""}`),
    duplicate: (id) => api.post(at(base, id, "duplicate")),
    setAvatar: (id, file) => api.put(at(base, id, "avatar"), file),
    dropAvatar: (id) => api.remove(at(base, id, "avatar")),
    import: (file) => api.post(`${base}/import`, file),
  };
}

export const renameCharacter = (id, name, chats) => api.post(at("/api/characters", id, "rename"), { name, chats });
export const exportAddress = (id, format) => `${at("/api/characters", id, "export")}?format=${format}`;
export const setDefaultPersona = (id) => api.put("/api/personas/default", { persona_id: id });
export const bindPersona = (id, subject, on) =>
  api.put(at("/api/personas", id, "connections"), { subject_id: subject, on });
/** @param {{persona_id?: string, name?: string, locked?: boolean}} who In the open chat. */
export const beSomebody = (who) => api.put(at("/api/chats", state.chatId, "persona"), who);
/** Chats with one character or group, the last used first. @returns {Promise<{chats: Object[], more: boolean}>} */
export const chatsWith = (kind, id, limit = 200) =>
  api.get(`/api/chats?${new URLSearchParams({ [`${kind}_id`]: id, limit: String(limit) })}`);
