/** Quick replies: what the page asks the host about them. Names of sets may hold any character: they are queries. */
import { get, patch, post, put, remove } from "./api.js";
import { state } from "./store.js";

const of = (path, name, id) => {
  const query = new URLSearchParams({ set: name });
  if (id !== undefined) query.set("id", String(id));
  return `/api/replies/${path}?${query}`;
};
const inChat = () => (state.chatId ? `?${new URLSearchParams({ chat_id: state.chatId })}` : "");

/** The sets whose buttons show in the open chat. @returns {Promise<Object[]>} */
export const loadBar = async () => (await get(`/api/replies/bar${inChat()}`)).sets;

/** All sets, where they are on, and the switch over them. @returns {Promise<{sets: Object[], active: Object, on: boolean}>} */
export const loadReplies = () => get(`/api/replies${inChat()}`);

/** @param {{set: string, id: number}[]} path The button, then each choice in its menus. @param {string} typed */
export const pressReply = (path, typed) => post("/api/replies/press", { chat_id: state.chatId, path, typed });

/** Run a text without keeping it. @returns {Promise<{pipe: string|null, aborted: boolean, error: Object|null}>} */
export const tryReply = (text, typed) => post("/api/replies/try", { chat_id: state.chatId, text, typed });

/** @param {"global"|"chat"|"character"} where @param {{set: string, visible: boolean}[]} sets */
export const activate = (where, sets) => put("/api/replies/active", { where, chat_id: state.chatId, sets });

export const loadSet = (name) => get(of("set", name));
export const createSet = (name) => post("/api/replies/sets", { name });
export const changeSet = (name, changes) => patch(of("set", name), changes);
export const deleteSet = (name) => remove(of("set", name));
export const exportAddress = (name) => of("export", name);
/** @param {Object} set What a file holds. @param {{name?: string, replace?: boolean}} [how] */
export const importSet = (set, how = {}) => post("/api/replies/import", { set, ...how });

export const createReply = (name, reply) => post(of("reply", name), reply);
export const changeReply = (name, id, changes) => patch(of("reply", name, id), changes);
export const deleteReply = (name, id) => remove(of("reply", name, id));
export const orderReplies = (name, ids) => put(of("order", name), { ids });
