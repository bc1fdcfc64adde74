/** What people can do: each action talks to the host; the change itself arrives as an event. */
import * as api from "./api.js";
import { at } from "./api.js";
import { EventLink } from "./events.js";
import { apply } from "./live.js";
import { loadCast, loadPeople } from "./people.js";
import { learn } from "./signing.js";
import { emit, putChat, putMessage, state } from "./store.js";

const PAGE = 60;
const CHATS_SHOWN = 100;
const UNTITLED = "New chat";

let link = null;
let regenerated = null;
let opened = null;

/** Load everything and start to listen. */
export async function start() {
  const info = await api.get("/api/state");
  state.info = info;
  emit("info");
  await loadChats();
  const wanted = location.hash.slice(1);
  await openChat((await isChat(wanted)) ? wanted : info.chat_id, { replace: true });
  window.addEventListener("hashchange", followHash);
  link = new EventLink(info.last ?? 0, apply, linkChanged);
  window.addEventListener("pagehide", () => link.close());
  window.addEventListener("pageshow", (event) => event.persisted && link.open());
  loadPeople(); // The conversation does not wait for them.
}

async function followHash() {
  const id = location.hash.slice(1);
  if (id !== state.chatId && (await isChat(id))) openChat(id);
}

/** Whether there is such a chat; one that is too old for the list is looked up and put into it. */
async function isChat(id) {
  if (!id) return false;
  if (state.chats.some((chat) => chat.id === id)) return true;
  try {
    putChat(await api.get(at("/api/chats", id)));
  } catch (error) {
    if (error.status === 404) return false;
    throw error;
  }
  emit("chats");
  return true;
}

function linkChanged(link, { again }) {
  state.link = link;
  emit("link");
  if (link === "live" && opened?.id === state.chatId) attempt(() => tellOpened(opened));
  if (link !== "live" || !again) return;
  // Passing events of the time without a connection are lost: what was under way is asked for again.
  state.replies.clear();
  state.scripts.clear();
  emit("busy");
  emit("timeline");
  attempt(loadJobs);
}

/** Read everything again: the host says that the stream cannot be continued. */
export function reload() {
  return attempt(async () => {
    state.replies.clear();
    state.scripts.clear();
    await loadInfo();
    await loadChats();
    await Promise.all([openChat(state.chatId, { replace: true, again: true }), loadPeople()]);
  });
}

/** Do `fn`; show what went wrong, if something does. Returns its result, or `undefined` after a failure. */
export async function attempt(fn) {
  try {
    return await fn();
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    if (!(error instanceof api.ApiError)) throw error;
    emit("problem", error.detail);
    return undefined;
  }
}

/** Sources, styles, settings. */
export async function loadInfo() {
  state.info = { ...state.info, ...(await api.get("/api/state")) };
  emit("info");
}

async function loadChats() {
  const answer = await api.get(`/api/chats?limit=${CHATS_SHOWN}`);
  state.chats = answer.chats ?? answer;
  emit("chats");
}

/** More of the list of chats; true while there may be still more. */
export async function loadMoreChats() {
  const oldest = state.chats.at(-1);
  const answer = await api.get(`/api/chats?limit=${CHATS_SHOWN}&before=${encodeURIComponent(oldest?.id ?? "")}`);
  const older = (answer.chats ?? answer).filter((chat) => !state.chats.some((other) => other.id === chat.id));
  state.chats.push(...older);
  emit("chats");
  return answer.more ?? older.length === CHATS_SHOWN;
}

/**
 * Show a chat. `again` reloads the open one, `created` says that it was made just now, `told` that the host knows of
 * it: a script went there.
 */
export async function openChat(id, { replace = false, again = false, created = false, told = false } = {}) {
  if (id === state.chatId && !again) return undefined;
  if (!(await attempt(() => isChat(id)))) return openAnother();
  state.chatId = id;
  state.messages = [];
  state.more = false;
  state.loading = true;
  state.cast = null;
  if (replace) history.replaceState(null, "", `#${id}`);
  else if (location.hash.slice(1) !== id) history.pushState(null, "", `#${id}`);
  emit("chat");
  emit("busy");
  return attempt(async () => {
    const [page] = await Promise.all([messagesBefore(id, null), loadJobs(), loadCast()]);
    if (state.chatId !== id) return;
    // Events may have brought a message in the meantime; it is not lost and not doubled.
    for (const message of page.messages)
      if (!state.messages.some((other) => other.id === message.id)) putMessage(message);
    state.more = page.more;
    state.loading = false;
    emit("timeline", { opened: true });
    // Reading it again after a broken connection is no opening.
    if (!again && !told) await tellOpened({ id, created });
  });
}

/** Let run what runs by itself when a chat is opened; not before the page can hear what comes of it. */
async function tellOpened(opening) {
  opened = state.link === "live" ? null : opening;
  if (!opened) await api.post(at("/api/chats", opening.id, "opened"), { new: opening.created });
}

async function messagesBefore(chatId, position) {
  const before = position === null ? "" : `&before=${position}`;
  const page = await api.get(`${at("/api/chats", chatId, "messages")}?limit=${PAGE}${before}`);
  for (const message of page.messages) message.pictures.forEach(learn);
  return page;
}

/** The page of messages before the loaded ones. */
export async function loadEarlier() {
  const chatId = state.chatId;
  const page = await messagesBefore(chatId, state.messages[0]?.position ?? null);
  if (state.chatId !== chatId) return;
  for (const message of page.messages) putMessage(message);
  state.more = page.more;
  emit("timeline", { earlier: true });
}

/** Jobs of the open chat, and the active ones of all chats. */
export async function loadJobs() {
  const chat = state.chatId ? `&chat=${encodeURIComponent(state.chatId)}` : "";
  const [here, active] = await Promise.all([api.get(`/api/jobs?${chat.slice(1)}`), api.get("/api/jobs?active=1")]);
  state.jobs = new Map([...here.jobs, ...active.jobs].map((job) => [job.id, job]));
  emit("jobs");
  emit("timeline");
}

/** Open the newest chat that is left, or a fresh one. */
export async function openAnother() {
  if (state.chats.length) return openChat(state.chats[0].id, { replace: true });
  return attempt(newChat);
}

/** A fresh chat; an empty one that is already there is used instead of making a second. */
export async function newChat() {
  const empty = state.chats.find((chat) => chat.messages === 0 && ["", UNTITLED].includes(chat.title));
  const chat = empty ?? (await api.post("/api/chats", {}));
  putChat(chat);
  emit("chats");
  await openChat(chat.id, { created: !empty });
}

export const renameChat = (id, title) => api.patch(at("/api/chats", id), { title });
export const deleteChat = (id) => api.remove(at("/api/chats", id));

/** Send one line of input (a message or a slash script) to the open chat. */
export const say = (text) => api.post(at("/api/chats", state.chatId, "input"), { text });

/** Stop the reply or script of the open chat. */
export const stop = () => api.post(at("/api/chats", state.chatId, "stop"));

/** Hold the scripts of the open chat before their next command, and let them go on. */
export const pause = () => api.post(at("/api/chats", state.chatId, "pause"));
export const resume = () => api.post(at("/api/chats", state.chatId, "resume"));

export const editMessage = (id, text) => api.patch(at("/api/messages", id), { text });
export const hideMessage = (id, hidden) => api.patch(at("/api/messages", id), { hidden });
export const swipeMessage = (id, swipe) => api.patch(at("/api/messages", id), { swipe });
export const deleteMessage = (id) => api.remove(at("/api/messages", id));

/** Write a reply once more, as a further swipe of the same message. */
export function regenerate(message) {
  regenerated = { chatId: message.chat_id, id: message.id };
  return api.post(at("/api/messages", message.id, "regenerate"));
}

/** The message whose reply was asked for again and has not begun yet. Told once. */
export function regenerating(chatId) {
  const id = regenerated?.chatId === chatId ? regenerated.id : null;
  if (id) regenerated = null;
  return id;
}

/** Another picture beside this one; `anew` with a prompt that is written again. */
export const pictureAgain = (asset, anew = false) => api.post(at("/api/pictures", asset, "further"), { anew });

/** This picture with something changed; `look` only tells what would be left out. */
export const pictureRedo = (asset, changes, look = false) =>
  api.post(at("/api/pictures", asset, "redo"), { changes, only_look: look });

export const explainPicture = (asset) => api.get(at("/api/pictures", asset, "explain"));

/** Look at another picture of a message. */
export const lookAt = (message, asset) => api.patch(at("/api/messages", message), { picture: asset });

/** Show one picture of a message at a time ("gallery"), or all ("list"). */
export const arrangePictures = (message, display) => api.patch(at("/api/messages", message), { display });

/** Take pictures off a message: one or, without `picture`, all; with `files` they are deleted everywhere. */
export const takePictures = (message, { picture = null, files }) =>
  api.remove(
    `${at("/api/messages", message, "pictures")}?${new URLSearchParams({ files, ...(picture && { picture }) })}`,
  );

/** Draw a message: its words, or another picture beside the one it shows. */
export const paintMessage = (id) => api.post(at("/api/messages", id, "paint"));

/** Ask for a picture in the open chat: a mode word or a free prompt. */
export const imagine = (argument, more = {}) =>
  api.post(at("/api/chats", state.chatId, "imagine"), { argument, ...more });
/** Let a model that sees say what is on a picture; answers with its `caption`. */
export const describePicture = (asset) => api.post(at("/api/pictures", asset, "caption"), { chat_id: state.chatId });

/** Keep a caption with a picture; an empty one is forgotten. */
export function captionPicture(asset, caption) {
  const address = at("/api/pictures", asset, "caption");
  return caption ? api.put(address, { caption }) : api.remove(address);
}

export const deletePicture = (asset) => api.remove(at("/api/pictures", asset));
export const cancelJob = (id) => api.post(at("/api/jobs", id, "cancel"));
export const retryJob = (id) => api.post(at("/api/jobs", id, "retry"));

/** Take finished jobs off the list; their pictures stay. */
export async function clearJobs() {
  await api.post("/api/jobs/clear");
  await loadJobs();
}
