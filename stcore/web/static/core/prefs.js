/** What this browser remembers by itself: theme, open panels, drafts, typed lines. Never anything secret. */

const PREFIX = "stcore.";

/** @param {string} key @param {any} [fallback] */
export function recall(key, fallback = null) {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback; // Storage forbidden or edited by hand: the page works without it.
  }
}

/** Remember `value` (JSON); `null` forgets. @param {string} key @param {any} value */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden; what is remembered here is a convenience only.
  }
}

/** @returns {"light" | "dark" | "auto"} */
export const theme = () => document.documentElement.dataset.theme ?? "auto";

/** @param {"light" | "dark" | "auto"} name */
export function setTheme(name) {
  const root = document.documentElement;
  if (name === "auto") delete root.dataset.theme;
  else root.dataset.theme = name;
  try {
    if (name === "auto") localStorage.removeItem(`${PREFIX}theme`);
    else localStorage.setItem(`${PREFIX}theme`, name);
  } catch {
    // As above: the theme then lasts until the page is closed.
  }
}
