/** What can be done with one picture of a message: the row of tools under it, and the menu of what is rarer. */
import { attempt, pictureAgain, takePictures } from "../core/actions.js";
import { announce } from "../core/announce.js";
import { button, copyText, h, icon, iconButton } from "../core/dom.js";
import { plural } from "../core/format.js";
import { usesOf } from "../core/galleries.js";
import { addresses } from "../core/signing.js";
import { emit } from "../core/store.js";
import { captionChoices } from "./captions.js";
import { showDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import { redoDialog } from "./redo.js";

/**
 * @param {Object} picture
 * @param {{open: (how?: Object) => void, again: () => void, message: Object}} more
 */
export function pictureTools(picture, { open, again, message }) {
  const made = picture.generation;
  const rest = iconButton("dots", "More with this picture", () => openMenu(rest, "This picture", choices(picture, { open, message })), {
    "aria-haspopup": "menu",
    data: { act: "picture-more" },
  });
  return h(
    "span.picture-tools",
    {},
    made && iconButton("dice", "Again with a new seed", again, { data: { act: "dice" } }),
    made && iconButton("copy", "Copy the prompt", () => copyWithNotice(made.prompt || picture.title, "Prompt copied")),
    iconButton("download", "Download", () => download(picture)),
    iconButton("expand", "Open large", () => open()),
    rest,
  );
}

/** What is done rarely: a prompt that is written anew, a change, a caption, the end of it. */
function choices(picture, { open, message }) {
  const { mode = "free" } = picture.generation?.details ?? {};
  const drawing = picture.generation && [
    {
      text: "New prompt and new picture",
      detail: "The text model writes the prompt once more",
      icon: "refresh",
      disabled: ["free", "raw_last"].includes(mode),
      run: () => attempt(() => pictureAgain(picture.id, true)),
    },
    {
      text: "Again with a change …",
      detail: "Other words, another source, style, size",
      icon: "sliders",
      run: () => redoDialog(picture),
    },
    { text: "How it was made", icon: "info", run: () => open({ details: true }) },
    null,
  ];
  return [
    ...(drawing || []),
    ...captionChoices(picture),
    null,
    { text: "Delete …", icon: "trash", danger: true, run: () => deleteDialog(picture, message) },
  ];
}

/** The seed as a small button that copies it. */
export function seedChip(picture) {
  const seed = picture.generation?.seed;
  if (!picture.generation) return null;
  if (seed === null || seed === undefined)
    return h("span.seed.unknown", { title: "The source did not tell" }, "seed unknown");
  const copy = () => copyWithNotice(String(seed), "Seed copied");
  return h(
    "button.seed",
    { type: "button", title: "Copy the seed", "aria-label": `Copy the seed ${seed}`, onclick: copy },
    icon("dice"),
    String(seed),
  );
}

/** Copy `text` and say so. */
export async function copyWithNotice(text, notice) {
  const copied = await copyText(text);
  emit(
    "toast",
    copied ? { level: "success", text: notice } : { level: "warning", text: "The browser did not allow copying." },
  );
}

/** Save the stored original, under the name that the host gives it. */
export async function download(picture) {
  await attempt(async () => {
    const signed = await addresses(picture.id, { fresh: true });
    if (!signed) return emit("problem", { message: "This picture is not stored any more." });
    const link = h("a", { href: signed.download ?? signed.url, download: "" });
    document.body.append(link);
    link.click();
    return link.remove();
  });
}

// -- deleting ----------------------------------------------------------------------------------------------------------

/** Ask which: this one, all of the message, none; and whether the files go, too. */
async function deleteDialog(picture, message) {
  const ids = message.pictures.map(({ id }) => id);
  const uses = await attempt(() => usesOf(ids));
  if (!uses) return;
  const files = h("input", { type: "checkbox", checked: true });
  const elsewhere = Object.values(uses)
    .flat()
    .some(({ kind, id }) => kind !== "message" || id !== message.id);
  const answer = await showDialog("Delete this picture?", (finish) => {
    const buttons = [
      button("Cancel", () => finish(null), { autofocus: true }),
      ids.length > 1 && button(`All ${ids.length} of this message`, () => finish("all"), { look: "danger-text" }),
      button("This one", () => finish("one"), { look: "danger" }),
    ];
    return [
      h("label.check-line", {}, files, "Delete the files too, not only from this message"),
      h("p.dialog-text", { hidden: !elsewhere }, "They are used elsewhere, too: in another message, as a portrait or a reference."),
      h("div.dialog-buttons", {}, buttons),
    ];
  });
  if (!answer) return;
  const wanted = { picture: answer === "one" ? picture.id : null, files: files.checked };
  const done = await attempt(() => takePictures(message.id, wanted));
  if (done) announce(`${plural(done.taken, "picture")} deleted`);
}
