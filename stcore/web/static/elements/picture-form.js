/** The form of the settings of pictures in one scope. It keeps itself; what is said here can be taken back. */
import { attempt } from "../core/actions.js";
import { Autosave } from "../core/autosave.js";
import { button, fill, h, iconButton } from "../core/dom.js";
import { plural } from "../core/format.js";
import { changePictureSettings, FIELDS, loadOffers, loadTaken, sourceOf, valuesIn } from "../core/picture-settings.js";
import { emit, state } from "../core/store.js";
import { loadStyles } from "../core/styles.js";
import { generalReferences } from "./looks-fields.js";
import { PhraseList } from "./phrase-list.js";
import "./placeholder-values.js";
import { SchemaForm } from "./schema-form.js";
import { SizeField } from "./size-field.js";

const GROUPS = {
  prompt: "Source and words",
  picture: "Picture",
  writing: "Who writes and describes",
  asking: "When pictures are made",
  chat: "In the chat",
  workflow: "Workflow and references",
};
const PAGES = { style: ["styles", "All styles"], workflow: ["workflows", "Workflows and their placeholders"] };
/** Short fields that stand beside each other, besides numbers and lists of the source. */
const PAIRED = new Set(["writer", "writer_model", "captioner", "captioner_model"]);
const TOLD = { changed: "Saving …", saved: "Saved" };

export class PictureForm {
  /**
   * @param {import("../core/picture-settings.js").Scope} scope
   * @param {{layers: Object, schema: {schema: Object, sizes: Object[]}, lists: Object}} known
   * @param {{again: (layers: Object) => any, changed: (layers: Object) => any}} tell `again` draws the form anew, for
   *   another source offers other things; `changed` hears of everything else that was kept.
   */
  constructor(scope, { layers, schema, lists }, { again, changed }) {
    Object.assign(this, { scope, layers, lists, again, changed, sizes: schema.sizes, showsAll: false });
    this.values = valuesIn(layers, scope);
    const { chatId } = state;
    const send = async (values) => this.show(await changePictureSettings(scope, values, chatId));
    this.saver = new Autosave(`picture-settings.${scope}`, send, (told) => this.tell(told));
    this.saver.discard();
    this.form = new SchemaForm(
      { schema: closed(schema.schema, lists), secrets: [], groups: GROUPS },
      { options: this.values },
      { choices: (list) => loadOffers(sourceOf(this.values), list), row: (name, property) => this.row(name, property) },
    );
    this.told = h("p.form-told", { role: "status" });
    this.unused = h("div.unused-note");
    this.element = h("div.schema-form", {}, this.form.element, scope === "host" && h("st-placeholder-values"), this.told);
    for (const [name, field] of this.form.fields) this.prepare(name, field);
    this.reset("width", this.size.element, ["width", "height"]);
    this.reset("phrases", this.phrases.element, ["phrases"]);
    this.reset("references", this.references.element, ["references"]);
    this.size.element.closest("fieldset").append(this.unused);
    this.element.addEventListener("input", (event) => this.typed(event.target));
    this.drawOwn();
    this.drawTaken();
  }

  // -- rows that are no plain field ----------------------------------------------------------------------------------

  /** `undefined` for those that a schema is enough for. */
  row(name, property) {
    if (name === "height" || name === "placeholders") return false; // beside the width; below all others
    if (name === "width") {
      this.size = new SizeField(this.sizes, this.values, property, (size) => this.saver.change(size));
      return this.size.element;
    }
    if (name === "references") {
      this.references = generalReferences(this.values.references, (references) => this.saver.change({ references }));
      return this.references.element;
    }
    if (name !== "phrases") return undefined;
    const help = "Looked for in the replies of characters. What is drawn is a mode, as “last” or “face”, or free words.";
    this.phrases = new PhraseList(this.values.phrases, help, (phrases) => this.saver.change({ phrases }));
    return this.phrases.element;
  }

  prepare(name, { control }) {
    const row = control.closest(".form-row");
    control.dataset.setting = name;
    if (control.matches("input[type=number], input[list]") || PAIRED.has(name)) row.classList.add("half");
    if (control.hasAttribute("list")) control.placeholder = "as the source does";
    this.reset(name, row, name === "style" ? ["style", "prefix", "negative"] : [name]);
    const [page, text] = PAGES[name] ?? [];
    if (page) row.append(h("button.hint-link.row-link", { type: "button", onclick: () => emit("settings-open", { page }) }, text));
  }

  /** A button that takes back what is said of a setting in this scope. */
  reset(name, row, names) {
    const text = this.scope === "host" ? "Back to the default" : "As everywhere else";
    const take = () => this.saver.change(Object.fromEntries(names.map((one) => [one, null])));
    row.dataset.name = name;
    row.classList.add("has-reset");
    row.append(iconButton("restore", text, () => (take(), this.saver.flush()), { class: "row-reset", hidden: true }));
  }

  // -- what is typed -------------------------------------------------------------------------------------------------

  typed(control) {
    const name = control.dataset.setting;
    const values = {};
    if (!name || !this.form.check(name, values)) return undefined;
    if (name === "style") return attempt(() => this.putStyle(values.style));
    return this.saver.change({ [name]: values[name] ?? null });
  }

  /** A style brings its own words. */
  async putStyle(name) {
    const { styles } = await loadStyles();
    const { prefix, negative } = styles.find((style) => style.name === name);
    this.saver.change({ style: name, prefix, negative });
    this.put("prefix", prefix);
    this.put("negative", negative);
  }

  tell({ state: became, error }) {
    this.told.textContent = became === "failed" ? error.message : TOLD[became];
    this.told.classList.toggle("wrong", became === "failed");
  }

  close() {
    this.saver.flush();
  }

  // -- what is shown -------------------------------------------------------------------------------------------------

  /** Show what the settings are now, except where somebody is typing. */
  show(layers) {
    const before = this.values;
    this.layers = layers;
    this.values = valuesIn(layers, this.scope);
    if (sourceOf(before) !== sourceOf(this.values)) return this.again(layers);
    this.changed(layers);
    const isBusy = (name, element) => name in this.saver.pending || element.contains(document.activeElement);
    for (const [name, { control }] of this.form.fields)
      if (!isBusy(name, control) || control.type === "checkbox" || control.localName === "select") this.put(name, this.values[name]);
    if (!isBusy("width", this.size.element) && !("height" in this.saver.pending)) this.size.show(this.values);
    if (!isBusy("phrases", this.phrases.element)) this.phrases.show(this.values.phrases);
    if (!("references" in this.saver.pending)) this.references.show(this.values.references);
    this.drawOwn();
    return before.model === this.values.model ? undefined : this.drawTaken();
  }

  put(name, value) {
    const { control } = this.form.fields.get(name);
    const shown = Array.isArray(value) ? value.join("\n") : String(value ?? "");
    if (control.type === "checkbox") control.checked = Boolean(value);
    else if (control.value !== shown) {
      control.value = shown;
      control.closest(".macro-field")?.assist.reread();
    }
  }

  /** Mark what this scope says itself. */
  drawOwn() {
    for (const row of this.element.querySelectorAll(".has-reset")) {
      const names = row.dataset.name === "width" ? ["width", "height"] : [row.dataset.name];
      const isOwn = names.some((name) => this.isOwn(name));
      row.classList.toggle("is-own", isOwn && this.scope !== "host");
      row.querySelector(":scope > .row-reset").hidden = !isOwn;
    }
  }

  isOwn(name) {
    if (this.scope !== "host") return name in this.layers.scopes[this.scope];
    const standard = this.form.kind.schema.properties[name].default ?? null;
    return JSON.stringify(this.values[name]) !== JSON.stringify(standard);
  }

  /** Put away what the source does not take; one look brings it back. */
  async drawTaken() {
    const source = sourceOf(this.values);
    const taken = source ? await loadTaken(source, this.values.model) : null;
    let put = 0;
    for (const name of Object.keys(FIELDS)) {
      const row = this.element.querySelector(`[data-name="${name}"]`);
      const isUnused = taken !== null && !taken.has(name);
      row.classList.toggle("unused", isUnused);
      put += isUnused;
    }
    const look = () => {
      this.showsAll = !this.showsAll;
      this.drawTaken();
    };
    this.element.classList.toggle("shows-unused", this.showsAll);
    const words = `${plural(put, "setting")} that ${source} does not take ${put === 1 ? "is" : "are"} ${this.showsAll ? "greyed out" : "put away"}.`;
    fill(this.unused, put > 0 && [h("span.faint", {}, words), button(this.showsAll ? "Put away" : "Show", look, { look: "quiet" })]);
  }
}

/** The schema with the closed lists of this host in place of their names. */
function closed(schema, lists) {
  const close = (property) => {
    const list = lists[property.options_from];
    if (!list) return property.multiline ? { ...property, rows: 2 } : property;
    const values = list.map(({ value }) => value);
    return { ...property, options_from: null, enum: values, labels: Object.fromEntries(list.map(({ value, label }) => [value, label])) };
  };
  const properties = Object.entries(schema.properties).map(([name, property]) => [name, close(property)]);
  return { ...schema, properties: Object.fromEntries(properties) };
}
