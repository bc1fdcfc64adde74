"""``stcore lsp``: a language server for slash scripts, so that any editor explains them.

It speaks the Language Server Protocol over standard input and output and offers diagnostics, completion, hover,
signature help, formatting and an outline. What it knows comes from the same services as the page's: the declarations
of commands and macros, and the lists of the host (variables, styles, models, ...).
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from stcore import __version__
from stcore.commands.caret import find_caret
from stcore.commands.checking import check_script
from stcore.commands.completion import complete
from stcore.commands.declaration import Command, Named, Unnamed
from stcore.commands.formatter import format_script
from stcore.commands.help import describe_command
from stcore.commands.syntax import ClosureNode, CommandNode, commands_in
from stcore.errors import ParseError, StcoreError
from stcore.host import Host

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pygls.workspace import TextDocument

    from stcore.chat.session import Session
    from stcore.commands.runtime import Interpreter

log = logging.getLogger("stcore.lsp")

PAUSE = 0.15
"""Seconds after the last key until a script is looked at."""

_KINDS = {
    "command": types.CompletionItemKind.Function,
    "argument": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.EnumMember,
    "variable": types.CompletionItemKind.Variable,
    "closure": types.CompletionItemKind.Module,
    "macro": types.CompletionItemKind.Constant,
}
_SEVERITIES = {"error": types.DiagnosticSeverity.Error, "warning": types.DiagnosticSeverity.Warning}


def make_server(data: str | None) -> LanguageServer:
    """The server for a data folder; ``server.start_io()`` answers one editor until it leaves."""
    server = LanguageServer("stcore", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
    scripts = _Scripts(server, data)
    completion = types.CompletionOptions(trigger_characters=["/", "=", "{", ":", "|", " "])
    signature = types.SignatureHelpOptions(trigger_characters=[" ", "="])
    _offer(server, types.SHUTDOWN, scripts.shutdown)
    _offer(server, types.TEXT_DOCUMENT_DID_OPEN, scripts.opened)
    _offer(server, types.TEXT_DOCUMENT_DID_CHANGE, scripts.changed)
    _offer(server, types.TEXT_DOCUMENT_DID_CLOSE, scripts.closed)
    _offer(server, types.TEXT_DOCUMENT_COMPLETION, scripts.complete, completion)
    _offer(server, types.TEXT_DOCUMENT_HOVER, scripts.hover)
    _offer(server, types.TEXT_DOCUMENT_SIGNATURE_HELP, scripts.signature, signature)
    _offer(server, types.TEXT_DOCUMENT_FORMATTING, scripts.format)
    _offer(server, types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, scripts.outline)
    return server


def _offer(server: LanguageServer, feature: str, answer: Callable[[Any], Awaitable[Any]], options: Any = None) -> None:
    """Register a method; pygls marks what it registers, which a bound method does not allow."""

    async def offered(params: Any) -> Any:
        return await answer(params)

    server.feature(feature, options)(offered)


_Positioned = types.CompletionParams | types.HoverParams | types.SignatureHelpParams


class _Scripts:
    """The features. Positions of the protocol become indexes of characters and back here, and nowhere else."""

    def __init__(self, server: LanguageServer, data: str | None) -> None:
        self._server, self._data = server, data
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._open = AsyncExitStack()
        self._opening: asyncio.Task[Session] | None = None

    async def _session(self) -> Session:
        """The host is opened in the loop of the server, when the first question comes."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open_session())
        return await asyncio.shield(self._opening)

    async def _open_session(self) -> Session:
        host = await self._open.enter_async_context(Host.open(self._data, face="once"))
        await asyncio.to_thread(host.ask_plugins)
        return await host.session(None)

    async def _interpreter(self) -> Interpreter:
        return (await self._session()).host.interpreter

    async def shutdown(self, _: object) -> None:
        """The editor is about to leave."""
        for looking in self._looking.values():
            looking.cancel()
        await self._open.aclose()

    # -- diagnostics -------------------------------------------------------------------------------------------------

    async def opened(self, params: types.DidOpenTextDocumentParams) -> None:
        self._look(params.text_document.uri, 0)

    async def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        self._look(params.text_document.uri, PAUSE)

    async def closed(self, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        if looking := self._looking.pop(uri, None):
            looking.cancel()
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def _look(self, uri: str, pause: float) -> None:
        if before := self._looking.get(uri):
            before.cancel()
        self._looking[uri] = asyncio.create_task(self._publish(uri, pause))

    async def _publish(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        document = self._server.workspace.get_text_document(uri)
        problems = await asyncio.to_thread(check_script, document.source, await self._interpreter())
        diagnostics = [
            types.Diagnostic(
                self._range(document, problem.span.start, problem.span.end),
                f"{problem.message} {problem.hint}".strip(),
                severity=_SEVERITIES[problem.severity],
                source="stcore",
            )
            for problem in problems
        ]
        params = types.PublishDiagnosticsParams(uri, diagnostics, version=document.version)
        self._server.text_document_publish_diagnostics(params)

    # -- while typing ------------------------------------------------------------------------------------------------

    async def complete(self, params: types.CompletionParams) -> types.CompletionList:
        document, caret = self._at(params)
        session = await self._session()
        interpreter = session.host.interpreter
        try:
            found = await complete(
                document.source,
                caret,
                interpreter.registry,
                session.services,
                macros=interpreter.engine.registry,
            )
        except StcoreError as error:  # a list that cannot be had offers nothing
            log.info("completion: %s", error.message)
            return types.CompletionList(is_incomplete=True, items=[])
        place = self._range(document, found.start, found.end)
        items = [
            types.CompletionItem(
                item.label,
                kind=_KINDS.get(item.kind),
                detail=item.summary,
                sort_text=f"{number:05}",
                filter_text=item.text,
                text_edit=types.TextEdit(place, item.text),
            )
            for number, item in enumerate(found.items)
        ]
        return types.CompletionList(is_incomplete=True, items=items)

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        document, caret = self._at(params)
        node = _innermost(await self._commands(document.source), caret)
        if node is None:
            return None
        argument = next((each for each in node.named if each.start <= caret <= each.start + len(each.name)), None)
        declared = node.command.argument(argument.name) if argument else None
        if argument is not None and declared is not None:
            text = f"`{argument.name}=` {declared.summary}"
            place = self._range(document, argument.start, argument.start + len(argument.name))
        else:
            text = describe_command(node.command)
            place = self._range(document, node.start, node.start + len(node.name))
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), place)

    async def signature(self, params: types.SignatureHelpParams) -> types.SignatureHelp | None:
        document, caret = self._at(params)
        registry = (await self._interpreter()).registry
        place = find_caret(document.source, caret, registry)
        command = place.command
        if command is None or command.name not in registry:
            return None
        arguments = _arguments(command)
        if place.argument:
            current = next((n for n, (name, _) in enumerate(arguments) if name == f"{place.argument}="), None)
        else:
            current = len(command.named) + place.position if place.place == "unnamed" else None
        parameters = [types.ParameterInformation(name, argument.summary) for name, argument in arguments]
        shown = types.SignatureInformation(
            f"/{command.name} {' '.join(name for name, _ in arguments)}".strip(),
            command.summary,
            parameters,
            active_parameter=current,
        )
        return types.SignatureHelp([shown], active_signature=0, active_parameter=current)

    # -- the whole script --------------------------------------------------------------------------------------------

    async def format(self, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        document = self._server.workspace.get_text_document(params.text_document.uri)
        try:
            text = format_script(document.source, (await self._interpreter()).registry)
        except ParseError:
            return []  # the diagnostics say what is wrong
        if text == document.source:
            return []
        return [types.TextEdit(self._range(document, 0, len(document.source)), text)]

    async def outline(self, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        """The closures that the script keeps under a name."""
        document = self._server.workspace.get_text_document(params.text_document.uri)
        symbols = []
        for node in await self._commands(document.source):
            name = _let_name(node)
            if name:
                place = self._range(document, node.start, node.end)
                head = self._range(document, node.start, node.start + len(node.name))
                symbols.append(types.DocumentSymbol(name, types.SymbolKind.Function, place, head))
        return symbols

    # -- places ------------------------------------------------------------------------------------------------------

    def _at(self, params: _Positioned) -> tuple[TextDocument, int]:
        document = self._server.workspace.get_text_document(params.text_document.uri)
        lines = document.source.split("\n")
        # A place behind the end counts as the end, as the protocol wants it.
        line = min(params.position.line, len(lines) - 1)
        inside = document.position_codec.position_from_client_units(
            lines, types.Position(line, params.position.character)
        )
        return document, sum(len(each) + 1 for each in lines[:line]) + min(inside.character, len(lines[line]))

    def _range(self, document: TextDocument, start: int, end: int) -> types.Range:
        return types.Range(self._position(document, start), self._position(document, end))

    def _position(self, document: TextDocument, index: int) -> types.Position:
        before = document.source[:index]
        line_start = before.rfind("\n") + 1
        return types.Position(before.count("\n"), document.position_codec.client_num_units(before[line_start:]))

    async def _commands(self, source: str) -> list[CommandNode]:
        try:
            return list(commands_in((await self._interpreter()).parse(source).root))
        except ParseError:
            return []


def _innermost(nodes: list[CommandNode], caret: int) -> CommandNode | None:
    around = [node for node in nodes if node.start - 1 <= caret <= node.end]
    return min(around, key=lambda node: node.end - node.start, default=None)


def _arguments(command: Command) -> list[tuple[str, Named | Unnamed]]:
    named: list[tuple[str, Named | Unnamed]] = [(f"{each.name}=", each) for each in command.named]
    return named + [(f"({each.summary or 'text'})", each) for each in command.unnamed]


def _let_name(node: CommandNode) -> str:
    """The name under which ``/let`` keeps a closure, empty for anything else."""
    if node.command.name != "let" or not any(isinstance(part, ClosureNode) for part in node.parts):
        return ""
    key = next((argument.value for argument in node.named if argument.name == "key"), node.parts[0])
    return getattr(key, "value", "").strip()
