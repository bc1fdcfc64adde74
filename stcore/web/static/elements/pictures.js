/** `<st-pictures>`: the pictures of one message, one at a time or all of them, and the jobs that add to them. */
import { attempt, lookAt, pictureAgain } from "../core/actions.js";
import { announce } from "../core/announce.js";
import { isDrawing, jobsOf, pastLast } from "../core/drawing.js";
import { fill, h } from "../core/dom.js";
import { pictureAlt } from "../core/format.js";
import { emit, on, state } from "../core/store.js";
import { captionLine, captionsKey } from "./captions.js";
import { stImage } from "./image.js";
import "./job.js";
import { arrows, canRepeat, explainOnce } from "./picture-arrows.js";
import { pictureTools, seedChip } from "./picture-tools.js";

class Pictures extends HTMLElement {
  connectedCallback() {
    this.off ??= [
      on("drawing", () => this.drawJobs()),
      on("timeline", () => this.drawJobs()),
      on("progress", (job) => this.jobs?.get(job.id)?.update(job)),
    ];
  }

  disconnectedCallback() {
    this.off?.forEach((stop) => stop());
    this.off = null;
  }

  /** @param {Object} message */
  update(message) {
    this.message = message;
    this.pictures = message.pictures;
    this.isList = message.extra?.media_display === "list" && this.pictures.length > 1;
    const wanted = this.pictures.findIndex((picture) => picture.id === this.wanted);
    if (wanted < 0) this.wanted = null;
    this.index = this.wanted ? wanted : remembered(message);
    const ids = [...this.pictures.map((picture) => picture.id), captionsKey(this.pictures)].join();
    const key = [ids, this.isList ? "list" : this.index, pastLast()].join("|");
    if (key !== this.key) this.draw();
    this.key = key;
    this.drawJobs();
  }

  draw() {
    this.running = h("div.picture-jobs");
    this.jobs = new Map();
    this.frames = (this.isList ? this.pictures : [this.pictures[this.index]]).filter(Boolean).map((one) => this.frame(one));
    fill(this, this.frames, this.running);
  }

  /** One picture with everything that belongs to it. */
  frame(picture) {
    const alt = pictureAlt(picture);
    const open = (how) => emit("lightbox", { pictures: chatPictures(), id: picture.id, ...how });
    const more = { open, again: () => this.again(picture, "dice"), message: this.message };
    return h(
      "figure.picture",
      { vars: { "--w": picture.width || 1, "--h": picture.height || 1 } },
      h(
        "div.picture-stage",
        {},
        h(
          "button.picture-open",
          { type: "button", "aria-label": `Open the picture: ${alt}`, onclick: () => open() },
          stImage(picture, alt),
        ),
        !this.isList &&
          arrows(this.pictures, this.index, {
            go: (index, act) => this.go(index, act),
            more: () => this.again(picture, "next"),
          }),
      ),
      h(
        "figcaption",
        {},
        caption(picture),
        captionLine(picture, this.message),
        h("div.picture-foot", {}, seedChip(picture), pictureTools(picture, more)),
      ),
    );
  }

  /** Look at another picture; the host remembers it. */
  go(index, act) {
    if (this.isBusy) return;
    this.index = index;
    const picture = this.pictures[index];
    this.draw();
    this.drawJobs();
    this.focusOn(act);
    announce(`Picture ${index + 1} of ${this.pictures.length}: ${pictureAlt(picture)}`);
    this.remember(picture.id);
  }

  /** Clicks may be faster than the host: only where they led to counts. */
  async remember(id) {
    this.wanted = id;
    if (this.isSaving) return;
    this.isSaving = true;
    let saved = null;
    while (this.wanted && this.wanted !== saved) {
      saved = this.wanted;
      await attempt(() => lookAt(this.message.id, saved));
    }
    this.wanted = null;
    this.isSaving = false;
  }

  /** Another picture with the same prompt; while it is made, further clicks are ignored. */
  async again(picture, act) {
    if (this.isBusy || !canRepeat(picture)) return;
    this.isAsked = true;
    const sure = act !== "next" || (await explainOnce());
    if (sure && (await attempt(() => pictureAgain(picture.id)))) announce("Another picture is asked for");
    else this.isAsked = false;
    this.drawJobs();
    if (!this.contains(document.activeElement)) this.focusOn(act);
  }

  get isBusy() {
    return Boolean(this.isAsked) || isDrawing(this.message.id);
  }

  focusOn(act) {
    const wanted = this.querySelector(`[data-act="${act}"]`);
    (!wanted || wanted.hidden ? this.querySelector(".picture-open") : wanted)?.focus();
  }

  /** The cards of jobs, and on the picture itself the sign that another one is being made. */
  drawJobs() {
    if (!this.running) return;
    const mine = jobsOf(this.message.id);
    this.hidden = !this.pictures.length && !mine.length;
    const wanted = new Set(mine.map((job) => job.id));
    for (const [id, card] of this.jobs) if (!wanted.has(id)) card.remove();
    this.jobs = new Map(
      mine.map((job) => [job.id, this.jobs.get(job.id) ?? this.running.appendChild(document.createElement("st-job"))]),
    );
    for (const job of mine) this.jobs.get(job.id).update(job);
    this.drawPulse();
  }

  /** It pulses for who asked by an arrow, not for the paintbrush. */
  drawPulse() {
    const drawing = isDrawing(this.message.id);
    if (this.isAsked && drawing) this.isSeen = true;
    else if (this.isSeen && !drawing) this.isAsked = this.isSeen = false;
    for (const frame of this.frames) frame.classList.toggle("pulsing", Boolean(this.isAsked));
    for (const arrow of this.querySelectorAll(".picture-arrow")) arrow.ariaDisabled = String(this.isBusy);
  }
}

/** The number of the picture that was looked at last; without a choice the newest. */
function remembered({ extra, pictures }) {
  const index = extra?.media_index;
  return Number.isInteger(index) && index >= 0 && index < pictures.length ? index : pictures.length - 1;
}

/** All pictures of the loaded messages, oldest first: what the arrows of the lightbox step through. */
function chatPictures() {
  return state.messages.flatMap((message) =>
    message.pictures.map((picture) => ({ ...picture, message_id: message.id })),
  );
}

function caption(picture) {
  const words = picture.title || picture.generation?.prompt;
  return words && h("p.picture-caption", { title: words }, words);
}

customElements.define("st-pictures", Pictures);
