/** `<st-avatar>`: the picture of somebody, the first letters of the name until it is there or where there is none. */
import { fill, h, icon } from "../core/dom.js";
import { hueOf, initials } from "../core/format.js";
import { membersOf } from "../core/people.js";
import { addresses } from "../core/signing.js";
import { on } from "../core/store.js";

const MOSAIC = 4;

class Avatar extends HTMLElement {
  /** @param {() => {name: string, avatar_id?: string|null, drawing?: string, members?: Object[]}} find */
  of(find) {
    this.find = find;
    this.draw();
    return this;
  }

  connectedCallback() {
    this.stop = on("people", () => this.draw());
    this.draw();
  }

  disconnectedCallback() {
    this.stop?.();
  }

  draw() {
    const person = this.find?.();
    if (!person) return;
    const faces = person.members && !person.avatar_id ? membersOf(person).slice(0, MOSAIC) : [];
    const drawn = JSON.stringify([
      person.name,
      person.avatar_id,
      person.drawing,
      faces.map((one) => [one.id, one.avatar_id]),
    ]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.style.setProperty("--hue", hueOf(person.name));
    this.classList.toggle("mosaic", faces.length > 1);
    this.dataset.count = String(faces.length);
    if (faces.length > 1)
      fill(
        this,
        faces.map((face) => avatar(() => face)),
      );
    else fill(this, person.drawing ? icon(person.drawing) : h("span", {}, initials(person.name)));
    if (person.avatar_id) this.load(person.avatar_id);
  }

  /** Letters stay where the picture does not come: an avatar is an ornament, the name stands beside it. */
  async load(id, { fresh = false } = {}) {
    const { drawn } = this;
    let signed = null;
    try {
      signed = await addresses(id, { fresh });
    } catch {
      return;
    }
    if (!signed || drawn !== this.drawn) return;
    const image = h("img", { src: signed.thumb ?? signed.url, alt: "", draggable: "false", decoding: "async" });
    image.addEventListener("load", () => drawn === this.drawn && fill(this, image));
    image.addEventListener("error", () => !fresh && drawn === this.drawn && this.load(id, { fresh: true }));
  }
}

customElements.define("st-avatar", Avatar);

/**
 * @param {() => {name: string, avatar_id?: string|null, drawing?: string, members?: Object[]}} find Asked again
 *   whenever people change. `drawing` stands instead of letters; `members` are those of a group.
 * @param {string} [className]
 */
export function avatar(find, className = "") {
  const element = h("st-avatar.avatar", { "aria-hidden": "true", class: className });
  return element.of(find);
}
