/** What can be done with one style: kept under a name, another name, a file, an end; and files that come in. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { button, h, uniqueId } from "../core/dom.js";
import { plural } from "../core/format.js";
import { emit } from "../core/store.js";
import { deleteStyle, importStyles, renameStyle, saveStyle, styleAddress, useStyle } from "../core/styles.js";
import { confirmDialog, showDialog } from "./dialog.js";

/**
 * @param {import("../core/styles.js").Style} style
 * @param {{styles: Object[], current: Object, again: (name?: string) => any}} list
 * @returns {Object[]} For `openMenu`.
 */
export function styleMenu(style, list) {
  const { name, own, covers_shipped: covers } = style;
  return [
    { text: "Use", icon: "check", disabled: name === list.current.name && !list.current.changed, run: () => use(name, list) },
    null,
    { text: "Rename …", icon: "pencil", disabled: !own, run: () => rename(style, list) },
    { text: "Save as a file", icon: "download", run: () => saveFile(name) },
    { text: "Save as a file for SillyTavern", icon: "download", run: () => saveFile(name, "json") },
    null,
    {
      text: covers ? "Put it back as it came …" : "Delete …",
      icon: covers ? "restore" : "trash",
      danger: true,
      disabled: !own,
      run: () => discard(style, list),
    },
  ];
}

/** Put its words in place of those in use. */
export async function use(name, { again }) {
  if (await attempt(() => useStyle(name))) announce(`The style is ${name} now`);
  await again();
}

/** Keep the words in use in the current style; a shipped one is covered by one's own after asking. */
export async function save(list) {
  const { name } = list.current;
  const style = list.styles.find((one) => one.name === name);
  if (!style) return saveAs(list);
  if (!style.own && !(await confirmCover(name))) return undefined;
  return keep(name, null, list);
}

const confirmCover = (name) =>
  confirmDialog({
    title: `Change ${name}?`,
    text: "It comes with stcore. Your own will stand in its place, and can be put back as it came at any time.",
    action: "Change it",
  });

/** Keep the words in use under a name that is asked for. */
export async function saveAs(list) {
  const known = list.styles.find((one) => one.name === list.current.name);
  const answer = await askStyle(list, known);
  if (answer) await keep(answer.name, answer.description, list);
}

async function keep(name, description, { again }) {
  const kept = await attempt(() => saveStyle(name, description));
  if (kept) emit("toast", { level: "success", text: `${kept.name} is saved and in use` });
  await again(kept?.name);
}

async function rename({ name }, list) {
  const others = list.styles.filter((one) => one.name !== name);
  const told = (wanted) => (others.some((one) => one.name === wanted) ? "There is a style of this name already." : "");
  const to = await askName("Rename the style", name, "Rename", told);
  if (!to || to === name) return;
  const done = await attempt(() => renameStyle(name, to));
  if (done) announce(`It is called ${to} now`);
  await list.again(done && to);
}

async function discard({ name, covers_shipped: covers }, list) {
  const sure = await confirmDialog({
    title: covers ? `Put ${name} back as it came?` : `Delete ${name}?`,
    text: covers ? "What you changed in it is lost." : "Its words are lost. Save it as a file first if you may want it back.",
    action: covers ? "Put it back" : "Delete",
    danger: true,
  });
  if (!sure) return;
  const left = await attempt(() => deleteStyle(name));
  if (left) announce(covers ? `${name} is as it came` : `${name} is deleted; the style is ${left.style}`);
  await list.again(covers ? name : undefined);
}

// -- files ------------------------------------------------------------------------------------------------------------

/** @param {string} [name] All of one's own without it. @param {"toml"|"json"|"csv"} [format] */
export function saveFile(name = "", format = "toml") {
  h("a", { href: styleAddress(name, format), download: "" }).click();
}

/** Take over files; where a name has other words already, a person says what becomes of it. @param {File[]} files */
export async function takeFiles(files, { again }) {
  for (const file of files) await attempt(() => takeFile(file));
  await again();
}

async function takeFile(file) {
  const first = await importStyles(file);
  const taken = first.left.length ? await askTaken(file, first.left) : null;
  const second = taken ? await importStyles(file, taken) : null;
  const added = [...first.added, ...(second?.added ?? [])];
  const words = [
    added.length && `Added: ${listed(added)}.`,
    second?.replaced.length && `Replaced: ${listed(second.replaced)}.`,
    !taken && first.left.length && `Left out: ${listed(first.left)}.`,
    first.same.length && `Here already: ${listed(first.same)}.`,
  ];
  emit("toast", { level: added.length || second ? "success" : "info", text: words.filter(Boolean).join(" ") });
}

const MANY = 6;
const listed = (names) =>
  names.length > MANY ? `${names.slice(0, MANY - 1).join(", ")} and ${names.length - MANY + 1} more` : names.join(", ");

/** @returns {Promise<"replace"|"both"|null>} */
const askTaken = (file, names) =>
  showDialog(`${plural(names.length, "name")} ${names.length === 1 ? "is" : "are"} taken`, (finish) => [
    h("p.dialog-text", {}, `${file.name} brings other words for ${listed(names)}.`),
    h(
      "div.dialog-buttons",
      {},
      button(names.length === 1 ? "Leave it out" : "Leave them out", () => finish(null)),
      button("Replace mine", () => finish("replace")),
      button("Keep both", () => finish("both"), { look: "primary", autofocus: true }),
    ),
  ]);

// -- names ------------------------------------------------------------------------------------------------------------

function askStyle({ styles, current }, known) {
  const told = (name) => {
    const there = styles.find((one) => one.name === name);
    if (!there) return "";
    return there.own ? `${name} is replaced by it.` : `It comes with stcore; your own ${name} will stand in its place.`;
  };
  return showDialog("Save the words in use", (finish) => {
    const name = nameField(current.name, told, { mayBeTaken: true });
    const id = uniqueId("style-description");
    const description = h("input.field", { id, value: known?.description ?? "", maxlength: "500", autocomplete: "off" });
    const submit = (event) => {
      event.preventDefault();
      if (name.value()) finish({ name: name.value(), description: description.value.trim() });
    };
    return h(
      "form.style-form",
      { onsubmit: submit },
      name.element,
      h("div", {}, h("label.field-label", { for: id }, "What it looks like"), description),
      buttons("Save", finish),
    );
  });
}

function askName(title, value, action, told) {
  return showDialog(title, (finish) => {
    const name = nameField(value, told);
    const submit = (event) => {
      event.preventDefault();
      if (name.value()) finish(name.value());
    };
    return h("form.style-form", { onsubmit: submit }, name.element, buttons(action, finish));
  });
}

/** A field for a name; `told` says what is to say about one, which stops it unless `mayBeTaken`. */
function nameField(value, told, { mayBeTaken = false } = {}) {
  const id = uniqueId("style-name");
  const help = h("p.field-help", { id: `${id}-help`, "aria-live": "polite" });
  const field = h("input.field", { id, value, required: true, maxlength: "200", autocomplete: "off", "aria-describedby": help.id });
  const name = () => field.value.trim();
  const tell = () => {
    help.textContent = told(name());
    const isWrong = !mayBeTaken && Boolean(help.textContent);
    help.classList.toggle("wrong", isWrong);
    field.setAttribute("aria-invalid", String(isWrong));
  };
  field.addEventListener("input", tell);
  field.autofocus = true;
  queueMicrotask(() => field.select());
  tell();
  const usable = () => {
    if (name() && (mayBeTaken || !told(name()))) return name();
    field.focus();
    return "";
  };
  return { element: h("div", {}, h("label.field-label", { for: id }, "Name"), field, help), value: usable };
}

const buttons = (action, finish) =>
  h(
    "div.dialog-buttons",
    {},
    button("Cancel", () => finish(null)),
    button(action, null, { look: "primary", type: "submit" }),
  );
