/** The slash commands in the reference: what each does, and how it comes into a script. */
import { get } from "../core/api.js";
import { h } from "../core/dom.js";
import { paragraphs } from "../core/richtext.js";
import { emit } from "../core/store.js";
import { typeInto } from "../core/typing.js";
import { isScriptPlace } from "./assist.js";
import { argumentList, exampleList, nameLine, part } from "./reference-parts.js";

/** Explanations are written in lines of the source; only empty lines and list items begin anew. */
const unwrapped = (text) => text.replace(/(?<!\n)\n(?!\n|[-*] )/gu, " ");

export const commandsBook = {
  id: "commands",
  text: "Commands",
  one: "command",
  async load() {
    const all = await get("/api/commands");
    return all.map((command) => ({ ...command, sign: `/${command.name}`, brief: command.summary }));
  },
  details(command) {
    const named = command.named.map((argument) => (argument.required ? `${argument.name}=` : `[${argument.name}=]`));
    const unnamed = command.unnamed.map((argument) => (argument.required ? "text" : "[text]"));
    return [
      h("p.entry-usage", {}, h("code", {}, [`/${command.name}`, ...named, ...unnamed].join(" "))),
      command.details && h("div.entry-words", {}, paragraphs(unwrapped(command.details))),
      part(
        "Arguments",
        argumentList([...command.named, ...command.unnamed], "command", ({ name }) => (name ? `${name}=` : "text")),
      ),
      part("Gives", command.returns),
      part(
        "Also written as",
        command.aliases.length > 0 && h("p", {}, nameLine(command.aliases.map((name) => `/${name}`))),
      ),
      part("Examples", exampleList(command.examples.map(({ script, pipe }) => ({ text: script, gives: pipe })))),
    ];
  },
  copy: (command) => `/${command.name} `,
  /** Commands belong into scripts only. */
  canInsert: (place) => place === null || isScriptPlace(place),
  /** Write the command behind what stands before the cursor; a plain message makes room for it. */
  insert(command, field, place) {
    const { value, selectionStart, selectionEnd } = field;
    const before = value.slice(0, selectionStart);
    const begun = /(^|[|{:]\s*)\/[\w-]*$/u.exec(before);
    const isScript = isScriptPlace(place) || value.trimStart().startsWith("/");
    if (!isScript && value.trim()) {
      emit("compose", { text: `/${command.name} `, complete: true });
      return;
    }
    const start = begun ? begun.index + begun[1].length : selectionStart;
    const follows = begun || !before.trim() || /[|{:]\s*$/u.test(before);
    const lead = follows ? "" : " | ";
    typeInto(field, `${lead}/${command.name} `, start, selectionEnd);
  },
};
