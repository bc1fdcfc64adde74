/** What stands behind the chat: drawn by a style sheet, or a picture. */
import * as api from "./api.js";
import { on, state } from "./store.js";

let asked = 0;

/** Show the background of the open chat, now and whenever it changes. */
export function startBackground() {
  on("chat", show);
  on("background", show);
  show();
}

async function show() {
  asked += 1;
  const mine = asked;
  const query = state.chatId ? `?chat_id=${encodeURIComponent(state.chatId)}` : "";
  let found;
  try {
    found = (await api.get(`/api/backgrounds/current${query}`)).background;
  } catch {
    return; // the chat is behind all this: without an answer it stays as it is
  }
  if (mine === asked) paint(document.querySelector(".app-main"), found);
}

function paint(main, background) {
  main.classList.toggle("has-background", Boolean(background));
  main.dataset.drawn = background?.kind === "drawn" ? background.name.toLowerCase() : "";
  if (background?.url) main.style.setProperty("--background", `url("${background.url.replaceAll('"', "%22")}")`);
  else main.style.removeProperty("--background");
}
