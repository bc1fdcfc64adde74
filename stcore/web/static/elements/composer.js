/** The place to write: a growing field, completion of commands, history, pictures by menu, send and stop. */
import { attempt, say, stop } from "../core/actions.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { recall, remember } from "../core/prefs.js";
import { emit, isBusy, on, state } from "../core/store.js";
import { attachAssist } from "./assist.js";
import { avatar } from "./avatar.js";
import { History } from "./history.js";
import { personaMenu } from "./persona-menu.js";
import { pictureMenu } from "./picture-menu.js";

const DRAFT_MS = 300;
const isNarrow = () => matchMedia("(width < 48rem)").matches;
const isTouch = () => matchMedia("(hover: none) and (pointer: coarse)").matches;

class Composer extends HTMLElement {
  connectedCallback() {
    this.history = new History();
    this.build();
    this.assist = attachAssist(this.field, { above: this.form });
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => this.pressed(event));
    on("chat", () => this.chatOpened());
    on("busy", () => this.drawSend());
    on("compose", (wish) => this.compose(wish));
    on("people", () => this.drawPersona());
    this.drawSend();
  }

  build() {
    this.field = h("textarea.composer-field", {
      id: "composer-text",
      rows: "1",
      placeholder: isNarrow() ? "Message, or / for commands" : "Write a message, or / for a command",
      "aria-label": "Message or command",
      autocomplete: "off",
      spellcheck: "true",
      enterkeyhint: isTouch() ? "enter" : "send",
    });
    this.pictureButton = iconButton("picture", "Make a picture", () => this.pictureMenu(), {
      class: "picture-button",
      "aria-haspopup": "menu",
    });
    const who = () => state.cast?.persona ?? { name: state.cast?.user ?? "You" };
    this.personaButton = h(
      "button.icon-button.persona-button",
      { type: "button", "aria-haspopup": "menu", hidden: true, onclick: () => personaMenu(this.personaButton) },
      avatar(who),
    );
    this.sendButton = h("button.send", { type: "submit" });
    this.form = h(
      "form.composer",
      {
        onsubmit: (event) => {
          event.preventDefault();
          this.submit();
        },
      },
      h("div.composer-tools", {}, this.personaButton, this.pictureButton),
      h("div.composer-text", {}, this.field),
      this.sendButton,
    );
    const hint = h(
      "p.composer-hint",
      {},
      h("kbd", {}, "Enter"),
      " sends, ",
      h("kbd", {}, "Shift"),
      " + ",
      h("kbd", {}, "Enter"),
      " starts a new line, ",
      h("kbd", {}, "/"),
      " and ",
      h("kbd", {}, "{{"),
      " list ",
      h("button.hint-link", { type: "button", onclick: () => this.lookUp("commands") }, "commands"),
      " and ",
      h("button.hint-link", { type: "button", onclick: () => this.lookUp("macros") }, "macros"),
    );
    fill(this, this.form, hint);
  }

  /** Who one is here; without any persona there is nothing to choose from. */
  drawPersona() {
    this.personaButton.hidden = !state.personas.size;
    const label = `You are ${state.cast?.user ?? "yourself"} here${state.cast?.locked ? ", always" : ""}`;
    this.personaButton.setAttribute("aria-label", label);
    this.personaButton.title = label;
  }

  typed() {
    this.grow();
    this.drawSend();
    this.history.leave();
    this.keepDraft();
  }

  // `field-sizing: content` does this without a line of script, where the browser knows it.
  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${this.field.scrollHeight}px`);
  }

  keepDraft() {
    clearTimeout(this.draftTimer);
    const chatId = state.chatId;
    this.draftTimer = setTimeout(() => remember(`draft.${chatId}`, this.field.value || null), DRAFT_MS);
  }

  chatOpened() {
    this.put(recall(`draft.${state.chatId}`, ""));
    this.history.leave();
    if (!isTouch()) this.field.focus({ preventScroll: true });
  }

  put(text) {
    this.field.value = text;
    this.field.setSelectionRange(text.length, text.length);
    this.assist.reread();
    this.grow();
    this.drawSend();
  }

  /** @param {{text: string, complete?: boolean}} wish Text for the field; what was written before stays in the history. */
  compose({ text, complete = false }) {
    if (this.field.value.trim()) this.history.add(this.field.value);
    this.put(text);
    this.keepDraft();
    this.field.focus();
    if (complete) this.assist.ask("typed");
  }

  pressed(event) {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Enter" && !event.shiftKey && !isTouch()) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && isBusy()) {
      event.preventDefault();
      attempt(stop);
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      this.recallLine(event);
    }
  }

  recallLine(event) {
    const { value, selectionStart, selectionEnd } = this.field;
    const untouched = value === "" || this.history.isOpen;
    if (
      !untouched ||
      selectionStart !== selectionEnd ||
      event.shiftKey ||
      event.altKey ||
      event.ctrlKey ||
      event.metaKey
    )
      return;
    const line = event.key === "ArrowUp" ? this.history.older() : this.history.newer();
    if (line === null) return;
    event.preventDefault();
    this.put(line);
    this.keepDraft();
  }

  async submit() {
    const text = this.field.value;
    this.assist.close();
    if (!text.trim()) {
      if (isBusy()) await attempt(stop);
      return;
    }
    const chatId = state.chatId;
    this.put("");
    remember(`draft.${chatId}`, null);
    clearTimeout(this.draftTimer);
    emit("sent");
    const accepted = await attempt(() => say(text));
    if (accepted) this.history.add(text);
    else if (state.chatId === chatId && !this.field.value) this.put(text);
  }

  drawSend() {
    const stops = isBusy() && !this.field.value.trim();
    if (this.sendButton.dataset.stops === String(stops)) {
      this.sendButton.disabled = !stops && !this.field.value.trim();
      return;
    }
    this.sendButton.dataset.stops = String(stops);
    fill(this.sendButton, icon(stops ? "stop" : "send"));
    this.sendButton.setAttribute("aria-label", stops ? "Stop" : "Send");
    this.sendButton.title = stops ? "Stop" : "Send";
    this.sendButton.disabled = !stops && !this.field.value.trim();
  }

  /** Open the reference; what is chosen there comes to the cursor of this field. */
  lookUp(tab) {
    emit("reference-open", { tab, field: this.field });
  }

  pictureMenu() {
    const compose = (text) => this.compose({ text, complete: true });
    pictureMenu(this.pictureButton, this.field.value.trim(), compose, (tab) => this.lookUp(tab));
  }
}

customElements.define("st-composer", Composer);
