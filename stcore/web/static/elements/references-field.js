/**
 * Reference pictures: which, for what, and how strongly, in the order in which sources get them. Each is a text,
 * `picture:role:strength`; the picture is `avatar`, `persona` or the id of a stored one.
 */
import { attempt } from "../core/actions.js";
import { announce } from "../core/announce.js";
import { button, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { addresses } from "../core/signing.js";
import { avatar } from "./avatar.js";
import { chooseFiles } from "./chat-files.js";
import { stImage } from "./image.js";
import { openMenu } from "./menu.js";
import { pickPicture } from "./picture-choice.js";
import { sortableGrip } from "./sortable.js";

const FILES = "image/png,image/jpeg,image/webp,image/gif";
const ROLES = {
  subject: "Show what it shows",
  style: "Draw in its manner",
  init: "Start from it",
  background: "Put it behind",
};

/**
 * @typedef {Object} Worn
 * @property {string} text What people call the picture.
 * @property {() => Object} find Who wears it.
 */
export class ReferencesField {
  /**
   * @param {string[]} texts
   * @param {{label: string, help: string, worn: {avatar: Worn, persona: Worn}, upload: (file: File) => Promise<string|void>}} how
   *   `upload` gives the id of the kept picture, nothing when it is shown by then.
   * @param {(texts: string[]) => void} onchange
   */
  constructor(texts, { label, help, worn, upload }, onchange) {
    Object.assign(this, { texts, worn, upload, onchange });
    this.list = h("ol.bound-list", { "aria-label": label });
    this.add = button("Add a picture …", () => openMenu(this.add, "Add a picture", this.choices()), {
      drawing: "plus",
      "aria-haspopup": "menu",
    });
    this.element = h(
      "div.form-row",
      {},
      h("span.field-label", {}, label),
      h("p.field-help.before", {}, help),
      this.list,
      this.add,
    );
    this.draw();
  }

  /** Show what the host has now, unless somebody is at work here. */
  show(texts) {
    if (JSON.stringify(texts) === JSON.stringify(this.texts) || this.list.contains(document.activeElement)) return;
    this.texts = texts;
    this.draw();
  }

  save(texts) {
    this.texts = texts;
    this.onchange(texts);
  }

  draw(focus = -1) {
    fill(
      this.list,
      this.texts.map((text) => this.row(text)),
    );
    const row = this.list.children[Math.min(focus, this.list.children.length - 1)];
    if (focus >= 0) (row?.querySelector("select") ?? this.add).focus();
  }

  // -- adding --------------------------------------------------------------------------------------------------------

  choices() {
    const own = Object.entries(this.worn).map(([picture, { text }]) => ({
      text,
      icon: "user",
      disabled: !this.freeRole(picture),
      run: () => this.take(picture),
    }));
    return [
      ...own,
      null,
      { text: "From the gallery …", icon: "gallery", run: () => this.fromGallery() },
      { text: "From a file …", icon: "upload", run: () => chooseFiles(FILES, (files) => this.bring(files)) },
    ];
  }

  /** The first role that a picture does not play yet. */
  freeRole(picture) {
    const taken = this.texts.map(read).filter((one) => one.picture === picture);
    return Object.keys(ROLES).find((role) => !taken.some((one) => one.role === role));
  }

  take(picture) {
    const role = this.freeRole(picture);
    if (!role) return;
    this.save([...this.texts, written({ picture, role })]);
    this.draw(this.texts.length - 1);
  }

  async fromGallery() {
    const picture = await pickPicture();
    if (picture) this.take(picture);
  }

  async bring(files) {
    for (const file of files) {
      const id = await attempt(() => this.upload(file));
      if (id) this.take(id);
    }
  }

  // -- one picture ---------------------------------------------------------------------------------------------------

  row(text) {
    const reference = read(text);
    const { picture } = reference;
    const worn = this.worn[picture];
    const row = h("li.bound-row");
    const title = worn?.text ?? "A stored picture";
    const words = h("span.bound-title", {}, title);
    const sign = h("span.picture-sign", {}, worn ? avatar(worn.find) : stImage({ id: picture }, title, { size: "thumb" }));
    const change = (changes) => {
      Object.assign(reference, changes);
      row.dataset.text = written(reference);
      this.keep();
    };
    row.dataset.text = text;
    fill(
      row,
      sortableGrip(this.list, row, title, () => this.keep()),
      sign,
      h("div.bound-words", {}, words, roleField(reference, title, change), strengthField(reference, title, change)),
      iconButton("trash", `Take away: ${title}`, () => this.takeAway(row, title)),
    );
    if (!worn) tellMissing(picture, words, sign);
    else if (!worn.find().avatar_id) words.append(h("span.faint", {}, " – there is none yet"));
    return row;
  }

  keep() {
    this.save([...this.list.children].map((row) => row.dataset.text));
  }

  takeAway(row, title) {
    const at = [...this.list.children].indexOf(row);
    row.remove();
    this.keep();
    announce(`${title}: taken away`);
    this.draw(at);
  }
}

function roleField({ role }, title, change) {
  const options = Object.entries(ROLES).map(([value, text]) => h("option", { value }, text));
  const field = h("select.field", { "aria-label": `What for: ${title}` }, options);
  field.value = role;
  field.addEventListener("change", () => change({ role: field.value }));
  return field;
}

/** Empty: as the source does when nothing is said. */
function strengthField({ strength }, title, change) {
  const id = uniqueId("field");
  const field = h("input.field", {
    id,
    type: "number",
    inputmode: "decimal",
    min: "0",
    max: "1",
    step: "any",
    value: strength,
    placeholder: "as usual",
    title: "0 keeps the picture, 1 ignores it",
    "aria-label": `Freedom: ${title}, from 0 (keeps the picture) to 1 (ignores it)`,
  });
  field.addEventListener("input", () => field.checkValidity() && change({ strength: field.value }));
  return h("span.bound-strength", {}, h("label", { for: id }, "Freedom"), field);
}

/** A picture that was deleted meanwhile is said to be gone. */
async function tellMissing(id, words, sign) {
  const there = await attempt(() => addresses(id));
  if (there !== null) return;
  words.textContent = "This picture is gone";
  fill(sign, icon("picture"));
}

function read(text) {
  const [picture, role = "subject", strength = ""] = text.split(":");
  return { picture, role, strength };
}

const written = ({ picture, role, strength = "" }) => `${picture}:${role}${strength && `:${strength}`}`;
