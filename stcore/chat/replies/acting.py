"""Pressing the button of a quick reply: from the way through its menus to what it does in a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from stcore.chat.replies.automation import named_error
from stcore.chat.replies.library import Found, ReplyLibrary
from stcore.chat.replies.press import Press, along_menu, press
from stcore.errors import NotFound, ScriptError

if TYPE_CHECKING:
    from stcore.chat.session import Session


async def ready_to_press(library: ReplyLibrary, path: Sequence[tuple[str, int]], typed: str = "") -> Press:
    """What pressing does: ``path`` is set and id of the button, then of each choice in its menus.

    ``typed`` is what stands in the message box. Raises ``NotFound`` when something on the way is gone.
    """
    way = []
    for set_name, id in path:
        of = await library.get(set_name)
        reply = of.reply(id=id)
        if reply is None:
            raise NotFound(f"The set “{set_name}” no longer has this quick reply.")
        way.append(Found(of, reply))
    return press(way[-1], typed=typed, message=along_menu(way))


async def act(session: Session, ready: Press, arguments: Mapping[str, str] | None = None) -> str:
    """Run it, send it, or put it into the message box; gives what a script leaves in the pipe.

    A script reads ``arguments`` as ``{{arg::name}}``. Raises what fails, errors of scripts with the reply's name.
    """
    match ready.deed:
        case "run":
            try:
                return (await session.run(ready.text, arguments={"*": "", **(arguments or {})})).text
            except ScriptError as error:
                raise named_error(error, ready.name) from error
        case "send":
            await session.send(ready.text)
        case "insert":
            await session.put(session.expand(ready.text), send=False)
    return ""
