"""The text model writes a prompt: a template behind the whole chat, and the answer cleaned (sections 5.1, 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stcore.chat.imagine.waiting import noticed
from stcore.chat.prompting.scene import Wanted
from stcore.chat.replying import speak
from stcore.errors import BadResponse
from stcore.images.cleaning import clean
from stcore.images.modes import SCENE, Mode
from stcore.images.settings import ImageSettings

if TYPE_CHECKING:
    from stcore.chat.imagine.cast import Depicted
    from stcore.chat.prompting.scene import Scene
    from stcore.text.reply import Reply

LONG = 40
"""Words from which an answer without commas reads like a story."""

_REFUSES = re.compile(
    r"\A\W*(?:i'?m (?:sorry|afraid)|i am (?:sorry|afraid)|sorry\b|i (?:can'?t|cannot|can not|won'?t|will not|must)\b"
    r"|as an ai\b|unfortunately\b|i'?m (?:not able|unable)|i am (?:not able|unable))",
    re.IGNORECASE,
)
_SPOKEN = re.compile(r"[\"\u201c][^\"\u201d]{12,}[\"\u201d]|\*[^*\n]{12,}\*")
_SENTENCE = re.compile(r"[a-z][.!?](?:\s|\Z)")


class CalledOff(Exception):
    """The person stopped or called off the picture while its prompt was made."""


@dataclass(frozen=True, slots=True)
class Written:
    """A prompt that somebody wrote. ``warning`` says why it may be none."""

    text: str
    by: str
    warning: str = ""


async def write_prompt(scene: Scene, settings: ImageSettings, mode: Mode, cast: Depicted, subject: str = "") -> Written:
    """The prompt of a mode, written by the text model that the settings name, as the character of ``scene``.

    Raises :class:`CalledOff` when it was stopped, ``BadResponse`` when nothing usable came, and what the model raises.
    """
    template = await scene.host.prompt_templates.render(mode.name, template_values(scene, cast, subject))
    connection = await scene.host.texts.open(settings.writer or None)
    wanted = Wanted("quiet", scene.expand(template))
    work = speak(scene, wanted, connection=connection, model=settings.writer_model)
    reply = await noticed(scene.host, scene.chat_id, scene.ui, "Writing the prompt of a picture ...", work)
    if reply is None:
        raise CalledOff
    return _cleaned(reply, settings, mode, connection.name)


def _cleaned(reply: Reply, settings: ImageSettings, mode: Mode, by: str) -> Written:
    text = clean(reply.text, settings.processing)
    if not text:
        raise BadResponse(
            f"{by} wrote nothing that could be the prompt of a picture.",
            hint="Check its instruct template, or let another connection write prompts: /imagine-set key=writer NAME",
        )
    return Written(text, by, doubt(reply.text, mode))


def doubt(answer: str, mode: Mode) -> str:
    """Why an answer may be no prompt, but a refusal or a piece of the story; empty when it looks right.

    >>> from stcore.images.modes import YOU
    >>> doubt("I'm sorry, but I can't help with that.", YOU)
    'This looks like a refusal, not like a prompt.'
    >>> doubt("full body portrait, Mira, red hair", YOU)
    ''
    """
    answer = answer.strip()
    if _REFUSES.match(answer):
        return "This looks like a refusal, not like a prompt."
    words, commas = len(answer.split()), answer.count(",")
    told = len(_SENTENCE.findall(answer)) >= 3 and commas * 8 < words
    if mode is not SCENE and words >= LONG and (told or _SPOKEN.search(answer)):
        return "This looks like a piece of the story, not like a prompt."
    return ""


def template_values(scene: Scene, cast: Depicted, subject: str) -> Mapping[str, Any]:
    """What the template of a prompt is given beside macros."""
    window = scene.window
    last = next((message for message in reversed(window) if not message.is_hidden), None)
    return {
        "subject": subject,
        "char": scene.environment.char,
        "user": scene.environment.user,
        "group": [name for name, _ in cast.members],
        "message": {"name": last.name, "text": last.text} if last else {"name": "", "text": ""},
        "persona": scene.expand("{{persona}}"),
        "description": scene.expand("{{description}}"),
        "scenario": scene.expand("{{scenario}}"),
        "prefix": cast.looks.prefix,
    }
