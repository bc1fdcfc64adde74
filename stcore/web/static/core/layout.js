/** Which of the three columns are open, on wide and on narrow screens. */
import { recall, remember } from "./prefs.js";
import { emit, on } from "./store.js";

const WIDE = "(min-width: 64rem)";
const app = () => document.getElementById("app");
const rail = () => document.querySelector(".app-rail");
const panel = () => document.querySelector(".app-panel");
const isWide = () => matchMedia(WIDE).matches;

/** Wire scrim, Escape and the change between wide and narrow. */
export function startLayout() {
  document.querySelector(".app-scrim").addEventListener("click", closeOverlays);
  document.querySelector(".skip-link").addEventListener("click", (event) => {
    // Followed as a link it would take the chat's id out of the address.
    event.preventDefault();
    document.getElementById("composer-text").focus();
  });
  document.addEventListener("keydown", (event) => {
    // Escape closes what lies on top: a dialog or menu over the list of chats comes first.
    const covered = document.querySelector("dialog:modal, [popover=auto]:popover-open");
    if (event.key === "Escape" && !event.defaultPrevented && !covered && !isWide()) closeOverlays();
  });
  matchMedia(WIDE).addEventListener("change", arrange);
  on("chat", () => !isWide() && showRail(false));
  arrange();
}

function arrange() {
  showRail(isWide() && recall("rail", true), { keep: false });
  showGallery(isWide() && recall("gallery", false), { keep: false });
}

function closeOverlays() {
  if (isWide()) return;
  const wasRail = railIsOpen();
  showRail(false);
  showGallery(false);
  document.querySelector(wasRail ? ".toggle-rail" : ".toggle-gallery")?.focus();
}

/** Whether the list of chats is to be seen. */
export const railIsOpen = () => app().dataset.rail === "open";
/** Whether the gallery is to be seen. */
export const galleryIsOpen = () => app().dataset.panel === "open";

/** Open or close the list of chats; on a phone it lies over the conversation. */
export function showRail(open, { keep = true } = {}) {
  app().dataset.rail = open ? "open" : "closed";
  rail().inert = !open;
  if (open && !isWide()) showGallery(false, { keep: false });
  if (keep && isWide()) remember("rail", open);
  if (open && keep && !isWide()) rail().querySelector("button, input")?.focus();
  emit("layout");
}

/** Open or close the gallery. */
export function showGallery(open, { keep = true } = {}) {
  app().dataset.panel = open ? "open" : "closed";
  panel().hidden = !open;
  if (open && !isWide()) showRail(false, { keep: false });
  if (keep && isWide()) remember("gallery", open);
  emit("layout");
  emit("gallery-open", open);
  if (open && keep && !isWide()) panel().querySelector("button")?.focus();
}
