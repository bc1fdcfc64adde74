"""How a picture was made, inside the picture: readable by others, pixels untouched."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from hypothesis import given, strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stcore.images.embed import is_intact, parameters_text, read_texts, with_texts
from stcore.images.generation import Generation
from tests.images.pictures import picture

PNG = picture()


def test_what_goes_in_is_read_by_pillow_and_by_us() -> None:
    texts = {"parameters": "apple tree\nSteps: 20", "stcore": '{"prompt":"Apfelbäume 林檎 🍎"}'}
    marked = with_texts(PNG, texts)
    opened = Image.open(BytesIO(marked))
    opened.load()
    assert opened.info["parameters"] == texts["parameters"]
    assert opened.info["stcore"] == texts["stcore"]
    assert read_texts(marked) == texts
    assert opened.tobytes() == Image.open(BytesIO(PNG)).tobytes()


@given(st.text(), st.text())
def test_any_text_survives(first: str, second: str) -> None:
    def storable(text: str) -> str:
        return text.replace("\0", "").encode("utf-8", "replace").decode()

    marked = with_texts(PNG, {"parameters": first, "stcore": second})
    Image.open(BytesIO(marked)).verify()
    assert read_texts(marked) == {"parameters": storable(first), "stcore": storable(second)}


def test_the_pixels_are_not_encoded_again() -> None:
    marked = with_texts(PNG, {"parameters": "x"})
    assert marked.startswith(PNG[:33])
    assert marked.endswith(PNG[33:])


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "GIF"])
def test_other_formats_stay_as_they_are(format: str) -> None:
    data = picture(format=format)
    assert with_texts(data, {"parameters": "x"}) == data
    assert read_texts(data) == {}


@pytest.mark.parametrize("compressed", [False, True])
def test_texts_written_by_others_are_read(compressed: bool) -> None:
    info = PngInfo()
    info.add_text("parameters", "fox\nSteps: 5", zip=compressed)
    info.add_itxt("comment", "狐", zip=compressed)
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG", pnginfo=info)
    assert read_texts(out.getvalue()) == {"parameters": "fox\nSteps: 5", "comment": "狐"}


@given(st.integers(0, len(PNG)), st.binary(max_size=40))
def test_damaged_files_never_raise(cut: int, garbage: bytes) -> None:
    read_texts(PNG[:cut] + garbage)
    with_texts(PNG[:cut] + garbage, {"parameters": "x"})


@pytest.mark.feature("REC-4")
def test_the_record_is_written_as_a1111_writes_it() -> None:
    made = Generation(
        prompt="a fox",
        final_prompt="a fox, best quality",
        negative_prompt="fog",
        seed="18446744073709551615",
        model="dream, v2",
        source="painter",
        connection="home",
        seconds=3,
        details={"steps": 20, "guidance": 7.0, "sampler": "Euler a", "quality": "high"},
    )
    texts = made.texts(512, 768)
    assert texts["parameters"] == (
        "a fox, best quality\nNegative prompt: fog\n"
        "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 18446744073709551615, Size: 512x768, "
        'Model: "dream, v2", Version: stcore'
    )
    record = json.loads(texts["stcore"])
    assert record["prompt"] == "a fox"
    assert record["details"]["quality"] == "high"
    assert (record["width"], record["height"]) == (512, 768)


def test_parameters_without_anything_known() -> None:
    assert parameters_text("fox", "", {}) == "fox\nVersion: stcore"


def test_a_marked_picture_is_intact() -> None:
    assert is_intact(PNG)
    assert is_intact(with_texts(PNG, {"parameters": "x", "stcore": "狐"}))


@given(st.data())
def test_any_changed_byte_and_any_cut_is_found(data: st.DataObject) -> None:
    place = data.draw(st.integers(8, len(PNG) - 1))
    changed = bytearray(PNG)
    changed[place] ^= data.draw(st.integers(1, 255))
    assert not is_intact(bytes(changed))
    assert not is_intact(PNG[:place])
