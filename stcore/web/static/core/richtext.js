/**
 * Words that are still arriving: paragraphs, emphasis and code made from text nodes only. The finished message comes
 * from the server as sanitised HTML and replaces this; it only has to look alike, so that nothing jumps.
 */
import { h } from "./dom.js";

const MARKS = /(`[^`\n]+`|\*\*[^*\n]+\*\*|\*[^*\n]+\*|_[^_\n]+_)/u;

/** @param {string} text @returns {Node[]} */
export function paragraphs(text) {
  const blocks = text.split(/(```[^\n]*\n[\s\S]*?(?:```|$))/u).filter((block) => block.trim());
  return blocks.flatMap((block) =>
    block.startsWith("```")
      ? [codeBlock(block)]
      : block
          .trim()
          .split(/\n{2,}/u)
          .map(paragraph),
  );
}

function codeBlock(block) {
  const body = block.replace(/^```[^\n]*\n/u, "").replace(/```$/u, "");
  return h("pre", {}, h("code", {}, body));
}

function paragraph(text) {
  if (/^([-*] .*\n?)+$/u.test(text)) {
    return h(
      "ul",
      {},
      text
        .trim()
        .split("\n")
        .map((line) => h("li", {}, inline(line.slice(2)))),
    );
  }
  const lines = text.split("\n").map(inline);
  return h(
    "p",
    {},
    lines.map((line, index) => (index ? [h("br"), line] : line)),
  );
}

function inline(text) {
  return text.split(MARKS).filter(Boolean).map(marked);
}

function marked(piece) {
  if (!MARKS.test(piece)) return piece;
  if (piece.startsWith("`")) return h("code", {}, piece.slice(1, -1));
  if (piece.startsWith("**")) return h("strong", {}, piece.slice(2, -2));
  return h("em", {}, piece.slice(1, -1));
}
