/** What the assist shows: suggestions, help on the macro or command at the cursor, and what is wrong, in words. */
import { h, icon } from "../core/dom.js";
import { shorten } from "../core/format.js";

const GAP = 6;
const EDGE = 8;
const NARROWEST = 352;
const TALLEST = 384;
const SHOWN = 600;
const MOST_WORDS = 8;

/**
 * The suggestions as a listbox whose options have the ids `ID-0`, `ID-1` ...
 * @param {string} id @param {Object[]} items @param {(index: number) => void} accept
 */
export function optionList(id, items, accept) {
  const option = (item, index) =>
    h(
      "li.completion-item",
      {
        id: `${id}-${index}`,
        role: "option",
        "aria-selected": "false",
        onclick: () => accept(index),
        data: { kind: item.kind ?? "" },
      },
      h("span.completion-label", {}, item.label || item.text),
      item.detail && h("span.completion-detail", {}, h("span.visually-hidden", {}, "now "), shorten(item.detail, 60)),
      h("span.completion-summary", {}, item.summary ?? ""),
    );
  return h(
    "ul.completion-list",
    { id, role: "listbox", "aria-label": "Suggestions", hidden: !items.length },
    items.map(option),
  );
}

/** Help on a macro or command: how it is written, the argument the cursor is in, and what it gives now. */
export function signatureNote(signature) {
  const { kind, name, summary, preview, warning } = signature;
  const active = currentArgument(signature);
  const line = kind === "macro" ? macroLine : commandLine;
  return h(
    "div.signature",
    { role: "note", "aria-label": `Help on ${name}` },
    h("p.signature-line", { class: kind }, line(signature, active)),
    h("p.signature-help", {}, summary),
    active && h("p.signature-help", {}, argumentHelp(active, kind)),
    typeof preview === "string" && h("p.signature-now", {}, h("span.faint", {}, "Gives now "), nowValue(preview)),
    warning && h("p.completion-problem", { data: { severity: "warning" } }, icon("info"), h("span", {}, warning)),
  );
}

function currentArgument({ arguments: all, current }) {
  return all.find((argument, index) => argument.name === current || index === current) ?? null;
}

/** The label in its pieces: `{{name::argument::[optional]::list…}}`. */
function macroLine({ label, arguments: all }, active) {
  const [name, ...parts] = label.slice(2, -2).split("::");
  const piece = (words, index) => [
    h("span.signature-mark", {}, "::"),
    h("span.signature-argument", { class: active && all[index] === active ? "current" : "" }, words),
  ];
  return ["{{", h("strong", {}, name), parts.map(piece), "}}"];
}

function commandLine({ name, arguments: all }, active) {
  const part = (argument) =>
    h(
      "span.signature-argument",
      { class: argument === active ? "current" : "" },
      argument.name ? `${argument.name}=` : "text",
    );
  return [h("strong", {}, `/${name}`), all.map(part)];
}

function argumentHelp(argument, kind) {
  const facts = argumentFacts(argument, kind);
  return [
    argument.name && h("strong", {}, `${argument.name}: `),
    argument.summary || "no explanation",
    facts && h("span.faint", {}, ` (${facts})`),
  ];
}

/**
 * "number, default 20", "one of on, off", "optional": what is known of an argument beside its summary. The words of a
 * command's argument are all there are, those of a macro's are examples.
 * @param {Object} argument @param {"macro"|"command"} kind
 */
export function argumentFacts({ type, enum: words, default: preset, required, repeatable }, kind) {
  const choice = words?.length > 0 && words.length <= MOST_WORDS && words.join(", ");
  const facts = [
    choice && kind === "command" ? `one of ${choice}` : type !== "string" && type,
    choice && kind === "macro" && `like ${choice}`,
    required === false && "optional",
    repeatable && "may be repeated",
    preset !== undefined && preset !== null && preset !== "" && `default ${preset}`,
  ];
  return facts.filter(Boolean).join(", ");
}

/** A result, as it is: line ends kept, an empty one said in words. @param {string} text @param {number} [most] */
export function nowValue(text, most = SHOWN) {
  if (text === "") return h("em.now-empty", {}, "nothing");
  return h("span.now-value", {}, text.length > most ? `${text.slice(0, most)}…` : text);
}

/**
 * What is wrong, one line each; errors and warnings differ in words and drawing too.
 * @param {Object[]} problems @param {(problem: Object) => void} go Show the place in the field.
 */
export function problemLines(problems, go) {
  return problems.map((problem) => {
    const isError = problem.severity !== "warning";
    return h(
      "li.completion-problem",
      { data: { severity: isError ? "error" : "warning" }, onclick: () => go(problem) },
      icon(isError ? "alert" : "info"),
      h(
        "span",
        {},
        h("span.visually-hidden", {}, isError ? "Error: " : "Warning: "),
        problem.message,
        problem.hint && h("span.problem-hint", {}, ` ${problem.hint}`),
      ),
    );
  });
}

/** Put the open `popup` at the `side` of `anchor` where it was asked for, or at the other one when that has the room. */
export function placeBeside(popup, anchor, side) {
  const spot = anchor.getBoundingClientRect();
  const [width, height] = [document.documentElement.clientWidth, window.innerHeight];
  const room = { above: spot.top - GAP - EDGE, below: height - spot.bottom - GAP - EDGE };
  const other = side === "above" ? "below" : "above";
  const fits = room[side] >= Math.min(popup.scrollHeight, TALLEST) || room[side] >= room[other];
  const at = fits ? side : other;
  const wide = Math.min(Math.max(spot.width, NARROWEST), width - 2 * EDGE);
  const left = Math.max(EDGE, Math.min(spot.left, width - EDGE - wide));
  const set = (name, value) => popup.style.setProperty(name, value);
  set("left", `${left}px`);
  set("width", `${wide}px`);
  set("max-height", `${Math.max(0, Math.min(room[at], TALLEST))}px`);
  set("top", at === "below" ? `${spot.bottom + GAP}px` : "auto");
  set("bottom", at === "above" ? `${height - spot.top + GAP}px` : "auto");
}
