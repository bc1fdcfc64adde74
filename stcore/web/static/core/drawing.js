/** Which pictures messages are getting, from the click on; and what the arrow past the last picture does. */
import { attempt } from "./actions.js";
import { isActive } from "./format.js";
import { loadPictureSettings } from "./picture-settings.js";
import { recall } from "./prefs.js";
import { activeJobs, emit, on, state } from "./store.js";

const AWAIT_JOB_MS = 4000;

/** @type {Map<string, {messageId: string, jobId?: string}>} Pictures that are asked for and have no job yet. */
const preparing = new Map();

let swipe = "generate";

/** What the arrow past the last picture does in the open chat: "generate" or "rollover". */
export const pastLast = () => swipe;

/** A message gets another picture; its prompt may have to be looked at first. */
export function prepares({ id, message_id: messageId }) {
  preparing.set(id, { messageId });
  emit("drawing");
}

/** It was called off, or there is a job now, which may still be on its way to this page. */
export function prepared({ id, job_id: jobId }) {
  const asked = preparing.get(id);
  if (!asked) return;
  if (jobId && !state.jobs.has(jobId)) {
    asked.jobId = jobId;
    setTimeout(() => forget(id), AWAIT_JOB_MS);
  } else forget(id);
}

function forget(id) {
  if (preparing.delete(id)) emit("drawing");
}

/** The jobs that a message shows: those under way, and those that failed until they are retried or dismissed. */
export function jobsOf(messageId) {
  return [...state.jobs.values()]
    .filter((job) => job.message_id === messageId && (isActive(job) || isUnsettled(job)))
    .sort((a, b) => a.created - b.created);
}

/** Whether a job failed, and nobody has done anything about that. */
export function isUnsettled(job) {
  if (job.state !== "failed" || recall("dismissed", []).includes(job.id)) return false;
  return ![...state.jobs.values()].some((other) => other.retry_of === job.id);
}

/** The newest picture that is being made for a message because somebody asked for another one there. */
export const newestOf = (messageId) =>
  activeJobs().findLast((job) => job.message_id === messageId && job.initiator !== "tag");

/** Whether a message is getting another picture. */
export const isDrawing = (messageId) =>
  Boolean(newestOf(messageId)) || [...preparing.values()].some((asked) => asked.messageId === messageId);

on("jobs", () => {
  for (const [id, { jobId }] of preparing) if (jobId && state.jobs.has(jobId)) preparing.delete(id);
  emit("drawing");
});

on("link", () => {
  if (state.link === "live" || !preparing.size) return;
  preparing.clear(); // passing news of the time without a connection is lost
  emit("drawing");
});

// The people of a chat are told whenever it is opened, and whenever settings change.
on("cast", async () => {
  const chat = state.chatId;
  const found = await attempt(loadPictureSettings);
  if (!found || chat !== state.chatId || found.effective.swipe === swipe) return;
  swipe = found.effective.swipe;
  emit("timeline", { redraw: true });
});
