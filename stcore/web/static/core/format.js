/** Numbers, times and names as people read them. */

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const DAY_AND_YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const MS_PER_DAY = 86_400_000;

/** @param {number} ms Milliseconds since 1970. */
export const clock = (ms) => TIME.format(ms);

/** Day and time in full. @param {number} ms */
export const moment = (ms) => `${DAY_AND_YEAR.format(ms)}, ${clock(ms)}`;

/** A word that is equal for moments of the same local day. @param {number} ms */
export const dayKey = (ms) => new Date(ms).toDateString();

/** "Today", "Yesterday", "Friday, 14 March", "14 March 2024". @param {number} ms */
export function dayName(ms, now = Date.now()) {
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(ms).setHours(0, 0, 0, 0)) / MS_PER_DAY);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? DAY : DAY_AND_YEAR).format(ms);
}

/** A time for narrow places: "14:03" today, else "14 Mar". @param {number} ms */
export const shortMoment = (ms) => (dayKey(ms) === dayKey(Date.now()) ? clock(ms) : SHORT_DAY.format(ms));

/** "8 s", "2 min 5 s", "1 h 4 min". @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return whole % 60 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${whole / 60} min`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Up to two letters that stand for a name. @param {string} name */
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const letters =
    words.length > 1 ? [words[0], words.at(-1)].map((word) => [...word][0]) : [...(words[0] ?? "?")].slice(0, 1);
  return letters.join("").toUpperCase();
}

/** A hue (0-359) that always belongs to the same name. @param {string} name */
export function hueOf(name) {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + char.codePointAt(0)) >>> 0;
  return (hash * 137) % 360;
}

/** `text` on one line, at most `length` characters. */
export function shorten(text, length = 120) {
  const line = (text ?? "").replace(/\s+/gu, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1).trimEnd()}…` : line;
}

/** "1 picture", "3 pictures". */
export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** The alternative text of a picture: its caption, else its prompt in short. */
export function pictureAlt(picture) {
  if (picture.extra?.caption) return shorten(picture.extra.caption, 300);
  return shorten(picture.generation?.prompt || picture.title || "Picture without a description", 140);
}

/** Whether a job has not ended. @param {{state: string}} job */
export const isActive = (job) => ["waiting", "queued", "running", "saving"].includes(job.state);
