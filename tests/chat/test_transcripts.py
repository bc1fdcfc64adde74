"""Chats to read: what is told in each form, and what templates of people can and cannot do."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from stcore.chat import embedding, templating
from stcore.chat.records import Attachment, NewMessage
from stcore.chat.transcripts import ENDINGS, transcript
from stcore.errors import NotFound, SettingsError
from stcore.host import Host
from stcore.images.asset_rows import Asset

pytestmark = pytest.mark.anyio


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    async with Host.open(tmp_path / "data", face="once") as host:
        host.data.prepare()
        yield host


class Page(HTMLParser):
    """What a browser would load or run, and the text it would show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "srcset", "href", "data")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def drawn(colour: str, side: int) -> bytes:
    """Noise, which no format makes small, in a tone of its own."""
    file = io.BytesIO()
    noise = Image.effect_noise((side, side), 90)
    Image.merge("RGB", (noise, noise, Image.new("L", (side, side), colour))).save(file, "PNG")
    return file.getvalue()


async def picture(host: Host, chat_id: str, colour: str = "red", side: int = 400) -> Asset:
    return await host.library.store(drawn(colour, side), kind="free", origin="received", chat_id=chat_id)


async def chat_of(host: Host, *new: NewMessage, title: str = "Harbour") -> str:
    chat = await host.chats.create(title)
    for message in new:
        await host.chats.append(chat.id, message)
    return chat.id


def template(host: Host, name: str, text: str) -> str:
    (host.data / "templates" / name).write_text(text)
    return name


# -- the forms -------------------------------------------------------------------------------------------------------


async def test_a_page_holds_everything_and_runs_nothing(host: Host) -> None:
    mira = await host.characters.create("Mira Vale")
    await host.characters.set_avatar(mira.id, drawn("blue", 400))
    chat = await host.chats.create("A <script>alert(1)</script> & more", character_id=mira.id)
    asset = await picture(host, chat.id)
    for new in (
        NewMessage("assistant", "Mira Vale", "*She smiles.* <img src=x onerror=alert(1)> [x](javascript:alert(1))"),
        NewMessage("user", "Ann <b>", f"Look: ![mine](/pictures/{asset.id}.png)"),
        NewMessage("assistant", "Mira Vale", "tree", attachments=(Attachment(asset.id, 'A "tree"'),)),
    ):
        await host.chats.append(chat.id, new)
    html = await transcript(host, chat.id)
    page = Page(html)
    assert "script" not in page.tags and not page.handlers
    assert page.addresses and all(address.startswith("data:image/png;base64,") for address in page.addresses)
    stored, _ = await host.library.read(asset.id)
    assert {base64.b64decode(address.partition(",")[2]) for address in page.addresses} == {stored}
    assert "A <script>alert(1)</script> & more" in page.text and "Ann <b>" in page.text and 'A "tree"' in page.text
    assert "<em>She smiles.</em>" in html
    assert len(re.findall(r"\.face-0 \{[^}]*url\(data:image/webp;base64,", html)) == 1, "once, however often it is worn"
    assert "default-src 'none'" in html and "http://" not in html and "https://" not in html


async def test_hidden_messages_are_marked_or_left_out(host: Host) -> None:
    chat_id = await chat_of(host, NewMessage("user", "Ann", "seen"), NewMessage("system", "", "secret", hidden=True))
    for form in ENDINGS:
        whole = await transcript(host, chat_id, form)
        assert "secret" in whole and "hidden from the model" in whole
        less = await transcript(host, chat_id, form, hidden=False)
        assert "seen" in less and "secret" not in less and "hidden from the model" not in less


async def test_a_picture_that_is_the_message_is_not_hidden_and_its_prompt_is_told_once(host: Host) -> None:
    chat_id = await chat_of(host)
    asset = await picture(host, chat_id)
    new = NewMessage(
        "assistant",
        "Mira",
        "apple tree",
        hidden=True,
        extra={"inline_image": False},
        attachments=(Attachment(asset.id, "apple tree"),),
    )
    await host.chats.append(chat_id, new)
    text = await transcript(host, chat_id, "text", hidden=False)
    assert text.count("apple tree") == 1 and "[Picture: apple tree, 400 x 400]" in text


async def test_the_swipe_that_is_shown_is_told_with_their_number(host: Host) -> None:
    chat_id = await chat_of(host, NewMessage("assistant", "Mira", "one"))
    [message] = await host.chats.messages(chat_id)
    await host.chats.add_swipe(message.id, "two")
    text = await transcript(host, chat_id, "text")
    assert "(2 of 2)" in text and "two" in text and "one" not in text


async def test_markdown_keeps_pictures_at_its_end(host: Host) -> None:
    chat_id = await chat_of(host, title="*Harbour*")
    asset, gone = await picture(host, chat_id), "0" * 32
    await host.chats.append(
        chat_id, NewMessage("user", "A_n_n", f"![x](/pictures/{asset.id}.png) ![y](/pictures/{gone}.png)")
    )
    text = await transcript(host, chat_id, "markdown")
    assert text.startswith("# \\*Harbour\\*\n") and "**A\\_n\\_n**" in text
    assert "![x][picture-1] [Picture: y]" in text
    [end] = re.findall(r"^\[picture-1\]: data:image/png;base64,(\S+)$", text, re.MULTILINE)
    assert base64.b64decode(end) == (await host.library.read(asset.id))[0]
    assert "data:" not in await transcript(host, chat_id, "markdown", pictures=False)


async def test_an_empty_chat_and_one_that_is_not_there(host: Host) -> None:
    assert "0 messages" in await transcript(host, await chat_of(host), "text")
    with pytest.raises(NotFound):
        await transcript(host, "0" * 32)


async def test_pictures_become_smaller_where_there_are_many(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    chat_id = await chat_of(host)
    found = [await picture(host, chat_id, colour, 1100) for colour in ("red", "green")]
    uses = {asset.id: 1 for asset in found}
    medium = [len((await host.library.read(asset.id, "medium"))[0]) for asset in found]
    small = [len((await host.library.read(asset.id, "thumb"))[0]) for asset in found]

    async def sides(most: int) -> list[int]:
        embedded = await embedding.embed(host, uses, most=most)
        return [Image.open(io.BytesIO(base64.b64decode(a.partition(",")[2]))).width for a in embedded.values()]

    whole = sum(asset.bytes for asset in found)
    assert await sides(whole) == [1100, 1100]
    assert await sides(sum(medium)) == [1024, 1024]
    assert await sides(sum(medium) - 1) == [320, 320]
    assert await sides(sum(small) - 1) == [320]
    assert await sides(10) == []
    attached = tuple(Attachment(asset.id, "noise") for asset in found)
    await host.chats.append(chat_id, NewMessage("assistant", "Mira", "", attachments=attached))
    monkeypatch.setattr(embedding, "TOTAL", sum(small) - 1)
    assert (await transcript(host, chat_id)).count("which is not in this file") == 1


# -- templates of people ---------------------------------------------------------------------------------------------


async def test_a_template_by_name_and_by_file(host: Host, tmp_path: Path) -> None:
    chat_id = await chat_of(host, NewMessage("user", "Ann & Bo", "*hi*"))
    source = "{% for m in messages %}{{ m.name }}: {{ m.html }} {{ m.at.year > 2000 }}{% endfor %}"
    assert await transcript(host, chat_id, template=template(host, "own.html.jinja", source)) == (
        "Ann &amp; Bo: <p><em>hi</em></p>\n True"
    )
    file = tmp_path / "mine.txt"
    file.write_text('{% extends "stcore/transcript.txt.jinja" %}{% block intro %}For {{ user }}.\n{% endblock %}')
    text = await transcript(host, chat_id, "text", template=file)
    assert text.startswith("Harbour\nFor User.\n") and "*hi*" in text
    with pytest.raises(NotFound, match=re.escape("no template 'no.jinja'")) as caught:
        await transcript(host, chat_id, template="no.jinja")
    assert "own.html.jinja" in caught.value.hint


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("\n{% for m in messages %}\n{{ m.nmae }}{% endfor %}", 3, "no 'nmae' here, only number, role, name"),
        ("{{ nothing }}", 1, "no 'nothing'"),
        ("a\n{% for x in %}", 2, "Expected an expression"),
        ("{{ chat|shout }}", 1, "No filter named 'shout'"),
        ("\n{{ 1 / 0 }}", 2, "division by zero"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", 1, "calls itself without end"),
        ('{{ "".__class__.__mro__ }}', 1, "unsafe"),
        ("{{ messages.__init__.__globals__ }}", 1, "unsafe"),
        ('{% include "../settings.toml" %}', 1, "no template '../settings.toml'"),
        ('{% include "/etc/hostname" %}', 1, "no template '/etc/hostname'"),
        ("{{ range(1000000) | length }}", 1, "Range too big"),
    ],
)
async def test_a_mistake_is_told_with_its_place(host: Host, source: str, line: int, reason: str) -> None:
    chat_id = await chat_of(host, NewMessage("user", "Ann", "hi"))
    with pytest.raises(SettingsError, match=re.escape(reason)) as caught:
        await transcript(host, chat_id, "text", template=template(host, "own.jinja", source))
    assert (caught.value.file, caught.value.line) == ("own.jinja", line)
    assert f"own.jinja, line {line}" in caught.value.message


async def test_what_does_not_end_is_ended(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    chat_id = await chat_of(host)
    many = "{% for a in range(99999) %}{% for b in range(99999) %}BODY{% endfor %}{% endfor %}"
    monkeypatch.setattr(templating, "LONGEST", 10_000)
    with pytest.raises(SettingsError, match="its text has no end"):
        await transcript(host, chat_id, "text", template=template(host, "long.jinja", many.replace("BODY", "text")))
    monkeypatch.setattr(templating, "SECONDS", 1.0)
    with pytest.raises(SettingsError, match="had not ended after 1 seconds"):
        await transcript(host, chat_id, "text", template=template(host, "loop.jinja", many.replace("BODY", "")))


async def test_what_fills_the_memory_is_ended(host: Host) -> None:
    doubled = '{% set n = namespace(x="ab") %}{% for a in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}'
    with pytest.raises(SettingsError, match="needs too much memory"):
        await transcript(host, await chat_of(host), "text", template=template(host, "big.jinja", doubled))
