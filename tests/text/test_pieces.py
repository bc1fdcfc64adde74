"""Thinking apart from speaking, however the stream is cut; pictures small enough to be shown."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from stcore import ReasoningPiece, TextPiece, ThinkSplitter, shrink_picture
from stcore.errors import UnusablePicture


def split(pieces: list[str]) -> tuple[str, str]:
    splitter = ThinkSplitter()
    out = [found for piece in pieces for found in splitter.feed(piece)]
    out += splitter.finish()
    assert all(piece.text for piece in out)
    texts = ["".join(piece.text for piece in out if isinstance(piece, kind)) for kind in (TextPiece, ReasoningPiece)]
    return texts[0], texts[1]


@pytest.mark.parametrize(
    ("text", "spoken", "thought"),
    [
        ("Hello", "Hello", ""),
        ("<think>a</think>\n\nb", "b", "a"),
        ("<think></think>b", "b", ""),
        ("x <think>a</think> y", "x y", "a"),
        ("<think>never closed", "", "never closed"),
        ("a < b and <thinly", "a < b and <thinly", ""),
        ("<think>one</think>A <think>two</think>B", "A B", "onetwo"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_thoughts_are_taken_out(text: str, spoken: str, thought: str, size: int) -> None:
    assert split([text[at : at + size] for at in range(0, len(text), size)]) == (spoken, thought)


@given(st.lists(st.sampled_from(["<think>", "</think>", "<th", "ink>", "</", "a", " ", "\n", "<"])))
def test_the_cut_makes_no_difference(parts: list[str]) -> None:
    assert split(parts) == split(["".join(parts)])


def test_pictures_are_made_smaller_never_larger() -> None:
    out = BytesIO()
    Image.new("RGB", (100, 50), "red").save(out, "JPEG")
    assert shrink_picture(out.getvalue()) == ("image/jpeg", out.getvalue()), "a small JPEG stays as it is"
    mime, data = shrink_picture(out.getvalue(), longest=20)
    assert mime == "image/jpeg"
    assert Image.open(BytesIO(data)).size == (20, 10)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(UnusablePicture):
        shrink_picture(b"<html>")
