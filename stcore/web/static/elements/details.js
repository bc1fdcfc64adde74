/** How a picture was made, as a list people can read and reuse. */
import { button, h } from "../core/dom.js";
import { duration, moment } from "../core/format.js";
import { explanation } from "./explanation.js";
import { copyWithNotice, seedChip } from "./picture-tools.js";

const WHY = {
  clamped: "limited to",
  snapped: "rounded to",
  dropped: "left out",
  emulated: "done in another way",
  renamed: "called",
  chosen: "chosen",
  literal: "stays",
};
const FIELDS = { hires: "second pass" };
const NAMES = { preset: "Style" };
/** Told elsewhere, or of use to programs only. */
const LEFT_OUT = new Set(["adjustments", "width", "height", "index", "seed_origin", "initiator", "mode", "argument", "warning", "extra_negative"]);

/**
 * @param {Object} picture @param {(text: string) => void} use Puts text into the composer.
 * @returns {Node[]}
 */
export function details(picture, use) {
  const made = picture.generation;
  const common = [
    ["Size", `${picture.width} × ${picture.height}`],
    ["Kind", (picture.media_type ?? "").replace("image/", "").toUpperCase()],
    ["Created", moment(picture.created)],
  ];
  const caption = words("Caption", picture.extra?.caption);
  if (!made) return [h("h2", {}, picture.title || "Picture"), caption, list(common)].filter(Boolean);
  return [
    h("h2", {}, "How it was made"),
    caption,
    words("Prompt", made.prompt),
    made.final_prompt !== made.prompt && words("As it was sent", made.final_prompt),
    words("Kept out", made.negative_prompt),
    list([
      ["Seed", seedChip(picture)],
      ["Model", made.model],
      ["Source", sourceName(made)],
      ...common,
      ["Took", made.seconds && duration(made.seconds)],
      ...further(made),
    ]),
    ...explanation(made),
    adjusted(made.details?.adjustments),
    h(
      "div.details-buttons",
      {},
      button("Use the prompt", () => use(command(picture, false)), { drawing: "text" }),
      made.seed && button("Use prompt and seed", () => use(command(picture, true)), { drawing: "dice" }),
    ),
  ].filter(Boolean);
}

const sourceName = ({ connection, source }) =>
  connection && connection !== source ? `${connection} (${source})` : source;

function words(title, text) {
  if (!text) return null;
  const copy = button("Copy", () => copyWithNotice(text, `${title} copied`), {
    look: "quiet",
    "aria-label": `Copy: ${title}`,
  });
  return h("section.details-words", {}, h("div.details-words-head", {}, h("h3", {}, title), copy), h("p", {}, text));
}

function list(rows) {
  const shown = rows.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== 0);
  return h(
    "dl.details-list",
    {},
    shown.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}

/** Everything else that the source told and that fits on a line. */
function further({ details: told = {} }) {
  return Object.entries(told)
    .filter(([name, value]) => !LEFT_OUT.has(name) && ["string", "number", "boolean"].includes(typeof value))
    .map(([name, value]) => [
      NAMES[name] ?? heading(name),
      typeof value === "boolean" ? (value ? "yes" : "no") : String(value),
    ]);
}

const heading = (name) =>
  (name.charAt(0).toUpperCase() + name.slice(1)).replace("References.", "Reference ").replaceAll(/[_.]/g, " ");

function adjusted(adjustments) {
  if (!adjustments?.length) return null;
  const line = ({ field, asked, used, why }) => {
    const instead = used === null || used === undefined ? "" : `, ${told(used)} instead`;
    const end = why === "dropped" ? WHY.dropped + instead : `${WHY[why] ?? why} ${told(used)}`.trim();
    return h("li", {}, h("strong", {}, heading(FIELDS[field] ?? field)), ` ${told(asked)}`.trimEnd(), `: ${end}`);
  };
  return h("section.details-words", {}, h("h3", {}, "Changed to fit the source"), h("ul", {}, adjustments.map(line)));
}

/** A value of an adjustment: a record by what is set in it. */
function told(value) {
  if (value === null || value === undefined || value === true) return "";
  if (typeof value !== "object") return String(value);
  const set = Object.entries(value).filter(([, one]) => one);
  return `(${set.map(([name, one]) => `${name} ${one}`).join(", ")})`;
}

/** The command that asks for this picture again. */
function command(picture, withSeed) {
  const made = picture.generation;
  // What the settings keep out is kept out anyway.
  const kept = made.details?.extra_negative ?? "";
  const negative = kept ? `negative=${quoted(kept)} ` : "";
  const seed = withSeed ? `seed=${made.seed} ` : "";
  return `/sd ${seed}width=${picture.width} height=${picture.height} ${negative}${escapedPrompt(made.prompt)}`;
}

const quoted = (text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
// A bare pipe would end the command.
const escapedPrompt = (text) => text.replaceAll("|", "\\|");
