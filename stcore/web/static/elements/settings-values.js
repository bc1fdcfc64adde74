/** Settings that are plain values: how pictures are made by default, and who you are. */
import { attempt, chooseStyle, loadInfo } from "../core/actions.js";
import { get, patch } from "../core/api.js";
import { button, fill, h, uniqueId } from "../core/dom.js";
import { announce } from "../core/announce.js";
import { emit, state } from "../core/store.js";
import { macroField } from "./macro-field.js";
import "./placeholder-values.js";

const SIZES = [
  ["Square", 1024, 1024],
  ["Small square", 512, 512],
  ["Landscape", 1216, 832],
  ["Wide", 1344, 768],
  ["Portrait", 832, 1216],
  ["Tall", 768, 1344],
  ["Small landscape", 768, 512],
  ["Small portrait", 512, 768],
];

/** @param {HTMLElement} page */
export async function picturesPage(page) {
  const [form, { styles }] = await Promise.all([formFor("image"), get("/api/styles")]);
  const image = form.saved;
  fill(
    page,
    h("h3.settings-title", {}, "Pictures"),
    h("p.settings-lead", {}, "What is used when a command says nothing else. Empty means: as the source does."),
    form.wrap([
      sizes(form, image),
      h(
        "div.form-columns",
        {},
        form.number("steps", "Steps", { min: 1, max: 150, help: "More is slower and often finer." }),
        form.number("guidance", "Guidance", {
          min: 0,
          max: 30,
          step: "any",
          help: "How strictly the prompt is followed.",
        }),
        "sampler" in image && form.choice("sampler", "Sampler", "samplers"),
        "scheduler" in image && form.choice("scheduler", "Scheduler", "schedulers"),
        form.number("count", "Pictures at once", { min: 1, max: 4 }),
        form.number("seed", "Seed", {
          min: 0,
          step: 1,
          help: "The same seed gives the same picture; empty is random.",
        }),
      ),
      styleRow(styles, () => picturesPage(page)),
      form.text("prefix", "Before every prompt", { rows: 2, help: "Words that every picture begins with." }),
      form.text("negative", "Kept out of every picture", {
        rows: 2,
        help: "The negative prompt, for sources that take one.",
      }),
    ]),
    h("st-placeholder-values"),
  );
}

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

  choice(name, label, list) {
    if (!(name in this.saved)) return null;
    const id = uniqueId("value");
    const options = h("datalist", { id: `${id}-list` });
    const control = h("input.field", {
      id,
      value: this.saved[name] ?? "",
      list: options.id,
      autocomplete: "off",
      placeholder: "as the source does",
    });
    this.readers.set(name, () => control.value.trim());
    this.offer(options, list);
    return this.row(id, label, [control, options], "");
  }

  async offer(options, list) {
    const source = state.info?.sources.default;
    if (!source) return;
    try {
      const answer = await get(`/api/sources/${encodeURIComponent(source)}/choices/${list}`);
      fill(
        options,
        (answer.choices ?? answer).map((value) => h("option", { value })),
      );
    } catch {
      options.replaceChildren(); // The source knows no such list, or is away; any word can be typed.
    }
  }
}

function sizes(form, image) {
  const field = (name, value, label) =>
    h("input.field", {
      type: "number",
      min: 64,
      max: 16384,
      step: 8,
      inputmode: "numeric",
      value: value ?? "",
      "aria-label": label,
      name,
    });
  const width = field("width", image.width, "Width in pixels");
  const height = field("height", image.height, "Height in pixels");
  const presets = h("div.size-presets", { role: "group", "aria-label": "Sizes" });
  const draw = () => fill(presets, SIZES.map(preset));
  const preset = ([text, w, tall]) => {
    const chosen = Number(width.value) === w && Number(height.value) === tall;
    const choose = () => {
      width.value = w;
      height.value = tall;
      draw();
      presets.querySelector("[aria-pressed=true]")?.focus();
    };
    return h(
      "button.size-preset",
      { type: "button", "aria-pressed": String(chosen), onclick: choose },
      h("span.size-shape", { vars: { "--w": w, "--h": tall }, class: w >= tall ? "landscape" : "portrait" }),
      h("span", {}, text),
      h("small", {}, `${w} × ${tall}`),
    );
  };
  width.addEventListener("input", draw);
  height.addEventListener("input", draw);
  draw();
  form.readers.set("width", () => (width.value === "" ? null : Number(width.value)));
  form.readers.set("height", () => (height.value === "" ? null : Number(height.value)));
  return h(
    "fieldset.form-group",
    {},
    h("legend", {}, "Size"),
    presets,
    h("div.size-fields", {}, width, h("span", { "aria-hidden": "true" }, "×"), height, h("span.faint", {}, "pixels")),
  );
}

function styleRow(styles, redraw) {
  const id = uniqueId("value");
  const select = h(
    "select.field",
    { id },
    styles.map(({ name }) => h("option", { value: name }, name)),
  );
  select.value = state.info?.style ?? "";
  const help = h("p.field-help");
  const describe = () => (help.textContent = styles.find((style) => style.name === select.value)?.description ?? "");
  select.addEventListener("change", () => {
    describe();
    // A style brings its own words for every prompt: the fields below show them.
    attempt(() => chooseStyle(select.value)).then(redraw);
  });
  describe();
  return h("div.form-row", {}, h("label.field-label", { for: id }, "Style"), select, help);
}
