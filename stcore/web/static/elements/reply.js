/** `<st-reply>`: a reply while it is being written, with a live caret. */
import { fill, h } from "../core/dom.js";
import { clock } from "../core/format.js";
import { senderOf } from "../core/people.js";
import { paragraphs } from "../core/richtext.js";
import { avatar } from "./avatar.js";

class Reply extends HTMLElement {
  /** @param {{name: string, text: string, created: number}} reply */
  update(reply) {
    if (!this.body) this.build(reply);
    const blocks = paragraphs(reply.text);
    const last = blocks.at(-1);
    const caret = h("span.caret", { "aria-hidden": "true" });
    if (last?.localName === "p") last.append(caret);
    fill(this.body, blocks.length ? blocks : h("p.thinking", {}, h("span"), h("span"), h("span")));
    if (last && last.localName !== "p") this.body.append(caret);
  }

  build(reply) {
    const name = reply.name || "Reply";
    this.className = "message writing";
    this.dataset.role = "assistant";
    this.setAttribute("role", "article");
    this.setAttribute("aria-label", `${name} is writing`);
    this.setAttribute("aria-busy", "true");
    this.body = h("div.message-body.prose");
    fill(
      this,
      avatar(() => senderOf({ role: "assistant", name }) ?? { name }),
      h(
        "div.message-main",
        {},
        h("header.message-head", {}, h("span.message-name", {}, name), h("time", {}, clock(reply.created))),
        this.body,
      ),
    );
  }
}

customElements.define("st-reply", Reply);
