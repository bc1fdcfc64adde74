/** The settings of pictures: everybody's, a character's, a chat's. */
import { at, get, patch, post } from "./api.js";
import { state } from "./store.js";
import { titleOf } from "./workflows.js";

const BASE = "/api/pictures-settings";

/**
 * @typedef {"host"|"character"|"chat"} Scope
 * @typedef {Object} Layers
 * @property {{host: Object, character: Object|null, chat: Object|null}} scopes Everything of the host, and what the
 *   others say otherwise; `null` where the open chat has no such thing.
 * @property {Object} effective @property {Object<string, Scope>} origins
 */

const here = () => (state.chatId ? `?${new URLSearchParams({ chat: state.chatId })}` : "");

/** @returns {Promise<Layers>} In the open chat. */
export const loadPictureSettings = () => get(`${BASE}${here()}`);
/**
 * @param {Scope} scope @param {Object} values `null` forgets what is said in the scope.
 * @param {string} [chat] Whose settings, or whose character's. @returns {Promise<Layers>}
 */
export const changePictureSettings = (scope, values, chat = state.chatId) => patch(BASE, { scope, chat, values });
/** Let a connection make the pictures, where the open chat has its source from. @param {string} name */
export async function useSource(name) {
  const { scopes, origins } = await loadPictureSettings();
  const scope = origins.source ?? (scopes.host.source ? "host" : null);
  return scope ? changePictureSettings(scope, { source: name }) : post(at("/api/sources", name, "default"));
}
/** @returns {Promise<{schema: Object, sizes: {width: number, height: number, label: string}[]}>} */
export const loadPictureSchema = () => get(`${BASE}/schema`);

/** What counts in a scope when nothing nearer to the chat says otherwise. @param {Layers} layers @param {Scope} scope */
export function valuesIn({ scopes }, scope) {
  const nearer = { host: [], character: ["character"], chat: ["character", "chat"] }[scope];
  return Object.assign({}, scopes.host, ...nearer.map((one) => scopes[one] ?? {}));
}

/**
 * Closed lists of this host, by the word that the schema uses for them.
 * @returns {Promise<Object<string, {value: string, label: string}[]>>} The empty value comes first, where there is one.
 */
export async function loadLists() {
  const { sources, texts, styles } = state.info;
  const workflows = await get("/api/workflows");
  const named = (connections) => connections.map(({ name }) => ({ value: name, label: name }));
  return {
    sources: [{ value: "", label: `The default one: ${sources.default || "none"}` }, ...named(sources.connections)],
    texts: [{ value: "", label: "That of the chat" }, ...named(texts.connections)],
    styles: styles.map((name) => ({ value: name, label: name })),
    workflows: [{ value: "", label: "That of the connection" }, ...workflows.map(({ name }) => ({ value: name, label: titleOf(name) }))],
  };
}

/** The connection that makes pictures with these settings. @param {Object} values */
export const sourceOf = (values) => values.source || state.info.sources.default;

/** Whether a connection works with workflows. @param {string} name */
export async function worksWithWorkflows(name) {
  const { connections, kinds } = await get("/api/sources");
  const { source } = connections.find((connection) => connection.name === name) ?? {};
  return kinds.some((kind) => kind.id === source && kind.needs_workflow);
}

/** What a source offers for one of its lists: `models`, `samplers` ... @returns {Promise<{value: string}[]>} */
export async function loadOffers(source, list) {
  const { choices } = await get(at("/api/sources", source, "choices", list));
  return choices.map((value) => ({ value }));
}

/** What a model takes, by the names of the settings; `null` when the source cannot be asked. @returns {Promise<?Set>} */
export async function loadTaken(source, model) {
  let fields;
  try {
    ({ fields } = await get(`${at("/api/sources", source, "capabilities")}?${new URLSearchParams({ model })}`));
  } catch {
    return null; // it is away, or not set up: nobody knows
  }
  return new Set(Object.entries(FIELDS).flatMap(([setting, field]) => (field in fields ? [setting] : [])));
}

/** Settings that not every source takes, and what requests call them. */
export const FIELDS = {
  negative: "negative_prompt",
  width: "size",
  seed: "seed",
  steps: "steps",
  guidance: "guidance",
  sampler: "sampler",
  scheduler: "scheduler",
  vae: "vae",
  clip_skip: "clip_skip",
  denoise: "denoise",
  face_fix: "face_fix",
  hires: "hires",
  hires_upscaler: "hires",
  hires_scale: "hires",
  hires_steps: "hires",
  references: "references",
};
