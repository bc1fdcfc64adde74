/** Pieces that the entries of the reference have in common. */
import { h } from "../core/dom.js";
import { argumentFacts, nowValue } from "./assist-popup.js";

/** A headed part of an entry; none when it has nothing to say. */
export const part = (title, ...content) =>
  content.flat().some(Boolean) && h("section.entry-part", {}, h("h4", {}, title), content);

/** Arguments of a macro or command (`kind`) with what they mean. `write` shows how one is written. */
export function argumentList(all, kind, write) {
  if (!all.length) return null;
  const row = (argument) => {
    const facts = argumentFacts({ ...argument, type: argument.type ?? argument.types.join(" or ") }, kind);
    return [
      h("dt", {}, h("code", {}, write(argument))),
      h("dd", {}, argument.summary, facts && h("span.faint", {}, ` (${facts})`)),
    ];
  };
  return h("dl.entry-arguments", {}, all.map(row));
}

/** Examples with their results. @param {{text: string, gives: string|null}[]} all */
export function exampleList(all) {
  if (!all.length) return null;
  const row = ({ text, gives }) =>
    h(
      "li",
      {},
      h("code", {}, text),
      typeof gives === "string" && h("p.entry-gives", {}, h("span.faint", {}, "gives "), nowValue(gives)),
    );
  return h("ul.entry-examples", {}, all.map(row));
}

/** Names as a line of code words. */
export const nameLine = (names) => names.map((name, index) => [index > 0 && ", ", h("code", {}, name)]);
