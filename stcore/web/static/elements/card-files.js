/** Characters from files: chosen with a button, or dropped anywhere on the page. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { fill, h, icon } from "../core/dom.js";
import { plural } from "../core/format.js";
import { showRail } from "../core/layout.js";
import { of, putPerson } from "../core/people.js";
import { emit } from "../core/store.js";
import { takeChats } from "./chat-files.js";

export const CARD_FILES = ".png,.json,.charx,image/png,application/json";

/** Take over characters, and show them in the list. @param {File[]} files */
export async function takeCards(files) {
  const made = [];
  for (const [number, file] of files.entries()) {
    if (files.length > 1) announce(`File ${number + 1} of ${files.length}`);
    const answer = await attempt(() => named(file, () => of("characters").import(file)));
    if (!answer) continue;
    putPerson("characters", answer.character);
    made.push(answer);
  }
  if (!made.length) return;
  const last = made.at(-1).character;
  emit("rail-tab", "people");
  showRail(true);
  emit("show-person", last.id);
  emit("toast", {
    level: "success",
    text: made.length === 1 ? `${last.name} is here.` : `${plural(made.length, "character")} are here.`,
  });
  const left = made.flatMap(({ left_out: names }) => names);
  if (left.length) emit("toast", { level: "warning", title: "Not kept of the file", text: left.join(", ") });
}

/** Do `fn`; an error names the file, since there may be several. */
async function named(file, fn) {
  try {
    return await fn();
  } catch (error) {
    if (error.detail) error.detail = { ...error.detail, message: `${file.name}: ${error.detail.message}` };
    throw error;
  }
}

// -- dropping ---------------------------------------------------------------------------------------------------------

const veil = h("div.drop-veil", { hidden: true, "aria-hidden": "true" });
fill(
  veil,
  h(
    "div.drop-words",
    {},
    icon("users"),
    h("strong", {}, "Drop it here"),
    h("span", {}, "Cards of characters (PNG, JSON, CHARX) and chats (JSONL)"),
  ),
);

const bringsFiles = (event) =>
  event.dataTransfer?.types.includes("Files") &&
  !document.querySelector("dialog:modal") &&
  !event.target.closest?.("[data-takes-files]");

/** Listen for files dropped on the page. Dialogs, and what has `data-takes-files`, take them by themselves. */
function startDropping() {
  document.body.append(veil);
  document.addEventListener("dragover", (event) => {
    veil.hidden = !bringsFiles(event);
    if (veil.hidden) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) veil.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    veil.hidden = true;
    if (!bringsFiles(event)) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}

async function take(files) {
  const chats = files.filter((file) => file.name.toLowerCase().endsWith(".jsonl"));
  const cards = files.filter((file) => !chats.includes(file));
  if (cards.length) await takeCards(cards);
  if (chats.length) await takeChats(chats);
}

startDropping();
