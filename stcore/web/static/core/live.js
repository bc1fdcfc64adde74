/** What each event of the host means for the page's state. */
import * as actions from "./actions.js";
import { announce } from "./announce.js";
import { beep, offerCopy } from "./device.js";
import { prepared, prepares } from "./drawing.js";
import { isActive, plural, shorten } from "./format.js";
import { dropPerson, loadCast, putPerson, touchGroup } from "./people.js";
import { forget, learn } from "./signing.js";
import { emit, putChat, putMessage, state } from "./store.js";

const AWAIT_MESSAGE_MS = 4000;
const CARD_FIRST_MS = 400;
const LANDING_MS = 3000;
const JUST_NOW_MS = 10_000;

/** @param {string} kind @param {any} data */
export function apply(kind, data) {
  handlers[kind]?.(data);
}

const handlers = {
  "message.added": ({ message }) => arrived(message),
  "message.changed": ({ message }) => {
    if (message.chat_id !== state.chatId || !isLoaded(message)) return;
    message.pictures.forEach(learn);
    putMessage(message);
    settleReply(message.id);
    emit("timeline");
    emit("pictures");
  },
  "message.removed": ({ id }) => {
    state.messages = state.messages.filter((message) => message.id !== id);
    emit("timeline");
    emit("pictures");
  },
  "chat.added": ({ chat }) => chatChanged(chat),
  "chat.changed": ({ chat }) => {
    chatChanged(chat);
    if (chat.id === state.chatId) emit("chat-changed");
  },
  "chat.removed": ({ id }) => {
    state.chats = state.chats.filter((chat) => chat.id !== id);
    emit("chats");
    if (id === state.chatId) actions.openAnother();
  },
  // A script went to another chat: the page that shows the one it came from goes with it.
  "chat.open": ({ id, chat_id: from }) => {
    if (from !== state.chatId) return;
    if (id) actions.openChat(id, { again: id === from, told: true });
    else actions.attempt(actions.newChat);
  },
  "character.added": ({ character }) => putPerson("characters", character),
  "character.changed": ({ character }) => putPerson("characters", character),
  "character.removed": ({ id }) => dropPerson("characters", id),
  "persona.added": ({ persona }) => putPerson("personas", persona),
  "persona.changed": ({ persona }) => putPerson("personas", persona),
  "persona.removed": ({ id }) => dropPerson("personas", id),
  "group.added": ({ group }) => touchGroup(group),
  "group.changed": ({ group }) => touchGroup(group),
  "group.removed": ({ id }) => dropPerson("groups", id),
  "book.added": () => emit("books"),
  "book.changed": () => emit("books"),
  "book.removed": () => emit("books"),
  "books.bound": () => emit("books"),
  "presets.changed": () => emit("presets"),
  "prompting.changed": () => emit("presets"),
  "job.changed": ({ job }) => jobChanged(job),
  "job.progress": (progress) => {
    const job = state.jobs.get(progress.id);
    if (!job || !isActive(job)) return;
    job.progress = progress;
    if (progress.state) job.state = progress.state;
    emit("progress", job);
  },
  "job.preview": ({ id, mime, data }) => {
    const job = state.jobs.get(id);
    if (!job || !isActive(job)) return;
    state.previews.set(id, `data:${mime || "image/png"};base64,${data}`);
    emit("progress", job);
  },
  "reply.started": (data) => {
    putReply(data);
    emit("timeline");
    emit("busy");
  },
  "reply.piece": (data) => {
    // A page opened in the middle of a reply has missed its beginning.
    const reply = state.replies.get(data.id) ?? putReply({ ...data, text: "… " });
    reply.text += data.text;
    if (reply.text.length === data.text.length + 2) emit("timeline");
    emit("reply", reply);
  },
  "reply.ended": (data) => replyEnded(data),
  "script.state": (data) => {
    const known = state.scripts.get(data.id) ?? { since: Date.now(), jobs: 0 };
    if (data.state === "running" || data.state === "paused") state.scripts.set(data.id, { ...known, ...data, chatId: data.chat_id });
    else state.scripts.delete(data.id);
    emit("busy");
  },
  "debug.paused": (data) => emit("debug-paused", data),
  "debug.running": (data) => emit("debug-gone", data),
  "debug.ended": (data) => emit("debug-gone", data),
  "settings.changed": () => {
    actions.attempt(actions.loadInfo);
    actions.attempt(loadCast); // the name of the person stands in the settings
  },
  "connections.changed": () => actions.loadInfo(),
  "replies.changed": () => emit("replies"),
  "workflows.changed": () => emit("workflows"),
  "image-modes.changed": () => {
    emit("image-modes");
    actions.attempt(actions.loadInfo); // menus offer them
  },
  "image-prompts.changed": () => emit("image-prompts"),
  "styles.changed": () => {
    emit("styles");
    actions.attempt(actions.loadInfo);
  },
  "picture.added": () => emit("pictures"),
  "gallery.changed": ({ id }) => emit("gallery-changed", id),
  "gallery.open": ({ subject_id: subjectId, chat_id: chatId }) =>
    (chatId ?? state.chatId) === state.chatId && emit("gallery-show", { subjectId }),
  "picture.removed": ({ id }) => {
    forget([id]);
    for (const message of state.messages) message.pictures = message.pictures.filter((picture) => picture.id !== id);
    emit("timeline", { redraw: true });
    emit("pictures");
  },
  "picture.preparing": prepares,
  "picture.prepared": prepared,
  toast: (data) => emit("toast", data),
  error: (data) => setTimeout(() => isOnCard(data) || emit("problem", data), CARD_FIRST_MS),
  question: (data) => emit("question", data),
  "question.closed": (data) => emit("question-closed", data),
  "input.set": ({ text, chat_id: chatId }) => (chatId ?? state.chatId) === state.chatId && emit("compose", { text }),
  beep: () => beep(),
  "background.changed": () => emit("background"),
  "clipboard.set": ({ text }) => offerCopy(text),
  "loader.shown": (data) => emit("loader", data),
  "loader.hidden": ({ handle }) => emit("loader-gone", handle),
  reset: () => actions.reload(),
};

function isLoaded(message) {
  return !state.more || !state.messages.length || message.position >= state.messages[0].position;
}

function arrived(message) {
  touchChat(message);
  if (message.chat_id !== state.chatId) return;
  message.pictures.forEach(learn);
  const isNew = putMessage(message);
  settleReply(message.id);
  emit("timeline");
  if (message.pictures.length) emit("pictures");
  if (isNew && message.role !== "user") announceMessage(message);
}

/** A new message brings its chat to the top of the list; that is not an event of its own. */
function touchChat(message) {
  const chat = state.chats.find((one) => one.id === message.chat_id);
  if (!chat) return;
  const preview = shorten(message.text || message.pictures[0]?.title || "");
  putChat({
    ...chat,
    preview,
    updated: Math.max(chat.updated, message.created),
    messages: Math.max(chat.messages, message.position + 1),
  });
  emit("chats");
}

function announceMessage(message) {
  const pictures = message.pictures.length ? `${plural(message.pictures.length, "picture")}: ` : "";
  const words = shorten(message.text || message.pictures[0]?.title, 160);
  announce(`${message.name}: ${pictures}${words}`);
}

function chatChanged(chat) {
  putChat(chat);
  emit("chats");
  if (chat.id === state.chatId) actions.attempt(loadCast);
}

function jobChanged(job) {
  const before = state.jobs.get(job.id);
  state.jobs.set(job.id, { ...job, progress: isActive(job) ? (job.progress ?? before?.progress ?? null) : null });
  if (job.state === "done" && before && isActive(before)) land(job.id);
  else if (!isActive(job)) state.previews.delete(job.id);
  if (!before) for (const script of state.scripts.values()) if (script.chatId === job.chat_id) script.jobs += 1;
  emit("jobs");
  emit("busy");
  emit("timeline");
  if (before?.state === job.state) return;
  if (job.state === "failed") announce(`Picture failed: ${job.error?.message ?? shorten(job.prompt, 60)}`);
  if (job.state === "cancelled") announce("Picture stopped");
  if (job.state === "queued" && !before) announce(`Picture asked for: ${shorten(job.prompt, 60)}`);
  if (job.state === "done") emit("pictures");
}

/** Keep the card of a finished job until its picture is in the chat, so that nothing jumps. */
function land(id) {
  state.landing.add(id);
  setTimeout(() => {
    state.landing.delete(id);
    state.previews.delete(id);
    emit("timeline");
  }, LANDING_MS);
}

/** A script tells of a failed picture too; where a card says it already, once is enough. */
function isOnCard(error) {
  const same = (job) => job.chat_id === state.chatId && !job.quiet && job.error?.message === error.message;
  const now = Date.now();
  return [...state.jobs.values()].some(
    (job) => job.state === "failed" && same(job) && now - (job.finished ?? now) < JUST_NOW_MS,
  );
}

function putReply(data) {
  const reply = {
    id: data.id,
    name: data.name ?? "",
    text: data.text ?? "",
    chatId: data.chat_id ?? state.chatId,
    messageId: data.message_id ?? actions.regenerating(data.chat_id ?? state.chatId),
    created: Date.now(),
    ended: false,
  };
  state.replies.set(reply.id, reply);
  return reply;
}

/** What went wrong comes as an "error" of its own, as with scripts: told here too it would be told twice. */
function replyEnded({ id, message_id: messageId }) {
  const reply = state.replies.get(id);
  if (!reply) return;
  reply.ended = true;
  // The words stay until the message itself is here, so that nothing flickers in between.
  if (messageId && (reply.messageId || !state.messages.some((message) => message.id === messageId))) {
    reply.awaits = messageId;
    setTimeout(() => dropReply(id), AWAIT_MESSAGE_MS);
  } else {
    state.replies.delete(id);
  }
  emit("timeline");
  emit("busy");
}

function settleReply(messageId) {
  for (const reply of state.replies.values()) if (reply.awaits === messageId) state.replies.delete(reply.id);
}

function dropReply(id) {
  if (state.replies.delete(id)) emit("timeline");
}
