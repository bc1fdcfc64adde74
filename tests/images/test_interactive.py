"""Interactive mode: which messages are wishes for a picture, and of what (image-generation.md section 9)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, strategies as st

from stcore.images.interactive import ENGLISH, Captured, Triggers, capture, is_listening
from stcore.images.modes import WORDS, mode_of
from stcore.macros.text import trim
from stcore.testing.conformance_images import observe_interactive

EXAMPLES = [
    ("Could you send a photo of the harbour at dawn?", "harbour at dawn?", "free"),
    ("Draw us a picture of an apple orchard", "apple orchard", "free"),
    ("render a pic of that dragon", "dragon", "free"),
    ("imagine a drawing of Queen Mab", "queen mab", "free"),
    ("mail me the painting of a red barn", "red barn", "free"),
    ("show me a picture of yourself", "yourself", "you"),
    ("Generate a photo of you", "you", "you"),
    ("make a photo of your face", "face", "face"),
    ("create an image of your selfie", "selfie", "face"),
    ("draw a pic of me", "me", "me"),
    ("paint a painting of myself", "myself", "me"),
    ("create a picture of the whole story", "whole story", "scene"),
    ("generate an image of this story", "story", "scene"),
    ("make a picture of your last message", "last message", "last"),
    ("render a photo of the scene", "scene", "background"),
    ("create an image of surroundings", "surroundings", "background"),
    ("draw an image of that scenery", "scenery", "background"),
    ("make a pic of raw_last", "raw_last", "raw_last"),
    ("paint an image of last", "last", "last"),
    ("create a picture of your hat", "hat", "free"),
    ("create a picture of her hat", "her hat", "free"),
    ("create a picture hat", "hat", "free"),
    ("draw a photo of you!", "you!", "free"),
    ("draw a photo of you in the rain", "you in the rain", "free"),
    ("draw a photo of a", "a", "free"),
    ("draw a photo of", "of", "free"),
    ("draw a photo", None, None),
    ("draw me a big bad photo of a wolf", None, None),
    ("draw me pictures of wolves", None, None),
    ("snap a photo of a wolf", None, None),
    ("she draws a photo of a wolf", None, None),
    ("make a picture offer", "fer", "free"),
    ("create image-based puzzles", "-based puzzles", "free"),
    ("paint a picture of a barn\nwith hens", "barn", "free"),
    ("paint\nthe picture of a barn", None, None),
    ("make a drawing of a hill, then a drawing of a lake", "hill, then a drawing of a lake", "free"),
    ("Show a picture of ÅSA", "åsa", "free"),
    # Prose that triggers all the same, and the edges of the words.
    ("let us create a picture book", "book", "free"),
    ("the museum will show a painting by Klimt", "by klimt", "free"),
    ("don't draw a picture of a cat", "cat", "free"),
    ("édraw a photo of a fox", "fox", "free"),
    ("redraw a photo of a fox", None, None),
    ("draw_a photo of a fox", None, None),
    ("draw a photoé of a fox", "é of a fox", "free"),
    ("draw a photo2 of a fox", None, None),
    ("give me a selfie", None, None),
    # The farthest noun in reach; the leftmost verb that reaches one.
    ("draw pic or photo of a fox", "fox", "free"),
    ("draw or maybe paint a photo of a fox", "fox", "free"),
    ("draw0123456789photo of a fox", None, None),
    ("draw 12345678 photo of a fox", "fox", "free"),
    ("draw 123456789 photo of a fox", None, None),
    ("draw 😀😀😀😀 photo of a fox", "fox", "free"),
    ("draw 😀😀😀😀😀 photo of a fox", None, None),
    ("draw a photo of 😀 A fox", "😀 a fox", "free"),
    # White space between the parts may break the line, the gap and the subject may not.
    ("draw a photo\nof\r\na\n fox\u2028there", "fox", "free"),
    ("draw\u2029photo of a fox", None, None),
    ("draw a photo\nfox", None, None),
    ("draw a photo\n\nof the fox", "fox", "free"),
    ("draw a photo of ", None, None),
    ("draw a photo of a ", "a", "free"),
    ("draw a photo\u00a0of\ufeffthe\u3000fox ", "fox", "free"),
    ("draw a photo of the the fox", "the fox", "free"),
    ("draw a photo of a\n", "a", "free"),
    ("draw a photo of\na story", "story", "scene"),
    ("draw a photo of the Environment", "environment", "background"),
    ("draw a photo of scene background", "scene background", "background"),
    ("draw a photo of a scenario", "scenario", "scene"),
    ("draw a photo of the portrait.", "portrait.", "free"),
]


@pytest.mark.feature("F226", "F227")
@pytest.mark.parametrize(("message", "subject", "mode"), EXAMPLES)
def test_what_a_message_asks_for(message: str, subject: str | None, mode: str | None) -> None:
    captured = capture(message)
    assert (captured.subject if captured else None) == subject
    assert (mode_of(captured.argument).name if captured else None) == mode
    assert observe_interactive({"message": message}) == {"triggered": bool(subject), "mode": mode, "subject": subject}


# Letters that make no trigger, no article, no mode and no capital of another length.
plain_word = st.text(alphabet="kqxzvö", min_size=1, max_size=3)
space = st.text(alphabet=" \t\n\u3000", min_size=1, max_size=3)


@pytest.mark.feature("F226")
@given(
    before=plain_word,
    verb=st.sampled_from(ENGLISH.verbs),
    gap=st.text(alphabet="kq ö.", max_size=16),
    noun=st.sampled_from(ENGLISH.nouns),
    of=st.none() | space,
    article=st.none() | st.tuples(space, st.sampled_from(ENGLISH.articles)),
    subject=st.lists(plain_word, min_size=1, max_size=4).map(" ".join),
    after=st.text(alphabet="kq\n"),
    upper=st.booleans(),
)
def test_verb_gap_noun_subject(
    before: str,
    verb: str,
    gap: str,
    noun: str,
    of: str | None,
    article: tuple[str, str] | None,
    subject: str,
    after: str,
    upper: bool,
) -> None:
    link = "" if of is None else f"{of}of"
    named = "".join(article) if article else ""
    message = f"{before} {verb} {gap} {noun}{link}{named} {subject}\n{after}"
    captured = capture(message.upper() if upper else message)
    if len(gap) + 2 > ENGLISH.gap:
        assert captured is None
    elif article or of is not None:
        assert captured == Captured(subject, subject)
    else:
        assert captured and captured.subject == subject


@given(st.text() | st.lists(st.sampled_from(["draw", "photo", "of", "a", " ", "\n", "😀", "İ", "\ud800"])).map("".join))
def test_any_message_can_be_read(message: str) -> None:
    captured = capture(message)
    if captured is not None:
        assert captured.subject == trim(captured.subject) != ""
        assert captured.subject in message.lower()
        assert captured.argument in {captured.subject, *WORDS}


def test_a_long_message_is_read_in_no_time() -> None:
    started = time.perf_counter()
    assert capture("draw a photo " * 20_000 + "\n" * 100_000 + "draw photo" + "\n" * 100_000) is not None
    assert capture("draw photo" + "\n" * 100_000 + "of" + "\n" * 100_000) is None
    assert capture(("draw photo" + "\n" * 200) * 500) is None
    assert time.perf_counter() - started < 1


# -- when a message is looked at -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("circumstances", "listening"),
    [
        ({}, True),
        ({"interactive": False}, False),
        ({"quiet": True}, False),
        ({"by_user": False}, False),
        ({"function_tool": True, "model_uses_tools": True}, False),
        ({"function_tool": True}, True),
        ({"model_uses_tools": True}, True),
    ],
)
def test_when_a_message_is_looked_at(circumstances: dict[str, bool], listening: bool) -> None:
    assert is_listening("draw a photo of a fox", **circumstances) is listening
    assert is_listening("", **circumstances) is False


FOX = "draw a photo of a fox"
YOU = "draw a photo of you"


@pytest.mark.parametrize(
    ("case", "mode"),
    [
        ({"message": FOX, "circumstance": "off", "options": {"interactive_mode": False}}, None),
        ({"message": FOX, "circumstance": "quiet generation"}, None),
        ({"message": FOX, "options": {"function_tool": True}, "circumstance": "function tool on"}, None),
        ({"message": FOX, "options": {"function_tool": True}, "circumstance": "the model cannot use tools"}, "free"),
        ({"message": FOX, "options": {"function_tool": True, "tools_supported": False}}, "free"),
        ({"message": FOX, "options": {"free_extend": True}}, "free_extended"),
        ({"message": YOU, "options": {"free_extend": True}}, "you"),
        ({"message": YOU, "options": {"multimodal_captioning": True}}, "you_multimodal"),
        ({"message": "", "chat": []}, None),
        ({"message": FOX, "chat": [{"role": "user", "text": FOX}]}, "free"),
        ({"message": FOX, "chat": [{"role": "char", "text": "Hello"}]}, "free"),
        ({"message": FOX, "chat": [{"role": "user", "text": FOX}, {"role": "char", "text": "No."}]}, None),
        (
            {"message": FOX, "chat": [{"role": "user", "text": FOX}, {"role": "char", "text": "-", "hidden": True}]},
            "free",
        ),
        ({"message": FOX, "chat": [{"role": "user", "text": FOX, "hidden": True}]}, None),
        ({"message": FOX, "chat": [{"role": "char", "text": FOX}]}, None),
        ({"message": "", "chat": [{"role": "user", "text": FOX}]}, "free"),
        ({"message": FOX, "circumstance": "the last message is the character's"}, None),
        ({"message": FOX, "circumstance": "message by the character"}, None),
        ({"message": FOX, "circumstance": "hidden user message"}, None),
        ({"message": FOX, "options": {"function_tool": True, "canPerformToolCalls": False}}, "free"),
    ],
)
def test_circumstances_through_the_runner(case: dict[str, Any], mode: str | None) -> None:
    assert observe_interactive(case)["mode"] == mode


# -- more words ------------------------------------------------------------------------------------------------------


def test_words_of_another_language_join_the_english_ones() -> None:
    german = Triggers(
        verbs=("zeichne", "male"),
        nouns=("bild", "foto"),
        links=("von",),
        articles=("dem", "der", "einem"),
        subjects=(("dir", "you"), ("umgebung", "background")),
        gap=12,
    )
    both = ENGLISH + german
    assert capture("Zeichne mir ein Bild von einem Fuchs") is None
    assert capture("Zeichne mir ein Bild von einem Fuchs", both) == Captured("fuchs", "fuchs")
    assert capture("male ein Bild von der Umgebung", both) == Captured("umgebung", "background")
    assert capture("Zeichne ein Foto von dir", both) == Captured("dir", "you")
    assert capture("draw a photo of your face", both) == Captured("face", "face")


def test_words_of_other_scripts_end_where_a_letter_ends() -> None:
    russian = Triggers(verbs=("нарисуй",), nouns=("фото", "картинку"))
    assert capture("Нарисуй картинку кота", russian) == Captured("кота", "кота")
    assert capture("нарисуйте картинку кота", russian) is None


def test_without_words_nothing_triggers() -> None:
    assert capture(FOX, Triggers()) is None
    assert capture(FOX, Triggers(verbs=("draw",), nouns=("photo",))) == Captured("of a fox", "of a fox")
