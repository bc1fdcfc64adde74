/** A line over the composer while a longer script runs: how far it is, hold, stop. */
import { attempt, pause, resume, stop } from "../core/actions.js";
import { button, fill, h } from "../core/dom.js";
import { on, shownScripts } from "../core/store.js";

const PATIENCE_MS = 1500;

class ScriptBar extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    this.setAttribute("role", "status");
    for (const topic of ["busy", "jobs", "chat"]) on(topic, () => this.draw());
  }

  draw() {
    clearTimeout(this.timer);
    const scripts = shownScripts();
    const wait = Math.min(...scripts.map((script) => script.since + PATIENCE_MS - Date.now()));
    const paused = scripts.some((script) => script.state === "paused");
    // Most scripts are over in a moment; a line that flashes up would only disturb.
    if (scripts.length && wait > 0 && !paused) this.timer = setTimeout(() => this.draw(), wait);
    this.hidden = !scripts.length || (wait > 0 && !paused);
    if (!this.hidden) this.show(scripts[0], paused);
  }

  show(script, paused) {
    if (this.shown !== paused) {
      this.shown = paused;
      this.bar = h("progress", { max: "1", "aria-label": "Progress of the script" });
      const hold = paused
        ? button("Go on", () => attempt(resume))
        : button("Hold", () => attempt(pause), { look: "quiet" });
      const words = paused ? "The script is held" : "A script is running";
      fill(
        this,
        h("span.script-words", {}, words),
        this.bar,
        hold,
        button("Stop", () => attempt(stop), { look: "quiet", drawing: "stop" }),
      );
    }
    if (script.progress === null || script.progress === undefined) this.bar.removeAttribute("value");
    else this.bar.value = script.progress;
  }
}

customElements.define("st-script-bar", ScriptBar);
