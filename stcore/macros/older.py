"""The older macro engine, for texts that were written for it (spec/macros.md section 24).

It is chosen by the setting ``chat.macro_engine = "old"``. A text goes through a fixed sequence of replacements, one per
kind of macro. So order follows the kind, not the place; what a macro gives is read again by the kinds behind it; macros
do not nest; there are no blocks, conditions, flags, shorthands and escapes; nothing but what a form asks for may stand
between the braces; and a pipe is an ordinary character.

What a macro gives is that of today's vocabulary. The specification says how the older engine differs, not what every
one of its patterns was. So this is ours: names count in any case, an argument ends before the next closing brace,
within a kind the order is that of the text, macros of plugins without arguments come last, ``pick`` draws as it does
today (the older one had another seed), and a macro that refuses its arguments stays as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from stcore.macros.calls import CallSite, MacroCall, Origin
from stcore.macros.definitions import Macro
from stcore.macros.engine import MacroEngine, Program, Template
from stcore.macros.pipeline import rewrite_legacy
from stcore.macros.registry import Registry
from stcore.macros.run import MAX_LENGTH, LimitReached, Run
from stcore.macros.syntax import Call

_UNKNOWN = frozenset({"space", "greeting", "if", "else", "trim"})
"""Macros of today that can stand without arguments and that the older engine does not know in that way."""

_NAME, _REST = "([^:}]+)", "([^}]*)"
_FORMS: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (
        (),
        {
            **dict.fromkeys(("setvar", "addvar", "setglobalvar", "addglobalvar"), f"::{_NAME}::{_REST}"),
            **dict.fromkeys(("incvar", "decvar", "getvar", "deletevar", "flushvar"), "::([^}]+)"),
            **dict.fromkeys(("incglobalvar", "decglobalvar", "getglobalvar"), "::([^}]+)"),
            **dict.fromkeys(("deleteglobalvar", "flushglobalvar"), "::([^}]+)"),
        },
    ),
    (("names", "character", "prompts", "state"), {}),
    (
        ("chat", "utility"),
        {"//": _REST, "reverse": f":{_REST}", "banned": f' "{_REST}"', "outlet": "::([^}]+)"},
    ),
    (
        ("time",),
        {"time": "::(UTC[+-][0-9]+)", "datetimeformat": " +([^}]+)", "timeDiff": f"::([^}}]*?)::{_REST}"},
    ),
    ((), {"random": f"::?{_REST}", "pick": f"::?{_REST}", "roll": "[ :]([^}]+)"}),
)
"""The kinds in their order: groups whose macros are written without arguments, and what follows the names of others."""

_TRIM = re.compile(r"(?:\r?\n)*\{\{trim\}\}(?:\r?\n)*", re.IGNORECASE)


class OlderEngine(MacroEngine):
    """Substitutes macros as the older engine did; vocabulary, processors, limits and the promise never to raise are
    those of :class:`~stcore.macros.MacroEngine`."""

    is_older = True

    def compile(self, text: str) -> Template:
        """A template that goes through the replacements at every rendering; there is nothing to compile."""
        return Template(self, text, None)

    def run_text(self, text: str, program: Program | None, run: Run) -> str:
        text = self.processing.before(text, run.env) if self.processing else rewrite_legacy(text)
        dynamic = _kind(tuple((name, "") for name in run.dynamic))
        for kind in (dynamic, *_kinds(self.registry, self.registry.version)):
            text = kind.replace(text, run)
            if len(text) > MAX_LENGTH:
                raise LimitReached(f"The text grew past {MAX_LENGTH} characters.")
        return self.processing.after(_TRIM.sub("", text), run.env, with_builtin=False)

    def resolve(self, text: str, run: Run, base: int) -> str:
        return self.run_text(text, None, run)


@lru_cache(maxsize=8)
def _kinds(registry: Registry, version: int) -> tuple[_Kind, ...]:
    """Every step for the vocabulary of a registry, what plugins bring last."""
    named = {group for groups, _ in _FORMS for group in groups} | {"variable", "random"}
    foreign = {macro.group for macro in registry} - named
    return (
        *(_kind((*forms.items(), *_without_arguments(registry, groups))) for groups, forms in _FORMS),
        _kind(tuple(_without_arguments(registry, foreign))),
    )


def _without_arguments(registry: Registry, groups: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The forms of the macros of some groups that are written without arguments."""
    wanted = frozenset(groups)
    for name in registry.names(hidden=True):
        macro = registry.find(name)
        if macro is not None and macro.group in wanted and not macro.minimum and name not in _UNKNOWN:
            yield name, ""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One step: a pattern of all its forms, and the macro that each of its groups stands for."""

    pattern: re.Pattern[str]
    names: dict[int, str]

    def replace(self, text: str, run: Run) -> str:
        if "{{" not in text or not self.names:
            return text
        return self.pattern.sub(lambda match: self._value(match, run), text)

    def _value(self, match: re.Match[str], run: Run) -> str:
        """What a macro gives, or its text where it gives nothing."""
        run.count_call()
        group = match.lastindex or 0  # the group around a whole form closes last
        values = [value for value in match.groups()[group:] if value is not None]
        node = Call(match.start(), match.end(), "", self.names[group], match.start() + 2, ())
        site = CallSite(node, None, None, Origin(match.string))
        given = run.dynamic.get(node.name.lower())
        if given is None:
            given = _ALTERED.get(node.name) or run.engine.registry.find(node.name)
        macro = (
            given if isinstance(given, Macro) else Macro(node.name, given if callable(given) else lambda call: given)
        )
        result = site.invoke(run, macro, values)
        return match[0] if result is None else result


@lru_cache(maxsize=64)
def _kind(forms: tuple[tuple[str, str], ...]) -> _Kind:
    """The step for forms: pairs of a name and the pattern of what follows it."""
    names: dict[int, str] = {}
    alternatives, groups = [], 1
    for name, rest in forms:
        names[groups] = name
        alternatives.append(f"({re.escape(name)}{rest})")
        groups += 1 + re.compile(rest).groups
    return _Kind(re.compile(rf"\{{\{{(?:{'|'.join(alternatives)})\}}\}}", re.IGNORECASE | re.ASCII), names)


def _others(call: MacroCall) -> str:
    """``{{notChar}}`` of the older engine: all other members, muted ones too, and the user."""
    env = call.environment
    if env.group_names is not None:
        return env.group_names
    members = env.group.members if env.group is not None else ()
    return ", ".join([*(member.name for member in members if member.name != env.char_name), env.user_name])


_ALTERED = {"notChar": Macro("notChar", _others)}
