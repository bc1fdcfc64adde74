"""The language server, asked by a real client over standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

pytestmark = pytest.mark.anyio

URI = "file:///script.st"


class Editor(LanguageClient):
    """An editor with one script open."""

    def __init__(self) -> None:
        super().__init__("editor", "1")
        self.diagnosed: asyncio.Queue[list[types.Diagnostic]] = asyncio.Queue()
        self.revision = 0

        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        def diagnosed(params: types.PublishDiagnosticsParams) -> None:
            self.diagnosed.put_nowait(list(params.diagnostics))

    def open(self, text: str) -> None:
        document = types.TextDocumentItem(URI, "stscript", 0, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(document))

    def change(self, text: str) -> None:
        self.revision += 1
        identifier = types.VersionedTextDocumentIdentifier(self.revision, URI)
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [whole]))

    async def diagnostics(self) -> list[types.Diagnostic]:
        async with asyncio.timeout(20):
            return await self.diagnosed.get()


@asynccontextmanager
async def editor(data: Path) -> AsyncIterator[Editor]:
    client = Editor()
    code = "import sys; from stcore.cli import main; sys.exit(main())"
    await client.start_io(sys.executable, "-c", code, "lsp", env={**os.environ, "STCORE_DATA": str(data)})
    try:
        await client.initialize_async(types.InitializeParams(types.ClientCapabilities(), process_id=os.getpid()))
        client.initialized(types.InitializedParams())
        yield client
    finally:
        async with asyncio.timeout(20):
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()  # type: ignore[no-untyped-call]


def at(line: int, character: int) -> types.Position:
    return types.Position(line, character)


def document() -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(URI)


async def test_diagnostics_follow_the_text(tmp_path: Path) -> None:
    async with editor(tmp_path) as client:
        client.open("/pass 🎨 |\n/uper x")
        (problem,) = await client.diagnostics()
        assert problem.range == types.Range(at(1, 1), at(1, 5))
        assert problem.severity == types.DiagnosticSeverity.Error
        assert "Did you mean /upper" in problem.message
        client.change("/pass 🎨 {{usr}}")
        (problem,) = await client.diagnostics()
        assert problem.range == types.Range(at(0, 11), at(0, 14)), "an emoji counts two"
        client.change("/upper x")
        assert await client.diagnostics() == []


async def test_completion_hover_and_signature(tmp_path: Path) -> None:
    async with editor(tmp_path) as client:
        client.open("/let word 1 |\n/ech\n")
        found = await client.text_document_completion_async(types.CompletionParams(document(), at(1, 4)))
        assert isinstance(found, types.CompletionList)
        first = found.items[0]
        assert (first.label, first.kind) == ("/echo", types.CompletionItemKind.Function)
        assert first.text_edit == types.TextEdit(types.Range(at(1, 1), at(1, 4)), "echo")
        client.change("/let word 1 |\n/echo severity=warning hi")
        found = await client.text_document_completion_async(types.CompletionParams(document(), at(1, 15)))
        assert isinstance(found, types.CompletionList)
        assert {"info", "warning", "error"} <= {item.label for item in found.items}
        hover = await client.text_document_hover_async(types.HoverParams(document(), at(1, 2)))
        assert hover is not None and isinstance(hover.contents, types.MarkupContent)
        assert "# /echo" in hover.contents.value
        hover = await client.text_document_hover_async(types.HoverParams(document(), at(1, 8)))
        assert hover is not None and isinstance(hover.contents, types.MarkupContent)
        assert hover.contents.value.startswith("`severity=`")
        help_ = await client.text_document_signature_help_async(types.SignatureHelpParams(document(), at(1, 17)))
        assert help_ is not None
        parameters = help_.signatures[0].parameters or ()
        assert help_.active_parameter is not None
        assert parameters[help_.active_parameter].label == "severity="


async def test_formatting_and_outline(tmp_path: Path) -> None:
    async with editor(tmp_path) as client:
        client.open("/let greet {:/echo hi|/upper:}|/:greet")
        options = types.FormattingOptions(2, True)
        edits = await client.text_document_formatting_async(types.DocumentFormattingParams(document(), options))
        assert edits is not None
        assert [edit.new_text for edit in edits] == ["/let greet {:\n  /echo hi |\n  /upper\n:} |\n/:greet\n"]
        symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document()))
        assert symbols is not None
        assert [symbol.name for symbol in symbols] == ["greet"]
        client.change("/pass {:")
        edits = await client.text_document_formatting_async(types.DocumentFormattingParams(document(), options))
        assert not edits, "what cannot be read is left alone"
