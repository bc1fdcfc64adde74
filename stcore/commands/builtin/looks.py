"""How characters and personas look in pictures (image-generation.md 7.4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from stcore.commands.builtin.characters import find_character
from stcore.commands.builtin.personas import find_persona
from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, command
from stcore.commands.services.looks import Who
from stcore.macros.text import trim

_FIELDS = ("prefix", "negative", "shared", "references")

_WORDS = (
    Named("prefix", "words that its pictures begin with; an empty text for none"),
    Named("negative", "words for what must not be in them"),
)
_PICTURES = (
    Named(
        "reference",
        "a reference picture: avatar, persona or a picture, then maybe :subject, :style, :init or :background, then "
        "maybe :0.4; several make the whole list, an empty one none",
        repeatable=True,
    ),
    Named("field", "a single field to give", "enum", _FIELDS),
)


@command(
    "char-looks",
    group="characters",
    summary="Read or change how a character looks in pictures.",
    named=(
        Named("name", "name or key; the current one without it", choices="characters"),
        *_WORDS,
        Named("shared", "whether the words stand in its card and travel with it", "bool", ("true", "false")),
        *_PICTURES,
    ),
    returns="its looks as JSON, or one field; nothing when there is no such character",
    examples=(
        Example('/char-looks prefix="blue scarf" | /char-looks field=prefix', pipe="blue scarf"),
        Example('/char-looks prefix="blue scarf" || /pass {{charPrefix}}', pipe="blue scarf"),
        Example("/char-looks reference=avatar:init:0.4 field=references", pipe='["avatar:init:0.4"]'),
        Example("/char-looks", pipe='{"prefix": "", "negative": "", "shared": false, "references": []}'),
        Example("/char-looks name=nobody", pipe=""),
    ),
)
async def char_looks(call: Call) -> str:
    """Without anything to change it only tells. What is not shared is known to this installation alone."""
    character = await find_character(call, call.argument("name"))
    if character is None:
        return ""
    changes = _given(call)
    if "shared" in call.named:
        changes["shared"] = call.boolean("shared", default=False)
    return await _told(call, "character", character.key, changes)


@command(
    "persona-looks",
    group="personas",
    summary="Read or change how a persona looks in pictures.",
    named=(Named("name", "name or key; the active one without it", choices="personas"), *_WORDS, *_PICTURES),
    returns="its looks as JSON, or one field; nothing when there is no such persona",
    examples=(
        Example(
            "/persona-create name=Mira || /persona-looks negative=hat || /persona-looks field=negative", pipe="hat"
        ),
        Example("/persona-looks name=nobody", pipe=""),
    ),
)
async def persona_looks(call: Call) -> str:
    """Its words are joined to the prompts of pictures that show you."""
    persona = await find_persona(call, argument="name")
    return "" if persona is None else await _told(call, "persona", persona.key, _given(call))


def _given(call: Call) -> dict[str, Any]:
    changes: dict[str, Any] = {name: call.argument(name) for name in ("prefix", "negative") if name in call.named}
    if "reference" in call.named:
        named = call.named["reference"]
        every = named if isinstance(named, list) else [named]
        changes["references"] = [text for one in every if (text := trim(str(one)))]
    return changes


async def _told(call: Call, who: Who, key: str, changes: Mapping[str, Any]) -> str:
    looks = await (call.looks.change(who, key, changes) if changes else call.looks.read(who, key))
    field = call.choice("field")
    told = looks[field] if field else {name: looks[name] for name in _FIELDS}
    return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
