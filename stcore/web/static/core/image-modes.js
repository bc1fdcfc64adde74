/** Modes of pictures of one's own, and the templates by which prompts of pictures are written. */
import { get, post, put, remove } from "./api.js";
import { state } from "./store.js";

const MODES = "/api/image-modes";
const PROMPTS = "/api/image-prompts";

/**
 * @typedef {Object} OwnMode
 * @property {string} name @property {string} title @property {string[]} words @property {string[]} subjects
 * @property {boolean} takes_subject More may stand behind a word.
 * @property {string} template @property {"text model"|"nobody"|"captioner"} writer @property {string} shape
 * @property {string} style @property {boolean} prefixed
 * @property {string[]} triggers The words that choose it: its own, or its name.
 *
 * @typedef {Object} Template
 * @property {string} slot @property {number} number @property {string} title @property {string} about
 * @property {string} text What is used. @property {string} shipped @property {boolean} own
 * @property {Object|null} problem What is wrong with a file that came into the folder by itself.
 */

const at = (name) => `${MODES}/${encodeURIComponent(name)}`;

/** @returns {Promise<{modes: OwnMode[], problems: Object[], schema: Object}>} */
export const loadModes = () => get(MODES);
/** @returns {Promise<OwnMode>} */
export const createMode = (mode) => post(MODES, mode);
/** @param {string} name @param {Object} mode All of it; it may have another name. @returns {Promise<OwnMode>} */
export const saveMode = (name, mode) => put(at(name), mode);
export const deleteMode = (name) => remove(at(name));
/** @param {File} file @returns {Promise<{mode: OwnMode|null}>} Null when its name is taken. */
export const importMode = (file, taken = "leave") => post(`${MODES}/import?${new URLSearchParams({ file: file.name, taken })}`, file);
export const modeAddress = (name) => `${at(name)}/file`;

/** @returns {Promise<Template[]>} In the order of their numbers. */
export const loadTemplates = () => get(PROMPTS);
/** @returns {Promise<Template>} */
export const saveTemplate = (slot, text) => put(`${PROMPTS}/${slot}`, { text });
/** Use what comes with stcore again. @returns {Promise<Template>} */
export const resetTemplate = (slot) => remove(`${PROMPTS}/${slot}`);
/** What a template would make in the open chat. @returns {Promise<{text: string, truncated: boolean}>} */
export const previewTemplate = (text, slot, signal) => post(`${PROMPTS}/preview`, { text, slot, chat_id: state.chatId }, signal);
