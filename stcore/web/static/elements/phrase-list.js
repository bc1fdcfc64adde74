/** Phrases that make a picture when a character's reply holds one: each with what is drawn then. */
import { button, fill, h, iconButton, uniqueId } from "../core/dom.js";

const fresh = () => ({ phrase: "", argument: "last", regex: false });

export class PhraseList {
  /** @param {Object[]} phrases @param {string} help @param {(phrases: Object[]) => void} onchange Whole ones only. */
  constructor(phrases, help, onchange) {
    this.onchange = onchange;
    this.list = h("ol.phrase-list");
    const add = button("Add a phrase", () => this.add(), { drawing: "plus" });
    this.element = h("div.form-row.phrases", { role: "group", "aria-label": "Phrases that make a picture" }, h("span.field-label", {}, "Phrases that make a picture"), h("p.field-help.before", {}, help), this.list, add);
    this.show(phrases);
  }

  show(phrases) {
    this.phrases = phrases.map((one) => ({ ...one }));
    fill(this.list, this.phrases.map((one) => this.row(one)));
  }

  add() {
    this.phrases.push(fresh());
    this.list.append(this.row(this.phrases.at(-1)));
    this.list.lastElementChild.querySelector("input").focus();
  }

  row(item) {
    const text = (key, label, placeholder, limit) => {
      const id = uniqueId("phrase");
      const field = h("input.field", { id, value: item[key], placeholder, maxlength: limit, autocomplete: "off" });
      field.addEventListener("input", () => {
        item[key] = field.value;
        this.told();
      });
      return h("div", {}, h("label.field-label", { for: id }, label), field);
    };
    const id = uniqueId("phrase-regex");
    const regex = h("input", { id, type: "checkbox", checked: item.regex });
    regex.addEventListener("change", () => {
      item.regex = regex.checked;
      this.told();
    });
    const drop = iconButton("trash", "Remove this phrase", () => {
      this.phrases = this.phrases.filter((one) => one !== item);
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (next?.querySelector("input") ?? this.element.querySelector(":scope > button")).focus();
      this.told();
    });
    const row = h(
      "li.phrase-row",
      {},
      text("phrase", "When a reply says", "shows you a photo", "500"),
      text("argument", "Draw", "last", "2000"),
      h("div.phrase-foot", {}, h("label.check-line", { for: id }, regex, "It is a regular expression"), drop),
    );
    return row;
  }

  told() {
    this.onchange(this.phrases.filter((one) => one.phrase.trim()).map((one) => ({ ...one, argument: one.argument.trim() || "last" })));
  }
}
