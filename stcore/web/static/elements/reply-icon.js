/** The signs on the buttons of quick replies: drawings of this page, emoji, and the better known ones of other programs. */
import { h, icon } from "../core/dom.js";

/** Drawings that can be chosen. */
export const DRAWINGS = [
  "bolt",
  "send",
  "chat",
  "pencil",
  "text",
  "search",
  "refresh",
  "dice",
  "picture",
  "palette",
  "eye",
  "user",
  "book",
  "clock",
  "sun",
  "moon",
  "info",
  "alert",
  "check",
  "close",
  "trash",
  "copy",
  "download",
  "settings",
];

// Sets from elsewhere name drawings of Font Awesome; these have a counterpart here.
const COUNTERPARTS = {
  bolt: "bolt",
  "paper-plane": "send",
  comment: "chat",
  comments: "chat",
  message: "chat",
  pen: "pencil",
  pencil: "pencil",
  "pen-to-square": "pencil",
  "magnifying-glass": "search",
  rotate: "refresh",
  "arrows-rotate": "refresh",
  repeat: "refresh",
  dice: "dice",
  image: "picture",
  camera: "picture",
  palette: "palette",
  paintbrush: "palette",
  eye: "eye",
  "eye-slash": "eye-off",
  user: "user",
  book: "book",
  clock: "clock",
  stopwatch: "clock",
  sun: "sun",
  moon: "moon",
  "circle-info": "info",
  "triangle-exclamation": "alert",
  check: "check",
  xmark: "close",
  trash: "trash",
  "trash-can": "trash",
  copy: "copy",
  download: "download",
  gear: "settings",
  gears: "settings",
  plus: "plus",
  code: "braces",
};
const LONGEST_SIGN = 4;

/** The sign for the icon of a reply, `null` for one that cannot be shown. @param {string} name */
export function replySign(name) {
  const wanted = (name ?? "").trim();
  const drawing = DRAWINGS.includes(wanted) ? wanted : counterpart(wanted);
  if (drawing) return icon(drawing);
  const isSign = wanted && !/^[\w\s-]+$/.test(wanted) && [...wanted].length <= LONGEST_SIGN;
  return isSign ? h("span.reply-sign", { "aria-hidden": "true" }, wanted) : null;
}

function counterpart(name) {
  const words = name.split(/\s+/).filter((word) => word.startsWith("fa-"));
  return words.map((word) => COUNTERPARTS[word.slice(3)]).find(Boolean) ?? null;
}
