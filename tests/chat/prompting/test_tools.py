"""Functions of scripts that a text model calls in its reply."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stcore.errors import ExecutionError
from stcore.testing.servers.openai import Reply
from tests.chat.prompting.conftest import Room

pytestmark = pytest.mark.anyio

WEATHER = (
    '/tools-register name=Weather description="Tells the weather" {more} parameters={{"type":"object","properties":'
    '{{"place":{{"type":"string"}}}},"required":["place"]}} '
    "{{: /setvar key=asked {{{{var::arg.place}}}} | /return Storm in {{{{var::arg.place}}}} :}}"
)


def weather(more: str = "") -> str:
    return WEATHER.format(more=more)


def calls(*arguments: dict[str, Any], name: str = "Weather", text: str = "") -> Reply:
    fragments = [
        {"index": number, "id": f"call_{number}", "function": {"name": name, "arguments": json.dumps(one)}}
        for number, one in enumerate(arguments)
    ]
    return Reply(pieces=(text,) if text else (), tools=(fragments,), finish="tool_calls")


async def prepared(room: Room, more: str = "") -> Room:
    await room.host.texts.set("fake", {"tools": "yes"})
    await room.run(weather(more))
    return room


async def test_the_model_calls_a_function_and_goes_on_with_its_result(room: Room) -> None:
    await prepared(room, "displayName=Weatherman")
    room.fake.queue.extend([calls({"place": "Brest"}, text="Let me look."), Reply(pieces=("A storm is coming.",))])
    await room.session.say("How is it out there?")
    assert (await room.said())[-1] == ("Mira", "Let me look.\n\nA storm is coming.")
    offered = room.fake.bodies[-1]["tools"]
    assert [tool["function"]["name"] for tool in offered] == ["Weather"]
    *_, called, result = room.fake.bodies[-1]["messages"]
    assert called["tool_calls"][0]["function"]["name"] == "Weather"
    assert (result["role"], result["content"]) == ("tool", "Storm in Brest")
    assert await room.run("/getvar asked") == "Brest", "what the closure sets is kept"
    message = (await room.host.chats.messages(room.chat_id))[-1]
    (invocation,) = message.extra["tool_invocations"]
    assert (invocation["displayName"], invocation["result"]) == ("Weatherman", "Storm in Brest")
    assert "Weatherman" in room.ui.toasts[-1].text


async def test_several_calls_at_once_and_one_that_fails(room: Room) -> None:
    await prepared(room)
    await room.run('/tools-register name=Worse description=x parameters={} {: /test pattern="(" x :}')
    room.fake.queue.extend([calls({"place": "A"}, {"place": "B"}), calls({}, name="Worse"), Reply(pieces=("Well.",))])
    await room.session.say("Go on.")
    told = [message["content"] for message in room.fake.bodies[-1]["messages"] if message["role"] == "tool"]
    assert told[:2] == ["Storm in A", "Storm in B"]
    assert told[2].startswith("Error: ")
    assert (await room.said())[-1] == ("Mira", "Well.")


async def test_a_model_that_only_calls_has_to_answer_in_the_end(room: Room) -> None:
    await prepared(room)
    room.fake.queue.extend([calls({"place": "A"})] * 5 + [Reply(pieces=("Enough.",))])
    await room.session.say("Look.")
    assert (await room.said())[-1] == ("Mira", "Enough.")
    assert "tools" in room.fake.bodies[-2]
    assert "tools" not in room.fake.bodies[-1]


async def test_a_stealth_function_ends_the_reply_and_shows_nothing(room: Room) -> None:
    await prepared(room, "stealth=true")
    before = len(room.ui.toasts)
    room.fake.queue.extend([calls({"place": "A"}, text="One moment.")])
    await room.session.say("Look.")
    assert (await room.said())[-1] == ("Mira", "One moment.")
    assert "tool_invocations" not in (await room.host.chats.messages(room.chat_id))[-1].extra
    assert len(room.ui.toasts) == before


async def test_what_decides_about_being_offered_and_says_what_runs(room: Room) -> None:
    await prepared(
        room, "shouldRegister={: /getvar allowed :} formatMessage={: /return Asking about {{var::arg.place}} :}"
    )
    room.answers("No idea.")
    await room.session.say("Look.")
    assert "tools" not in room.fake.bodies[-1]
    await room.run("/setvar key=allowed true")
    room.fake.queue.extend([calls({"place": "A"}), Reply(pieces=("Ah.",))])
    await room.session.say("Look again.")
    assert room.ui.toasts[-1].text == "Asking about A"


async def test_models_that_cannot_call_are_offered_none(room: Room) -> None:
    await prepared(room)
    await room.host.texts.set("fake", {"tools": "no"})
    room.answers("Fine.")
    await room.session.say("Look.")
    assert "tools" not in room.fake.bodies[-1]


async def test_scripts_list_call_and_withdraw_functions(room: Room) -> None:
    await prepared(room)
    assert json.loads(await room.run("/tools-list return=object"))[0]["function"]["description"] == "Tells the weather"
    assert await room.run('/tools-invoke parameters={"place":"Rome"} Weather') == "Storm in Rome"
    room.ui.answers.append(True)
    assert await room.run("/tools-list") == ""
    assert "Weather" in room.ui.shown[-1]
    for wrong in (
        "/tools-invoke parameters=[1] Weather",
        "/tools-register name=X description=x parameters=no {: :}",
        '/tools-register name="no name" description=x parameters={} {: :}',
        "/tools-register name=X parameters={} {: :}",
    ):
        with pytest.raises(ExecutionError):
            await room.run(wrong)
    await room.run("/tools-unregister Weather")
    assert await room.run("/tools-list return=object") == "[]"
