/** The menu that makes pictures: of words, or of what a mode stands for. */
import { attempt, imagine } from "../core/actions.js";
import { emit, state } from "../core/store.js";
import { openMenu } from "./menu.js";

const SHAPES = [
  { text: "Landscape", detail: "768 × 512", size: "width=768 height=512" },
  { text: "Portrait", detail: "512 × 768", size: "width=512 height=768" },
  { text: "Square", detail: "768 × 768", size: "width=768 height=768" },
];
const DRAWINGS = { background: "picture", scene: "book", last: "chat", raw_last: "chat" };

/**
 * @param {HTMLElement} anchor
 * @param {string} written What stands in the composer. @param {(text: string) => void} compose Puts a command there.
 * @param {(tab: string) => void} lookUp Opens the reference.
 */
export function pictureMenu(anchor, written, compose, lookUp) {
  const words = written.startsWith("/") ? "" : written;
  const start = (options) => compose(`/sd ${options}${words}`);
  const modes = state.info?.modes ?? [];
  openMenu(anchor, "Make a picture", [
    { text: words ? "Of what is written below" : "Describe a picture …", icon: "pencil", run: () => start("") },
    null,
    { heading: true, text: "Of the chat" },
    ...modes.map(({ word, title }) => ({
      text: title,
      icon: DRAWINGS[word] ?? "user",
      run: () => attempt(() => imagine(word)),
    })),
    null,
    { heading: true, text: "In a shape of its own" },
    ...SHAPES.map(({ text, detail, size }) => ({ text, detail, icon: "picture", run: () => start(`${size} `) })),
    null,
    { text: "Sizes, steps and style …", icon: "settings", run: () => emit("settings-open", { page: "pictures" }) },
    null,
    { heading: true, text: "Words to look up" },
    { text: "Commands …", icon: "book", run: () => lookUp("commands") },
    { text: "Macros …", icon: "braces", run: () => lookUp("macros") },
  ]);
}
