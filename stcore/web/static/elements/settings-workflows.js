/** Workflows in the settings: where each comes from, which one is used, files, and the placeholders of one's own. */
import { attempt } from "../core/actions.js";
import { button, coalesce, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { plural } from "../core/format.js";
import { emit, on } from "../core/store.js";
import { fileName, loadOwn, loadUse, loadWorkflows, titleOf } from "../core/workflows.js";
import { chooseFiles } from "./chat-files.js";
import { takeDrops } from "./file-drops.js";
import { keepPlace } from "./loading.js";
import { openMenu } from "./menu.js";
import { OwnPlaceholders } from "./own-placeholders.js";
import { takeTurn } from "./preset-page.js";
import { choose, newWorkflow, takeFiles, workflowMenu } from "./workflow-actions.js";
import { editWorkflow } from "./workflow-editor.js";

/** A picture may carry the workflow that it was made with. */
const FILES = ".json,.png,application/json,image/png";
const FROM = { stcore: "comes with stcore", plugin: "comes with a plugin", own: "your own" };

/** @param {HTMLElement} page */
export async function workflowsPage(page) {
  const isShown = takeTurn(page);
  const own = new OwnPlaceholders(await loadOwn());
  const library = h("div");
  if (!isShown()) return;
  page.classList.add("drop-page");
  page.dataset.drop = "Drop it here: it becomes a workflow";
  fill(
    page,
    h("h3.settings-title", {}, "Workflows"),
    h(
      "p.settings-lead",
      {},
      "Graphs of nodes that some image sources run. Their placeholders are filled for every picture: with the prompt, the size, the seed and whatever you add.",
    ),
    library,
    h(
      "details.form-group.own-section",
      { open: own.items.length > 0 },
      h("summary", {}, "Placeholders of your own"),
      own.element,
    ),
  );
  const draw = (focused) => showLibrary(page, library, focused);
  takeDrops(page, (files) => attempt(() => takeFiles(files, { again: draw })));
  await draw();
  const stop = on("workflows", coalesce(() => (library.isConnected ? attempt(() => draw()) : stop())));
}

async function showLibrary(page, library, focused = null) {
  const [workflows, use] = await Promise.all([loadWorkflows(), loadUse()]);
  const again = (name = null) => showLibrary(page, library, name);
  const open = (name) => editWorkflow(name, { use, again });
  const list = { workflows, use, again, open };
  const files = () => chooseFiles(FILES, (chosen) => attempt(() => takeFiles(chosen, list)));
  keepPlace(library, () =>
    fill(
      library,
      usedRow(list),
      workflows.length
        ? h("ul.reply-list", { "aria-label": "Workflows" }, workflows.map((workflow) => row(workflow, list)))
        : h("div.replies-empty", {}, icon("flow"), h("p", {}, "There is no workflow yet.")),
      h(
        "div.connection-buttons",
        {},
        button("New workflow", () => attempt(() => newWorkflow(list)), { look: "primary", drawing: "plus" }),
        button("Import …", files, { drawing: "upload", title: "A file with a graph, or a picture that carries one. It can also be dropped on this page." }),
      ),
    ),
  );
  // One that is gone leaves the focus to the first.
  const opener = focused && (library.querySelector(`[data-name="${CSS.escape(focused)}"] .reply-open`) ?? library.querySelector(".reply-open"));
  opener?.focus();
}

// -- which one is used ------------------------------------------------------------------------------------------------

function usedRow({ workflows, use, again }) {
  if (!use.connections.length && !use.chosen) return unusedNote();
  const id = uniqueId("workflow-used");
  const isThere = (wanted) => workflows.some(({ name }) => name === fileName(wanted));
  const select = h(
    "select.field",
    { id, onchange: () => choose(select.value, { again }) },
    h("option", { value: "" }, "As each source says"),
    use.chosen && !isThere(use.chosen) && h("option", { value: use.chosen }, `${titleOf(use.chosen)} (gone)`),
    workflows.map(({ name }) => h("option", { value: name }, titleOf(name))),
  );
  select.value = use.chosen;
  const gone = use.connections.filter(({ workflow }) => workflow && !isThere(workflow));
  const told = use.connections.map(({ name, workflow }) => `${name}: ${titleOf(workflow) || "none"}`).join(" · ");
  return h(
    "div.form-row.workflow-used",
    {},
    h("label.field-label", { for: id }, "Used for pictures"),
    select,
    h("p.field-help", {}, use.chosen ? "By every source that works with workflows, unless a chat or character says otherwise." : told),
    !use.chosen &&
      gone.length > 0 &&
      h("p.field-help.wrong", {}, `${gone.map(({ name }) => name).join(", ")}: this workflow is gone. Choose one above, or another in the settings of the source.`),
  );
}

const unusedNote = () =>
  h(
    "div.health.workflow-used",
    {},
    icon("info"),
    h(
      "span",
      {},
      "No image source that works with workflows is connected yet. ",
      h("button.hint-link", { type: "button", onclick: () => emit("settings-open", { page: "sources" }) }, "Image sources"),
    ),
  );

// -- the list ---------------------------------------------------------------------------------------------------------

function row(workflow, list) {
  const { name, from, hides, nodes, problem } = workflow;
  const title = titleOf(name);
  const isUsed = list.use.used === name;
  const where = hides ? "your own, in place of the one that came" : FROM[from];
  const more = iconButton("dots", `More for ${title}`, () => openMenu(more, title, workflowMenu(workflow, list)), {
    "aria-haspopup": "menu",
    data: { key: `workflow.${name}` },
  });
  return h(
    "li.reply-row.workflow-row",
    { data: { name }, class: problem ? "has-problem" : "" },
    h(
      "button.reply-open",
      { type: "button", onclick: () => attempt(() => list.open(name)) },
      h("span.reply-row-sign", {}, icon(problem ? "alert" : "flow")),
      h(
        "span.reply-row-words",
        {},
        h("strong", {}, title),
        h("span.faint", {}, problem ? `${capital(where)}. ${problem}` : `${plural(nodes, "node")}, ${where}`),
      ),
    ),
    isUsed
      ? h("span.tag", {}, icon("check"), "In use")
      : list.use.connections.length > 0 && button("Use", () => choose(name, list), { look: "quiet", "aria-label": `Use ${title}` }),
    more,
  );
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);
