/** Files can be dropped anywhere on a page of the settings; `data-drop` of the page says what becomes of them. */

/** @param {HTMLElement} page With the class `drop-page`. @param {(files: File[]) => any} take */
export function takeDrops(page, take) {
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const over = (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    page.classList.toggle("drop-here", event.type === "dragover");
    if (event.type === "drop") take([...event.dataTransfer.files]);
  };
  page.addEventListener("dragover", over);
  page.addEventListener("drop", over);
  page.addEventListener("dragleave", (event) => page.contains(event.relatedTarget) || page.classList.remove("drop-here"));
}
