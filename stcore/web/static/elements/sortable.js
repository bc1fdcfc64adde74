/**
 * Lists that people put in order: dragged by a grip with mouse, finger or pen, or moved with the arrow keys while the
 * grip has the focus.
 *
 *     const grip = sortableGrip(list, row, "Harbour", (item, from, to) => ...);
 *
 * Rows are children of the list. While one is dragged the others make room; what was moved is told once, at the end.
 */
import { announce } from "../core/announce.js";
import { iconButton } from "../core/dom.js";

const EDGE = 36;
const STEP = 12;

/**
 * @param {HTMLElement} list @param {HTMLElement} row @param {string} name What the row is called.
 * @param {(row: HTMLElement) => void} moved The row stands in its new place; `list.children` has the new order.
 * @param {() => boolean} [mayMove]
 * @returns {HTMLButtonElement}
 */
export function sortableGrip(list, row, name, moved, mayMove = () => true) {
  const label = `Move ${name}: drag, or use the arrow keys`;
  const grip = iconButton("grip", label, null, { class: "grip" });
  grip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !mayMove()) return;
    event.preventDefault();
    grip.focus();
    new Drag(list, row, grip, event, moved);
  });
  grip.addEventListener("keydown", (event) => {
    const target = mayMove() && wanted(list, row, event.key);
    if (!target) return;
    event.preventDefault();
    target[event.key === "ArrowUp" || event.key === "Home" ? "before" : "after"](row);
    grip.focus();
    row.scrollIntoView({ block: "nearest" });
    tell(list, row);
    moved(row);
  });
  return grip;
}

const shownRows = (list) => [...list.children].filter((row) => !row.hidden);

function wanted(list, row, key) {
  if (!["ArrowUp", "ArrowDown", "Home", "End"].includes(key)) return null;
  const rows = shownRows(list);
  const index = rows.indexOf(row);
  const target = { ArrowUp: rows[index - 1], ArrowDown: rows[index + 1], Home: rows[0], End: rows.at(-1) }[key];
  return target && target !== row ? target : null;
}

function tell(list, row) {
  const rows = shownRows(list);
  announce(`Place ${rows.indexOf(row) + 1} of ${rows.length}`);
}

/** One drag, from the press to the release. Escape puts the row back. */
class Drag {
  constructor(list, row, grip, event, moved) {
    Object.assign(this, { list, row, grip, moved, next: row.nextElementSibling, y: event.clientY });
    this.scroller = scrollerOf(list);
    row.classList.add("dragged");
    this.ended = new AbortController();
    const { signal } = this.ended;
    // Not on the grip: an element that changes its place loses the pointer.
    document.addEventListener("pointermove", (move) => this.follow(move.clientY), { signal });
    document.addEventListener("pointerup", () => this.end(true), { signal });
    document.addEventListener("pointercancel", () => this.end(false), { signal });
    document.addEventListener("keydown", (key) => this.pressed(key), { signal, capture: true });
    this.scroll();
  }

  pressed(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.end(false);
  }

  follow(y) {
    this.y = y;
    const rows = shownRows(this.list);
    const mine = rows.indexOf(this.row);
    // From the row outwards: with a thousand rows only the neighbours are looked at.
    let to = mine;
    while (to > 0 && y < middle(rows[to - 1])) to -= 1;
    while (to < rows.length - 1 && y > middle(rows[to + 1])) to += 1;
    if (to !== mine) rows[to][to < mine ? "before" : "after"](this.row);
  }

  /** Near an edge the list scrolls by itself. */
  scroll() {
    if (this.ended.signal.aborted) return;
    const box = this.scroller.getBoundingClientRect();
    const by = this.y < box.top + EDGE ? -STEP : this.y > box.bottom - EDGE ? STEP : 0;
    if (by) {
      this.scroller.scrollTop += by;
      this.follow(this.y);
    }
    requestAnimationFrame(() => this.scroll());
  }

  end(keep) {
    this.ended.abort();
    this.row.classList.remove("dragged");
    const changed = this.row.nextElementSibling !== this.next;
    if (!keep) this.list.insertBefore(this.row, this.next);
    this.grip.focus({ preventScroll: true });
    if (!keep || !changed) return;
    tell(this.list, this.row);
    this.moved(this.row);
  }
}

function middle(row) {
  const box = row.getBoundingClientRect();
  return box.top + box.height / 2;
}

function scrollerOf(element) {
  for (let node = element; node; node = node.parentElement)
    if (/auto|scroll/u.test(getComputedStyle(node).overflowY)) return node;
  return document.scrollingElement;
}
