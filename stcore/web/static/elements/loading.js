/** A page that comes from the host: what stands there until it is here, and what if it does not come. */
import { ApiError } from "../core/api.js";
import { button, fill, h } from "../core/dom.js";
import { errorBody } from "./toasts.js";

const PATIENCE_MS = 150;

/**
 * Load something and show it in `page`; a failure is shown there too, with a button to try again.
 * @template T
 * @param {HTMLElement} page @param {() => Promise<T>} load @param {(found: T) => any} draw
 * @param {{quiet?: boolean}} [how] Quietly: what is shown stays until the new is here.
 * @returns {Promise<void>}
 */
export async function loadInto(page, load, draw, { quiet = false } = {}) {
  const turn = {};
  page.loading = turn;
  const wait = h("div.loading", { role: "status" }, "Loading …");
  const timer = quiet ? 0 : setTimeout(() => fill(page, wait), PATIENCE_MS);
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

/** Draw `page` anew; who stood in it stands there again, and it is scrolled as before. */
export function keepPlace(page, draw) {
  const focused = page.contains(document.activeElement) && page !== document.activeElement ? document.activeElement : null;
  const sign = focused && signOf(focused);
  const { scrollTop } = page;
  draw();
  page.scrollTop = scrollTop;
  if (!sign || page.contains(document.activeElement)) return;
  [...page.querySelectorAll("button, input, select, textarea, summary")].find((one) => signOf(one) === sign)?.focus({ preventScroll: true });
}

/** What a control is called, and the entry of a list it belongs to. */
function signOf(control) {
  const owner = control.closest("li")?.dataset ?? {};
  const name = control.getAttribute("aria-label") ?? control.labels?.[0]?.textContent ?? control.textContent;
  return [control.localName, name, ...Object.values(owner)].join("\n");
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
