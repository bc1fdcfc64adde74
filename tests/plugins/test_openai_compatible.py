"""The chat-completions client against a real fake server: everything in text-openai-compatible.md section 7."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Callable, Iterator
from contextlib import aclosing
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from stcore import (
    AuthError,
    BadRequest,
    BadResponse,
    ChatMessage,
    Completion,
    Finish,
    Http,
    ImagePiece,
    Misconfigured,
    ModelUnavailable,
    Piece,
    QuotaError,
    RateLimited,
    ReasoningPiece,
    Refused,
    ServerError,
    TextConnection,
    TextModel,
    TextPiece,
    Tool,
    ToolCall,
    ToolCallPiece,
    UnknownOutcome,
)
from stcore.plugins import PluginHost
from stcore.testing.clock import ManualClock
from stcore.testing.servers.openai import FakeOpenAI, Fault, Reply
from stcore.testing.servers.serve import serve

pytestmark = pytest.mark.anyio

ASK = Completion(messages=(ChatMessage("user", "How are you?"),))


@pytest.fixture
def fake() -> FakeOpenAI:
    return FakeOpenAI()


@pytest.fixture(scope="session")
def model() -> TextModel:
    return PluginHost().texts["openai-compatible"]


Connect = Callable[..., TextConnection]


@pytest.fixture
def connect(fake: FakeOpenAI, model: TextModel) -> Iterator[Connect]:
    """Makes connections to the fake server as the host does."""
    with serve(fake.app) as url:

        def make(**options: Any) -> TextConnection:
            settings = model.Options.model_validate({"url": url, "model": "chatty-small", **options})
            clock, rng = ManualClock(), random.Random(1)
            endpoint = model.endpoint(settings)
            key = getattr(settings, "api_key", None)
            secrets = (key.get_secret_value(),) if key else ()
            http = Http(endpoint.url, headers=endpoint.headers, clock=clock, local=True, secrets=secrets)
            return TextConnection("test", model, settings, http, clock, rng)

        yield make


async def collect(connection: TextConnection, request: Completion = ASK) -> list[Piece]:
    return [piece async for piece in connection.model.complete(connection, request)]


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))


def thoughts_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, ReasoningPiece))


def png(size: tuple[int, int] = (8, 8), mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.new(mode, size).save(out, "PNG")
    return out.getvalue()


# -- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_comes_with_its_usage(fake: FakeOpenAI, connect: Connect, stream: bool) -> None:
    fake.queue.append(Reply(pieces=("Very ", "well, ", "thanks.")))
    pieces = await collect(connect(), Completion(messages=ASK.messages, stream=stream))
    assert text_of(pieces) == "Very well, thanks."
    assert isinstance(pieces[-1], Finish)
    assert pieces[-1].reason == "stop"
    assert pieces[-1].usage["completion_tokens"] == 4
    assert sum(isinstance(piece, Finish) for piece in pieces) == 1


async def test_words_come_one_by_one(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue.append(Reply(pieces=("a", "b", "c")))
    pieces = await collect(connect())
    assert [piece.text for piece in pieces if isinstance(piece, TextPiece)] == ["a", "b", "c"]


async def test_split_characters_comments_and_crlf(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue.append(Reply(pieces=("Größe ", "🌊 ", "木"), comments=True, separator="\r\n\r\n", bytes_per_write=7))
    assert text_of(await collect(connect())) == "Größe 🌊 木"


async def test_the_end_mark_may_be_missing(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue.append(Reply(pieces=("Well",), done=False, finish=None))
    pieces = await collect(connect())
    assert text_of(pieces) == "Well"
    assert pieces[-1] == Finish("stop", pieces[-1].usage)  # type: ignore[union-attr]


@pytest.mark.parametrize("field", ["delta", "message", "text"])
async def test_words_may_stand_in_three_places(fake: FakeOpenAI, connect: Connect, field: Any) -> None:
    fake.queue.append(Reply(pieces=("one ", "two"), field=field))
    assert text_of(await collect(connect())) == "one two"


async def test_the_whole_once_more_at_the_end_is_not_doubled(fake: FakeOpenAI, connect: Connect) -> None:
    last = 'data: {"choices":[{"index":0,"delta":{},"message":{"content":"one two"},"finish_reason":"stop"}]}'
    fake.queue.append(Reply(pieces=("one ", "two"), raw=(last,)))
    assert text_of(await collect(connect())) == "one two"


async def test_content_as_a_list_of_parts(fake: FakeOpenAI, connect: Connect) -> None:
    parts = (
        '[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"Salut"},{"type":"odd"},7]'
    )
    fake.queue.append(Reply(raw=(f'data: {{"choices":[{{"delta":{{"content":{parts}}}}}]}}',)))
    pieces = await collect(connect())
    assert (text_of(pieces), thoughts_of(pieces)) == ("Salut", "hm")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
async def test_reasoning_stands_apart(fake: FakeOpenAI, connect: Connect, field: Any, stream: bool) -> None:
    fake.queue.append(Reply(pieces=("Yes.",), reasoning="Let me see.", reasoning_field=field))
    pieces = await collect(connect(), Completion(messages=ASK.messages, stream=stream))
    assert (text_of(pieces), thoughts_of(pieces)) == ("Yes.", "Let me see.")


async def test_inline_thinking_is_taken_out_across_chunks(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue.append(Reply(pieces=("<thi", "nk>Let me ", "see.</th", "ink>\n\n", "Yes, 1 < 2.")))
    pieces = await collect(connect())
    assert (text_of(pieces), thoughts_of(pieces)) == ("Yes, 1 < 2.", "Let me see.")


@pytest.mark.parametrize("stream", [True, False])
async def test_pictures_in_the_answer(fake: FakeOpenAI, connect: Connect, stream: bool) -> None:
    data = png()
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    fake.queue.append(Reply(pieces=("Here.",), images=(url, url)))
    pieces = await collect(connect(), Completion(messages=ASK.messages, stream=stream))
    assert [piece for piece in pieces if isinstance(piece, ImagePiece)] == [ImagePiece(data, "image/png")]


# -- tools -----------------------------------------------------------------------------------------------------------

DRAW = Tool("generate_image", "Draw.", {"type": "object", "properties": {"prompt": {"type": "string"}}, "required": []})


def fragment(**fields: Any) -> dict[str, Any]:
    function = {key: fields.pop(key) for key in ("name", "arguments") if key in fields}
    return {**fields, "function": function}


@pytest.mark.parametrize(
    "tools",
    [
        pytest.param(
            (
                [fragment(index=0, id="c1", name="generate_image", arguments="")],
                [fragment(index=0, arguments='{"prompt": ')],
                [fragment(index=0, arguments='"a cat"}')],
            ),
            id="fragments",
        ),
        pytest.param(
            ([fragment(index=0, id="c1", name="generate_image", arguments='{"prompt":"a cat"}')],), id="in one piece"
        ),
        pytest.param(
            (
                [fragment(id="c1", name="generate_image", arguments='{"prompt":')],
                [fragment(id="c1", arguments='"a cat"}')],
            ),
            id="without index, id repeated",
        ),
        pytest.param(
            ([fragment(id="c1", name="generate_image", arguments={"prompt": "a cat"})],), id="already an object"
        ),
    ],
)
@pytest.mark.parametrize("finish", ["tool_calls", "stop"])
async def test_a_tool_call_however_it_is_cut(fake: FakeOpenAI, connect: Connect, tools: Any, finish: str) -> None:
    fake.queue.append(Reply(tools=tools, finish=finish))
    pieces = await collect(connect(), Completion(messages=ASK.messages, tools=(DRAW,)))
    calls = [piece.call for piece in pieces if isinstance(piece, ToolCallPiece)]
    assert calls == [ToolCall("c1", "generate_image", {"prompt": "a cat"})]
    (sent,) = fake.bodies
    assert sent["tools"][0]["function"]["name"] == "generate_image"
    assert "required" not in sent["tools"][0]["function"]["parameters"]


async def test_two_calls_without_index_or_id(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue.append(Reply(tools=([fragment(name="a", arguments="{}")], [fragment(name="b", arguments="")])))
    calls = [piece.call for piece in await collect(connect()) if isinstance(piece, ToolCallPiece)]
    assert [(call.name, call.arguments) for call in calls] == [("a", {}), ("b", {})]
    assert len({call.id for call in calls}) == 2
    assert all(call.id for call in calls)


async def test_broken_arguments_are_handed_on_as_text(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue.append(Reply(tools=([fragment(index=0, id="c1", name="draw", arguments='{"prompt": "a c')],)))
    calls = [piece.call for piece in await collect(connect()) if isinstance(piece, ToolCallPiece)]
    assert calls == [ToolCall("c1", "draw", {"": '{"prompt": "a c'})]


async def test_several_whole_calls_unstreamed(fake: FakeOpenAI, connect: Connect) -> None:
    both = [fragment(id="x", name="draw", arguments="{}"), fragment(id="x", name="draw", arguments="{}")]
    fake.queue.append(Reply(tools=(both,)))
    pieces = await collect(connect(), Completion(messages=ASK.messages, stream=False))
    assert [piece.call.name for piece in pieces if isinstance(piece, ToolCallPiece)] == ["draw", "draw"]


async def test_calls_and_their_results_go_back(fake: FakeOpenAI, connect: Connect) -> None:
    call = ToolCall("c1", "generate_image", {"prompt": "Katze 木"})
    messages = (
        ChatMessage("user", "draw"),
        ChatMessage("assistant", "", tool_calls=(call,)),
        ChatMessage("tool", "done", tool_call_id="c1", images=(("image/png", png()),)),
        ChatMessage("tool", "also done", tool_call_id="c2"),
    )
    await collect(connect(), Completion(messages=messages))
    sent = fake.bodies[0]["messages"]
    assert [m["role"] for m in sent] == ["user", "assistant", "tool", "tool", "user"]
    assert sent[1]["content"] is None
    assert sent[1]["tool_calls"][0]["function"] == {"name": "generate_image", "arguments": '{"prompt": "Katze 木"}'}
    assert (sent[2]["tool_call_id"], sent[2]["content"]) == ("c1", "done")
    assert sent[4]["content"][1]["type"] == "image_url"


# -- the request -----------------------------------------------------------------------------------------------------


async def test_options_and_request_make_the_body(fake: FakeOpenAI, connect: Connect) -> None:
    connection = connect(
        temperature=0.3, max_tokens=50, system_prompt="Be kind.", body={"top_k": 5}, headers={"X-Title": "stcore"}
    )
    await collect(connection, Completion(messages=ASK.messages, model="other", temperature=1.5, stop=("\nBob:",)))
    (body,) = fake.bodies
    expected = {"model": "other", "temperature": 1.5, "max_tokens": 50, "top_k": 5, "stop": ["\nBob:"], "stream": True}
    assert {key: body[key] for key in expected} == expected
    assert body["messages"][0] == {"role": "system", "content": "Be kind."}
    assert "seed" not in body
    assert "tools" not in body
    assert fake.requests[-1].headers["x-title"] == "stcore"
    assert fake.requests[-1].path == "/v1/chat/completions"


async def test_pictures_are_shrunk_and_shown_by_users_only(fake: FakeOpenAI, connect: Connect) -> None:
    large = png((3000, 1500), "RGBA")
    messages = (
        ChatMessage("user", "What is this?", images=(("image/png", large),)),
        ChatMessage("assistant", "A wall, like this:", images=(("image/png", png()),)),
        ChatMessage("user", "Hm."),
    )
    await collect(connect(), Completion(messages=messages))
    sent = fake.bodies[0]["messages"]
    assert [m["role"] for m in sent] == ["user", "assistant", "user", "user"]
    assert sent[1]["content"] == "A wall, like this:"
    assert sent[0]["content"][0] == {"type": "text", "text": "What is this?"}
    head, _, data = sent[0]["content"][1]["image_url"]["url"].partition(",")
    assert head == "data:image/jpeg;base64"
    seen = Image.open(BytesIO(base64.b64decode(data)))
    assert seen.size == (2048, 1024)
    red, green, blue = seen.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert min(red, green, blue) > 250, "what is transparent is shown on white"


async def test_without_a_model_the_first_of_the_list_is_taken(fake: FakeOpenAI, connect: Connect) -> None:
    await collect(connect(model=""))
    assert fake.bodies[0]["model"] == "chatty-small"
    fake.models = {"data": []}
    with pytest.raises(Misconfigured, match="No model is chosen"):
        await collect(connect(model=""))


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        (" http://127.0.0.1:11434 ", "http://127.0.0.1:11434/v1"),
        ("localhost:8080/", "http://localhost:8080/v1"),
        ("https://openrouter.ai/api", "https://openrouter.ai/api/v1"),
        ("https://api.z.ai/api/paas/v4", "https://api.z.ai/api/paas/v4"),
        ("https://g.example/v1beta/openai", "https://g.example/v1beta/openai"),
        ("https://api.deepseek.com/beta", "https://api.deepseek.com/beta"),
        ("http://host/v1/chat/completions", "http://host/v1"),
        (
            "https://r.example/openai/deployments/d/chat/completions?api-version=1",
            "https://r.example/openai/deployments/d?api-version=1",
        ),
    ],
)
def test_the_address_is_completed(model: TextModel, typed: str, base: str) -> None:
    assert model.endpoint(model.Options.model_validate({"url": typed})).url == base


def test_the_key_goes_into_its_header(model: TextModel) -> None:
    options = {"url": "http://h", "api_key": "k-1 "}
    assert model.endpoint(model.Options.model_validate(options)).headers == {"Authorization": "Bearer k-1"}
    options["key_header"] = "api-key"
    assert model.endpoint(model.Options.model_validate(options)).headers == {"api-key": "k-1"}


@pytest.mark.parametrize("bad", [{"url": "http://"}, {"url": "u", "temperature": 3}, {"url": "u", "max_tokens": 0}, {}])
def test_bad_options_are_refused(model: TextModel, bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.Options.model_validate(bad)


# -- fields that a server does not know ------------------------------------------------------------------------------


async def test_the_other_name_of_the_length_is_tried_and_remembered(fake: FakeOpenAI, connect: Connect) -> None:
    fake.unknown_fields = {"max_tokens"}
    connection = connect(max_tokens=64)
    await collect(connection)
    await collect(connection)
    assert [("max_tokens" in body, body.get("max_completion_tokens")) for body in fake.bodies] == [
        (True, None),
        (False, 64),
        (False, 64),
    ]


async def test_several_unknown_fields_are_left_out(fake: FakeOpenAI, connect: Connect) -> None:
    fake.unknown_fields = {"stream_options", "temperature"}
    assert text_of(await collect(connect(temperature=0.7)))
    assert len(fake.bodies) == 3
    assert not {"stream_options", "temperature"} & set(fake.bodies[-1])


async def test_an_unexplained_400_costs_one_more_try(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue += [Fault(400, {"detail": "nope"}), Fault(400, {"detail": "nope"})]
    with pytest.raises(BadRequest, match="nope"):
        await collect(connect())
    assert ["stream_options" in body for body in fake.bodies] == [True, False]


async def test_a_length_that_neither_name_may_carry_ends(fake: FakeOpenAI, connect: Connect) -> None:
    fake.unknown_fields = {"max_tokens", "max_completion_tokens"}
    with pytest.raises(BadRequest, match="max_"):
        await collect(connect(max_tokens=64))
    assert len(fake.bodies) <= 4


# -- failures --------------------------------------------------------------------------------------------------------


def said(message: str, **fields: Any) -> dict[str, Any]:
    return {"error": {"message": message, **fields}}


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Fault(401, said("Incorrect API key provided: sk-...")), AuthError, "credentials"),
        (Fault(400, said("API key not valid. Please pass a valid API key.")), AuthError, "key"),
        (Fault(429, said("You exceeded your current quota", code="insufficient_quota")), QuotaError, "credit"),
        (Fault(402, {"error": "Insufficient balance", "status": 402}), QuotaError, "balance"),
        (Fault(403, said("Your prompt was flagged", metadata={"reasons": ["violence"]})), Refused, "flagged"),
        (Fault(400, said("blocked", code="content_filter")), Refused, "refused"),
        (
            Fault(400, said("This model's maximum context length is 8192 tokens", code="context_length_exceeded")),
            BadRequest,
            "too long",
        ),
        (Fault(404, said("The model `x` does not exist", code="model_not_found")), ModelUnavailable, "not available"),
        (Fault(404, {"error": "model 'x' not found, try pulling it first"}), ModelUnavailable, "pulling"),
        (Fault(404, "<html><title>Not here</title></html>"), Misconfigured, "Not here"),
        (Fault(422, {"detail": [{"loc": ["body", "n"], "msg": "must be 1"}]}), BadRequest, "must be 1"),
        (Fault(409, said("busy")), ServerError, "busy"),
        (Fault(503, said("overloaded")), ServerError, "overloaded"),
        (Fault(200, {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}), QuotaError, "balance"),
        (Fault(200, {"base_resp": {"status_code": 1026, "status_msg": "sensitive"}}), Refused, "sensitive"),
        (Fault(200, [{"error": {"code": 429, "message": "slow down"}}]), RateLimited, "slow down"),
        (Fault(200, {"object": "error", "message": "engine dead", "code": 50}), ServerError, "engine dead"),
        (Fault(200, "<!doctype html><title>Login</title>", {"content-type": "text/html"}), BadResponse, "Login"),
        (Fault(200, "[]"), BadResponse, "expected"),
        (Fault(200, {"choices": []}), BadResponse, "no answer"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
async def test_failures_become_our_errors(
    fake: FakeOpenAI, connect: Connect, fault: Fault, error: type[Exception], words: str, stream: bool
) -> None:
    fake.queue += [fault, fault]
    with pytest.raises(error, match=words):
        await collect(connect(), Completion(messages=ASK.messages, stream=stream))


async def test_a_rate_limit_says_how_long(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue.append(Fault(429, said("Rate limit reached"), {"retry-after": "7"}))
    with pytest.raises(RateLimited) as caught:
        await collect(connect())
    assert caught.value.retry_after == 7
    assert caught.value.retryable


async def test_an_error_inside_the_stream(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue.append(Reply(pieces=("Once upon",), error={"id": "1", "error": {"code": 502, "message": "runner died"}}))
    pieces: list[Piece] = []
    with pytest.raises(ServerError, match="runner died"):
        async for piece in connect().model.complete(connect(), ASK):
            pieces.append(piece)  # noqa: PERF401  # what came before the error is wanted too
    assert text_of(pieces) == "Once upon"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(pieces=("Once",), finish="content_filter"), Refused),
        (Reply(refusal="I cannot help with that."), Refused),
        (Reply(pieces=("Once",), finish="error"), ServerError),
        (Reply(raw=("data: {nonsense",)), BadResponse),
        (Reply(pieces=("Once",), cut_off=True), UnknownOutcome),
    ],
)
async def test_streams_that_end_badly(fake: FakeOpenAI, connect: Connect, reply: Reply, error: type[Exception]) -> None:
    fake.queue.append(reply)
    with pytest.raises(error):
        await collect(connect())


async def test_strange_shapes_do_not_hurt(fake: FakeOpenAI, connect: Connect) -> None:
    odd = (
        'data: {"choices":[null]}',
        'data: {"choices":[{"delta":[1]}],"usage":3}',
        'data: {"choices":[{"delta":{"tool_calls":[null,{"function":3}],"images":[3],"content":4,"reasoning":5}}]}',
    )
    fake.queue.append(Reply(pieces=("fine",), raw=odd))
    assert text_of(await collect(connect())) == "fine"


async def test_closing_the_answer_hangs_up(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue.append(Reply(pieces=("one", "two"), wait=True))
    connection = connect()
    async with aclosing(connection.model.complete(connection, ASK)) as pieces:  # type: ignore[type-var]
        async for piece in pieces:
            assert piece == TextPiece("one")
            break
    await connection.http.aclose()
    for _ in range(50):
        if fake.hung_up:
            break
        await asyncio.sleep(0.02)
    assert fake.hung_up == 1


async def test_the_key_is_in_no_error(fake: FakeOpenAI, connect: Connect) -> None:
    fake.queue.append(Fault(400, said("bad request with sk-secret-1234 in it", param="x")))
    with pytest.raises(BadRequest) as caught:
        await collect(connect(api_key="sk-secret-1234"))
    assert "sk-secret-1234" not in str(caught.value.to_dict())


# -- lists and abilities ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shape",
    [
        {"data": [{"id": "a"}, {"id": "b"}]},
        {"models": [{"name": "a"}, {"model": "b"}]},
        [{"id": "a"}, {"id": "b", "type": "chat"}, {"id": "painter", "type": "image"}],
        ["a", "b"],
    ],
)
async def test_lists_in_every_shape(fake: FakeOpenAI, connect: Connect, shape: Any) -> None:
    fake.models = shape
    page = await connect().model.models(connect())
    assert [entry.id for entry in page.models] == ["a", "b"]


BOTH = {"image_in", "tools"}


@pytest.mark.parametrize(
    ("entry", "scopes"),
    [
        ({}, set()),
        (
            {
                "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
                "supported_parameters": ["tools"],
            },
            BOTH,
        ),
        ({"input_modalities": ["text"], "output_modalities": ["text", "image"]}, {"image_out"}),
        ({"capabilities": {"vision": True, "function_calling": True, "completion_chat": True}}, BOTH),
        ({"capabilities": {"vision": False}}, set()),
        ({"supports_image_in": True}, {"image_in"}),
        ({"metadata": {"vision": True, "function_call": True}}, BOTH),
        ({"features": ["openai/chat-completion", "openai/chat-completion.vision"]}, {"image_in"}),
        ({"properties": [{"property_id": "vision", "value": "true"}], "name": "m", "id": "uuid"}, {"image_in"}),
        ({"supported_features": ["tools", "json_mode"], "input_modalities": ["text"]}, {"tools"}),
    ],
)
async def test_scopes_come_from_the_list(
    fake: FakeOpenAI, connect: Connect, entry: dict[str, Any], scopes: set[str]
) -> None:
    fake.models = {"data": [{"id": "m", **entry}]}
    connection = connect()
    assert await connection.model.scopes(connection, "m") == {"text_in", "text_out"} | scopes
    assert await connection.model.scopes(connection, "not in the list") == {"text_in", "text_out"}


async def test_the_persons_word_wins_over_the_list(fake: FakeOpenAI, connect: Connect) -> None:
    seeing = connect(sees="yes", tools="no")
    assert await seeing.model.scopes(seeing, "chatty-small") == {"text_in", "text_out", "image_in"}
    blind = connect(sees="no")
    assert await blind.model.scopes(blind, "chatty-seeing") == {"text_in", "text_out", "tools"}


@pytest.mark.parametrize(
    ("owner", "path", "answer"),
    [
        ("library", "/api/show", {"capabilities": ["completion", "tools", "vision"]}),
        ("llamacpp", "/props", {"modalities": {"vision": True}}),
        ("organization_owner", "/api/v0/models", {"data": [{"id": "m", "type": "vlm"}]}),
    ],
)
async def test_local_servers_are_asked_in_their_own_way(
    fake: FakeOpenAI, connect: Connect, owner: str, path: str, answer: Any
) -> None:
    fake.models = {"data": [{"id": "m", "owned_by": owner}]}
    fake.descriptions[path] = answer
    connection = connect()
    assert "image_in" in await connection.model.scopes(connection, "m")
    assert "image_in" in await connection.model.scopes(connection, "m")
    assert [request.path for request in fake.requests] == ["/v1/models", path], "asked once, then remembered"


async def test_check(fake: FakeOpenAI, connect: Connect) -> None:
    connection = connect()
    health = await connection.model.check(connection)
    assert (health.state, health.text) == ("ok", "2 models.")
    absent = connect(model="gone")
    assert "'gone' is not among them" in (await absent.model.check(absent)).text
    fake.key = "right"
    wrong = connect(api_key="wrong")
    with pytest.raises(AuthError):
        await wrong.model.check(wrong)
    right = connect(api_key="right")
    assert (await right.model.check(right)).usable
    assert not fake.bodies, "a check never asks for an answer"


async def test_a_server_without_a_list_can_chat_all_the_same(fake: FakeOpenAI, connect: Connect) -> None:
    fake.descriptions["/v1/models"] = Fault(404, {"detail": "Not Found"})
    connection = connect()
    assert (await connection.model.check(connection)).state == "ok_unproven"
    assert (await connection.model.models(connection)).models == ()
    assert text_of(await collect(connection))


async def test_a_web_page_is_no_list(fake: FakeOpenAI, connect: Connect) -> None:
    fake.descriptions["/v1/models"] = {"hello": "world"}
    connection = connect()
    with pytest.raises(Misconfigured, match="not with a list"):
        await connection.model.check(connection)
