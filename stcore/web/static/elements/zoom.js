/** Zoom from 1 to 5 times and pan: wheel, double click, drag, two fingers. */

const MOST = 5;
const DRAG_PIXELS = 4;

export class Zoom {
  /** @param {HTMLElement} stage What the fingers touch. */
  constructor(stage) {
    this.stage = stage;
    this.pointers = new Map();
    this.dragged = false;
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("dblclick", (event) => this.toggle(event));
    stage.addEventListener("pointerdown", (event) => this.down(event));
    stage.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => this.up(event));
  }

  /** Begin anew with `element`. */
  take(element) {
    this.element = element;
    this.reset();
  }

  reset() {
    Object.assign(this, { scale: 1, x: 0, y: 0 });
    this.apply();
  }

  /** Multiply the size by `factor`, keeping the point (`x`, `y`) of the window where it is. */
  by(factor, x = null, y = null) {
    const box = this.stage.getBoundingClientRect();
    const scale = Math.min(MOST, Math.max(1, this.scale * factor));
    const [fromX, fromY] = [
      (x ?? box.left + box.width / 2) - box.left - box.width / 2,
      (y ?? box.top + box.height / 2) - box.top - box.height / 2,
    ];
    const change = scale / this.scale;
    this.x = fromX - (fromX - this.x) * change;
    this.y = fromY - (fromY - this.y) * change;
    this.scale = scale;
    if (scale === 1) this.x = this.y = 0;
    this.apply();
  }

  apply() {
    if (!this.element) return;
    const box = this.stage.getBoundingClientRect();
    const mostX = (box.width * (this.scale - 1)) / 2;
    const mostY = (box.height * (this.scale - 1)) / 2;
    this.x = Math.max(-mostX, Math.min(mostX, this.x));
    this.y = Math.max(-mostY, Math.min(mostY, this.y));
    this.element.style.setProperty("transform", `translate(${this.x}px, ${this.y}px) scale(${this.scale})`);
    this.stage.classList.toggle("zoomed", this.scale > 1);
  }

  wheel(event) {
    event.preventDefault();
    this.by(Math.exp(-event.deltaY / 400), event.clientX, event.clientY);
  }

  toggle(event) {
    if (this.scale > 1) this.reset();
    else this.by(2.5, event.clientX, event.clientY);
  }

  down(event) {
    this.pointers.set(event.pointerId, event);
    this.start = { x: event.clientX, y: event.clientY };
    this.dragged = false;
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    if (Math.hypot(event.clientX - this.start.x, event.clientY - this.start.y) > DRAG_PIXELS) this.dragged = true;
    const others = [...this.pointers.values()].filter((pointer) => pointer.pointerId !== event.pointerId);
    if (others.length) this.pinch(before, event, others[0]);
    else if (this.scale > 1 && this.dragged) {
      this.stage.setPointerCapture(event.pointerId);
      this.x += event.clientX - before.clientX;
      this.y += event.clientY - before.clientY;
      this.apply();
    }
    this.pointers.set(event.pointerId, event);
  }

  pinch(before, now, other) {
    const was = Math.hypot(before.clientX - other.clientX, before.clientY - other.clientY);
    const is = Math.hypot(now.clientX - other.clientX, now.clientY - other.clientY);
    if (was > 0) this.by(is / was, (now.clientX + other.clientX) / 2, (now.clientY + other.clientY) / 2);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
  }
}
