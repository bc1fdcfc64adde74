"""A chat as a text to read and to keep: a page in one file, Markdown, or plain text.

What a template is given is told in ``docs/transcripts.md``; keep the two alike.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, select

from stcore import __version__
from stcore.chat import embedding
from stcore.chat.cast import read_cast
from stcore.chat.characters.records import Character
from stcore.chat.characters.store import read_characters
from stcore.chat.groups.store import read_group, read_seats
from stcore.chat.markdown import Renderer
from stcore.chat.personas import Persona, read_personas
from stcore.chat.regexes.rewriting import texts_to_show
from stcore.chat.templating import OURS, Places, render
from stcore.errors import NotFound
from stcore.storage.tables import characters, messages

if TYPE_CHECKING:
    from stcore.chat.records import Chat, Message
    from stcore.host import Host

Form = Literal["html", "markdown", "text"]

ENDINGS: dict[Form, str] = {"html": "html", "markdown": "md", "text": "txt"}
"""What the names of files of each form end with."""

_Key = tuple[str, str]
"""Who speaks: role and name."""

_SAME_SPEAKER_MS = 5 * 60 * 1000
_LAST_MS = 253_402_128_000_000
"""At the end of the year 9999: later moments have no date."""
_ROLE_NAMES = {"user": "You", "assistant": "Reply", "system": "System", "scene": "Scene"}
_OURS_IN_TEXT = re.compile(r"/pictures/([0-9a-f]{32})\.[a-z]{3,4}")
_OURS_IN_MARKDOWN = re.compile(r"!\[([^\]\n]*)\]\(<?/pictures/([0-9a-f]{32})\.[a-z]{3,4}[^)\n]*\)")


async def transcript(
    host: Host,
    chat_id: str,
    form: Form = "html",
    *,
    template: str | Path | None = None,
    pictures: bool = True,
    hidden: bool = True,
) -> str:
    """The chat as people read it, in one text that needs no other file.

    ``template`` is the name of one in the data folder's ``templates``, or any file; without it our own is used.
    ``form`` also says what a template writes: into HTML everything is inserted escaped. Without ``pictures`` they are
    only mentioned; without ``hidden`` the messages that are hidden from the model are left out.

    Raises ``NotFound`` for a chat or template that is not there, ``SettingsError`` for a template that fails.
    """
    chat = await host.chats.get(chat_id)
    said = [one for one in await host.chats.messages(chat_id, limit=chat.messages) if hidden or not _is_hidden(one)]
    texts = await texts_to_show(host, [message.to_dict() for message in said])
    people = await host.database.read(lambda connection: _read_people(connection, chat))
    faces: dict[str, str] = {}
    embedded: dict[str, str] = {}
    if pictures and form == "html":
        faces = await embedding.thumbnails(host, set(people.avatars.values()))
    if pictures and form != "text":
        embedded = await embedding.embed(host, _uses(said, texts), most=embedding.TOTAL)
    writer = _Writer(form, _faces(said, people, faces), embedded)
    written = await asyncio.to_thread(writer.messages, said, texts)
    values = {
        "chat": {"id": chat.id, "title": chat.title, "created": _moment(chat.created), "used": _moment(chat.updated)},
        "user": people.user or host.names()[0],
        "char": people.partner or host.names()[1],
        "faces": list(writer.faces.values()),
        "messages": written,
        "pictures": list(writer.pictures.values()),
        "made": host.clock.now(),
        "version": __version__,
    }
    file = template if isinstance(template, Path) else None
    name = f"{OURS}transcript.{ENDINGS[form]}.jinja" if template is None else file.name if file else str(template)
    return await render(name, values, Places(host.data / "templates", file), escape=form == "html")


# -- who is there ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _People:
    """The names of both sides, and the pictures that those who speak wear."""

    user: str
    partner: str
    avatars: Mapping[_Key, str]


def _read_people(connection: Connection, chat: Chat) -> _People:
    """Those in the chat, and for other names anybody of that name; of several the oldest."""
    cast = read_cast(connection, chat.id)
    here = [cast.character] if cast.character else []
    partner = cast.character.name if cast.character else ""
    if chat.group_id is not None:
        try:
            group = read_group(connection, chat.group_id)
        except NotFound:
            partner = ""  # the group was deleted, its chat was not
        else:
            partner, here = group.name, [seat.character for seat in read_seats(connection, group)]
    speaking = select(messages.c.name).where(messages.c.chat_id == chat.id, messages.c.role == "assistant")
    anybody = sorted(read_characters(connection, characters.c.name.in_(speaking)), key=lambda one: one.created)
    personas = sorted(read_personas(connection), key=lambda one: (one != cast.persona, one.created))
    avatars: dict[_Key, str | None] = {}
    known: Sequence[tuple[str, Sequence[Character | Persona]]] = (
        ("assistant", [*here, *anybody]),
        ("user", personas),
    )
    for role, people in known:
        for person in people:
            avatars.setdefault((role, person.name), person.avatar_id)
    return _People(cast.name, partner, {key: found for key, found in avatars.items() if found})


def _faces(said: Iterable[Message], people: _People, drawn: Mapping[str, str]) -> dict[_Key, dict[str, Any]]:
    """What stands beside the names: a picture, or letters on a colour. Only the host itself has none."""
    faces: dict[_Key, dict[str, Any]] = {}
    for message in said:
        if (key := (message.role, message.name)) not in faces:
            name = _name(message)
            faces[key] = {
                "number": len(faces),
                "name": name,
                "letters": _letters(name),
                "hue": _hue(name),
                "data": drawn.get(people.avatars.get(key, ""), ""),
            }
    return faces


def _letters(name: str) -> str:
    """Up to two letters that stand for a name, as the page has them."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] if len(words) < 2 else (words[0], words[-1]))).upper()


def _hue(name: str) -> int:
    """A hue (0 to 359) that always belongs to the same name, the same as on the page."""
    mixed = 0
    for letter in name:
        mixed = (mixed * 31 + ord(letter)) & 0xFFFFFFFF
    return mixed * 137 % 360


# -- what was said ---------------------------------------------------------------------------------------------------


class _Writer:
    """Turns messages into what templates get, and keeps which ``pictures`` they show. Blocks."""

    def __init__(self, form: Form, faces: dict[_Key, dict[str, Any]], embedded: Mapping[str, str]) -> None:
        self.faces = faces
        self.pictures: dict[str, dict[str, Any]] = {}
        self._form, self._embedded = form, embedded
        self._renderer = Renderer(self._address)

    def messages(self, said: Sequence[Message], texts: Sequence[str]) -> list[dict[str, Any]]:
        befores = [None, *said[:-1]]
        return [self._message(*each) for each in zip(said, texts, befores, strict=True)] if said else []

    def _message(self, message: Message, text: str, before: Message | None) -> dict[str, Any]:
        at = _moment(message.created)
        new_day = before is None or _moment(before.created).date() != at.date()
        text = "" if _is_picture(message) else text
        found = {
            "number": message.position,
            "role": message.role,
            "name": _name(message),
            "face": self.faces[message.role, message.name],
            "text": text if self._form == "html" else _OURS_IN_MARKDOWN.sub(self._mention, text),
            "at": at,
            "new_day": new_day,
            "continued": not new_day and before is not None and _goes_on(before, message),
            "hidden": _is_hidden(message),
            "swipe": message.swipe + 1,
            "swipes": message.swipes,
            "pictures": [self._picture(one["id"], one["title"], one) for one in message.pictures],
        }
        if self._form == "html":
            from markupsafe import Markup

            found["html"] = Markup(self._renderer.html(text))
        return found

    def _picture(self, asset_id: str, title: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """A picture as it hangs on a message. The first time that a picture is met it gets its number."""
        data = self._embedded.get(asset_id, "")
        caption = str(facts.get("extra", {}).get("caption") or "")
        size = {"width": facts.get("width"), "height": facts.get("height")}
        picture = {"title": title, "caption": caption, **size, "data": data}
        first = self.pictures.setdefault(asset_id, {"number": len(self.pictures) + 1, **picture})
        return {**picture, "number": first["number"]}

    def _address(self, address: str) -> str | None:
        """What a picture in the midst of a text is called in HTML."""
        found = _OURS_IN_TEXT.match(address)
        return self._embedded.get(found[1]) if found else None

    def _mention(self, found: re.Match[str]) -> str:
        """The same elsewhere."""
        title, asset_id = found.groups()
        if self._form == "markdown" and asset_id in self._embedded:
            return f"![{title}][picture-{self._picture(asset_id, title, {})['number']}]"
        return f"[Picture: {title}]" if title else "[Picture]"


def _uses(said: Iterable[Message], texts: Iterable[str]) -> Counter[str]:
    """How often each picture is shown."""
    found = Counter(picture["id"] for message in said for picture in message.pictures)
    found.update(asset_id for text in texts for asset_id in _OURS_IN_TEXT.findall(text))
    return found


def _name(message: Message) -> str:
    return message.name.strip() or _ROLE_NAMES[message.role]


def _is_picture(message: Message) -> bool:
    """Whether it only carries pictures: its text is what was asked for, which stands below them."""
    return message.extra.get("inline_image") is False and bool(message.pictures)


def _is_hidden(message: Message) -> bool:
    """Whether people should see that the model does not: pictures are kept from it as a matter of course."""
    return message.hidden and not _is_picture(message)


def _goes_on(before: Message, message: Message) -> bool:
    """Whether somebody goes on speaking, so that the name need not be said again."""
    same = (before.role, before.name, before.hidden) == (message.role, message.name, message.hidden)
    return same and not message.pictures and message.created - before.created < _SAME_SPEAKER_MS


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(min(milliseconds, _LAST_MS) / 1000).astimezone()
