"""Control flow: branches, loops, closures, waiting, ending (spec/stscript.md sections 8 and 12)."""

from __future__ import annotations

import math
from typing import Any

from stcore.commands.builtin.quick_replies import call_stored
from stcore.commands.call import Call
from stcore.commands.comparison import RULES, Comparison
from stcore.commands.declaration import Example, Named, Unnamed, command, syntax_command
from stcore.commands.expansion import TIMES_INDEX
from stcore.commands.scope import MISSING, BreakTarget, Closure, Value
from stcore.commands.signals import Abort, Break
from stcore.commands.values import is_false
from stcore.errors import NotFound, UserError
from stcore.macros.numbers import read_number

_LOOP_GUARD = 100
_ON_OFF = ("on", "off")
_RIGHT = Named(
    "right",
    "right side; without it the left side is tested for truth",
    ("varname", "string", "number"),
    choices="variables",
)
_RULE = Named("rule", "how to compare", "enum", RULES, default="eq")


@command(
    "pass",
    aliases=("return",),
    group="flow",
    summary="Hand a value on to the next command.",
    unnamed=Unnamed("the value, or a closure", type=("string", "closure"), required=True),
    returns="the value, unchanged",
    examples=(
        Example("/pass apricot", pipe="apricot"),
        Example('/pass "two  blanks"', pipe="two  blanks"),
        Example("/pass 4 | /pass {{pipe}}2", pipe="42"),
        Example("/run {: /return early | /pass late :}", pipe="late", note="/return ends nothing"),
    ),
)
def pass_(call: Call) -> Value:
    """`/return` is the same command: it hands its value on and the script goes on. To end something use `/break`."""
    if isinstance(call.unnamed, list):
        raise UserError(f"/{call.name} takes one text or one closure, not several of them.")
    return "" if call.unnamed is None else call.unnamed


@command(
    "run",
    aliases=("call", "exec"),
    group="flow",
    summary="Run a closure, a closure held in a variable, or a quick reply.",
    named=(Named("args", "any key=value pairs, handed to what is run", repeatable=True),),
    any_named=True,
    unnamed=Unnamed(
        "a closure, the name of a scoped variable, or of a quick reply",
        ("varname", "closure"),
        required=True,
        choices="closures",
    ),
    returns="the result of what was run",
    examples=(
        Example("/run {: /add 1 2 :}", pipe="3"),
        Example("/let twice {: n=1 /mul n 2 :} | /run n=21 twice", pipe="42"),
        Example("/let twice {: n=1 /mul n 2 :} | /:twice n=4", pipe="8", note="the short form"),
        Example(
            "/:Trip.hello who=Ann",
            pipe="Hello, Ann!",
            setup="/qr-set-create Trip | /qr-create set=Trip label=hello /pass Hello, \\{\\{arg::who\\}\\}!",
            note="a quick reply",
        ),
    ),
)
async def run(call: Call) -> Value:
    """Named arguments stand before the name. A closure gets those that it declares; a quick reply reads each as
    `{{arg::key}}`. A name is looked up among the variables, then among the labels of the active sets, then as
    `Set.Label`.

    `/:name key=value` is the short form: the name first, then the arguments.
    """
    closure = call.closure
    if closure is not None:
        return await call.call_closure(closure)
    name = call.text
    if not name:
        raise UserError("/run needs a closure, or the name of one.")
    found = call.scope.lookup(name)
    if found is MISSING:
        return await _run_stored(call, name)
    if not isinstance(found, Closure):
        raise UserError(f"The variable “{name}” holds no closure, so it cannot be run.")
    found.parent = call.scope
    return await call.call_closure(found, call.named)


async def _run_stored(call: Call, name: str) -> Value:
    """Run a quick reply, in a scope of its own (17.2)."""
    scripts = call.services.scripts
    found = await scripts.find(name) if scripts is not None else None
    if found is None:
        raise NotFound(
            f"There is no closure and no quick reply “{name}” here.",
            hint=f"Declare a closure first: /let {name} {{: ... :}} - a quick reply of any set is called Set.Label.",
        )
    return await call_stored(call, found)


@command(
    "if",
    group="flow",
    summary="Run one of two branches, depending on a comparison.",
    named=(
        Named(
            "left",
            "left side: a value or the name of a variable",
            ("varname", "string", "number"),
            required=True,
            choices="variables",
        ),
        _RIGHT,
        _RULE,
        Named("else", "what to run when it does not hold", ("closure", "subcommand")),
    ),
    unnamed=Unnamed("what to run when it holds", ("closure", "subcommand"), required=True),
    split="words",
    returns="the result of the branch that ran; empty when none did",
    examples=(
        Example("/if left=Moon right=mOON {: /pass same :}", pipe="same"),
        Example("/if left=9 rule=lt right=10 else={: /pass more :} {: /pass less :}", pipe="less"),
        Example("/let mood calm | /if left=mood right=calm {: /pass yes :}", pipe="yes"),
        Example('/if left=off else="/pass no" "/pass yes"', pipe="no"),
    ),
)
async def if_(call: Call) -> Value:
    """Each side is looked up: a number, else a scoped, chat or global variable of that name, else the text itself.

    Numbers compare as numbers, everything else as text in any case. `else=` must stand before the branch.
    """
    if Comparison(call.named).holds(call.scope):
        return await call.run_body(call.parts)
    return await call.run_body([call.named["else"]]) if "else" in call.named else ""


@command(
    "while",
    group="flow",
    summary="Repeat a body while a comparison holds.",
    named=(
        Named(
            "left",
            "left side, mostly the name of a variable",
            ("varname", "string", "number"),
            required=True,
            choices="variables",
        ),
        _RIGHT,
        _RULE,
        Named("guard", "off lifts the limit of 100 passes", "bool", _ON_OFF, default="on"),
    ),
    unnamed=Unnamed("what to repeat", ("closure", "subcommand"), required=True),
    split="words",
    returns="the result of the last pass; empty when there was none",
    examples=(
        Example("/setvar key=n 3 || /while left=n {: /decvar n | /pass left {{pipe}} :}", pipe="left 0"),
        Example("/setvar key=n 0 || /while left=n rule=lt right=5 {: /incvar n :}", pipe="5"),
    ),
)
async def while_(call: Call) -> Value:
    """Give the name of a variable, not its value: the texts are read once, names in them are looked up every time."""
    guarded = _guarded(call)
    comparison = Comparison(call.named)
    scope, passes, result = call.scope, 0, _EMPTY
    body = call.parts[0]
    target = BreakTarget()
    try:
        while comparison.holds(scope) and not (guarded and passes >= _LOOP_GUARD):
            passes += 1
            if scope.run.due:
                await scope.run.attend()
            if isinstance(body, Closure):
                result = await call.run_pass(body, target)
            else:
                result = await call.run_body(call.parts)
    except Break as leaving:
        if leaving.target is not target:
            raise
        return leaving.value
    finally:
        target.live = False
    return result


_EMPTY: Value = ""


@command(
    "times",
    group="flow",
    summary="Repeat a body a number of times.",
    named=(Named("guard", "off lifts the limit of 100 passes", "bool", _ON_OFF, default="on"),),
    unnamed=(
        Unnamed("how many times", "number", required=True),
        Unnamed("what to repeat", ("closure", "subcommand"), required=True),
    ),
    split=1,
    returns="the result of the last pass; empty when there was none",
    examples=(
        Example("/times 4 {: /addvar key=path {{timesIndex}}- :}", pipe="0-1-2-3-"),
        Example("/times 5 {: /if left={{timesIndex}} right=2 {: /break found :} :}", pipe="found"),
    ),
)
async def times(call: Call) -> Value:
    """`{{timesIndex}}` counts the passes from 0. `guard=off` must stand before the number."""
    guarded = _guarded(call)
    parts = call.parts
    number = read_number(str(parts[0]))
    passes = 0 if number is None or number <= 0 else math.inf if math.isinf(number) else math.ceil(number)
    if guarded:
        passes = min(passes, _LOOP_GUARD)
    body: Value = parts[1] if len(parts) > 1 else ""
    if isinstance(body, Closure):
        return await _repeat_closure(call, body, passes)
    result: Value = ""
    index = 0
    while index < passes:
        if call.run.due:
            await call.run.attend()
        result = await call.run_text(body.replace("{{timesIndex}}", str(index)))
        index += 1
    return result


async def _repeat_closure(call: Call, body: Closure, passes: float) -> Value:
    result: Value = ""
    index = 0
    target = BreakTarget()
    try:
        while index < passes:
            if call.run.due:
                await call.run.attend()
            result = await call.run_pass(body, target, {TIMES_INDEX: str(index)})
            index += 1
    except Break as leaving:
        if leaving.target is not target:
            raise
        return leaving.value
    finally:
        target.live = False
    return result


def _guarded(call: Call) -> bool:
    guard = call.named.get("guard")
    if isinstance(guard, Closure):
        raise call.wrong("guard", str(guard), "on or off")
    return not is_false(guard)


@command(
    "abort",
    group="flow",
    summary="End the whole script.",
    named=(Named("quiet", "false shows the reason", "bool", ("true", "false"), default="true"),),
    unnamed=Unnamed("the reason"),
    returns="nothing: the script has ended",
    examples=(Example("/times 3 {: /incvar n | /abort enough :}"),),
)
def abort(call: Call) -> str:
    """Ends everything that was started from the same script: closures, loops, and whoever called it.

    A value in the pipe counts as the reason when none is written.
    """
    quiet = call.named.get("quiet")
    if isinstance(quiet, Closure):
        raise call.wrong("quiet", str(quiet), "true or false")
    raise Abort(call.text or "The script ended itself.", quiet=not is_false(quiet))


@command(
    "delay",
    aliases=("wait", "sleep"),
    group="flow",
    summary="Wait before the script goes on.",
    unnamed=Unnamed("milliseconds", "number", required=True),
    returns="nothing",
    examples=(Example("/pass kept | /delay 1", pipe="", note="the pipe is lost"),),
)
async def delay(call: Call) -> str:
    milliseconds = read_number(call.text)
    if milliseconds is not None and milliseconds > 0 and math.isfinite(milliseconds):
        await call.run.sleep(milliseconds / 1000)
    return ""


@command(
    "closure-serialize",
    group="flow",
    summary="Turn a closure into its text.",
    unnamed=Unnamed("the closure", "closure", required=True),
    returns="the text between the marks, blanks included",
    examples=(Example("/closure-serialize {: k=2 /pass {{var::k}} :}", pipe=" k=2 /pass {{var::k}} "),),
)
def closure_serialize(call: Call) -> str:
    if call.closure is None:
        raise UserError(
            "/closure-serialize needs a closure.", hint="Write it as {: ... :} or let it come in by the pipe."
        )
    return call.closure.source


@command(
    "closure-deserialize",
    group="flow",
    summary="Make a closure from its text.",
    unnamed=Unnamed("the text between the marks", required=True),
    returns="the closure; keep it with /let key=name",
    examples=(Example('/closure-deserialize "k=2 /pass k" | /let key=back | /:back', pipe="k"),),
)
def closure_deserialize(call: Call) -> Any:
    return call.parse_closure(call.text)


SYNTAX = (
    syntax_command(
        "break",
        group="flow",
        summary="Leave the innermost loop pass or called closure.",
        unnamed=(Unnamed("the value to leave with", ("string", "closure")),),
        returns="the value, else what is in the pipe, as the result of what was left",
        details="Goes through the branches of `/if`. At the top of a script it only sets the pipe.",
        examples=(
            Example("/run {: /pass 1 | /break 2 | /pass 3 :}", pipe="2"),
            Example("/times 9 {: /incvar turn | /if left=turn right=4 {: /break stop :} :}", pipe="stop"),
        ),
    ),
    syntax_command(
        "parser-flag",
        group="flow",
        summary="Switch how the text behind it is read.",
        unnamed=(
            Unnamed("the flag", "enum", ("STRICT_ESCAPING", "REPLACE_GETVAR"), required=True),
            Unnamed("on or off", "bool", _ON_OFF, default="on"),
        ),
        split="words",
        returns="nothing; the pipe stays",
        details="Acts while the script is read, on everything behind it, closures included.",
        examples=(Example("/parser-flag STRICT_ESCAPING off | /pass x\\\\|y", pipe="x\\|y"),),
    ),
    syntax_command(
        "breakpoint",
        group="flow",
        summary="Stop here when a debugger runs the script.",
        returns="nothing; the pipe stays",
        examples=(Example("/pass a | /breakpoint | /upper", pipe="A"),),
    ),
    syntax_command(
        "/",
        aliases=("#", "*"),
        group="flow",
        summary="A comment.",
        returns="nothing; the pipe stays",
        details="`// text |` and `/# text |` end at the next pipe; `/* text *|` may hold pipes and further comments.",
        examples=(
            Example("/pass a | // not now | /upper", pipe="A"),
            Example("/* /pass a | /pass b *| /pass on", pipe="on"),
        ),
    ),
)
