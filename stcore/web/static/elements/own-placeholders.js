/** Placeholders of one's own: a list that keeps itself, in the order in which they are filled. */
import { announce } from "../core/announce.js";
import { attempt } from "../core/actions.js";
import { Autosave } from "../core/autosave.js";
import { button, coalesce, fill, h, icon, uniqueId } from "../core/dom.js";
import { on } from "../core/store.js";
import { loadOwn, saveOwn } from "../core/workflows.js";
import { showDialog } from "./dialog.js";
import { restoredNote } from "./editor-dialog.js";
import { OwnRow } from "./own-placeholder.js";
import { sortableGrip } from "./sortable.js";
import { isBuiltIn } from "./workflow-report.js";

const WORDS = { changed: "Saving …", saved: "Saved" };
const NAME = /^[^"%\\\r\n]{1,100}$/u;

const fresh = (find) => ({ find, replace: "", kind: "text", choices: [], label: "" });

/** Make a name that stands in a workflow a placeholder of one's own. @param {string} find */
export async function adoptPlaceholder(find) {
  const own = await loadOwn();
  if (!own.some((one) => one.find === find)) await saveOwn([...own, fresh(find)]);
}

/** Show the list in a dialog, until it is closed. @param {string|null} [find] Where to begin. */
export async function ownPlaceholdersDialog(find = null) {
  const list = new OwnPlaceholders(await loadOwn());
  await showDialog(
    "Placeholders of your own",
    (finish) => {
      queueMicrotask(() => list.rows.find(({ item }) => item.find === find)?.focusValue());
      return [list.element, h("div.dialog-buttons", {}, button("Done", () => finish(null), { look: "primary" }))];
    },
    { className: "own-dialog" },
  );
  await list.saver.flush();
}

export class OwnPlaceholders {
  /** @param {import("../core/workflows.js").Placeholder[]} items */
  constructor(items) {
    this.saver = new Autosave("own-placeholders", ({ all }) => saveOwn(all), (told) => this.tell(told));
    this.build();
    this.show(this.saver.restored.all ?? items);
    if (this.saver.restored.all) this.restored();
    const again = coalesce(() => (this.element.isConnected ? attempt(() => this.look()) : stop()));
    const stops = [on("workflows", again), on("info", again)];
    const stop = () => stops.forEach((end) => end());
  }

  build() {
    const id = uniqueId("own-new");
    this.list = h("ol.own-list", { "aria-label": "Placeholders of your own" });
    this.gone = h("div.own-gone", { role: "status" });
    this.told = h("p.own-told.field-help", { role: "status" });
    this.help = h("p.field-help.wrong", { id: `${id}-help` });
    this.name = h("input.field.mono", {
      id,
      placeholder: "strength",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "100",
      "aria-describedby": this.help.id,
    });
    const onsubmit = (event) => {
      event.preventDefault();
      this.add();
    };
    this.element = h(
      "div.own-placeholders",
      {},
      h("p.field-help", {}, "They count in every workflow and are filled from top to bottom, after those that are always filled."),
      this.list,
      this.gone,
      h(
        "form.own-new",
        { onsubmit },
        h("label.field-label", { for: id }, "A new one"),
        h("div.with-button", {}, this.name, button("Add", null, { type: "submit", drawing: "plus" })),
        this.help,
      ),
      this.told,
    );
  }

  get items() {
    return this.rows.map(({ item }) => item);
  }

  // -- keeping -------------------------------------------------------------------------------------------------------

  changed() {
    this.saver.change({ all: this.items });
  }

  tell({ state, error }) {
    this.told.classList.toggle("wrong", state === "failed");
    this.told.textContent = WORDS[state] ?? `Not saved: ${error.message} ${error.hint ?? ""}`;
  }

  /** What could not be sent last time is back, and sent again. */
  restored() {
    const note = restoredNote(async () => {
      this.saver.discard();
      this.show(await loadOwn());
    });
    this.list.before(note);
    this.saver.flush();
  }

  /** They may have been changed elsewhere; nothing that is typed here is taken away for it. */
  async look() {
    if (!this.saver.isClean) return;
    const found = await loadOwn();
    if (this.saver.isClean && JSON.stringify(found) !== JSON.stringify(this.items)) this.show(found);
  }

  // -- the list ------------------------------------------------------------------------------------------------------

  show(items) {
    this.rows = items.map((item) => this.row(item));
    this.draw();
  }

  draw() {
    fill(this.list, this.rows.map(({ element }) => element));
    this.list.hidden = !this.rows.length;
  }

  row(item) {
    return new OwnRow(item, {
      changed: () => this.changed(),
      nameProblem: (name, row) => this.nameProblem(name, row),
      remove: (row) => this.remove(row),
      grip: ({ element, item: { find } }) => sortableGrip(this.list, element, find, () => this.moved()),
    });
  }

  nameProblem(name, row = null) {
    if (!name) return "It needs a name.";
    if (!NAME.test(name)) return "A name holds no quotes, no % and no \\.";
    if (isBuiltIn(name)) return `%${name}% is always filled; one of your own would never be used.`;
    if (this.rows.some((one) => one !== row && one.item.find === name)) return "There is one of this name already.";
    return "";
  }

  add() {
    const name = this.name.value.trim();
    this.help.textContent = this.nameProblem(name);
    if (this.help.textContent) {
      this.name.focus();
      return;
    }
    this.name.value = "";
    const row = this.row(fresh(name));
    this.rows.push(row);
    this.draw();
    this.changed();
    announce(`${name} is added`);
    row.focusValue();
  }

  /** Only this one goes, and it can come back. */
  remove(row) {
    const place = this.rows.indexOf(row);
    const put = (rows) => {
      this.rows = rows;
      this.draw();
      this.changed();
    };
    const undo = () => {
      fill(this.gone);
      put(this.rows.toSpliced(place, 0, row));
      row.drop.focus();
    };
    put(this.rows.toSpliced(place, 1));
    const back = button("Bring it back", undo, { look: "quiet", drawing: "restore" });
    fill(this.gone, h("div.health", {}, icon("trash"), h("span", {}, `${row.item.find} is removed.`), back));
    back.focus();
  }

  moved() {
    const places = [...this.list.children];
    this.rows.sort((one, other) => places.indexOf(one.element) - places.indexOf(other.element));
    this.changed();
  }
}
