/** `<st-welcome>`: an empty chat that invites. */
import { attempt, say } from "../core/actions.js";
import { fill, h, icon } from "../core/dom.js";

const EXAMPLES = [
  { drawing: "picture", text: "/sd apple tree", note: "Make a picture" },
  {
    drawing: "settings",
    text: '/sd seed=42 width=768 height=512 negative="fog" harbour at dawn',
    note: "Choose seed, size, what to avoid",
  },
  { drawing: "chat", text: "Tell me about a harbour town at dawn.", note: "Just talk" },
  { drawing: "info", text: "/help", note: "See all commands" },
];

class Welcome extends HTMLElement {
  connectedCallback() {
    fill(
      this,
      h("img.welcome-mark", { src: "/static/favicon.svg", alt: "", width: "72", height: "72" }),
      h("h2", {}, "What shall we picture?"),
      h(
        "p",
        {},
        "Write a message, or ask for a picture with ",
        h("code", {}, "/sd"),
        ". Nothing has to be set up first.",
      ),
      h("div.welcome-chips", {}, EXAMPLES.map(chip)),
    );
  }
}

function chip({ drawing, text, note }) {
  const send = () => attempt(() => say(text));
  return h(
    "button.welcome-chip",
    { type: "button", onclick: send },
    h("span.welcome-chip-icon", {}, icon(drawing)),
    h("span.welcome-chip-text", {}, h("span.welcome-chip-line", {}, text), h("small", {}, note)),
  );
}

customElements.define("st-welcome", Welcome);
