/** Checkpoints: copies of a chat up to a message, to come back to. */
import { attempt, openChat } from "../core/actions.js";
import { button, h, icon } from "../core/dom.js";
import { plural, shortMoment } from "../core/format.js";
import { checkpointAt, checkpointsOf } from "../core/people-chats.js";
import { emit, state } from "../core/store.js";
import { promptDialog, showDialog } from "./dialog.js";

/** Ask for a title and keep a copy up to the message. @param {string} messageId */
export async function setCheckpoint(messageId) {
  const title = await promptDialog({
    title: "Set a checkpoint",
    label: "What it is called (empty: a number)",
    action: "Set it",
  });
  if (title === null) return;
  const chat = await attempt(() => checkpointAt(messageId, title.trim()));
  if (chat) emit("toast", { level: "success", text: `“${chat.title}” is kept. The flag of the message leads there.` });
}

/** Open the checkpoint of a message; it may be deleted by now. @param {Object} message */
export async function openCheckpoint(message) {
  const found = await attempt(() => checkpointsOf(message.chat_id));
  const here = found?.find(({ position }) => position === message.position);
  if (here) await openChat(here.chat.id);
  else if (found) emit("toast", { level: "warning", text: "This checkpoint was deleted." });
}

/** All checkpoints of the open chat, to choose from. */
export async function showCheckpoints() {
  const found = await attempt(() => checkpointsOf(state.chatId));
  if (!found) return;
  const id = await showDialog("Checkpoints of this chat", (finish) => [
    found.length
      ? h(
          "ul.choice-list",
          {},
          found.map((one) => entry(one, finish)),
        )
      : h("p.dialog-text", {}, "There are none yet. The menu of a message sets one: a copy of the chat up to there."),
    h(
      "div.dialog-buttons",
      {},
      button("Close", () => finish(null), { autofocus: !found.length }),
    ),
  ]);
  if (id) await openChat(id);
}

function entry({ position, chat }, finish) {
  return h(
    "li",
    {},
    h(
      "button.choice",
      { type: "button", onclick: () => finish(chat.id) },
      icon("flag"),
      h(
        "span.choice-words",
        {},
        h("strong", {}, chat.title),
        h(
          "small",
          {},
          `At message ${position + 1} · ${plural(chat.messages, "message")} · ${shortMoment(chat.updated)}`,
        ),
      ),
    ),
  );
}
