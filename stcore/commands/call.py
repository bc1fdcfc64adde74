"""What a command function receives: its arguments, the scope it runs in, and the services it may use."""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from stcore.commands.execution import call_closure, run_closure, run_transparent
from stcore.commands.scope import BreakTarget, Closure, Scope, Value
from stcore.commands.syntax import CommandNode, Flags, Text
from stcore.commands.values import is_false, is_true
from stcore.errors import StcoreError, UserError
from stcore.macros.numbers import read_number

if TYPE_CHECKING:
    from stcore.commands.compiler import Code
    from stcore.commands.registry import Registry
    from stcore.commands.runtime import Run
    from stcore.commands.services import (
        AuthorsNote,
        Backgrounds,
        Captions,
        Characters,
        Chat,
        Chats,
        Documents,
        FunctionTools,
        Galleries,
        Generation,
        Groups,
        Images,
        Injections,
        Loaders,
        Models,
        Personas,
        PictureLooks,
        Presets,
        Regexes,
        Replies,
        Scripts,
        Services,
        Styles,
        Summaries,
        Tokens,
        Ui,
        Workflows,
    )
    from stcore.commands.services.lore import Lore
    from stcore.macros.environment import Environment, VariableStore

_DIGITS = re.compile(r"[+-]?[0-9]{1,300}", re.ASCII)


class Call:
    """One call of a command.

    ``named`` holds the named arguments by name: text, a closure, or a list for a repeatable one. ``unnamed`` is the
    unnamed argument: text, a closure, a list of parts (commands that split, or texts mixed with closures), or ``None``
    when there is neither an argument nor a pipe to take its place.
    """

    __slots__ = ("_code", "_node", "named", "scope", "unnamed")

    def __init__(self, node: CommandNode, code: Code, scope: Scope, named: dict[str, Any], unnamed: Any) -> None:
        self._node = node
        self._code = code
        self.scope = scope
        self.named = named
        self.unnamed = unnamed

    # -- where it runs -----------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name as written, maybe an alias."""
        return self._node.name

    @property
    def flags(self) -> Flags:
        """The parser flags in force where the command was written."""
        return self._node.flags

    @property
    def run(self) -> Run:
        """The run of the script this belongs to."""
        return self.scope.run

    @property
    def services(self) -> Services:
        return self.scope.run.services

    @property
    def chat(self) -> Chat:
        """The open chat; raises :class:`UserError` when there is none."""
        if self.services.chat is None:
            raise UserError(f"/{self.name} needs a chat, and none is open.")
        return self.services.chat

    @property
    def chats(self) -> Chats:
        """The way to other chats; raises :class:`UserError` when there is only this one."""
        if self.services.chats is None:
            raise UserError(f"/{self.name} needs stored chats, which are not available here.")
        return self.services.chats

    @property
    def groups(self) -> Groups:
        """The group of the open chat; raises :class:`UserError` when this host has no groups."""
        if self.services.groups is None:
            raise UserError(f"/{self.name} needs groups, which are not available here.")
        return self.services.groups

    @property
    def characters(self) -> Characters:
        """The characters; raises :class:`UserError` when this host has none."""
        if self.services.characters is None:
            raise UserError(f"/{self.name} needs characters, which are not available here.")
        return self.services.characters

    @property
    def personas(self) -> Personas:
        """The personas; raises :class:`UserError` when this host has none."""
        if self.services.personas is None:
            raise UserError(f"/{self.name} needs personas, which are not available here.")
        return self.services.personas

    @property
    def lore(self) -> Lore:
        """World info; raises :class:`UserError` when this host has none."""
        if self.services.lore is None:
            raise UserError(f"/{self.name} needs world info, which is not available here.")
        return self.services.lore

    @property
    def generation(self) -> Generation:
        """The text model's writing; raises :class:`UserError` when this host has none."""
        if self.services.generation is None:
            raise UserError(f"/{self.name} needs text generation, which is not available here.")
        return self.services.generation

    @property
    def injections(self) -> Injections:
        """The injections of the chat; raises :class:`UserError` when this host has none."""
        if self.services.injections is None:
            raise UserError(f"/{self.name} needs prompts, which are not available here.")
        return self.services.injections

    @property
    def note(self) -> AuthorsNote:
        """The author's note of the chat; raises :class:`UserError` when this host has none."""
        if self.services.note is None:
            raise UserError(f"/{self.name} needs prompts, which are not available here.")
        return self.services.note

    @property
    def presets(self) -> Presets:
        """Presets of prompts and models; raises :class:`UserError` when this host has none."""
        if self.services.presets is None:
            raise UserError(f"/{self.name} needs presets, which are not available here.")
        return self.services.presets

    @property
    def models(self) -> Models:
        """The connections to text models; raises :class:`UserError` when this host has none."""
        if self.services.models is None:
            raise UserError(f"/{self.name} needs text models, which are not available here.")
        return self.services.models

    @property
    def tokens(self) -> Tokens:
        """The tokenizer; raises :class:`UserError` when this host has none."""
        if self.services.tokens is None:
            raise UserError(f"/{self.name} needs a tokenizer, which is not available here.")
        return self.services.tokens

    @property
    def documents(self) -> Documents:
        """The data bank; raises :class:`UserError` when this host has none."""
        if self.services.documents is None:
            raise UserError(f"/{self.name} needs the data bank, which is not available here.")
        return self.services.documents

    @property
    def regexes(self) -> Regexes:
        """The regex scripts; raises :class:`UserError` when this host has none."""
        if self.services.regexes is None:
            raise UserError(f"/{self.name} needs regex scripts, which are not available here.")
        return self.services.regexes

    @property
    def tools(self) -> FunctionTools:
        """The functions of the text model; raises :class:`UserError` when this host has none."""
        if self.services.tools is None:
            raise UserError(f"/{self.name} needs functions of text models, which are not available here.")
        return self.services.tools

    @property
    def summaries(self) -> Summaries:
        """Summaries of the chat; raises :class:`UserError` when this host has none."""
        if self.services.summaries is None:
            raise UserError(f"/{self.name} needs a text model, which is not available here.")
        return self.services.summaries

    @property
    def galleries(self) -> Galleries:
        """The galleries of characters and groups; raises :class:`UserError` when this host has none."""
        if self.services.galleries is None:
            raise UserError(f"/{self.name} needs galleries, which are not available here.")
        return self.services.galleries

    @property
    def loaders(self) -> Loaders:
        """Busy indicators; raises :class:`UserError` when nobody would see them."""
        if self.services.loaders is None:
            raise UserError(f"/{self.name} needs someone to show something to, and nobody is there.")
        return self.services.loaders

    @property
    def captions(self) -> Captions:
        """The pictures of the chat in words."""
        if self.services.captions is None:
            raise UserError(f"/{self.name} needs the pictures of a chat, and there is none here.")
        return self.services.captions

    @property
    def backgrounds(self) -> Backgrounds:
        """What stands behind the chat; raises :class:`UserError` when this host has none."""
        if self.services.backgrounds is None:
            raise UserError(f"/{self.name} needs backgrounds, which are not available here.")
        return self.services.backgrounds

    @property
    def images(self) -> Images:
        """The picture pipeline; raises :class:`UserError` when this host has none."""
        if self.services.images is None:
            raise UserError(f"/{self.name} needs image generation, which is not available here.")
        return self.services.images

    @property
    def looks(self) -> PictureLooks:
        """How people look in pictures; raises :class:`UserError` when this host keeps nobody."""
        if self.services.looks is None:
            raise UserError(f"/{self.name} needs characters and personas, which are not available here.")
        return self.services.looks

    @property
    def styles(self) -> Styles:
        """The styles of pictures; raises :class:`UserError` when this host has none."""
        if self.services.styles is None:
            raise UserError(f"/{self.name} needs styles of pictures, which are not available here.")
        return self.services.styles

    @property
    def workflows(self) -> Workflows:
        """The workflows of pictures; raises :class:`UserError` when this host has none."""
        if self.services.workflows is None:
            raise UserError(f"/{self.name} needs workflows, which are not available here.")
        return self.services.workflows

    @property
    def replies(self) -> Replies:
        """The sets of quick replies; raises :class:`UserError` when this host keeps none."""
        if self.services.replies is None:
            raise UserError(f"/{self.name} needs quick replies, which are not available here.")
        return self.services.replies

    @property
    def scripts(self) -> Scripts:
        """The stored scripts; raises :class:`UserError` when this host keeps none."""
        if self.services.scripts is None:
            raise UserError(f"/{self.name} needs quick replies, which are not available here.")
        return self.services.scripts

    @property
    def ui(self) -> Ui:
        """Who watches the script; raises :class:`UserError` when nobody can be told anything."""
        if self.services.ui is None:
            raise UserError(f"/{self.name} needs someone to show something to, and nobody is there.")
        return self.services.ui

    async def fill_input(self, text: str) -> None:
        """Put ``text`` into the message box; raises :class:`UserError` when nobody can be told anything."""
        await (self.services.fill_input or self.ui.set_input)(text)

    def report(self, error: StcoreError) -> None:
        """Show an error that does not end the script; it is raised when nobody is there to see it."""
        if self.services.ui is None:
            raise error
        self.services.ui.error(error)

    @property
    def environment(self) -> Environment:
        """What macros see: names, variables, clock and random numbers."""
        return self.scope.run.environment

    @property
    def locals(self) -> VariableStore:
        """The variables of the chat."""
        return self.scope.run.environment.local

    @property
    def globals(self) -> VariableStore:
        """The variables of the settings."""
        return self.scope.run.environment.globals

    # -- arguments ---------------------------------------------------------------------------------------------------

    @property
    def has_unnamed(self) -> bool:
        """Whether there is an unnamed argument, written or from the pipe."""
        return self.unnamed is not None

    @property
    def text(self) -> str:
        """The unnamed argument as one text: parts joined by a space for commands that split, empty when missing."""
        unnamed = self.unnamed
        if type(unnamed) is str:
            return unnamed
        if unnamed is None:
            return ""
        if isinstance(unnamed, list):
            return (" " if self._node.command.split else "").join(map(str, unnamed))
        return str(unnamed)

    @property
    def written(self) -> str:
        """The unnamed argument as it stands in the script, its macros not expanded; closures are left out."""
        return " ".join(part.value for part in self._node.parts if isinstance(part, Text))

    @property
    def parts(self) -> list[Value]:
        """The unnamed argument as a list; one empty text when there is nothing (3.3)."""
        if isinstance(self.unnamed, list):
            return self.unnamed
        return [""] if self.unnamed is None else [self.unnamed]

    @property
    def closure(self) -> Closure | None:
        """The unnamed argument when it is a closure."""
        return self.unnamed if isinstance(self.unnamed, Closure) else None

    def argument(self, name: str, default: str = "") -> str:
        """A named argument as text."""
        value = self.named.get(name)
        return default if value is None else str(value)

    def number(self, name: str, default: float | None = None) -> float | None:
        """A named argument as a finite number; missing gives ``default``, other text raises :class:`UserError`."""
        if name not in self.named:
            return default
        text = self.argument(name)
        number = read_number(text)
        if number is None or not math.isfinite(number):
            raise self.wrong(name, text, "a number")
        return number

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A named argument as a whole number; missing gives ``default``, anything else raises :class:`UserError`."""
        number = self.number(name)
        if number is None:
            return default
        if not number.is_integer():
            raise self.wrong(name, self.argument(name), "a whole number")
        written = self.argument(name).strip()
        # A seed may have 64 bits: as a floating number it would lose the last of them.
        return int(written) if _DIGITS.fullmatch(written) else int(number)

    def boolean(self, name: str, default: bool) -> bool:
        """A yes or no as commands read it: only the word that contradicts the default changes it (3.4)."""
        value = self.named.get(name)
        return not is_false(value) if default else is_true(value)

    def choice(self, name: str, default: str = "") -> str:
        """A named argument that must be one of the declared words, in any case."""
        if name not in self.named:
            return default
        declared = self._node.command.argument(name)
        words = declared.enum if declared else ()
        text = self.argument(name)
        for word in words:
            if word.lower() == text.strip().lower():
                return word
        raise self.wrong(name, text, "one of " + ", ".join(words))

    def closure_argument(self, name: str) -> Closure | None:
        """A named argument that must be a closure; ``None`` when it is missing."""
        value = self.named.get(name)
        if value is None or isinstance(value, Closure):
            return value
        raise self.wrong(name, str(value), "a closure, like {: /echo done :}")

    def wrong(self, name: str, got: str, expected: str) -> UserError:
        """The error for an argument that cannot be used: names the argument, what it got and what it expects."""
        shown = got if len(got) <= 60 else got[:57] + "..."
        return UserError(f"/{self.name}: {name}= must be {expected}, not “{shown}”.")

    # -- running scripts ---------------------------------------------------------------------------------------------

    def call_closure(self, closure: Closure, provided: Mapping[str, Value] | None = None) -> Awaitable[Value]:
        """Run ``closure`` as something ``/break`` can leave (12.6) and give its result."""
        return call_closure(closure, provided)

    def run_body(self, parts: list[Value]) -> Awaitable[Value]:
        """Run a branch: the first part when it is a closure, else all parts as the text of a script (12.1).

        ``/break`` inside a closure goes through to what is around this command.
        """
        if parts and isinstance(parts[0], Closure):
            return run_transparent(parts[0])
        return self.run_text(" ".join(map(str, parts)))

    def run_pass(
        self, closure: Closure, target: BreakTarget, macros: dict[str, Value] | None = None
    ) -> Awaitable[Value]:
        """Run ``closure`` as one pass of a loop; ``/break`` raises through to the caller, who owns ``target``."""
        return run_closure(closure, target, macros=macros)

    def keep(self, closure: Closure) -> Callable[..., Awaitable[Value]]:
        """``closure`` as something to call later, when this script may have ended: ``variables`` given then are
        scoped variables in it."""
        services, interpreter = self.services, self._code.interpreter

        async def run(variables: Mapping[str, Value] | None = None) -> Value:
            if services.apart is not None:
                return await services.apart(closure, variables or {})
            return await interpreter.run_apart(closure, services, variables)

        return run

    def run_text(self, text: str) -> Awaitable[Value]:
        """Run the text of a script in a scope below this command's, with its flags and no break target (12.1)."""
        return self._code.interpreter.run_subcommand(text, self.scope, self.flags)

    def run_stored(self, text: str, name: str) -> Awaitable[Value]:
        """Run a stored script called ``name``; the named arguments become its ``{{arg::}}`` macros (17.2)."""
        return self._code.interpreter.run_stored(text, name, self.scope, self.named)

    def parse_closure(self, text: str) -> Closure:
        """The text of a closure's body as a closure that looks names up from here."""
        return self._code.interpreter.closure_of(text, self.scope, self.flags)

    def closures_in(self, text: str) -> dict[str, Closure]:
        """The closures that a script defines at its top, by name, without running it; raises :class:`ParseError`."""
        return self._code.interpreter.closures_in(text, self.scope)

    def expand(self, text: str) -> str:
        """``text`` with its macros expanded once more, as happens to a message when it is stored (16.5)."""
        return self._code.interpreter.expand(text, self.scope)

    @property
    def registry(self) -> Registry:
        """The commands this script was read with."""
        return self._code.interpreter.registry
