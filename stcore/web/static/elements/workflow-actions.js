/** What can be done with one workflow: a new one, a copy, another name, a file, an end. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { ApiError } from "../core/api.js";
import { button, h, uniqueId } from "../core/dom.js";
import { plural } from "../core/format.js";
import { emit } from "../core/store.js";
import {
  createWorkflow,
  deleteWorkflow,
  fileName,
  importWorkflow,
  loadWorkflow,
  renameWorkflow,
  titleOf,
  useWorkflow,
} from "../core/workflows.js";
import { confirmDialog, showDialog } from "./dialog.js";

/**
 * @param {import("../core/workflows.js").Workflow} workflow
 * @param {{workflows: Object[], use: Object, open: (name: string) => any, again: () => any}} list `use` is what
 *   `loadUse` told.
 * @returns {Object[]} For `openMenu`.
 */
export function workflowMenu(workflow, list) {
  const { name, from, hides } = workflow;
  const isUsed = list.use.chosen === name;
  return [
    { text: "Open", icon: "pencil", run: () => attempt(() => list.open(name)) },
    isUsed
      ? { text: "Leave it to each source", icon: "plug", run: () => choose("", list) }
      : { text: "Use for every source", icon: "check", run: () => choose(name, list) },
    null,
    { text: "Duplicate …", icon: "copy", run: () => duplicate(workflow, list) },
    { text: "Rename …", icon: "flag", disabled: from !== "own", run: () => rename(workflow, list) },
    { text: "Save as a file", icon: "download", run: () => attempt(() => saveFile(name)) },
    null,
    {
      text: hides ? "Put it back as it came …" : "Delete …",
      icon: hides ? "restore" : "trash",
      danger: true,
      disabled: from !== "own",
      run: () => discard(workflow, list),
    },
  ];
}

/** Make pictures with it from now on. @param {string} name Empty leaves it to each source. */
export async function choose(name, { again }) {
  const done = await attempt(() => useWorkflow(name));
  if (done) announce(name ? `${titleOf(name)} is used` : "Each source uses its own workflow");
  await again();
}

/** An empty workflow under a name that is asked for, opened at once. */
export async function newWorkflow(list) {
  const name = await askName("A new workflow", "", "Make it", list.workflows);
  if (!name) return;
  const made = await attempt(() => createWorkflow(name));
  if (!made) return;
  await list.again();
  await list.open(made.name);
}

async function duplicate(workflow, list) {
  const name = await askName(`A copy of ${titleOf(workflow.name)}`, freeName(workflow.name, list.workflows), "Copy", list.workflows);
  if (!name) return;
  const made = await attempt(() => createWorkflow(name, { copy_of: workflow.name }));
  if (made) announce(`${titleOf(made.name)} is here`);
  await list.again(made?.name);
}

async function rename({ name }, list) {
  const others = list.workflows.filter((one) => one.name !== name);
  const to = await askName("Rename the workflow", titleOf(name), "Rename", others);
  if (!to || to === name) return;
  const done = await attempt(() => renameWorkflow(name, to));
  if (done) announce(`It is called ${titleOf(to)} now`);
  await list.again(done && to);
}

async function discard({ name, hides }, list) {
  const title = titleOf(name);
  const isChosen = list.use.chosen === name && !hides;
  const sure = await confirmDialog({
    title: hides ? `Put ${title} back as it came?` : `Delete ${title}?`,
    text: hides
      ? "What you changed in it is lost; the one that came with the program is used again."
      : `Its file is lost. Save it as a file first if you may want it back.${isChosen ? " Each source uses its own workflow again." : ""}`,
    action: hides ? "Put it back" : "Delete",
    danger: true,
  });
  if (!sure) return;
  const done = await attempt(async () => {
    await deleteWorkflow(name);
    // Without that every picture would ask for a file that is gone.
    if (isChosen) await useWorkflow("");
    return true;
  });
  if (done) announce(hides ? `${title} is as it came` : `${title} is deleted`);
  await list.again(name);
}

async function saveFile(name) {
  const { text } = await loadWorkflow(name);
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: address, download: name }).click();
  // The browser reads it after this moment.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Take over files; each becomes a workflow of one's own. @param {File[]} files */
export async function takeFiles(files, list) {
  let made = null;
  for (const file of files) {
    const taken = await takeOver(file);
    if (!taken) continue;
    made = taken;
    const problem = taken.problem ? ` ${taken.problem}` : "";
    emit("toast", {
      level: taken.problem ? "warning" : "success",
      text: `${titleOf(taken.name)} is here, with ${plural(taken.nodes, "node")}.${problem}`,
    });
  }
  await list.again(made?.name);
}

/** @param {File} file @returns {Promise<Object|null>} What is wrong with a file is told with its name. */
async function takeOver(file) {
  try {
    return await importWorkflow(file);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    emit("problem", { ...error.detail, message: `${file.name}: ${error.message}` });
    return null;
  }
}

/** Ask for a name that no other workflow has. @returns {Promise<string|null>} That of the file. */
function askName(title, value, action, taken) {
  return showDialog(title, (finish) => {
    const id = uniqueId("workflow-name");
    const help = h("p.field-help", { id: `${id}-help`, "aria-live": "polite" });
    const field = h("input.field", { id, value, required: true, maxlength: "150", autocomplete: "off", "aria-describedby": help.id });
    field.autofocus = true;
    queueMicrotask(() => field.select());
    const isTaken = () => {
      const wanted = fileName(field.value).toLowerCase();
      return taken.some((one) => one.name.toLowerCase() === wanted);
    };
    const tell = () => {
      help.classList.toggle("wrong", isTaken());
      help.textContent = isTaken() ? "There is a workflow of this name already." : "";
      field.setAttribute("aria-invalid", String(isTaken()));
    };
    field.addEventListener("input", tell);
    const submit = (event) => {
      event.preventDefault();
      if (isTaken()) field.focus();
      else finish(fileName(field.value) || null);
    };
    return h(
      "form",
      { onsubmit: submit },
      h("label.field-label", { for: id }, "Name"),
      field,
      help,
      h(
        "div.dialog-buttons",
        {},
        button("Cancel", () => finish(null)),
        button(action, null, { look: "primary", type: "submit" }),
      ),
    );
  });
}

function freeName(name, workflows) {
  const names = new Set(workflows.map((one) => one.name.toLowerCase()));
  const base = `${titleOf(name)} copy`;
  let number = 1;
  const title = () => (number === 1 ? base : `${base} ${number}`);
  while (names.has(fileName(title()).toLowerCase())) number += 1;
  return title();
}
