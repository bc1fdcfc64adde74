/** A field of a form whose text may hold macros: help while typing, all macros at hand, and what the text gives now. */
import { button, h } from "../core/dom.js";
import { emit } from "../core/store.js";
import { attachAssist } from "./assist.js";
import { previewFold } from "./preview.js";

/**
 * @param {HTMLInputElement|HTMLTextAreaElement} field @param {{place?: string}} [options] As for `attachAssist`.
 * @returns {HTMLElement} Belongs where the field would.
 */
export function macroField(field, { place = "message" } = {}) {
  const assist = attachAssist(field, { place });
  const browse = () => emit("reference-open", { tab: "macros", field, place });
  return h(
    "div.macro-field",
    {},
    assist.element,
    h(
      "div.macro-tools",
      {},
      previewFold(field, { place }),
      button("Macros", browse, { drawing: "braces", look: "quiet", title: "All macros, with search (F1)" }),
    ),
  );
}
