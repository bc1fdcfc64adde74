"""A fake OpenAI-compatible server: a real HTTP server that answers at once and costs nothing.

It obeys spec/sources/text-openai-compatible.md, including what goes wrong: queue :class:`Reply` and :class:`Fault`
objects for the next requests, or list the fields it shall not know. With nothing queued it chats: it takes up the
words of the question, writes prompts for pictures and asks for some, so that a demonstration is pleasant.
By hand: ``python -m stcore.testing demo``.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import random
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from stcore.testing.servers.chatter import PICTURE_FUNCTION, after_call, picture_call, picture_prompt, small_talk


@dataclass(frozen=True)
class Fault:
    """Answer with this status and body instead of a reply."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One answer and the manner in which it is sent.

    ``pieces`` are the texts of the chunks. ``tools`` are lists of fragments (``tool_calls`` entries) per chunk.
    ``field`` is where the words of a chunk stand. ``wait`` keeps the stream open without end before it finishes.
    """

    pieces: tuple[str, ...] = ()
    reasoning: str = ""
    reasoning_field: Literal["reasoning", "reasoning_content"] = "reasoning"
    tools: tuple[list[dict[str, Any]], ...] = ()
    images: tuple[str, ...] = ()
    refusal: str = ""
    finish: str | None = "stop"
    field: Literal["delta", "message", "text"] = "delta"
    error: dict[str, Any] | None = None
    raw: tuple[str, ...] = ()
    usage: bool = True
    done: bool = True
    comments: bool = False
    separator: str = "\n\n"
    bytes_per_write: int = 0
    cut_off: bool = False
    wait: bool = False
    delay: float = 0.0

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True)
class Recorded:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any = None


class FakeOpenAI:
    """The server: an ASGI application (``app``, or the object itself) with its switches and its memory."""

    def __init__(self, *, key: str = "", seed: int = 0, delay: float = 0.0) -> None:
        self.key, self.delay = key, delay
        self.models: Any = {
            "object": "list",
            "data": [
                {"id": "chatty-small", "object": "model", "owned_by": "fake"},
                {"id": "chatty-seeing", "object": "model", "capabilities": {"vision": True, "function_calling": True}},
            ],
        }
        self.descriptions: dict[str, Any] = {}
        """Further paths that answer with JSON: ``/api/show``, ``/props``, ``/v1/key`` ..."""
        self.unknown_fields: set[str] = set()
        self.blind: set[str] = set()
        """Models that refuse a request with a picture, as those do that cannot see."""
        self.queue: deque[Reply | Fault] = deque()
        self.requests: list[Recorded] = []
        self.hung_up = 0
        """Streams that the client closed before they were finished."""
        self._random = random.Random(seed)
        self._numbers = itertools.count(1)
        self.app = Starlette(routes=[Route("/{path:path}", self._route, methods=["GET", "POST"])])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    @property
    def bodies(self) -> list[Any]:
        """The bodies of the requests for a text."""
        return [request.body for request in self.requests if request.path.endswith("/completions")]

    @property
    def shown(self) -> list[bytes]:
        """The pictures of the last request for a text, in its order."""
        return [picture for _, picture in pictures_of(self.bodies[-1])]

    async def _route(self, request: Request) -> Response:
        raw = await request.body()
        body: Any = json.loads(raw) if raw else None
        path = request.url.path
        self.requests.append(Recorded(request.method, path, dict(request.query_params), dict(request.headers), body))
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "Incorrect API key provided.", type="invalid_request_error", code="invalid_api_key")
        if path in self.descriptions:
            found = self.descriptions[path]
            return JSONResponse(found.body, found.status) if isinstance(found, Fault) else JSONResponse(found)
        if path.endswith("/models") and request.method == "GET":
            return JSONResponse(self.models)
        if path.endswith("/completions") and request.method == "POST":
            return self._complete(body)
        return _error(404, f"Unknown request URL: {request.method} {path}.", type="invalid_request_error")

    def _complete(self, body: dict[str, Any]) -> Response:
        for name in sorted(self.unknown_fields & set(body)):
            return _error(
                400, f"Unsupported parameter: '{name}' is not supported with this model.", param=name, code=None
            )
        if fault := self._sight(body):
            return _error(400, fault, type="invalid_request_error", param="messages", code=None)
        plan = self.queue.popleft() if self.queue else self._chat(body)
        if isinstance(plan, Fault):
            return Response(_encoded(plan.body), plan.status, {"content-type": "application/json", **plan.headers})
        number = next(self._numbers)
        if body.get("stream"):
            return StreamingResponse(self._stream(plan, body, number), media_type="text/event-stream")
        return JSONResponse(_whole(plan, body, number))

    def _sight(self, body: dict[str, Any]) -> str:
        """What is wrong with the pictures of a request: only users may show any, and only to a model that sees."""
        try:
            found = pictures_of(body)
        except ValueError as error:
            return f"Invalid image data: {error}."
        if any(role != "user" for role, _ in found):
            return "Image content is only allowed in messages of the role 'user'."
        blind = found and body.get("model") in self.blind
        return f"The model '{body['model']}' does not support image input." if blind else ""

    async def _stream(self, plan: Reply, body: dict[str, Any], number: int) -> AsyncIterator[bytes]:
        finished = False
        try:
            for event in self._events(plan, body, number):
                data = f"{event}{plan.separator}".encode()
                size = plan.bytes_per_write or len(data)
                for start in range(0, len(data), size):
                    yield data[start : start + size]
                    # Without a pause the server joins the writes again.
                    await asyncio.sleep(0.001 if plan.bytes_per_write else plan.delay)
            if plan.wait:
                await asyncio.sleep(3600)
            if plan.cut_off:
                raise ConnectionResetError("switched off in the middle")
            finished = True
        finally:
            self.hung_up += not finished

    def _events(self, plan: Reply, body: dict[str, Any], number: int) -> list[str]:
        events = [": FAKE PROCESSING"] if plan.comments else []
        events += [f"data: {json.dumps(chunk, ensure_ascii=False)}" for chunk in _chunks(plan, body, number)]
        events += plan.raw
        if plan.error is not None:
            return [*events, f"data: {json.dumps(plan.error)}"]
        if not plan.done or plan.wait or plan.cut_off:
            return events
        return [*events, "data: [DONE]"]

    # -- a pleasant chat ---------------------------------------------------------------------------------------------

    def _chat(self, body: dict[str, Any]) -> Reply:
        messages = body.get("messages", ())
        if arguments := picture_call(messages, body.get("tools") or ()):
            function = {"name": PICTURE_FUNCTION, "arguments": json.dumps(arguments, ensure_ascii=False)}
            return Reply(tools=([{"index": 0, "id": f"call-{len(self.requests)}", "function": function}],))
        last = messages[-1] if messages else {"role": "user", "content": ""}
        if last["role"] == "tool":
            return self._words(after_call(str(last["content"])))
        if prompt := picture_prompt(_words_of(last["content"]), self._random):
            return self._words(prompt)
        if "prompt" in body:
            asked = body["prompt"].rsplit("\n", 1)[0][-120:]
        else:
            asked = next((_told(m["content"]) for m in reversed(messages) if m["role"] == "user"), "")
        return self._words(small_talk(asked, self._random))

    def _words(self, text: str) -> Reply:
        words = [f"{word} " for word in text.split()]
        return Reply(pieces=(*words[:-1], words[-1].rstrip()), delay=self.delay)


def _words_of(content: Any) -> str:
    """The words of a message without its pictures."""
    if isinstance(content, list):
        return " ".join(part["text"] for part in content if part["type"] == "text")
    return str(content or "")


def _told(content: Any) -> str:
    """The words of a message, and how many pictures it shows."""
    pictures = sum(part["type"] == "image_url" for part in content) if isinstance(content, list) else 0
    shown = f" (and {pictures} picture{'s' * (pictures != 1)})" if isinstance(content, list) else ""
    return _words_of(content) + shown


def pictures_of(body: dict[str, Any]) -> list[tuple[str, bytes]]:
    """The pictures of a request as (role of the message, bytes). Raises ``ValueError`` for one that is damaged."""
    return [
        (message["role"], _decoded(part["image_url"]["url"]))
        for message in body.get("messages", ())
        if isinstance(message["content"], list)
        for part in message["content"]
        if part["type"] == "image_url"
    ]


def _decoded(url: str) -> bytes:
    head, comma, data = url.partition(",")
    if not (head.startswith("data:image/") and head.endswith(";base64") and comma):
        raise ValueError(f"{url[:40]!r} is no data URL of a picture")
    return base64.b64decode(data, validate=True)


def _chunks(plan: Reply, body: dict[str, Any], number: int) -> list[dict[str, Any]]:
    def chunk(part: dict[str, Any], finish: str | None = None, field: str = "delta") -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, field: part, "finish_reason": finish}]}

    head = {"id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": 1780000000 + number}
    head["model"] = body.get("model", "")
    chunks = [] if "prompt" in body else [chunk({"role": "assistant"})]
    if plan.reasoning:
        chunks.append(chunk({plan.reasoning_field: plan.reasoning}))
    for piece in plan.pieces:
        field: str = "text" if "prompt" in body else plan.field
        part: Any = piece if field == "text" else {"content": piece}
        chunks.append(chunk(part, field=field))
    chunks += [chunk({"tool_calls": fragments}) for fragments in plan.tools]
    if plan.images:
        chunks.append(chunk({"images": _pictures(plan)}))
    if plan.refusal:
        chunks.append(chunk({"refusal": plan.refusal}))
    if plan.error is None and not (plan.wait or plan.cut_off):
        chunks.append(chunk({}, plan.finish))
        if plan.usage and (body.get("stream_options") or {}).get("include_usage"):
            chunks.append({**head, "choices": [], "usage": _usage(plan, body)})
    return chunks


def _whole(plan: Reply, body: dict[str, Any], number: int) -> dict[str, Any]:
    if plan.error is not None:
        return plan.error
    if "prompt" in body:
        choice = {"index": 0, "text": plan.text, "finish_reason": plan.finish}
        return {"object": "text_completion", "choices": [choice], "usage": _usage(plan, body)}
    message: dict[str, Any] = {"role": "assistant", "content": plan.text or None}
    if plan.reasoning:
        message[plan.reasoning_field] = plan.reasoning
    if plan.tools:
        message["tool_calls"] = [call for fragments in plan.tools for call in fragments]
    if plan.images:
        message["images"] = _pictures(plan)
    if plan.refusal:
        message["refusal"] = plan.refusal
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1780000000 + number,
        "model": body.get("model", ""),
        "choices": [{"index": 0, "message": message, "finish_reason": plan.finish}],
        "usage": _usage(plan, body),
    }


def _pictures(plan: Reply) -> list[dict[str, Any]]:
    return [{"type": "image_url", "image_url": {"url": url}} for url in plan.images]


def _usage(plan: Reply, body: dict[str, Any]) -> dict[str, int]:
    asked, said = len(json.dumps(body.get("messages") or body["prompt"])) // 4, max(1, len(plan.text) // 4)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _encoded(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _error(status: int, message: str, **fields: Any) -> Response:
    return JSONResponse({"error": {"message": message, **fields}}, status)
