/** The editor of a group: its members and their order, who answers, and what the model is told of them. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { Autosave } from "../core/autosave.js";
import { button, fill, h, icon, iconButton } from "../core/dom.js";
import { talkTo } from "../core/people-chats.js";
import { membersOf, of, touchGroup } from "../core/people.js";
import { on, state } from "../core/store.js";
import { avatar } from "./avatar.js";
import { editCharacter } from "./character-editor.js";
import { showDialog } from "./dialog.js";
import { EditorDialog, restoredNote } from "./editor-dialog.js";
import { Fields } from "./editor-fields.js";
import { openMenu } from "./menu.js";
import { deletePerson, pastChats } from "./people-menus.js";

const STRATEGIES = [
  ["natural", "Who is named, else by how talkative they are"],
  ["list", "Everybody, in the order of the list"],
  ["pooled", "One who has not spoken since your message"],
  ["manual", "Nobody, unless asked to"],
];
const CARDS = [
  ["swap", "Only the card of who speaks"],
  ["join", "The cards of all who are not muted, joined"],
  ["join-muted", "The cards of all members, joined"],
];
const OWN = ["name", "members", "tags"];
const OFFERED = 200;
const host = of("groups");

/** Open the editor until it is closed. @param {string} id */
export async function editGroup(id) {
  const group = await attempt(() => host.get(id));
  if (!group) return;
  touchGroup(group);
  await new Editor(id).run();
}

class Editor {
  constructor(id) {
    this.id = id;
    this.saver = new Autosave(
      `group.${id}`,
      (fields) => this.send(fields),
      (told) => this.dialog.tell(told),
    );
    this.learn();
    this.fields = new Fields(this, () => state.chats.find((chat) => chat.group_id === id)?.id ?? null);
    this.name = h("h2.editor-name");
    this.more = iconButton("dots", "More", () => this.menu(), { "aria-haspopup": "menu" });
    const talk = button("Open the chat", () => this.talk(), { drawing: "chat", look: "soft" });
    this.dialog = new EditorDialog({
      name: this.group().name,
      head: [avatar(() => this.group()), this.name, talk, this.more],
      pages: {
        members: { text: "Members", icon: "users", build: () => this.members() },
        talk: { text: "How they talk", icon: "chat", build: () => this.manners() },
      },
    });
    this.drawHead();
  }

  group() {
    return state.groups.get(this.id);
  }

  async run() {
    const stops = [
      on("people", () => this.noticed()),
      on("person-gone", ({ id }) => id === this.id && this.dialog.drop()),
    ];
    await this.dialog.open(this.saver);
    for (const stop of stops) stop();
  }

  // -- what the host has ---------------------------------------------------------------------------------------------

  learn() {
    const { name, members, tags, options, updated } = this.group();
    this.updated = updated;
    this.known = { name, members, tags, ...options, ...this.saver.pending };
  }

  change(fields) {
    Object.assign(this.known, fields);
    this.saver.change(fields);
    if (fields.name !== undefined) this.drawHead();
  }

  async send(fields) {
    const own = Object.fromEntries(Object.entries(fields).filter(([name]) => OWN.includes(name)));
    const options = Object.fromEntries(Object.entries(fields).filter(([name]) => !OWN.includes(name)));
    touchGroup(await host.change(this.id, { ...own, ...(Object.keys(options).length ? { options } : {}) }));
    this.learn();
  }

  noticed() {
    if (!this.group()) return;
    if (this.saver.isClean && this.group().updated > this.updated) {
      this.learn();
      this.fields.refresh();
    }
    this.drawHead();
    this.drawMembers();
  }

  drawHead() {
    this.name.textContent = this.known.name;
  }

  menu() {
    const group = this.group();
    openMenu(this.more, group.name, [
      {
        text: "Past chats …",
        icon: "clock",
        run: async () => {
          await this.dialog.close();
          await pastChats("group", group);
        },
      },
      null,
      { text: "Delete …", icon: "trash", danger: true, run: () => deletePerson("group", group) },
    ]);
  }

  async talk() {
    await this.dialog.close();
    await attempt(() => talkTo("group", this.id));
  }

  // -- members -------------------------------------------------------------------------------------------------------

  members() {
    const known = () =>
      [...new Set([...state.groups.values(), ...state.characters.values()].flatMap(({ tags }) => tags))].sort();
    this.list = h("ol.reply-list.member-list", { "aria-label": "Members" });
    const restored = Object.keys(this.saver.restored).length > 0;
    const discard = () => {
      this.saver.discard();
      this.learn();
      this.noticed();
      this.fields.refresh();
    };
    const add = button("Add members …", () => this.choose(), { drawing: "plus", look: "primary" });
    this.drawMembers();
    return [
      restored && restoredNote(discard),
      this.fields.line("name", "Name", { maxlength: "200", required: true }),
      h("div.form-row", {}, h("span.field-label", {}, "Members"), this.list, add),
      this.fields.tags("tags", "Tags", known),
    ];
  }

  drawMembers(focus = null) {
    if (!this.list) return;
    const members = membersOf({ members: this.known.members });
    const none = h("li.reply-row.faint", {}, "Nobody yet. A group needs at least one member to talk.");
    fill(this.list, members.length ? members.map((member, at) => this.member(member, at, members.length)) : none);
    if (focus) this.list.querySelector(`[data-id="${focus.id}"] .${focus.part}`)?.focus();
  }

  member(character, at, count) {
    const { id, name, muted } = character;
    const tool = (part, drawing, label, run, props = {}) =>
      iconButton(drawing, `${label}: ${name}`, run, { class: part, ...props });
    return h(
      "li.reply-row",
      { data: { id }, class: muted ? "muted" : "" },
      avatar(() => state.characters.get(id) ?? character),
      h(
        "button.reply-open",
        { type: "button", onclick: () => editCharacter(id), title: `Edit ${name}` },
        h("strong", {}, name),
        muted && h("span.tag.off", {}, "muted"),
      ),
      h(
        "span.reply-movers",
        {},
        tool("mute", muted ? "mute" : "sound", muted ? "Let speak" : "Mute", () => this.seat(id, { muted: !muted }), {
          "aria-pressed": String(muted),
        }),
        tool("move-up", "up", "Move up", () => this.move(id, at, -1), { disabled: at === 0 }),
        tool("move-down", "down", "Move down", () => this.move(id, at, 1), { disabled: at === count - 1 }),
        tool("leave", "close", "Take out of the group", () => this.leave(id)),
      ),
    );
  }

  save(members, focus) {
    this.change({ members });
    this.drawMembers(focus);
  }

  seat(id, changes) {
    const members = this.known.members.map((one) => (one.character_id === id ? { ...one, ...changes } : one));
    this.save(members, { id, part: "mute" });
  }

  move(id, at, by) {
    const members = [...this.known.members];
    members.splice(at + by, 0, ...members.splice(at, 1));
    this.save(members, { id, part: by < 0 ? "move-up" : "move-down" });
    announce(`Place ${at + by + 1} of ${members.length}`);
  }

  leave(id) {
    this.save(this.known.members.filter((one) => one.character_id !== id));
    this.list.querySelector("button")?.focus();
  }

  async choose() {
    const chosen = await chooseCharacters(this.known.members.map(({ character_id: id }) => id));
    if (!chosen?.length) return;
    this.save([...this.known.members, ...chosen.map((id) => ({ character_id: id, muted: false }))]);
  }

  // -- how they talk -------------------------------------------------------------------------------------------------

  manners() {
    const { fields } = this;
    return [
      fields.choice("strategy", "Who answers", STRATEGIES, {
        help: "Muted members are left out. The menu over the chat, or /trigger, asks one of them.",
      }),
      fields.box("allow_self", "The same member may answer twice in a row"),
      fields.choice("cards", "What the model is told", CARDS),
      h(
        "div.form-columns",
        {},
        fields.text("join_prefix", "Before each joined text", { rows: 2 }),
        fields.text("join_suffix", "Behind each joined text", { rows: 2 }),
      ),
      fields.number("auto_seconds", "Go on by themselves after", {
        min: "0",
        max: "86400",
        step: "1",
        help: "Seconds of silence; 0 is never.",
      }),
      fields.box("favourite", "Favourite"),
    ];
  }
}

/** Let a person choose characters that are not there yet. @param {string[]} taken @returns {Promise<string[]|null>} */
export function chooseCharacters(taken) {
  const left = [...state.characters.values()]
    .filter(({ id }) => !taken.includes(id))
    .sort((a, b) => a.name.localeCompare(b.name));
  return showDialog("Add members", (finish) => {
    if (!left.length)
      return [
        h(
          "p.dialog-text",
          {},
          state.characters.size ? "All characters are in the group." : "There are no characters yet; make one first.",
        ),
        h(
          "div.dialog-buttons",
          {},
          button("Close", () => finish(null), { autofocus: true }),
        ),
      ];
    const chosen = new Set();
    const add = button("Add", () => finish([...chosen]), { look: "primary", disabled: true });
    const list = h("ul.choice-list");
    const search = h("input.field", {
      type: "search",
      placeholder: "Search",
      "aria-label": "Search characters",
      autofocus: true,
      oninput: () => draw(),
    });
    const line = (one) => {
      const box = h("input", { type: "checkbox", checked: chosen.has(one.id) });
      box.addEventListener("change", () => {
        chosen[box.checked ? "add" : "delete"](one.id);
        add.disabled = !chosen.size;
        add.lastElementChild.textContent = chosen.size ? `Add ${chosen.size}` : "Add";
      });
      return h(
        "li",
        {},
        h(
          "label.choice",
          {},
          box,
          avatar(() => one),
          h("span.choice-words", {}, h("strong", {}, one.name), h("small", {}, one.tags.join(", "))),
        ),
      );
    };
    const draw = () => {
      const words = search.value.trim().toLowerCase();
      const found = left.filter(({ name, tags }) => `${name} ${tags.join(" ")}`.toLowerCase().includes(words));
      fill(list, found.slice(0, OFFERED).map(line), !found.length && h("li.faint", {}, "Nobody has these words."));
      if (found.length > OFFERED) list.append(h("li.faint", {}, `and ${found.length - OFFERED} more: search for them`));
    };
    draw();
    return [
      h("div.search.choice-search", {}, icon("search"), search),
      list,
      h(
        "div.dialog-buttons",
        {},
        button("Cancel", () => finish(null)),
        add,
      ),
    ];
  });
}
