"""What a reply does when it is pressed or called: run as a script, be sent, or wait in the message box (17.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from stcore.chat.replies.library import Found
from stcore.chat.replies.records import MenuLink, Reply, ReplySet
from stcore.errors import NotFound

Deed = Literal["run", "send", "insert"]
"""Run a script; send a message; only put it into the message box."""


@dataclass(frozen=True, slots=True)
class Press:
    """One reply, ready: what to do with which text. ``takes_input`` says that what was typed is part of it.

    ``name`` is how errors call it. Macros in a text that is not a script are still to be expanded.
    """

    name: str
    text: str
    deed: Deed
    takes_input: bool = False


def press(found: Found, *, typed: str = "", message: str | None = None) -> Press:
    """A reply with what is typed in the message box; ``message`` replaces its own text (a chain of menus)."""
    text = found.reply.message if message is None else message
    injected = found.set.inject and bool(typed) and bool(text)
    if injected:
        text = f"{text} {typed}" if found.set.before else f"{typed} {text}"
    # Looked at after the typed text is there: a script behind it is a script no more, and is sent as a message.
    deed: Deed = "insert" if found.set.no_send else "run" if text.startswith("/") or not text else "send"
    if text and not injected and deed != "send":
        text += " "
    return Press(found.name, text, deed, injected)


def chained(own: str, chosen: str) -> str:
    """The text of a reply before the one chosen in its menu: scripts one after the other, messages side by side."""
    if not own or not chosen:
        return own or chosen
    if own.startswith("/") and chosen.startswith("/"):
        own = own.rstrip()
        # A second pipe behind one that ends the own script would cut the value off that is handed over.
        return f"{own} {chosen}" if own.endswith("|") and not own.endswith("\\|") else f"{own} | {chosen}"
    return f"{own} {chosen}"


def along_menu(path: Sequence[Found]) -> str:
    """The text of the last reply of a way through menus, with what is chained before it.

    Raises ``NotFound`` where a step leads into a set that does not hang in the menu of the step before.
    """
    text = path[0].reply.message
    for before, chosen in pairwise(path):
        link = _link(before.reply, chosen.set)
        text = chained(text, chosen.reply.message) if link.chained else chosen.reply.message
    return text


def _link(reply: Reply, of: ReplySet) -> MenuLink:
    link = next((link for link in reply.menu if link.set == of.name), None)
    if link is None:
        raise NotFound(f"The menu of “{reply.label}” holds no set “{of.name}” any more.")
    return link
