/** The jobs indicator: how many pictures are being made, and a panel that lists, stops and retries them. */
import { attempt, cancelJob, clearJobs, openChat, retryJob } from "../core/actions.js";
import { button, fill, h, icon, iconButton } from "../core/dom.js";
import { duration, isActive, plural, shorten } from "../core/format.js";
import { activeJobs, on, state } from "../core/store.js";
import { stateWords } from "./job.js";
import { place } from "./menu.js";

const TICK_MS = 1000;
const FINISHED_SHOWN = 8;

class Jobs extends HTMLElement {
  connectedCallback() {
    this.count = h("span.badge", { hidden: true });
    this.button = iconButton("clock", "Pictures being made", () => this.toggle(), { "aria-haspopup": "dialog" });
    this.button.append(this.count);
    this.panel = h("div.jobs-panel", { popover: "auto", role: "dialog", "aria-label": "Pictures being made" });
    this.panel.addEventListener("toggle", (event) => this.toggled(event.newState === "open"));
    fill(this, this.button, this.panel);
    on("jobs", () => this.draw());
    on("progress", () => this.isOpen && this.draw());
    this.draw();
  }

  get isOpen() {
    return this.panel.matches(":popover-open");
  }

  toggle() {
    this.panel.togglePopover();
  }

  toggled(open) {
    clearInterval(this.timer);
    this.button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    this.draw();
    place(this.panel, this.button);
    this.panel.querySelector("button")?.focus();
    this.timer = setInterval(() => this.draw(), TICK_MS);
  }

  draw() {
    const count = activeJobs().length;
    this.count.hidden = count === 0;
    this.count.textContent = String(count);
    this.button.classList.toggle("working", count > 0);
    this.button.setAttribute(
      "aria-label",
      count ? `${plural(count, "picture")} being made` : "No picture is being made",
    );
    this.button.title = this.button.getAttribute("aria-label");
    if (this.isOpen) this.drawPanel();
  }

  drawPanel() {
    const active = activeJobs();
    const ended = [...state.jobs.values()].filter((job) => !isActive(job)).sort((a, b) => b.created - a.created);
    // Redrawing every second must not take the focus away from the button a person is on.
    const focused = document.activeElement?.dataset?.key;
    fill(
      this.panel,
      h("h2", {}, active.length ? `${plural(active.length, "picture")} being made` : "Nothing is being made right now"),
      active.map((job) => row(job)),
      ended.length > 0 && h("h3", {}, "Finished"),
      ended.slice(0, FINISHED_SHOWN).map((job) => row(job)),
      ended.length > 0 && button("Clear finished", () => attempt(clearJobs), { look: "quiet", data: { key: "clear" } }),
    );
    if (focused) this.panel.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
}

function row(job) {
  const active = isActive(job);
  const since = job.started ?? job.created;
  const took = ((job.finished ?? Date.now()) - since) / 1000;
  const open = () => openChat(job.chat_id);
  const action = active
    ? iconButton("stop", "Stop this picture", () => attempt(() => cancelJob(job.id)), {
        data: { key: `stop-${job.id}` },
      })
    : job.state !== "done" &&
      iconButton("refresh", "Retry", () => attempt(() => retryJob(job.id)), { data: { key: `retry-${job.id}` } });
  return h(
    "div.job-row",
    { data: { state: job.state } },
    h(
      "button.job-row-main",
      { type: "button", onclick: open, data: { key: `open-${job.id}` }, title: "Go to its chat" },
      h("span.job-row-prompt", {}, shorten(job.prompt, 90) || "Picture"),
      h("span.faint", {}, [job.model || job.connection, stateWords(job), duration(took)].filter(Boolean).join(" · ")),
      active && h("progress", { max: "1", value: job.progress?.fraction ?? null, "aria-label": "Progress" }),
    ),
    active || job.state !== "done" ? action : icon("check"),
  );
}

customElements.define("st-jobs", Jobs);
