/** `<st-pictures>`: the pictures of one message, one at a time, and the jobs that add to them. */
import { attempt, pictureAgain } from "../core/actions.js";
import { copyText, fill, h, icon, iconButton } from "../core/dom.js";
import { pictureAlt } from "../core/format.js";
import { addresses } from "../core/signing.js";
import { activeJobs, emit, on, state } from "../core/store.js";
import { captionChoices, captionLine, captionsKey } from "./captions.js";
import { stImage } from "./image.js";
import "./job.js";
import { openMenu } from "./menu.js";
import { redoDialog } from "./redo.js";

class Pictures extends HTMLElement {
  connectedCallback() {
    this.off ??= [on("jobs", () => this.drawJobs()), on("progress", (job) => this.jobs?.get(job.id)?.update(job))];
  }

  disconnectedCallback() {
    this.off?.forEach((stop) => stop());
    this.off = null;
  }

  hasJobs(messageId) {
    return activeJobs().some((job) => job.message_id === messageId);
  }

  /** @param {Object} message @param {boolean} grew Show the newest picture. */
  update(message, grew) {
    const ids = [...message.pictures.map((picture) => picture.id), captionsKey(message.pictures)].join();
    const shown = this.pictures?.[this.index]?.id;
    this.message = message;
    this.pictures = message.pictures;
    const stays = this.pictures.findIndex((picture) => picture.id === shown);
    this.index = grew || stays < 0 ? this.pictures.length - 1 : stays;
    if (ids !== this.ids) this.draw();
    this.ids = ids;
    this.drawJobs();
  }

  draw() {
    const picture = this.pictures[this.index];
    this.frame = h("figure.picture");
    this.running = h("div.picture-jobs");
    fill(this, picture && this.frame, this.running);
    this.jobs = new Map();
    if (picture) this.drawPicture(picture);
    this.drawJobs();
  }

  drawPicture(picture) {
    const alt = pictureAlt(picture);
    const open = () => emit("lightbox", { pictures: chatPictures(), id: picture.id });
    this.frame.style.setProperty("--w", picture.width || 1);
    this.frame.style.setProperty("--h", picture.height || 1);
    fill(
      this.frame,
      h(
        "div.picture-stage",
        {},
        h(
          "button.picture-open",
          { type: "button", "aria-label": `Open the picture: ${alt}`, onclick: open },
          stImage(picture, alt),
        ),
        this.arrows(picture),
      ),
      h(
        "figcaption",
        {},
        caption(picture),
        captionLine(picture, this.message),
        h("div.picture-foot", {}, seedChip(picture), this.tools(picture, open)),
      ),
    );
  }

  /** Arrows over the picture; past the last one the right arrow makes another. */
  arrows(picture) {
    const count = this.pictures.length;
    const last = this.index === count - 1;
    const next = last && picture.generation ? () => again(picture) : () => this.go(1);
    const drawing = last && picture.generation ? "plus" : "right";
    return [
      iconButton("left", "Previous picture", () => this.go(-1), {
        hidden: this.index === 0,
        class: "picture-arrow previous",
        data: { act: "previous" },
      }),
      iconButton(drawing, last ? "Make another one" : "Next picture", next, {
        hidden: last && !picture.generation,
        class: "picture-arrow next",
        data: { act: "next" },
      }),
      count > 1 && h("span.picture-count", { role: "status" }, `${this.index + 1} / ${count}`),
    ];
  }

  go(step) {
    this.index += step;
    this.drawPicture(this.pictures[this.index]);
    const wanted = this.querySelector(step < 0 ? ".previous" : ".next");
    (wanted.hidden ? this.querySelector(".picture-open") : wanted).focus();
  }

  tools(picture, open) {
    const made = picture.generation;
    return h(
      "span.picture-tools",
      {},
      made && iconButton("dice", "Again with a new seed", () => again(picture), { data: { act: "dice" } }),
      made &&
        iconButton("copy", "Copy the prompt", () => copyWithNotice(made.prompt || picture.title, "Prompt copied")),
      iconButton("download", "Download", () => download(picture)),
      iconButton("expand", "Open large", open),
      moreButton(picture),
    );
  }

  drawJobs() {
    if (!this.running) return;
    const mine = activeJobs().filter((job) => job.message_id === this.message.id);
    this.hidden = !this.pictures.length && !mine.length;
    const wanted = new Set(mine.map((job) => job.id));
    for (const [id, card] of this.jobs) if (!wanted.has(id)) card.remove();
    this.jobs = new Map(
      mine.map((job) => [job.id, this.jobs.get(job.id) ?? this.running.appendChild(document.createElement("st-job"))]),
    );
    for (const job of mine) this.jobs.get(job.id).update(job);
  }
}

/** All pictures of the loaded messages, oldest first: what the arrows of the lightbox step through. */
function chatPictures() {
  return state.messages.flatMap((message) =>
    message.pictures.map((picture) => ({ ...picture, message_id: message.id })),
  );
}

/** What is done rarely: a prompt that is written anew, a change, a caption. */
function moreButton(picture) {
  const more = iconButton("dots", "More with this picture", () => openMenu(more, "This picture", choices(picture)), {
    "aria-haspopup": "menu",
    data: { act: "picture-more" },
  });
  return more;
}

function choices(picture) {
  const { mode = "free" } = picture.generation?.details ?? {};
  const drawing = picture.generation && [
    {
      text: "New prompt and new picture",
      detail: "The text model writes the prompt once more",
      icon: "refresh",
      disabled: ["free", "raw_last"].includes(mode),
      run: () => attempt(() => pictureAgain(picture.id, true)),
    },
    {
      text: "Again with a change …",
      detail: "Other words, another source, style, size",
      icon: "sliders",
      run: () => redoDialog(picture),
    },
    null,
  ];
  return [...(drawing || []), ...captionChoices(picture)];
}

const again = (picture) => attempt(() => pictureAgain(picture.id));

function caption(picture) {
  const words = picture.generation?.prompt || picture.title;
  return words && h("p.picture-caption", { title: words }, words);
}

/** The seed as a small button that copies it. */
export function seedChip(picture) {
  const seed = picture.generation?.seed;
  if (!picture.generation) return null;
  if (seed === null || seed === undefined)
    return h("span.seed.unknown", { title: "The source did not tell" }, "seed unknown");
  const copy = () => copyWithNotice(String(seed), "Seed copied");
  return h(
    "button.seed",
    { type: "button", title: "Copy the seed", "aria-label": `Copy the seed ${seed}`, onclick: copy },
    icon("dice"),
    String(seed),
  );
}

/** Copy `text` and say so. */
export async function copyWithNotice(text, notice) {
  const copied = await copyText(text);
  emit(
    "toast",
    copied ? { level: "success", text: notice } : { level: "warning", text: "The browser did not allow copying." },
  );
}

/** Save the stored original, under the name that the host gives it. */
export async function download(picture) {
  await attempt(async () => {
    const signed = await addresses(picture.id, { fresh: true });
    if (!signed) return emit("problem", { message: "This picture is not stored any more." });
    const link = h("a", { href: signed.download ?? signed.url, download: "" });
    document.body.append(link);
    link.click();
    return link.remove();
  });
}

customElements.define("st-pictures", Pictures);
