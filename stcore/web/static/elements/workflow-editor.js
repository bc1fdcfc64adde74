/**
 * The editor of a workflow: its text, beside it the placeholders. The text is kept as typed, also while it is no valid
 * graph; what is not saved yet waits in this browser, whatever happens to the page.
 */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { ApiError } from "../core/api.js";
import { button, coalesce, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { plural } from "../core/format.js";
import { recall, remember } from "../core/prefs.js";
import { on } from "../core/store.js";
import { checkWorkflow, loadOwn, loadWorkflow, saveWorkflow, titleOf } from "../core/workflows.js";
import { isOutside, showDialog } from "./dialog.js";
import { restoredNote } from "./editor-dialog.js";
import { adoptPlaceholder, ownPlaceholdersDialog } from "./own-placeholders.js";
import { WorkflowReport } from "./workflow-report.js";
import { WorkflowText } from "./workflow-text.js";

const CHECK_MS = 250;
const DRAFT_MS = 300;
const FROM = { stcore: "Comes with stcore", plugin: "Comes with a plugin", own: "" };

/** Show a workflow until it is closed. @param {string} name @param {{again: (name?: string) => any}} list */
export async function editWorkflow(name, { again }) {
  const [workflow, own] = await Promise.all([loadWorkflow(name), loadOwn()]);
  await new Editor(workflow, own).open();
  await again(name);
}

class Editor {
  constructor(workflow, own) {
    Object.assign(this, { workflow, own, stored: workflow.text, key: `unsaved.workflow.${workflow.name}` });
    this.text = new WorkflowText(workflow.text, () => this.typed());
    this.report = new WorkflowReport(this.text, { adopt: (find) => this.adopt(find), own: () => this.changeOwn() });
    this.build();
    this.restore();
    this.showChecked(workflow);
  }

  get isChanged() {
    return this.text.value !== this.stored;
  }

  // -- what stands in it ---------------------------------------------------------------------------------------------

  build() {
    const title = uniqueId("workflow-title");
    this.told = h("span.workflow-told.faint", { role: "status" });
    this.notes = h("div.workflow-notes");
    this.state = h("div.workflow-state", { role: "status" });
    this.saveButton = button("Save", () => this.save(), { look: "primary", title: "Save (Ctrl + S)" });
    this.origin = h("span.tag.off");
    this.dialog = h(
      "dialog.workbench.workflow-editor",
      { "aria-labelledby": title, onkeydown: (event) => this.pressed(event) },
      h(
        "header.workbench-head",
        {},
        h("h2", { id: title }, titleOf(this.workflow.name)),
        this.origin,
        this.told,
        this.saveButton,
        iconButton("close", "Close the workflow", () => this.close()),
      ),
      h(
        "div.workflow-body",
        {},
        h("section.workflow-main", { "aria-label": "Text" }, this.notes, this.text.element, this.state),
        h("aside.workflow-side", { "aria-label": "Placeholders" }, this.report.element),
      ),
    );
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog && isOutside(event, this.dialog)) this.close();
    });
    this.drawState();
  }

  drawState() {
    const { from, hides } = this.workflow;
    this.origin.textContent = hides ? "In place of the one that came" : FROM[from];
    this.origin.hidden = !this.origin.textContent;
    this.saveButton.disabled = !this.isChanged;
    if (this.isChanged) this.told.textContent = from === "own" ? "Not saved" : "Not saved; saving makes a copy of your own";
    else if (this.told.textContent !== "Saved") this.told.textContent = "";
  }

  /** @returns {Promise<void>} Ends when the editor is closed. */
  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.text.area.focus({ preventScroll: true });
    const stop = on("workflows", coalesce(() => attempt(() => this.look())));
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => {
        stop();
        this.checking?.abort();
        clearTimeout(this.timer);
        this.keepDraft();
        this.dialog.remove();
        resolve();
      });
    });
  }

  pressed(event) {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    this.save();
  }

  // -- what is typed -------------------------------------------------------------------------------------------------

  typed() {
    this.drawState();
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.keepDraft(), DRAFT_MS);
    this.checkLater(CHECK_MS);
  }

  keepDraft() {
    clearTimeout(this.draftTimer);
    remember(this.key, this.isChanged ? { text: this.text.value, stored: this.stored } : null);
  }

  /** What was typed last time and never saved. */
  restore() {
    const draft = recall(this.key);
    if (!draft || draft.text === this.stored) return;
    this.text.value = draft.text;
    this.checkLater(0);
    this.drawState();
    const back = restoredNote(() => this.takeStored());
    if (draft.stored !== this.stored) back.querySelector("span").append("The workflow itself has changed since. ");
    fill(this.notes, back);
  }

  takeStored() {
    this.text.value = this.stored;
    fill(this.notes);
    this.keepDraft();
    this.drawState();
    this.checkLater(0);
  }

  checkLater(wait) {
    clearTimeout(this.timer);
    this.checking?.abort();
    this.timer = setTimeout(() => this.check(), wait);
  }

  async check() {
    this.checking = new AbortController();
    const { signal } = this.checking;
    try {
      this.showChecked(await checkWorkflow(this.text.value, signal));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      fill(this.state, h("div.health.bad", {}, icon("alert"), h("span", {}, `It could not be checked: ${error.message}`)));
    }
  }

  showChecked({ report, problem, nodes }) {
    this.checked = report;
    this.report.show(report, this.own);
    const said = `${problem}\n${nodes}`;
    if (said === this.said) return;
    this.said = said;
    fill(this.state, problem ? this.problem(problem) : h("div.health.good", {}, icon("check"), h("span", {}, `A graph of ${plural(nodes, "node")}`)));
  }

  problem(text) {
    const found = /line (\d+),? column (\d+)/u.exec(text);
    const place = found && { line: Number(found[1]), column: Number(found[2]) };
    const jump = () => this.text.showPlace(place);
    return h(
      "div.health.bad",
      {},
      icon("alert"),
      h(
        "span",
        {},
        h("strong", {}, text),
        place && [" ", h("button.hint-link", { type: "button", onclick: jump }, `Go to line ${place.line}, column ${place.column}`)],
      ),
    );
  }

  // -- keeping it ----------------------------------------------------------------------------------------------------

  /** @returns {Promise<boolean>} Whether the host has it. */
  async save() {
    const text = this.text.value;
    if (text === this.stored) return true;
    this.saveButton.disabled = true;
    const { stored } = this;
    this.stored = text; // The event of our own change may come before the answer.
    const saved = await attempt(() => saveWorkflow(this.workflow.name, text));
    if (!saved) this.stored = stored;
    else if (this.workflow.from !== "own") Object.assign(this.workflow, { from: "own", hides: true });
    this.keepDraft();
    this.told.textContent = saved && !this.isChanged ? "Saved" : "";
    this.drawState();
    if (!saved) return false;
    fill(this.notes);
    announce("The workflow is saved");
    return true;
  }

  async close() {
    if (this.asking) return;
    if (this.isChanged) {
      this.asking = true;
      const answer = await askUnsaved(titleOf(this.workflow.name));
      this.asking = false;
      if (!answer) return;
      if (answer === "save" && !(await this.save())) return;
      if (answer === "drop") this.takeStored();
    }
    this.dialog.close();
  }

  /** Somebody else may have changed the file: a text that nobody touched follows, a changed one is never replaced. */
  async look() {
    let found;
    try {
      found = await loadWorkflow(this.workflow.name);
    } catch (error) {
      if (error.status !== 404) throw error;
      fill(this.notes, note("The file of this workflow is gone. Saving makes it anew."));
      this.stored = null;
      this.drawState();
      return;
    }
    this.own = await loadOwn();
    this.report.show(this.checked, this.own);
    const wasChanged = this.isChanged;
    if (found.text === this.stored) return;
    Object.assign(this, { stored: found.text, workflow: found });
    if (!wasChanged) this.takeStored();
    else if (this.isChanged)
      fill(this.notes, note("The file was changed elsewhere while you were writing. Saving replaces that.", button("Take theirs", () => this.takeStored())));
    this.drawState();
  }

  // -- placeholders of one's own -------------------------------------------------------------------------------------

  async adopt(find) {
    await attempt(() => adoptPlaceholder(find));
    await this.changeOwn(find);
  }

  async changeOwn(focused = null) {
    await attempt(() => ownPlaceholdersDialog(typeof focused === "string" ? focused : null));
    this.own = await loadOwn();
    this.checkLater(0);
  }
}

const note = (text, ...actions) => h("div.health.editor-restored", {}, icon("info"), h("span", {}, text), actions);

/** @returns {Promise<"save"|"drop"|null>} */
const askUnsaved = (title) =>
  showDialog(`Save what you changed in ${title}?`, (finish) => [
    h("p.dialog-text", {}, "The text is not saved yet."),
    h(
      "div.dialog-buttons",
      {},
      button("Go on writing", () => finish(null)),
      button("Throw it away", () => finish("drop"), { look: "quiet danger-text" }),
      button("Save", () => finish("save"), { look: "primary", autofocus: true }),
    ),
  ]);
