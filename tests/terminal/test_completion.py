"""Completion, and the line below the input that explains the command or macro at the cursor."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from stcore.chat.session import Session
from stcore.commands import standard_registry
from stcore.host import Host
from stcore.terminal.completion import BottomLine, TypingCompleter, signature
from stcore.terminal.screen import Screen
from stcore.terminal.ui import Question, TerminalUi
from stcore.terminal.wording import width_of

pytestmark = pytest.mark.anyio

REGISTRY = standard_registry()


def ui() -> TerminalUi:
    return TerminalUi(Screen(live=True, colours=False, width=lambda: 80))


@pytest.fixture
async def session(tmp_path: Path) -> AsyncIterator[Session]:
    async with Host.open(tmp_path, face="once") as host:
        session = await host.session((await host.chats.create()).id)
        await session.run("/setvar key=mood happy | /setvar key=weather rain")
        yield session


async def offers(session: Session, text: str, asked: TerminalUi | None = None) -> dict[str, str]:
    """What the line becomes with each offer, by the offer's label."""
    return {label: line for label, line, _ in await explained(session, text, asked)}


async def explained(session: Session, text: str, asked: TerminalUi | None = None) -> list[tuple[str, str, str]]:
    """Each offer: its label, what the line becomes with it, and what stands beside it."""
    completer = TypingCompleter(session, asked or ui())
    found = completer.get_completions_async(Document(text), CompleteEvent())
    return [
        (offer.display_text, text[: len(text) + offer.start_position] + offer.text, offer.display_meta_text)
        async for offer in found
    ]


async def test_commands_arguments_and_values(session: Session) -> None:
    assert (await offers(session, "/ech"))["/echo"] == "/echo"
    assert (await offers(session, "/pass x | /ech"))["/echo"] == "/pass x | /echo"
    assert (await offers(session, "/echo sev"))["severity="] == "/echo severity="
    assert (await offers(session, "/echo severity=w"))["warning"] == "/echo severity=warning"


async def test_a_message_without_macros_gets_no_offers(session: Session) -> None:
    assert await offers(session, "hello /ech") == {}


async def test_macros_are_offered_in_messages_with_what_they_give_now(session: Session) -> None:
    [first, *_] = await explained(session, "I am {{use")
    assert first == ("{{user}}", "I am {{user}}", "User · The name of the user.")
    assert (await offers(session, "so {{.mo"))[".mood"] == "so {{.mood"
    assert (await offers(session, "{{getvar::we"))[".weather"] == "{{getvar::weather"
    assert (await offers(session, "{{if .mood}}a{{"))["{{/if}}"] == "{{if .mood}}a{{/if}}"


async def test_macros_are_offered_in_scripts(session: Session) -> None:
    assert (await offers(session, "/let fruit plum | /echo {{var::fr"))[
        "fruit"
    ] == "/let fruit plum | /echo {{var::fruit"
    assert (await offers(session, "/echo {{pip"))["{{pipe}}"] == "/echo {{pipe}}"


async def test_a_question_offers_its_choices(session: Session) -> None:
    asked = ui()
    asked.question = Question(lambda line: line, ("red", "green"))
    assert await offers(session, "g", asked) == {"green": "green"}


def below(session: Session, text: str, width: int = 120) -> str:
    """The line below the input with the cursor at ``^``, or at the end."""
    before, _, after = text.partition("^")
    return "".join(part for _, part in BottomLine(session).say(before + after, len(before), width))


async def test_the_line_explains_macros_and_tells_what_they_give(session: Session) -> None:
    assert below(session, "I am {{user") == "{{user}} → User - The name of the user."
    assert below(session, "{{.mood^}} x") == "{{.mood}} → happy - Its value."
    assert below(session, "{{getvar::mood").startswith("{{getvar::name}} → happy - The name of the variable")
    assert below(session, "{{user::x") == "{{user}} - user takes no arguments."
    assert below(session, "/echo {{.mood}} {{user^").startswith("{{user}} → User")
    assert below(session, "/let x 1 | /echo {{var::x").startswith("{{var::name::[index]}} - The name of the variable")
    assert below(session, "plain words") == ""
    marked = BottomLine(session).say("{{setvar::mood::sad", 19, 120)
    assert ("bold underline", "::value") in marked


async def test_the_line_tells_what_is_wrong_elsewhere(session: Session) -> None:
    assert below(session, "{{usr}} and more") == "There is no macro usr. Did you mean {{user}}?"
    assert below(session, "{{usr") == ""
    assert below(session, "/echo {{usr}} | /pass {{user^").startswith("{{user}}")
    assert below(session, "/echo {{usr}} | /pass b^").startswith("There is no macro usr.")


async def test_the_line_follows_the_cursor(session: Session) -> None:
    line = BottomLine(session)
    text = "{{user}} {{char}}"
    said = ["".join(part for _, part in line.say(text, caret, 80)) for caret in (4, 13, 4)]
    assert said[0].startswith("{{user}}")
    assert said[1].startswith("{{char}}")
    assert said[2] == said[0]


@pytest.mark.parametrize("width", [10, 20, 40, 80])
@pytest.mark.parametrize("text", ["{{setvar::mood::x", "{{user", "{{.mood", "{{usr}} x", "{{user::🎲"])
async def test_the_line_fits(session: Session, text: str, width: int) -> None:
    assert width_of(below(session, text, width)) <= width


def shown(text: str, width: int = 100) -> str:
    return "".join(part for _, part in signature(text, len(text), REGISTRY, width))


def test_the_signature_explains_command_and_argument() -> None:
    assert shown("/echo ").startswith("/echo title= severity=")
    assert shown("/echo ").endswith("- Show a short notice.")
    assert shown("/echo severity=").endswith("- kind of notice")
    assert ("bold underline", " severity=") in signature("/echo severity=", 15, REGISTRY, 100)
    assert shown("/nosuch x") == ""
    assert shown("hello") == ""


@pytest.mark.parametrize("width", [10, 20, 40, 80, 200])
@pytest.mark.parametrize("text", ["/echo ", "/imagine seed=", "/imagine upscaler=", "/if "])
def test_the_signature_fits(text: str, width: int) -> None:
    assert width_of(shown(text, width)) <= max(width, width_of(f"{text.split()[0]} upscaler= … …"))
