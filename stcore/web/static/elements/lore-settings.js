/** How world info looks for keys, and how much it may say: the settings of the whole host. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { get, patch } from "../core/api.js";
import { button, fill, h } from "../core/dom.js";
import { emit } from "../core/store.js";
import { SchemaForm } from "./schema-form.js";

const TITLES = {
  scan_depth: ["main", "Messages looked at"],
  budget_percent: ["main", "Room in the prompt, in %"],
  budget_limit: ["main", "Tokens at most"],
  strategy: ["main", "Who has room first"],
  include_names: ["keys", "Names of senders count"],
  case_sensitive: ["keys", "Upper and lower case count"],
  whole_words: ["keys", "Whole words only"],
  recursive: ["further", "Entries can bring entries"],
  max_rounds: ["further", "Rounds at most"],
  min_activations: ["further", "Entries at least"],
  max_depth: ["further", "How far back for that"],
  group_scoring: ["further", "Count keys in groups"],
};
const GROUPS = { main: "How much", keys: "Keys", further: "Rounds and groups" };
const STRATEGY = { character_first: "The character's books", global_first: "Books that count everywhere", evenly: "By their order" };

/** @returns {Promise<{values: Object, schema: Object}>} */
export async function readLoreSettings() {
  const [settings, schema] = await Promise.all([get("/api/settings"), get("/api/settings/schema")]);
  return { values: settings.lore, schema: schema.lore };
}

/** @param {HTMLElement} page */
export function loreSettingsPage(page, { values, schema }) {
  const form = new SchemaForm({ schema: named(schema), secrets: [], groups: GROUPS }, { options: values }, {});
  const save = async () => {
    const changed = form.values();
    if (!changed) return;
    await patch("/api/settings", { lore: changed });
    emit("toast", { level: "success", text: "Saved" });
    announce("Settings saved");
  };
  fill(
    page,
    h(
      "div.workbench-content",
      {},
      h("h3.settings-title", {}, "How keys are looked for"),
      h("p.settings-lead", {}, "For all books; an entry may say otherwise for itself. 0 is no limit."),
      h(
        "form.schema-form",
        {
          onsubmit: (event) => {
            event.preventDefault();
            attempt(save);
          },
        },
        form.element,
        h("div.form-footer", {}, button("Save", null, { look: "primary", type: "submit" })),
      ),
    ),
  );
}

/** The schema in the words of this page; what it has no words for goes by its own name. */
function named(schema) {
  const properties = Object.entries(schema.properties).map(([name, property]) => {
    const [group, title] = TITLES[name] ?? ["further", property.title];
    const labels = name === "strategy" ? { labels: STRATEGY } : {};
    return [name, { ...property, title, group, ...labels }];
  });
  properties.sort(([a], [b]) => place(a) - place(b));
  return { ...schema, properties: Object.fromEntries(properties) };
}

const place = (name) => (Object.keys(TITLES).indexOf(name) + 1 || Infinity);
