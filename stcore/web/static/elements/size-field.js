/** Width and height of pictures: a list of known sizes that sets both, and a button that exchanges them (3.3). */
import { h, iconButton, uniqueId } from "../core/dom.js";

/** How far a size is from another, in shape and in area. */
const distance = ([width, height], [wanted, tall]) =>
  Math.abs(width / height - wanted / tall) / (wanted / tall) + Math.abs(width * height - wanted * tall) / (wanted * tall);

/** The known size nearest to `[width, height]`; of equals the first. */
export function nearestSize(sizes, wanted) {
  const far = sizes.map(({ width, height }) => distance([width, height], wanted));
  return sizes[far.indexOf(Math.min(...far))];
}

export class SizeField {
  /**
   * @param {{width: number, height: number, label: string}[]} sizes
   * @param {{width: number|null, height: number|null}} value @param {{minimum: number, maximum: number}} limits
   * @param {(size: {width: number|null, height: number|null}) => void} onchange
   */
  constructor(sizes, { width, height }, limits, onchange) {
    Object.assign(this, { limits, onchange });
    const id = uniqueId("size");
    this.width = this.side("Width in pixels", width);
    this.height = this.side("Height in pixels", height);
    this.list = h(
      "select.field",
      { id, onchange: () => this.choose() },
      h("option", { value: "" }, "As the source does"),
      sizes.map((size) => h("option", { value: `${size.width}x${size.height}` }, size.label)),
    );
    // As it is at first; it does not follow what is typed later.
    const nearest = width && height && nearestSize(sizes, [width, height]);
    this.list.value = nearest ? `${nearest.width}x${nearest.height}` : "";
    this.help = h("p.field-help.wrong", { role: "status" });
    this.element = h(
      "div.form-row.size-row",
      {},
      h("label.field-label", { for: id }, "Size"),
      this.list,
      h(
        "div.size-fields",
        {},
        this.width,
        h("span", { "aria-hidden": "true" }, "×"),
        this.height,
        iconButton("swap", "Exchange width and height", () => this.swap()),
        h("span.faint", {}, "pixels"),
      ),
      this.help,
    );
  }

  side(label, value) {
    return h("input.field", {
      type: "number",
      inputmode: "numeric",
      min: this.limits.minimum,
      max: this.limits.maximum,
      step: 8,
      placeholder: "auto",
      value: value ?? "",
      "aria-label": label,
      oninput: () => this.told(),
    });
  }

  choose() {
    const [width, height] = this.list.value ? this.list.value.split("x") : ["", ""];
    Object.assign(this.width, { value: width });
    Object.assign(this.height, { value: height });
    this.told();
  }

  swap() {
    [this.width.value, this.height.value] = [this.height.value, this.width.value];
    this.told();
  }

  /** Show a size that was set elsewhere. */
  show({ width, height }) {
    this.width.value = width ?? "";
    this.height.value = height ?? "";
  }

  told() {
    const { minimum, maximum } = this.limits;
    const size = {};
    this.help.textContent = "";
    for (const name of ["width", "height"]) {
      const control = this[name];
      const number = control.value === "" ? null : Number(control.value);
      const isWrong = control.validity.badInput || (number !== null && !(Number.isInteger(number) && number >= minimum && number <= maximum));
      control.setAttribute("aria-invalid", String(isWrong));
      if (isWrong) this.help.textContent = `A whole number from ${minimum} to ${maximum}, please.`;
      size[name] = number;
    }
    if (!this.help.textContent) this.onchange(size);
  }
}
