/** One quick reply in the settings: its text with help while typing, its button, its menu, when it runs by itself. */
import { attempt, stop } from "../core/actions.js";
import { button, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { changeReply, deleteReply, loadReplies, tryReply } from "../core/replies.js";
import { attachAssist } from "./assist.js";
import { confirmDialog, promptDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import { DRAWINGS, replySign } from "./reply-icon.js";

const SAVE_MS = 400;
const SHOWN_RESULT = 4000;

/** When a reply can run by itself; `brief` stands on its row in the list. */
export const OCCASIONS = [
  { key: "executeOnStartup", brief: "start", text: "When stcore has started" },
  { key: "executeOnUser", brief: "your message", text: "After your message" },
  { key: "executeOnAi", brief: "reply", text: "After a reply of the character" },
  { key: "executeOnChatChange", brief: "chat opened", text: "When a chat is opened" },
  { key: "executeOnNewChat", brief: "new chat", text: "When a chat is made" },
  { key: "executeOnGroupMemberDraft", brief: "group member", text: "When a member of a group is chosen to speak" },
  { key: "executeBeforeGeneration", brief: "before a reply", text: "Before a reply is written" },
];

/**
 * @param {HTMLElement} page @param {Object} set @param {number} id @param {() => any} back
 * @param {{fresh?: boolean}} [how] A fresh one has no label yet: it is where typing begins.
 */
export async function replyPage(page, set, id, back, { fresh = false } = {}) {
  const reply = set.qrList.find((one) => one.id === id);
  if (!reply) return back();
  const others = (await loadReplies()).sets.map((one) => one.name).filter((name) => name !== set.name);
  const editor = new Editor(set.name, reply, others);
  const leave = () => attempt(() => editor.flush().then(back));
  fill(
    page,
    button(set.name, leave, { look: "quiet back", drawing: "left" }),
    editor.build(() => attempt(async () => (await editor.remove()) && back())),
  );
  page.parentElement.scrollTop = 0;
  if (fresh) editor.label.focus();
  return undefined;
}

class Editor {
  constructor(setName, reply, others) {
    Object.assign(this, { setName, reply, others, pending: {} });
  }

  // -- saving --------------------------------------------------------------------------------------------------------

  /** Keep a change, a moment after the last one. */
  change(fields) {
    Object.assign(this.reply, fields);
    Object.assign(this.pending, fields);
    this.told.textContent = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => attempt(() => this.flush()), SAVE_MS);
  }

  async flush() {
    clearTimeout(this.timer);
    const fields = this.pending;
    if (!Object.keys(fields).length) return;
    this.pending = {};
    try {
      await changeReply(this.setName, this.reply.id, fields);
    } catch (error) {
      this.pending = { ...fields, ...this.pending };
      throw error;
    }
    this.told.textContent = "Saved";
  }

  /** Delete the reply, after asking. @returns {Promise<boolean>} */
  async remove() {
    const name = this.reply.label || "this reply";
    const sure = await confirmDialog({
      title: `Delete ${name}?`,
      text: "Its text is lost.",
      action: "Delete",
      danger: true,
    });
    if (!sure) return false;
    clearTimeout(this.timer);
    await deleteReply(this.setName, this.reply.id);
    return true;
  }

  // -- what stands on the page ---------------------------------------------------------------------------------------

  build(remove) {
    this.told = h("span.reply-told.faint", { role: "status" });
    return h(
      "form.schema-form.reply-form",
      { onsubmit: (event) => event.preventDefault() },
      this.button(),
      this.text(),
      this.automation(),
      this.menu(),
      h(
        "div.form-footer",
        {},
        this.told,
        button("Delete …", remove, { look: "quiet danger-text", drawing: "trash" }),
      ),
    );
  }

  button() {
    const id = uniqueId("reply");
    this.label = h("input.field", { id, value: this.reply.label, autocomplete: "off" });
    this.label.addEventListener("input", () => this.change({ label: this.label.value }));
    return [
      h(
        "div.form-row",
        {},
        h("label.field-label", { for: id }, "Label"),
        h("div.reply-label-row", {}, this.signButton(), this.label),
      ),
      this.line("title", "What it says when one points at it", "Empty: nothing."),
      this.box("showLabel", "Show the label beside the sign"),
      this.box("isHidden", "No button", "It can still be called by scripts and run by itself."),
    ];
  }

  signButton() {
    const sign = iconButton("bolt", "Choose a sign", () => openMenu(sign, "Signs", this.signs(draw)), {
      "aria-haspopup": "menu",
      class: "reply-sign-button",
    });
    const draw = () => fill(sign, replySign(this.reply.icon) ?? icon("plus"));
    draw();
    return sign;
  }

  signs(draw) {
    const choose = (name) => () => {
      this.change({ icon: name });
      draw();
    };
    const own = async () => {
      const value = this.reply.icon;
      const answer = await promptDialog({ title: "Your own sign", label: "An emoji, for example", value, action: "Take it" });
      if (answer !== null) choose(answer.trim())();
    };
    return [
      { text: "None", checked: !this.reply.icon, run: choose("") },
      { text: "Your own …", icon: "pencil", run: own },
      null,
      ...DRAWINGS.map((name) => ({ text: name, icon: name, run: choose(name) })),
    ];
  }

  // -- the text ------------------------------------------------------------------------------------------------------

  text() {
    const id = uniqueId("reply-text");
    this.field = h("textarea.field.mono.reply-text", { id, rows: "8", value: this.reply.message, spellcheck: "false" });
    const row = h(
      "div.form-row",
      {},
      h("label.field-label", { for: id }, "Script or message"),
      this.field,
      h("p.field-help", {}, "What begins with / is a script; anything else is sent as a message."),
    );
    this.assist = attachAssist(this.field, { place: null });
    this.field.addEventListener("input", () => {
      this.change({ message: this.field.value });
      this.drawRun();
    });
    this.result = h("div.reply-result", { role: "status" });
    this.runButton = button("Run", () => this.run(), { drawing: "bolt" });
    this.stopButton = button("Stop", () => attempt(stop), { drawing: "stop", hidden: true });
    this.drawRun();
    return h("div", {}, row, h("div.connection-buttons.reply-run", {}, this.runButton, this.stopButton), this.result);
  }

  drawRun() {
    const isScript = this.field.value.startsWith("/");
    this.runButton.disabled = !isScript;
    this.runButton.title = isScript ? "Run it in the open chat" : "Only scripts can be tried; this is a message";
  }

  async run() {
    await attempt(() => this.flush());
    this.showRunning(true);
    fill(this.result, h("div.health", {}, h("span.spinner"), "It is running …"));
    const text = this.field.value;
    const typed = document.getElementById("composer-text")?.value ?? "";
    const ended = await attempt(() => tryReply(text, typed));
    this.showRunning(false);
    fill(this.result, ended && this.outcome(ended, text));
    this.runButton.focus();
  }

  showRunning(running) {
    this.runButton.hidden = running;
    this.stopButton.hidden = !running;
  }

  outcome({ pipe, aborted, reason, error }, text) {
    if (error) return this.failure(error, text);
    if (aborted) return h("div.health", {}, icon("info"), h("span", {}, `It was ended: ${reason || "no reason given"}`));
    const shown = pipe === null || pipe === "" ? h("em", {}, "nothing") : h("code.reply-pipe", {}, pipe.slice(0, SHOWN_RESULT));
    return h("div.health.good", {}, icon("check"), h("span", {}, "It left in the pipe: ", shown));
  }

  failure({ message, hint, where }, text) {
    const place = where && `Line ${where.line + 1}, column ${where.column + 1}`;
    const show = () => {
      this.field.focus();
      this.field.setSelectionRange(where.start, Math.max(where.end, where.start + 1));
    };
    const isHere = where && text === this.field.value && where.end <= text.length;
    return h(
      "div.health.bad",
      {},
      icon("alert"),
      h(
        "span",
        {},
        h("strong", {}, message),
        hint && ` ${hint}`,
        place && [" ", isHere ? h("button.hint-link", { type: "button", onclick: show }, place) : place],
      ),
    );
  }

  // -- by itself -----------------------------------------------------------------------------------------------------

  automation() {
    const open = OCCASIONS.some(({ key }) => this.reply[key]) || Boolean(this.reply.automationId);
    return h(
      "details.form-group",
      { open },
      h("summary", {}, "Run by itself"),
      OCCASIONS.map(({ key, text }) => this.box(key, text)),
      this.line("automationId", "For entries of a lorebook", "It runs when an entry with this automation id comes up."),
      this.box(
        "preventAutoExecute",
        "Keep others quiet",
        "While it runs by itself nothing else does so. Without this it may set itself off again.",
      ),
    );
  }

  // -- menu ----------------------------------------------------------------------------------------------------------

  menu() {
    const list = h("ul.reply-links");
    const draw = () => fill(list, this.reply.contextList.map((link, at) => this.link(link, at, draw)));
    const save = (links) => {
      this.change({ contextList: links });
      draw();
    };
    const add = button("Add a set", () => openMenu(add, "Sets", this.menuChoices(save)), {
      drawing: "plus",
      "aria-haspopup": "menu",
    });
    draw();
    return h(
      "details.form-group",
      { open: this.reply.contextList.length > 0 },
      h("summary", {}, "Menu"),
      h("p.field-help", {}, "Sets that drop from the button: by its arrow, a right click or a long press."),
      list,
      add,
    );
  }

  menuChoices(save) {
    const { contextList } = this.reply;
    const left = this.others.filter((name) => !contextList.some((link) => link.set === name));
    if (!left.length) return [{ text: "There is no other set", disabled: true }];
    return left.map((name) => ({
      text: name,
      run: () => save([...contextList, { set: name, isChained: false }]),
    }));
  }

  link(link, at, draw) {
    const id = uniqueId("chain");
    const box = h("input", { id, type: "checkbox", checked: link.isChained });
    box.addEventListener("change", () => {
      const links = this.reply.contextList.map((one, place) => (place === at ? { ...one, isChained: box.checked } : one));
      this.change({ contextList: links });
    });
    const drop = () => {
      this.change({ contextList: this.reply.contextList.filter((_, place) => place !== at) });
      draw();
    };
    return h(
      "li.reply-link",
      {},
      h("strong", {}, link.set),
      h("label", { for: id }, box, " this reply first"),
      iconButton("close", `Take ${link.set} off the menu`, drop),
    );
  }

  // -- fields --------------------------------------------------------------------------------------------------------

  line(key, label, help) {
    const id = uniqueId("reply");
    const input = h("input.field", { id, value: this.reply[key], autocomplete: "off" });
    input.addEventListener("input", () => this.change({ [key]: input.value }));
    return h(
      "div.form-row",
      {},
      h("label.field-label", { for: id }, label),
      input,
      h("p.field-help", {}, help),
    );
  }

  box(key, label, help = "") {
    const id = uniqueId("reply");
    const input = h("input", { id, type: "checkbox", checked: this.reply[key] });
    input.addEventListener("change", () => this.change({ [key]: input.checked }));
    return h(
      "div.form-row.reply-check",
      {},
      h("div.check-line", {}, input, h("label.field-label", { for: id }, label)),
      help && h("p.field-help", {}, help),
    );
  }
}
