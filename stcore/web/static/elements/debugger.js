/**
 * A script that waits at a breakpoint: where it stands, what is in its arguments and variables, how to go on.
 * Lies over the composer; the chat stays usable. Keys inside it: F8 goes on, F10 steps over, F11 into, Shift+F11 out.
 */
import { attempt, stop } from "../core/actions.js";
import { announce } from "../core/announce.js";
import { at, get, post } from "../core/api.js";
import { button, fill, h } from "../core/dom.js";
import { on, state as page } from "../core/store.js";

const STEPS = [
  { step: "resume", text: "Go on", key: "F8", drawing: "right", look: "primary" },
  { step: "over", text: "Step over", key: "F10" },
  { step: "into", text: "Into", key: "F11" },
  { step: "out", text: "Out", key: "Shift+F11" },
];

class Debugger extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    this.waiting = new Map();
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Script at a breakpoint");
    this.addEventListener("keydown", (event) => this.pressed(event));
    on("debug-paused", (where) => this.paused(where));
    on("debug-gone", ({ id }) => this.gone(id));
    on("chat", () => attempt(() => this.load()));
    on("link", () => page.link === "live" && attempt(() => this.load()));
  }

  /** Scripts may wait since before this page was opened. */
  async load() {
    const { chatId } = page;
    const waiting = chatId ? await get(at("/api/chats", chatId, "debug")) : [];
    if (chatId !== page.chatId) return;
    this.waiting = new Map(waiting.map((one) => [one.id, one]));
    this.draw();
  }

  paused(where) {
    if (where.chat_id && where.chat_id !== page.chatId) return;
    const isFirst = !this.waiting.has(where.id);
    this.waiting.set(where.id, where);
    this.output = [];
    this.draw();
    announce(`The script waits before ${where.command}, line ${where.where.line + 1}`);
    if (isFirst) this.querySelector(".debugger-steps button")?.focus({ preventScroll: true });
  }

  gone(id) {
    const had = this.contains(document.activeElement);
    this.leaving = setTimeout(() => {
      // A step that takes a moment must not make the panel flicker.
      if (!this.waiting.delete(id)) return;
      this.draw();
      if (had && this.hidden) document.getElementById("composer-text")?.focus({ preventScroll: true });
    }, 150);
  }

  draw() {
    clearTimeout(this.leaving);
    const where = [...this.waiting.values()].at(-1);
    this.where = where;
    this.hidden = !where;
    if (!where) {
      fill(this);
      return;
    }
    const focused = document.activeElement?.dataset?.step;
    fill(
      this,
      h("div.debugger-head", {}, h("h2.debugger-title", {}, title(where)), this.steps()),
      h(
        "div.debugger-body",
        {},
        source(where),
        h(
          "div.debugger-facts",
          { tabindex: "0", role: "group", "aria-label": "Arguments, variables and stack" },
          section("Arguments", argumentsOf(where)),
          section("Variables", variablesOf(where)),
          section("Stack", stackOf(where)),
        ),
      ),
      this.evaluation(),
    );
    if (focused) this.querySelector(`[data-step="${focused}"]`)?.focus({ preventScroll: true });
    const mark = this.querySelector("mark");
    if (mark) mark.closest(".debugger-source").scrollTop = mark.offsetTop - 48;
  }

  steps() {
    const buttons = STEPS.map(({ step, text, key, ...look }) =>
      button(text, () => this.go(step), { ...look, title: `${text} (${key})`, "aria-keyshortcuts": key, data: { step } }),
    );
    return h(
      "div.debugger-steps",
      { role: "toolbar", "aria-label": "How to go on" },
      buttons,
      button("Stop", () => attempt(stop), { look: "quiet", drawing: "stop" }),
    );
  }

  evaluation() {
    const field = h("input.field", {
      placeholder: "{{var::x}} or /command",
      "aria-label": "Evaluate here",
      autocomplete: "off",
      spellcheck: "false",
    });
    const output = h("output.debugger-output", { "aria-live": "polite" }, this.output ?? []);
    const run = async (event) => {
      event.preventDefault();
      const text = field.value;
      if (!text.trim()) return;
      await this.evaluate(text);
      const fresh = this.querySelector(".debugger-evaluate input");
      fresh.value = text;
      fresh.focus({ preventScroll: true });
      fresh.select();
    };
    return h(
      "form.debugger-evaluate",
      { onsubmit: run },
      h("div.debugger-ask", {}, field, button("Evaluate", null, { type: "submit" })),
      output,
    );
  }

  async evaluate(text) {
    const { id } = this.where;
    try {
      const { value, state } = await post(at("/api/debug", id, "evaluate"), { text });
      this.waiting.set(id, state);
      this.output = [h("code", {}, text), " gives ", h("code", {}, value === "" ? "nothing" : value)];
    } catch (error) {
      const { message = String(error), hint = "" } = error.detail ?? {};
      this.output = [h("span.debugger-wrong", {}, `${message} ${hint}`.trim())];
    }
    this.draw();
  }

  go(step) {
    return attempt(() => post(at("/api/debug", this.where.id, "step"), { step }));
  }

  pressed(event) {
    const pressed = `${event.shiftKey ? "Shift+" : ""}${event.key}`;
    const wanted = STEPS.find(({ key }) => key === pressed);
    if (!wanted) return;
    event.preventDefault();
    this.go(wanted.step);
  }
}

function title({ command, name, where }) {
  return [
    "Waiting before ",
    h("code", {}, `/${command}`),
    `, line ${where.line + 1}`,
    name && [" of ", h("strong", {}, name)],
  ];
}

/** The script with the statement marked; numbers of lines are drawn by the style sheet. */
function source({ source: text, where: { start, end, line } }) {
  const lines = text.split("\n");
  let position = 0;
  const rows = lines.map((words, number) => {
    const from = Math.min(Math.max(start - 1 - position, 0), words.length);
    const to = Math.min(Math.max(end - position, 0), words.length);
    position += words.length + 1;
    const marked = to > from ? [words.slice(0, from), h("mark", {}, words.slice(from, to)), words.slice(to)] : words;
    return h("li", { "aria-current": number === line ? "step" : null }, marked);
  });
  return h("ol.debugger-source", { tabindex: "0", "aria-label": "The script" }, rows);
}

function section(heading, rows) {
  return h("section.debugger-section", {}, h("h3", {}, heading), rows);
}

function argumentsOf({ named, unnamed, pipe }) {
  const rows = named.map(({ name, value, written }) => fact(`${name}=`, value ?? written));
  if (unnamed.value !== null) rows.push(fact("text", unnamed.value));
  else if (unnamed.written) rows.push(fact("text", unnamed.written));
  return h("dl", {}, rows, fact("pipe", pipe ?? ""));
}

function variablesOf({ scopes }) {
  const rows = scopes.flatMap(({ variables, macros }, depth) => [
    ...Object.entries(variables).map(([name, value]) => fact(name, value, depth)),
    ...Object.entries(macros).map(([name, value]) => fact(`{{${name}}}`, value, depth)),
  ]);
  return rows.length ? h("dl", {}, rows) : h("p.faint", {}, "None yet.");
}

function stackOf({ stack }) {
  const rows = stack.map(({ command, name, line }) =>
    h("li", {}, h("code", {}, `/${command}`), ` line ${line + 1}${name ? ` of ${name}` : ""}`),
  );
  return h("ol.debugger-stack", {}, rows);
}

function fact(name, value, depth = 0) {
  const words = Array.isArray(value) ? value.join(" ") : String(value);
  return [
    h("dt", { title: depth ? `${depth} closures further out` : null }, name),
    h("dd", {}, words === "" ? h("span.faint", {}, "nothing") : words),
  ];
}

customElements.define("st-debugger", Debugger);
