/** What the model is told: the prompt piece by piece, notes, injections, presets. */
import { at, get, patch, post, put, remove } from "./api.js";
import { state } from "./store.js";

const here = (...parts) => at("/api/chats", state.chatId, ...parts);

/** The prompt as it would be sent now. @param {string} kind For which kind of text. @param {AbortSignal} [signal] */
export const loadPrompt = (kind, signal) => get(`${here("prompt")}?${new URLSearchParams({ kind })}`, signal);

// -- notes and injections ---------------------------------------------------------------------------------------------

export const loadNote = () => get(here("note"));
export const changeNote = (changes) => patch(here("note"), changes);
export const loadDefaultNote = () => get("/api/note");
export const changeDefaultNote = (changes) => patch("/api/note", changes);
export const loadCharacterNote = (id) => get(at("/api/characters", id, "note"));
export const writeCharacterNote = (id, note) => put(at("/api/characters", id, "note"), note);

/** @returns {Promise<Object<string, Object>>} By id. */
export const loadInjections = async () => (await get(here("injections"))).injections;
export const writeInjections = async (all) => (await put(here("injections"), all)).injections;
export const removeInjection = (id) => remove(here("injections", id));

// -- presets ----------------------------------------------------------------------------------------------------------

const BASE = "/api/presets";

/** @returns {Promise<{selected: Object, switches: Object, entries: Object[]}>} */
export const loadSelection = () => get(BASE);
/** @param {Object} changes Only what changes; `null` puts a switch back. */
export const changeSwitches = (changes) => patch(`${BASE}/switches`, changes);
/** The entries that every prompt can have. @returns {Promise<Object[]>} */
export const loadStandardEntries = async () => (await get(`${BASE}/entries`)).entries;
/** @returns {Promise<{kind: string, name: string, data: Object, shipped: boolean}[]>} */
export const loadPresets = async (kind) => (await get(at(BASE, kind))).presets;
export const selectPreset = (kind, name) => put(at(BASE, kind, "selected"), { name });
export const savePreset = (kind, name, data) => put(at(BASE, kind, name), { data });
export const renamePreset = (kind, name, to) => patch(at(BASE, kind, name), { name: to });
export const deletePreset = (kind, name) => remove(at(BASE, kind, name));
export const presetAddress = (kind, name) => at(BASE, kind, name, "export");
/** Keep the connection with all that is selected under a name. */
export const saveProfile = (name) => post(at(BASE, "profile", name, "save"));
/** @param {Object} document What a file holds. @returns {Promise<Object[]>} The presets that were added. */
export const importPresets = async (document, name, kind = "") =>
  (await post(`${BASE}/import`, { document, name, kind })).presets;
