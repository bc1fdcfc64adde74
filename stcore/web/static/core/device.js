/** What scripts may do with the device: a sound, and the clipboard. */
import { showDialog } from "../elements/dialog.js";
import { button, copyText, h } from "./dom.js";

const PITCH_HZ = 880;
const LONG_S = 0.18;
const LOUD = 0.08;

let audio = null;

/** A short, soft tone. Browsers stay silent until the page was clicked once. */
export function beep() {
  audio ??= new AudioContext();
  audio.resume();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = PITCH_HZ;
  volume.gain.setValueAtTime(LOUD, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + LONG_S);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + LONG_S);
}

/** Copy `text`; where the browser wants a click for that, offer one. */
export async function offerCopy(text) {
  if (document.hasFocus() && (await copyText(text))) return;
  await showDialog("Copy to the clipboard?", (finish) => [
    h("p.dialog-text", {}, "A script wants to copy a text."),
    h("pre.excerpt", { tabindex: "0", "aria-label": "The text" }, text.length > 400 ? `${text.slice(0, 400)} …` : text),
    h(
      "div.dialog-buttons",
      {},
      button("Cancel", () => finish(null)),
      button("Copy", async () => finish(await copyText(text)), { look: "primary", autofocus: true }),
    ),
  ]);
}
