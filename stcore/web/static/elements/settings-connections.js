/** Two pages of the settings that work alike: image sources and text models. */
import { attempt, loadInfo } from "../core/actions.js";
import { at, get, patch, post, remove } from "../core/api.js";
import { button, fill, h, icon } from "../core/dom.js";
import { emit } from "../core/store.js";
import { confirmDialog } from "./dialog.js";
import { healthLine, waitingLine } from "./health.js";
import { SchemaForm } from "./schema-form.js";

const WORDS = {
  sources: {
    title: "Image sources",
    lead: "Where pictures are made. The default one is used unless a command or the header says otherwise.",
    add: "Add a source",
    kinds: "Which kind of source?",
    one: "source",
  },
  texts: {
    title: "Text models",
    lead: "Who writes the replies, and the prompts of pictures that are made from the chat.",
    add: "Add a text model",
    kinds: "Which kind of text model?",
    one: "text model",
  },
};
const WHERE = { local: "on your machine", cloud: "in the cloud", pool: "shared by volunteers" };

/** @param {HTMLElement} page @param {"sources"|"texts"} room */
export async function connectionsPage(page, room) {
  const base = `/api/${room}`;
  const words = WORDS[room];
  const all = await get(base);
  const kindOf = (connection) => all.kinds.find((kind) => kind.id === connection.source);
  const again = async () => {
    await attempt(loadInfo);
    await attempt(() => connectionsPage(page, room));
  };
  const view = { page, base, words, all, again };
  fill(
    page,
    h("h3.settings-title", {}, words.title),
    h("p.settings-lead", {}, words.lead),
    h(
      "ul.connections",
      {},
      all.connections.map((connection) => card(view, connection, kindOf(connection))),
    ),
    button(words.add, () => chooseKind(view), { drawing: "plus", look: "primary" }),
  );
}

function card(view, connection, kind) {
  const result = h("div.check-result", { "aria-live": "polite" });
  const check = async () => {
    fill(result, waitingLine());
    fill(result, healthLine(await attempt(() => post(`${view.base}/check`, { name: connection.name }))));
  };
  const makeDefault = async () => {
    await attempt(() => post(at(view.base, connection.name, "default")));
    await view.again();
  };
  return h(
    "li.connection",
    { class: connection.default ? "is-default" : "", data: { name: connection.name } },
    h(
      "div.connection-head",
      {},
      h("strong", {}, connection.name),
      h(
        "span.faint",
        {},
        [connection.label, connection.embedded ? "comes with stcore" : WHERE[kind?.where]].filter(Boolean).join(" · "),
      ),
      connection.default && h("span.tag", {}, icon("check"), "Default"),
    ),
    connection.problem && h("p.warning", {}, connection.problem),
    kind?.summary && h("p.connection-summary", {}, kind.summary),
    result,
    h(
      "div.connection-buttons",
      {},
      button("Check", check),
      kind && button("Edit", () => editForm(view, kind, connection), { drawing: "pencil" }),
      !connection.default && button("Make default", makeDefault),
      !connection.embedded && button("Remove", () => drop(view, connection), { look: "quiet danger-text" }),
    ),
  );
}

async function drop(view, connection) {
  const sure = await confirmDialog({
    title: `Remove “${connection.name}”?`,
    text: "Its address, settings and keys are forgotten. Pictures that were made with it stay.",
    action: "Remove",
    danger: true,
  });
  if (!sure) return;
  await attempt(() => remove(at(view.base, connection.name)));
  await view.again();
}

function chooseKind(view) {
  const choice = (kind) =>
    h(
      "li",
      {},
      h(
        "button.kind",
        { type: "button", onclick: () => editForm(view, kind, null) },
        h("strong", {}, kind.label),
        h("span.faint", {}, WHERE[kind.where] ?? ""),
        h("span.kind-summary", {}, kind.summary),
      ),
    );
  fill(
    view.page,
    back(view),
    h("h3.settings-title", {}, view.words.kinds),
    h("ul.kinds", {}, view.all.kinds.map(choice)),
  );
  view.page.querySelector(".kind")?.focus();
}

const back = (view) => button("Back", view.again, { drawing: "left", look: "quiet", class: "back" });

function editForm(view, kind, connection) {
  const name = h("input.field", {
    value: connection?.name ?? freeName(view, kind),
    id: "connection-name",
    autocomplete: "off",
    disabled: Boolean(connection),
  });
  const form = new SchemaForm(kind, connection, { choices: (list) => choicesOf(view, connection, list) });
  const result = h("div.check-result", { "aria-live": "polite" });
  const check = () => runCheck(view, kind, connection, form, result);
  const save = async (event) => {
    event.preventDefault();
    const options = form.values();
    if (!options) return;
    const saved = await attempt(() =>
      connection
        ? patch(at(view.base, connection.name), { options })
        : post(view.base, { source: kind.id, name: name.value.trim() || null, options }),
    );
    if (saved === undefined) return;
    emit("toast", { level: "success", text: connection ? "Saved" : `Added “${saved.name ?? name.value}”` });
    await view.again();
  };
  fill(
    view.page,
    back(view),
    h("h3.settings-title", {}, connection ? connection.name : `New: ${kind.label}`),
    h(
      "p.settings-lead",
      {},
      kind.summary,
      " ",
      kind.docs && h("a", { href: kind.docs, target: "_blank", rel: "noopener noreferrer" }, "Its documentation"),
    ),
    h(
      "form.schema-form",
      { onsubmit: save, novalidate: true },
      h(
        "div.form-row",
        {},
        h("label.field-label", { for: "connection-name" }, "Name"),
        name,
        !connection && h("p.field-help", {}, "How you call it in commands and menus."),
      ),
      form.element,
      h(
        "div.form-footer",
        {},
        result,
        button("Check", check),
        button(connection ? "Save" : view.words.add, null, { look: "primary", type: "submit" }),
      ),
    ),
  );
  (connection ? form.element.querySelector("input, select, textarea") : name)?.focus();
}

async function runCheck(view, kind, connection, form, result) {
  const options = form.values();
  if (!options) return;
  fill(result, waitingLine());
  const what = connection ? { name: connection.name, source: kind.id, options } : { source: kind.id, options };
  fill(result, healthLine(await attempt(() => post(`${view.base}/check`, what))));
}

function freeName(view, kind) {
  const taken = new Set(view.all.connections.map((connection) => connection.name));
  let number = 1;
  while (taken.has(number === 1 ? kind.id : `${kind.id}-${number}`)) number += 1;
  return number === 1 ? kind.id : `${kind.id}-${number}`;
}

/** The values of a list that only the source knows; none for a connection that is not saved yet. */
async function choicesOf(view, connection, list) {
  if (!connection) return [];
  const path =
    list === "models" ? at(view.base, connection.name, "models") : at(view.base, connection.name, "choices", list);
  const answer = await get(path);
  const entries = answer.models ?? answer.choices ?? answer;
  return entries.map((entry) =>
    typeof entry === "string" ? { value: entry } : { value: entry.id ?? entry.value, label: entry.label ?? entry.name },
  );
}
