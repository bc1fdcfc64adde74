/** `<st-message>`: one message with its pictures, swipes and actions. */
import * as actions from "../core/actions.js";
import { announce } from "../core/announce.js";
import { isDrawing, newestOf } from "../core/drawing.js";
import { button, copyText, fill, fillSanitised, h, icon, iconButton } from "../core/dom.js";
import { clock, moment } from "../core/format.js";
import { branchAt } from "../core/people-chats.js";
import { senderOf } from "../core/people.js";
import { paragraphs } from "../core/richtext.js";
import { emit, on, state } from "../core/store.js";
import { avatar } from "./avatar.js";
import { openCheckpoint, setCheckpoint } from "./checkpoints.js";
import { confirmDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import "./pictures.js";

/** A message that only carries a picture: its text is the prompt, which the caption shows already. */
const isPicture = ({ extra, pictures }) => extra?.inline_image === false && pictures.length > 0;
/** Hidden in a way that people should see; pictures are kept from the model as a matter of course. */
const isDimmed = (message) => message.hidden && !isPicture(message);

/** Where the bar is only its last button, as in css/messages.css. */
const BARLESS = "(hover: none), (width < 48rem)";
const DRAWINGS = { system: "info", scene: "picture" };
const ROLE_NAMES = { user: "You", assistant: "Reply", system: "System", scene: "Scene" };

class Message extends HTMLElement {
  connectedCallback() {
    this.off ??= on("drawing", () => this.drawBrush());
  }

  disconnectedCallback() {
    this.off?.();
    this.off = null;
  }

  /** @param {Object} message @param {{continued: boolean, last: boolean}} context */
  update(message, context) {
    const same =
      this.item === message && this.context?.continued === context.continued && this.context?.last === context.last;
    if (same || this.editing) return;
    this.item = message;
    this.context = context;
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.act : null;
    this.draw();
    if (focused) this.querySelector(`[data-act="${focused}"]`)?.focus();
  }

  draw() {
    const message = this.item;
    const name = message.name || ROLE_NAMES[message.role];
    this.className = "message";
    this.classList.toggle("continued", this.context.continued);
    this.classList.toggle("is-hidden", isDimmed(message));
    Object.assign(this.dataset, { role: message.role, id: message.id });
    this.tabIndex = -1;
    this.setAttribute("role", "article");
    this.setAttribute(
      "aria-label",
      `${name}, ${clock(message.created)}${isDimmed(message) ? ", hidden from the model" : ""}`,
    );
    this.body = h("div.message-body.prose");
    this.face ??= avatar(() => this.sender());
    this.face.draw();
    this.pictures ??= document.createElement("st-pictures");
    fill(
      this,
      this.face,
      h("div.message-main", {}, head(message, name), this.body, this.pictures, this.swipes()),
      this.tools(),
    );
    this.drawBody();
    this.pictures.update(message);
  }

  sender() {
    const { name, role } = this.item;
    return { name: name || ROLE_NAMES[role], drawing: DRAWINGS[role], ...senderOf(this.item) };
  }

  drawBody() {
    const message = this.item;
    const rewriting = [...state.replies.values()].find((reply) => reply.messageId === message.id);
    this.body.hidden = (!message.text || isPicture(message)) && !rewriting;
    if (rewriting) fill(this.body, paragraphs(rewriting.text), h("span.caret", { "aria-hidden": "true" }));
    else fillSanitised(this.body, message.html ?? "");
  }

  swipes() {
    const { role, swipe, swipes, text } = this.item;
    if (role !== "assistant" || !text || isPicture(this.item) || (swipes < 2 && !this.context.last)) return null;
    const atEnd = swipe >= swipes - 1;
    const go = (to) => actions.attempt(() => actions.swipeMessage(this.item.id, to));
    const next = atEnd && this.context.last ? () => this.regenerate() : () => go(swipe + 1);
    const nextName = atEnd && this.context.last ? "Write another reply" : "Next reply";
    return h(
      "div.swipes",
      { role: "group", "aria-label": "Versions of this reply" },
      iconButton("left", "Previous reply", () => go(swipe - 1), { disabled: swipe === 0, data: { act: "swipe-left" } }),
      h("span.swipes-count", {}, `${swipe + 1} / ${swipes}`),
      iconButton("right", nextName, next, { disabled: atEnd && !this.context.last, data: { act: "swipe-right" } }),
    );
  }

  tools() {
    const bar = this.choices().map(toolButton);
    const isBarred = () => this.querySelector(".tool").checkVisibility();
    // What the bar has no room for; where there is no bar, all of it.
    const open = ({ currentTarget: anchor }) =>
      openMenu(anchor, "This message", [...(isBarred() ? [] : [...this.choices(), null]), ...this.copies()]);
    const more = iconButton("dots", "Actions of this message", open, {
      class: "tools-more",
      "aria-haspopup": "menu",
      data: { act: "more" },
    });
    // One stop per message; arrows go on from there.
    for (const tool of [...bar.slice(1), !matchMedia(BARLESS).matches && more]) if (tool) tool.tabIndex = -1;
    return h("div.tools", { role: "toolbar", "aria-label": "Actions of this message", onkeydown: steer }, bar, more);
  }

  choices() {
    const { hidden, role, text } = this.item;
    return [
      text && { key: "copy", text: "Copy", icon: "copy", run: () => this.copy() },
      { key: "edit", text: "Edit", icon: "pencil", run: () => this.edit() },
      role === "assistant" &&
        text &&
        !this.item.extra?.picture && {
          key: "again",
          text: "Write again",
          icon: "refresh",
          run: () => this.regenerate(),
        },
      (text || this.item.pictures.length > 0) && this.brush(),
      this.item.pictures.length > 1 && this.arrangement(),
      hidden
        ? { key: "hide", text: "Show to the model", icon: "eye", run: () => this.hide(false) }
        : { key: "hide", text: "Hide from the model", icon: "eye-off", run: () => this.hide(true) },
      { key: "delete", text: "Delete", icon: "trash", danger: true, run: () => this.drop() },
    ].filter(Boolean);
  }

  /** The paintbrush; while its picture is made it stops exactly that one. */
  brush() {
    const { id, pictures } = this.item;
    const brush = (text, drawing, run) => ({ key: "paint", text, icon: drawing, run });
    const stop = () => {
      const job = newestOf(id);
      if (job) actions.attempt(() => actions.cancelJob(job.id)); // it may have ended under the finger
    };
    if (newestOf(id)) return brush("Stop this picture", "hourglass", stop);
    if (isDrawing(id)) return brush("Its prompt is made ready …", "hourglass", () => {});
    const paint = () => actions.attempt(() => actions.paintMessage(id));
    return brush(pictures.length ? "Draw another picture" : "Draw this message", "brush", paint);
  }

  drawBrush() {
    const old = this.querySelector('[data-act="paint"]');
    if (!old) return;
    const brush = this.brush();
    if (brush.text === old.title) return;
    const fresh = toolButton(brush);
    fresh.tabIndex = old.tabIndex;
    const focused = old === document.activeElement;
    old.replaceWith(fresh);
    if (focused) fresh.focus();
  }

  /** One picture at a time with arrows, or all of them. */
  arrangement() {
    const isList = this.item.extra?.media_display === "list";
    const arrange = () => actions.attempt(() => actions.arrangePictures(this.item.id, isList ? "gallery" : "list"));
    return {
      key: "arrange",
      text: isList ? "Show one picture at a time" : "Show all pictures",
      icon: isList ? "picture" : "rows",
      run: arrange,
    };
  }

  copies() {
    const { id, position, extra } = this.item;
    const { checkpoint } = extra;
    return [
      {
        text: "Branch off here",
        detail: "A copy of the chat up to this message",
        icon: "branch",
        run: () => branch(position),
      },
      {
        text: checkpoint ? "Set the checkpoint anew …" : "Set a checkpoint …",
        detail: "A copy to come back to",
        icon: "flag",
        run: () => setCheckpoint(id),
      },
      checkpoint && { text: "Open the checkpoint", icon: "right", run: () => openCheckpoint(this.item) },
    ].filter(Boolean);
  }

  async copy() {
    const copied = await copyText(this.item.text);
    emit(
      "toast",
      copied ? { level: "success", text: "Copied" } : { level: "warning", text: "The browser did not allow copying." },
    );
  }

  hide(hidden) {
    actions.attempt(() => actions.hideMessage(this.item.id, hidden));
  }

  regenerate() {
    actions.attempt(() => actions.regenerate(this.item));
    announce("Writing another reply");
  }

  async drop() {
    const pictures = this.item.pictures.length ? " Its pictures go with it." : "";
    const sure = await confirmDialog({
      title: "Delete this message?",
      text: `It will be gone for good.${pictures}`,
      action: "Delete",
      danger: true,
    });
    if (sure) await actions.attempt(() => actions.deleteMessage(this.item.id));
  }

  edit() {
    this.editing = true;
    const field = h("textarea.field.edit-field", { value: this.item.text, "aria-label": "Text of the message" });
    const cancel = () => this.endEdit();
    const save = async () => {
      const text = field.value;
      if (text === this.item.text) return cancel();
      const changed = await actions.attempt(() => actions.editMessage(this.item.id, text));
      return changed === undefined ? undefined : this.endEdit(changed);
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        cancel();
      } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    });
    this.body.hidden = false;
    fill(
      this.body,
      field,
      h("div.edit-buttons", {}, button("Cancel", cancel), button("Save", save, { look: "primary" })),
    );
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  endEdit(changed) {
    this.editing = false;
    const latest =
      changed?.html !== undefined ? changed : (state.messages.find((one) => one.id === this.item.id) ?? this.item);
    this.item = latest;
    this.draw();
    this.focusMessage();
  }

  focusMessage() {
    this.focus({ preventScroll: true });
  }
}

const toolButton = ({ text, icon: drawing, run, key }) =>
  iconButton(drawing, text, run, { data: { act: key }, class: "tool" });

async function branch(position) {
  const chat = await actions.attempt(() => branchAt(position));
  if (chat) emit("toast", { level: "success", text: `This is “${chat.title}” now; the other chat stays as it was.` });
}

function steer(event) {
  const tools = [...event.currentTarget.querySelectorAll(".tool, .tools-more")].filter((tool) =>
    tool.checkVisibility(),
  );
  const index = tools.indexOf(event.target);
  const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 }[event.key];
  if (index < 0 || to === undefined) return;
  event.preventDefault();
  tools.at(to % tools.length).focus();
}

function head(message, name) {
  const reason = message.extra?.hidden_reason || "Hidden from the model";
  return h(
    "header.message-head",
    {},
    h("span.message-name", {}, name),
    h(
      "time",
      { datetime: new Date(message.created).toISOString(), title: moment(message.created) },
      clock(message.created),
    ),
    isDimmed(message) && h("span.message-flag", {}, icon("eye-off"), reason),
    message.extra.checkpoint && checkpointLink(message),
  );
}

function checkpointLink(message) {
  const open = () => openCheckpoint(message);
  return h("button.message-flag.message-link", { type: "button", onclick: open }, icon("flag"), "Checkpoint");
}

customElements.define("st-message", Message);
