/** One preset in the settings: its fields, and for samplers the order in which the model is told everything. */
import { attempt } from "../core/actions.js";
import { button, fill, h } from "../core/dom.js";
import { changeSwitches, loadSelection, loadStandardEntries, savePreset } from "../core/prompting.js";
import { emit } from "../core/store.js";
import { confirmDialog } from "./dialog.js";
import { removePreset, saveAs } from "./preset-actions.js";
import { PromptEntries } from "./preset-entries.js";
import { KINDS } from "./preset-fields.js";
import { SchemaForm } from "./schema-form.js";

/** From now on `page` belongs to somebody else. @returns {() => boolean} Whether it still does. */
export function takeTurn(page) {
  const turn = {};
  page.turn = turn;
  return () => page.turn === turn;
}

/** @param {HTMLElement} page @param {Object} preset The one that is selected. @param {() => any} back */
export async function presetPage(page, preset, back) {
  const { title, help, fields, groups, entries: hasEntries } = KINDS[preset.kind];
  const isShown = takeTurn(page);
  const [{ switches }, standard] = await Promise.all([loadSelection(), hasEntries ? loadStandardEntries() : []]);
  if (!isShown()) return;
  const draft = new Draft(
    preset,
    new SchemaForm({ schema: { properties: fields }, secrets: [], groups }, { options: preset.data }, {}),
    hasEntries ? new PromptEntries(preset.data.prompts ?? [], standard, switches.entries) : null,
  );
  const save = async () => {
    if (await draft.save()) await back();
  };
  const saveOther = async () => {
    const next = draft.preset();
    if (next && (await saveAs(next))) await back();
  };
  const restore = async () => (await removePreset(preset)) && back();
  const leave = async () => (!draft.isChanged || (await confirmLeaving())) && back();
  const onsubmit = (event) => {
    event.preventDefault();
    attempt(save);
  };
  fill(
    page,
    button("All presets", () => attempt(leave), { look: "quiet back", drawing: "left" }),
    h("h3.settings-title.preset-name", {}, preset.name, preset.shipped && h("span.tag.off", {}, "Comes with stcore")),
    h("p.settings-lead", {}, `${title}. ${help}`),
    h(
      "form.schema-form",
      { onsubmit },
      draft.form.element,
      draft.entries?.element,
      h(
        "div.form-footer",
        {},
        preset.covers_shipped && button("As it came …", () => attempt(restore), { look: "quiet", drawing: "restore" }),
        button("Save under another name …", () => attempt(saveOther)),
        button("Save", null, { look: "primary", type: "submit" }),
      ),
    ),
  );
  page.parentElement.scrollTop = 0;
}

const confirmLeaving = () =>
  confirmDialog({
    title: "Leave without saving?",
    text: "What you changed here is not saved yet.",
    action: "Leave",
    danger: true,
  });

/** A preset while it is changed. */
class Draft {
  constructor(preset, form, entries) {
    Object.assign(this, { stored: preset, form, entries });
    this.before = this.snapshot();
  }

  get isChanged() {
    return this.snapshot() !== this.before;
  }

  snapshot() {
    const controls = [...this.form.fields.values()].map(({ control }) => control);
    const values = controls.map((control) => (control.type === "checkbox" ? control.checked : control.value));
    return JSON.stringify([values, this.entries?.entries ?? null]);
  }

  /** The preset as it would be saved, `null` while a field is wrong. Keys that the form does not know stay. */
  preset() {
    const values = this.form.values();
    if (!values) return null;
    const data = { ...this.stored.data, ...values };
    for (const [key, value] of Object.entries(values))
      if (value === null || (value === "" && !(key in this.stored.data))) delete data[key];
    if (this.entries?.isChanged) data.prompts = this.entries.entries;
    return { ...this.stored, data };
  }

  async save() {
    const next = this.preset();
    if (!next) return false;
    await savePreset(next.kind, next.name, next.data);
    // Switches that were moved by hand are part of it now; they would stand over it.
    if (this.entries?.isChanged) await changeSwitches({ entries: null });
    emit("toast", { level: "success", text: `${next.name} is saved` });
    return true;
  }
}
