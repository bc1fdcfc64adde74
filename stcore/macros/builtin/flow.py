"""``if`` and ``else`` (spec/macros.md section 9)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stcore.macros.calls import CallSite, MacroCall
from stcore.macros.definitions import Argument, macro
from stcore.macros.run import Renderer, Run
from stcore.macros.syntax import Call, Node, Text
from stcore.macros.text import WHITESPACE, trim, trim_content
from stcore.macros.variables import is_false, read_text

if TYPE_CHECKING:
    from stcore.macros.compiler import Compiler, Part

_SHORTHAND = re.compile(r"([.$])([A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Conditional:
    """A compiled ``if``: what decides, and the two branches (``None``: no else)."""

    site: CallSite
    condition: Part
    is_inverted: bool
    branches: tuple[Part, Part | None]

    def __call__(self, run: Run) -> str:
        engine, site = run.engine, self.site
        condition = engine.run_part(self.condition, run, site)
        is_true = is_false(_second_look(condition, run, site)) == self.is_inverted
        branch = self.branches[0 if is_true else 1]
        if branch is None:
            return site.finish(run, "")
        text = engine.run_part(branch, run, site)
        return site.finish(run, text if site.node.preserves else trim_content(text))


def _second_look(condition: str, run: Run, site: CallSite) -> str:
    """A condition that names a variable or a macro without required arguments stands for its value (9.3)."""
    if shorthand := _SHORTHAND.fullmatch(condition):
        store = run.env.globals if shorthand[1] == "$" else run.env.local
        return read_text(store, shorthand[2])
    name = trim(condition)
    if not name or not (name[0].isalpha() or name[0] == "/"):
        return condition
    named = run.engine.registry.find(name)
    if named is None or named.misfit([]) is not None:
        return condition
    return run.engine.resolve("{{" + name + "}}", run, run.base + site.offset)


def _compile_if(compiler: Compiler, site: CallSite) -> Renderer | None:
    """The renderer of a complete ``if``; without condition or content the call stays as text."""
    node, content = site.node, site.content
    if len(node.arguments) + (content is not None) != 2:
        return None
    condition = node.arguments[0]
    is_inverted, nodes = _without_mark(condition.nodes)
    start = nodes[0].start if nodes else condition.end
    body = content or node.arguments[1]
    decides = compiler.part(nodes, start, condition.end, site)
    return _Conditional(site, decides, is_inverted, _branches(compiler, body.nodes, body.start, body.end, site))


def _without_mark(nodes: Sequence[Node]) -> tuple[bool, Sequence[Node]]:
    """Whether the condition starts with ``!``, and the condition without the mark and whitespace around it."""
    if not nodes or not isinstance(first := nodes[0], Text) or not first.text.startswith("!"):
        return False, nodes
    text = first.text[1:].lstrip(WHITESPACE)
    kept = [Text(first.end - len(text), first.end, text)] if text else []
    return True, [*kept, *nodes[1:]]


def _branches(
    compiler: Compiler, nodes: Sequence[Node], start: int, end: int, site: CallSite
) -> tuple[Part, Part | None]:
    """Split at the first ``else`` that belongs to no inner ``if``; the names are compared exactly here (9.4)."""
    depth = 0
    for index, node in enumerate(nodes):
        if not isinstance(node, Call):
            continue
        if node.name == "if" and node.closes:
            depth -= 1
        elif node.name == "if" and len(node.arguments) == 1:
            depth += 1
        elif node.name == "else" and depth == 0:
            then = compiler.part(nodes[:index], start, node.start, site)
            return then, compiler.part(nodes[index + 1 :], node.end, end, site)
    return compiler.part(nodes, start, end, site), None


@macro(
    "if",
    Argument("condition", "Text, a variable like .name, or the name of a macro; ! in front inverts it."),
    Argument("content", "What to give when it is true; {{else}} in it separates what to give when it is not."),
    group="utility",
    delayed=True,
    compile=_compile_if,
    examples=[
        ("{{if 1}}yes{{else}}no{{/if}}", "yes"),
        ("{{if user}}hi {{user}}{{/if}}", "hi Mira"),
        ("{{if !0}}shown{{/if}}", "shown"),
        ("{{if off}}{{.seen = 1}}{{/if}}{{hasvar::seen}}", "false"),
    ],
)
def if_(call: MacroCall, condition: str, content: str) -> str:
    """One of two texts; only the chosen one is evaluated."""
    raise AssertionError("every complete call is compiled")


@macro("else", group="utility", determinism="pure", examples=[("one{{else}}two", "onetwo")])
def else_(call: MacroCall) -> str:
    """Separates the two texts of an if; gives nothing by itself."""
    return ""


MACROS = (if_, else_)
