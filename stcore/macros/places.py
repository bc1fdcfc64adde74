"""Where a text stands, and the macros that exist only there (spec/macros.md section 13.10).

Whoever expands a text supplies such macros with the call (16.4). Here they are declared for whoever explains a text
before that: completion, checks, and previews, in which they stand for what is not known yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from stcore.macros.definitions import Argument, Handler, ListPart, Macro

MESSAGE = "message"
SCRIPT = "script"

_Declared = tuple[Macro, ...]


def _macro(name: str, summary: str, *arguments: Argument, rest: ListPart | None = None) -> Macro:
    """A macro whose result is known only when the text is used; its own name stands for it until then."""
    return Macro(name, _stand_in(name), arguments, rest=rest, group="here", summary=summary, strict=not arguments)


def _stand_in(name: str) -> Handler:
    def handler(call: object, *arguments: str) -> str:
        return f"[{' '.join([name, *arguments])}]"

    return handler


def _script() -> _Declared:
    name = Argument("name", "The name of the variable, as it was declared.", sample="x")
    index = Argument("index", "A place of the list, from 0, or a key of the object.", optional=True, sample="0")
    return (
        _macro("pipe", "What the last command gave."),
        _macro("var", "A variable of this script, made by /let or /var.", name, index),
        _macro("timesIndex", "The number of the pass of /times, from 0."),
        _macro("arg", "An argument that was handed to this stored script.", Argument("name", "Its name.", sample="x")),
    )


def _picture_message() -> _Declared:
    return (
        _macro("prompt", "The prompt of the picture as it was written."),
        _macro("prefixedPrompt", "The prompt with everything that was put before it."),
        _macro("char", "The name of the character the picture is of."),
    )


def _original() -> _Declared:
    return (_macro("original", "The text that this one replaces; it is given once."),)


def _summary() -> _Declared:
    return (_macro("summary", "The summary."), _macro("words", "How many words the summary may have."))


def _caption() -> _Declared:
    return (_macro("caption", "The caption of the picture."), _macro("sender", "Whose message shows the picture."))


class _Place(NamedTuple):
    """What a place is called in a sentence, and the macros that exist only there."""

    called: str
    declare: Callable[[], _Declared]


_PLACES = {
    SCRIPT: _Place("scripts", _script),
    "quick-reply": _Place("scripts", _script),
    "picture-message": _Place("the message around a picture", _picture_message),
    "override": _Place("texts that replace another", _original),
    "summary": _Place("templates of summaries", _summary),
    "vectors": _Place("templates of vector storage", lambda: (_macro("text", "The text that is looked for."),)),
    "expression": _Place("the prompt for expressions", lambda: (_macro("labels", "The expressions to choose from."),)),
    "caption": _Place("templates of captions", _caption),
    "continue": _Place("the prompt to go on", lambda: (_macro("lastChatMessage", "The message to go on with."),)),
}


@cache
def macros_of(place: str) -> Mapping[str, Macro]:
    """The macros that exist in a place only, by lower-cased name; none in a place that has no own ones.

    >>> sorted(macros_of("script"))
    ['arg', 'pipe', 'timesindex', 'var']
    """
    known = _PLACES.get(place)
    return {macro.name.lower(): macro for macro in known.declare()} if known is not None else {}


def where_known(name: str) -> str:
    """What the places are called in which a macro of that name exists, empty when there is none."""
    places = (place.called for key, place in _PLACES.items() if name.lower() in macros_of(key))
    return " and ".join(dict.fromkeys(places))
