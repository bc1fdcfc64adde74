"""Running regex scripts on a text. Pure but for the macros; slow expressions may block for half a second each."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from stcore.commands.regex import Hit, compile_expression, fill, replace_hits
from stcore.errors import HostError, UserError

if TYPE_CHECKING:
    from stcore.chat.regexes.records import RegexScript
    from stcore.commands.guard import Searcher

log = logging.getLogger("stcore.regexes")

Expand = Callable[[str], str]

_WHOLE = re.compile(r"\{\{match\}\}|\$0", re.IGNORECASE)
_MACRO = re.compile(r"\{\{[^{}]*\}\}")
_SYNTAX = re.compile(r"[\\^$.|?*+()\[\]{}/]")


def run_scripts(scripts: Iterable[RegexScript], text: str, expand: Expand, searcher: Searcher) -> str:
    """``text`` after each script in turn. One that cannot be used is told in the log and changes nothing."""
    for script in scripts:
        try:
            text = run_script(script, text, expand, searcher)
        except (UserError, HostError) as error:
            log.warning("The regex script “%s” was left out: %s", script.name, error.message)
    return text


def run_script(script: RegexScript, text: str, expand: Expand, searcher: Searcher) -> str:
    """``text`` after one script. Raises :class:`UserError` for an expression that is none or takes too long."""
    if not script.find or not text:
        return text
    try:
        expression = compile_expression(_find(script, expand))
    except ValueError as error:
        raise UserError(f"The expression of the regex script “{script.name}” is invalid: {error}.") from error
    spans = searcher.find(expression.pattern, text, every=expression.every)
    if not spans:
        return text
    trims = [trimmed for entry in script.trim if (trimmed := expand(entry))]
    template = _WHOLE.sub("$&", script.replace)
    has_macros = "{{" in template

    def part(found: str) -> str:
        for entry in trims:
            found = found.replace(entry, "")
        # What was found is a text: whoever wrote it, it has no macros that act.
        return found.replace("{{", "\\{\\{").replace("}}", "\\}\\}") if has_macros else found

    def put(hit: Hit) -> str:
        filled = fill(template, hit, part)
        return expand(filled) if has_macros else filled

    return replace_hits(text, expression.hits(text, spans), put)


def _find(script: RegexScript, expand: Expand) -> str:
    match script.substitute:
        case "raw":
            return expand(script.find)
        case "escaped":
            return _MACRO.sub(lambda macro: _literal(expand(macro.group())), script.find)
        case _:
            return script.find


def _literal(text: str) -> str:
    """``text`` as an expression that finds just that."""
    return _SYNTAX.sub(r"\\\g<0>", text)
