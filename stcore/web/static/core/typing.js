/** Text fields: changing a part so that the field's own undo takes it back, and following what was typed. */

/**
 * Replace `field.value` from `start` to `end` by `text`, as if somebody had typed it: undo works, `input` is told.
 * @param {HTMLInputElement|HTMLTextAreaElement} field @param {string} text
 * @param {number} start @param {number} end @param {number} [caret] Where the cursor stands afterwards.
 */
export function typeInto(field, text, start, end, caret = start + text.length) {
  field.focus();
  field.setSelectionRange(start, end);
  // Deprecated, and still the only way that the undo of a field knows of.
  const typed = (text || end > start) && document.execCommand(text ? "insertText" : "delete", false, text);
  if (!typed) {
    field.setRangeText(text, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.setSelectionRange(caret, caret);
}

/**
 * What one change of a text replaced: `before[start:end]` became longer by `by` characters.
 * @param {string} before @param {string} after @returns {{start: number, end: number, by: number}}
 */
export function changeOf(before, after) {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let same = 0;
  while (same < most - start && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  return { start, end: before.length - same, by: after.length - before.length };
}
