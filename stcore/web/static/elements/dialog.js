/** Small dialogs: one asks for a confirmation, one for a line of text. Both are promises. */
import { button, h, uniqueId } from "../core/dom.js";

/**
 * Show `content` as a modal dialog. `finish(value)` closes it; Escape and a click outside close it with `null`.
 * @param {string} title @param {(finish: (value: any) => void) => any} content
 * @returns {Promise<any>}
 */
export function showDialog(title, content, { className = "" } = {}) {
  return new Promise((resolve) => {
    const titleId = uniqueId("dialog");
    const dialog = h("dialog.dialog", { class: className, "aria-labelledby": titleId });
    let answer = null;
    const finish = (value) => {
      answer = value;
      dialog.close();
    };
    dialog.append(h("h2.dialog-title", { id: titleId }, title), ...[content(finish)].flat());
    dialog.addEventListener("click", (event) => event.target === dialog && isOutside(event, dialog) && finish(null));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Whether a click on the dialog element itself was on its backdrop. */
export function isOutside(event, dialog) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

/**
 * Ask before something that cannot be undone.
 * @param {{title: string, text: string, action: string, danger?: boolean}} what
 * @returns {Promise<boolean>}
 */
export async function confirmDialog({ title, text, action, danger = false }) {
  const answer = await showDialog(title, (finish) => [
    h("p.dialog-text", {}, text),
    h(
      "div.dialog-buttons",
      {},
      button("Cancel", () => finish(false)),
      button(action, () => finish(true), { look: danger ? "danger" : "primary", autofocus: true }),
    ),
  ]);
  return answer === true;
}

/**
 * Ask for one line of text; `null` when cancelled.
 * @param {{title: string, label: string, value?: string, action: string, rows?: number, cancel?: string}} what
 */
export function promptDialog({ title, label, value = "", action, rows = 1, cancel = "Cancel" }) {
  return showDialog(title, (finish) => {
    const id = uniqueId("prompt");
    const field =
      rows > 1 ? h("textarea.field", { id, rows, value }) : h("input.field", { id, value, autocomplete: "off" });
    field.autofocus = true;
    queueMicrotask(() => field.select());
    return h(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          finish(field.value);
        },
      },
      h("label.field-label", { for: id }, label),
      field,
      h(
        "div.dialog-buttons",
        {},
        button(cancel, () => finish(null)),
        button(action, null, { look: "primary", type: "submit" }),
      ),
    );
  });
}
