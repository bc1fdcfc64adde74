"""Chats as files: what is read comes out again, what cannot be read is told and kept."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from stcore.chat import rows
from stcore.chat.jsonl.lines import BadLine, iso, load, read_line, write_line
from stcore.chat.jsonl.media import Finder
from stcore.chat.jsonl.metadata import read_metadata, write_metadata
from stcore.chat.jsonl.reading import Imported, import_chat
from stcore.chat.jsonl.writing import export_chat
from stcore.chat.records import Attachment, NewMessage
from stcore.errors import NotFound, UserError
from stcore.host import Host

pytestmark = pytest.mark.anyio

HEADER = {"user_name": "Ann", "character_name": "Mira", "create_date": "2024-7-12@01h31m37s", "chat_metadata": {}}


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    async with Host.open(tmp_path / "data", face="once") as host:
        yield host


def message(text: str, **more: Any) -> dict[str, Any]:
    plain = {"name": "Mira", "is_user": False, "is_system": False, "send_date": "2024-07-12T01:31:37.000Z"}
    return {**plain, "mes": text, "extra": {}, **more}


def file_of(*lines: Any) -> list[bytes]:
    """The lines of a file; texts are written as they are, everything else as JSON."""
    return [(line if isinstance(line, str) else json.dumps(line)).encode() + b"\n" for line in lines]


async def exported(host: Host, chat_id: str) -> list[Any]:
    return [json.loads(line) async for line in export_chat(host, chat_id)]


async def imported(host: Host, *lines: Any, **how: Any) -> Imported:
    return await import_chat(host, file_of(*lines), **how)


# -- one line --------------------------------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
extras = st.dictionaries(st.sampled_from(["type", "model", "reasoning", "api", "x", "media", "bias"]) | words, values)
dates = st.sampled_from(
    ["2024-07-12T01:31:37.250Z", "June 19, 2023 2:20pm", "2023-6-19 @14h 20m 35s 123ms", 1720747897000]
)
infos = st.fixed_dictionaries({}, optional={"send_date": dates, "extra": extras, "gen_started": words, "x": values})


@st.composite
def stored_messages(draw: st.DrawFn) -> dict[str, Any]:
    """A message as another program may have written it."""
    swipes = draw(st.lists(words, min_size=1, max_size=4))
    shown = draw(st.integers(0, len(swipes) - 1))
    full = {
        "name": draw(words),
        "is_user": draw(st.booleans()),
        "is_system": draw(st.booleans()),
        "send_date": draw(dates | words | st.none()),
        "extra": draw(extras | st.none()),
        "swipe_id": shown,
        "swipes": swipes,
        "swipe_info": draw(st.lists(infos | st.none(), max_size=6)),
        **draw(st.dictionaries(words, values, max_size=3)),
        "mes": swipes[shown],
    }
    several = len(swipes) > 1
    removable = ["name", "is_user", "is_system", "send_date", "extra", "swipe_info"]
    gone = draw(st.sets(st.sampled_from(removable if several else [*removable, "swipes"])))
    if "swipes" in gone:
        gone |= {"swipe_id", "swipe_info"}
    return {key: value for key, value in full.items() if key not in gone}


@given(stored_messages())
def test_a_message_comes_out_as_it_went_in(stored: dict[str, Any]) -> None:
    line = read_line(load(json.dumps(stored).encode())[1], now=0)
    assert write_line(line) == stored


@given(st.binary(max_size=60) | values.map(lambda value: json.dumps(value).encode()))
def test_no_line_breaks_the_reader(raw: bytes) -> None:
    try:
        read_line(load(raw)[1], now=0)
    except BadLine as problem:
        assert str(problem)


def test_text_and_list_that_differ_are_both_kept() -> None:
    line = read_line(message("edited", swipes=["first", "second"], swipe_id=1), now=0)
    assert ([text.text for text in line.texts], line.shown) == (["first", "second", "edited"], 2)


@pytest.mark.parametrize(
    ("stored", "when"),
    [
        ("2024-07-12T01:31:37.250Z", "2024-07-12T01:31:37.250Z"),
        (1720747897000, "2024-07-12T01:31:37.000Z"),
        ("1720747897000", "2024-07-12T01:31:37.000Z"),
        ("June 19, 2023 2:20pm", "2023-06-19T14:20:00.000Z"),
        ("2023-6-19 @14h 20m 35s 123ms", "2023-06-19T14:20:35.123Z"),
        ("some day", "1970-01-01T00:00:07.000Z"),
        (None, "1970-01-01T00:00:07.000Z"),
    ],
)
def test_times_in_every_spelling(stored: Any, when: str) -> None:
    assert iso(read_line(message("x", send_date=stored), now=7000).created) == when


@given(
    st.dictionaries(
        st.sampled_from(["note_prompt", "note_depth", "note_role", "variables", "script_injects"]) | words, values
    )
)
def test_what_a_file_tells_of_the_chat_comes_out_again(given_metadata: dict[str, Any]) -> None:
    found = read_metadata(given_metadata)
    written = write_metadata(found.extra, found.variables, found.settings, None)
    assert written == {key: value for key, value in given_metadata.items() if (key, value) != ("variables", {})}


# -- whole files -----------------------------------------------------------------------------------------------------


async def test_a_whole_file_comes_out_again(host: Host) -> None:
    metadata = {
        "note_prompt": "Keep it short.",
        "note_interval": 2,
        "note_position": 1,
        "note_depth": 3,
        "note_role": 0,
        "variables": {"boat": "Gull", "n": 3},
        "tainted": True,
        "integrity": "abc",
    }
    lines = [
        {**HEADER, "chat_metadata": metadata},
        message("Hello.", swipes=["Hello.", "Hi."], swipe_id=0, swipe_info=[{"extra": {}}, {"extra": {"model": "m"}}]),
        message("hey", name="Ann", is_user=True, force_avatar="User Avatars/ann.png"),
        message("Night falls.", name="System", extra={"type": "narrator", "isSmallSys": False}),
        message("careful", name="Note", is_system=True, extra={"type": "comment"}),
        message("hidden", is_system=True),
    ]
    found = await imported(host, *lines)
    assert (found.messages, found.problems, found.chat.title) == (5, (), "Mira")
    assert await exported(host, found.chat.id) == lines
    seen = [(m.role, m.hidden, m.text) for m in await host.chats.messages(found.chat.id)]
    assert seen == [
        ("assistant", False, "Hello."),
        ("user", False, "hey"),
        ("system", False, "Night falls."),
        ("system", True, "careful"),
        ("assistant", True, "hidden"),
    ]
    result = await (await host.session(found.chat.id)).run("/getvar boat")
    assert result.pipe == "Gull"


async def test_an_edit_here_shows_in_the_file(host: Host) -> None:
    found = await imported(host, HEADER, message("one", swipes=["one"], swipe_id=0, swipe_info=[], title="kept"))
    [first] = await host.chats.messages(found.chat.id)
    await host.chats.edit(first.id, text="two", hidden=True)
    await host.chats.add_swipe(first.id, "three", {"reasoning": "why"})
    [_, line] = await exported(host, found.chat.id)
    assert (line["mes"], line["swipes"], line["swipe_id"], line["is_system"]) == ("three", ["two", "three"], 1, True)
    assert (line["extra"], line["title"]) == ({"reasoning": "why"}, "kept")


async def test_bad_lines_are_told_and_kept_in_their_place(host: Host) -> None:
    lines = [HEADER, message("one"), '{"mes": "cut o', "", message("two"), '{"name": "Mira"}', "[1]"]
    found = await imported(host, *lines)
    assert [(problem.line, problem.reason.split(":")[0]) for problem in found.problems] == [
        (3, "it is no JSON"),
        (6, "it has no text (“mes”)"),
        (7, "it is no message"),
    ]
    messages = await host.chats.messages(found.chat.id)
    assert [m.text for m in messages] == ["one", '{"mes": "cut o', "two", '{"name": "Mira"}', "[1]"]
    assert [m.hidden for m in messages] == [False, True, False, True, True]
    again = [line async for line in export_chat(host, found.chat.id)]
    assert [line.decode().rstrip("\n") for line in (again[2], again[4], again[5])] == [lines[2], lines[5], lines[6]]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"GIF89a\x00\xff", b"not a chat\nat all\n", b'{"spec": "chara_card_v2"}\n']
)
async def test_a_file_that_is_no_chat_leaves_nothing(host: Host, content: bytes) -> None:
    with pytest.raises(UserError, match="holds no chat"):
        await import_chat(host, io.BytesIO(content))
    assert await host.chats.list() == []


async def test_without_a_header_and_with_a_mark_at_the_beginning(host: Host) -> None:
    raw = b"\xef\xbb\xbf" + file_of(message("one"))[0]
    found = await import_chat(host, [raw, *file_of(message("two"))], title="Old")
    assert (found.chat.title, found.messages, found.problems) == ("Old", 2, ())


async def test_the_character_named_in_the_file_is_the_one_of_the_chat(host: Host) -> None:
    mira = await host.characters.create("Mira", {})
    assert (await imported(host, HEADER)).chat.character_id == mira.id
    group = await host.groups.create("Harbour", [mira.id])
    found = await imported(host, {**HEADER, "character_name": "harbour"}, message("x"))
    assert (found.chat.group_id, found.chat.character_id) == (group.id, None)


async def test_long_files_in_portions(host: Host) -> None:
    count = 2345
    found = await import_chat(host, iter(file_of(HEADER, *(message(f"text {n}") for n in range(count)))))
    assert (found.messages, await host.chats.count(found.chat.id)) == (count, count)
    texts = [line["mes"] for line in (await exported(host, found.chat.id))[1:]]
    assert texts == [f"text {n}" for n in range(count)]


# -- pictures and links ----------------------------------------------------------------------------------------------


def png(colour: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (colour, 0, 0)).save(file, "PNG")
    return file.getvalue()


async def test_pictures_come_back_to_their_swipes(host: Host) -> None:
    chat = await host.chats.create("Drawn")
    first = await host.chats.append(chat.id, NewMessage("assistant", "Mira", "one"))
    await host.chats.add_swipe(first.id, "two")
    for swipe in range(2):
        asset = await host.library.store(png(90 * swipe), kind="free", origin="received", chat_id=chat.id)
        hung = [Attachment(asset.id, f"picture {swipe}", {"negative": "fog"})]
        await host.database.write(lambda c, swipe=swipe, hung=hung: rows.add_attachments(c, first.id, swipe, hung, 0))  # type: ignore[misc]
    lines = await exported(host, chat.id)
    [shown] = lines[1]["extra"]["media"]
    assert (shown["type"], shown["title"], shown["source"], shown["negative"]) == (
        "image",
        "picture 1",
        "generated",
        "fog",
    )
    assert lines[1]["swipe_info"][0]["extra"]["media"][0]["title"] == "picture 0"
    found = await imported(host, *lines)
    assert found.pictures == 2
    [copy] = await host.chats.messages(found.chat.id)
    for swipe in range(2):
        [picture] = (await host.chats.edit(copy.id, swipe=swipe)).pictures
        assert picture["title"] == f"picture {swipe}"
    assert (await exported(host, found.chat.id))[1]["extra"] == lines[1]["extra"]


async def test_pictures_beside_a_file_and_inside_it(host: Host, tmp_path: Path) -> None:
    import base64

    (tmp_path / "chat").mkdir()
    (tmp_path / "chat" / "a b.png").write_bytes(png(50))
    (tmp_path / "secret.png").write_bytes(png(60))
    inline = "data:image/png;base64," + base64.b64encode(png(70)).decode()
    urls = ["a%20b.png", inline, "../secret.png", "https://example.com/x.png", "missing.png"]
    line = message("look", extra={"media": [{"url": url, "type": "image", "title": url[:8]} for url in urls]})
    found = await imported(host, HEADER, line, pictures=Finder(host, tmp_path / "chat"))
    [shown] = await host.chats.messages(found.chat.id)
    assert (found.pictures, [p["title"] for p in shown.pictures]) == (2, ["a%20b.pn", "data:ima"])
    assert [medium["url"] for medium in shown.extra["media"]] == urls[2:]


async def test_pictures_of_older_chats_are_found(host: Host, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    for number in range(3):
        (tmp_path / "images" / f"{number}.png").write_bytes(png(50 + number))
    one, two, three = (f"/images/{number}.png" for number in range(3))
    old = {"title": "a snail", "negative": "fog", "generationType": 5}
    swiped = message("", extra={"image": two, "image_swipes": [one, two, one, three], **old})
    single = message("look", extra={"image": one, "inline_image": True})
    gone = message("", extra={"image": "/images/gone.png", "video": "/images/x.mp4"})
    found = await imported(host, HEADER, swiped, single, gone, pictures=Finder(host, tmp_path))
    first, second, third = await host.chats.messages(found.chat.id)
    assert (len(first.pictures), first.extra["media_index"], first.extra["media_display"]) == (3, 1, "gallery")
    assert "image_swipes" not in first.extra
    told = first.pictures[0]["extra"]
    assert (first.pictures[0]["title"], told["negative"], told["generation_type"]) == ("a snail", "fog", 5)
    assert (len(second.pictures), second.extra["inline_image"]) == (1, True)
    assert third.pictures == ()
    assert (third.extra["image"], third.extra["video"]) == ("/images/gone.png", "/images/x.mp4")


async def test_checkpoints_and_parents_are_found_by_name(host: Host) -> None:
    chat = await host.chats.create("Harbour")
    first = await host.chats.append(chat.id, NewMessage("assistant", "Mira", "one"))
    point = await host.chats.checkpoint(first.id, "Calm")
    ours, theirs = await exported(host, chat.id), await exported(host, point.id)
    assert (ours[1]["extra"], theirs[0]["chat_metadata"]) == ({"bookmark_link": "Calm"}, {"main_chat": "Harbour"})
    again = await imported(host, *theirs)
    assert again.chat.parent_id == chat.id
    linked = await host.chats.checkpoints((await imported(host, *ours)).chat.id)
    assert linked[0].title == "Calm"


async def test_an_unknown_chat_is_told_before_the_first_line(host: Host) -> None:
    with pytest.raises(NotFound):
        await anext(export_chat(host, "0" * 32))
