/** What can be done with one preset: a copy, another name, a file, an end. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { h } from "../core/dom.js";
import { deletePreset, loadPresets, loadSelection, presetAddress, renamePreset, savePreset, selectPreset } from "../core/prompting.js";
import { confirmDialog, promptDialog } from "./dialog.js";

/** @param {Object} preset @param {() => any} again @returns {Object[]} For `openMenu`. */
export function presetMenu(preset, again) {
  const { shipped, covers_shipped: covers } = preset;
  return [
    { text: "Save under another name …", icon: "copy", run: async () => (await saveAs(preset)) && again() },
    { text: "Rename …", icon: "pencil", disabled: shipped, run: () => rename(preset, again) },
    { text: "Save as a file", icon: "download", run: () => saveFile(preset) },
    null,
    {
      text: covers ? "Put it back as it came …" : "Delete …",
      icon: covers ? "restore" : "trash",
      danger: true,
      disabled: shipped,
      run: async () => (await removePreset(preset)) && again(),
    },
  ];
}

function saveFile({ kind, name }) {
  h("a", { href: presetAddress(kind, name), download: `${name}.json` }).click();
}

/** Keep a copy under a name that is asked for, and choose it. @returns {Promise<boolean>} Whether there is one now. */
export async function saveAs({ kind, name, data }) {
  const answer = await promptDialog({ title: "Save under another name", label: "Name", value: `${name} (mine)`, action: "Save" });
  const wanted = answer?.trim();
  if (!wanted) return false;
  const taken = (await loadPresets(kind)).some((one) => one.name === wanted);
  const text = "There is a preset of this name already; what it holds will be lost.";
  if (taken && !(await confirmDialog({ title: `Replace ${wanted}?`, text, action: "Replace", danger: true }))) return false;
  return done(`Saved as ${wanted}`, async () => {
    await savePreset(kind, wanted, data);
    await selectPreset(kind, wanted);
  });
}

async function rename({ kind, name }, again) {
  const to = (await promptDialog({ title: "Rename the preset", label: "Name", value: name, action: "Rename" }))?.trim();
  if (!to || to === name) return;
  await done(`It is called ${to} now`, () => renamePreset(kind, name, to));
  await again();
}

/** Delete a preset, after asking; one that covers a shipped one gives way to it. @returns {Promise<boolean>} */
export async function removePreset({ kind, name, covers_shipped: covers }) {
  const sure = await confirmDialog({
    title: covers ? `Put ${name} back as it came?` : `Delete ${name}?`,
    text: covers ? "What you changed in it is lost." : "What it holds is lost.",
    action: covers ? "Put it back" : "Delete",
    danger: true,
  });
  if (!sure) return false;
  return done(covers ? `${name} is as it came` : `${name} is deleted`, async () => {
    await deletePreset(kind, name);
    if (!covers && (await loadSelection()).selected[kind] === "") await selectPreset(kind, (await loadPresets(kind))[0]?.name ?? "");
  });
}

async function done(told, fn) {
  const worked = await attempt(async () => (await fn(), true));
  if (worked) announce(told);
  return Boolean(worked);
}
