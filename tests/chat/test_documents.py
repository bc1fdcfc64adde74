"""The data bank: whose texts there are, what a prompt is told of them, what goes with its owner."""

from __future__ import annotations

from typing import Any

import pytest

from stcore.chat.documents import LONGEST
from stcore.chat.session import Session
from stcore.errors import ExecutionError, NotFound, TooLarge
from stcore.testing.stage import stage
from stcore.upkeep import change_settings

pytestmark = pytest.mark.anyio


async def pipe(session: Session, script: str) -> str:
    return (await session.run(script)).text


async def told(session: Session) -> str:
    """The whole prompt of the next reply."""
    from stcore.chat.prompting.build import build_request
    from stcore.chat.prompting.scene import Wanted

    assert session.chat_id is not None
    connection = await session.host.texts.open()
    request = await build_request(session.scene(session.chat_id), Wanted(), connection, keep=False)
    return "\n".join(message.content for message in request.prompt.messages)


async def test_texts_belong_to_everybody_a_character_or_a_chat() -> None:
    async with stage(others=("Carol",)) as session:
        await session.run("/db-add source=global name=a.txt A | /db-add source=character name=b.txt B")
        await session.run("/db-add name=c.txt C")
        assert await pipe(session, "/db-list field=name") == '["a.txt","b.txt","c.txt"]'
        assert await pipe(session, "/db-list source=character field=name") == '["b.txt"]'
        await session.run("/go Carol | /newchat")
        assert await pipe(session, "/db-list field=name") == '["a.txt"]'


async def test_an_address_is_looked_at_before_a_name() -> None:
    async with stage() as session:
        url = await pipe(session, "/db-add name=one first")
        await session.host.documents.add(f"chat:{session.chat_id}", url.upper(), "named like an address")
        assert await pipe(session, f"/db-get {url}") == "first"
        assert await pipe(session, f"/db-update url={url} name=two changed") == url
        assert await pipe(session, f"/db-get {url}") == "changed"


async def test_what_is_missing_is_a_warning_and_a_wrong_place_an_error() -> None:
    async with stage() as session:
        for script in ("/db-get nothing", "/db-delete nothing", "/db-disable nothing", "/db-update name=nothing x"):
            assert await pipe(session, script) == ""
        ui: Any = session.ui
        assert [toast.level for toast in ui.toasts] == ["warning"] * 4
        with pytest.raises(ExecutionError, match="one of global, character, chat"):
            await session.run("/db-list source=moon")


async def test_only_enabled_texts_that_fit_are_told() -> None:
    async with stage() as session:
        await session.run("/db-add name=tides High water at six. | /db-add name=long {{newline}}")
        await session.host.documents.add("global", "huge", "word " * 4000)
        assert "High water" not in await told(session), "nothing is told unless it was asked for"
        await change_settings(
            session.host, lambda document: document.setdefault("chat", {}).update(documents_tokens=200)
        )
        prompt = await told(session)
        assert "High water at six." in prompt
        assert "word word" not in prompt
        await session.run("/db-disable TIDES")
        assert "High water" not in await told(session)
        await session.run("/db-enable tides")
        assert "High water" in await told(session)


async def test_texts_go_with_their_owner_and_along_with_a_branch() -> None:
    async with stage() as session:
        await session.run("/db-add name=c.txt C")
        chat_id = session.chat_id
        assert chat_id is not None
        branch = await session.host.chats.branch(chat_id, 0)
        documents = session.host.documents
        assert [one.name for one in await documents.list([f"chat:{branch.id}"])] == ["c.txt"]
        await session.host.delete_chat(chat_id)
        assert await documents.list([f"chat:{chat_id}"]) == []
        assert len(await documents.list([f"chat:{branch.id}"])) == 1


async def test_limits() -> None:
    async with stage() as session:
        with pytest.raises(TooLarge):
            await session.host.documents.add("global", "big", "x" * (LONGEST + 1))
        with pytest.raises(NotFound, match="no chat"):
            await session.host.documents.add("chat:0123", "lost", "x")
        with pytest.raises(NotFound):
            await session.host.documents.add("moon", "lost", "x")
