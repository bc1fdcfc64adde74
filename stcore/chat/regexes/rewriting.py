"""Regex scripts at the places where texts pass: stored, shown, put into prompts. Work goes to worker threads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stcore.chat.regexes.applying import Expand, run_scripts
from stcore.chat.regexes.records import Moment, Place, RegexScript
from stcore.errors import NotFound

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene
    from stcore.chat.records import Message
    from stcore.host import Host
    from stcore.macros import Environment


async def rewrite(host: Host, environment: Environment, place: Place, text: str, moment: Moment = "stored") -> str:
    """``text`` as the scripts of the chat of ``environment`` want it."""
    scripts = await host.regexes.active(environment.extra.get("character_id"))
    wanted = [script for script in scripts if script.applies(place, moment)]
    if not wanted or not text:
        return text
    return await asyncio.to_thread(run_scripts, wanted, text, _expander(host, environment), host.searcher)


async def rewrite_edited(host: Host, message: Message, text: str) -> str:
    """``text``, which a person wrote in place of that of a message."""
    place = place_of(message.role, message.extra)
    scripts = await host.regexes.active((await host.chats.get(message.chat_id)).character_id)
    if not any(script.applies(place, "edited") for script in scripts):
        return text
    from stcore.chat.environment import build_environment

    return await rewrite(host, await build_environment(host, message.chat_id), place, text, "edited")


async def history_for_prompt(scene: Scene, history: Sequence[Message]) -> Sequence[Message]:
    """The messages of a prompt, oldest first, as the model is told them."""
    scripts = [script for script in await _active(scene) if script.prompt_only]
    if not scripts:
        return history
    expand, searcher = _expander(scene.host, scene.environment), scene.host.searcher

    def changed() -> list[Message]:
        made = []
        depth = sum(1 for message in history if not message.hidden)
        for message in history:
            depth -= not message.hidden
            place = place_of(message.role, message.extra)
            wanted = [script for script in scripts if script.applies(place, "prompt", max(0, depth))]
            text = run_scripts(wanted, message.text, expand, searcher)
            made.append(message if text == message.text else replace(message, text=text))
        return made

    return await asyncio.to_thread(changed)


async def lore_for_prompt(scene: Scene, texts: Sequence[tuple[str, int | None]]) -> Sequence[str]:
    """Texts of world info, each with its depth where it has one, as the model is told them."""
    scripts = await _active(scene)
    expand, searcher = _expander(scene.host, scene.environment), scene.host.searcher

    def changed() -> list[str]:
        return [
            run_scripts([one for one in scripts if one.applies("lore", "prompt", depth)], text, expand, searcher)
            for text, depth in texts
        ]

    return await asyncio.to_thread(changed) if texts and scripts else [text for text, _ in texts]


async def texts_to_show(host: Host, messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """The texts of messages of one chat (as dictionaries) as people shall see them."""
    texts = [str(message["text"]) for message in messages]
    if not messages:
        return texts
    try:
        chat = await host.chats.get(messages[0]["chat_id"])
    except NotFound:
        return texts  # the chat is gone, and this only tells what happened in it before
    scripts = [script for script in await host.regexes.active(chat.character_id) if script.shown_only]
    if not scripts:
        return texts
    from stcore.chat.environment import build_environment

    expand = _expander(host, await build_environment(host, chat.id))

    def shown(message: Mapping[str, Any]) -> str:
        place = place_of(message["role"], message["extra"])
        depth = max(0, chat.messages - 1 - int(message["position"]))
        wanted = [script for script in scripts if script.applies(place, "shown", depth)]
        return run_scripts(wanted, str(message["text"]), expand, host.searcher)

    return await asyncio.to_thread(lambda: [shown(message) for message in messages])


def place_of(role: str, extra: Mapping[str, Any]) -> Place:
    """What a message is to regex scripts."""
    if role == "user":
        return "user"
    return "command" if role == "system" or extra.get("type") == "narrator" else "reply"


async def _active(scene: Scene) -> Sequence[RegexScript]:
    return await scene.host.regexes.active(scene.environment.extra.get("character_id"))


def _expander(host: Host, environment: Environment) -> Expand:
    return lambda text: host.macros.expand(text, environment)
