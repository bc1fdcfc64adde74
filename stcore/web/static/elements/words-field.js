/** A field for several short texts: each becomes a chip with Enter, a comma, or by leaving the field. */
import { announce } from "../core/announce.js";
import { fill, h, iconButton } from "../core/dom.js";

/**
 * @param {{id: string, values: string[], what: string, placeholder?: string, suggestions?: string[],
 *   changed: (values: string[]) => void}} options `what` is what one of them is called.
 * @returns {HTMLElement}
 */
export function wordsField({ id, values, what, placeholder = "", suggestions = [], changed }) {
  let words = [...values];
  const list = h("ul.words", { "aria-label": `Every ${what.toLowerCase()} so far` });
  const options = h("datalist", { id: `${id}-list` }, suggestions.map((value) => h("option", { value })));
  const input = h("input.words-input", {
    id,
    autocomplete: "off",
    spellcheck: "false",
    list: suggestions.length ? options.id : null,
  });
  const field = h("div.words-field.field", { onclick: (event) => event.target === field && input.focus() }, list, input, options);

  const draw = () => {
    fill(list, words.map(chip));
    list.hidden = !words.length;
    input.placeholder = words.length ? "" : placeholder;
  };
  const set = (next) => {
    words = next;
    draw();
    changed(words);
  };
  const chip = (word, at) =>
    h(
      "li.word",
      {},
      h("button.word-text", { type: "button", title: "Change it", onclick: () => edit(at) }, word),
      iconButton("close", `Remove ${word}`, () => drop(at), { class: "word-remove" }),
    );
  const drop = (at) => {
    announce(`${words[at]} removed`);
    set(words.toSpliced(at, 1));
    (list.querySelectorAll(".word-remove")[Math.min(at, words.length - 1)] ?? input).focus();
  };
  const edit = (at) => {
    take();
    input.value = words[at];
    set(words.toSpliced(at, 1));
    input.focus();
  };
  const take = () => {
    const fresh = splitWords(input.value).filter((word) => !words.includes(word));
    input.value = "";
    if (fresh.length) set([...words, ...new Set(fresh)]);
  };
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      take();
    } else if (event.key === "Backspace" && !input.value && words.length) edit(words.length - 1);
  });
  input.addEventListener("input", (event) => {
    if (event.inputType !== "insertFromPaste" && !input.value.endsWith(",")) return;
    if (splitWords(input.value).length && (input.value.endsWith(",") ? !isOpen(input.value) : input.value.includes(",")))
      take();
  });
  input.addEventListener("blur", take);
  draw();
  return field;
}

const EXPRESSION = /^\s*(\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\/[a-z]*)\s*(?:,|$)/u;
const PLAIN = /^([^,]*)(?:,|$)/u;

/** Cut at commas, but not inside an expression between slashes. @param {string} text @returns {string[]} */
export function splitWords(text) {
  const pieces = [];
  let rest = text;
  while (rest.trim()) {
    const found = EXPRESSION.exec(rest) ?? PLAIN.exec(rest);
    pieces.push(found[1].trim());
    rest = rest.slice(found[0].length);
  }
  return pieces.filter(Boolean);
}

/** Whether the last comma stands inside an expression that is not closed yet. */
function isOpen(text) {
  let rest = text;
  while (rest.trim()) {
    const found = EXPRESSION.exec(rest) ?? (rest.trimStart().startsWith("/") ? null : PLAIN.exec(rest));
    if (!found) return true;
    rest = rest.slice(found[0].length);
  }
  return false;
}
