/** Chats as files: SillyTavern's format, one line of JSON for each message. */
import { button, h } from "../core/dom.js";
import { plural } from "../core/format.js";
import { chatExportAddress, chatTranscriptAddress, importChat } from "../core/people-chats.js";
import { emit } from "../core/store.js";
import { showDialog } from "./dialog.js";

const SHOWN = 50;

/** @param {Object} chat */
export function saveChat(chat) {
  saveFrom(chatExportAddress(chat.id), `${chat.title || "chat"}.jsonl`);
}

/** One file with everything in it that people read. @param {Object} chat */
export function saveTranscript(chat) {
  saveFrom(chatTranscriptAddress(chat.id), `${chat.title || "chat"}.html`);
}

/** Let the browser save what is at an address of the host. @param {string} href @param {string} name */
export const saveFrom = (href, name) => h("a", { href, download: name }).click();

/** Let a person choose files. @param {string} accept @param {(files: File[]) => any} take */
export function chooseFiles(accept, take, { multiple = true } = {}) {
  const input = h("input", { type: "file", accept, multiple });
  input.addEventListener("change", () => input.files.length && take([...input.files]));
  input.click();
}

/** @param {{kind: "character"|"group", id: string}|null} [owner] */
export const chooseChats = (owner = null) =>
  chooseFiles(".jsonl,application/x-ndjson", (files) => takeChats(files, owner));

/** Take over chats; the last one is open then. @param {File[]} files */
export async function takeChats(files, owner = null) {
  for (const file of files) {
    const made = await importChat(file, owner);
    if (!made) continue;
    emit("toast", {
      level: "success",
      text: `“${made.chat.title}” is here, with ${plural(made.messages, "message")}.`,
    });
    if (made.problems.length) await showProblems(made);
  }
}

function showProblems({ chat, problems }) {
  const lines = problems.slice(0, SHOWN).map(({ line, reason }) => h("li", {}, `Line ${line}: ${reason}`));
  if (problems.length > SHOWN) lines.push(h("li", {}, `and ${problems.length - SHOWN} more`));
  return showDialog(`Not everything of “${chat.title}” could be read`, (finish) => [
    h("p.dialog-text", {}, "These lines of the file are kept as notes in the chat, so that nothing is lost:"),
    h("ul.problem-list", {}, lines),
    h(
      "div.dialog-buttons",
      {},
      button("Close", () => finish(null), { look: "primary", autofocus: true }),
    ),
  ]);
}
