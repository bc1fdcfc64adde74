/** What a text with macros gives in the open chat, now: a fold under a larger field, brought up to date while typing. */
import { post } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { state } from "../core/store.js";
import { nowValue } from "./assist-popup.js";

const WAIT_MS = 250;

/**
 * @param {HTMLTextAreaElement|HTMLInputElement} field
 * @param {{place?: string, chatId?: () => string|null, title?: string, ask?: Function}} [options] `ask(text, signal)`
 *   gets the answer elsewhere, for texts that hold more than macros.
 * @returns {HTMLDetailsElement} Asks the host only while it is open.
 */
export function previewFold(field, { place = "message", chatId = () => state.chatId, title = "What this gives", ask = null } = {}) {
  const output = h("div.preview-text", { tabindex: "0", role: "region", "aria-label": title });
  const fold = h("details.preview", {}, h("summary", {}, title), output);
  let timer = 0;
  let request = null;

  const draw = async () => {
    request = new AbortController();
    const { signal } = request;
    let answer;
    try {
      answer = await (ask?.(field.value, signal) ?? post("/api/macros/preview", { text: field.value, chat_id: chatId(), place }, signal));
    } catch (error) {
      if (!signal.aborted) fill(output, h("em", {}, error.message));
      return;
    }
    fill(
      output,
      nowValue(answer.text, Infinity),
      answer.truncated && h("p.faint", {}, "It goes on; this is the beginning."),
    );
    if (fold.contains(document.activeElement)) output.scrollIntoView({ block: "nearest" });
  };
  const later = (wait) => {
    clearTimeout(timer);
    request?.abort();
    if (fold.open) timer = setTimeout(draw, wait);
  };
  fold.addEventListener("toggle", () => later(0));
  field.addEventListener("input", () => later(WAIT_MS));
  return fold;
}
