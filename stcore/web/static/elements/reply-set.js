/** One set of quick replies in the settings: how its buttons work, its replies and their order. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { button, fill, h, icon, iconButton, uniqueId } from "../core/dom.js";
import { shorten } from "../core/format.js";
import { changeSet, createReply, loadSet, orderReplies } from "../core/replies.js";
import { OCCASIONS, replyPage } from "./reply-editor.js";
import { replySign } from "./reply-icon.js";

const NO_COLOR = "rgba(0, 0, 0, 0)";
const FIRST_COLOR = "#5fcabe";

/** @param {HTMLElement} page @param {string} name @param {() => any} back */
export async function setPage(page, name, back) {
  const set = await loadSet(name);
  const list = h("ol.reply-list", { "aria-label": `Replies of ${name}` });
  const self = { page, set, list, back };
  fill(
    page,
    button("All sets", () => attempt(back), { look: "quiet back", drawing: "left" }),
    nameField(self),
    list,
    h(
      "div.connection-buttons",
      {},
      button("New reply", () => attempt(() => newReply(self)), { look: "primary", drawing: "plus" }),
    ),
    options(self),
  );
  drawList(self);
}

function nameField(self) {
  const id = uniqueId("set-name");
  const field = h("input.field.set-name", { id, value: self.set.name, autocomplete: "off", maxlength: "200" });
  field.addEventListener("change", () =>
    attempt(async () => {
      const name = field.value.trim();
      if (!name || name === self.set.name) {
        field.value = self.set.name;
        return;
      }
      self.set = await changeSet(self.set.name, { name });
      announce("The set is renamed");
    }).then(() => (field.value = self.set.name)),
  );
  return h("div.form-row", {}, h("label.field-label", { for: id }, "Name of the set"), field);
}

// -- replies ----------------------------------------------------------------------------------------------------------

function drawList(self, focused = null) {
  const { set, list } = self;
  fill(list, set.qrList.length ? set.qrList.map((reply, at) => row(self, reply, at)) : emptyRow());
  if (focused) list.querySelector(`[data-id="${focused.id}"] .${focused.part}`)?.focus();
}

const emptyRow = () => h("li.reply-row.faint", {}, "No replies yet.");

function row(self, reply, at) {
  const name = reply.label || reply.title || "Unnamed";
  const open = () => attempt(() => replyPage(self.page, self.set, reply.id, () => setPage(self.page, self.set.name, self.back)));
  const autos = OCCASIONS.filter(({ key }) => reply[key]).map(({ brief }) => brief);
  const last = self.set.qrList.length - 1;
  const mover = (part, label, drawing, by) =>
    iconButton(drawing, `${label} ${name}`, () => move(self, reply.id, by, part), {
      class: part,
      disabled: at + by < 0 || at + by > last,
    });
  const item = h(
    "li.reply-row",
    { data: { id: String(reply.id) }, draggable: "true" },
    h(
      "button.reply-open",
      { type: "button", onclick: open, onkeydown: (event) => steer(self, event, reply.id) },
      h("span.reply-row-sign", {}, replySign(reply.icon) ?? icon("bolt")),
      h(
        "span.reply-row-words",
        {},
        h("strong", {}, name),
        h("span.faint", {}, shorten(reply.message.replace(/\s+/g, " "), 90) || "empty"),
      ),
      reply.isHidden && h("span.tag.off", {}, "No button"),
      autos.length > 0 && h("span.tag", {}, icon("clock"), autos.join(", ")),
    ),
    h(
      "span.reply-movers",
      {},
      mover("move-up", "Move up:", "up", -1),
      mover("move-down", "Move down:", "down", 1),
    ),
  );
  dragging(self, item);
  return item;
}

function steer(self, event, id) {
  const by = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined;
  if (by === undefined) return;
  event.preventDefault();
  move(self, id, by, "reply-open");
}

function move(self, id, by, part) {
  const ids = self.set.qrList.map((reply) => reply.id);
  const at = ids.indexOf(id);
  const to = at + by;
  if (to < 0 || to >= ids.length) return;
  ids.splice(to, 0, ...ids.splice(at, 1));
  reorder(self, ids, { id, part });
  announce(`Place ${to + 1} of ${ids.length}`);
}

function reorder(self, ids, focused = null) {
  const byId = new Map(self.set.qrList.map((reply) => [reply.id, reply]));
  self.set.qrList = ids.map((id) => byId.get(id));
  drawList(self, focused);
  attempt(() => orderReplies(self.set.name, ids));
}

/** Rows are dragged by their whole width; where one is dropped the others make room. */
function dragging(self, item) {
  item.addEventListener("dragstart", (event) => {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    item.classList.add("dragged");
  });
  item.addEventListener("dragend", () => {
    item.classList.remove("dragged");
    const ids = [...self.list.children].map((one) => Number(one.dataset.id));
    if (ids.join() !== self.set.qrList.map((reply) => reply.id).join()) reorder(self, ids);
  });
  item.addEventListener("dragover", (event) => {
    const dragged = self.list.querySelector(".dragged");
    if (!dragged) return;
    event.preventDefault();
    if (dragged === item) return;
    const box = item.getBoundingClientRect();
    item[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
  });
}

async function newReply(self) {
  const made = await createReply(self.set.name, { label: "" });
  self.set = await loadSet(self.set.name);
  const back = () => setPage(self.page, self.set.name, self.back);
  await replyPage(self.page, self.set, made.id, back, { fresh: true });
}

// -- options ----------------------------------------------------------------------------------------------------------

function options(self) {
  const box = (key, label, help) => {
    const id = uniqueId("set-option");
    const input = h("input", { id, type: "checkbox", checked: self.set[key] });
    input.addEventListener("change", () => save(self, { [key]: input.checked }));
    return h(
      "div.form-row",
      {},
      h("div.check-line", {}, input, h("label.field-label", { for: id }, label)),
      h("p.field-help", {}, help),
    );
  };
  return h(
    "details.form-group",
    {},
    h("summary", {}, "How its buttons work"),
    box("disableSend", "Only write into the message field", "Nothing is sent or run; you can change it first."),
    box("injectInput", "Take along what is typed", "The text of the message field is added to that of the reply."),
    box("placeBeforeInput", "The reply comes first", "When what is typed is taken along it stands behind the reply."),
    colorRow(self),
    box("onlyBorderColor", "Colour only the edge", "Instead of the whole button."),
  );
}

function colorRow(self) {
  const id = uniqueId("set-color");
  const hasColor = () => self.set.color !== NO_COLOR && self.set.color !== "";
  const input = h("input.reply-color", { id, type: "color", value: hex(self.set.color) });
  const none = button("No colour", () => set(NO_COLOR), { look: "quiet", disabled: !hasColor() });
  const set = async (color) => {
    await save(self, { color });
    none.disabled = !hasColor();
    input.value = hex(self.set.color);
  };
  input.addEventListener("change", () => set(input.value));
  return h(
    "div.form-row",
    {},
    h("label.field-label", { for: id }, "Colour of its buttons"),
    h("div.with-button", {}, input, none),
  );
}

/** A colour as `input[type=color]` takes it; files hold any CSS colour. */
function hex(color) {
  if (!color || color === NO_COLOR || !CSS.supports("color", color)) return FIRST_COLOR;
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = color;
  const parts = /^rgba?\((\d+), (\d+), (\d+)/.exec(context.fillStyle);
  if (!parts) return context.fillStyle;
  return `#${parts.slice(1).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
}

async function save(self, changes) {
  const saved = await attempt(() => changeSet(self.set.name, changes));
  if (saved) self.set = saved;
}
