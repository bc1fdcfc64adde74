/** Buttons of quick replies over the composer; a right click, a long press or the arrow beside one opens its menu. */
import { attempt } from "../core/actions.js";
import { coalesce, fill, h, icon } from "../core/dom.js";
import { loadBar, pressReply } from "../core/replies.js";
import { emit, on, state } from "../core/store.js";
import { openMenu } from "./menu.js";
import { replySign } from "./reply-icon.js";

const LONG_PRESS_MS = 550;
const UNNAMED = "Quick reply";

class ReplyBar extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    this.setAttribute("role", "toolbar");
    this.setAttribute("aria-label", "Quick replies");
    this.addEventListener("keydown", (event) => this.steer(event));
    this.addEventListener("focusin", (event) => this.settleTabStop(event.target));
    const load = coalesce(() => this.load());
    for (const topic of ["chat", "replies", "info"]) on(topic, load);
    load();
  }

  async load() {
    const { chatId } = state;
    if (!chatId) return;
    const sets = await attempt(loadBar);
    if (!sets || chatId !== state.chatId) return;
    const drawn = JSON.stringify(sets);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.draw(sets);
  }

  draw(sets) {
    const place = this.buttons.indexOf(document.activeElement);
    fill(this, sets.map(setOfButtons));
    this.hidden = sets.length === 0;
    this.settleTabStop(this.buttons[Math.max(place, 0)]);
    if (place >= 0) this.buttons[Math.min(place, this.buttons.length - 1)]?.focus();
  }

  get buttons() {
    return [...this.querySelectorAll("button")];
  }

  /** One stop of the Tab key for the whole bar; arrows go on from there. */
  settleTabStop(current) {
    for (const one of this.buttons) one.tabIndex = one === current ? 0 : -1;
  }

  steer(event) {
    const { buttons } = this;
    const at = buttons.indexOf(event.target);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons.at(to % buttons.length).focus();
  }
}

function setOfButtons({ name, color, onlyBorderColor, replies }) {
  const tinted = color && CSS.supports("color", color);
  return h(
    "div.reply-set",
    {
      role: "group",
      "aria-label": name,
      class: tinted ? (onlyBorderColor ? "bordered" : "tinted") : "",
      vars: tinted ? { "--set-color": color } : {},
    },
    replies.map(replyButton),
  );
}

function replyButton(reply) {
  const sign = replySign(reply.icon);
  const words = reply.label || (sign ? "" : UNNAMED);
  const name = reply.label || reply.title || UNNAMED;
  const main = h(
    "button.reply-button",
    {
      type: "button",
      title: reply.title || (sign && !reply.showLabel ? name : null),
      "aria-label": sign && !reply.showLabel ? name : null,
      onclick: () => press([step(reply)]),
    },
    sign,
    (!sign || reply.showLabel) && h("span", {}, words),
  );
  if (!reply.menu.length) return main;
  const open = () => showMenu(arrow, reply, [step(reply)]);
  const arrow = h(
    "button.reply-arrow",
    { type: "button", "aria-label": `Menu of ${name}`, "aria-haspopup": "menu", "aria-expanded": "false", onclick: open },
    icon("down"),
  );
  const pair = h("div.reply-pair", {}, main, arrow);
  pair.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    open();
  });
  onLongPress(main, open);
  return pair;
}

/** Browsers of phones that tell no context menu: a finger that stays. The click that follows it is swallowed. */
function onLongPress(element, open) {
  let timer;
  let opened = false;
  const cancel = () => clearTimeout(timer);
  element.addEventListener("pointerdown", (event) => {
    opened = false;
    if (event.pointerType !== "touch") return;
    timer = setTimeout(() => {
      opened = true;
      open();
    }, LONG_PRESS_MS);
  });
  for (const kind of ["pointerup", "pointerleave", "pointercancel", "contextmenu"])
    element.addEventListener(kind, cancel);
  element.addEventListener(
    "click",
    (event) => {
      if (!opened) return;
      opened = false;
      event.stopImmediatePropagation();
      event.preventDefault();
    },
    { capture: true },
  );
}

const step = ({ set, id }) => ({ set, id });

/** The menu of a reply: its sets under their names; a reply that has a menu itself offers it behind its own line. */
function showMenu(anchor, reply, path) {
  if (anchor.getAttribute("aria-expanded") === "true") return;
  const several = reply.menu.length > 1;
  const lines = reply.menu.map(({ name, replies }) => [
    several && { heading: true, text: name },
    replies.map((one) => [
      { text: one.label || one.title || UNNAMED, detail: one.label ? one.title : "", run: () => press([...path, step(one)]) },
      one.menu.length && {
        text: `More of ${one.label || UNNAMED} …`,
        icon: "right",
        run: () => showMenu(anchor, one, [...path, step(one)]),
      },
    ]),
  ]);
  const items = lines.flat(Infinity).filter(Boolean);
  openMenu(anchor, `Menu of ${reply.label || UNNAMED}`, items.length ? items : [{ text: "Nothing here", disabled: true }]);
}

async function press(path) {
  const typed = document.getElementById("composer-text")?.value ?? "";
  const done = await attempt(() => pressReply(path, typed));
  if (!done) return;
  if (done.deed === "insert") emit("compose", { text: done.text });
  else if (done.takes_input) emit("compose", { text: "" });
}

customElements.define("st-reply-bar", ReplyBar);
