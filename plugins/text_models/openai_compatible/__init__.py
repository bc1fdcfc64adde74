"""Any server that speaks the chat-completions protocol: hosted vendors and local servers alike."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from stcore import (
    BadRequest,
    BadResponse,
    Completion,
    Endpoint,
    Finish,
    Health,
    Misconfigured,
    ModelPage,
    Piece,
    ProviderError,
    TextConnection,
    TextModel,
    hookimpl,
)

from .catalogue import (
    KEY_CHECKS,
    LISTS,
    LOCAL_SERVERS,
    OPEN_LISTS,
    Abilities,
    Entry,
    below,
    find_abilities,
    host_of,
    read_list,
)
from .failures import raise_error_inside, refine
from .wire import AnswerReader, wire_messages, wire_tools

CATALOGUE_SECONDS = 300.0
_VERSION_PART = re.compile(r"v\d+\w*|openai|beta")
_ENDS = ("/chat/completions", "/completions", "/models")
_DROPPABLE = (
    *("stream_options", "temperature", "top_p", "seed", "stop", "max_tokens", "max_completion_tokens"),
    *("frequency_penalty", "presence_penalty", "repetition_penalty", "repetition_penalty_range"),
    *("top_k", "top_a", "min_p", "typical_p", "tfs"),
)
"""Fields that some server or model does not know; the request is sent again without the one that was named."""

_OTHER_NAMES = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


def base_address(text: str) -> str:
    """The base address out of what people paste: with or without ``/v1``, a slash or ``/chat/completions`` at the end.

    ``/v1`` is added unless the path has a part of that kind already (section 1).
    """
    text = text.strip()
    parts = urlsplit(text if "://" in text else f"http://{text}")
    path = parts.path.rstrip("/")
    for end in _ENDS:
        path = path.removesuffix(end)
    if not any(_VERSION_PART.fullmatch(part) for part in path.split("/")):
        path += "/v1"
    return parts._replace(path=path, fragment="").geturl()


class OpenAICompatible(TextModel):
    """Hosted vendors and local servers with the chat-completions protocol: replies, tools, pictures in and out."""

    id = "openai-compatible"
    label = "OpenAI-compatible"
    summary = "Any chat-completions server: OpenAI, OpenRouter, Mistral, llama.cpp, LM Studio, Ollama, vLLM ..."
    docs = "https://platform.openai.com/docs/api-reference/chat"

    class Options(TextModel.Options):
        url: str = Field(
            title="Address",
            description="The server's base address; /v1 is added when it has no such part.",
            examples=["https://openrouter.ai/api/v1", "http://127.0.0.1:11434"],
            json_schema_extra={"group": "connection", "test": True},
        )
        api_key: SecretStr | None = Field(
            None,
            title="Key",
            description="Local servers usually need none.",
            json_schema_extra={"group": "connection", "test": True},
        )
        model: str = Field(
            "",
            title="Model",
            description="Empty = the first of the server's list.",
            json_schema_extra={"group": "connection", "options_from": "models"},
        )
        temperature: float | None = Field(
            None, ge=0, le=2, title="Temperature", json_schema_extra={"group": "defaults"}
        )
        top_p: float | None = Field(None, ge=0, le=1, title="Top P", json_schema_extra={"group": "defaults"})
        max_tokens: int | None = Field(
            None,
            ge=1,
            title="Longest answer",
            description="In tokens; empty = as the server likes.",
            json_schema_extra={"group": "defaults"},
        )
        system_prompt: str = Field(
            "",
            title="System prompt",
            description="Said to the model before everything else.",
            json_schema_extra={"group": "defaults", "multiline": True},
        )
        completion: Literal["chat", "text"] = Field(
            "chat",
            title="Way of asking",
            description="chat = messages; text = one long text that the model completes, laid out by the instruct "
            "template.",
            json_schema_extra={"group": "advanced"},
        )
        sees: Literal["auto", "yes", "no"] = Field(
            "auto",
            title="Sees pictures",
            description="auto = as the vendor's list says, otherwise no.",
            json_schema_extra={"group": "advanced"},
        )
        tools: Literal["auto", "yes", "no"] = Field(
            "auto",
            title="Uses tools",
            description="auto = as the vendor's list says, otherwise no.",
            json_schema_extra={"group": "advanced"},
        )
        patience: float = Field(
            300,
            gt=0,
            le=3600,
            title="Patience",
            description="Longest silence of the server in seconds.",
            json_schema_extra={"group": "advanced"},
        )
        key_header: str = Field(
            "Authorization",
            title="Header of the key",
            description="Azure wants api-key; Authorization sends a bearer token.",
            pattern=r"^[A-Za-z0-9-]+$",
            json_schema_extra={"group": "advanced"},
        )
        headers: dict[str, str] = Field(
            {}, title="More headers", description="Sent with every request.", json_schema_extra={"group": "advanced"}
        )
        body: dict[str, Any] = Field(
            {},
            title="More fields",
            description="Fields added to every request, for example top_k or reasoning_effort.",
            json_schema_extra={"group": "advanced"},
        )

        @field_validator("url")
        @classmethod
        def _has_host(cls, value: str) -> str:
            if not urlsplit(base_address(value)).hostname:
                raise ValueError("is no address; it should look like http://127.0.0.1:11434")
            return value.strip()

    def endpoint(self, options: Any) -> Endpoint:
        """The completed address, the key in its header, and the extra headers."""
        headers = dict(options.headers)
        if options.api_key is not None:
            key = options.api_key.get_secret_value().strip()
            bearer = options.key_header.lower() == "authorization"
            headers[options.key_header] = f"Bearer {key}" if bearer else key
        return Endpoint(base_address(options.url), headers)

    def form(self, options: Any) -> Literal["messages", "text"]:
        """Messages, unless the set-up wants text completed."""
        return "text" if options.completion == "text" else "messages"

    # -- looking around ----------------------------------------------------------------------------------------------

    async def check(self, connection: TextConnection) -> Health:
        """Fetch the list of models; where that list is open to everybody, a free call that needs the key."""
        http, host = connection.http, host_of(connection.http.base_url)
        if host in KEY_CHECKS and connection.options.api_key is not None:
            method, path = KEY_CHECKS[host]
            answer = await http.request(method, below(http.base_url, path), timeout=10)
            _raise_for(http.classify(answer))
        entries = await self._fetch(connection, timeout=10)
        text = f"{len(entries)} models." if entries else "The server answers but lists no models."
        if not entries:
            return Health(state="ok_unproven", text=text)
        wanted = connection.options.model
        if wanted and all(entry.info.id != wanted for entry in entries):
            text += f" {wanted!r} is not among them."
        if host in OPEN_LISTS and host not in KEY_CHECKS:
            return Health(state="ok_unproven", text=f"{text} The list is open to everybody, so the key is not proven.")
        return Health(state="ok", text=text)

    async def models(self, connection: TextConnection) -> ModelPage:
        """The models of the server's list that can chat."""
        return ModelPage(models=tuple(entry.info for entry in await self._catalogue(connection)))

    async def scopes(self, connection: TextConnection, model: str) -> frozenset[Any]:
        """What the vendor's list tells, under the person's own word; text only when nothing is told."""
        options = connection.options
        told = Abilities()
        if options.sees == "auto" or options.tools == "auto":
            told = await self._abilities(connection, model or options.model)
        sees = told.sees if options.sees == "auto" else options.sees == "yes"
        uses_tools = told.uses_tools if options.tools == "auto" else options.tools == "yes"
        given = {"image_in": sees, "tools": uses_tools, "image_out": told.draws}
        return frozenset({"text_in", "text_out", *(scope for scope, has in given.items() if has)})

    async def sees(self, connection: TextConnection, model: str = "") -> bool | None:
        """The person's own word, else what the vendor's list tells; many lists tell nothing."""
        options = connection.options
        if options.completion == "text":
            return False
        if options.sees != "auto":
            return bool(options.sees == "yes")
        return (await self._abilities(connection, model or options.model)).sees

    async def _abilities(self, connection: TextConnection, model: str) -> Abilities:
        try:
            entries = await self._catalogue(connection)
        except ProviderError:
            return Abilities()  # a chat must not fail because a list cannot be had
        # Without a model the first of the list is asked.
        entry = next((entry for entry in entries if model in ("", entry.info.id)), None)
        if entry is None:
            return Abilities()
        if entry.abilities.sees is None and entry.owner in LOCAL_SERVERS:
            return await self._ask_local(connection, entry)
        return entry.abilities

    async def _ask_local(self, connection: TextConnection, entry: Entry) -> Abilities:
        cache: dict[str, Abilities] = connection.state.setdefault("abilities", {})
        model = entry.info.id
        if model not in cache:
            method, path = LOCAL_SERVERS[entry.owner]
            url = below(connection.http.base_url, path)
            body = {"model": model} if method == "POST" else None
            try:
                answer = await connection.http.request(method, url, json=body, timeout=5)
                cache[model] = find_abilities(answer.raise_for_error().json(), model)
            except ProviderError:
                cache[model] = entry.abilities
        return cache[model]

    async def _catalogue(self, connection: TextConnection) -> list[Entry]:
        """The list, kept for five minutes."""
        kept = connection.state.get("catalogue")
        now = connection.clock.monotonic()
        if kept is None or now - kept[0] > CATALOGUE_SECONDS:
            kept = connection.state["catalogue"] = (now, await self._fetch(connection, timeout=30))
        entries: list[Entry] = kept[1]
        return entries

    async def _fetch(self, connection: TextConnection, timeout: float) -> list[Entry]:
        http = connection.http
        *first, last = LISTS.get(host_of(http.base_url), ("models",))
        for path in first:
            answer = await http.get(below(http.base_url, path), timeout=timeout)
            if answer.ok and (entries := read_list(answer.json())):
                return entries
        answer = await http.get(below(http.base_url, last), timeout=timeout)
        if answer.status in (404, 405):
            return []  # a server without a list can chat all the same
        _raise_for(http.classify(answer))
        data = answer.json()
        listed = read_list(data)
        if listed is None:
            raise_error_inside(data, http)
            raise Misconfigured(
                "The address answers, but not with a list of models.", hint="Is it the base address of the API?"
            )
        return listed

    # -- replies -----------------------------------------------------------------------------------------------------

    async def complete(self, connection: TextConnection, request: Completion) -> AsyncGenerator[Piece, None]:
        """Stream the answer; fields that this server turns out not to know are left out and remembered."""
        body = await self._body(connection, request)
        reader = AnswerReader(connection.http)
        async with aclosing(self._chunks(connection, body)) as chunks:
            async for chunk in chunks:
                async for piece in reader.read(chunk):
                    yield piece
        for piece in reader.finish():
            yield piece
            if isinstance(piece, Finish):
                return

    async def _body(self, connection: TextConnection, request: Completion) -> dict[str, Any]:
        options = connection.options
        model = request.model or options.model or await self._first_model(connection)
        body: dict[str, Any] = {"model": model, **await self._asked(options, request), "stream": request.stream}
        chosen = {
            "stream_options": {"include_usage": True} if request.stream else None,
            "temperature": options.temperature if request.temperature is None else request.temperature,
            "top_p": options.top_p if request.top_p is None else request.top_p,
            "max_tokens": request.max_tokens or options.max_tokens,
            "stop": list(request.stop) or None,
            "seed": request.seed,
            "tools": (wire_tools(request.tools) or None) if options.completion == "chat" else None,
        }
        body |= {key: value for key, value in chosen.items() if value is not None}
        for name in self._unknown_fields(connection, model):
            _leave_out(body, name)
        return {**body, **options.body, **request.extra}

    async def _asked(self, options: Any, request: Completion) -> dict[str, Any]:
        """What the model is asked: messages, or the text to complete."""
        if options.completion == "text":
            return {"prompt": f"{options.system_prompt}\n{request.prompt}" if options.system_prompt else request.prompt}
        messages = await wire_messages(request.messages)
        if options.system_prompt:
            messages.insert(0, {"role": "system", "content": options.system_prompt})
        return {"messages": messages}

    async def _first_model(self, connection: TextConnection) -> str:
        entries = await self._catalogue(connection)
        if not entries:
            raise Misconfigured("No model is chosen, and the server does not say which it has.", hint="Enter a model.")
        return entries[0].info.id

    async def _chunks(self, connection: TextConnection, body: dict[str, Any]) -> AsyncGenerator[Any, None]:
        """The answer's JSON objects. A refused field costs one more request, once per connection and model."""
        left_out: list[str] = []
        while True:
            try:
                async with aclosing(self._once(connection, body)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except ProviderError as error:
                fault = refine(error)
                name = _refused_field(fault, body)
                if not name or name in left_out:
                    raise fault from None
                left_out.append(name)
                _leave_out(body, name)
            else:
                self._unknown_fields(connection, body["model"]).extend(left_out)
                return

    async def _once(self, connection: TextConnection, body: dict[str, Any]) -> AsyncGenerator[Any, None]:
        http, patience = connection.http, connection.options.patience
        path = "completions" if "prompt" in body else "chat/completions"
        if not body.get("stream"):
            answer = await http.post(path, json=body, timeout=patience)
            yield answer.raise_for_error().json()
            return
        stream = http.stream_sse("POST", path, json=body, timeout=patience)
        async with aclosing(stream) as events:
            async for event in events:
                if event.data.strip() == "[DONE]":
                    return
                try:
                    chunk = json.loads(event.data)
                except ValueError:
                    said = http.scrub(event.data[:200])
                    raise BadResponse("The server sent a piece that is no JSON.", vendor=said) from None
                yield chunk

    def _unknown_fields(self, connection: TextConnection, model: str) -> list[str]:
        known: dict[str, list[str]] = connection.state.setdefault("unknown_fields", {})
        return known.setdefault(model, [])


def _raise_for(error: ProviderError | None) -> None:
    if error is not None:
        raise refine(error)


def _refused_field(error: ProviderError, body: dict[str, Any]) -> str:
    """The field of ours that a 400 or 422 is about, or empty."""
    if not isinstance(error, BadRequest) or error.field == "messages":
        return ""
    said = f"{error.field} {error.vendor}"
    for name in _DROPPABLE:
        if name in body and re.search(rf"\b{name}\b", said):
            return name
    # A server that refuses without naming anything most likely stumbled over the least common field.
    return "stream_options" if "stream_options" in body and not error.field else ""


def _leave_out(body: dict[str, Any], name: str) -> None:
    """Take a field out; the limit of the answer's length goes under its other name instead."""
    value = body.pop(name, None)
    if value is not None and name in _OTHER_NAMES:
        body[_OTHER_NAMES[name]] = value


@hookimpl
def stcore_text_models() -> list[TextModel]:
    return [OpenAICompatible()]
