/** How somebody looks in pictures, in the editors of characters and personas. */
import { at, post } from "../core/api.js";
import { learn } from "../core/signing.js";
import { state } from "../core/store.js";
import { ReferencesField } from "./references-field.js";

/** The fields of the editors, and what they are called in looks. */
const NAMES = { image_prefix: "prefix", image_negative_prefix: "negative", shared: "shared", references: "references" };

const PREFIX_HELP =
  "Macros and tags such as <lora:name:0.8> may stand here; {prompt} says where the words of the picture go.";
const ORDER_HELP = "Where a source takes few, the first ones count. Freedom 0 keeps a picture, 1 ignores it.";

const WORDS = {
  characters: {
    prefix: "Before the prompt of its pictures",
    prefixHelp: `Words for how it looks. ${PREFIX_HELP}`,
    negative: "Kept out of its pictures",
    references: `Given to sources that take them: likenesses for pictures of it, the others for all of its chats. ${ORDER_HELP}`,
  },
  personas: {
    prefix: "Before the prompt of pictures of you",
    prefixHelp: `Words for how you look. ${PREFIX_HELP}`,
    negative: "Kept out of pictures of you",
    references: `Given to sources that take them, for pictures of you. ${ORDER_HELP}`,
  },
};

/** Where nobody is: whoever it will be. */
export const CHARACTER = { name: "Character", drawing: "user" };
export const YOU = { name: "You", drawing: "user" };

/** The looks of a record as fields of an editor. */
export const fieldsOfLooks = (looks) =>
  Object.fromEntries(Object.entries(NAMES).map(([field, name]) => [field, looks[name]]));

/** Changes taken apart: those of looks by their names there, `null` without any, and the others. */
export function splitLooks(changes) {
  const looks = {};
  const others = {};
  for (const [field, value] of Object.entries(changes))
    if (field in NAMES) looks[NAMES[field]] = value;
    else others[field] = value;
  return { looks: Object.keys(looks).length ? looks : null, others };
}

/**
 * @param {import("./editor-fields.js").Fields} fields
 * @param {{kind: "characters"|"personas", worn: Object, upload: (file: File) => Promise<any>}} how
 * @returns {HTMLElement[]}
 */
export function looksFields(fields, { kind, worn, upload }) {
  const words = WORDS[kind];
  return [
    fields.text("image_prefix", words.prefix, { rows: 3, help: words.prefixHelp }),
    fields.text("image_negative_prefix", words.negative, {
      rows: 2,
      help: "Joined to the negative prompt, for sources that take one.",
    }),
    ...(kind === "characters" ? [shareBox(fields)] : []),
    references(fields, { label: "Reference pictures", help: words.references, worn, upload }),
  ];
}

function references(fields, how) {
  const { values } = fields;
  const field = new ReferencesField(values.known.references, how, (texts) => values.change({ references: texts }));
  fields.setters.set("references", (texts) => field.show(texts));
  return field.element;
}

/**
 * The reference pictures of settings, which count for every picture.
 * @param {string[]} texts @param {(texts: string[]) => void} onchange
 */
export function generalReferences(texts, onchange) {
  const how = {
    label: "Reference pictures",
    help: `Given with every picture to sources that take them, behind those of who is drawn. ${ORDER_HELP}`,
    worn: {
      avatar: { text: "The character's picture", find: () => state.cast?.character ?? CHARACTER },
      persona: { text: "Your picture", find: () => state.cast?.persona ?? YOU },
    },
    upload: keepPicture,
  };
  return new ReferencesField(texts, how, onchange);
}

/** @param {File} file @returns {Promise<string>} The id of the kept picture. */
async function keepPicture(file) {
  const picture = await post(`/api/pictures?${new URLSearchParams({ name: file.name.slice(0, 200) })}`, file);
  learn(picture);
  return picture.id;
}

const shareBox = (fields) =>
  fields.box("shared", "Share these words in its card", {
    help: "They stand in the files that are saved of it. Otherwise only this host knows them.",
  });

/** @param {"characters"|"personas"} kind @param {string} id @param {File} file @returns {Promise<Object>} The looks. */
export function uploadReference(kind, id, file) {
  const query = new URLSearchParams({ name: file.name.slice(0, 200) });
  return post(`${at(`/api/${kind}`, id, "looks", "references")}?${query}`, file);
}
