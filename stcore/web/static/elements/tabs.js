/** A list of tabs: one stop of the Tab key, arrows go on from there. */
import { fill, h, icon } from "../core/dom.js";

/**
 * @param {string} label @param {Object<string, {text: string, icon: string}>} items
 * @param {{look: string, panel: (name: string) => string, onchoose: (name: string) => void}} how `look` is the class
 *   of a tab and, with an s, of the list; `panel` the id of what a tab shows.
 * @returns {{element: HTMLElement, choose: (name: string) => void}}
 */
export function tabList(label, items, { look, panel, onchoose }) {
  const names = Object.keys(items);
  const element = h(`div.${look}s`, { role: "tablist", "aria-label": label, onkeydown: steer });

  function choose(name) {
    const focused = element.contains(document.activeElement);
    fill(
      element,
      names.map((one) => tab(one, one === name)),
    );
    const selected = element.querySelector("[aria-selected=true]");
    if (focused) selected.focus();
    selected.scrollIntoView({ block: "nearest", inline: "center" });
    onchoose(name);
  }

  function tab(name, selected) {
    const props = {
      type: "button",
      role: "tab",
      "aria-selected": String(selected),
      "aria-controls": panel(name),
      tabindex: selected ? "0" : "-1",
      data: { page: name },
      onclick: () => choose(name),
    };
    return h(`button.${look}`, props, icon(items[name].icon), h("span", {}, items[name].text));
  }

  function steer(event) {
    const at = names.indexOf(event.target.dataset.page);
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 }[
      event.key
    ];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    choose(names.at(to % names.length));
  }

  return { element, choose };
}
