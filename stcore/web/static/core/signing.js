/** Addresses of pictures are short-lived; this module asks for them in batches and knows when they grow old. */
import { post } from "./api.js";

const BATCH = 20;
const SOON_MS = 5 * 60 * 1000;
const GATHER_MS = 15;

/** @type {Map<string, {url: string, thumb: string, download: string}>} */
const known = new Map();
/** @type {Map<string, {promise: Promise<Object|null>, resolve: Function, reject: Function}>} */
const wanted = new Map();
let timer = 0;

/** Keep the addresses that came with a picture. */
export function learn(picture) {
  if (picture.url) known.set(picture.id, pick(picture));
}

/** Forget addresses, so that the next use asks again. @param {Iterable<string>} ids */
export function forget(ids) {
  for (const id of ids) known.delete(id);
}

/**
 * The addresses of one picture: {url, medium?, thumb, download}, or `null` when the host does not know it (any more).
 * Wishes of the same moment travel together, at most 20 in a request.
 * @param {string} id
 * @param {{fresh?: boolean}} [options] `fresh`: ask even if an address is at hand.
 */
export async function addresses(id, { fresh = false } = {}) {
  const have = known.get(id);
  if (have && !fresh && !growsOld(have.url)) return have;
  if (!wanted.has(id)) {
    wanted.set(id, Promise.withResolvers ? Promise.withResolvers() : deferred());
    clearTimeout(timer);
    timer = setTimeout(ask, GATHER_MS);
  }
  return wanted.get(id).promise;
}

function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

function ask() {
  const all = [...wanted];
  wanted.clear();
  for (let start = 0; start < all.length; start += BATCH) askBatch(all.slice(start, start + BATCH));
}

async function askBatch(batch) {
  try {
    const signed = await post("/api/pictures/sign", { ids: batch.map(([id]) => id) });
    for (const [id, wish] of batch) {
      if (signed[id]) known.set(id, pick(signed[id]));
      wish.resolve(signed[id] ?? null);
    }
  } catch (error) {
    for (const [, wish] of batch) wish.reject(error);
  }
}

const pick = ({ url, medium, thumb, download }) => ({ url, medium, thumb, download });

/** Whether an address has under five minutes left. Its expiry is `e`, in seconds or milliseconds. */
function growsOld(url) {
  const expiry = Number(new URL(url, location.href).searchParams.get("e"));
  if (!expiry) return false;
  return (expiry > 1e11 ? expiry : expiry * 1000) - Date.now() < SOON_MS;
}
