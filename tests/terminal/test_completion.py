"""Completion and the signature below the input line."""

from __future__ import annotations

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from stcore.commands import standard_registry
from stcore.commands.services import Services
from stcore.macros import Environment
from stcore.terminal.completion import CommandCompleter, signature
from stcore.terminal.screen import Screen
from stcore.terminal.ui import Question, TerminalUi
from stcore.terminal.wording import width_of

pytestmark = pytest.mark.anyio

REGISTRY = standard_registry()


def ui() -> TerminalUi:
    return TerminalUi(Screen(live=True, colours=False, width=lambda: 80))


async def offers(text: str, asked: TerminalUi | None = None) -> dict[str, str]:
    """What the line becomes with each offer, by the offer's label."""
    completer = CommandCompleter(REGISTRY, Services(Environment()), asked or ui())
    found = completer.get_completions_async(Document(text), CompleteEvent())
    return {offer.display_text: text[: len(text) + offer.start_position] + offer.text async for offer in found}


async def test_commands_arguments_and_values() -> None:
    assert (await offers("/ech"))["/echo"] == "/echo"
    assert (await offers("/pass x | /ech"))["/echo"] == "/pass x | /echo"
    assert (await offers("/echo sev"))["severity="] == "/echo severity="
    assert (await offers("/echo severity=w"))["warning"] == "/echo severity=warning"


async def test_a_message_gets_no_offers() -> None:
    assert await offers("hello /ech") == {}


async def test_a_question_offers_its_choices() -> None:
    asked = ui()
    asked.question = Question(lambda line: line, ("red", "green"))
    assert await offers("g", asked) == {"green": "green"}


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
