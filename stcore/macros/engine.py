"""The engine: text in, text out, never an exception (spec/macros.md sections 1 and 2)."""

from __future__ import annotations

from typing import NamedTuple

from stcore.errors import DefinitionError, Span
from stcore.macros.cache import TextCache
from stcore.macros.calls import CallSite, normalize
from stcore.macros.compiler import Compiler, Part
from stcore.macros.diagnostics import Diagnostic
from stcore.macros.environment import Environment
from stcore.macros.parser import parse
from stcore.macros.pipeline import (
    MacroProcessor,
    MacroProvider,
    Phase,
    Processing,
    Processor,
    Provider,
    finish_text,
    is_plain,
    rewrite_legacy,
)
from stcore.macros.registry import Registry
from stcore.macros.run import MAX_RESOLVES, Compiled, LimitReached, Run
from stcore.macros.stable import text_hash

CACHE_CHARACTERS = 4_000_000

MAX_SECONDS = 5.0
"""How long a substitution may take unless the host says otherwise."""


class Program(NamedTuple):
    """A pre-processed text, compiled, and what its reader did not understand."""

    compiled: Compiled
    remarks: tuple[Diagnostic, ...]


class Template:
    """A compiled text, to be rendered any number of times.

    ``constant`` is the finished text when it depends on nothing, else ``None``.
    """

    __slots__ = ("_engine", "_program", "constant", "text")

    def __init__(self, engine: MacroEngine, text: str, program: Program | None) -> None:
        self.text = text
        self._engine = engine
        self._program = program
        self.constant: str | None = None
        if program is not None and isinstance(program.compiled, str) and not engine.processing:
            self.constant = finish_text(program.compiled)

    def render(self, env: Environment, outer: Run | None = None) -> str:
        """The text for ``env``; never raises. Past a limit the text comes back as it is, with a diagnostic.

        ``outer`` is the run that asks for it, whose time it shares.
        """
        program = self._program
        if self.constant is not None and program is not None:
            for remark in program.remarks:
                env.diagnostics(remark)
            return self.constant
        run = Run(self._engine, self._engine.processing.provide(env), self.text, outer)
        try:
            return self._engine.run_text(self.text, program, run)
        except Exception as failure:  # noqa: BLE001 - a limit, or a processor or mapping of the host that failed
            run.report(f"The text stays as it is: {str(failure) or type(failure).__name__}", level="error")
            return self.text


class MacroEngine:
    """Substitutes macros with the vocabulary of a registry (by default the built-in one).

    ``seconds`` is how long one substitution may take.
    """

    is_older = False
    """Whether this is the older engine (``older.py``), in which texts are replaced and not compiled."""

    def __init__(self, registry: Registry | None = None, *, seconds: float = MAX_SECONDS) -> None:
        if registry is None:
            from stcore.macros.builtin import builtin_macros

            registry = Registry(builtin_macros())
        self.registry = registry
        self.seconds = seconds
        self.processing = Processing()
        self._templates: TextCache[Template] = TextCache(CACHE_CHARACTERS)
        self._programs: TextCache[Program] = TextCache(CACHE_CHARACTERS)
        self._hashes: TextCache[int] = TextCache(CACHE_CHARACTERS // 8)
        self._versions = self._current_versions()

    def expand(self, text: object, env: Environment, outer: Run | None = None) -> str:
        """``text`` with its macros resolved for ``env``. Never raises; what is not understood stays.

        What is no text becomes one first, as the result of a macro would. A macro that expands a text on its way hands
        over the run it belongs to as ``outer``.
        """
        if not isinstance(text, str):
            text = normalize(text)
        if not text or (is_plain(text) and not self.processing):
            return text
        return self.compile(text).render(env, outer)

    def scratch(self, seconds: float) -> MacroEngine:
        """An engine that does the same with caches of its own, for texts that change with every key."""
        engine = MacroEngine(self.registry, seconds=seconds)
        engine.processing = self.processing
        return engine

    def compile(self, text: str) -> Template:
        """The template of ``text``, from the cache when it was compiled before."""
        self._forget_if_changed()
        template = self._templates.get(text)
        if template is None:
            program = None if self.processing.has_pre else self._program(rewrite_legacy(text))
            template = Template(self, text, program)
            self._templates.put(text, template)
        return template

    # -- what a host adds (16.1) -------------------------------------------------------------------------------------

    def add(self, added: MacroProcessor | MacroProvider) -> None:
        """Let a processor change texts around their macros, or a provider add to the environment."""
        if not isinstance(added, MacroProcessor | MacroProvider):
            raise DefinitionError(
                f"{added!r} cannot be added to the macro engine.",
                hint="Give a stcore.MacroProcessor or a stcore.MacroProvider.",
            )
        self.processing.add(added)

    def add_processor(self, phase: Phase, processor: Processor, *, priority: float = 100) -> None:
        """Let ``processor`` change texts before (``pre``) or after (``post``) macros run, in ascending priority."""
        self.add(MacroProcessor(phase, processor, priority))

    def remove_processor(self, phase: Phase, processor: Processor) -> bool:
        """The opposite of :meth:`add_processor`; whether it was there."""
        return self.processing.remove(processor, phase)

    def add_provider(self, provider: Provider, *, order: float = 50) -> None:
        """Let ``provider`` add to the environment of every call, in ascending order (15.3)."""
        self.add(MacroProvider(provider, order))

    def remove_provider(self, provider: Provider) -> bool:
        """The opposite of :meth:`add_provider`; whether it was there."""
        return self.processing.remove(provider)

    # -- for the parts of the engine ---------------------------------------------------------------------------------

    def run_text(self, text: str, program: Program | None, run: Run) -> str:
        """The pipeline on ``text``; ``program`` when it is compiled already."""
        if program is None:
            program = self._program(self.processing.before(text, run.env))
        for remark in program.remarks:
            run.env.diagnostics(remark)
        compiled = program.compiled
        return self.after(compiled if isinstance(compiled, str) else compiled(run), run)

    def run_part(self, part: Part, run: Run, owner: CallSite) -> str:
        """The pipeline on a part of the call ``owner`` that was compiled together with its text."""
        if self.processing.has_pre:
            return self.resolve(owner.source[part.start : part.end], run, run.base + owner.offset)
        compiled = part.compiled
        return self.after(compiled if isinstance(compiled, str) else compiled(run), run)

    def resolve(self, text: str, run: Run, base: int) -> str:
        """The pipeline on a text that a macro brings, within the same run."""
        if run.resolving >= MAX_RESOLVES:
            raise LimitReached(f"Macros resolve texts inside each other more than {MAX_RESOLVES} times.")
        outer, run.base = run.base, base
        run.resolving += 1
        try:
            program = None if self.processing.has_pre else self._program(rewrite_legacy(text))
            return self.run_text(text, program, run)
        finally:
            run.base = outer
            run.resolving -= 1

    def after(self, text: str, run: Run) -> str:
        return self.processing.after(text, run.env) if self.processing else finish_text(text)

    def content_hash(self, text: str) -> int:
        """The hash of a text that a substitution was called with; ``pick`` asks for the same one again and again."""
        found = self._hashes.get(text)
        if found is None:
            found = text_hash(text)
            self._hashes.put(text, found)
        return found

    def _program(self, source: str) -> Program:
        program = self._programs.get(source)
        if program is None:
            program = self._compile(source)
            self._programs.put(source, program)
        return program

    def _compile(self, source: str) -> Program:
        if "{{" not in source:
            return Program(source, ())
        document = parse(source)
        compiler = Compiler(document, self.registry)
        compiled = compiler.compile()
        problems = (*document.problems, *compiler.problems)
        return Program(
            compiled,
            tuple(Diagnostic(message, Span.at(source, start, end)) for message, start, end in problems),
        )

    def _forget_if_changed(self) -> None:
        """Pairing and lookup depend on the registry, so nothing compiled survives a change of it."""
        if self._versions != (versions := self._current_versions()):
            self._versions = versions
            self._templates.clear()
            self._programs.clear()

    def _current_versions(self) -> tuple[int, int]:
        return self.registry.version, self.processing.version
