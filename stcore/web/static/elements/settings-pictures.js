/** The settings of pictures: everywhere, with the character of the open chat, or in this chat only. */
import { attempt } from "../core/actions.js";
import { coalesce, fill, h } from "../core/dom.js";
import { partnerOf } from "../core/people.js";
import { loadLists, loadPictureSchema, loadPictureSettings } from "../core/picture-settings.js";
import { currentChat, on } from "../core/store.js";
import { keepPlace } from "./loading.js";
import { PictureForm } from "./picture-form.js";
import { takeTurn } from "./preset-page.js";

const NOTES = {
  host: "What is used when a command, a character or a chat says nothing else. Empty means: as the source does.",
  character: "What differs in every chat with them. Everything else is as everywhere.",
  chat: "What differs in this chat only. Everything else is as with its character, or as everywhere.",
};

/** @param {HTMLElement} page */
export async function picturesPage(page) {
  const isShown = takeTurn(page);
  const [layers, schema, lists] = await Promise.all([loadPictureSettings(), loadPictureSchema(), loadLists()]);
  if (!isShown()) return;
  const place = h("div.picture-settings");
  const view = { layers, schema, lists, scope: "host", form: null };
  fill(page, h("h3.settings-title", {}, "Pictures"), place);
  draw(place, view);
  const refresh = coalesce(() => (place.isConnected ? attempt(() => follow(place, view)) : stops.forEach((stop) => stop())));
  const stops = [on("info", refresh), on("chat-changed", refresh), on("chat", () => place.isConnected && attempt(() => picturesPage(page)))];
}

function draw(place, view) {
  const choose = (scope) => {
    view.scope = scope;
    draw(place, view);
  };
  view.form?.close();
  const switches = h("div");
  const changed = (layers) => {
    view.layers = layers;
    keepPlace(switches, () => fill(switches, scopeSwitch(view, choose)));
  };
  const again = (layers) => draw(place, Object.assign(view, { layers }));
  view.form = new PictureForm(view.scope, view, { again, changed });
  changed(view.layers);
  keepPlace(place, () =>
    fill(
      place,
      switches,
      h("p.settings-lead", {}, NOTES[view.scope]),
      view.form.element,
    ),
  );
}

/** Somebody changed something: show it, but let those who type type. */
async function follow(place, view) {
  const layers = await loadPictureSettings();
  const lists = await loadLists();
  const isSame = JSON.stringify(lists) === JSON.stringify(view.lists);
  Object.assign(view, { layers, lists });
  if (isSame || place.contains(document.activeElement)) view.form.show(layers);
  else draw(place, view);
}

function scopeSwitch({ scope, layers }, choose) {
  const chat = currentChat();
  const person = partnerOf(chat)?.person;
  const scopes = [
    ["host", "Everywhere"],
    layers.scopes.character && ["character", `With ${person?.name ?? "this character"}`],
    layers.scopes.chat && ["chat", "In this chat"],
  ].filter(Boolean);
  const option = ([name, text]) => {
    const count = name === "host" ? 0 : Object.keys(layers.scopes[name]).length;
    return h(
      "label.scope",
      {},
      h("input", { type: "radio", name: "picture-scope", value: name, checked: name === scope, onchange: () => choose(name) }),
      h("span", {}, text, count > 0 && h("small", { title: "So many settings of its own" }, ` ${count}`)),
    );
  };
  return h("fieldset.scopes", {}, h("legend.visually-hidden", {}, "Where these settings count"), scopes.map(option));
}
