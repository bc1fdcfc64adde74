"""Character cards: nothing is lost on the way through any format, and no file can do harm."""

from __future__ import annotations

import base64
import json
import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from stcore.chat.characters import charx
from stcore.chat.characters.card import read_card, write_v2, write_v3
from stcore.chat.characters.fields import read_field, read_fields, with_fields
from stcore.chat.characters.files import CardFile, Format, read_card_file, write_card_file
from stcore.errors import StcoreError, TooLarge, UnusableCard, UserError
from stcore.images import embed
from stcore.images.embed import read_texts, with_texts, without_texts

FORMATS: tuple[Format, ...] = ("png", "json", "charx")


def picture(format: str = "PNG", colour: str = "plum") -> bytes:
    target = BytesIO()
    Image.new("RGB", (6, 9), colour).save(target, format)
    return target.getvalue()


# -- any card comes back ---------------------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
names = words.filter(lambda name: name.split() != []).map(lambda name: " ".join(name.split()))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
beside = st.dictionaries(st.from_regex(r"x_[a-z]{1,8}", fullmatch=True), values, max_size=3)


@st.composite
def cards(draw: st.DrawFn) -> dict[str, Any]:
    """V2 and V3 cards with fields of their own everywhere."""
    texts = draw(st.dictionaries(st.sampled_from(["description", "first_mes", "mes_example", "creator"]), words))
    lists = st.lists(words.filter(bool), max_size=3)
    data = {
        "name": draw(names),
        **texts,
        "alternate_greetings": draw(lists),
        "tags": draw(lists),
        "extensions": draw(st.dictionaries(words, values, max_size=3)),
        **draw(beside),
    }
    if draw(st.booleans()):
        data["character_book"] = {"entries": [], **draw(beside)}
    spec = draw(st.sampled_from([("chara_card_v2", "2.0"), ("chara_card_v3", "3.0")]))
    return {**draw(beside), "spec": spec[0], "spec_version": spec[1], "data": data}


@given(cards(), st.sampled_from(FORMATS), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_card_survives_every_format(raw: dict[str, Any], format: Format, dressed: bool) -> None:
    card = read_card(raw)
    file = CardFile(card, picture() if dressed else None)
    back = read_card_file(write_card_file(file, format))
    assert back.card["data"] == card["data"]
    unknown = {key: value for key, value in raw.items() if key not in ("spec", "spec_version", "data")}
    assert {key: back.card[key] for key in unknown} == unknown
    if dressed and format != "json":
        assert back.avatar == picture()


@given(cards())
@settings(deadline=None)
def test_reading_is_idempotent_and_keeps_unknown_fields(raw: dict[str, Any]) -> None:
    card = read_card(raw)
    assert read_card(card) == card
    for key, value in raw["data"].items():
        assert card["data"][key] == value or key == "name"
    assert read_card(write_v2(card))["data"] == card["data"] == read_card(write_v3(card))["data"]


@pytest.mark.parametrize("format", FORMATS)
def test_pictures_of_a_card_travel_with_it(format: Format) -> None:
    assets = [
        {"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"},
        {"type": "emotion", "uri": "embeded://assets/emotion/images/0.png", "name": "joy", "ext": "png"},
        {"type": "background", "uri": "https://example.org/sea.png", "name": "sea", "ext": "png"},
    ]
    card = read_card({"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Mo", "assets": assets}})
    joy = picture(colour="gold")
    file = CardFile(card, picture(), {"assets/emotion/images/0.png": joy})
    back = read_card_file(write_card_file(file, format))
    assert back.card["data"]["assets"] == assets
    assert list(back.files.values()) == [joy]
    assert back.left_out == ()


def test_a_png_is_the_picture_with_both_versions_inside_and_nothing_old() -> None:
    old = with_texts(picture(), {"chara": "old", "Comment": "kept"})
    card = read_card({"name": "Mo", "description": "new"})
    texts = read_texts(write_card_file(CardFile(card, old), "png"))
    assert texts["Comment"] == "kept"
    decoded = {key: json.loads(base64.b64decode(texts[key])) for key in ("chara", "ccv3")}
    assert (decoded["chara"]["spec"], decoded["ccv3"]["spec"]) == ("chara_card_v2", "chara_card_v3")
    assert decoded["chara"]["description"] == "new", "for readers of V1"


def test_v3_is_read_where_both_are_there() -> None:
    texts = {
        "chara": base64.b64encode(json.dumps({"name": "Old", "description": ""}).encode()).decode(),
        "ccv3": base64.b64encode(json.dumps({"spec": "chara_card_v3", "data": {"name": "New"}}).encode()).decode(),
    }
    assert read_card_file(with_texts(picture(), texts)).card["data"]["name"] == "New"


def test_a_picture_of_another_kind_becomes_a_png_and_none_becomes_a_plain_one() -> None:
    card = read_card({"name": "Émile", "description": ""})
    for avatar in (picture("WEBP"), picture("GIF"), None):
        with Image.open(BytesIO(write_card_file(CardFile(card, avatar), "png"))) as shown:
            assert shown.format == "PNG"


# -- older cards -----------------------------------------------------------------------------------------------------


def test_flat_cards_of_older_programs() -> None:
    v1 = {
        "name": "Bo",
        "description": "d",
        "first_mes": "f",
        "creatorcomment": "c",
        "fav": "true",
        "talkativeness": "0.3",
    }
    card = read_card({**v1, "chat": "Bo - 2023", "avatar": "none", "create_date": "then", "own": 1})
    assert read_field(card, "creator_notes") == "c"
    assert (read_field(card, "fav"), read_field(card, "talkativeness")) == (True, 0.3)
    assert (card["create_date"], card["own"]) == ("then", 1)
    assert not {"chat", "avatar", "name"} & set(card)
    other = read_card({"char_name": "Pia", "char_persona": "p", "world_scenario": "w", "char_greeting": "g"})
    assert [read_field(other, name) for name in ("name", "description", "scenario", "first_mes")] == ["Pia", *"pwg"]


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "x",
        {},
        {"name": "only"},
        {"data": {"name": " "}},
        {"name": "", "description": "x"},
        {"a": {"data": 1}},
    ],
)
def test_json_that_is_no_card_is_refused(raw: Any) -> None:
    with pytest.raises(UnusableCard):
        read_card(raw)


def test_wrong_types_become_what_they_should_be() -> None:
    data = {"name": "Bo", "description": None, "first_mes": 7, "tags": "a, b", "alternate_greetings": [1, None, "x"]}
    card = read_card({"data": {**data, "extensions": [], "character_book": "no", "creator": float("nan")}})
    assert card["data"]["description"] == ""
    assert card["data"]["first_mes"] == "7"
    assert (card["data"]["tags"], card["data"]["alternate_greetings"]) == (["a", "b"], ["1", "x"])
    assert card["data"]["extensions"] == {}
    assert "character_book" not in card["data"]
    assert read_card({"data": {"name": "a\0\ud800b"}})["data"]["name"] == "a\ufffdb"


# -- fields ----------------------------------------------------------------------------------------------------------


def test_deep_fields_are_read_and_written_where_others_look_for_them() -> None:
    card = read_card({"name": "Bo", "description": ""})
    changed = with_fields(card, {"depth_prompt": "n", "depth_prompt_depth": 2, "image_prefix": "red hat", "fav": True})
    extensions = changed["data"]["extensions"]
    assert extensions["depth_prompt"] == {"prompt": "n", "depth": 2}
    assert extensions["sd_character_prompt"] == {"positive": "red hat"}
    assert card["data"]["extensions"] == {}, "the card itself stays as it was"
    fields = read_fields(changed)
    assert (fields["depth_prompt_role"], fields["depth_prompt_depth"], fields["fav"]) == ("system", 2, True)


def test_unknown_fields_are_refused_by_name() -> None:
    card = read_card({"name": "Bo", "description": ""})
    with pytest.raises(UserError, match="'colour'"):
        with_fields(card, {"colour": "red"})
    with pytest.raises(KeyError):
        read_field(card, "colour")


# -- hostile files ---------------------------------------------------------------------------------------------------


def zipped(files: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


CARD = json.dumps({"spec": "chara_card_v3", "data": {"name": "Bo"}}).encode()


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"\xff\xd8\xff", b"{"]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_card_or_an_error_in_plain_words(rest: bytes, start: bytes) -> None:
    try:
        read_card_file(start + rest)
    except StcoreError as error:
        assert error.message


@given(st.sampled_from(FORMATS), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=6), st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_card_is_a_card_or_an_error(
    format: Format, changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    file = bytearray(write_card_file(CardFile(read_card({"name": "Bo", "description": "x" * 50}), picture()), format))
    for place, value in changes:
        file[place % len(file)] = value
    cut = data.draw(st.integers(0, len(file)))
    for damaged in (bytes(file), bytes(file[:cut])):
        try:
            found = read_card_file(damaged)
        except StcoreError as error:
            assert error.message
        else:
            assert found.card["data"]["name"]


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_taking_texts_out_of_any_bytes_never_fails(rest: bytes) -> None:
    png = b"\x89PNG\r\n\x1a\n" + rest
    assert read_texts(without_texts(png, lambda key: True)) == {} or not read_texts(png)


def test_texts_that_inflate_to_gigabytes_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "TEXTS_LIMIT", 1_000_000)
    packed = zlib.compress(bytes(600_000))
    chunks = b""
    for number in range(5):
        content = b"zTXt" + f"key{number}".encode() + b"\0\0" + packed
        chunks += struct.pack(">I", len(content) - 4) + content + bytes(4)
    png = picture()
    assert list(read_texts(png[:33] + chunks + png[33:])) == ["key0"]


def test_an_archive_that_unpacks_to_gigabytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charx, "UNPACKED_LIMIT", 1_000_000)
    assets = [{"type": "x", "uri": "embeded://zeros", "name": "z"}]
    card = json.dumps({"spec": "chara_card_v3", "data": {"name": "Bo", "assets": assets}}).encode()
    with pytest.raises(TooLarge):
        read_card_file(zipped({"card.json": card, "zeros": bytes(2_000_000)}))


def test_archives_name_no_files_of_this_machine() -> None:
    assets = [
        {"type": "../../x", "uri": f"embeded://{path}", "name": "n"} for path in ("../../etc/x", "/etc/y", "a.txt")
    ]
    card = json.dumps({"spec": "chara_card_v3", "data": {"name": "Bo", "assets": assets}}).encode()
    found = read_card_file(zipped({"card.json": card, "../../etc/x": picture(), "/etc/y": picture(), "a.txt": b"hi"}))
    assert sorted(found.files) == ["assets/x/images/0.png", "assets/x/images/1.png"]
    assert found.left_out == ("n",)


@pytest.mark.parametrize(
    "data",
    [
        zipped({"other.json": CARD}),
        zipped({"card.json": b"{"}),
        zipped({"card.json": b"[" * 200_000}),
        zipped({"card.json": CARD})[:-30],
        with_texts(picture(), {"chara": "!!!not base64"}),
        with_texts(picture(), {"chara": base64.b64encode(b"\xff\xfe{}").decode()}),
        b'{"name": "deep", "description": "", "x": ' + b'{"a":' * 300 + b"1" + b"}" * 300 + b"}",
    ],
)
def test_broken_files_say_what_is_wrong(data: bytes) -> None:
    with pytest.raises(UnusableCard) as caught:
        read_card_file(data)
    assert caught.value.message.endswith((".", "\u2026"))
