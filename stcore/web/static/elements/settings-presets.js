/** Presets in the settings: one of each kind is chosen; files from and to SillyTavern; connection profiles. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { ApiError } from "../core/api.js";
import { button, fill, h, iconButton, uniqueId } from "../core/dom.js";
import { changeSwitches, importPresets, loadPresets, loadSelection, saveProfile, selectPreset } from "../core/prompting.js";
import { emit } from "../core/store.js";
import { promptDialog, showDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import { presetMenu } from "./preset-actions.js";
import { KINDS } from "./preset-fields.js";
import { presetPage, takeTurn } from "./preset-page.js";

/** @param {HTMLElement} page */
export async function presetsPage(page) {
  const kinds = [...Object.keys(KINDS), "profile"];
  const isShown = takeTurn(page);
  const [selection, ...lists] = await Promise.all([loadSelection(), ...kinds.map(loadPresets)]);
  if (!isShown()) return;
  const presets = Object.fromEntries(kinds.map((kind, at) => [kind, lists[at]]));
  const again = (focus) => attempt(() => presetsPage(page).then(() => focus && page.querySelector(focus)?.focus()));
  fill(
    page,
    h("h3.settings-title", {}, "Presets"),
    h("p.settings-lead", {}, "What the model is told and how it answers, kept under names. SillyTavern's files can be taken over."),
    h("ul.connections", {}, Object.keys(KINDS).map((kind) => kindCard(page, kind, presets[kind], selection, again))),
    profiles(presets.profile, selection.selected.profile, again),
    h(
      "div.connection-buttons",
      {},
      button("Import …", () => chooseFiles(again), { drawing: "upload" }),
      button("How replies begin and end", () => emit("prompt-open", { tab: "ends" }), { drawing: "flag" }),
    ),
  );
}

// -- one kind ---------------------------------------------------------------------------------------------------------

function kindCard(page, kind, presets, { selected, switches }, again) {
  const { title, help, onOff } = KINDS[kind];
  const id = uniqueId("preset");
  const name = selected[kind];
  const preset = presets.find((one) => one.name === name);
  const choose = async (next) => {
    await attempt(() => selectPreset(kind, next));
    await again(`[data-kind="${kind}"] select`);
  };
  const more = iconButton("dots", `More for ${title}`, () => openMenu(more, title, presetMenu(preset, again)), {
    "aria-haspopup": "menu",
    disabled: !preset,
  });
  // The one that the list shows: it may have been chosen this very moment.
  const edit = () => {
    const shown = presets.find((one) => one.name === select.value);
    return attempt(() => presetPage(page, shown, () => presetsPage(page)));
  };
  const select = presetSelect(id, presets, name, choose);
  return h(
    "li.connection.preset-card",
    { data: { kind } },
    h("div.connection-head", {}, h("label.preset-title", { for: id }, title), onOff && kindSwitch(kind, onOff, switches, again), more),
    h("p.faint", {}, help),
    h("div.with-button", {}, select, button("Change", edit, { disabled: !preset })),
    preset && h("p.faint", {}, preset.data.description, preset.covers_shipped && h("span.tag.off", {}, "Changed by you")),
  );
}

function presetSelect(id, presets, name, choose) {
  const select = h(
    "select.field",
    { id, onchange: () => choose(select.value) },
    !presets.some((one) => one.name === name) && h("option", { value: "" }, name ? `${name} (gone)` : "None"),
    presets.map((one) => h("option", { value: one.name }, one.name)),
  );
  select.value = presets.some((one) => one.name === name) ? name : "";
  return select;
}

function kindSwitch(kind, onOff, switches, again) {
  const input = h("input.switch", { type: "checkbox", role: "switch", checked: switches[onOff] });
  input.addEventListener("change", async () => {
    await attempt(() => changeSwitches({ [onOff]: input.checked }));
    await again(`[data-kind="${kind}"] .switch`);
  });
  return h("label.lore-on", {}, input, "Used");
}

// -- profiles ---------------------------------------------------------------------------------------------------------

function profiles(found, selected, again) {
  const use = async (name) => {
    await attempt(() => selectPreset("profile", name));
    emit("toast", { level: "success", text: `${name} is used: its connection and its presets are selected.` });
    await again();
  };
  const keep = async () => {
    const answer = await promptDialog({ title: "Keep what is selected", label: "Name", value: selected, action: "Keep it" });
    if (!answer?.trim()) return;
    const done = await attempt(async () => (await saveProfile(answer.trim()), selectPreset("profile", answer.trim())));
    if (done) announce("Kept");
    await again();
  };
  return h(
    "details.form-group.preset-profiles",
    { open: found.length > 0 },
    h("summary", {}, "Connection profiles"),
    h("p.field-help", {}, "A text model with all the presets above under one name, to switch between in one go."),
    h("ul.preset-list", {}, found.map((profile) => profileRow(profile, profile.name === selected, use, again))),
    button("Keep what is selected …", keep, { drawing: "plus" }),
  );
}

function profileRow(profile, isSelected, use, again) {
  const more = iconButton("dots", `More for ${profile.name}`, () => openMenu(more, profile.name, presetMenu(profile, again)), {
    "aria-haspopup": "menu",
  });
  const { api, model } = profile.data;
  return h(
    "li.preset-row",
    {},
    h("span.preset-words", {}, h("strong", {}, profile.name), h("span.faint", {}, [api, model].filter(Boolean).join(" · "))),
    isSelected ? h("span.tag", {}, "In use") : button("Use", () => use(profile.name)),
    more,
  );
}

// -- files ------------------------------------------------------------------------------------------------------------

function chooseFiles(again) {
  const input = h("input", { type: "file", accept: ".json,.settings,application/json", multiple: true });
  input.addEventListener("change", async () => {
    for (const file of input.files) await takeOver(file);
    await again();
  });
  input.click();
}

async function takeOver(file) {
  const name = file.name.replace(/\.[^.]+$/u, "");
  let document;
  try {
    document = JSON.parse(await file.text());
  } catch {
    emit("toast", { level: "error", text: `${file.name} is no JSON file.` });
    return;
  }
  try {
    tellAdded(await importPresets(document, name));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const kind = error.whose === "user" ? await askKind(file.name, error.message) : null;
    if (!kind) return;
    const added = await attempt(() => importPresets(document, name, kind));
    if (added) tellAdded(added);
  }
}

function tellAdded(presets) {
  const names = presets.map(({ kind, name }) => `${name} (${(KINDS[kind]?.title ?? "connection profile").toLowerCase()})`);
  emit("toast", { level: "success", text: `Added: ${names.join(", ")}. Choose it where you want it.` });
}

const askKind = (name, why) =>
  showDialog(`What is ${name} for?`, (finish) => [
    h("p.dialog-text", {}, why),
    h(
      "div.question-choices.kind-choices",
      {},
      Object.entries(KINDS).map(([kind, { title }]) => button(title, () => finish(kind))),
      button("Leave it out", () => finish(null), { look: "quiet" }),
    ),
  ]);
