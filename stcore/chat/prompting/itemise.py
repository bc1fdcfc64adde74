"""The prompt as it would be sent now, piece by piece, for people who wonder what the model is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stcore.chat.prompting.build import Request, build_request
from stcore.chat.prompting.history import count_left_out
from stcore.chat.prompting.scene import Wanted
from stcore.text.prompt import Part

if TYPE_CHECKING:
    from stcore.chat.session import Session
    from stcore.text.model import ChatMessage, Completion


async def itemise(session: Session, wanted: Wanted) -> dict[str, Any]:
    """The prompt for ``wanted`` in the chat of ``session``. Nothing is remembered of it, nothing is sent."""
    chat_id = await session.open_chat()
    connection = await session.host.texts.open()
    scene = session.scene(chat_id)
    request = await build_request(scene, wanted, connection, keep=False)
    return {
        "connection": connection.name,
        "model": request.completion.model or str(getattr(connection.options, "model", "") or ""),
        "form": connection.model.form(connection.options),
        **_described(request),
        "left_out": {
            "messages": await count_left_out(scene, request.prompt.first_included),
            "examples": request.prompt.examples_left_out,
        },
    }


def _described(request: Request) -> dict[str, Any]:
    prompt, completion = request.prompt, request.completion
    return {
        "tokens": prompt.tokens,
        "budget": prompt.budget,
        "first_included": prompt.first_included,
        "parts": [_part(part) for part in prompt.parts],
        "messages": [_message(message) for message in completion.messages],
        "text": completion.prompt,
        "prefill": prompt.prefill,
        "stop": list(completion.stop),
        "samplers": _samplers(completion),
        "lore": request.lore.to_dict() if request.lore is not None else None,
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "source": part.source,
        "label": part.label,
        "role": part.role,
        "text": part.text,
        "tokens": part.tokens,
        "pictures": len(part.images),
        "position": part.position,
        "joined": bool(part.glue),
    }


def _message(message: ChatMessage) -> dict[str, Any]:
    shown = {"pictures": len(message.images)} if message.images else {}
    return {"role": message.role, "content": message.content, **shown}


def _samplers(completion: Completion) -> dict[str, Any]:
    values = {name: getattr(completion, name) for name in ("temperature", "top_p", "max_tokens", "seed")}
    return {**{name: value for name, value in values.items() if value is not None}, **completion.extra}
