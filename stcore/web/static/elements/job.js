/** `<st-job>`: the place of a picture that is being made, or that could not be made. */
import { attempt, cancelJob, retryJob } from "../core/actions.js";
import { button, fill, h, icon } from "../core/dom.js";
import { duration, isActive, shorten } from "../core/format.js";
import { recall, remember } from "../core/prefs.js";
import { emit, state } from "../core/store.js";
import { errorBody } from "./toasts.js";

const DISMISSED_KEPT = 200;
const DEFAULT_SIZE = [1, 1];

/** The state of a job in plain words. */
export function stateWords(job) {
  const position = job.progress?.position;
  if (job.state === "queued" && position > 0) return position === 1 ? "next in line" : `number ${position} in line`;
  return {
    waiting: "waiting for your approval",
    queued: "waiting for its turn",
    running: "being made",
    saving: "being saved",
    done: "done",
    cancelled: "stopped",
    failed: job.error?.kind === "interrupted" ? "interrupted" : "failed",
  }[job.state];
}

class Job extends HTMLElement {
  update(job) {
    this.job = job;
    const phase = isActive(job) || job.state === "done" ? "active" : job.state;
    if (phase !== this.phase) this.build(phase);
    this.phase = phase;
    if (phase === "active") this.progress();
  }

  build(phase) {
    this.className = `job ${phase}`;
    const [width, height] = this.job.size ?? DEFAULT_SIZE;
    this.style.setProperty("--w", width);
    this.style.setProperty("--h", height);
    if (phase === "active") this.buildActive();
    else this.buildFailed();
  }

  buildActive() {
    const prompt = shorten(this.job.prompt, 140) || "A picture";
    this.preview = h("img.job-preview", { alt: "", hidden: true });
    this.bar = h("progress", { max: "1", "aria-label": `Progress of the picture: ${prompt}` });
    this.words = h("span.job-words");
    this.percent = h("span.job-percent");
    const stop = button("Stop", () => attempt(() => cancelJob(this.job.id)), {
      look: "quiet",
      drawing: "stop",
      "aria-label": "Stop this picture",
    });
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", `Picture being made: ${prompt}`);
    fill(
      this,
      h("div.job-canvas", {}, this.preview, h("span.job-percent-wrap", {}, this.percent)),
      h("div.job-info", {}, h("p.job-prompt", {}, prompt), this.bar, h("div.job-line", {}, this.words, stop)),
    );
  }

  progress() {
    const { state: phase, step, steps, stage, fraction, eta } = this.job.progress ?? {};
    // The source's own words about a wait say more than the state does.
    const waits = phase === "queued" && stage;
    const parts = [
      step && steps ? `Step ${step} of ${steps}` : capital(waits || stateWords(this.job)),
      waits ? "" : stage,
      eta ? `about ${duration(eta)} left` : "",
    ];
    this.words.textContent = parts.filter(Boolean).join(" · ");
    const share = fraction ?? (step && steps ? step / steps : null);
    if (this.job.state === "done") this.bar.value = 1;
    else if (share === null || this.job.state === "saving") this.bar.removeAttribute("value");
    else this.bar.value = share;
    this.percent.textContent = share === null ? "" : `${Math.round(share * 100)} %`;
    const preview = state.previews.get(this.job.id);
    if (preview) this.preview.src = preview;
    this.preview.hidden = !preview;
  }

  buildFailed() {
    const { error, prompt } = this.job;
    const interrupted = error?.kind === "interrupted";
    const title = interrupted ? "This picture was interrupted" : "This picture could not be made";
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", title);
    fill(
      this,
      h("div.job-failed-head", {}, icon(interrupted ? "clock" : "alert"), h("span", {}, title)),
      h("p.job-prompt", {}, shorten(prompt, 140)),
      h("div.job-error", {}, errorBody(error ?? { message: "Nobody said why." })),
      h(
        "div.job-buttons",
        {},
        button("Retry", () => attempt(() => retryJob(this.job.id)), { drawing: "refresh", look: "primary" }),
        error?.whose === "configuration" &&
          button("Settings", () => emit("settings-open", { page: "sources" }), { drawing: "settings" }),
        button("Dismiss", () => dismiss(this.job.id), { look: "quiet" }),
      ),
    );
  }
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function dismiss(id) {
  remember("dismissed", [...recall("dismissed", []), id].slice(-DISMISSED_KEPT));
  emit("timeline");
}

customElements.define("st-job", Job);
