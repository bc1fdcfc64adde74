/** The arrows over the picture of a message, the counter, and what the arrow past the last picture means. */
import { pastLast } from "../core/drawing.js";
import { button, h, iconButton } from "../core/dom.js";
import { recall, remember } from "../core/prefs.js";
import { emit } from "../core/store.js";
import { showDialog } from "./dialog.js";

const EXPLAINED = "swipe-explained";

/** Whether there are words from which the picture could be drawn once more. */
export const canRepeat = (picture) => Boolean(picture.generation || picture.title);

/**
 * @param {Object[]} pictures @param {number} index The one that is shown.
 * @param {{go: (index: number, act: string) => void, more: () => void}} on
 */
export function arrows(pictures, index, on) {
  const count = pictures.length;
  const isLast = index === count - 1;
  const draws = isLast && pastLast() === "generate" && canRepeat(pictures[index]);
  const next = draws ? on.more : () => on.go((index + 1) % count, "next");
  const name = draws ? "Make another one" : isLast ? "First picture" : "Next picture";
  return [
    iconButton("left", index ? "Previous picture" : "Last picture", () => on.go((index || count) - 1, "previous"), {
      hidden: count < 2,
      class: "picture-arrow previous",
      data: { act: "previous" },
    }),
    iconButton(draws ? "plus" : "right", name, next, {
      hidden: count < 2 && !draws,
      class: "picture-arrow next",
      data: { act: "next" },
    }),
    count > 1 && h("span.picture-count", {}, `${index + 1} / ${count}`),
  ];
}

/** Before the first picture that an arrow makes: what that means. Whether it is wanted. */
export async function explainOnce() {
  if (recall(EXPLAINED, false)) return true;
  const answer = await showDialog("Another picture", (finish) => [
    h(
      "p.dialog-text",
      {},
      "Past the last picture the arrow draws another one with the same prompt and a new seed, as the settings are now. " +
        "It hangs beside the others; none is lost, and the arrows leaf through them.",
    ),
    h(
      "p.dialog-text",
      {},
      "This is said only once. The settings of pictures can let the arrow go back to the first one instead.",
    ),
    h(
      "div.dialog-buttons",
      {},
      button("Settings …", () => finish("settings"), { look: "quiet" }),
      button("Cancel", () => finish(null)),
      button("Draw it", () => finish("draw"), { look: "primary", drawing: "picture", autofocus: true }),
    ),
  ]);
  if (answer) remember(EXPLAINED, true);
  if (answer === "settings") emit("settings-open", { page: "pictures" });
  return answer === "draw";
}
