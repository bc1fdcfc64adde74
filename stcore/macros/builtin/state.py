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
    determinism: Determinism = "environment",
) -> Macro:
    """The macro that gives one value of the state."""

    def handler(call: MacroCall) -> object:
        return read(call.environment.state)

    return macro(name, aliases=aliases, group="state", determinism=determinism, summary=summary)(handler)


@macro("outlet", Argument("key", "The name of the outlet.", sample="places"), group="utility", determinism="state")
def outlet(call: MacroCall, key: str) -> str:
    """What the world info put into an outlet for this prompt."""
    return call.environment.state.outlets.get(key, "")


@macro("hasExtension", Argument("name", "The name of the extension."), group="state", determinism="environment")
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
    _value("input", lambda state: state.input, "The text in the message box, as typed.", determinism="state"),
    outlet,
    _value(
        "maxPrompt",
        lambda state: state.max_context - state.max_response,
        "Tokens that a prompt may have.",
        "maxPromptTokens",
    ),
    _value("maxContext", lambda state: state.max_context, "Tokens of the context.", "maxContextTokens"),
    _value("maxResponse", lambda state: state.max_response, "Tokens that an answer may have.", "maxResponseTokens"),
    _value("model", lambda state: state.model, "The name of the selected text model."),
    _value("isMobile", lambda state: state.is_mobile, "Whether this is a phone or a tablet."),
    _value(
        "lastGenerationType",
        lambda state: state.last_generation,
        "The kind of the last generation: normal, swipe, continue, ...",
        determinism="state",
    ),
    has_extension,
)
