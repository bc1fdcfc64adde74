"""Syntax nodes become Python closures, once; running a script then looks nothing up that does not change.

A *step* is a function of the scope. It returns ``None`` when it is done and an awaitable when it has to wait, so a
simple command costs no coroutine. A closure is compiled when it first runs, so depth of nesting costs nothing here.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from stcore.commands.call import Call
from stcore.commands.execution import run_closure
from stcore.commands.expansion import compile_text, unescape_braces
from stcore.commands.faults import wrap_error
from stcore.commands.scope import Closure, Scope, Value
from stcore.commands.signals import Break
from stcore.commands.syntax import (
    BreakNode,
    BreakpointNode,
    ClosureNode,
    CommandNode,
    Flags,
    Part,
    Script,
    Statement,
)
from stcore.commands.values import result_text
from stcore.commands.watching import Moment
from stcore.errors import UserError

if TYPE_CHECKING:
    from stcore.commands.runtime import Interpreter

Step = Callable[[Scope], "Awaitable[None] | None"]
Resolve = Callable[[Scope], Any]


class Code:
    """A closure, ready to run: its declared arguments and its steps."""

    __slots__ = ("_declarations", "_steps", "_watched_steps", "breaks", "interpreter", "node", "script")

    def __init__(self, node: ClosureNode, script: Script, interpreter: Interpreter) -> None:
        self.node = node
        self.script = script
        self.interpreter = interpreter
        self.breaks = any(isinstance(statement, BreakpointNode) for statement in node.statements)
        """Whether a ``/breakpoint`` stands in this closure: who can debug is called when it begins."""
        self._steps: tuple[Step, ...] | None = None
        self._watched_steps: tuple[Step, ...] | None = None
        self._declarations: tuple[tuple[str, Resolver], ...] | None = None

    @property
    def body_text(self) -> str:
        return self.script.source[self.node.body_start : self.node.body_end]

    @property
    def steps(self) -> tuple[Step, ...]:
        if self._steps is None:
            statements = [each for each in self.node.statements if not isinstance(each, BreakpointNode)]
            self._steps = tuple([_compile_statement(statement, self) for statement in statements])
        return self._steps

    def prepare(self) -> None:
        """Compile this closure now; those in it still wait for their first run."""
        self._steps = self.steps

    @property
    def watched_steps(self) -> tuple[Step, ...]:
        """The steps of a run that is watched: a debugger or a trace is told of each."""
        if self._watched_steps is None:
            self._watched_steps = tuple([_compile_watched(statement, self) for statement in self.node.statements])
        return self._watched_steps

    @property
    def declarations(self) -> tuple[tuple[str, Resolver], ...]:
        """The declared arguments with what gives their defaults, in source order."""
        if self._declarations is None:
            self._declarations = tuple([(arg.name, _resolver(arg.value, self)) for arg in self.node.declarations])
        return self._declarations


class Resolver:
    """One part of an argument: a constant, something to compute, or a closure to run at once."""

    __slots__ = ("compute", "constant", "immediate")

    def __init__(
        self, *, constant: str | None = None, compute: Resolve | None = None, immediate: Code | None = None
    ) -> None:
        self.constant = constant
        self.compute = compute
        self.immediate = immediate

    def now(self, scope: Scope) -> Value:
        """The value, when nothing has to be waited for."""
        if self.constant is not None:
            return self.constant
        assert self.compute is not None
        value: Value = self.compute(scope)
        return value

    async def value(self, scope: Scope) -> Value:
        """The value; runs an immediate closure (8.2)."""
        if self.immediate is None:
            return self.now(scope)
        return await run_closure(Closure(self.immediate, scope, scope.target), scope.target)


def _resolver(part: Part, code: Code, node: CommandNode | BreakNode | None = None) -> Resolver:
    """What gives a part of an argument of ``node``; without one, of the default of a declared argument."""
    if isinstance(part, ClosureNode):
        inner = Code(part, code.script, code.interpreter)
        if part.immediate:
            return Resolver(immediate=inner)
        return Resolver(compute=lambda scope: Closure(inner, scope, scope.target))
    compiled = compile_text(part.value, code.interpreter.engine, node.flags if node is not None else Flags())
    if isinstance(compiled, str):
        return Resolver(constant=compiled)
    if isinstance(node, CommandNode) and code.interpreter.engine.is_older:
        return Resolver(compute=_placed(compiled, node, code))
    return Resolver(compute=compiled)


def _placed(resolve: Resolve, node: CommandNode, code: Code) -> Resolve:
    """``resolve``, saying where it failed: under the older macro engine an unknown variable ends the script."""

    def compute(scope: Scope) -> Value:
        try:
            value: Value = resolve(scope)
        except UserError as error:
            raise wrap_error(error, node, code.script) from error
        return value

    return compute


# -- statements ------------------------------------------------------------------------------------------------------


def _compile_statement(statement: CommandNode | BreakNode, code: Code) -> Step:
    if isinstance(statement, BreakNode):
        return _compile_break(statement, code)
    named = _Named(statement, code)
    unnamed = _Unnamed(statement, code)
    if named.waits or unnamed.waits:
        return _waiting_step(statement, code, named, unnamed)
    return _ready_step(statement, code, named, unnamed)


def _ready_step(node: CommandNode, code: Code, named: _Named, unnamed: _Unnamed) -> Step:
    """A command whose arguments need no waiting: called directly, awaited only when it gives something to await."""
    function = node.command.function
    if function is None:
        return _missing_step(node, code)
    constant_named, constant_unnamed = named.constant, unnamed.constant

    def step(scope: Scope) -> Awaitable[None] | None:
        arguments = dict(constant_named) if constant_named is not None else named.now(scope)
        value = constant_unnamed if constant_unnamed is not None else unnamed.now(scope)
        call = Call(node, code, scope, arguments, value)
        try:
            result = function(call)
        except Exception as error:
            raise wrap_error(error, node, code.script) from error
        if type(result) is str:
            scope.pipe = result
            return None
        if inspect.isawaitable(result):
            return _finish(result, node, code, scope)
        scope.pipe = result_text(result)
        return None

    return step


def _waiting_step(node: CommandNode, code: Code, named: _Named, unnamed: _Unnamed) -> Step:
    """A command with a closure that runs while its arguments are resolved, in source order (3.2)."""
    function = node.command.function
    if function is None:
        return _missing_step(node, code)

    async def step(scope: Scope) -> None:
        arguments = await named.value(scope)
        call = Call(node, code, scope, arguments, await unnamed.value(scope))
        try:
            result = function(call)
        except Exception as error:
            raise wrap_error(error, node, code.script) from error
        if inspect.isawaitable(result):
            await _finish(result, node, code, scope)
        else:
            scope.pipe = result_text(result)

    return step


async def _finish(result: Awaitable[Any], node: CommandNode, code: Code, scope: Scope) -> None:
    try:
        value = await result
    except Exception as error:
        raise wrap_error(error, node, code.script) from error
    scope.pipe = result_text(value)


def _missing_step(node: CommandNode, code: Code) -> Step:
    """A name that belongs to the syntax, written where the syntax does not take it."""

    def step(scope: Scope) -> None:
        raise wrap_error(UserError(f"/{node.name} cannot be used here."), node, code.script)

    return step


def _compile_break(node: BreakNode, code: Code) -> Step:
    parts = [_resolver(part, code, node) for part in node.parts]

    async def step(scope: Scope) -> None:
        value: Any = _joined([await part.value(scope) for part in parts]) if parts else (scope.pipe or "")
        scope.pipe = result_text(value)
        if scope.target is not None:
            raise Break(scope.target, scope.pipe)

    return step


# -- watched ---------------------------------------------------------------------------------------------------------


def _compile_watched(statement: Statement, code: Code) -> Step:
    """As the plain step, telling the watcher of the run before and after it."""
    if isinstance(statement, BreakpointNode):
        return _pass_breakpoint
    if isinstance(statement, BreakNode):
        return _watched_break(statement, code)
    return _watched_command(statement, code, _Named(statement, code), _Unnamed(statement, code))


def _pass_breakpoint(scope: Scope) -> None:
    if scope.run.watcher is not None:
        scope.run.watcher.breakpoint()


def _watched_command(node: CommandNode, code: Code, named: _Named, unnamed: _Unnamed) -> Step:
    function = node.command.function
    if function is None:
        return _missing_step(node, code)
    runs_closures = named.waits or unnamed.waits

    async def run(scope: Scope, moment: Moment) -> None:
        assert moment.named is not None
        # The function may change what it was given; what the watcher shows stays as it was.
        call = Call(node, code, scope, dict(moment.named), moment.unnamed)
        try:
            result = function(call)
        except Exception as error:
            raise wrap_error(error, node, code.script) from error
        if inspect.isawaitable(result):
            await _finish(result, node, code, scope)
        else:
            scope.pipe = result_text(result)

    async def resolve(scope: Scope, moment: Moment) -> None:
        moment.named, moment.unnamed = await named.value(scope), await unnamed.value(scope)

    async def step(scope: Scope) -> None:
        moment = Moment(node, code.script, scope)
        if not runs_closures:
            await resolve(scope, moment)
        await _announce(moment)
        with _on_stack(moment):
            if runs_closures:
                await resolve(scope, moment)
            await run(scope, moment)

    return step


def _watched_break(node: BreakNode, code: Code) -> Step:
    leave = _compile_break(node, code)

    async def step(scope: Scope) -> None:
        moment = Moment(node, code.script, scope)
        await _announce(moment)
        with _on_stack(moment):
            pending = leave(scope)
            if pending is not None:
                await pending

    return step


async def _announce(moment: Moment) -> None:
    run = moment.scope.run
    if run.watcher is not None:
        await run.watcher.before(moment)
        run.raise_if_stopped()


@contextmanager
def _on_stack(moment: Moment) -> Iterator[None]:
    watcher = moment.scope.run.watcher
    if watcher is None:
        yield
        return
    watcher.stack.append(moment)
    try:
        yield
    finally:
        watcher.stack.pop()
        watcher.after(moment)


# -- arguments -------------------------------------------------------------------------------------------------------


class _Named:
    """The named arguments of one command. The last of equal names wins unless the command collects them (3.4)."""

    __slots__ = ("_items", "constant", "waits")

    def __init__(self, node: CommandNode, code: Code) -> None:
        lists = node.command.repeatable
        self._items = [(arg.name, _resolver(arg.value, code, node), arg.name in lists) for arg in node.named]
        self.waits = any(resolver.immediate is not None for _, resolver, _ in self._items)
        self.constant: dict[str, Any] | None = None
        if all(resolver.constant is not None and not collected for _, resolver, collected in self._items):
            self.constant = {name: resolver.constant for name, resolver, _ in self._items}

    def now(self, scope: Scope) -> dict[str, Any]:
        named: dict[str, Any] = {}
        for name, resolver, collected in self._items:
            _put(named, name, resolver.now(scope), collected)
        return named

    async def value(self, scope: Scope) -> dict[str, Any]:
        named: dict[str, Any] = {}
        for name, resolver, collected in self._items:
            _put(named, name, await resolver.value(scope), collected)
        return named


def _put(named: dict[str, Any], name: str, value: Value, collected: bool) -> None:
    if collected:
        named.setdefault(name, []).append(value)
    else:
        named[name] = value


class _Unnamed:
    """The unnamed argument of one command: its parts joined or listed, or the pipe in its place (4.3, 4.5, 7.2).

    The value is ``None`` when there is neither argument nor pipe.
    """

    __slots__ = ("_inject", "_resolvers", "_split", "constant", "waits")

    def __init__(self, node: CommandNode, code: Code) -> None:
        self._split = node.command.split if node.command.unnamed else None
        self._inject = node.inject
        self._resolvers = [_resolver(part, code, node) for part in node.parts]
        self.waits = any(resolver.immediate is not None for resolver in self._resolvers)
        self.constant: str | None = None
        if self._split is None and len(self._resolvers) == 1:
            self.constant = self._resolvers[0].constant

    def now(self, scope: Scope) -> Any:
        return self._arrange([resolver.now(scope) for resolver in self._resolvers], scope)

    async def value(self, scope: Scope) -> Any:
        return self._arrange([await resolver.value(scope) for resolver in self._resolvers], scope)

    def _arrange(self, values: list[Value], scope: Scope) -> Any:
        split = self._split
        if not values:
            pipe = scope.pipe if self._inject else None
            if type(pipe) is str:
                pipe = unescape_braces(pipe)
            return pipe if split is None or pipe is None else [pipe]
        if split is None:
            return _joined(values)
        if isinstance(split, int) and len(values) > split + 1:
            return [*values[:split], "".join(map(str, values[split:]))]
        return values


def _joined(values: list[Value]) -> Value | list[Value]:
    """Several parts as one text, unless a closure is among them."""
    if len(values) == 1:
        return values[0]
    if any(isinstance(value, Closure) for value in values):
        return values
    return "".join(values)  # type: ignore[arg-type]  # none of them is a closure
