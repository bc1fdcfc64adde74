/**
 * What placeholders of one's own become: a field by kind, and `<st-placeholder-values>`, a form of all that are a number,
 * a choice or a picture, so that a drawing person changes them without opening a workflow.
 */
import { attempt } from "../core/actions.js";
import { Autosave } from "../core/autosave.js";
import { coalesce, fill, h, uniqueId } from "../core/dom.js";
import { on } from "../core/store.js";
import { loadOwn, saveOwn } from "../core/workflows.js";
import { pictureField } from "./picture-choice.js";
import { macroField } from "./macro-field.js";

const hasMacros = (text) => text.includes("{{");

/** Why a value cannot be that of its placeholder; empty when it can. @param {import("../core/workflows.js").Placeholder} one */
export function valueProblem({ kind, replace, choices }) {
  if (hasMacros(replace)) return "";
  if (kind === "number" && (!replace.trim() || !Number.isFinite(Number(replace)))) return "This is no number.";
  if (kind === "choice" && !choices.length) return "It needs values to choose from.";
  if (kind === "choice" && !choices.includes(replace)) return "This is none of its values.";
  return "";
}

/**
 * The field of one value.
 * @param {import("../core/workflows.js").Placeholder} placeholder
 * @param {(value: string) => void} changed
 * @param {{id: string, label: string, brief?: boolean}} how Briefly: without the help for macros.
 * @returns {HTMLElement}
 */
export function valueField(placeholder, changed, { id, label, brief = false }) {
  const { kind, replace } = placeholder;
  if (kind === "picture") return pictureField({ id, value: replace, label, changed });
  if (kind === "choice") return choiceField(placeholder, changed, id);
  const plain = kind === "number" && brief && !hasMacros(replace);
  const field =
    kind === "text"
      ? h("textarea.field", { id, rows: "2", value: replace })
      : h("input.field", { id, value: replace, type: plain ? "number" : "text", step: plain ? "any" : null, inputmode: "decimal", autocomplete: "off" });
  field.addEventListener("input", () => changed(field.value));
  return brief ? field : macroField(field);
}

function choiceField({ replace, choices }, changed, id) {
  const select = h("select.field", { id, onchange: () => changed(select.value) });
  if (!choices.includes(replace)) select.append(h("option", { value: replace }, replace ? `${replace} (not in the list)` : "Choose …"));
  select.append(...choices.map((value) => h("option", { value }, value)));
  select.value = replace;
  return select;
}

/** How a placeholder is called in forms. @param {import("../core/workflows.js").Placeholder} one */
export const labelOf = ({ label, find }) => label || find;

/** The form stays away while there is nothing to set. */
class PlaceholderValues extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    this.told = h("p.field-help", { role: "status" });
    this.saver = new Autosave("placeholder-values", (values) => this.send(values), (told) => this.tell(told));
    const again = coalesce(() => this.saver.isClean && attempt(() => this.load()));
    this.off = [on("workflows", again), on("info", again)];
    // What could not be sent last time goes first.
    attempt(() => this.saver.flush().then(() => this.load()));
  }

  disconnectedCallback() {
    this.off.forEach((stop) => stop());
    this.saver.flush().then(() => this.saver.close());
  }

  async load() {
    const found = (await loadOwn()).filter(({ kind }) => kind !== "text");
    const sign = JSON.stringify(found);
    if (sign === this.sign || this.contains(document.activeElement)) return;
    this.sign = sign;
    this.hidden = !found.length;
    fill(
      this,
      h(
        "fieldset.form-group",
        {},
        h("legend", {}, "Placeholders of workflows"),
        h("div.form-columns", {}, found.map((one) => this.row(one))),
        this.told,
      ),
    );
  }

  row(placeholder) {
    const id = uniqueId("placeholder-value");
    const help = h("p.field-help");
    const tell = (replace) => {
      const problem = valueProblem({ ...placeholder, replace });
      help.textContent = problem;
      help.classList.toggle("wrong", Boolean(problem));
      return !problem;
    };
    const changed = (value) => tell(value) && this.saver.change({ [placeholder.find]: value });
    const field = valueField(placeholder, changed, { id, label: labelOf(placeholder), brief: true });
    tell(placeholder.replace);
    return h("div.form-row", {}, h("label.field-label", { for: id }, labelOf(placeholder)), field, help);
  }

  /** Only the values that were changed here; everything else stays as it is by now. */
  async send(values) {
    const all = await loadOwn();
    await saveOwn(all.map((one) => (one.find in values ? { ...one, replace: values[one.find] } : one)));
    this.sign = null;
  }

  tell({ state, error }) {
    this.told.classList.toggle("wrong", state === "failed");
    this.told.textContent = { changed: "Saving …", saved: "Saved" }[state] ?? `Not saved: ${error.message}`;
  }
}

customElements.define("st-placeholder-values", PlaceholderValues);
