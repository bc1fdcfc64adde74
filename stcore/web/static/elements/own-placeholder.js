/** One placeholder of one's own in the list of them: its name, its kind, what it becomes. */
import { copyText, fill, h, iconButton, uniqueId } from "../core/dom.js";
import { emit } from "../core/store.js";
import { quoted } from "../core/workflows.js";
import { labelOf, valueField, valueProblem } from "./placeholder-values.js";
import { wordsField } from "./words-field.js";

const KINDS = {
  text: ["Text", "put in as text; macros count"],
  number: ["Number", "put in as a bare number"],
  choice: ["Choice", "one of some values, put in as text"],
  picture: ["Picture", "put in as the picture itself"],
};

export class OwnRow {
  /**
   * @param {import("../core/workflows.js").Placeholder} item
   * @param {{grip: (row: OwnRow) => HTMLElement, changed: () => void, remove: (row: OwnRow) => void,
   *   nameProblem: (name: string, row: OwnRow) => string}} owner
   */
  constructor(item, owner) {
    Object.assign(this, { item, owner });
    this.element = h("li.own-row", { data: { find: item.find } });
    this.body = h("div.own-body");
    this.grip = h("span");
    this.code = h("code");
    this.kindHelp = h("span.faint");
    this.drop = iconButton("trash", "", () => owner.remove(this));
    this.kind = this.kindField();
    fill(
      this.element,
      h("div.own-head", {}, this.grip, this.nameField(), this.kind, this.drop),
      h("p.own-form", {}, this.code, iconButton("copy", "Copy what stands in the workflow", () => this.copy()), this.kindHelp),
      this.body,
    );
    this.drawName();
    this.drawBody();
  }

  update(fields) {
    this.item = { ...this.item, ...fields };
    this.owner.changed();
  }

  focusValue() {
    this.value.querySelector("textarea, input, select, button").focus();
  }

  drawName() {
    const { find } = this.item;
    this.element.dataset.find = find;
    fill(this.grip, this.owner.grip(this));
    this.code.textContent = quoted(find);
    this.kind.setAttribute("aria-label", `Kind of ${find}`);
    this.drop.setAttribute("aria-label", `Remove ${find}`);
    this.drop.title = `Remove ${find}`;
  }

  async copy() {
    const text = this.code.textContent;
    if (await copyText(text)) emit("toast", { level: "success", text: `${text} is copied` });
  }

  // -- fields --------------------------------------------------------------------------------------------------------

  /** A name that cannot be is said to be wrong, and the one before stays. */
  nameField() {
    const field = h("input.field.mono.own-name", {
      value: this.item.find,
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "100",
      "aria-label": "Name of the placeholder",
    });
    const complain = (problem) => {
      field.setCustomValidity(problem);
      field.setAttribute("aria-invalid", String(Boolean(problem)));
      if (problem) field.reportValidity();
    };
    field.addEventListener("input", () => {
      const find = field.value.trim();
      const problem = this.owner.nameProblem(find, this);
      complain(problem);
      if (problem) return;
      this.update({ find });
      this.drawName();
    });
    field.addEventListener("blur", () => {
      field.value = this.item.find;
      complain("");
    });
    return field;
  }

  kindField() {
    const select = h(
      "select.field.own-kind",
      {},
      Object.entries(KINDS).map(([value, [text]]) => h("option", { value }, text)),
    );
    select.value = this.item.kind;
    select.addEventListener("change", () => {
      this.update(fitted(this.item, select.value));
      this.drawBody();
    });
    return select;
  }

  drawBody() {
    const { kind } = this.item;
    this.kindHelp.textContent = KINDS[kind][1];
    this.value = h("div.own-value", { class: kind === "text" ? "wide" : "" });
    fill(this.body, this.value, kind !== "text" && this.labelRow(), kind === "choice" && this.choicesRow());
    this.drawValue();
  }

  drawValue() {
    const id = uniqueId("own-value");
    const help = h("p.field-help.wrong");
    const tell = () => (help.textContent = valueProblem(this.item));
    const changed = (replace) => {
      this.update({ replace });
      tell();
    };
    fill(this.value, labelled("Value", id, valueField(this.item, changed, { id, label: labelOf(this.item) }), help));
    tell();
  }

  choicesRow() {
    const id = uniqueId("own-choices");
    const changed = (choices) => {
      this.update({ choices });
      if (valueProblem(this.item)) this.update({ replace: choices[0] ?? "" });
      this.drawValue();
    };
    const field = wordsField({ id, values: this.item.choices, what: "Value", placeholder: "low, medium, high", changed });
    return h("div.wide", {}, labelled("Values to choose from", id, field));
  }

  labelRow() {
    const id = uniqueId("own-label");
    const field = h("input.field", { id, value: this.item.label, placeholder: this.item.find, autocomplete: "off", maxlength: "100" });
    field.addEventListener("input", () => this.update({ label: field.value }));
    return labelled("Called in forms", id, field);
  }
}

const labelled = (text, id, ...control) => h("div.form-row", {}, h("label.field-label", { for: id }, text), control);

/** What of a placeholder still fits when it is of another kind. */
function fitted(item, kind) {
  const isPicture = kind === "picture" || item.kind === "picture";
  const changed = { ...item, kind, choices: kind === "choice" ? item.choices : [], replace: isPicture ? "" : item.replace };
  if (kind === "choice" && changed.replace) changed.choices = [changed.replace];
  if (kind === "number" && valueProblem(changed)) changed.replace = "0";
  if (kind === "picture") changed.replace = "avatar";
  return changed;
}
