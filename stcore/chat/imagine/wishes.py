"""A wish in a message makes a picture in place of a reply (image-generation.md section 9)."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from stcore.chat.regexes.rewriting import history_for_prompt
from stcore.chat.tools.rounds import calls_functions
from stcore.errors import StcoreError
from stcore.images.interactive import ENGLISH, Captured, Triggers, capture, is_listening
from stcore.images.settings import ImageSettings
from stcore.images.wish import Wish

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene
    from stcore.chat.records import Message
    from stcore.host import Host

log = logging.getLogger("stcore.images")

CHECK_SECONDS = 5.0
"""How long a source may take to say that it is ready; a slower one is taken at its word."""
LOOKED_AT = 30
"""Messages from the end among which the last one that is not hidden is looked for."""


async def wish_in(scene: Scene, before: int | None) -> Wish | None:
    """The wish for a picture in the last message before a position, when the chat listens for wishes.

    ``None`` also when no source is ready or the person, asked, wants words: prose is never swallowed.
    """
    settings = (await scene.host.picture_settings.of(scene.chat_id)).effective
    if not settings.interactive:
        return None
    last = await _last_visible(scene, before)
    if last is None:
        return None
    heard = is_listening(
        last.text,
        by_user=last.role == "user",
        interactive=True,
        quiet=False,
        function_tool=settings.function_tool,
        model_uses_tools=settings.function_tool and await calls_functions(await scene.host.texts.open()),
    )
    found = capture(last.text, await triggers(scene.host)) if heard else None
    if found is None or not await _ready(scene, settings) or not await _confirmed(scene, settings, found):
        return None
    return Wish(found.argument, "interactive", message=last.text)


async def triggers(host: Host) -> Triggers:
    """The words that ask for pictures: the usual ones, those of plugins, and the subjects of modes of one's own."""

    def gather() -> Triggers:
        found = [more for _, more in host.plugins.gather("stcore_interactive_triggers")]
        return sum([*found, host.modes.triggers()], ENGLISH)

    return await asyncio.to_thread(gather)


async def _last_visible(scene: Scene, before: int | None) -> Message | None:
    """The last message that is not hidden, as it would go into the prompt."""
    newest = await scene.host.chats.messages(scene.chat_id, before, LOOKED_AT)
    shown = [message for message in newest if not message.hidden]
    return (await history_for_prompt(scene, shown[-1:]))[-1] if shown else None


async def _ready(scene: Scene, settings: ImageSettings) -> bool:
    """Whether the source could draw now; when it could not, the person is told why words come instead."""
    try:
        connection = await scene.host.connections.open(settings.source or None)
        async with asyncio.timeout(CHECK_SECONDS):
            health = await connection.source.check(connection)
    except TimeoutError:
        return True
    except StcoreError as error:
        problem = error.message
    else:
        problem = "" if health.usable else health.text
    if problem:
        log.info("A wish for a picture is answered in words: %s", problem)
        if scene.ui is not None:
            scene.ui.toast(f"No picture could be made of this: {problem}", "warning", "Pictures")
    return not problem


async def _confirmed(scene: Scene, settings: ImageSettings, found: Captured) -> bool:
    """What the person answers where the settings want them to be asked."""
    if not settings.interactive_confirm or scene.ui is None:
        return True
    asked = f"Make a picture of “{found.subject}”?"
    return await scene.ui.popup(asked, ok="Picture", cancel="Words") is True
