/** Captions of pictures: what is on them in words, for people and models that do not see them. */
import { attempt, captionPicture, describePicture } from "../core/actions.js";
import { announce } from "../core/announce.js";
import { h, icon } from "../core/dom.js";
import { promptDialog } from "./dialog.js";

const captionOf = (picture) => picture.extra?.caption ?? "";

/** What a redraw has to look at beside the pictures themselves. @param {Object[]} pictures */
export const captionsKey = (pictures) => pictures.map(captionOf).join("\n");

/** The caption under a picture; not where the words of its message say the same. */
export function captionLine(picture, message) {
  const words = captionOf(picture);
  if (!words || message.text.includes(words)) return null;
  const said = h("span", {}, h("span.visually-hidden", {}, "On the picture: "), words);
  return h("p.picture-described", {}, icon("eye"), said);
}

/** Entries of the menu of a picture. */
export function captionChoices(picture) {
  const has = captionOf(picture) !== "";
  return [
    {
      text: has ? "Describe it again" : "Describe it",
      detail: "A model that sees says what is on it",
      icon: "eye",
      run: () => describe(picture),
    },
    { text: has ? "Change the caption …" : "Write a caption …", icon: "pencil", run: () => write(picture) },
    has && { text: "Remove the caption", icon: "trash", run: () => attempt(() => captionPicture(picture.id, "")) },
  ].filter(Boolean);
}

async function describe(picture) {
  const told = await attempt(() => describePicture(picture.id));
  if (told?.caption) announce(`On the picture: ${told.caption}`);
}

async function write(picture) {
  const caption = await promptDialog({
    title: "What is on the picture",
    label: "For screen readers, and for models that cannot see",
    value: captionOf(picture),
    action: "Keep",
    rows: 6,
  });
  if (caption !== null) await attempt(() => captionPicture(picture.id, caption.trim()));
}
