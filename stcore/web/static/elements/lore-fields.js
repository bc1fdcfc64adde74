/** The fields of an entry of world info as its editor shows them, and the words for their values. */

export const LOGIC = ["any of them too", "not all of them", "none of them", "all of them too"];

export const POSITIONS = [
  ["Before the character", "before the character"],
  ["After the character", "after the character"],
  ["Above the author's note", "note, above"],
  ["Below the author's note", "note, below"],
  ["In the chat, at a depth", "in the chat"],
  ["Before the example dialogues", "examples, before"],
  ["After the example dialogues", "examples, after"],
  ["Nowhere by itself: an outlet", "outlet"],
];
export const AT_DEPTH = 4;
export const OUTLET = 7;

export const ROLES = ["System", "User", "Assistant"];

const TRIGGERS = [
  ["normal", "A reply"],
  ["continue", "Going on with a message"],
  ["impersonate", "Words for you"],
  ["swipe", "Another swipe"],
  ["regenerate", "A reply once more"],
  ["quiet", "A text for a script"],
];

const flag = (key, label, help = "") => ({ kind: "flag", key, label, help });
const count = (key, label, help = "", more = {}) => ({ kind: "number", key, label, help, min: 0, ...more });
const maybe = (key, label, help = "") => ({ kind: "maybe", key, label, help });
const line = (key, label, help = "", more = {}) => ({ kind: "line", key, label, help, ...more });

/** What is seldom needed, folded; the number beside a title counts what differs from a new entry. */
export const FOLDS = [
  {
    title: "How its keys are looked for",
    fields: [
      count("scanDepth", "Messages looked at", "Empty: as the settings of world info say.", { empty: null, max: 1000 }),
      maybe("caseSensitive", "Upper and lower case", "Whether a key fits only in the same case."),
      maybe("matchWholeWords", "Whole words", "Whether a key of one word fits only a whole word."),
      flag("matchPersonaDescription", "Look in the description of the persona too"),
      flag("matchCharacterDescription", "… of the character"),
      flag("matchCharacterPersonality", "… in its personality"),
      flag("matchCharacterDepthPrompt", "… in its note"),
      flag("matchScenario", "… in the scenario"),
      flag("matchCreatorNotes", "… in the notes of its creator"),
    ],
  },
  {
    title: "Groups",
    fields: [
      line("group", "Groups", "Names with commas between. Of several entries of a group that could join, one does."),
      flag("groupOverride", "Goes first in its group", "The one of the highest order, without a lot."),
      count("groupWeight", "Weight in the lot", "Twice as much is drawn twice as often.", { empty: 100 }),
      maybe("useGroupScoring", "Count the keys", "Whether the entry with most keys found wins."),
    ],
  },
  {
    title: "Entries that mention each other",
    fields: [
      flag("excludeRecursion", "Only the chat brings it", "It does not join because another entry mentions it."),
      flag("preventRecursion", "It brings no others", "Its text is not looked through for keys."),
      count("delayUntilRecursion", "Only from this round on", "0: from the start. 1: only when other entries mention it.", {
        empty: 0,
      }),
    ],
  },
  {
    title: "Times",
    fields: [
      count("sticky", "Stays for", "So many messages after it joined.", { empty: null }),
      count("cooldown", "Then rests for", "So many messages in which it does not join.", { empty: null }),
      count("delay", "Not before", "The chat must have so many messages.", { empty: null }),
    ],
  },
  {
    title: "For whom, and for what",
    fields: [
      { kind: "words", key: "names", part: "characterFilter", label: "Characters", what: "character", from: "characters" },
      { kind: "words", key: "tags", part: "characterFilter", label: "Tags of characters", what: "tag", from: "tags" },
      {
        ...flag("isExclude", "For all others than these", "Instead of only for these."),
        part: "characterFilter",
      },
      { kind: "choices", key: "triggers", label: "Joins when the model writes", help: "None marked: always.", choices: TRIGGERS },
    ],
  },
  {
    title: "More",
    fields: [
      flag("ignoreBudget", "Joins even when there is no room", "It does not count towards the budget of world info."),
      line("automationId", "Automation id", "A quick reply with this id runs when the entry joins."),
    ],
  },
];

/** What a new entry has, where it is not empty, off or zero. */
const FRESH = { groupWeight: 100 };

/** The value of a field of `entry`. */
export const valueOf = (entry, { key, part }) => (part ? entry[part]?.[key] : entry[key]);

/** Whether a field says something that a new entry does not. */
export function isSet(entry, field) {
  const value = valueOf(entry, field);
  if (Array.isArray(value)) return value.length > 0;
  if (value === null || value === undefined) return false;
  if (field.kind === "maybe" || field.empty === null) return true;
  return value !== (FRESH[field.key] ?? (typeof value === "string" ? "" : typeof value === "boolean" ? false : 0));
}

/** Files may leave it out, or write it as a text. */
export const orderOf = (entry) => Number(entry.order ?? 100) || 0;

/** What people call an entry. */
export const titleOf = (entry) => entry.comment?.trim() || entry.key?.[0] || `Entry ${entry.uid}`;
