/** The conversation: messages, running jobs and replies in one stream, older ones loaded on the way up. */
import { attempt, loadEarlier } from "../core/actions.js";
import { button, coalesce, fill, h, icon } from "../core/dom.js";
import { isUnsettled } from "../core/drawing.js";
import { dayKey, dayName, isActive, plural } from "../core/format.js";
import { on, state } from "../core/store.js";
import "./job.js";
import "./message.js";
import "./reply.js";
import "./welcome.js";

const NEAR_BOTTOM = 80;
const NEAR_TOP = 600;
const SAME_SPEAKER_MS = 5 * 60 * 1000;

class Conversation extends HTMLElement {
  connectedCallback() {
    this.nodes = new Map();
    this.pinned = true;
    this.unread = 0;
    this.stream = h("div.stream", { role: "log", "aria-live": "off", "aria-label": "Messages" });
    this.top = h("div.stream-top");
    this.scroller = h("div.scroller", { tabindex: "-1" }, this.top, this.stream);
    this.jump = button("Jump to latest", () => this.toBottom(true), {
      drawing: "arrow-down",
      class: "jump",
      hidden: true,
    });
    fill(this, this.scroller, this.jump);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.pinned && this.toBottom()).observe(this.stream);
    new ResizeObserver(() => this.pinned && this.toBottom()).observe(this.scroller);
    this.redraw = coalesce(() => this.draw());
    on("timeline", (detail) => this.changed(detail));
    on("reply", (reply) => this.written(reply));
    on("progress", (job) => this.nodes.get(`j:${job.id}`)?.update(job));
    on("chat", () => this.reset());
    on("goto-message", (id) => this.show(id));
  }

  reset() {
    this.pinned = true;
    this.unread = 0;
    this.nodes.clear();
    fill(this.top);
    fill(this.stream, h("div.loading", { role: "status" }, "Opening the chat …"));
  }

  changed(detail = {}) {
    if (state.loading) return;
    if (detail.redraw) for (const node of this.nodes.values()) node.item = null;
    if (detail.opened) this.pinned = true;
    if (detail.earlier) this.drawKeepingPlace();
    else this.redraw();
  }

  draw() {
    if (state.loading) return;
    const before = this.stream.lastElementChild;
    const items = timeline();
    if (items.length) reconcile(this.stream, this.nodes, items);
    else this.drawWelcome();
    fill(this.top, state.more ? h("div.loading", { role: "status" }, "Loading earlier messages …") : beginning(items));
    if (this.pinned) this.toBottom();
    else if (before && this.stream.lastElementChild !== before) this.unread += 1;
    this.drawJump();
  }

  drawWelcome() {
    this.nodes.clear();
    if (this.stream.firstElementChild?.localName !== "st-welcome") fill(this.stream, h("st-welcome"));
  }

  drawKeepingPlace() {
    const fromEnd = this.scroller.scrollHeight - this.scroller.scrollTop;
    this.draw();
    this.scroller.scrollTop = this.scroller.scrollHeight - fromEnd;
  }

  /** More words of a reply: in its own place, or in that of the message that is written again. */
  written(reply) {
    this.nodes.get(`r:${reply.id}`)?.update(reply);
    const message = this.nodes.get(`m:${reply.messageId}`);
    message?.drawBody();
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.pinned = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
    if (this.pinned) this.unread = 0;
    this.drawJump();
    if (scrollTop < NEAR_TOP) this.earlier();
  }

  async earlier() {
    if (this.isLoading || !state.more || state.loading) return;
    this.isLoading = true;
    await attempt(loadEarlier);
    this.isLoading = false;
  }

  drawJump() {
    this.jump.hidden = this.pinned;
    this.jump.lastElementChild.textContent = this.unread ? `${plural(this.unread, "new message")}` : "Jump to latest";
  }

  toBottom(smooth = false) {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth ? "smooth" : "instant" });
  }

  /** Scroll to a message, loading older ones until it is there. */
  async show(id) {
    while (!this.nodes.has(`m:${id}`) && state.more && !(await this.reachesEarlier())) continue;
    const node = this.nodes.get(`m:${id}`);
    node?.scrollIntoView({ block: "center", behavior: "smooth" });
    node?.focusMessage();
  }

  async reachesEarlier() {
    const before = state.messages[0]?.id;
    await attempt(loadEarlier);
    return state.messages[0]?.id === before;
  }
}

function beginning(items) {
  return items.length > 0 && h("p.stream-begin", {}, icon("chat"), "This is where the chat begins.");
}

/** What stands in the stream, in order: [{key, kind, item, ...}]. */
function timeline() {
  const entries = [
    ...state.messages.map((message, order) => ({
      key: `m:${message.id}`,
      kind: "st-message",
      item: message,
      at: message.created,
      order,
    })),
    ...shownJobs().map((job) => ({ key: `j:${job.id}`, kind: "st-job", item: job, at: job.created, order: Infinity })),
  ];
  // Messages keep their order whatever their clocks say; a job stands after the messages that were there before it.
  const messages = entries.filter((entry) => entry.kind === "st-message");
  for (const job of entries.filter((entry) => entry.kind === "st-job").sort((a, b) => a.at - b.at)) {
    const after = job.item.state !== "failed" ? -1 : messages.findIndex((entry) => entry.at > job.at);
    messages.splice(after < 0 ? messages.length : after, 0, job);
  }
  const replies = [...state.replies.values()].filter((reply) => reply.chatId === state.chatId && !reply.messageId);
  for (const reply of replies)
    messages.push({ key: `r:${reply.id}`, kind: "st-reply", item: reply, at: reply.created });
  return withDays(messages);
}

function shownJobs() {
  const oldest = state.more ? (state.messages[0]?.created ?? 0) : 0;
  return [...state.jobs.values()].filter((job) => {
    if (job.chat_id !== state.chatId || job.quiet || onMessage(job)) return false;
    if (isActive(job)) return true;
    if (job.state === "done") return state.landing.has(job.id) && !hasArrived(job);
    return job.created >= oldest && isUnsettled(job);
  });
}

const hasArrived = (job) =>
  state.messages.some((message) => message.pictures.some((picture) => job.results.includes(picture.id)));

/** A further picture of a message is shown there, not at the end of the chat. */
const onMessage = (job) => job.message_id && state.messages.some((message) => message.id === job.message_id);

function withDays(entries) {
  const out = [];
  let before = null;
  for (const entry of entries) {
    const newDay = !before || dayKey(before.at) !== dayKey(entry.at);
    if (newDay && entry.kind === "st-message") out.push({ key: `d:${dayKey(entry.at)}`, kind: "day", item: entry.at });
    out.push({ ...entry, context: { continued: !newDay && sameSpeaker(before, entry), last: false } });
    before = entry;
  }
  const lastReply = out.findLast((entry) => entry.kind === "st-message" && !entry.item.hidden);
  if (lastReply?.item.role === "assistant") lastReply.context.last = true;
  return out;
}

function sameSpeaker(before, entry) {
  if (before.kind !== "st-message" || entry.kind !== "st-message") return false;
  const [a, b] = [before.item, entry.item];
  return (
    !b.pictures.length &&
    !b.extra?.checkpoint &&
    a.role === b.role &&
    a.name === b.name &&
    a.hidden === b.hidden &&
    b.created - a.created < SAME_SPEAKER_MS
  );
}

/** Make the children of `parent` those of `items`, keeping the elements that are there already. */
function reconcile(parent, nodes, items) {
  const keys = new Set(items.map((entry) => entry.key));
  for (const [key, node] of nodes) {
    if (keys.has(key)) continue;
    node.remove();
    nodes.delete(key);
  }
  for (const child of [...parent.children]) if (!child.dataset.key) child.remove();
  let place = parent.firstElementChild;
  for (const entry of items) {
    let node = nodes.get(entry.key);
    if (!node) {
      node = entry.kind === "day" ? daySeparator(entry.item) : document.createElement(entry.kind);
      node.dataset.key = entry.key;
      nodes.set(entry.key, node);
    }
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
    node.update?.(entry.item, entry.context);
  }
}

function daySeparator(at) {
  return h("div.day", { role: "separator" }, h("span", {}, dayName(at)));
}

customElements.define("st-conversation", Conversation);
