/** The kinds of presets in the words of the page, and the fields of each as a JSON schema for `SchemaForm`. */

const number = (title, description, limits = {}) => ({
  type: "number",
  nullable: true,
  placeholder: "as the model has it",
  title,
  description,
  ...limits,
});
const whole = (title, description, limits = {}) => ({ ...number(title, description, limits), type: "integer" });
const text = (title, description, more = {}) => ({ type: "string", multiline: true, rows: 3, title, description, ...more });
const mark = (title, description = "", more = {}) => text(title, description, { mono: true, rows: 2, ...more });
const flag = (title, description, more = {}) => ({ type: "boolean", title, description, default: false, ...more });
const of = (group, fields) => Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, { ...field, group }]));

const SAMPLERS = of("main", {
  temperature: number("Temperature", "More is more surprising, less is more steady.", { minimum: 0 }),
  max_tokens: whole("Longest reply", "In tokens.", { minimum: 1, placeholder: "as the connection has it" }),
  context_tokens: whole("Memory", "How much is told with each message, in tokens.", {
    minimum: 1,
    placeholder: "as the settings say",
  }),
});
const MORE_SAMPLERS = of("advanced", {
  top_p: number("Top P", "Only the likeliest words, up to this share.", { minimum: 0, maximum: 1 }),
  min_p: number("Min P", "Only words at least so likely, measured by the likeliest.", { minimum: 0, maximum: 1 }),
  top_k: whole("Top K", "Only so many of the likeliest words. 0: all.", { minimum: 0 }),
  top_a: number("Top A", "", { minimum: 0 }),
  typical_p: number("Typical P", "", { minimum: 0, maximum: 1 }),
  tfs: number("Tail-free", "", { minimum: 0, maximum: 1 }),
  frequency_penalty: number("Against frequent words", "", { minimum: -2, maximum: 2 }),
  presence_penalty: number("Against words that were there", "", { minimum: -2, maximum: 2 }),
  repetition_penalty: number("Against repetition", "1 changes nothing.", { minimum: 0 }),
  repetition_penalty_range: whole("… in the last tokens", "", { minimum: 0 }),
  seed: whole("Seed", "The same seed makes the same choices, where the model can.", { minimum: -1 }),
});
const INSTRUCTIONS = of("instructions", {
  impersonation_prompt: text("To write in your name", "The instruction when the model writes your words.", { macros: true }),
  continue_nudge_prompt: text("To go on with a message", "", { macros: true }),
  group_nudge_prompt: text("In a group", "", { macros: true }),
});

const INSTRUCT = {
  ...of("main", {
    input_sequence: mark("Before your message", "{{name}} is the name of the speaker."),
    input_suffix: mark("After your message"),
    output_sequence: mark("Before a reply"),
    output_suffix: mark("After a reply"),
    system_sequence: mark("Before a system message"),
    system_suffix: mark("After a system message"),
    stop_sequence: mark("A reply ends at"),
  }),
  ...of("advanced", {
    story_string_prefix: mark("Before the story"),
    story_string_suffix: mark("After the story"),
    first_input_sequence: mark("Before your first message"),
    last_input_sequence: mark("Before your last message"),
    first_output_sequence: mark("Before the first reply"),
    last_output_sequence: mark("Before the reply that is written"),
    last_system_sequence: mark("Before a last system message"),
    user_alignment_message: text("Where the chat begins with a reply", "This message of yours stands before it."),
  }),
  ...of("ways", {
    names_behavior: {
      type: "string",
      enum: ["none", "force", "always"],
      labels: { none: "Never", force: "Where somebody else speaks", always: "Always" },
      default: "force",
      title: "Names before messages",
      description: "",
    },
    wrap: flag("Sequences stand on lines of their own", ""),
    macro: flag("Macros in sequences are replaced", "", { default: true }),
    system_same_as_user: flag("System messages look like yours", ""),
    sequences_as_stop_strings: flag("Sequences end a reply", "", { default: true }),
  }),
};

/**
 * @typedef {{title: string, help: string, fields: Object, groups: Object, onOff?: string, entries?: boolean}} Kind `onOff`
 *   is the switch over the kind.
 * @type {Object<string, Kind>}
 */
export const KINDS = {
  preset: {
    title: "Samplers and prompt",
    help: "How the model chooses its words, and in which order it is told everything.",
    fields: { ...SAMPLERS, ...MORE_SAMPLERS, ...INSTRUCTIONS },
    groups: { main: "Samplers", advanced: "More samplers", instructions: "Instructions" },
    entries: true,
  },
  sysprompt: {
    title: "System prompt",
    help: "The first words to the model. A character may bring its own.",
    fields: of("main", {
      content: text("Main prompt", "", { macros: true, rows: 8 }),
      post_history: text("Behind the chat", "Said after the history, where it counts most.", { macros: true }),
    }),
    groups: { main: "Texts" },
    onOff: "sysprompt",
  },
  instruct: {
    title: "Instruct template",
    help: "The marks around messages, for models that complete a text.",
    fields: INSTRUCT,
    groups: { main: "Marks", ways: "How they are used", advanced: "More marks" },
    onOff: "instruct",
  },
  context: {
    title: "Context template",
    help: "The story before the chat, for models that complete a text.",
    fields: of("main", {
      story_string: mark("Story", "{{system}}, {{description}}, {{#if scenario}} … {{/if}} and so on.", { rows: 12 }),
      chat_start: mark("Before the chat"),
      example_separator: mark("Between example dialogues"),
    }),
    groups: { main: "Texts" },
  },
  reasoning: {
    title: "Thoughts",
    help: "What stands around the thoughts of a model that thinks aloud.",
    fields: of("main", {
      prefix: mark("Before a thought"),
      suffix: mark("After a thought"),
      separator: mark("Between thought and words"),
    }),
    groups: { main: "Marks" },
  },
};
