/** The macros in the reference: what each is, gives now, and how it comes into a text. */
import { get } from "../core/api.js";
import { h } from "../core/dom.js";
import { state } from "../core/store.js";
import { typeInto } from "../core/typing.js";
import { nowValue } from "./assist-popup.js";
import { argumentList, exampleList, nameLine, part } from "./reference-parts.js";

const DEPENDS = {
  pure: "Always gives the same for the same arguments.",
  environment: "Depends on names, character and settings.",
  state: "Depends on the chat and its variables.",
  clock: "Changes with the time.",
  random: "May be different each time.",
};

export const macrosBook = {
  id: "macros",
  text: "Macros",
  one: "macro",
  async load() {
    const chat = state.chatId ? `?chat_id=${encodeURIComponent(state.chatId)}` : "";
    const all = await get(`/api/macros${chat}`);
    return all.map((macro) => ({ ...macro, sign: macro.signature, brief: macro.summary }));
  },
  details(macro) {
    const others = macro.aliases ?? [];
    return [
      part("Gives now", typeof macro.now === "string" && h("p.entry-now", {}, nowValue(macro.now))),
      part(
        "Arguments",
        argumentList(macro.arguments, "macro", ({ name }) => name),
      ),
      part("Gives", macro.returns),
      part("Good to know", [
        h("p", {}, DEPENDS[macro.determinism] ?? ""),
        macro.effect && h("p", {}, "Besides giving a text it changes something, each time it is met."),
      ]),
      part("Also written as", others.length > 0 && h("p", {}, nameLine(others.map((name) => `{{${name}}}`)))),
      part("Examples", exampleList(macro.examples)),
    ];
  },
  copy: (macro) => callOf(macro).text,
  canInsert: () => true,
  /** Write the call at the cursor of `field`, over what was begun of one there. */
  insert(macro, field) {
    const { value, selectionStart, selectionEnd } = field;
    const begun = /\{\{\s*[\w/]*$/u.exec(value.slice(0, selectionStart));
    const rest = begun ? (/^[\w-]*\s*\}\}/u.exec(value.slice(selectionEnd))?.[0].length ?? 0) : 0;
    const start = begun ? begun.index : selectionStart;
    const { text, caret } = callOf(macro);
    typeInto(field, text, start, selectionEnd + rest, start + caret);
  },
};

/** The shortest call, with room for the arguments that it needs, and where the first of them is written. */
function callOf({ name, arguments: all }) {
  const needed = all.filter((argument) => argument.required).length;
  const text = needed ? `{{${name}${"::".repeat(needed)}}}` : `{{${name}}}`;
  return { text, caret: needed ? name.length + 4 : text.length };
}
