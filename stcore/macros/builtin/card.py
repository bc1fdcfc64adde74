"""The character card and the persona (spec/macros.md sections 13.4, 14.5 and 14.8)."""

from __future__ import annotations

import re

from stcore.macros.calls import MacroCall, MacroFailure
from stcore.macros.definitions import Alias, Argument, Macro, macro
from stcore.macros.fields import card_field, greeting
from stcore.macros.text import trim

_START = re.compile("<START>", re.IGNORECASE)


def _field(name: str, field: str, summary: str, example: str, *aliases: str | Alias) -> Macro:
    """The macro that gives a field; ``example`` is what it gives in the scene of the examples."""

    def handler(call: MacroCall) -> str:
        return card_field(call.run, field)

    return macro(
        name,
        aliases=aliases,
        group="character",
        determinism="environment",
        summary=summary,
        returns="The text with its macros resolved; nothing where there is none.",
        examples=[(f"{{{{{name}}}}}", example)],
    )(handler)


@macro(
    "charPrompt",
    group="character",
    determinism="environment",
    returns="The prompt; nothing without one, or while such prompts are not preferred.",
    examples=[("{{charPrompt}}", "Write as Tobin.")],
)
def char_prompt(call: MacroCall) -> str:
    """The main prompt that the card brings, when such prompts are preferred."""
    return card_field(call.run, "main_prompt") if call.environment.prefer_char_prompt else ""


@macro(
    "charInstruction",
    group="character",
    determinism="environment",
    returns="The instruction; nothing without one, or while such instructions are not preferred.",
    examples=[("{{charInstruction}}", "Stay brief.")],
)
def char_instruction(call: MacroCall) -> str:
    """The instruction for behind the chat that the card brings, when such are preferred."""
    return card_field(call.run, "post_history") if call.environment.prefer_char_instruction else ""


@macro(
    "charFirstMessage",
    Argument("index", "0: the first message, 1: the first alternate one.", types="integer", optional=True, default="0"),
    aliases=["greeting"],
    group="character",
    determinism="environment",
    returns="The message; nothing where there is none of that number.",
    examples=[
        ("{{charFirstMessage}}", "Ahoy, Mira!"),
        ("{{greeting::1}}", "The lamp is lit."),
        ("[{{greeting::2}}]", "[]"),
    ],
)
def char_first_message(call: MacroCall, index: str = "0") -> str:
    """The first message of the card, or one of its alternate ones."""
    return greeting(call.run, int(index)) if len(index) < 10 else ""


@macro(
    "mesExamples",
    group="character",
    determinism="environment",
    returns="Each dialogue behind a heading of its own.",
    examples=[("{{mesExamples}}", "***\nTobin: Mind the step.\n***\nTobin: Tea?\n")],
)
def mes_examples(call: MacroCall) -> str:
    """The example dialogues in the form of the prompt."""
    raw = card_field(call.run, "examples")
    if not raw or raw == "<START>":
        return ""
    if not raw.startswith("<START>"):
        raw = f"<START>\n{raw}"
    env, run = call.environment, call.run
    separator = env.prompts.example_separator
    heading = "<START>" if env.state.is_chat_completion else run.engine.expand(separator, env, run)
    if heading:
        heading += "\n"
    return "".join(f"{heading}{trim(block)}\n" for block in _START.split(raw)[1:])


@macro(
    "original",
    group="character",
    determinism="environment",
    effect=True,
    returns="The text, once in a text; where nothing is replaced the macro stays.",
    examples=[("{{original}} Be kind.{{original}}", "Write well. Be kind.")],
)
def original(call: MacroCall) -> str:
    """The text that a card's prompt replaces; only the first use in a text gives it."""
    run = call.run
    if call.environment.original is None:
        raise MacroFailure("there is no original text here")
    text, run.original = run.original, ""
    return text or ""


MACROS = (
    _field(
        "charDescription",
        "description",
        "The description of the character.",
        "Tobin keeps the lighthouse.",
        "description",
    ),
    _field("charPersonality", "personality", "The personality of the character.", "patient", "personality"),
    _field("charScenario", "scenario", "The scenario.", "A storm comes up.", "scenario"),
    _field("persona", "persona", "The description of the user.", "Mira sails."),
    _field("charDepthPrompt", "depth_note", "The character's note that is inserted into the chat.", "It is late."),
    _field(
        "charCreatorNotes",
        "creator_notes",
        "What the card's creator says about it.",
        "Made for the harbour.",
        "creatorNotes",
    ),
    _field(
        "charVersion", "version", "The version of the card.", "1.2", "version", Alias("char_version", visible=False)
    ),
    _field(
        "mesExamplesRaw",
        "examples",
        "The example dialogues as the card has them.",
        "<START>\nTobin: Mind the step.\n<START>\nTobin: Tea?",
    ),
    char_prompt,
    char_instruction,
    char_first_message,
    mes_examples,
    original,
)
