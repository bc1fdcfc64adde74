/** Settings that are plain values: who you are, and what the text model is told first. */
import { attempt, loadInfo } from "../core/actions.js";
import { get, patch } from "../core/api.js";
import { button, fill, h, uniqueId } from "../core/dom.js";
import { announce } from "../core/announce.js";
import { emit } from "../core/store.js";
import { macroField } from "./macro-field.js";

/** @param {HTMLElement} page */
export async function youPage(page) {
  const form = await formFor("chat");
  fill(
    page,
    h("h3.settings-title", {}, "You and the chat"),
    h("p.settings-lead", {}, "How you are called, and what the text model is told first."),
    form.wrap([
      form.text("user_name", "Your name", { help: "It stands on your messages and replaces {{user}}." }),
      form.text("character_name", "Name of the other side", {
        help: "Who answers when no character is chosen; it replaces {{char}}.",
      }),
      form.text("system_prompt", "First words to the model", {
        rows: 4,
        help: "What the model is told before the chat.",
      }),
      form.number("context_tokens", "Memory", {
        min: 256,
        help: "How much of the chat is sent with each message, in tokens.",
      }),
    ]),
  );
}

async function formFor(group) {
  const [settings, schema] = await Promise.all([get("/api/settings"), get("/api/settings/schema")]);
  return new ValueForm(group, settings[group] ?? {}, schema[group]?.properties ?? {});
}

/** Fields of one group of settings, saved together; what the host does not know has no field. */
class ValueForm {
  constructor(group, saved, properties) {
    this.group = group;
    this.saved = saved;
    this.properties = properties;
    this.readers = new Map();
  }

  wrap(rows) {
    const onsubmit = (event) => {
      event.preventDefault();
      attempt(() => this.save());
    };
    return h(
      "form.schema-form",
      { onsubmit },
      rows,
      h("div.form-footer", {}, button("Save", null, { look: "primary", type: "submit" })),
    );
  }

  async save() {
    const values = Object.fromEntries([...this.readers].map(([name, read]) => [name, read()]));
    await patch("/api/settings", { [this.group]: values });
    await loadInfo();
    emit("toast", { level: "success", text: "Saved" });
    announce("Settings saved");
  }

  row(id, label, control, help) {
    return h(
      "div.form-row",
      {},
      h("label.field-label", { for: id }, label),
      control,
      help && h("p.field-help", {}, help),
    );
  }

  text(name, label, { rows = 1, help = "" } = {}) {
    if (!(name in this.saved)) return null;
    const id = uniqueId("value");
    const value = this.saved[name] ?? "";
    const control =
      rows > 1 ? h("textarea.field", { id, rows, value }) : h("input.field", { id, value, autocomplete: "off" });
    this.readers.set(name, () => control.value.trim());
    return this.row(id, label, this.properties[name]?.macros ? macroField(control) : control, help);
  }

  number(name, label, { help = "", ...limits } = {}) {
    if (!(name in this.saved)) return null;
    const id = uniqueId("value");
    const control = h("input.field", {
      id,
      type: "number",
      inputmode: "decimal",
      value: this.saved[name] ?? "",
      ...limits,
    });
    this.readers.set(name, () => (control.value === "" ? null : Number(control.value)));
    return this.row(id, label, control, help);
  }
}
