"""``if`` and ``else`` (spec/macros.md section 9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stcore.macros.branches import split_branches, without_mark
from stcore.macros.calls import CallSite, Content, MacroCall
from stcore.macros.definitions import Argument, macro
from stcore.macros.run import ABSENT, Renderer, Run
from stcore.macros.text import trim, trim_content
from stcore.macros.variables import is_false, read_text

if TYPE_CHECKING:
    from stcore.macros.compiler import Compiler, Part, Task

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
        if run.dynamic_macro(site.key) is not ABSENT:
            return site(run)
        run.count_call()
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


def _compile_if(compiler: Compiler, site: CallSite) -> Task[Renderer | None]:
    """The renderer of a complete ``if``; without condition or content the call stays as text."""
    arguments, content = site.node.arguments, site.content
    if len(arguments) + (content is not None) != 2:
        return None
    is_inverted, condition = without_mark(arguments[0])
    decides = yield compiler.part(compiler.whole(condition), condition.start, condition.end, site)
    if content is None:
        content = Content(arguments[1].start, arguments[1].end, compiler.whole(arguments[1]))
    branches = []
    for level, start, end in split_branches(content):
        branches.append((yield compiler.part(level, start, end, site)))
    then, otherwise = branches if len(branches) == 2 else (branches[0], None)
    return _Conditional(site, decides, is_inverted, (then, otherwise))


@macro(
    "if",
    Argument("condition", "Text, a variable like .name, or the name of a macro; ! in front inverts it."),
    Argument("content", "What to give when it is true; {{else}} in it separates what to give when it is not."),
    group="utility",
    delayed=True,
    compile=_compile_if,
    returns="The chosen text, trimmed and without its indentation; as it is with the flag #.",
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


@macro("else", group="utility", determinism="pure", returns="Nothing.", examples=[("one{{else}}two", "onetwo")])
def else_(call: MacroCall) -> str:
    """Separates the two texts of an if; gives nothing by itself."""
    return ""


MACROS = (if_, else_)
