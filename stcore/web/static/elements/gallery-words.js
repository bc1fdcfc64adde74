/** What the gallery says of itself, by whose pictures it shows and which of them. */

/** Names of the filters. */
export const FILTERS = {
  chat: { all: "All", sent: "Sent", received: "Received" },
  subject: { all: "All", sent: "Yours", received: "Made" },
  all: { all: "All", sent: "Yours", received: "Made" },
};

const EMPTY = {
  all: {
    chat: () => ["No pictures yet", "Ask for one with /sd and it will hang here."],
    subject: (name) => ["No pictures yet", `What is made with ${name} in any chat hangs here. Or drop pictures here.`],
    all: () => ["No pictures yet", "Ask for one with /sd and it will hang here."],
  },
  sent: {
    chat: () => ["Nothing sent", "Pictures that you attach to a message will hang here."],
    subject: () => ["Nothing of yours", "Drop pictures here, or add them with the button above."],
    all: () => ["Nothing of yours", "Pictures that you send or put into a gallery will hang here."],
  },
  received: {
    chat: () => ["Nothing received", "Pictures that are made in this chat will hang here."],
    subject: (name) => ["Nothing made", `Pictures that are made with ${name} will hang here.`],
    all: () => ["Nothing made", "Pictures that are made will hang here."],
  },
};

/** Title and words where there is nothing to see. @returns {[string, string]} */
export const emptyWords = (kind, filter, name) => EMPTY[filter][kind](name);
