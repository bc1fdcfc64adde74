/** Building the page without innerHTML: every text becomes a text node, so nothing has to be escaped by hand. */

const ICONS = "/static/icons.svg";
const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 * @param {string} tag Name, optionally with classes: `"div.card.wide"`.
 * @param {Object<string, any>} [props] `onclick` and friends are listeners, `vars` are CSS custom properties,
 *   `data` are data attributes, booleans and `value` are properties, the rest are attributes (`null` = none).
 * @param {...any} children Nodes, texts, arrays of them; `null`, `undefined` and `false` are left out.
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) setProp(element, key, value);
  add(element, children);
  return element;
}

function setProp(element, key, value) {
  if (value === null || value === undefined) return;
  if (key === "class") element.classList.add(...value.split(" ").filter(Boolean));
  else if (key === "vars") for (const [name, of] of Object.entries(value)) element.style.setProperty(name, of);
  else if (key === "data") Object.assign(element.dataset, value);
  else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
  else if (typeof value === "boolean" && key in element) element[key] = value;
  else if (key === "value") element.value = value;
  else if (value !== false) element.setAttribute(key, value === true ? "" : value);
}

function add(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : String(child));
  }
}

/** Replace what is inside `parent` by `children`. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  add(parent, children);
  return parent;
}

/**
 * Put HTML that the server has already sanitised (the `html` field of a message, nothing else) into `parent`.
 * Links open outside, without telling the other site where they came from.
 */
export function fillSanitised(parent, html) {
  parent.innerHTML = html;
  for (const link of parent.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
  return parent;
}

/** A drawing from icons.svg; decoration only, so name the button around it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

/** A button that shows only a drawing; `label` is its name for everyone and its tooltip. */
export function iconButton(name, label, onclick, props = {}) {
  return h("button.icon-button", { type: "button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

/** A button with words. `look` is "", "primary", "danger" or "quiet"; `drawing` an icon before the words. */
export function button(text, onclick, { look = "", drawing = null, ...props } = {}) {
  const type = props.type ?? "button";
  return h("button.button", { class: look, onclick, ...props, type }, drawing && icon(drawing), h("span", {}, text));
}

/** Run `fn` once after the current work, however often the returned function was called before that. */
export function coalesce(fn) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      fn();
    });
  };
}

let counter = 0;

/** An id that no other element has. */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** Copy `text`; true when the browser allowed it. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// The clipboard API needs https or loopback; on a home network's plain http the older way still works.
function copyBySelection(text) {
  const field = h("textarea.visually-hidden", { value: text, "aria-hidden": "true" });
  const holder = document.querySelector("dialog[open]") ?? document.body;
  const focused = document.activeElement;
  holder.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  focused?.focus?.();
  return copied;
}
