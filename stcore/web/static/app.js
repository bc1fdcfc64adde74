/** The start of the page: the elements, the layout around them, and the first load. */
import "./elements/banner.js";
import "./elements/composer.js";
import "./elements/conversation.js";
import "./elements/debugger.js";
import "./elements/gallery.js";
import "./elements/header.js";
import "./elements/lightbox.js";
import "./elements/loaders.js";
import "./elements/lore.js";
import "./elements/prompt.js";
import "./elements/questions.js";
import "./elements/rail.js";
import "./elements/reference.js";
import "./elements/reply-bar.js";
import "./elements/script-bar.js";
import "./elements/settings.js";
import "./elements/toasts.js";
import { start } from "./core/actions.js";
import { startBackground } from "./core/background.js";
import { startLayout } from "./core/layout.js";
import { emit } from "./core/store.js";

const RETRY_MS = 2000;

async function begin() {
  try {
    await start();
    startBackground();
    document.documentElement.dataset.ready = "";
  } catch (error) {
    if (error.status === 0) {
      // Not there yet: the banner says so, and we try again.
      emit("unreachable");
      setTimeout(begin, RETRY_MS);
      return;
    }
    emit("problem", error.detail ?? { message: "The page could not start.", hint: String(error) });
    throw error;
  }
}

startLayout();
begin();
