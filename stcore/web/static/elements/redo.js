/** A picture once more with something changed: the sheet on which that is said, and what cannot be carried over. */
import { attempt, pictureRedo } from "../core/actions.js";
import { announce } from "../core/announce.js";
import { button, fill, h } from "../core/dom.js";
import { loadLists, loadOffers, worksWithWorkflows } from "../core/picture-settings.js";
import { emit, state } from "../core/store.js";
import { showDialog } from "./dialog.js";
import { area, Choice, KeptReferences, number } from "./redo-fields.js";

const LOOK_MS = 400;

/** Names that only one source understands: the field, the list of the source, what it is called. */
const OF_SOURCE = [
  ["model", "models", "Model"],
  ["sampler", "samplers", "Sampler"],
  ["scheduler", "schedulers", "Scheduler"],
  ["vae", "vaes", "VAE"],
];

/** @param {Object} picture One that was made here. */
export function redoDialog(picture) {
  return showDialog("Draw it again with a change", (finish) => new Sheet(picture, finish).element, { className: "redo" });
}

class Sheet {
  constructor(picture, finish) {
    this.picture = picture;
    this.finish = finish;
    const made = picture.generation;
    const { extra_negative: negative, steps, guidance, references = [] } = made.details ?? {};
    this.fields = {
      words: area("Prompt", made.prompt, 5),
      negative: area("Kept out, beside what is always kept out", negative, 2, { mayBeEmpty: true }),
      source: new Choice("Source", asBefore(made.connection)),
      style: new Choice("Style", asBefore(made.details?.preset)),
      ...Object.fromEntries(OF_SOURCE.map(([name, , title]) => [name, new Choice(title, "")])),
      workflow: new Choice("Workflow", ""),
      width: number("Width", picture.width, { min: 64, max: 8192 }),
      height: number("Height", picture.height, { min: 64, max: 8192 }),
      steps: number("Steps", steps, { min: 1, max: 1000, placeholder: "as before" }),
      guidance: number("Guidance", guidance, { min: 0, max: 100, step: "any", placeholder: "as before" }),
      seed: number("Seed", made.seed, { min: 0, placeholder: "a new one", empty: true }),
      references: new KeptReferences(references),
    };
    this.build();
    this.offerConnections();
    this.offerNames();
    this.look();
  }

  build() {
    const { words, negative, references, width, height, steps, guidance, seed, ...names } = this.fields;
    const columns = (...fields) => h("div.form-columns", {}, fields.map((field) => field.row));
    this.leftOut = h("div.redo-left-out", { role: "status" });
    this.element = h(
      "form",
      { onsubmit: (event) => this.submit(event), oninput: (event) => this.edited(event) },
      words.row,
      negative.row,
      columns(...Object.values(names)),
      columns(width, height, steps, guidance, seed),
      references.row,
      this.leftOut,
      h(
        "div.dialog-buttons",
        {},
        button("Cancel", () => this.finish(null)),
        button("Draw it", null, { look: "primary", type: "submit", drawing: "picture" }),
      ),
    );
    words.control.autofocus = true;
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.element.requestSubmit();
    });
  }

  // -- lists -------------------------------------------------------------------------------------------------------------

  get connection() {
    return this.fields.source.changed() ?? this.picture.generation.connection;
  }

  offerConnections() {
    const { connection, details } = this.picture.generation;
    const others = (names, now) => names.filter((name) => name !== now).map((value) => ({ value }));
    const sources = state.info.sources.connections.map(({ name }) => name);
    this.fields.source.offer(others(sources, connection), asBefore(connection));
    this.fields.style.offer(others(state.info.styles ?? [], details?.preset), asBefore(details?.preset));
  }

  /** The names that the chosen source knows; those of the first time count only with the same source. */
  async offerNames() {
    const { connection } = this;
    const made = this.picture.generation;
    const isSame = connection === made.connection;
    const before = (value) => (isSame ? asBefore(value) : "The source decides");
    const [workflows, ...offers] = await Promise.all([
      workflowsOf(connection),
      ...OF_SOURCE.map(([, list]) => offersOf(connection, list)),
    ]);
    if (connection !== this.connection) return;
    for (const [index, [name]] of OF_SOURCE.entries()) {
      const value = name === "model" ? made.model : made.details?.[name];
      this.fields[name].offer(offers[index], before(value), { optional: true });
    }
    this.fields.workflow.offer(workflows, before(made.details?.workflow), { optional: true });
  }

  // -- what it comes to --------------------------------------------------------------------------------------------------

  /** Only what differs from the first time; an empty seed is a new one. */
  changes() {
    const all = Object.entries(this.fields).map(([name, field]) => [name, field.changed()]);
    return Object.fromEntries(all.filter(([, value]) => value !== undefined));
  }

  edited({ target }) {
    if (target === this.fields.source.control) this.offerNames();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), LOOK_MS);
  }

  async look() {
    if (this.timer && (!this.element.isConnected || !this.element.checkValidity())) return;
    const told = await attempt(() => pictureRedo(this.picture.id, this.changes(), true));
    if (told) fill(this.leftOut, leftOut(told.left_out));
  }

  async submit(event) {
    event.preventDefault();
    clearTimeout(this.timer);
    const told = await attempt(() => pictureRedo(this.picture.id, this.changes()));
    if (!told) return;
    if (told.left_out.length)
      emit("toast", { level: "warning", title: "Not carried over", text: told.left_out.join(" ") });
    announce("The picture is being drawn again");
    this.finish(told.job);
  }
}

const asBefore = (value) => (value ? `${value} (as before)` : "As before");

/** A source that does not answer offers nothing; what it then says of the picture is told by the job. */
async function offersOf(connection, list) {
  try {
    return await loadOffers(connection, list);
  } catch {
    return [];
  }
}

async function workflowsOf(connection) {
  const found = await attempt(async () => (await worksWithWorkflows(connection)) && (await loadLists()));
  return found ? found.workflows.filter(({ value }) => value) : [];
}

function leftOut(lines) {
  if (!lines.length) return null;
  return [
    h("p.field-label", {}, "Not carried over"),
    h(
      "ul",
      {},
      lines.map((line) => h("li", {}, line)),
    ),
  ];
}
