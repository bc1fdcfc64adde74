"""The built-in helper: says what it is, helps on, stays in character, writes usable picture prompts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from stcore import ChatMessage, Completion, Finish, TextConnection, TextPiece
from stcore.chat.records import Message
from stcore.clock import SystemClock
from stcore.net import Http
from stcore.plugins import PluginHost
from stcore.text.entries import MAIN_PLAIN, MAIN_ROLE
from stcore.text.prompt import Recipe, assemble
from stcore.text.reply import complete

pytestmark = pytest.mark.anyio

MODEL = PluginHost().texts["offline"]


def told(user: str, char: str, **slots: str) -> Recipe:
    """What the model is told about who talks to whom."""

    def expand(text: str) -> str:
        return text.replace("{{user}}", user).replace("{{char}}", char)

    main = expand(MAIN_ROLE if slots else MAIN_PLAIN)
    return Recipe(user=user, char=char, slots={"main": main, **slots}, expand=expand)


NOBODY = told("Ann", "Assistant")
MIRA = told(
    "Ann",
    "Mira",
    charDescription="Mira is a young lighthouse keeper with long copper hair and green eyes. "
    "She wears a blue wool sweater.",
    scenario="A stormy night at the lighthouse.",
)


def connection(seed: int = 1, **options: float) -> TextConnection:
    settings = MODEL.Options.model_validate({"words_per_second": 10000, **options})
    http = Http("http://127.0.0.1:9", local=True)
    return TextConnection("offline", MODEL, settings, http, SystemClock(), random.Random(seed))


async def ask(*texts: str, cast: Recipe = NOBODY, seed: int = 1) -> str:
    """The answer to the last of ``texts``; user and helper took turns before it."""
    roles = ("user", "assistant")
    history = [
        Message(str(n), "c", n, roles[n % 2], (cast.user, cast.char)[n % 2], text)  # type: ignore[arg-type]
        for n, text in enumerate(texts)
    ]
    return (await complete(connection(seed), Completion(assemble(cast, history).messages))).text


async def test_it_says_what_it_is_once() -> None:
    first = await ask("Hello!")
    assert "built-in helper" in first
    assert "no AI" in first
    assert "built-in helper" not in await ask("Hello!", first, "I found a map.")
    assert "no AI" in await ask("Are you a real person?")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("draw a picture of a cat in a hat", "/sd a cat in a hat"),
        ("paint me an owl!", "/sd an owl`"),
        ("How do I connect a real model?", "stcore texts add openai-compatible --url"),
        ("help", "/help"),
        ("thanks!", "Ann"),
    ],
)
async def test_it_helps_on(text: str, words: str) -> None:
    replies = [await ask(text, seed=seed) for seed in range(4)]
    assert all(words in reply or "welcome" in reply or "pleasure" in reply for reply in replies)


async def test_it_takes_up_what_was_said() -> None:
    replies = {
        await ask("x", "built-in helper", "I lost my red umbrella on the train.", seed=seed) for seed in range(9)
    }
    assert all("umbrella" in reply or "you lost" in reply for reply in replies)
    assert len(replies) > 2, "not always the same words"


async def test_words_in_braces_are_only_words() -> None:
    assert "{user} {thing}" in await ask("x", "built-in helper", "{user} {thing}!")


async def test_it_speaks_for_the_character() -> None:
    reply = await ask("The storm broke the old window.", cast=MIRA)
    assert reply.startswith("*Mira ")
    assert "built-in helper speaking for Mira" in reply


@pytest.mark.parametrize(
    ("request_", "begins", "has"),
    [
        ("Only a comma-separated list of keywords describing Mira.", "full body portrait, ", "long copper hair"),
        ("comma-separated keywords: close-up facial portrait of Mira", "close-up facial portrait, ", "green eyes"),
        ("A list of tags for the background, no people", "background, ", "lighthouse"),
        ("keywords for what is visible in the last message", "kitchen, ", "copper hair"),
        ('an exhaustive tag list describing "a brass diving helmet"', "a brass diving helmet, ", "light"),
    ],
)
async def test_it_writes_picture_prompts(request_: str, begins: str, has: str) -> None:
    prompt = await ask("Hello", "The storm broke the window in the kitchen.", request_, cast=MIRA)
    assert prompt.startswith(begins)
    assert has in prompt
    assert "\n" not in prompt
    assert "helper" not in prompt
    if "background" in begins:
        assert "hair" not in prompt


async def test_a_seed_repeats_the_reply_and_a_limit_ends_it() -> None:
    request = Completion((ChatMessage("user", "I found a map."),), seed=7, max_tokens=5)
    one, two = [[piece async for piece in MODEL.complete(connection(seed), request)] for seed in (1, 2)]
    assert one == two
    assert len([piece for piece in one if isinstance(piece, TextPiece)]) == 5
    assert one[-1] == Finish("length", {"completion_tokens": 5})


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    import anyio

    async def go() -> None:
        reply = await complete(connection(words_per_second=10000), Completion((ChatMessage("user", text),)))
        assert reply.text

    anyio.run(go)
