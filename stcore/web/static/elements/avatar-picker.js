/** The picture of somebody as a button: choose a file, drop one on it, or take the picture off. */
import { attempt } from "../core/actions.js";
import { h, icon } from "../core/dom.js";
import { avatar } from "./avatar.js";
import { chooseFiles } from "./chat-files.js";
import { openMenu } from "./menu.js";

const PICTURES = "image/png,image/jpeg,image/webp,image/gif,image/avif,image/bmp";

/** @param {{find: () => Object, put: (file: File) => Promise<any>, drop: () => Promise<any>}} how */
export function avatarPicker({ find, put, drop }) {
  const choose = () => chooseFiles(PICTURES, ([file]) => attempt(() => put(file)), { multiple: false });
  const element = h(
    "button.avatar-picker",
    { type: "button", "aria-label": `Picture of ${find().name}`, title: "Choose a picture", "aria-haspopup": "menu" },
    avatar(find),
    h("span.avatar-picker-sign", {}, icon("pencil")),
  );
  element.addEventListener("click", () => {
    if (!find().avatar_id) return choose();
    return openMenu(element, "Picture", [
      { text: "Choose another …", icon: "upload", run: choose },
      { text: "Take it off", icon: "close", run: () => attempt(drop) },
    ]);
  });
  element.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    element.classList.add("over");
  });
  for (const kind of ["dragleave", "drop"]) element.addEventListener(kind, () => element.classList.remove("over"));
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) attempt(() => put(file));
  });
  return element;
}
