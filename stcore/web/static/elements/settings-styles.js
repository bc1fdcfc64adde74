/** Styles in the settings: the words in use, and all styles with what can be done with them. */
import { attempt } from "../core/actions.js";
import { Autosave } from "../core/autosave.js";
import { button, coalesce, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { plural } from "../core/format.js";
import { on, state } from "../core/store.js";
import { changeWords, forgetOwnStyle, loadStyles } from "../core/styles.js";
import { chooseFiles } from "./chat-files.js";
import { takeDrops } from "./file-drops.js";
import { keepPlace } from "./loading.js";
import { macroField } from "./macro-field.js";
import { openMenu } from "./menu.js";
import { takeTurn } from "./preset-page.js";
import { save, saveAs, saveFile, styleMenu, takeFiles, use } from "./style-actions.js";

const FILES = ".toml,.json,.csv,application/json,text/csv";
/** From so many styles on there is a field to find one. */
const MANY = 20;
const OWNERS = { chat: "This chat has words of its own.", character: "This character has words of its own." };

/** @param {HTMLElement} page */
export async function stylesPage(page) {
  const isShown = takeTurn(page);
  const found = await loadStyles();
  if (!isShown()) return;
  page.classList.add("drop-page");
  page.dataset.drop = "Drop it here: its styles are added";
  const shelf = new Shelf();
  fill(
    page,
    h("h3.settings-title", {}, "Styles"),
    h("p.settings-lead", {}, "Words around every prompt, kept under names: how pictures look, whatever is on them."),
    shelf.element,
  );
  shelf.show(found);
  takeDrops(page, (files) => attempt(() => takeFiles(files, shelf)));
  const refresh = coalesce(() => (shelf.element.isConnected ? attempt(() => shelf.refresh()) : stops.forEach((stop) => stop())));
  const stops = ["styles", "info", "chat", "chat-changed"].map((topic) => on(topic, refresh));
}

class Shelf {
  constructor() {
    this.element = h("div.style-shelf");
    this.filter = "";
    this.again = async (name = null) => {
      await this.refresh({ whole: true });
      if (name) this.element.querySelector(`[data-name="${CSS.escape(name)}"] .reply-open`)?.focus();
    };
  }

  /** Ask the host anew. While somebody types, only what stands around the fields changes. */
  async refresh({ whole = false } = {}) {
    if (whole) await this.words.flush();
    const found = await loadStyles();
    const isTyping = this.card.contains(document.activeElement) && document.activeElement.matches("textarea");
    if (!whole && (isTyping || !this.words.isClean) && found.current.name === this.current.name) this.tell(found);
    else this.show(found);
  }

  show(found) {
    this.tell(found, { silent: true });
    keepPlace(this.element, () => fill(this.element, this.drawCard(), this.drawProblems(), this.drawList(), this.drawFiles()));
    this.tell(found);
  }

  /** Take over what the host said. */
  tell({ styles, current, problems }, { silent = false } = {}) {
    Object.assign(this, { styles, current, problems });
    if (!silent) this.drawState();
  }

  // -- the words in use ----------------------------------------------------------------------------------------------

  drawCard() {
    const id = uniqueId("style");
    const { name } = this.current;
    this.words?.close();
    const { chatId } = state;
    this.words = new Autosave(`style-words.${chatId}`, (words) => changeWords(words, chatId), (told) => this.told(told));
    this.words.discard(); // what another time could not send is no surprise for now
    const prefix = this.field("prefix", "Before every prompt", "{prompt} says where a picture's own words go; without it they come behind these.");
    const negative = this.field("negative", "Kept out of every picture", "The negative prompt, for sources that take one.");
    this.state = h("div.style-state", { role: "status" });
    this.buttons = h("div.style-buttons");
    this.card = h(
      "section.form-group.style-card",
      { "aria-label": "The style in use" },
      OWNERS[this.current.scope] && this.drawOwner(),
      h("div.form-row", {}, h("label.field-label", { for: id }, "Style in use"), this.drawSelect(id)),
      h("p.field-help", {}, this.styles.find((one) => one.name === name)?.description),
      prefix,
      negative,
      h("div.style-foot", {}, this.state, this.buttons),
    );
    return this.card;
  }

  drawOwner() {
    const forget = () => attempt(() => forgetOwnStyle(this.current.scope)).then(() => this.again());
    return h("div.health.style-owner", {}, icon("info"), h("span", {}, OWNERS[this.current.scope], " ", h("button.hint-link", { type: "button", onclick: forget }, "As everywhere else")));
  }

  drawSelect(id) {
    const { name, exists } = this.current;
    const options = (own) => this.styles.filter((style) => style.own === own).map((style) => h("option", { value: style.name }, style.name));
    const select = h(
      "select.field",
      { id, onchange: () => use(select.value, this) },
      !exists && h("option", { value: name }, `${name} (gone)`),
      this.styles.some(({ own }) => own) && h("optgroup", { label: "Your own" }, options(true)),
      h("optgroup", { label: "Come with stcore" }, options(false)),
    );
    select.value = name;
    return select;
  }

  field(key, label, help) {
    const id = uniqueId(`style-${key}`);
    const field = h("textarea.field", { id, rows: "2", value: this.current[key], maxlength: "20000", "aria-describedby": `${id}-help` });
    field.addEventListener("input", () => {
      this.current = { ...this.current, [key]: field.value };
      this.words.change({ [key]: field.value });
    });
    return h(
      "div.form-row",
      {},
      h("label.field-label", { for: id }, label),
      h("p.field-help.before", { id: `${id}-help` }, help),
      macroField(field, { place: "style" }),
    );
  }

  /** What became of words that were typed. */
  told({ state: became, error }) {
    this.problem = became === "failed" ? error : null;
    this.drawState();
  }

  /** Whether the words are those of the style, and what can be done when they are not. */
  drawState() {
    const { name, exists } = this.current;
    const style = this.styles.find((one) => one.name === name);
    const isChanged = !style || style.prefix !== this.current.prefix || style.negative !== this.current.negative;
    const words = exists ? `Changed since ${name} was saved` : "Not saved as a style";
    const drawn = JSON.stringify([this.problem?.message, isChanged, words, style?.own]);
    if (this.state.dataset.drawn === drawn) return;
    this.state.dataset.drawn = drawn;
    fill(
      this.state,
      this.problem ? h("span.wrong", {}, icon("alert"), this.problem.message) : isChanged && h("span.style-changed", {}, icon("pencil"), words),
    );
    const act = (fn) => () => attempt(async () => (await this.words.flush()) && fn(this));
    keepPlace(this.buttons, () =>
      fill(
        this.buttons,
        isChanged && exists && h("button.hint-link.style-back", { type: "button", onclick: act(() => use(name, this)) }, "As it was saved"),
        button("Save as …", act(saveAs)),
        button("Save", act(save), { look: "primary", disabled: !isChanged || !exists }),
      ),
    );
  }

  // -- all styles ----------------------------------------------------------------------------------------------------

  drawProblems() {
    return this.problems.map(({ message, hint }) => h("div.health.bad.style-problem", {}, icon("alert"), h("span", {}, message, " ", hint)));
  }

  drawList() {
    const list = h("ul.reply-list", { "aria-label": "All styles" });
    const draw = () => {
      const wanted = this.filter.trim().toLowerCase();
      const shown = this.styles.filter((style) => `${style.name} ${style.description} ${style.prefix}`.toLowerCase().includes(wanted));
      fill(list, shown.length ? shown.map((style) => this.drawRow(style)) : h("li.reply-row.faint", {}, "No style is like that."));
    };
    const search = h("input.field.style-filter", {
      type: "search",
      placeholder: `Find one of ${plural(this.styles.length, "style")}`,
      "aria-label": "Find a style",
      value: this.filter,
    });
    search.addEventListener("input", () => {
      this.filter = search.value;
      draw();
    });
    draw();
    return [h("h4.style-heading", {}, "All styles"), this.styles.length >= MANY && search, list];
  }

  drawRow(style) {
    const { name, own, covers_shipped: covers, prefix, description } = style;
    const isUsed = name === this.current.name;
    const more = iconButton("dots", `More for ${name}`, () => openMenu(more, name, styleMenu(style, this)), {
      "aria-haspopup": "menu",
      data: { key: `style.${name}` },
    });
    return h(
      "li.reply-row.style-row",
      { data: { name } },
      h(
        "button.reply-open",
        { type: "button", onclick: () => use(name, this), title: `Use ${name}`, "aria-current": isUsed ? "true" : null },
        h("span.reply-row-sign", {}, icon(isUsed ? "check" : "brush")),
        h("span.reply-row-words", {}, h("strong", {}, name), h("span.faint", {}, description || prefix || "No words")),
      ),
      own && h("span.tag.off", {}, covers ? "Changed by you" : "Your own"),
      more,
    );
  }

  drawFiles() {
    const hasOwn = this.styles.some(({ own }) => own);
    const files = () => chooseFiles(FILES, (chosen) => attempt(() => takeFiles(chosen, this)));
    const all = button("Save mine as a file", () => openMenu(all, "Save mine as a file", this.formats()), { drawing: "download", disabled: !hasOwn, "aria-haspopup": "menu" });
    return h(
      "div.connection-buttons",
      {},
      button("Import …", files, { drawing: "upload", title: "SillyTavern's settings.json or a list of styles, styles.csv, or TOML. It can also be dropped on this page." }),
      all,
    );
  }

  formats() {
    return [
      { text: "For stcore", detail: "TOML", run: () => saveFile() },
      { text: "For SillyTavern", detail: "JSON", run: () => saveFile("", "json") },
      { text: "For Stable Diffusion web UI", detail: "CSV", run: () => saveFile("", "csv") },
    ];
  }
}
