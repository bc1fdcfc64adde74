/** Styles: words around every picture's prompt, under names. What counts is asked for the open chat. */
import { get, patch, post, put, remove } from "./api.js";
import { state } from "./store.js";

const BASE = "/api/styles";

/**
 * @typedef {Object} Style
 * @property {string} name @property {string} prefix @property {string} negative @property {string} description
 * @property {boolean} own @property {boolean} covers_shipped An own one that stands in for a shipped one.
 *
 * @typedef {Object} Working The words in use, and since which style.
 * @property {string} name @property {string} prefix @property {string} negative
 * @property {boolean} exists Whether there is a style of this name. @property {boolean} changed Since it was saved.
 * @property {"host"|"character"|"chat"} scope Whose they are.
 */

const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value));

/** @returns {Promise<{styles: Style[], current: Working, problems: Object[]}>} */
export const loadStyles = () => get(`${BASE}?${query({ chat: state.chatId })}`);
/** Put a style's words in place of those in use. */
export const useStyle = (name) => put(`${BASE}/current`, { name, chat_id: state.chatId });
/** @param {{prefix?: string, negative?: string}} words In use from now on. @returns {Promise<Working>} */
export const changeWords = (words, chat = state.chatId) => patch(`${BASE}/current`, { ...words, chat_id: chat });
/** Keep the words in use under a name. @returns {Promise<Style>} It is the current one now. */
export const saveStyle = (name, description = null) => put(BASE, { name, description, chat_id: state.chatId });
export const renameStyle = (name, to) => patch(`${BASE}?${query({ name })}`, { name: to });
/** @returns {Promise<{style: string}>} The one then in use. */
export const deleteStyle = (name) => remove(`${BASE}?${query({ name, chat: state.chatId })}`);
/**
 * @param {File} file @param {"leave"|"replace"|"both"} taken What becomes of a style whose name another one has.
 * @returns {Promise<{added: string[], replaced: string[], same: string[], left: string[]}>}
 */
export const importStyles = (file, taken = "leave") => post(`${BASE}/import?${query({ file: file.name, taken })}`, file);
/** @param {string} [name] All of one's own without it. @param {"toml"|"json"|"csv"} [format] */
export const styleAddress = (name = "", format = "toml") => `${BASE}/export?${query({ name, format })}`;
/** Let everybody's style count again where a chat or character has one of its own. */
export const forgetOwnStyle = (scope) =>
  patch("/api/pictures-settings", { scope, chat: state.chatId, values: { style: null, prefix: null, negative: null } });
