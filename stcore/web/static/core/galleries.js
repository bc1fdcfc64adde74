/** Where pictures hang: in a chat, in the gallery of a character or group, anywhere. What the host is asked for. */
import { at, get, post, put } from "./api.js";

/** @typedef {{kind: "chat"|"subject"|"all", id?: string}} Place `id` is that of the chat, or of who owns the gallery. */

export const PAGE = 60;
/** The most pictures that the host gives at once. */
export const LONGEST_PAGE = 200;

export const ORDERS = {
  newest: { text: "Newest first", sort: "date", order: "desc" },
  oldest: { text: "Oldest first", sort: "date", order: "asc" },
  name: { text: "By name, A to Z", sort: "name", order: "asc" },
  backwards: { text: "By name, Z to A", sort: "name", order: "desc" },
};

const ADDRESSES = {
  chat: (id) => at("/api/chats", id, "pictures"),
  subject: (id) => at("/api/galleries", id),
  all: () => "/api/pictures",
};

/**
 * A page of pictures; counts come with the first one, and with that of a subject what its gallery is.
 * @param {Place} place @param {{filter: string, order: string, cursor?: string|null, limit?: number}} how
 */
export function pageOf(place, { filter, order, cursor = null, limit = PAGE }) {
  const { sort, order: direction } = ORDERS[order];
  const query = new URLSearchParams({ filter, sort, order: direction, limit: String(limit) });
  if (cursor) query.set("cursor", cursor);
  return get(`${ADDRESSES[place.kind](place.id)}?${query}`);
}

/** Where pictures are used, by their ids. @param {string[]} ids */
export const usesOf = (ids) => post("/api/pictures/uses", { ids });
/** @param {string[]} ids */
export const deletePictures = (ids) => post("/api/pictures/delete", { ids });
/** Put a picture into the gallery of a character or group. @param {string} subject @param {File} file */
export const addPicture = (subject, file) =>
  post(`${at("/api/galleries", subject)}?${new URLSearchParams({ name: file.name.slice(0, 300) })}`, file);
/** Every gallery: {id, kind, name}. */
export const listGalleries = async () => (await get("/api/galleries")).galleries;
/** Let a character show another gallery, by id or name; `null` its own. */
export const lookInto = (character, gallery) => put(at("/api/galleries", character, "shown"), { gallery });
