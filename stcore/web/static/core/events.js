/** The one stream of events that a tab listens to. It resumes where it was, and says when the host is gone. */

const KINDS = [
  "message.added",
  "message.changed",
  "message.removed",
  "chat.added",
  "chat.changed",
  "chat.removed",
  "chat.open",
  "character.added",
  "character.changed",
  "character.removed",
  "persona.added",
  "persona.changed",
  "persona.removed",
  "group.added",
  "group.changed",
  "group.removed",
  "book.added",
  "book.changed",
  "book.removed",
  "books.bound",
  "presets.changed",
  "prompting.changed",
  "job.changed",
  "job.progress",
  "job.preview",
  "reply.started",
  "reply.piece",
  "reply.ended",
  "script.state",
  "debug.paused",
  "debug.running",
  "debug.ended",
  "settings.changed",
  "connections.changed",
  "replies.changed",
  "workflows.changed",
  "styles.changed",
  "image-modes.changed",
  "image-prompts.changed",
  "picture.added",
  "picture.removed",
  "picture.preparing",
  "picture.prepared",
  "gallery.changed",
  "gallery.open",
  "toast",
  "error",
  "question",
  "question.closed",
  "input.set",
  "beep",
  "background.changed",
  "clipboard.set",
  "loader.shown",
  "loader.hidden",
  "reset",
];
const LOST_AFTER_MS = 1200;
const REOPEN_MS = 1500;

/** Listens until closed; `onEvent(kind, data)`, `onLink("live" | "lost", {again})`. */
export class EventLink {
  /**
   * @param {number} since The last journal number already seen.
   * @param {(kind: string, data: any) => void} onEvent
   * @param {(state: "live" | "lost", detail: {again: boolean}) => void} onLink
   */
  constructor(since, onEvent, onLink) {
    this.last = since;
    this.onEvent = onEvent;
    this.onLink = onLink;
    this.wasLost = false;
    this.open();
  }

  open() {
    this.source?.close();
    this.source = new EventSource(`/api/events?since=${this.last}`);
    this.source.onopen = () => this.opened();
    this.source.onerror = (event) => event.data === undefined && this.failed();
    for (const kind of KINDS) this.source.addEventListener(kind, (event) => this.received(kind, event));
  }

  opened() {
    clearTimeout(this.lostTimer);
    this.onLink("live", { again: this.wasLost });
    this.wasLost = false;
  }

  failed() {
    if (!this.wasLost) this.lostTimer = setTimeout(() => this.onLink("lost", { again: false }), LOST_AFTER_MS);
    this.wasLost = true;
    // The browser tries again by itself after a lost connection, but gives up for good after an HTTP error.
    if (this.source.readyState === EventSource.CLOSED) this.reopenTimer = setTimeout(() => this.open(), REOPEN_MS);
  }

  received(kind, event) {
    // An "error" event without data is the browser's own word for a lost connection, not the host's.
    if (event.data === undefined) return;
    if (event.lastEventId) this.last = Math.max(this.last, Number(event.lastEventId) || 0);
    const data = JSON.parse(event.data);
    if (kind === "reset" && data.last) this.last = data.last;
    this.onEvent(kind, data);
  }

  close() {
    clearTimeout(this.lostTimer);
    clearTimeout(this.reopenTimer);
    this.source.close();
  }
}
