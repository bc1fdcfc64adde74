/** The sheet on which a prompt can be changed before its picture is drawn. */
import { button, h, icon, uniqueId } from "../core/dom.js";

/**
 * @param {{prompt: string, negative: string|null, size: string, keep_size: boolean, warning: string}} sheet
 * @param {(answer: Object|null) => void} finish
 */
export function reviewForm(sheet, finish) {
  const prompt = field("Prompt", sheet.prompt, 8);
  const negative = sheet.negative === null ? null : field("Kept out, beside what is always kept out", sheet.negative, 2);
  const keep = sheet.size ? h("input", { type: "checkbox", checked: sheet.keep_size }) : null;
  const draw = button("Draw it", null, { look: "primary", type: "submit", drawing: "picture", title: "Ctrl+Enter" });
  const empty = h("p.field-help.wrong", { role: "alert", hidden: true }, "A picture needs some words.");
  const done = () => {
    empty.hidden = Boolean(prompt.control.value.trim());
    if (!empty.hidden) return prompt.control.focus();
    const answer = { prompt: prompt.control.value };
    if (negative) answer.negative = negative.control.value;
    if (keep) answer.keep_size = keep.checked;
    return finish(answer);
  };
  const onsubmit = (event) => {
    event.preventDefault();
    done();
  };
  const onkeydown = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && done();
  prompt.control.autofocus = true;
  return h(
    "form.review",
    { onsubmit, onkeydown },
    sheet.warning && h("p.notice-line.warning", { role: "status" }, icon("alert"), sheet.warning),
    h("div", {}, prompt.row, empty),
    negative?.row,
    keep && h("label.check-line", {}, keep, `Use the size of the picture again (${sheet.size.replace("x", " × ")})`),
    h(
      "div.dialog-buttons",
      {},
      button("Cancel", () => finish(null)),
      draw,
    ),
  );
}

function field(name, value, rows) {
  const id = uniqueId("review");
  const control = h("textarea.field", { id, rows, value, spellcheck: "true" });
  return { control, row: h("div.form-row", {}, h("label.field-label", { for: id }, name), control) };
}
