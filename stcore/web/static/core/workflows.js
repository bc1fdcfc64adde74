/** Workflows, and the placeholders of one's own that are filled in them: what the page asks the host about them. */
import { at, get, patch, post, put, remove } from "./api.js";

const BASE = "/api/workflows";
const OWN = "/api/workflow-placeholders";
const ENDING = ".json";

/**
 * @typedef {Object} Workflow
 * @property {string} name @property {"stcore"|"plugin"|"own"} from @property {boolean} hides An own one that stands in
 *   for one that comes with stcore or a plugin. @property {string|null} problem Why it could not run.
 * @property {number} nodes
 *
 * @typedef {Object} Report
 * @property {string[]} present @property {string[]} missing @property {string[]} unknown Quoted, but nothing fills them.
 * @property {string[]} unquoted Without their quotes, so that they are not filled.
 *
 * @typedef {Object} Placeholder
 * @property {string} find @property {string} replace @property {"text"|"number"|"choice"|"picture"} kind
 * @property {string[]} choices @property {string} label
 */

/** @returns {Promise<Workflow[]>} */
export const loadWorkflows = () => get(BASE);
/** @returns {Promise<Workflow & {text: string, report: Report}>} */
export const loadWorkflow = (name) => get(at(BASE, name));
/** @param {string} name @param {{text?: string, copy_of?: string}} [what] Empty without. @returns {Promise<Workflow>} */
export const createWorkflow = (name, what = {}) => post(BASE, { name, ...what });
export const saveWorkflow = (name, text) => put(at(BASE, name), { text });
export const renameWorkflow = (name, to) => post(at(BASE, name, "rename"), { name: to });
/** One that hides another lets it show again. */
export const deleteWorkflow = (name) => remove(at(BASE, name));
/** @returns {Promise<{report: Report, problem: string|null, nodes: number}>} What a text would be, without keeping it. */
export const checkWorkflow = (text, signal) => post(`${BASE}/report`, { text }, signal);
/** @param {File} file @returns {Promise<Workflow>} */
export const importWorkflow = (file) => post(`${BASE}/import?${new URLSearchParams({ name: file.name })}`, file);

/** @returns {Promise<Placeholder[]>} In the order in which they are filled. */
export const loadOwn = () => get(OWN);
/** @param {Placeholder[]} placeholders */
export const saveOwn = (placeholders) => put(OWN, placeholders);

/** How a placeholder stands in a workflow. @param {string} name */
export const quoted = (name) => `"%${name}%"`;

/** A name as people say it. @param {string} name */
export const titleOf = (name) => (name.endsWith(ENDING) ? name.slice(0, -ENDING.length) : name);

/** The name of the file. @param {string} title As typed; empty stays empty. */
export function fileName(title) {
  const name = title.trim();
  return !name || name.endsWith(ENDING) ? name : name + ENDING;
}

/**
 * Which workflow pictures are made with: one for every source, or that of each connection.
 * @returns {Promise<{chosen: string, used: string, connections: {name: string, workflow: string, isDefault: boolean}[]}>}
 *   `chosen` is empty when each connection says so itself; `used` is what counts for the source in use.
 */
export async function loadUse() {
  const [settings, { connections, kinds }] = await Promise.all([get("/api/settings"), get("/api/sources")]);
  const fields = new Map(kinds.filter((kind) => kind.needs_workflow).map((kind) => [kind.id, workflowField(kind.schema)]));
  const using = connections
    .filter((one) => fields.get(one.source))
    .map((one) => ({ name: one.name, workflow: one.options[fields.get(one.source)] ?? "", isDefault: one.default }));
  const chosen = settings.image.workflow ?? "";
  const first = using.find((one) => one.isDefault) ?? using[0];
  return { chosen: chosen && fileName(chosen), used: fileName(chosen || first?.workflow || ""), connections: using };
}

/** Which option of a kind of source names its workflow. */
const workflowField = (schema) =>
  Object.entries(schema.properties ?? {}).find(([, property]) => property.options_from === "workflows")?.[0];

/** @param {string} name For every source; empty leaves it to each connection. */
export const useWorkflow = (name) => patch("/api/settings", { image: { workflow: name } });
