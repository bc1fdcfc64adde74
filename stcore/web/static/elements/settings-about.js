/** Two pages of the settings: plugins with their troubles, and what this program is. */
import { attempt, loadInfo } from "../core/actions.js";
import { at, get, post } from "../core/api.js";
import { button, fill, h, icon, uniqueId } from "../core/dom.js";
import { recall, remember } from "../core/prefs.js";
import { emit, state } from "../core/store.js";

/** @param {HTMLElement} page */
export async function pluginsPage(page) {
  const answer = await get("/api/plugins");
  const plugins = answer.plugins ?? answer;
  const troubled = plugins.filter((plugin) => plugin.problem);
  fill(
    page,
    h("h3.settings-title", {}, "Plugins"),
    h(
      "p.settings-lead",
      {},
      "Everything that touches the outside is a plugin. One that cannot be used is left out; the rest goes on.",
    ),
    h(
      "ul.connections",
      {},
      [...troubled, ...plugins.filter((plugin) => !plugin.problem)].map((plugin) => entry(page, plugin)),
    ),
  );
}

function entry(page, plugin) {
  const toggle = async () => {
    const done = await attempt(() => post(at("/api/plugins", plugin.name, plugin.enabled ? "disable" : "enable")));
    if (done === undefined) return;
    if (done.restart) emit("toast", { level: "info", text: "This takes effect when the program is started again." });
    await attempt(loadInfo);
    await attempt(() => pluginsPage(page));
  };
  const tag = plugin.problem
    ? h("span.tag.bad", {}, icon("alert"), "Has a problem")
    : !plugin.enabled && h("span.tag.off", {}, "Switched off");
  return h(
    "li.connection",
    { class: plugin.problem ? "has-problem" : "", data: { name: plugin.name } },
    h(
      "div.connection-head",
      {},
      h("strong", {}, plugin.name),
      h("span.faint", {}, [plugin.version, plugin.origin].filter(Boolean).join(" · ")),
      tag,
    ),
    plugin.summary && h("p.connection-summary", {}, plugin.summary),
    plugin.problem &&
      h(
        "div.plugin-problem",
        {},
        h("p", {}, plugin.problem),
        plugin.hint && h("p", {}, h("strong", {}, "To mend it: "), plugin.hint),
      ),
    h(
      "div.connection-buttons",
      {},
      button(plugin.enabled ? "Switch off" : "Switch on", toggle, {
        "aria-label": `${plugin.enabled ? "Switch off" : "Switch on"} ${plugin.name}`,
      }),
    ),
  );
}

const KEYS = [
  ["Enter", "Send"],
  ["Shift + Enter", "New line"],
  ["↑", "The line sent before, while the field is empty"],
  ["/ or {{", "List commands or macros while typing"],
  ["Ctrl + Space", "List what fits at the cursor"],
  ["Tab", "Take the suggestion"],
  ["F1", "Look up commands and macros"],
  ["F8", "Go to the next mistake in a text"],
  ["Esc", "Close what is open; stop a reply"],
  ["← →", "Step through pictures in the large view"],
  ["+ − 0", "Larger, smaller, whole picture"],
  ["I", "Details of a picture"],
];

const SUGGEST = {
  always: "As soon as something fits",
  two: "After two letters",
  off: "Only with Ctrl + Space",
};

function suggestRow() {
  const id = uniqueId("suggest");
  const option = ([value, text]) => h("option", { value }, text);
  const select = h("select.field", { id }, Object.entries(SUGGEST).map(option));
  select.value = recall("suggest", "always");
  select.addEventListener("change", () => remember("suggest", select.value));
  return h(
    "div.form-row.suggest-row",
    {},
    h("label.field-label", { for: id }, "Suggestions while typing"),
    select,
    h("p.field-help", {}, "For this browser only."),
  );
}

/** @param {HTMLElement} page */
export function aboutPage(page) {
  fill(
    page,
    h(
      "div.about-head",
      {},
      h("img", { src: "/static/favicon.svg", alt: "", width: "56", height: "56" }),
      h(
        "div",
        {},
        h("h3.settings-title", {}, "stcore"),
        h("p.faint", {}, `Version ${state.info?.version ?? "?"} · MIT licence`),
      ),
    ),
    h(
      "p.settings-lead",
      {},
      "A chat host whose speciality is pictures. Everything you write and every picture stays on the machine that runs it, except what a source or model you connect has to be sent.",
    ),
    h("h4", {}, "Keys"),
    h(
      "dl.keys",
      {},
      KEYS.map(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)]),
    ),
    suggestRow(),
  );
}
