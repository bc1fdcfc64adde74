/** A field of a form whose text may hold macros: help while typing, all macros at hand, and what the text gives now. */
import { button, h } from "../core/dom.js";
import { emit, state } from "../core/store.js";
import { attachAssist } from "./assist.js";
import { previewFold } from "./preview.js";

/**
 * @param {HTMLInputElement|HTMLTextAreaElement} field
 * @param {{place?: string, chatId?: () => string|null, ask?: Function}} [options] As for `attachAssist`; `ask` as for
 *   `previewFold`.
 * @returns {HTMLElement} Belongs where the field would. Its `assist` is told when the field is set by program.
 */
export function macroField(field, { place = "message", chatId = () => state.chatId, ask = null } = {}) {
  const assist = attachAssist(field, { place, chatId });
  const browse = () => emit("reference-open", { tab: "macros", field, place });
  const element = h(
    "div.macro-field",
    {},
    assist.element,
    h(
      "div.macro-tools",
      {},
      previewFold(field, { place, chatId, ask }),
      button("Macros", browse, { drawing: "braces", look: "quiet", title: "All macros, with search (F1)" }),
    ),
  );
  element.assist = assist;
  return element;
}
