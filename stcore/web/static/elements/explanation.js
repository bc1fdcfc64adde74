/** Where each piece of a prompt came from, and who asked for the picture. */
import { h } from "../core/dom.js";

const ASKED = {
  command: "a command",
  interactive: "a wish in a message",
  tool: "the text model",
  button: "a button",
  swipe: "an arrow or the paintbrush",
  api: "a program",
  script: "a script",
  tag: "a picture tag in a reply",
  phrase: "a phrase in a reply",
};

/** @param {Object} made `generation` of a picture. @returns {Node[]} */
export function explanation(made) {
  const { pieces = [], initiator, mode, argument, warning } = made.details ?? {};
  const asked = [ASKED[initiator] ?? initiator, mode && mode !== "free" && `mode ${mode}`].filter(Boolean).join(", ");
  return [
    asked && h("p.details-asked", {}, `Asked for by ${asked}`, argument && ![mode, made.prompt].includes(argument) ? `: ${argument}` : ""),
    warning && h("p.notice-line.warning", {}, warning),
    listed("Pieces of the prompt", pieces, "positive"),
    listed("Pieces of what is kept out", pieces, "negative"),
  ].filter(Boolean);
}

function listed(title, pieces, part) {
  const mine = pieces.filter((piece) => piece.part === part);
  // One piece alone is the prompt itself, which is told anyway.
  if (!mine.length || (mine.length === 1 && mine[0].from === "prompt")) return null;
  return h(
    "section.details-words.pieces",
    {},
    h("h3", {}, title),
    h(
      "dl.details-list",
      {},
      mine.map(({ from, text }) => [h("dt", {}, from === "prompt" && part === "negative" ? "asked for" : from), h("dd", {}, text)]),
    ),
  );
}
