/** Notices that go by themselves, and errors that stay until they are read. */
import { attempt } from "../core/actions.js";
import { at, post } from "../core/api.js";
import { fill, fillSanitised, h, icon, iconButton } from "../core/dom.js";
import { on } from "../core/store.js";

const STAY_MS = 5000;
const MOST = 5;
const ICONS = { info: "info", success: "check", warning: "alert", error: "alert" };
const WHOSE = {
  user: "",
  configuration: "Something in the settings needs a change.",
  provider: "The trouble is at the other side.",
  host: "This program or its machine is at fault.",
};

class Toasts extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Notices");
    // A popover lies above open dialogs too; without that a notice would hide behind their backdrop.
    this.popover = "manual";
    on("toast", (data) => this.notice(data));
    on("problem", (error) => this.show(problemPanel(error), 0));
  }

  /** A notice of the host; what a script said of it (how long, how it looks, what a click does) is in `data`. */
  notice(data) {
    const same = (card) => card.dataset.text === (data.text ?? "");
    if (data.once && [...this.children].some(same)) return tell(data, "gone");
    const usual = data.level === "error" ? 0 : STAY_MS;
    const card = this.show(notice(data), data.seconds === undefined ? usual : data.seconds * 1000, data.hovered * 1000);
    card.dataset.text = data.text ?? "";
    card.gone = () => tell(data, "gone");
    if (data.look) card.classList.add(...data.look.split(/\s+/).filter((name) => /^[\w-]+$/.test(name)));
    if (data.color && CSS.supports("background-color", data.color)) card.style.backgroundColor = data.color;
    if (data.told) card.addEventListener("click", (event) => event.target.closest("button") || this.clicked(card, data));
    if (data.seconds === 0 && !data.hovered) card.addEventListener("click", () => this.drop(card));
  }

  async clicked(card, data) {
    await tell(data, "clicked");
    this.drop(card);
  }

  /** Shows a card for `stay` milliseconds, and `hovered` more once the pointer was on it; 0 keeps it. */
  show(content, stay, hovered = stay / 2) {
    const card = h("div.toast", { class: content.look, role: content.look === "error" ? "alert" : "status" });
    const close = () => this.drop(card);
    fill(
      card,
      icon(ICONS[content.look] ?? "info"),
      h("div.toast-body", {}, content.body),
      iconButton("close", "Dismiss", close),
    );
    this.append(card);
    while (this.children.length > MOST) this.drop(this.firstElementChild);
    if (this.matches(":popover-open")) this.hidePopover();
    this.showPopover();
    if (stay) this.leaveLater(card, stay, hovered);
    return card;
  }

  leaveLater(card, stay, hovered) {
    let timer = setTimeout(() => this.drop(card), stay);
    card.addEventListener("pointerenter", () => clearTimeout(timer));
    card.addEventListener("pointerleave", () => {
      timer = setTimeout(() => this.drop(card), hovered || stay / 2);
    });
  }

  drop(card) {
    card.remove();
    card.gone?.();
    card.gone = null;
    if (!this.children.length && this.matches(":popover-open")) this.hidePopover();
  }
}

function notice({ level = "info", text = "", title = "", html = "" }) {
  const words = html ? fillSanitised(h("div.prose"), html) : h("p", {}, text);
  return { look: level, body: [title && h("strong", {}, title), words] };
}

/** Tell the host of a notice that a script waits for; nobody minds when it has ended meanwhile. */
async function tell(data, event) {
  if (data.told) await attempt(() => post(at("/api/notices", data.id), { event }));
}

function problemPanel(error) {
  return { look: "error", body: errorBody(error) };
}

/**
 * What an error says: what happened, where in the script, whose it is, what to do.
 * @param {Object} error The host's error object.
 * @returns {(Node|null|false)[]}
 */
export function errorBody(error) {
  const vendor = error.vendor && error.vendor !== error.message;
  return [
    h("strong", {}, error.message),
    error.where?.excerpt &&
      h("pre.excerpt", { tabindex: "0", "aria-label": "The place in the script" }, error.where.excerpt),
    error.trace?.length > 0 && h("p.faint", {}, `In: ${error.trace.join(" › ")}`),
    WHOSE[error.whose] && h("p.faint", {}, WHOSE[error.whose]),
    error.hint && h("p", {}, error.hint),
    vendor && h("details.vendor", {}, h("summary", {}, "What the other side said"), h("pre.excerpt", {}, error.vendor)),
  ];
}

customElements.define("st-toasts", Toasts);
