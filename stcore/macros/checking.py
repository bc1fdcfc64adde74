"""What is wrong with a text, found without evaluating it: every place that stays as text, and what is surely a mistake.

It takes a text apart exactly as the compiler does (spec/macros.md sections 3 to 9), so both agree: where this room
finds no error, the engine leaves no call unresolved for a reason that can be known beforehand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from stcore.errors import Span
from stcore.macros.blocks import Block, Level, Verbatim
from stcore.macros.branches import split_branches, without_mark
from stcore.macros.calls import Content
from stcore.macros.definitions import Macro
from stcore.macros.depth import MAX_DEPTH
from stcore.macros.matching import similar
from stcore.macros.parser import parse
from stcore.macros.pipeline import is_plain, legacy_spellings
from stcore.macros.places import where_known
from stcore.macros.registry import Registry
from stcore.macros.syntax import Call, Fragment, Node, Text, Variable
from stcore.macros.text import SPACE_CLASS, trim_content

Severity = Literal["error", "warning"]

MAX_PROBLEMS = 100
"""Problems of each severity that are told of one text."""

_OPENERS = re.compile(r"\{\{+")
_LIKE_MACRO = re.compile(rf"\{{\{{[{SPACE_CLASS}!?~#>/]*[A-Za-z.$/]", re.ASCII)
_FEW = 3
_COMPARISON = re.compile(r"[.$][A-Za-z0-9_-]+\s*(?:[<>!=]=?|\?\?|\|\|)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: what it is, what to do about it, and where it stands in the text.

    An ``error`` stays as text or cannot give what is meant; a ``warning`` works, but hardly as it looks.
    """

    message: str
    hint: str
    span: Span
    severity: Severity

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready data; places count characters."""
        return {
            "message": self.message,
            "hint": self.hint,
            "severity": self.severity,
            "where": self.span.to_dict(),
        }


def check(text: str, registry: Registry, *, extra: Mapping[str, Macro] | None = None) -> list[Problem]:
    """The problems of ``text`` from left to right, at most :data:`MAX_PROBLEMS` of each severity. Linear in time.

    ``extra`` are the macros that exist only where this text stands, by lower-cased name (see
    :mod:`stcore.macros.places`).
    """
    if is_plain(text):
        return []
    return _Checker(text, registry, extra or {}).run()


class _Stretch(NamedTuple):
    """A level that is still to be looked at, or the nodes of a shorthand's value, in which no tags pair up (Q7)."""

    level: Level | Sequence[Node]
    depth: int
    in_if: bool = False


class _Checker:
    def __init__(self, text: str, registry: Registry, extra: Mapping[str, Macro]) -> None:
        self._places = _Places(text)
        self._registry, self._extra = registry, extra
        self._document = parse(self._places.source)
        self._source = self._places.source
        self._remarks = {problem.start: problem for problem in self._document.problems}
        self._calls: dict[int, Call] = {}
        self._stack: list[_Stretch] = []
        self._found: dict[Severity, list[Problem]] = {"error": [], "warning": []}
        self._suggested: dict[str, str] = {}
        self._resolved: dict[str, Macro | None] = {}

    def run(self) -> list[Problem]:
        self._later(self._level(self._document.nodes), 0)
        while self._stack:
            stretch = self._stack.pop()
            if isinstance(stretch.level, Level):
                self._look_at_level(stretch.level, stretch)
            else:
                self._look_at_value(stretch.level, stretch)
        for remark in self._remarks.values():
            self._report("warning", remark.message, "", remark.start, remark.end)
        return sorted([*self._found["error"], *self._found["warning"]], key=lambda problem: problem.span.start)

    # -- levels ------------------------------------------------------------------------------------------------------

    def _level(self, nodes: Sequence[Node]) -> Level:
        self._calls.update((node.start, node) for node in nodes if isinstance(node, Call))
        return Level.of(nodes, self._takes_block)

    def _takes_block(self, call: Call) -> bool:
        macro = self._resolve(call.name)
        return macro is None or macro.takes_block(len(call.arguments))

    def _resolve(self, name: str) -> Macro | None:
        """The registered macro, looked up once for each name of the text."""
        if name not in self._resolved:
            self._resolved[name] = self._registry.resolve(name)
        return self._resolved[name]

    def _later(self, level: Level | Sequence[Node], depth: int, *, in_if: bool = False) -> None:
        self._stack.append(_Stretch(level, depth, in_if))

    def _look_at_level(self, level: Level, stretch: _Stretch) -> None:
        refused: dict[str, int] = {}
        for item in level.items():
            if isinstance(item, Text):
                self._text(item)
            elif isinstance(item, Verbatim):
                self._tag_as_text(self._calls[item.start], refused)
            elif isinstance(item, Block):
                self._macro(item.opener, item, stretch)
            else:
                self._macro(item, None, stretch)

    def _argument(self, nodes: Sequence[Node], depth: int) -> None:
        """An argument is a level of its own; most are a piece of text, which is quickly looked at."""
        if len(nodes) == 1 and isinstance(text := nodes[0], Text):
            self._text(text)
        elif nodes:
            self._later(self._level(nodes), depth)

    def _look_at_value(self, nodes: Sequence[Node], stretch: _Stretch) -> None:
        for node in nodes:
            if isinstance(node, Text):
                self._text(node)
            elif isinstance(node, Call) and node.closes:
                message = f"In the value of a variable {_shown(node)} closes nothing and stays as text."
                self._error(message, "Blocks cannot stand there; use {{setvar::name}}...{{/setvar}}.", node)
            else:
                self._macro(node, None, stretch)

    def _macro(self, node: Call | Variable, block: Block | None, stretch: _Stretch) -> None:
        depth = stretch.depth + 1
        if depth > MAX_DEPTH:
            self._error(f"Macros deeper than {MAX_DEPTH} levels stay as text.", "Nest them less deeply.", node)
        elif isinstance(node, Call):
            self._call(node, block, depth, stretch.in_if)
        elif node.value is not None:
            self._later(node.value.nodes, depth)

    # -- what is no macro --------------------------------------------------------------------------------------------

    def _text(self, text: Text) -> None:
        """Braces that open nothing; those directly before a macro are plain characters that belong to it."""
        if "{{" not in text.text:
            return  # a block comment, whatever stands in it, has no text
        for run in _OPENERS.finditer(self._source, text.start, text.end):
            if run.end() == text.end and self._source.startswith("{{", text.end):
                continue
            start = run.end() - 2
            remark = self._remarks.pop(start, None)
            end = remark.end if remark is not None else run.end()
            if _LIKE_MACRO.match(self._source, start) is None:
                message = remark.message if remark is not None else "These braces open no macro and stay as text."
                self._report("warning", message, "Write \\{\\{ when they are meant as text.", start, end)
            elif remark is None and (run.end() - run.start()) % 2:
                message = "Three braces open no macro inside another one and stay as text."
                self._report("error", message, "Write two, or put a blank between them.", run.start(), end)
            else:
                message = remark.message if remark is not None else "The macro is never closed."
                self._report("error", message, self._hint_for(start, end), start, end)

    def _hint_for(self, start: int, end: int) -> str:
        """What to do about an opener that became text; its kind shows in the source."""
        if self._source[end - 1] == "|":
            return ""  # the message says it
        if self._source[start + 2 : end].strip(" ")[:1] in (".", "$"):
            return "Write {{.name}} or {{.name = value}}; other names are read with {{getvar::name}}."
        return "Close it with }}."

    def _tag_as_text(self, tag: Call, refused: dict[str, int]) -> None:
        """A tag that stays as it is; ``refused`` counts the openers so far that have a closer and may not."""
        name = tag.name.lower()
        if not tag.closes:
            refused[name] = refused.get(name, 0) + 1
            macro = self._resolve(tag.name)
            takes = f"{macro.name} takes {macro.expected_count()}" if macro else f"{tag.name} takes none"
            message = f"{_shown(tag)} cannot be a block here, so it and its closing tag stay as text."
            self._error(message, f"{takes}; a block would be one more than fits.", tag)
        elif refused.get(name):
            refused[name] -= 1
            self._error(f"{_shown(tag)} closes what cannot be a block, so it stays as text.", "Remove it.", tag)
        else:
            hint = self._did_you_mean(tag.name) if self._find(tag.name) is None else ""
            message = f"{_shown(tag)} closes nothing: no {tag.name} is open here. It stays as text."
            self._error(message, hint or "Remove it, or open the block before it.", tag)

    # -- calls -------------------------------------------------------------------------------------------------------

    def _find(self, name: str) -> Macro | None:
        return self._extra.get(name.lower()) or self._resolve(name)

    def _call(self, node: Call, block: Block | None, depth: int, in_if: bool) -> None:
        macro = self._find(node.name)
        if macro is None:
            start = node.name_start
            hint = self._about_unknown(node.name)
            self._report("error", f"There is no macro {node.name}.", hint, start, start + len(node.name))
        elif not macro.takes(len(node.arguments) + (block is not None)):
            self._miscounted(node, macro, block)
        elif macro.name == "else":
            self._stray_else(node, in_if)
        else:
            self._wrong_values(node, macro, block)
        if macro is not None and macro.name == "if" and len(node.arguments) + (block is not None) == 2:
            self._parts_of_if(node, block, depth)
        else:
            for argument in node.arguments:
                self._argument(argument.nodes, depth)
            if block is not None:
                self._later(block.content, depth)

    def _miscounted(self, node: Call, macro: Macro, block: Block | None) -> None:
        count = len(node.arguments) + (block is not None)
        hint = f"Write {macro.signature}" if macro.name != "//" else "Write a remark behind the slashes"
        if block is None and macro.takes_block(count):
            hint += f", or close the block with {{{{/{node.name}}}}}"
        severity: Severity = "error" if macro.strict else "warning"
        self._report(severity, macro.miscount(count), f"{hint}.", node.start, node.end)

    def _wrong_values(self, node: Call, macro: Macro, block: Block | None) -> None:
        """Arguments whose text is known and does not fit."""
        for index, written in enumerate(node.arguments[: macro.maximum]):
            if (value := _literal(written.nodes)) is not None:
                self._wrong_value(macro, index, value, written.start, written.end)
        if block is None or macro.delayed or len(node.arguments) >= macro.maximum:
            return
        low, high, nodes = block.content.low, block.content.high, block.content.nodes
        # Only short contents are looked at: inside each other long ones would be looked at again and again.
        if high - low <= _FEW and (value := _literal(nodes[low:high])) is not None:
            value = value if node.preserves else trim_content(value)
            self._wrong_value(macro, len(node.arguments), value, node.end, block.closer.start)

    def _wrong_value(self, macro: Macro, index: int, value: str, start: int, end: int) -> None:
        argument = macro.arguments[index]
        if not argument.accepts(value):
            severity: Severity = "error" if macro.strict else "warning"
            self._report(severity, macro.mistyped(index, value), argument.summary, start, end)
        elif argument.wrong is not None and (wrong := argument.wrong(value)):
            self._report("error", f"{macro.name}: {wrong}.", argument.summary, start, end)

    def _stray_else(self, node: Call, in_if: bool) -> None:
        if not in_if:
            self._warn("This else belongs to no if and gives nothing.", "Put it between {{if ...}} and {{/if}}.", node)
        elif node.name != "else":
            self._warn(f"{node.name} does not part the branches of the if.", "Write it in lower case: {{else}}.", node)
        else:
            self._warn("This if has an else already; a second one gives nothing.", "Remove it.", node)

    def _parts_of_if(self, node: Call, block: Block | None, depth: int) -> None:
        """The condition and the two branches, each a text of its own (9.1)."""
        _, condition = without_mark(node.arguments[0])
        self._argument(condition.nodes, depth)
        self._constant_condition(condition)
        if block is not None:
            content = Content(node.end, block.closer.start, block.content)
        else:
            written = node.arguments[1]
            content = Content(written.start, written.end, self._level(written.nodes))
        for level, _, _ in split_branches(content):
            self._later(level, depth, in_if=True)

    def _constant_condition(self, condition: Fragment) -> None:
        """A condition that looks as if it were computed, and is text that is always true (9.3)."""
        written = _literal(condition.nodes)
        if written is None:
            return
        named = self._registry.find(written) if written else None
        if _COMPARISON.match(written):
            message = f"The condition {_short(written)} is text here and always true."
            self._report("warning", message, f"Write {{{{if {{{{{written}}}}}}}}}.", condition.start, condition.end)
        elif named is not None and not named.takes(0):
            message = f"The condition {_short(written)} is text and always true: {named.name} needs arguments."
            hint = "Write the whole macro in braces as the condition."
            self._report("warning", message, hint, condition.start, condition.end)

    def _about_unknown(self, name: str) -> str:
        """Where else there is such a macro, or which one was probably meant."""
        if places := where_known(name):
            return f"It exists only in {places}."
        return self._did_you_mean(name) or "The browser of macros lists all of them."

    def _did_you_mean(self, name: str) -> str:
        if name not in self._suggested:
            found = similar(name, [*self._extra.keys(), *self._registry.names()])
            shown = " or ".join("{{" + self._display(known) + "}}" for known in found)
            self._suggested[name] = f"Did you mean {shown}?" if shown else ""
        return self._suggested[name]

    def _display(self, name: str) -> str:
        macro = self._extra.get(name)
        return macro.name if macro is not None else name

    # -- reporting ---------------------------------------------------------------------------------------------------

    def _error(self, message: str, hint: str, node: Node) -> None:
        self._report("error", message, hint, node.start, node.end)

    def _warn(self, message: str, hint: str, node: Node) -> None:
        self._report("warning", message, hint, node.start, node.end)

    def _report(self, severity: Severity, message: str, hint: str, start: int, end: int) -> None:
        found = self._found[severity]
        if len(found) < MAX_PROBLEMS:
            found.append(Problem(message, hint, self._places.span(start, end), severity))


class _Places:
    """A text with its legacy spellings rewritten, and the way back from there to the text as it was typed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []
        self._spellings: list[tuple[int, int, int]] = []
        self._lines: list[int] | None = None
        self.source = self._rewrite(legacy_spellings(text))

    def _rewrite(self, spellings: Iterable[tuple[int, int, str]]) -> str:
        pieces: list[str] = []
        position = length = 0
        for start, end, spelling in spellings:
            pieces += (self._text[position:start], spelling)
            length += start - position
            self._starts.append(length)
            length += len(spelling)
            self._spellings.append((length, start, end))
            position = end
        return "".join([*pieces, self._text[position:]])

    def span(self, start: int, end: int) -> Span:
        """The place in the typed text of ``source[start:end]``; a rewritten spelling counts as a whole."""
        start, end = self._origin(start, is_end=False), self._origin(end, is_end=True)
        if self._lines is None:
            self._lines = [found.end() for found in re.finditer("\n", self._text)]
        line = bisect_right(self._lines, start)
        return Span(start, end, line, start - (self._lines[line - 1] if line else 0))

    def _origin(self, position: int, *, is_end: bool) -> int:
        index = bisect_right(self._starts, position - is_end) - 1
        if index < 0:
            return position
        behind, start, end = self._spellings[index]
        if position - is_end < behind:
            return end if is_end else start
        return position - behind + end


def _literal(nodes: Sequence[Node]) -> str | None:
    """What nodes say that are text only; ``None`` for what depends on a macro."""
    pieces = []
    for node in nodes:
        if not isinstance(node, Text):
            return None
        pieces.append(node.text)
    return "".join(pieces)


def _shown(tag: Call) -> str:
    """A tag in short: without arguments and blanks."""
    return f"{{{{{'/' if tag.closes else ''}{tag.name}}}}}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."
