"""The wire format: a request as JSON, chunks as pieces (text-openai-compatible.md sections 2, 3, 4)."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from stcore import (
    BadResponse,
    ChatMessage,
    Finish,
    Http,
    ImagePiece,
    Piece,
    ReasoningPiece,
    Refused,
    ServerError,
    ThinkSplitter,
    Tool,
    ToolCallCollector,
    ToolCallPiece,
    decode_base64,
    shrink_picture,
)

from .failures import raise_error_inside

# -- asking ----------------------------------------------------------------------------------------------------------


async def wire_messages(messages: tuple[ChatMessage, ...]) -> list[dict[str, Any]]:
    """The messages as JSON.

    Only a user may show pictures: those of others follow in a user message, after all answers of tools, which must
    stand directly behind the call. What only shows a picture is that message alone: some servers take no empty ones.
    """
    wire: list[dict[str, Any]] = []
    waiting: list[tuple[str, bytes]] = []
    said = ""
    for message in messages:
        if waiting and message.role != "tool":
            wire.append(await _seen(said, waiting))
            waiting = []
        if message.role == "user" and message.images:
            wire.append(await _seen(message.content, message.images))
            continue
        if message.content or message.tool_calls or message.role == "tool" or not message.images:
            wire.append(_plain(message))
        if message.images and not waiting:
            whose = f"({message.name or 'The assistant'} shows this.)"
            said = "(The picture of the message before.)" if message.content else whose
        waiting += message.images
    if waiting:
        wire.append(await _seen(said, waiting))
    return wire


def wire_tools(tools: tuple[Tool, ...]) -> list[dict[str, Any]]:
    """Functions as JSON. An empty ``required`` is left out: one vendor refuses it."""
    functions = []
    for tool in tools:
        schema = {key: value for key, value in tool.parameters.items() if (key, value) != ("required", [])}
        function = {"name": tool.name, "description": tool.description, "parameters": schema}
        functions.append({"type": "function", "function": function})
    return functions


def _plain(message: ChatMessage) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        wire["content"] = message.content or None
        wire["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
            }
            for call in message.tool_calls
        ]
    if message.role == "tool":
        wire["tool_call_id"] = message.tool_call_id
    return wire


async def _seen(text: str, pictures: Any) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    for _, data in pictures:
        mime, small = await asyncio.to_thread(shrink_picture, data)
        url = f"data:{mime};base64,{base64.b64encode(small).decode()}"
        parts.append({"type": "image_url", "image_url": {"url": url}})
    return {"role": "user", "content": parts}


# -- reading ---------------------------------------------------------------------------------------------------------


class AnswerReader:
    """Reads the chunks of one answer, streamed or whole, into pieces."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._splitter = ThinkSplitter()
        self._tools = ToolCallCollector()
        self._said: list[str] = []
        self._refusal: list[str] = []
        self._pictures: set[int] = set()
        self._reason = ""
        self._usage: dict[str, Any] = {}
        self._alive = False

    async def read(self, chunk: Any) -> AsyncIterator[Piece]:
        """The pieces of one chunk. Raises the error that a chunk carries."""
        raise_error_inside(chunk, self._http)
        self._usage = _object(chunk.get("usage")) or self._usage
        choices = _objects(chunk.get("choices"))
        if not choices:
            return
        self._alive, choice = True, choices[0]
        part = _object(choice.get("delta")) or _object(choice.get("message"))
        for piece in self._words(choice, part):
            yield piece
        for number, call in enumerate(_objects(part.get("tool_calls"))):
            self._add_call(call, whole=number if choice.get("message") else None)
        for picture in _objects(part.get("images")):
            async for piece in self._picture(picture):
                yield piece
        self._refusal.append(_string(part.get("refusal")))
        self._reason = _string(choice.get("finish_reason")) or self._reason

    def finish(self) -> Iterator[Piece]:
        """The rest. A stream may just close, so a missing end mark is no fault; an answer without a choice is."""
        yield from self._splitter.finish()
        for call in self._tools.calls():
            yield ToolCallPiece(call)
        refusal = "".join(self._refusal)
        if self._reason == "content_filter" or (refusal and not self._said):
            raise Refused(
                f"The model declined: {refusal}" if refusal else "The vendor's filter stopped the answer.",
                stage="output",
                partial=bool(self._said),
                hint="Say it in other words.",
                vendor=refusal,
            )
        if self._reason == "error":
            raise ServerError("The model broke off in the middle of its answer.", hint="Ask again.")
        if not self._alive:
            raise BadResponse("The server sent no answer at all.", hint="Does this address serve chat completions?")
        yield Finish(self._reason or "stop", self._usage)

    def _words(self, choice: dict[str, Any], part: dict[str, Any]) -> Iterator[Piece]:
        # Both names stand for the same words; some servers send both.
        if thought := _string(part.get("reasoning")) or _string(part.get("reasoning_content")):
            yield ReasoningPiece(thought)
        content = part.get("content")
        if content is None:
            content = _object(choice.get("message")).get("content")
        if content is None:
            content = choice.get("text")
        for kind, text in _texts(content):
            if kind == "thought":
                yield ReasoningPiece(text)
            elif not (choice.get("message") and text == "".join(self._said)):  # the whole once more, at the end
                self._said.append(text)
                yield from self._splitter.feed(text)

    def _add_call(self, call: dict[str, Any], whole: int | None) -> None:
        function = _object(call.get("function"))
        index = call.get("index") if whole is None else whole
        self._tools.add(
            index=index if isinstance(index, int) else None,
            id=_string(call.get("id")),
            name=_string(function.get("name")),
            arguments=function.get("arguments"),
        )

    async def _picture(self, picture: dict[str, Any]) -> AsyncIterator[ImagePiece]:
        address = picture.get("image_url")
        address = address.get("url") if isinstance(address, dict) else address
        if not isinstance(address, str) or hash(address) in self._pictures:
            return  # some send every picture once more at the end
        self._pictures.add(hash(address))
        if address.startswith("http"):
            yield ImagePiece(await self._http.download(address))
        else:
            mime = address[5:].partition(";")[0] if address.startswith("data:") else ""
            yield ImagePiece(decode_base64(address), mime)


def _texts(content: Any) -> Iterator[tuple[str, str]]:
    """(kind, text) of a content that is a string or a list of parts."""
    if isinstance(content, str):
        yield "text", content
        return
    for part in _objects(content):
        if isinstance(part.get("thinking"), list | str):
            inner = _texts(part["thinking"])
            yield from (("thought", text) for _, text in inner)
        elif isinstance(part.get("text"), str):
            yield "text", part["text"]


# -- servers do not always send what they should -----------------------------------------------------------------------


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
