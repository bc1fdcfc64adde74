"""The built-in helper: says what it is, helps on, stays in character, writes usable picture prompts."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from stcore import ChatMessage, Completion, Finish, TextConnection, TextPiece
from stcore.chat.imagine.cast import Depicted, depicted
from stcore.chat.imagine.looks import Looks
from stcore.chat.imagine.writer import doubt, template_values
from stcore.chat.prompting.scene import Scene, Wanted
from stcore.chat.records import Message, NewMessage
from stcore.chat.replying import speak
from stcore.clock import SystemClock
from stcore.images.cleaning import clean
from stcore.images.modes import FREE, WORDS
from stcore.net import Http
from stcore.plugins import PluginHost
from stcore.testing.stage import stage
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
        ('Write a picture prompt about Ann. Start it with "waist-up photo of".', "waist-up photo of, Ann, ", "light"),
        ("Recap what happened and describe the appearance of Mira for a picture.", "kitchen, ", "copper hair"),
        ("Keywords for a landscape painting: the scenery, the weather, without people.", "background, ", "no people"),
        ("Provide tags, separated by commas, of a selfie of Mira.", "close-up facial portrait, ", "copper hair"),
        (
            'List keywords for the look of "Mira\'s boat"; begin with {{charPrefix}}.',
            "{{charPrefix}}, Mira's boat, ",
            "hair",
        ),
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


@pytest.mark.parametrize("text", ["I forgot a comma.", "Tell me about the last message.", 'Begin with "hello".'])
async def test_a_remark_is_no_wish_for_a_prompt(text: str) -> None:
    assert "Mira " in await ask("Hello", "built-in helper", text, cast=MIRA)


async def test_a_seed_repeats_the_reply_and_a_limit_ends_it() -> None:
    request = Completion((ChatMessage("user", "I found a map."),), seed=7, max_tokens=5)
    one, two = [[piece async for piece in MODEL.complete(connection(seed), request)] for seed in (1, 2)]
    assert one == two
    assert len([piece for piece in one if isinstance(piece, TextPiece)]) == 5
    assert one[-1] == Finish("length", {"completion_tokens": 5})


# -- every template that ships, through the prompt as it is really built ---------------------------------------------

CARDS = {
    "Mira": "{{char}} is a young lighthouse keeper with long copper hair and green eyes.\n\n"
    "She is 24 years old. She wears a blue wool sweater and heavy boots.",
    "Tom": "{{char}} is an old fisherman, a tall man with a white beard. He wears a yellow raincoat.",
}


@asynccontextmanager
async def kitchen(group: Sequence[str] = ()) -> AsyncIterator[tuple[Scene, Depicted]]:
    """A chat in a kitchen, between Ann and Mira, who spoke last; in a group with Tom beside them."""
    async with stage(group=group) as session:
        host, chat_id = session.host, await session.open_chat()
        for sketch in await host.characters.sketches():
            name = sketch.name if group else "Mira"
            fields = {"name": name, "description": CARDS[name], "scenario": "A stormy night at the lighthouse."}
            await host.characters.update(sketch.id, fields)
        ann = await host.personas.create(
            "Ann", {"description": "A traveller, a woman with short black hair, a red hat."}
        )
        await host.personas.lock_chat(chat_id, ann.id)
        said = (
            ("user", "Ann", "I sit down at the kitchen table and smile."),
            ("assistant", "Mira", '*She pours hot tea into two cups, leaning closer.* "A dragon came!" she says.'),
        )
        for role, name, text in said:
            await host.chats.append(chat_id, NewMessage(role, name, text))  # type: ignore[arg-type]
        await session.surroundings.refresh()
        scene = session.scene(chat_id)
        cast = await depicted(scene)
        yield replace(scene, environment=cast.answering(scene.environment)), cast


async def written(scene: Scene, cast: Depicted, slot: str, subject: str = "a brass diving helmet") -> str:
    """The cleaned prompt that the helper writes by a shipped template."""
    template = await scene.host.prompt_templates.render(slot, template_values(scene, cast, subject))
    return clean((await speak(scene, Wanted("quiet", scene.expand(template)))).text)


MIRA_LOOKS = ("young lighthouse keeper", "24 years old", "long copper hair", "green eyes")
EXPECTED = {
    "you": (
        "full body portrait, Mira, ",
        (*MIRA_LOOKS, "woman", "blue wool sweater", "heavy boots"),
        ("Ann", "raincoat"),
    ),
    "you_multimodal": ("full body portrait, Mira, ", MIRA_LOOKS, ("Ann",)),
    "face": ("close-up facial portrait, Mira, ", MIRA_LOOKS, ("boots", "kitchen", "Ann")),
    "face_multimodal": ("close-up facial portrait, Mira, ", MIRA_LOOKS, ("boots", "Ann")),
    "me": ("full body portrait, Ann, ", ("traveller", "woman", "short black hair", "red hat"), ("Mira", "copper")),
    "me_multimodal": ("full body portrait, Ann, ", ("short black hair",), ("Mira", "copper")),
    "scene": ("kitchen, ", ("lighthouse", "long copper hair", "sitting", "leaning"), ("dragon",)),
    "last": (
        "kitchen, 2 women, POV",
        ("pouring hot tea", "long copper hair", "leaning", "short black hair"),
        ("Mira", "Ann", "dragon"),
    ),
    "background": ("background, ", ("kitchen", "lighthouse", "storm", "no people"), ("hair", "Mira", "sweater", "tea")),
    "free_extended": ("a brass diving helmet, ", ("light",), ("Mira", "hair")),
}


@pytest.mark.feature("F231")
@pytest.mark.parametrize("group", [(), ("Mira", "Tom")], ids=["one-to-one", "group"])
async def test_every_shipped_template_gets_a_usable_prompt(group: tuple[str, ...]) -> None:
    async with kitchen(group) as (scene, cast):
        for slot, (begins, holds, lacks) in EXPECTED.items():
            prompt = await written(scene, cast, slot)
            assert prompt.startswith(begins), (slot, prompt)
            assert [word for word in holds if word not in prompt] == [], (slot, prompt)
            assert [word for word in lacks if word in prompt] == [], (slot, prompt)
            assert clean(prompt) == prompt
            assert doubt(prompt, WORDS.get(slot, FREE)) == ""
        assert await written(scene, cast, "raw_last") == clean(scene.window[-1].text)


async def test_what_belongs_to_the_character_begins_with_the_marker() -> None:
    async with kitchen() as (scene, cast):
        prefixed = replace(cast, looks=Looks("blue scarf"))
        assert (await written(scene, prefixed, "free_extended", "Mira on a raft")).startswith(
            "{{charPrefix}}, Mira on a raft, "
        )
        assert "charPrefix" not in await written(scene, prefixed, "free_extended", "a raft")


async def test_an_empty_chat_without_a_character_gets_a_prompt_as_well() -> None:
    async with stage(greeting="") as session:
        scene = session.scene((await session.host.chats.create("Empty")).id)
        for slot in EXPECTED:
            begins = EXPECTED[slot][0].partition(",")[0]
            prompt = await written(scene, await depicted(scene), slot)
            assert prompt
            assert begins == "kitchen" or prompt.startswith(begins)


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    import anyio

    async def go() -> None:
        reply = await complete(connection(words_per_second=10000), Completion((ChatMessage("user", text),)))
        assert reply.text

    anyio.run(go)


@pytest.mark.parametrize(
    ("said", "acts"),
    [
        ("*Mira holds up her brass lantern.*", {"holding up brass lantern"}),
        ("*Mira opens the heavy door and holds up.*", {"opening heavy door"}),
        ("*Mira takes it and walks.*", {"walking"}),
    ],
)
async def test_what_is_done_names_what_it_is_done_to(said: str, acts: set[str]) -> None:
    prompt = await ask("Hello.", said, "Only a comma-separated list of keywords describing Mira.", cast=MIRA)
    assert {part for part in prompt.split(", ") if part.split()[0].endswith("ing")} == acts


async def test_no_daylight_falls_on_the_night() -> None:
    prompts = [await ask("Night falls.", "A list of tags for the background", cast=MIRA, seed=n) for n in range(20)]
    assert not any("clear daylight" in prompt for prompt in prompts)
