"""What the program is doing (spec/macros.md sections 13.1 and 13.8)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from stcore.macros.calls import MacroCall
from stcore.macros.definitions import Argument, Determinism, Macro, macro
from stcore.macros.environment import StateView


def _value(
    name: str,
    read: Callable[[StateView], object],
    summary: str,
    *aliases: str,
    returns: str,
    example: str,
    group: str = "state",
    determinism: Determinism = "environment",
) -> Macro:
    """The macro that gives one value of the state; ``example`` is what it gives in the scene of the examples."""

    def handler(call: MacroCall) -> object:
        return read(call.environment.state)

    return macro(
        name,
        aliases=aliases,
        group=group,
        determinism=determinism,
        summary=summary,
        returns=returns,
        examples=[(f"{{{{{name}}}}}", example)],
    )(handler)


@macro(
    "outlet",
    Argument("key", "The name of the outlet.", sample="places"),
    group="utility",
    determinism="state",
    returns="The text as it stands; nothing when nothing was put there.",
    examples=[("{{outlet::places}}", "The harbour has two piers.")],
)
def outlet(call: MacroCall, key: str) -> str:
    """What the world info put into an outlet for this prompt."""
    return call.environment.state.outlets.get(key, "")


@macro(
    "hasExtension",
    Argument("name", "The name of the extension; capitals and accents do not count."),
    group="state",
    determinism="environment",
    returns="true or false.",
    examples=[("{{hasExtension::Weather}} {{hasExtension::other}}", "true false")],
)
def has_extension(call: MacroCall, name: str) -> bool:
    """Whether an extension is installed and enabled."""
    wanted = _plain(name)
    known = {_plain(extension) for extension in call.environment.state.extensions}
    return wanted in known or wanted in {extension.rpartition("/")[2] for extension in known}


def _plain(name: str) -> str:
    """``name`` without capitals and accents."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


MACROS = (
    _value(
        "input",
        lambda state: state.input,
        "The text in the message box, as typed.",
        returns="The text as it stands.",
        example="Hello",
        group="utility",
        determinism="state",
    ),
    outlet,
    _value(
        "maxPrompt",
        lambda state: state.max_context - state.max_response,
        "Tokens that a prompt may have.",
        "maxPromptTokens",
        returns="A number.",
        example="7488",
    ),
    _value(
        "maxContext",
        lambda state: state.max_context,
        "Tokens of the context.",
        "maxContextTokens",
        returns="A number.",
        example="8000",
    ),
    _value(
        "maxResponse",
        lambda state: state.max_response,
        "Tokens that an answer may have.",
        "maxResponseTokens",
        returns="A number.",
        example="512",
    ),
    _value(
        "model",
        lambda state: state.model,
        "The name of the selected text model.",
        returns="A name.",
        example="lantern-7b",
    ),
    _value(
        "isMobile",
        lambda state: state.is_mobile,
        "Whether this is a phone or a tablet.",
        returns="true or false.",
        example="false",
    ),
    _value(
        "lastGenerationType",
        lambda state: state.last_generation,
        "The kind of the last generation: normal, swipe, continue, ...",
        returns="A word; nothing as long as nothing was generated in this chat.",
        example="normal",
        determinism="state",
    ),
    has_extension,
)
