"""Prompt templates (spec/macros.md section 13.9); their texts are inserted as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from stcore.macros.calls import MacroCall
from stcore.macros.definitions import Handler, Macro, macro
from stcore.macros.environment import Card, Environment, Prompts
from stcore.macros.fields import card_field, current_card


def _text(name: str, read: Callable[[Prompts], str], example: str, summary: str, *aliases: str) -> Macro:
    """The macro that gives one text of the templates; ``example`` is what it gives in the scene of the examples."""

    def handler(call: MacroCall) -> str:
        return read(call.environment.prompts)

    return _declared(name, example, summary, aliases)(handler)


def _declared(name: str, example: str, summary: str, aliases: Iterable[str] = ()) -> Callable[[Handler], Macro]:
    return macro(
        name,
        aliases=aliases,
        group="prompts",
        determinism="environment",
        summary=summary,
        returns="The text as it stands; nothing where there is none.",
        examples=[(f"{{{{{name}}}}}", example)],
    )


def _sequence(name: str, keys: str, example: str, summary: str, *aliases: str) -> Macro:
    """The macro of an instruct sequence: the first of ``keys`` that holds something, while instruct mode is on."""

    def read(prompts: Prompts) -> str:
        if not prompts.instruct_enabled:
            return ""
        return next((text for key in keys.split() if (text := prompts.instruct.get(key, ""))), "")

    return _text(name, read, example, summary, *aliases)


def _image_prefix(name: str, read: Callable[[Card], str], example: str, summary: str) -> Macro:
    """A prefix of the open character; in groups there is none (image-generation.md 7.5)."""

    def handler(call: MacroCall) -> str:
        env = call.environment
        return read(current_card(env)) if env.replace_card and env.group is None else ""

    return _declared(name, example, summary)(handler)


@macro(
    "systemPrompt",
    group="prompts",
    determinism="environment",
    returns="The text; nothing while the system prompt is off.",
    examples=[("{{systemPrompt}}", "Write as Tobin.")],
)
def system_prompt(call: MacroCall) -> str:
    """The card's main prompt where it is preferred and present, else the system prompt."""
    env: Environment = call.environment
    if not env.prompts.system_prompt_enabled:
        return ""
    own = card_field(call.run, "main_prompt") if env.prefer_char_prompt else ""
    return own or env.prompts.system_prompt


_SEQUENCES = (
    _sequence("instructStoryStringPrefix", "story_string_prefix", "[story]", "What precedes the story string."),
    _sequence("instructStoryStringSuffix", "story_string_suffix", "[/story]", "What follows the story string."),
    _sequence(
        "instructUserPrefix", "input_sequence", "[user]", "What precedes a message of the user.", "instructInput"
    ),
    _sequence("instructUserSuffix", "input_suffix", "[/user]", "What follows a message of the user."),
    _sequence("instructAssistantPrefix", "output_sequence", "[char]", "What precedes an answer.", "instructOutput"),
    _sequence("instructAssistantSuffix", "output_suffix", "[/char]", "What follows an answer.", "instructSeparator"),
    _sequence("instructSystemPrefix", "system_sequence", "[system]", "What precedes a system message."),
    _sequence("instructSystemSuffix", "system_suffix", "[/system]", "What follows a system message."),
    _sequence(
        "instructFirstAssistantPrefix",
        "first_output_sequence output_sequence",
        "[first char]",
        "What precedes the first answer.",
        "instructFirstOutputPrefix",
    ),
    _sequence(
        "instructLastAssistantPrefix",
        "last_output_sequence output_sequence",
        "[char]",
        "What precedes the last answer.",
        "instructLastOutputPrefix",
    ),
    _sequence(
        "instructFirstUserPrefix",
        "first_input_sequence input_sequence",
        "[user]",
        "What precedes the user's first message.",
        "instructFirstInput",
    ),
    _sequence(
        "instructLastUserPrefix",
        "last_input_sequence input_sequence",
        "[last user]",
        "What precedes the user's last message.",
        "instructLastInput",
    ),
    _sequence("instructStop", "stop_sequence", "[stop]", "What ends an answer."),
    _sequence(
        "instructUserFiller", "user_alignment_message", "Go on.", "A message of the user for chats that start without."
    ),
    _sequence(
        "instructSystemInstructionPrefix",
        "last_system_sequence",
        "[last system]",
        "What precedes a last system instruction.",
    ),
)

MACROS = (
    *_SEQUENCES,
    _text(
        "defaultSystemPrompt",
        lambda prompts: prompts.system_prompt if prompts.system_prompt_enabled else "",
        "Write well.",
        "The system prompt.",
        "instructSystem",
        "instructSystemPrompt",
    ),
    system_prompt,
    _text(
        "exampleSeparator", lambda prompts: prompts.example_separator, "***", "What parts dialogues.", "chatSeparator"
    ),
    _text("chatStart", lambda prompts: prompts.chat_start, "###", "What marks the start of the chat."),
    _text("authorsNote", lambda prompts: prompts.authors_note, "Keep it calm.", "The author's note of the chat."),
    _text(
        "charAuthorsNote",
        lambda prompts: prompts.char_authors_note,
        "Tobin hums.",
        "The author's note of the character.",
    ),
    _text(
        "defaultAuthorsNote", lambda prompts: prompts.default_authors_note, "Be vivid.", "The default author's note."
    ),
    _text(
        "reasoningPrefix", lambda prompts: prompts.reasoning.get("prefix", ""), "<think>", "What precedes reasoning."
    ),
    _text(
        "reasoningSuffix", lambda prompts: prompts.reasoning.get("suffix", ""), "</think>", "What follows reasoning."
    ),
    _text("reasoningSeparator", lambda prompts: prompts.reasoning.get("separator", ""), "---", "What follows both."),
    _image_prefix(
        "charPrefix", lambda card: card.image_prefix, "grey beard, oilskin", "The character's prefix for pictures."
    ),
    _image_prefix("charNegativePrefix", lambda card: card.image_negative_prefix, "hat", "The same for what to avoid."),
)
