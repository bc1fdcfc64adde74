/** What a workflow's text uses: every placeholder present or missing, and what is wrong with others, with the mend. */
import { copyText, fill, h, icon } from "../core/dom.js";
import { emit } from "../core/store.js";
import { plural } from "../core/format.js";
import { quoted } from "../core/workflows.js";

/** Every placeholder that is always filled, in the order of the list, and what it becomes. */
const BUILT_IN = {
  prompt: "the finished prompt",
  negative_prompt: "what to keep out",
  model: "the model",
  vae: "the VAE",
  sampler: "the sampler",
  scheduler: "the scheduler",
  steps: "the steps, a number",
  scale: "the guidance (CFG), a number",
  denoise: "denoising strength, 0 to 1",
  clip_skip: "CLIP skip, negative",
  width: "the width in pixels",
  height: "the height in pixels",
  user_avatar: "your picture, in base64",
  char_avatar: "the character's picture, in base64",
  seed: "the seed, a number",
};

/** Reference pictures of a request: filled where a workflow asks for them, and never missed. */
const REFERENCES = { init_image: "the picture to begin with", mask_image: "where it may be changed" };

export class WorkflowReport {
  /**
   * @param {import("./workflow-text.js").WorkflowText} text
   * @param {{adopt: (name: string) => any, own: () => any}} actions `adopt` makes a name a placeholder of one's own,
   *   `own` shows those there are.
   */
  constructor(text, { adopt, own }) {
    Object.assign(this, { text, adopt });
    this.told = h("p.visually-hidden", { role: "status" });
    this.wrong = h("ul.placeholder-wrong", { "aria-label": "Placeholders that are not filled" });
    this.built = h("ul.placeholder-list", { "aria-label": "Placeholders" });
    this.references = h("ul.placeholder-list", { "aria-label": "Reference pictures" });
    this.own = h("ul.placeholder-list", { "aria-label": "Placeholders of your own" });
    this.element = h(
      "div.placeholder-report",
      {},
      this.told,
      this.wrong,
      h("h3.placeholder-title", {}, "Placeholders"),
      this.built,
      h("h3.placeholder-title", {}, "Your own"),
      this.own,
      h("button.hint-link.placeholder-add", { type: "button", onclick: own }, "Add and change them …"),
      h("h3.placeholder-title", {}, "Reference pictures"),
      this.references,
    );
  }

  /** @param {import("../core/workflows.js").Report} report @param {import("../core/workflows.js").Placeholder[]} own */
  show({ present, missing, unknown, unquoted }, own) {
    const here = new Set(present);
    const mine = own.map(({ find }) => find).filter((name) => !isBuiltIn(name));
    const others = [...present, ...missing].filter((name) => !isBuiltIn(name) && !mine.includes(name));
    const standard = [...Object.keys(BUILT_IN), ...others];
    const told = summary([...standard, ...mine], here, unknown, unquoted);
    if (this.told.textContent !== told) this.told.textContent = told;
    this.draw(this.wrong, [
      ...unquoted.map((name) => this.bareRow(name)),
      ...unknown.map((name) => this.unknownRow(name)),
    ]);
    this.draw(this.built, standard.map((name) => this.row(name, here.has(name), BUILT_IN[name] ?? "")));
    this.draw(this.own, mine.map((name) => this.row(name, here.has(name), shortly(own.find(({ find }) => find === name)))));
    const isHere = (name) => this.text.value.includes(quoted(name));
    this.draw(this.references, Object.entries(REFERENCES).map(([name, what]) => this.row(name, isHere(name), what)));
    this.wrong.hidden = !this.wrong.children.length;
    this.own.hidden = !mine.length;
  }

  /** Rows that did not change stay, so that nobody loses the place while typing. */
  draw(list, rows) {
    const same = list.children.length === rows.length && rows.every((row, at) => row.dataset.sign === list.children[at].dataset.sign);
    if (same) return;
    const focused = list.contains(document.activeElement) ? document.activeElement.closest("li").dataset.name : null;
    fill(list, rows);
    if (focused) list.querySelector(`[data-name="${CSS.escape(focused)}"] button`)?.focus({ preventScroll: true });
  }

  row(name, isHere, what) {
    const act = isHere ? () => this.text.find(name) : () => this.put(name);
    const hint = isHere ? "in the text: go there" : "missing: put it where the cursor is";
    return h(
      "li.placeholder",
      { class: isHere ? "here" : "missing", data: { name, sign: `${name}\n${isHere}\n${what}` } },
      h(
        "button.placeholder-name",
        { type: "button", onclick: act, title: hint[0].toUpperCase() + hint.slice(1) },
        h("span.placeholder-mark", {}, icon(isHere ? "check" : "plus")),
        h("span.placeholder-words", {}, h("code", {}, `%${name}%`), what && h("small", {}, what)),
        h("span.visually-hidden", {}, `, ${hint}`),
      ),
    );
  }

  /** Where the person has put the cursor; before that it is copied. */
  async put(name) {
    if (this.text.touched) {
      this.text.insert(name);
      return;
    }
    const copied = await copyText(quoted(name));
    const text = copied ? `${quoted(name)} is copied. Paste it where it belongs.` : "Put the cursor where it belongs first.";
    emit("toast", { level: copied ? "success" : "info", text });
  }

  bareRow(name) {
    const places = this.text.unquoted(name);
    const canQuote = places.some(({ inside }) => !inside);
    const why = canQuote
      ? `stands without its quotes, so it is not filled. It has to be ${quoted(name)}.`
      : `stands inside a longer text, where it is not filled. It has to be the whole text: ${quoted(name)}.`;
    const goto = () => places.length && this.text.show(places[0].start, places[0].start + name.length + 2);
    const sign = `bare\n${name}\n${JSON.stringify(places)}`;
    return this.wrongRow(name, sign, why, goto, canQuote && link("Put quotes around it", () => this.text.quote(name)));
  }

  unknownRow(name) {
    const why = "stands for nothing: it would be sent as it is.";
    const goto = () => this.text.find(name);
    return this.wrongRow(name, `unknown\n${name}`, why, goto, link("Make it one of your own", () => this.adopt(name)));
  }

  wrongRow(name, sign, why, goto, mend) {
    return h(
      "li.placeholder-problem",
      { data: { name, sign } },
      icon("alert"),
      h("span", {}, h("code", {}, `%${name}%`), ` ${why} `, h("span.placeholder-mends", {}, link("Go there", goto), mend)),
    );
  }
}

const link = (text, onclick) => h("button.hint-link", { type: "button", onclick }, text);

function summary(names, here, unknown, unquoted) {
  const count = names.filter((name) => here.has(name)).length;
  const wrong = unknown.length + unquoted.length;
  return `${count} of ${plural(names.length, "placeholder")}${wrong ? `, ${wrong} not filled` : ""}`;
}

/** What a placeholder of one's own becomes, in short. */
function shortly({ kind, replace, label }) {
  const value = kind === "picture" ? "a picture" : replace || "empty";
  return label ? `${label}: ${value}` : value;
}

/** Whether a placeholder is filled by itself. @param {string} name */
export const isBuiltIn = (name) => name in BUILT_IN || name in REFERENCES;
