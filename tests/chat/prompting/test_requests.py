"""The exact request that the model gets, for every kind of text (spec/command-semantics.md sections 7 and 14)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stcore.chat.prompting.gather import CONTINUE
from stcore.text.entries import MAIN_ROLE
from tests.chat.prompting.conftest import CARD, Room

pytestmark = pytest.mark.anyio

MAIN = MAIN_ROLE.replace("{{char}}", "Mira").replace("{{user}}", "Ann")
HEAD = (
    f"{MAIN}\n\nAbout Ann:\nA sailor.\n\nAbout Mira:\nMira keeps the lighthouse.\n\nCharacter of Mira: calm\n\n"
    "The situation: A stormy night.\n\nHow Mira talks:\nMira: Mind the step."
)
NIGHT = ("system", "It is night.")
SHORT = ("system", "Keep it short.")


async def test_the_whole_request_of_a_reply(room: Room) -> None:
    room.answers("Mira: Come in.\nAnn: Thanks")
    await room.session.say("It is {{char}}, isn't it?")
    body = room.fake.bodies[-1]
    assert body == {
        "model": "chatty-small",
        "messages": [
            {"role": "system", "content": HEAD},
            {"role": "assistant", "content": "Who is there?"},
            {"role": "system", "content": "It is night."},
            {"role": "user", "content": "It is Mira, isn't it?"},
            {"role": "system", "content": "Keep it short."},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    # The own name is taken off, and the reply ends where it begins to speak for the user.
    assert (await room.said())[-1] == ("Mira", "Come in.")


async def test_injections_and_the_note_stand_in_their_places(room: Room) -> None:
    await room.run("/inject id=b position=before first {{user}}")
    await room.run("/inject id=z position=after last || /inject id=y position=after next to last")
    await room.run("/inject id=c position=chat depth=0 role=user psst")
    await room.run("/inject id=n position=none nowhere")
    await room.run("/note Be brief. || /note-depth 1 || /note-role assistant")
    room.answers("Yes?")
    await room.session.say("Hello")
    head, *rest = room.asked
    assert head == ("system", HEAD.replace(MAIN, f"first Ann\n\n{MAIN}\n\nnext to last\nlast"))
    assert rest == [
        ("assistant", "Who is there?"),
        NIGHT,
        ("assistant", "Be brief."),
        ("user", "Hello"),
        ("user", "psst"),
        SHORT,
    ]


@pytest.mark.parametrize("position", ["before", "after", "chat"])
async def test_a_filter_decides_each_time_also_between_the_messages(room: Room, position: str) -> None:
    await room.run(
        f"/inject id=f position={position} depth=0 filter={{: /test pattern=dark {{{{lastMessage}}}} :}} lamp"
    )
    for words, there in (("It is dark", True), ("It is bright", False)):
        room.answers("Yes.")
        await room.session.say(words)
        assert any("lamp" in text for _, text in room.asked) is there
    assert not room.ui.errors


async def test_a_filter_that_fails_keeps_its_text_out_and_is_told(room: Room) -> None:
    await room.run("/inject id=f filter={: /var nothing :} lamp")
    room.answers("Yes.")
    await room.session.say("Hello")
    assert not any("lamp" in text for _, text in room.asked)
    assert "nothing" in room.ui.errors[0].message


async def test_an_ephemeral_injection_is_there_once(room: Room) -> None:
    await room.run("/inject id=once ephemeral=true psst || /inject id=kept aloud")
    room.answers("One.", "Two.")
    assert await room.run("/gen count") == "One."
    assert "aloud\npsst" in room.asked[0][1]
    assert await room.run("/listinjects return=object") == (
        '{"kept":{"value":"aloud","position":0,"depth":4,"scan":false,"role":0,"filter":null}}'
    )
    await room.run("/gen count")
    assert "psst" not in room.asked[0][1]


async def test_a_note_is_told_every_so_often(room: Room) -> None:
    await room.run("/note Mind the time. || /note-frequency 2 || /note-position before")
    told = []
    for number in range(4):
        room.answers("Yes.")
        await room.session.say(f"message {number}")
        told.append(any("Mind the time." in text for _, text in room.asked))
    assert told == [False, True, False, True]


async def test_gen_asks_behind_the_chat_and_stores_nothing(room: Room) -> None:
    room.answers("<think>Who speaks?</think>Mira: Hi there.\nAnn: bye")
    before = await room.said()
    assert await room.run('/gen length=33 stop=["x","\\n\\n"] What now?') == "Hi there."
    body = room.fake.bodies[-1]
    assert (body["max_tokens"], body["stop"]) == (33, ["x", "\n\n"])
    assert room.asked[-2:] == [SHORT, ("system", "What now?")]
    assert await room.said() == before
    assert room.session.surroundings.facts.last_generation == "quiet"
    room.answers("", "It rained. The road was")
    assert await room.run("/gen nothing") == ""
    assert not room.ui.errors
    assert await room.run("/gen trim=on weather") == "It rained."


async def test_genraw_sends_what_it_is_given_and_no_more(room: Room) -> None:
    room.answers("Mira: Hi there.\nAnn: bye", "Mira: Hi there.\nAnn: bye")
    await room.run("/setvar key=mine Be nice")
    script = 'system=mine prefill="Sure" length=12 stop=["END"] hello'
    assert await room.run(f"/genraw {script}") == "Hi there."
    body = room.fake.bodies[-1]
    assert room.asked == [("system", "Be nice"), ("user", "hello"), ("assistant", "Sure")]
    assert (body["max_tokens"], body["stop"]) == (12, ["END"])
    assert await room.run("/genraw trim=off hello") == "Hi there.\nAnn: bye"
    assert await room.run("/genraw") == ""
    assert len(room.fake.bodies) == 2
    room.answers("")
    assert await room.run("/genraw hello") == ""
    assert [toast.level for toast in room.ui.toasts] == ["error"]


async def test_a_failure_of_the_model_is_shown_and_the_script_goes_on(room: Room) -> None:
    from stcore.testing.servers.openai import Fault

    for command in ("/gen hello", "/genraw hello", "/sysgen hello", "/trigger await=true"):
        room.fake.queue.append(Fault(401, {"error": {"message": "bad key"}}))
        assert await room.run(f"{command} | /echo after") == "after"
    assert [error.kind for error in room.ui.errors] == ["auth"] * 4


async def test_continue_goes_on_in_the_same_message(room: Room) -> None:
    room.answers("and so the night", "went on.", reasoning="hm")
    await room.session.say("Tell me.")
    await room.run("/continue await=true Mention the rain.")
    assert room.asked[-2:] == [("system", CONTINUE), ("system", "Mention the rain.")]
    assert room.asked[-5] == NIGHT
    assert room.asked[-4] == ("assistant", "and so the night")
    assert (await room.said())[-1] == ("Mira", "and so the night went on.")
    [message] = await room.host.chats.messages(room.chat_id, limit=1)
    assert message.extra["reasoning"] == "hm\nhm"


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (" falls.", "Rain falls."),
        ("falls.", "Rain falls."),
        (", again.", "Rain, again."),
        ("\n\nSun.", "Rain\n\nSun."),
        ("Mira: falls.", "Rain falls."),
        ("Rain falls.", "Rain falls."),
    ],
)
async def test_what_goes_on_is_joined_as_it_was_meant(room: Room, more: str, text: str) -> None:
    room.answers("Rain", more)
    await room.run("/trigger await=true || /continue await=true")
    assert (await room.said())[-1] == ("Mira", text)


async def test_regenerate_replaces_and_swipe_adds(room: Room) -> None:
    room.answers("one", "two", "three")
    await room.session.say("Hello")
    await room.run("/regenerate await=true")
    assert await room.said() == [("Mira", "Who is there?"), ("Ann", "Hello"), ("Mira", "two")]
    assert room.asked[-2] == ("user", "Hello")
    await room.run("/swipe await=true")
    [message] = await room.host.chats.messages(room.chat_id, limit=1)
    assert (message.text, message.swipe, message.swipes) == ("three", 1, 2)
    assert room.asked[-2] == ("user", "Hello")
    await room.run("/swipe direction=left await=true || /swipe direction=left await=true")
    assert (await room.said())[-1] == ("Mira", "three")


async def test_a_regeneration_that_fails_keeps_the_old_reply(room: Room) -> None:
    from stcore.testing.servers.openai import Fault

    room.answers("one")
    await room.session.say("Hello")
    room.fake.queue.append(Fault(401, {"error": {"message": "bad key"}}))
    await room.run("/regenerate await=true")
    assert (await room.said())[-1] == ("Mira", "one")


async def test_impersonate_writes_into_the_message_box(room: Room) -> None:
    room.answers("Ann: I am wet.\nMira: Come in!")
    await room.run("/impersonate await=true Be polite.")
    assert room.ui.input == "I am wet."
    assert len(await room.said()) == 1
    assert room.asked[-1] == ("system", "Be polite.")
    assert "as Mira" not in room.asked[-2][1]
    assert "next message of Ann" in room.asked[-2][1]


async def test_without_await_the_script_goes_on_at_once(room: Room) -> None:
    room.answers("late")
    assert await room.run("/trigger | /messages {{lastMessageId}}") == "Mira: Who is there?"
    assert await room.host.generations.free(room.chat_id, 5)
    assert (await room.said())[-1] == ("Mira", "late")


async def test_one_text_at_a_time_and_the_next_waits(room: Room) -> None:
    room.answers("first", "second")
    await room.run("/trigger || /trigger await=true")
    assert [text for _, text in await room.said()] == ["Who is there?", "first", "second"]
    assert not room.ui.errors


async def test_a_stop_ends_what_is_written_and_keeps_its_words(room: Room) -> None:
    room.answers("half a", wait=True)
    await room.run("/trigger")
    while not room.fake.bodies:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert await room.run("/stop") == "true"
    assert await room.host.generations.free(room.chat_id, 5)
    [message] = await room.host.chats.messages(room.chat_id, limit=1)
    assert (message.text, message.extra["cut_off"]) == ("half a", True)
    assert await room.run("/stop") == "false"


async def test_a_gen_that_is_stopped_gives_nothing_and_the_script_goes_on(room: Room) -> None:
    room.answers("half a", wait=True)
    running = asyncio.ensure_future(room.run("/gen hello | /pass [{{pipe}}]"))
    while not room.fake.bodies:
        await asyncio.sleep(0.01)
    assert room.host.generations.stop(room.chat_id)
    assert await running == "[]"
    assert not room.ui.errors


async def test_ask_lets_somebody_else_answer(room: Room) -> None:
    await room.host.characters.create("Bo", {"description": "A baker."})
    room.answers("Bread?")
    assert await room.run("/ask name=bo Hungry?") == "Bread?"
    assert await room.said() == [("Mira", "Who is there?"), ("Ann", "Hungry?"), ("Bo", "Bread?")]
    assert "About Bo:\nA baker." in room.asked[0][1]
    assert room.asked[1:] == [("assistant", "Mira: Who is there?"), ("user", "Hungry?")]
    room.answers("Cake?")
    await room.run("/regenerate await=true")
    assert (await room.said())[-1] == ("Bo", "Cake?")
    assert "About Bo:\nA baker." in room.asked[0][1]
    assert await room.run("/ask name=Nobody Hungry?") == ""
    assert await room.run("/ask Hungry?") == ""
    assert len(await room.said()) == 3


async def test_sysgen_is_a_message_of_the_narrator(room: Room) -> None:
    room.answers("Rain falls. The")
    assert await room.run("/sysgen trim=true name=Teller at=0 return=pipe weather") == "Rain falls."
    message = (await room.host.chats.messages(room.chat_id))[0]
    assert (message.role, message.name, message.text) == ("system", "Teller", "Rain falls.")


async def test_thoughts_are_kept_beside_the_reply(room: Room) -> None:
    await room.run("/reasoning-template brackets")
    room.answers("[THINK]A knock.[/THINK]Come in.")
    await room.session.say("Knock")
    [message] = await room.host.chats.messages(room.chat_id, limit=1)
    assert (message.text, message.extra["reasoning"], message.extra["model"]) == (
        "Come in.",
        "A knock.",
        "chatty-small",
    )
    assert await room.run("/reasoning-get") == "A knock."


async def test_a_reply_starts_as_it_was_told(room: Room) -> None:
    await room.run("/start-reply-with Well,")
    for answer in ("of course.", " of course.", "Well, of course."):
        room.answers(answer)
        await room.session.say("May I?")
        assert room.asked[-1] == ("assistant", "Well,")
        assert (await room.said())[-1] == ("Mira", "Well, of course.")


async def test_presets_change_the_request(room: Room) -> None:
    await room.host.presets.add(
        {
            "temperature": 0.7,
            "openai_max_tokens": 120,
            "frequency_penalty": 0.5,
            "top_k": 0,
            "prompts": [
                {"identifier": "main", "name": "Main", "content": "Play {{char}}.", "role": "system"},
                {"identifier": "charDescription", "name": "Char", "marker": True},
                {"identifier": "chatHistory", "name": "Chat", "marker": True},
                {"identifier": "deep", "content": "Remember.", "injection_position": 1, "injection_depth": 1},
                {"identifier": "own", "content": "Go on.", "role": "user"},
            ],
            "prompt_order": [
                {
                    "character_id": 100001,
                    "order": [
                        {"identifier": name, "enabled": name != "own"}
                        for name in ("main", "charDescription", "chatHistory", "deep", "own")
                    ],
                }
            ],
        },
        "Mine",
    )
    assert await room.run("/preset min") == "Mine"
    await room.run('/stop-strings ["END"]')
    room.answers("Yes. END of it")
    await room.session.say("Hello")
    body = room.fake.bodies[-1]
    assert room.asked == [
        ("system", "Play Mira.\n\nAbout Mira:\nMira keeps the lighthouse."),
        ("assistant", "Who is there?"),
        ("system", "Remember.\nIt is night."),
        ("user", "Hello"),
    ]
    assert {"temperature": 0.7, "max_tokens": 120, "frequency_penalty": 0.5, "stop": ["END"]}.items() <= body.items()
    assert "top_k" not in body
    assert (await room.said())[-1] == ("Mira", "Yes.")
    await room.run("/setpromptentry identifier=own on | /setpromptentry name=Char off")
    room.answers("Yes.")
    await room.run("/gen hello")
    assert room.asked[0] == ("system", "Play Mira.")
    assert room.asked[-2:] == [("user", "Go on."), ("system", "hello")]


async def test_a_system_prompt_replaces_ours_and_the_card_replaces_it(room: Room) -> None:
    await room.host.presets.save("sysprompt", "Rhyme", {"content": "Rhyme, {{char}}.", "post_history": "Now rhyme."})
    await room.run("/sysprompt rhyme")
    room.answers("Yes.", "Yes.")
    await room.run("/gen hello")
    assert room.asked[0][1].startswith("Rhyme, Mira.\n\nAbout Ann")
    assert room.asked[-2] == SHORT
    [mira] = await room.host.characters.find("Mira")
    changes = {"system_prompt": "{{original}} In Latin.", "post_history_instructions": ""}
    await room.host.characters.update(mira.id, changes)
    await room.run("/gen hello")
    assert room.asked[0][1].startswith("Rhyme, Mira. In Latin.\n\nAbout Ann")
    assert room.asked[-2] == ("system", "Now rhyme.")


@pytest.mark.parametrize(
    ("mode", "roles"),
    [
        ("merge", ["system", "assistant", "system", "user", "system"]),
        ("semi", ["system", "assistant", "user"]),
        ("strict", ["system", "user", "assistant", "user"]),
        ("single", ["user"]),
    ],
)
async def test_post_processing_is_for_particular_servers(room: Room, mode: str, roles: list[str]) -> None:
    await room.run(f"/prompt-post-processing {mode}")
    room.answers("Yes.")
    await room.session.say("Hello")
    assert [role for role, _ in room.asked] == roles
    everything = "\n\n".join(text for _, text in room.asked)
    assert all(text in everything for text in (HEAD, "Who is there?", "It is night.", "Hello", "Keep it short."))


async def test_only_the_history_that_fits_is_read(room: Room, monkeypatch: Any) -> None:
    from stcore.chat.records import NewMessage

    for number in range(300):
        await room.host.chats.append(room.chat_id, NewMessage("user", "Ann", f"message number {number}"))
    read: list[int] = []
    messages = room.host.chats.messages

    async def counted(chat_id: str, before: int | None = None, limit: int = 60) -> Any:
        found = await messages(chat_id, before, limit)
        read.append(len(found))
        return found

    monkeypatch.setattr(room.host.chats, "messages", counted)
    await room.host.presets.save("preset", "Small", {"context_tokens": 700})
    await room.run("/preset Small")
    room.answers("Yes.")
    await room.run("/gen hello")
    assert sum(read) <= 120
    first = int(room.asked[1][1].rsplit(" ", 1)[1])
    assert await room.run("/pass {{firstIncludedMessageId}} {{lastGenerationType}}") == f"{first + 1} quiet"


async def test_world_info_stands_around_the_character_and_in_outlets(room: Room) -> None:
    await room.run('/createentry file=Sea key=storm "The sea is wild." | /setvar key=uid')
    await room.run("/world state=on Sea")
    await room.run("/inject id=key position=none scan=true storm")
    room.answers("Yes.")
    await room.run("/gen hello")
    assert f"{MAIN}\n\nThe sea is wild.\n\nAbout Ann" in room.asked[0][1]


async def test_the_prompt_can_be_looked_at_without_being_sent(room: Room) -> None:
    from stcore.chat.prompting.itemise import itemise
    from stcore.chat.prompting.scene import Wanted

    await room.run("/inject id=mood be kind || /inject id=once ephemeral=true psst")
    seen = await itemise(room.session, Wanted("continue", "More rain."))
    assert [part["source"] for part in seen["parts"]] == [
        *("main", "injection:mood", "injection:once", "personaDescription", "charDescription", "charPersonality"),
        *("scenario", "dialogueExamples", "character-note", "history", "jailbreak", "continue", "instruction"),
    ]
    assert seen["tokens"] == sum(part["tokens"] for part in seen["parts"]) < seen["budget"]
    assert (seen["connection"], seen["model"], seen["first_included"]) == ("fake", "chatty-small", 0)
    assert not room.fake.bodies
    assert "once" in await room.run("/listinjects return=object")
    assert room.session.surroundings.facts.last_generation == ""
    room.answers("Yes.")
    await room.run("/continue await=true More rain.")
    assert seen["messages"] == room.fake.bodies[-1]["messages"]


async def test_a_card_without_texts_leaves_no_empty_headings(room: Room) -> None:
    [mira] = await room.host.characters.find("Mira")
    await room.host.characters.update(mira.id, dict.fromkeys(CARD, "") | {"depth_prompt_depth": 4})
    await room.run("/persona-set Nobody")
    room.answers("Yes.")
    await room.run("/gen hello")
    assert [text for _, text in room.asked] == [MAIN.replace("Ann", "Nobody"), "Who is there?", "hello"]
