/** A page that comes from the host: what stands there until it is here, and what if it does not come. */
import { ApiError } from "../core/api.js";
import { button, fill, h } from "../core/dom.js";
import { errorBody } from "./toasts.js";

const PATIENCE_MS = 150;

/**
 * Load something and show it in `page`; a failure is shown there too, with a button to try again.
 * @template T
 * @param {HTMLElement} page @param {() => Promise<T>} load @param {(found: T) => any} draw
 * @returns {Promise<void>}
 */
export async function loadInto(page, load, draw) {
  const turn = {};
  page.loading = turn;
  const wait = h("div.loading", { role: "status" }, "Loading …");
  const timer = setTimeout(() => fill(page, wait), PATIENCE_MS);
  let found;
  try {
    found = await load();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (page.loading === turn) fill(page, failure(error.detail, () => loadInto(page, load, draw)));
    return;
  } finally {
    clearTimeout(timer);
  }
  // Somebody may have gone to another page in the meantime.
  if (page.loading === turn) draw(found);
}

/** What went wrong, in the place of what was wanted. @param {Object} error @param {() => any} again */
export function failure(error, again) {
  return h(
    "div.page-problem",
    { role: "alert" },
    errorBody(error),
    button("Try again", again, { drawing: "refresh" }),
  );
}

/** A place where something could be, and what to do about it. */
export const emptyPlace = (drawing, title, text, ...actions) =>
  h("div.page-empty", {}, drawing, h("strong", {}, title), h("p", {}, text), actions.length > 0 && h("div.connection-buttons", {}, actions));
