/** A menu that drops from a button: arrow keys, Home, End, typing the first letter, Escape; focus goes back. */
import { fill, h, icon } from "../core/dom.js";

const GAP = 6;
const EDGE = 8;

/**
 * @typedef {Object} MenuItem
 * @property {string} [text] Left out for a separator; `heading: true` makes it a heading.
 * @property {string} [icon] @property {string} [detail] @property {boolean} [checked] A choice of one of several.
 * @property {boolean} [danger] @property {boolean} [disabled] @property {() => void} [run]
 *
 * Open a menu under `anchor`.
 * @param {HTMLElement} anchor @param {string} label @param {(MenuItem|null)[]} items `null` draws a line.
 */
export function openMenu(anchor, label, items) {
  const menu = h("div.menu", { role: "menu", "aria-label": label, popover: "auto" });
  fill(
    menu,
    items.map((item) => entry(item, menu)),
  );
  const parent = anchor.closest("dialog") ?? document.body;
  parent.append(menu);
  anchor.setAttribute("aria-expanded", "true");
  menu.addEventListener("keydown", (event) => steer(event, menu));
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    anchor.setAttribute("aria-expanded", "false");
    if (menu.contains(document.activeElement) || document.activeElement === document.body) comeBack(anchor);
    menu.remove();
  });
  menu.showPopover();
  place(menu, anchor);
  (menu.querySelector("[aria-checked=true]") ?? entriesOf(menu)[0])?.focus();
  return menu;
}

/** Focus the anchor, or what took its place: lists are drawn anew while their menus are open. */
function comeBack(anchor) {
  const { key } = anchor.dataset;
  const there = anchor.isConnected || !key ? anchor : document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  there?.focus();
}

function entry(item, menu) {
  if (!item) return h("hr.menu-line");
  if (item.heading) return h("div.menu-heading", {}, item.text);
  const isChoice = item.checked !== undefined;
  return h(
    "button.menu-item",
    {
      type: "button",
      role: isChoice ? "menuitemradio" : "menuitem",
      "aria-checked": isChoice ? String(item.checked) : null,
      class: item.danger ? "danger" : "",
      tabindex: "-1",
      disabled: Boolean(item.disabled),
      onclick: () => {
        menu.hidePopover();
        item.run?.();
      },
    },
    isChoice ? h("span.menu-check", {}, item.checked && icon("check")) : item.icon && icon(item.icon),
    h("span.menu-text", {}, item.text, item.detail && h("small", {}, item.detail)),
  );
}

const entriesOf = (menu) => [...menu.querySelectorAll(".menu-item:not(:disabled)")];

function steer(event, menu) {
  const entries = entriesOf(menu);
  const index = entries.indexOf(document.activeElement);
  const goto = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 }[event.key];
  if (goto !== undefined) entries.at(goto % entries.length)?.focus();
  else if (event.key === "Tab") menu.hidePopover();
  else if (event.key.length === 1) {
    const letter = event.key.toLowerCase();
    const after = [...entries.slice(index + 1), ...entries.slice(0, index + 1)];
    after.find((one) => one.textContent.trim().toLowerCase().startsWith(letter))?.focus();
    return;
  } else return;
  event.preventDefault();
}

/** Put `floating` beside `anchor`, inside the window: below where there is room, else above. */
export function place(floating, anchor) {
  const spot = anchor.getBoundingClientRect();
  const size = floating.getBoundingClientRect();
  const width = document.documentElement.clientWidth;
  const below = spot.bottom + GAP + size.height <= window.innerHeight - EDGE;
  const top = below ? spot.bottom + GAP : Math.max(EDGE, spot.top - GAP - size.height);
  const wanted = spot.left + size.width > width - EDGE ? spot.right - size.width : spot.left;
  floating.style.setProperty("left", `${Math.max(EDGE, Math.min(wanted, width - EDGE - size.width))}px`);
  floating.style.setProperty("top", `${top}px`);
}
