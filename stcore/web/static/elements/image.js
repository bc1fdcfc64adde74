/**
 * `<st-image>`: one stored picture. It finds its own address, renews it once when the host refuses it, and shows a
 * mark with a retry when that does not help either. Its box has the right shape before anything has arrived.
 */
import { button, fill, h, icon } from "../core/dom.js";
import { addresses } from "../core/signing.js";

export class StImage extends HTMLElement {
  /**
   * @param {Object} picture @param {string} alt
   * @param {{size?: "thumb"|"medium"|"url", lazy?: boolean, fresh?: boolean}} [options]
   */
  show(picture, alt, { size = "medium", lazy = true, fresh = false } = {}) {
    this.picture = picture;
    this.size = size;
    this.renewed = false;
    this.dataset.state = "loading";
    this.style.setProperty("--ratio", `${picture.width || 1} / ${picture.height || 1}`);
    this.image = h("img", { alt, draggable: "false", decoding: "async", loading: lazy ? "lazy" : "eager" });
    this.image.addEventListener("load", () => {
      this.dataset.state = "shown";
    });
    this.image.addEventListener("error", () => this.refused());
    fill(this, this.image);
    this.load(fresh);
    return this;
  }

  async load(fresh) {
    const picture = this.picture;
    let signed = null;
    try {
      signed = await addresses(picture.id, { fresh });
    } catch {
      signed = null; // Said below, at the place of the picture.
    }
    if (picture !== this.picture) return;
    const address = signed && (signed[this.size] ?? signed.url);
    if (address) this.image.src = address;
    else this.broken();
  }

  refused() {
    if (this.renewed) {
      this.broken();
      return;
    }
    this.renewed = true;
    this.dataset.state = "loading";
    this.load(true);
  }

  broken() {
    this.dataset.state = "broken";
    const again = (event) => {
      event.stopImmediatePropagation();
      this.show(this.picture, this.image.alt, { size: this.size, fresh: true });
    };
    // Inside a button the whole button means "try again" until that is done: buttons cannot hold buttons.
    const owner = this.closest("button");
    owner?.addEventListener("click", again, { capture: true, once: true });
    const retry = owner ? h("span.retry", {}, "Try again") : button("Try again", again);
    fill(this, h("div.image-broken", {}, icon("picture"), h("span", {}, "This picture did not load"), retry));
  }
}

customElements.define("st-image", StImage);

/** An `<st-image>` of `picture`. */
export function stImage(picture, alt, options) {
  return document.createElement("st-image").show(picture, alt, options);
}
