/** The settings of quick replies: all sets, where each is on, and files from and to other programs. */
import { announce } from "../core/announce.js";
import { attempt, loadInfo } from "../core/actions.js";
import { patch } from "../core/api.js";
import { button, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { plural } from "../core/format.js";
import { activate, createSet, deleteSet, exportAddress, importSet, loadReplies } from "../core/replies.js";
import { emit } from "../core/store.js";
import { confirmDialog, promptDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import { setPage } from "./reply-set.js";

const PLACES = { global: "In all chats", chat: "In this chat", character: "With this character" };

/** @param {HTMLElement} page */
export async function repliesPage(page) {
  const known = await loadReplies();
  const again = () => attempt(() => repliesPage(page));
  const cards = known.sets.map((set) => setCard(page, set, known.active, again));
  fill(
    page,
    h("h3.settings-title", {}, "Quick replies"),
    h(
      "p.settings-lead",
      {},
      "Scripts and messages behind buttons over the message field. Some can run by themselves when something happens.",
    ),
    known.sets.length > 0 && masterSwitch(known.on),
    cards.length
      ? h("ul.connections", {}, cards)
      : h(
          "div.replies-empty",
          {},
          icon("bolt"),
          h("p", {}, "There is no set yet. Make one, or take over one from SillyTavern."),
        ),
    h(
      "div.connection-buttons",
      {},
      button("New set", () => newSet(page, again), { look: "primary", drawing: "plus" }),
      button("Import …", () => chooseFiles(again), { drawing: "download" }),
    ),
  );
}

function masterSwitch(on) {
  const id = uniqueId("switch");
  const box = h("input", { id, type: "checkbox", checked: on });
  box.addEventListener("change", () =>
    attempt(async () => {
      await patch("/api/settings", { chat: { quick_replies: box.checked } });
      await loadInfo();
    }),
  );
  return h(
    "div.check-line.replies-switch",
    {},
    box,
    h("label.field-label", { for: id }, "Show the buttons, and let replies run by themselves"),
  );
}

function setCard(page, set, active, again) {
  const open = () => attempt(() => setPage(page, set.name, () => repliesPage(page)));
  const autos = set.qrList.filter((reply) => Object.entries(reply).some(([key, on]) => key.startsWith("execute") && on));
  const facts = [plural(set.qrList.length, "reply", "replies"), autos.length && `${autos.length} by ${autos.length === 1 ? "itself" : "themselves"}`];
  const more = iconButton("dots", `More for ${set.name}`, () => openMenu(more, set.name, setMenu(set, again)), {
    "aria-haspopup": "menu",
  });
  return h(
    "li.connection",
    { data: { name: set.name } },
    h(
      "div.connection-head",
      {},
      h("button.reply-open", { type: "button", onclick: open }, h("strong", {}, set.name), icon("right")),
      h("span.faint", {}, facts.filter(Boolean).join(" · ")),
      more,
    ),
    h(
      "div.reply-places",
      { role: "group", "aria-label": `Where ${set.name} is on` },
      Object.keys(PLACES)
        .filter((place) => place in active)
        .map((place) => placeSwitch(place, set.name, active[place], again)),
    ),
  );
}

/** One place where the set can be on: a box, and beside it an eye for its buttons. */
function placeSwitch(place, name, sets, again) {
  const id = uniqueId("place");
  const entry = sets.find((one) => one.set === name);
  const others = sets.filter((one) => one.set !== name);
  const save = async (next) => {
    // A set that stays on keeps its place among the others.
    const changed = entry && next ? sets.map((one) => (one === entry ? next : one)) : [...others, next].filter(Boolean);
    await attempt(() => activate(place, changed));
    await again();
    document.querySelector(`[data-name="${CSS.escape(name)}"] [data-place="${place}"] input`)?.focus();
  };
  const box = h("input", {
    id,
    type: "checkbox",
    checked: Boolean(entry),
    onchange: () => save(box.checked ? { set: name, visible: true } : null),
  });
  const label = entry?.visible ? "Hide the buttons" : "Show the buttons";
  const eye = iconButton(
    entry?.visible ? "eye" : "eye-off",
    `${label} of ${name}: ${PLACES[place].toLowerCase()}`,
    () => save({ set: name, visible: !entry.visible }),
    { "aria-pressed": String(Boolean(entry?.visible)) },
  );
  return h("div.reply-place", { data: { place } }, box, h("label", { for: id }, PLACES[place]), entry && eye);
}

function setMenu(set, again) {
  return [
    { text: "Save as a file", icon: "download", run: () => saveFile(set.name) },
    null,
    { text: "Delete …", icon: "trash", danger: true, run: () => removeSet(set, again) },
  ];
}

function saveFile(name) {
  const link = h("a", { href: exportAddress(name), download: `${name}.json` });
  link.click();
}

async function removeSet(set, again) {
  const sure = await confirmDialog({
    title: `Delete ${set.name}?`,
    text: `Its ${plural(set.qrList.length, "reply", "replies")} will be lost. Save it as a file first if you may want it back.`,
    action: "Delete",
    danger: true,
  });
  if (!sure) return;
  await attempt(() => deleteSet(set.name));
  announce(`${set.name} is deleted`);
  await again();
}

async function newSet(page, again) {
  const name = await promptDialog({ title: "A new set", label: "Name", action: "Make it" });
  if (!name?.trim()) return;
  const made = await attempt(() => createSet(name.trim()));
  if (!made) return;
  const { active } = await loadReplies();
  await attempt(() => activate("global", [...active.global, { set: made.name, visible: true }]));
  await attempt(() => setPage(page, made.name, again));
}

function chooseFiles(again) {
  const input = h("input", { type: "file", accept: ".json,application/json", multiple: true });
  input.addEventListener("change", async () => {
    for (const file of input.files) await attempt(() => takeOver(file));
    await again();
  });
  input.click();
}

async function takeOver(file) {
  const set = parsed(await file.text());
  if (set === null) {
    emit("toast", { level: "error", text: `${file.name} is no JSON file.` });
    return;
  }
  const { sets } = await loadReplies();
  const exists = sets.some((one) => one.name === set.name);
  const replace =
    exists &&
    (await confirmDialog({
      title: `Replace ${set.name}?`,
      text: "There is a set of this name already; its replies will be lost.",
      action: "Replace",
      danger: true,
    }));
  if (exists && !replace) return;
  const made = await importSet(set, { replace });
  const count = plural(made.qrList.length, "reply", "replies");
  emit("toast", { level: "success", text: `${made.name} is here, with ${count}. Switch it on where you want it.` });
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
