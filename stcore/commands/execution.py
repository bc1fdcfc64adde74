"""Running closures: each in a fresh scope, however deep they call each other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING

from stcore.commands.faults import closure_error
from stcore.commands.scope import BreakTarget, Closure, Scope, Value
from stcore.commands.signals import Break
from stcore.errors import ScriptError, UserError

if TYPE_CHECKING:
    from stcore.commands.compiler import Code
    from stcore.commands.runtime import Run

_STACK_HOP = 40
"""So many closures deep the next one runs as a task, that is on a fresh stack: recursion never exhausts Python's."""

_DEEPEST = 10_000
"""Closures inside each other; a script that calls itself without end stops here."""


async def run_closure(
    closure: Closure,
    target: BreakTarget | None,
    provided: Mapping[str, Value] | None = None,
    *,
    macros: dict[str, Value] | None = None,
    run: Run | None = None,
    pipe: Value | None = None,
) -> Value:
    """Run a closure in a fresh scope and give its pipe; ``/break`` in it leaves ``target`` (8.3, 8.4).

    ``pipe`` is what the scope begins with: only a script that is fed from outside has any.
    """
    run = run or closure.parent.run
    scope = Scope(run, closure.parent, target)
    scope.pipe = pipe
    if macros is not None:
        scope.macros = macros
    run.depth += 1
    try:
        if run.depth % _STACK_HOP:
            await _run_steps(closure.code, scope, provided)
        elif run.depth < _DEEPEST:
            await asyncio.ensure_future(_run_steps(closure.code, scope, provided))
        else:
            raise UserError("The script calls itself too deeply.", hint="Use /while or /times instead.")
    except UserError as error:
        if isinstance(error, ScriptError):
            raise
        raise closure_error(error, closure.code.node, closure.code.script) from error
    finally:
        run.depth -= 1
    return "" if scope.pipe is None else scope.pipe


async def _run_steps(code: Code, scope: Scope, provided: Mapping[str, Value] | None) -> None:
    run = scope.run
    for name, default in code.declarations:
        scope.declare(name, await default.value(scope))
    if provided and scope.variables:
        scope.variables.update({name: value for name, value in provided.items() if name in scope.variables})
    observed = run.observed
    if code.breaks and run.watcher is None:
        run.call_debugger()
    for step in code.steps if run.watcher is None else code.watched_steps:
        if observed:
            run.report()
        if run.attention or perf_counter() > run.slice_end:
            await run.attend()
        pending = step(scope)
        if pending is not None:
            await pending
        if observed:
            run.report(step)


async def call_closure(closure: Closure, provided: Mapping[str, Value] | None = None) -> Value:
    """Run a closure as something that ``/break`` leaves."""
    target = BreakTarget()
    try:
        return await run_closure(closure, target, provided)
    except Break as leaving:
        if leaving.target is not target:
            raise
        return leaving.value
    finally:
        target.live = False


async def run_transparent(closure: Closure) -> Value:
    """Run a closure that ``/break`` goes through: a branch of ``/if``.

    When what it would leave is over already (the closure was kept and is used later), only the closure itself ends.
    """
    try:
        return await run_closure(closure, closure.target)
    except Break as leaving:
        if leaving.target.live:
            raise
        return leaving.value
