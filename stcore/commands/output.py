"""Where the result of a command goes when it takes ``return=`` (spec/stscript.md section 15)."""

from __future__ import annotations

import html
import logging
from typing import Any

from stcore.commands.call import Call
from stcore.errors import UserError
from stcore.macros.numbers import js_json

logger = logging.getLogger(__name__)

RETURN_KINDS = (
    "pipe",
    "object",
    "chat-html",
    "chat-text",
    "popup-html",
    "popup-text",
    "toast-html",
    "toast-text",
    "console",
    "none",
)


async def deliver(call: Call, data: Any, text: str, *, default: str) -> str:
    """Send a result where ``return=`` says and give what goes into the pipe.

    ``data`` is its object form, ``text`` its text form (Markdown). Raises :class:`UserError` for an unknown word.
    """
    kind = call.argument("return", default) or default
    match kind:
        case "pipe":
            return text
        case "object":
            return js_json(data)
        case "none":
            return ""
        case "console":
            logger.info("/%s: %s", call.name, js_json(data))
        case "chat-html" | "chat-text":
            shown = text if kind == "chat-html" else html.escape(text)
            await call.chat.send(shown, role="system", hidden=True)
        case "popup-html" | "popup-text":
            await call.ui.popup(text)
        case "toast-html" | "toast-text":
            call.ui.toast(text)
        case _:
            raise UserError(f"return={kind} is unknown.", hint=f"Use one of {', '.join(RETURN_KINDS)}.")
    return ""
