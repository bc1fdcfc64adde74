/**
 * `<st-prompt>`: what the model is told in the open chat: the prompt piece by piece, the author's note, texts that
 * scripts put in, and how replies begin and end.
 *
 * Opened by `emit("prompt-open", { tab })`.
 */
import { loadInjections, loadPrompt, loadSelection } from "../core/prompting.js";
import { emit, on } from "../core/store.js";
import { loadInto } from "./loading.js";
import { endsPage } from "./prompt-ends.js";
import { injectionsPage } from "./prompt-injections.js";
import { notePage, readNotes } from "./prompt-note.js";
import { partsPage } from "./prompt-parts.js";
import { Workbench } from "./workbench.js";

const TABS = {
  parts: { text: "What is told", icon: "layers" },
  note: { text: "Author's note", icon: "pencil" },
  injections: { text: "Put in by scripts", icon: "braces" },
  ends: { text: "Beginning and end", icon: "flag" },
};

class PromptDialog extends Workbench {
  connectedCallback() {
    this.kind = "normal";
    this.setUp({ title: "Prompt of this chat", tabs: TABS, topics: ["presets", "books", "timeline", "cast"], look: "prompt" });
    on("prompt-open", ({ tab = "parts" } = {}) => {
      this.open();
      this.turnTo(tab);
    });
  }

  turnTo(tab) {
    return this.choose(tab, () => this[tab]());
  }

  async parts() {
    const goTo = (tab) => this.turnTo(tab);
    const close = () => this.dialog.close();
    const toPresets = () => {
      close();
      emit("settings-open", { page: "presets" });
    };
    const draw = (prompt, again) => {
      const ask = (kind) => {
        this.kind = kind;
        return again();
      };
      partsPage(this.page, prompt, { kind: this.kind, ask, again, goTo, close, toPresets });
    };
    await this.showFresh(() => loadPrompt(this.kind), draw);
  }

  note() {
    return loadInto(this.page, readNotes, (notes) => {
      this.current = notePage(this.page, notes);
    });
  }

  injections() {
    return this.showFresh(loadInjections, (all, again) => injectionsPage(this.page, all, again));
  }

  ends() {
    return loadInto(this.page, loadSelection, ({ switches }) => {
      this.current = endsPage(this.page, switches);
    });
  }
}

customElements.define("st-prompt", PromptDialog);
