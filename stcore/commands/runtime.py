"""Running scripts: one :class:`Run` per script, closures that call each other, and the host that is never frozen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING

from stcore.commands.compiler import Code
from stcore.commands.execution import run_closure
from stcore.commands.expansion import ARGUMENT_PREFIX, ScopeMacros
from stcore.commands.importing import closures_of
from stcore.commands.parser import Parser
from stcore.commands.registry import Registry
from stcore.commands.scope import BreakTarget, Closure, Scope, Value
from stcore.commands.services import Services
from stcore.commands.signals import Abort, Break
from stcore.commands.syntax import BreakpointNode, ClosureNode, CommandNode, Flags, Script, closures_in
from stcore.errors import ExecutionError, ParseError
from stcore.macros.text import trim

if TYPE_CHECKING:
    from stcore.commands.watching import Watcher
    from stcore.macros import MacroEngine

_CACHED_CODES = 512
_CACHED_LONG_CODES = 4

_SLICE = 0.005
"""Seconds a script may run before it lets others have the event loop."""

_READ_AT_ONCE = 20_000
"""Characters; a script of that length is read in about 20 ms."""

_FAILED = "The script “"

Progress = Callable[[int, int], None]
"""Called with (statements finished, statements in all)."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a script ended. ``pipe`` is ``None`` when there was nothing to run or the script was aborted."""

    pipe: Value | None
    aborted: bool = False
    abort_quiet: bool = False
    abort_reason: str = ""

    @property
    def text(self) -> str:
        """The pipe as text."""
        return "" if self.pipe is None else str(self.pipe)


class Run:
    """One script while it runs: may be stopped and paused from outside, and tells how far it is."""

    def __init__(
        self,
        script: Script,
        interpreter: Interpreter,
        services: Services,
        scope: Scope | None,
        progress: Progress | None,
    ) -> None:
        self.services = services
        self.macros = ScopeMacros()
        self.environment = services.environment.child(dynamic=self.macros)
        self.attention = False
        self.slice_end = 0.0
        self.depth = 0
        self.total = count_statements(script.root) if progress else 0
        self.observed = progress is not None
        self.watcher: Watcher | None = None
        self._progress = progress
        self._finished: set[int] = set()
        self._going = asyncio.Event()
        self._going.set()
        self._stop: Abort | None = None
        self._stopped = asyncio.Event()
        self._root = Closure(interpreter.code(script), scope or Scope(self), None)
        self._pipe: Value | None = None

    def renew(self) -> None:
        """What macros see was changed (another chat, another persona): see it as it is now."""
        self.environment.__dict__.update(self.services.environment.child(dynamic=self.macros).__dict__)

    def feed(self, pipe: Value) -> None:
        """Give the script a pipe to begin with, which its first command takes too; call it before :meth:`result`."""
        code = self._root.code
        first, *others = code.node.statements or (None,)
        if isinstance(first, CommandNode):
            root = replace(code.node, statements=(replace(first, inject=True), *others))
            self._root.code = Code(root, code.script, code.interpreter)
        self._pipe = pipe

    def provide(self, arguments: Mapping[str, Value]) -> None:
        """Give the script ``{{arg::name}}`` macros; call it before :meth:`result`."""
        scope = Scope(self, self._root.parent)
        scope.macros = {ARGUMENT_PREFIX + name: value for name, value in arguments.items()}
        self._root.parent = scope

    async def result(self) -> Result:
        """Run the script to its end. Raises :class:`ExecutionError`; an abort is a result."""
        try:
            return Result(await run_closure(self._root, None, run=self, pipe=self._pipe))
        except Abort as abort:
            if not abort.quiet and self.services.ui is not None:
                self.services.ui.toast(abort.reason, "warning")
            return Result(None, aborted=True, abort_quiet=abort.quiet, abort_reason=abort.reason)
        finally:
            if self.watcher is not None:
                self.watcher.ended()

    def call_debugger(self) -> None:
        """A breakpoint is ahead: whoever watches may step through from here on."""
        if self.services.ui is not None:
            self.watcher = self.services.ui.debugger(self._root.code.interpreter)

    def stop(self, reason: str = "The script was stopped.") -> None:
        """End the script at its next command; a waiting ``/delay`` ends at once (14.3)."""
        self._stop = Abort(reason, quiet=False)
        self.attention = True
        if self.watcher is not None:
            self.watcher.release()
        self._stopped.set()
        self._going.set()

    def pause(self) -> None:
        """Hold the script before its next command."""
        self._going.clear()
        self.attention = True

    def resume(self) -> None:
        """Let a paused script go on."""
        self._going.set()

    @property
    def paused(self) -> bool:
        return not self._going.is_set()

    @property
    def due(self) -> bool:
        """Whether :meth:`attend` is due. Every step asks; so must a loop whose body may have no step at all."""
        return self.attention or perf_counter() > self.slice_end

    async def attend(self) -> None:
        """Between two commands: let others have the event loop, wait while paused, end when stopped."""
        if self.attention:
            await self._going.wait()
            self.raise_if_stopped()
            self.attention = False
        await asyncio.sleep(0)
        self.slice_end = perf_counter() + _SLICE

    def raise_if_stopped(self) -> None:
        """End the script here when it was told to stop."""
        if self._stop is not None:
            raise self._stop

    async def sleep(self, seconds: float) -> None:
        """Wait by the host's clock; a stop ends the waiting."""
        waiting = asyncio.ensure_future(self.environment.clock.sleep(seconds))
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait((waiting, stopped), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            stopped.cancel()

    def report(self, finished: object | None = None) -> None:
        """Tell the progress; ``finished`` is the step that has just ended. A loop body counts once (14.2)."""
        if finished is not None:
            self._finished.add(id(finished))
        if self._progress is not None:
            self._progress(min(len(self._finished), self.total), self.total)


def count_statements(root: ClosureNode) -> int:
    """The statements of a closure and of all closures written in it; breakpoints do not count."""
    return sum(
        not isinstance(statement, BreakpointNode) for closure in closures_in(root) for statement in closure.statements
    )


# -- scripts ---------------------------------------------------------------------------------------------------------


class Interpreter:
    """Reads and runs scripts with one registry of commands and one macro engine."""

    def __init__(self, registry: Registry, engine: MacroEngine) -> None:
        self.registry = registry
        self.engine = engine
        self._code = lru_cache(_CACHED_CODES)(self._compile)
        self._long_code = lru_cache(_CACHED_LONG_CODES)(self._compile)
        self._parser = Parser(registry)

    def parse(self, text: str, flags: Flags | None = None) -> Script:
        """The syntax of ``text``; raises :class:`ParseError`."""
        return self._parser.parse(text, flags or Flags())

    async def read(self, text: str, flags: Flags | None = None) -> Script:
        """As :meth:`parse`; a text so long that reading it would hold others up is read in a thread."""
        if len(text) <= _READ_AT_ONCE:
            return self.parse(text, flags)
        return await asyncio.to_thread(self._read_long, text, flags)

    def _read_long(self, text: str, flags: Flags | None) -> Script:
        script = self.parse(text, flags)
        self.code(script).prepare()
        return script

    def start(
        self,
        script: str | Script,
        services: Services,
        *,
        flags: Flags | None = None,
        scope: Scope | None = None,
        progress: Progress | None = None,
        arguments: Mapping[str, Value] | None = None,
        watcher: Watcher | None = None,
        pipe: Value | None = None,
    ) -> Run:
        """Read a script and make it ready: ``await run.result()`` runs it. Raises :class:`ParseError`.

        ``scope`` becomes the parent of the script's own scope. ``arguments`` are what the script is called with from
        outside: it reads them as ``{{arg::name}}``. ``watcher`` is a debugger or a trace;
        ``pipe`` what the script begins with.
        """
        if isinstance(script, str):
            script = self.parse(script, flags)
        run = Run(script, self, services, scope, progress)
        run.watcher = watcher
        if arguments:
            run.provide(arguments)
        if pipe is not None:
            run.feed(pipe)
        return run

    async def run(
        self,
        text: str,
        services: Services,
        *,
        flags: Flags | None = None,
        scope: Scope | None = None,
        progress: Progress | None = None,
    ) -> Result:
        """Read and run ``text``. Raises :class:`ParseError` and :class:`ExecutionError`; blank text gives no pipe."""
        if not trim(text):
            return Result(None)
        script = await self.read(text, flags)
        return await self.start(script, services, scope=scope, progress=progress).result()

    async def run_apart(
        self, closure: Closure, services: Services, variables: Mapping[str, Value] | None = None
    ) -> Value:
        """Run a closure whose script may have ended, as a script of its own that sees what the closure sees.

        ``variables`` are further scoped variables. An abort ends only this and gives empty text.
        """
        run = Run(closure.code.script, self, services, None, None)
        scope = Scope(run, closure.parent)
        scope.variables = dict(variables or {})
        target = BreakTarget()
        try:
            return await run_closure(Closure(closure.code, scope, target), target, run=run)
        except Abort:
            return ""
        except Break as leaving:
            return leaving.value
        finally:
            target.live = False

    async def run_subcommand(self, text: str, scope: Scope, flags: Flags) -> Value:
        """Run a string body: read anew, in a scope below ``scope``, out of reach of ``/break`` (12.1)."""
        text = trim(text)
        if len(text) > 1 and text[0] == text[-1] == '"':
            text = text[1:-1]
        if not text.startswith("/"):
            return ""
        return await run_closure(self.closure_of(text, scope, flags), None)

    async def run_stored(self, text: str, name: str, caller: Scope, named: Mapping[str, Value]) -> Value:
        """Run a stored script in a scope of its own: it sees neither variables nor pipe of the caller (17.2).

        What cannot be read is shown and gives empty text; a failure inside names the script.
        """
        scope = Scope(caller.run)
        scope.macros = {ARGUMENT_PREFIX + key: value for key, value in named.items()}
        scope.macros.setdefault(ARGUMENT_PREFIX + "*", "")
        try:
            closure = self.closure_of(text, scope, Flags())
        except ParseError as error:
            if caller.run.services.ui is None:
                raise
            caller.run.services.ui.error(error)
            return ""
        if caller.run.watcher is not None:
            caller.run.watcher.entered(closure.code.script, name)
        try:
            return await run_closure(closure, None)
        except ExecutionError as error:
            # Scripts that call each other name the one that failed, once; the trace has the whole way there.
            told = error.message.startswith(_FAILED)
            message = error.message if told else f"{_FAILED}{name}” failed: {error.message}"
            raise ExecutionError(
                message,
                source=error.source,
                span=error.span,
                command=error.command,
                trace=(name, *error.trace),
                hint=error.hint,
            ) from error

    def closure_of(self, text: str, scope: Scope, flags: Flags) -> Closure:
        """The text of a body as a closure whose names are looked up from ``scope``."""
        return Closure(self.code(self.parse(text, flags)), scope, None)

    def closures_in(self, text: str, scope: Scope) -> dict[str, Closure]:
        """The closures that ``text`` defines at its top, by name, looking names up from ``scope`` (17.4)."""
        script = self.parse(text)
        found = closures_of(script).items()
        return {name: Closure(Code(node, script, self), scope, None) for name, node in found}

    def code(self, script: Script) -> Code:
        """The script, ready to run. What is long is kept only for a moment: it takes a hundred times its length."""
        return self._code(script) if len(script.source) <= _READ_AT_ONCE else self._long_code(script)

    def _compile(self, script: Script) -> Code:
        return Code(script.root, script, self)

    def expand(self, text: str, scope: Scope) -> str:
        """``text`` with its macros, those of scripts included."""
        run = scope.run
        run.macros.scope = scope
        return self.engine.expand(text, run.environment)
