/** Telling people who listen instead of look. */

const QUIET_MS = 400;
let waiting = [];
let timer = 0;

/** Say `text` in the page's polite live region; several within a moment become one announcement. */
export function announce(text) {
  waiting.push(text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    document.getElementById("announcer").textContent = waiting.slice(-3).join(". ");
    waiting = [];
  }, QUIET_MS);
}
