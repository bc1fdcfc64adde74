/** The lightbox: one picture on a dark ground, with zoom, neighbours and how it was made. */
import { attempt, pictureAgain } from "../core/actions.js";
import { at, get } from "../core/api.js";
import { fill, h, iconButton } from "../core/dom.js";
import { pictureAlt } from "../core/format.js";
import { recall, remember } from "../core/prefs.js";
import { emit, on } from "../core/store.js";
import { details } from "./details.js";
import { stImage } from "./image.js";
import { download } from "./picture-tools.js";
import { Zoom } from "./zoom.js";

const ROOM_FOR_DETAILS = "(min-width: 56rem)";

class Lightbox extends HTMLElement {
  connectedCallback() {
    this.stage = h("div.lightbox-stage");
    this.caption = h("p.lightbox-count", { "aria-live": "polite" });
    this.info = h("aside.lightbox-details", { "aria-label": "How this picture was made" });
    this.previous = iconButton("left", "Previous picture", () => this.step(-1), { class: "lightbox-step previous" });
    this.next = iconButton("right", "Next picture", () => this.step(1), { class: "lightbox-step next" });
    this.infoButton = iconButton("info", "Details", () => this.toggleInfo());
    this.againButton = iconButton("dice", "Again with a new seed", () => this.again());
    this.dialog = h(
      "dialog.lightbox",
      { "aria-label": "Picture" },
      h(
        "div.lightbox-bar",
        {},
        this.caption,
        iconButton("zoom-out", "Smaller", () => this.zoom.by(1 / 1.5)),
        iconButton("zoom-in", "Larger", () => this.zoom.by(1.5)),
        this.againButton,
        iconButton("download", "Download", () => download(this.picture), { class: "lightbox-download" }),
        this.infoButton,
        iconButton("close", "Close", () => this.dialog.close(), { class: "lightbox-close" }),
      ),
      h("div.lightbox-middle", {}, this.previous, this.stage, this.next),
      this.info,
    );
    fill(this, this.dialog);
    this.zoom = new Zoom(this.stage);
    this.dialog.addEventListener("click", (event) => this.clicked(event));
    this.dialog.addEventListener("keydown", (event) => this.pressed(event));
    this.dialog.addEventListener("close", () => fill(this.stage));
    on("lightbox", (wish) => this.open(wish));
  }

  /**
   * @param {{pictures: Object[], id: string, details?: boolean}} wish What the arrows step through, where to begin, and
   *   whether to tell how it was made whatever was chosen before.
   */
  open({ pictures, id, details: told = false }) {
    this.pictures = [...pictures];
    this.index = Math.max(
      0,
      this.pictures.findIndex((picture) => picture.id === id),
    );
    this.showInfo(told || (matchMedia(ROOM_FOR_DETAILS).matches && recall("details", true)));
    if (!this.dialog.open) this.dialog.showModal();
    this.draw();
  }

  get picture() {
    return this.pictures[this.index];
  }

  draw() {
    const { picture } = this;
    const count = this.pictures.length;
    this.image = stImage(picture, pictureAlt(picture), { size: "url", lazy: false });
    this.image.style.setProperty("--shape", String((picture.width || 1) / (picture.height || 1)));
    this.zoom.take(this.image);
    fill(this.stage, this.image);
    this.caption.textContent = `${this.index + 1} of ${count}`;
    this.previous.disabled = this.index === 0;
    this.next.disabled = this.index === count - 1;
    this.againButton.hidden = !picture.generation;
    this.drawDetails(picture);
    if (!picture.generation && !picture.complete) this.complete(picture);
  }

  /** Gallery pages may carry less than the whole record. */
  async complete(picture) {
    const whole = await attempt(() => get(at("/api/pictures", picture.id)));
    if (!whole) return;
    Object.assign(picture, whole, { complete: true });
    if (picture === this.picture) this.drawDetails(picture);
    this.againButton.hidden = !this.picture.generation;
  }

  drawDetails(picture) {
    const use = (text) => {
      this.dialog.close();
      emit("compose", { text });
    };
    fill(this.info, details(picture, use));
  }

  step(by) {
    const index = this.index + by;
    if (index < 0 || index >= this.pictures.length) return;
    this.index = index;
    this.draw();
  }

  toggleInfo() {
    this.showInfo(this.info.hidden);
    remember("details", !this.info.hidden);
  }

  showInfo(open) {
    this.info.hidden = !open;
    this.infoButton.setAttribute("aria-pressed", String(open));
    this.dialog.classList.toggle("with-details", open);
  }

  async again() {
    const job = await attempt(() => pictureAgain(this.picture.id));
    if (job) emit("toast", { level: "info", text: "Making another one; it will appear in the chat." });
  }

  clicked(event) {
    const outside =
      event.target === this.stage || event.target === this.dialog || event.target.classList.contains("lightbox-middle");
    if (outside && !this.zoom.dragged) this.dialog.close();
  }

  pressed(event) {
    if (event.target.closest("input, textarea, .menu")) return;
    const act = {
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      "+": () => this.zoom.by(1.5),
      "=": () => this.zoom.by(1.5),
      "-": () => this.zoom.by(1 / 1.5),
      0: () => this.zoom.reset(),
      i: () => this.toggleInfo(),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }
}

customElements.define("st-lightbox", Lightbox);
