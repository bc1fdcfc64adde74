/** Notices that go by themselves, and errors that stay until they are read. */
import { fill, h, icon, iconButton } from "../core/dom.js";
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
    on("toast", (data) => this.show(notice(data), data.level === "error" ? 0 : STAY_MS));
    on("problem", (error) => this.show(problemPanel(error), 0));
  }

  show(content, stay) {
    const card = h("div.toast", { class: content.look, role: content.look === "error" ? "alert" : "status" });
    const close = () => this.drop(card);
    fill(
      card,
      icon(ICONS[content.look] ?? "info"),
      h("div.toast-body", {}, content.body),
      iconButton("close", "Dismiss", close),
    );
    this.append(card);
    while (this.children.length > MOST) this.firstElementChild.remove();
    if (this.matches(":popover-open")) this.hidePopover();
    this.showPopover();
    if (stay) this.leaveLater(card, stay);
  }

  leaveLater(card, stay) {
    let timer = setTimeout(() => this.drop(card), stay);
    card.addEventListener("pointerenter", () => clearTimeout(timer));
    card.addEventListener("pointerleave", () => {
      timer = setTimeout(() => this.drop(card), stay / 2);
    });
  }

  drop(card) {
    card.remove();
    if (!this.children.length && this.matches(":popover-open")) this.hidePopover();
  }
}

function notice({ level = "info", text = "", title = "" }) {
  return { look: level, body: [title && h("strong", {}, title), h("p", {}, text)] };
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
