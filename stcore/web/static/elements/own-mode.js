/** A mode of pictures of one's own: the form in which it is written, and what can be done with one. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { ApiError, get } from "../core/api.js";
import { button, fill, h, icon, uniqueId } from "../core/dom.js";
import { createMode, deleteMode, importMode, modeAddress, saveMode } from "../core/image-modes.js";
import { emit } from "../core/store.js";
import { confirmDialog, showDialog } from "./dialog.js";
import { pointAt, templateField } from "./prompt-template.js";
import { takeTurn } from "./preset-page.js";
import { SchemaForm } from "./schema-form.js";

/**
 * Write a mode, in the place of the page it belongs to.
 * @param {HTMLElement} page @param {import("../core/image-modes.js").OwnMode|null} mode `null` for a new one.
 * @param {Object} schema @param {(name?: string) => any} back
 */
export function modePage(page, mode, schema, back) {
  takeTurn(page);
  const editor = new ModeEditor(mode, schema);
  const leave = async () => (!editor.isChanged || (await confirmLeaving())) && back(mode?.name);
  const onsubmit = (event) => {
    event.preventDefault();
    attempt(async () => {
      const kept = await editor.save();
      if (kept) await back(kept.name);
    });
  };
  fill(
    page,
    button("Picture prompts", () => attempt(leave), { look: "quiet back", drawing: "left" }),
    h("h3.settings-title", {}, mode ? mode.title || mode.name : "A new mode"),
    h("p.settings-lead", {}, "A kind of picture of your own: /imagine with one of its words draws it."),
    h(
      "form.schema-form",
      { onsubmit },
      editor.form.element,
      editor.told,
      h("div.form-footer", {}, button("Cancel", () => attempt(leave), { look: "quiet" }), button("Save", null, { look: "primary", type: "submit" })),
    ),
  );
  page.closest(".settings-page")?.scrollTo(0, 0);
  if (!mode) editor.form.element.querySelector("input")?.focus();
}

class ModeEditor {
  constructor(mode, schema) {
    this.mode = mode;
    this.told = h("p.field-help.template-told.wrong", { role: "alert" });
    this.form = new SchemaForm(
      { schema, secrets: [], groups: { mode: "Mode" } },
      mode && { options: mode, secrets: {} },
      { choices: choicesOf, row: (name, property) => (name === "template" ? this.templateRow(property) : undefined) },
    );
    this.before = JSON.stringify(this.read());
  }

  templateRow({ title, description }) {
    const id = uniqueId("mode-template");
    this.template = h("textarea.field.mono", { id, rows: "8", value: this.mode?.template ?? "", spellcheck: "false", "aria-describedby": `${id}-help` });
    return h(
      "div.form-row",
      {},
      h("label.field-label", { for: id }, title),
      templateField(this.template, this.mode?.name ?? ""),
      h("p.field-help", { id: `${id}-help` }, description),
    );
  }

  read() {
    const values = this.form.values();
    return values && { ...values, template: this.template.value };
  }

  get isChanged() {
    return JSON.stringify(this.read()) !== this.before;
  }

  /** @returns {Promise<Object|null>} The mode as it is kept; `null` when something is wrong, which is said then. */
  async save() {
    const values = this.read();
    if (!values) return null;
    try {
      const kept = await (this.mode ? saveMode(this.mode.name, values) : createMode(values));
      announce(`${kept.name} is saved`);
      return kept;
    } catch (error) {
      if (!(error instanceof ApiError) || error.whose === "host") throw error;
      fill(this.told, icon("alert"), error.message, error.hint && ` ${error.hint}`);
      if (error.kind === "settings") pointAt(this.template, error.detail);
      this.told.scrollIntoView({ block: "nearest" });
      return null;
    }
  }
}

const confirmLeaving = () =>
  confirmDialog({ title: "Leave without saving?", text: "What you changed in this mode is lost.", action: "Leave", danger: true });

async function choicesOf(list) {
  if (list !== "styles") return [];
  return (await get("/api/styles")).styles.map(({ name, description }) => ({ value: name, label: description }));
}

// -- what can be done with one -----------------------------------------------------------------------------------------

/** @param {import("../core/image-modes.js").OwnMode} mode @param {{open: () => any, again: () => any}} list */
export function modeMenu(mode, { open, again }) {
  return [
    { text: "Edit", icon: "pencil", run: open },
    { text: "Save as a file", icon: "download", run: () => h("a", { href: modeAddress(mode.name), download: "" }).click() },
    null,
    { text: "Delete …", icon: "trash", danger: true, run: () => attempt(() => discard(mode, again)) },
  ];
}

async function discard({ name }, again) {
  const sure = await confirmDialog({
    title: `Delete ${name}?`,
    text: "Pictures that were made in it stay. Save it as a file first if you may want it back.",
    action: "Delete",
    danger: true,
  });
  if (!sure) return;
  await deleteMode(name);
  announce(`${name} is deleted`);
  await again();
}

/** Take over files; where a name is taken, a person says what becomes of it. @param {File[]} files */
export async function takeModes(files, again) {
  for (const file of files) await attempt(() => takeMode(file));
  await again();
}

async function takeMode(file) {
  let { mode } = await importMode(file);
  if (!mode) {
    const taken = await askTaken(file.name);
    if (taken) ({ mode } = await importMode(file, taken));
  }
  if (mode) emit("toast", { level: "success", text: `${mode.title || mode.name} is here: /imagine ${mode.triggers[0]}` });
}

const askTaken = (name) =>
  showDialog("There is a mode of this name", (finish) => [
    h("p.dialog-text", {}, `What is to become of the one in ${name}?`),
    h(
      "div.dialog-buttons",
      {},
      button("Leave it out", () => finish(null)),
      button("Keep both", () => finish("both")),
      button("Replace mine", () => finish("replace"), { look: "primary" }),
    ),
  ]);
