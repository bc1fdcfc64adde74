"""The commands of world info on a real host."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from stcore.chat.session import Session
from stcore.errors import ExecutionError
from stcore.testing.memory import MemoryUi
from stcore.testing.stage import stage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    async with stage() as session:
        yield session


def warnings(session: Session) -> list[str]:
    assert isinstance(session.ui, MemoryUi)
    return [toast.text for toast in session.ui.toasts if toast.level in ("warning", "error")]


async def pipe(session: Session, script: str) -> str:
    return (await session.run(script)).text


async def test_several_books_are_switched_at_once(session: Session) -> None:
    await pipe(session, "/createentry file=A || /createentry file=B || /createentry file=C")
    assert await pipe(session, "/world a, nowhere, B || /getglobalbooks") == '["A","B"]'
    assert warnings(session) == ["There is no lorebook “nowhere”."]
    assert await pipe(session, "/world state=toggle a,c || /getglobalbooks") == '["B","C"]'
    assert await pipe(session, "/world state=off b || /getglobalbooks") == '["C"]'
    assert await pipe(session, "/world || /getglobalbooks") == "[]"


async def test_books_are_made_where_they_are_missing(session: Session) -> None:
    assert await pipe(session, "/getchatbook") == "Chat Book Character"
    assert await pipe(session, "/getchatlore") == "Chat Book Character"
    assert await pipe(session, "/getcharbook") == ""
    assert await pipe(session, "/getcharbook create=true Character") == "Character Book Character"
    assert await pipe(session, "/getcharwi type=additional create=true name=X") == '["X (1)"]'
    assert await pipe(session, "/getcharbook type=all") == '["Character Book Character","X (1)"]'
    with pytest.raises(ExecutionError, match="already"):
        await session.run('/getpersonabook create=true name="X (1)" || /getcharbook type=primary')
        await session.run('/persona-create name=Mira | /persona-set Mira | /getpersonabook create=true name="X (1)"')


async def test_an_unknown_character_is_a_notice(session: Session) -> None:
    assert await pipe(session, "/getcharbook Nobody") == ""
    assert warnings(session) == ["There is no character “Nobody”."]


@pytest.mark.parametrize(
    "script",
    [
        "/findentry file=Nope x",
        "/findentry file=Town field=nope x",
        "/getentryfield file=Town 9",
        "/getentryfield file=Town x",
        "/getentryfield file=Town field=nope 0",
        "/setentryfield file=Town uid=9 x",
        "/setentryfield file=Town uid=0 field=order many",
        "/wi-set-timed-effect file=Town uid=0 effect=sticky on",
        "/wi-set-timed-effect file=Town uid=0 effect=sticky perhaps",
        "/wi-get-timed-effect file=Nope effect=sticky 0",
        "/wi-get-timed-effect file=Town 0",
        "/createentry text",
    ],
)
async def test_what_is_not_there_is_a_warning_and_an_empty_pipe(session: Session, script: str) -> None:
    await pipe(session, "/createentry file=Town key=mill text")
    assert await pipe(session, script) == ""
    assert len(warnings(session)) == 1


async def test_fields_go_in_and_out(session: Session) -> None:
    await pipe(session, "/createentry file=Town key=mill text")
    for field, written, read in (
        ("content", "Says {{user}} \\{ ok", "Says User { ok"),
        ("keysecondary", '["a,b","c"]', '["a,b","c"]'),
        ("disable", "on", "true"),
        ("scanDepth", "7", "7"),
        ("characterFilterNames", "Ada, Bob", '["Ada","Bob"]'),
        ("outletName", "place", "place"),
    ):
        await pipe(session, f"/setentryfield file=town uid=0 field={field} {written}")
        assert await pipe(session, f"/getentryfield file=Town field={field} 0") == read
    assert await pipe(session, "/getentryfield file=Town field=comment 0") == "mill"
    assert await pipe(session, "/getentryfield file=Town field=sticky 0") == ""


async def test_the_best_entry_is_found(session: Session) -> None:
    await pipe(session, "/createentry file=Town key=windmill a || /createentry file=Town key=mill b")
    assert await pipe(session, "/findentry file=Town mill") == "1"
    assert await pipe(session, "/findentry file=Town windmil") == "0"
    assert (
        await pipe(session, "/setentryfield file=Town uid=1 field=constant on || /findlore file=Town field=constant 1")
        == "1"
    )


async def test_effects_run_for_as_long_as_the_entry_says(session: Session) -> None:
    await pipe(session, "/createentry file=Town key=mill text || /setentryfield file=Town uid=0 field=cooldown 2")
    read = "/wi-get-timed-effect file=Town effect=cooldown format=number 0"
    turn = "/wi-set-timed-effect file=Town uid=0 effect=cooldown "
    assert await pipe(session, turn + "toggle || " + read) == "2"
    assert await pipe(session, "/send one || " + read) == "1"
    assert await pipe(session, "/wi-get-timed-effect file=Town effect=cooldown 0") == "true"
    assert await pipe(session, turn + "toggle || " + read) == "0"
    assert await pipe(session, turn + "on || " + turn + "off || " + read) == "0"


async def test_completion_offers_books(session: Session) -> None:
    from stcore.commands.completion import complete

    await pipe(session, "/createentry file=Town key=mill text || /world silent=true Town")
    registry = session.host.interpreter.registry
    text = "/getentryfield file="
    found = await complete(text, len(text), registry, session.services)
    assert "Town" in [item.label for item in found.items]
