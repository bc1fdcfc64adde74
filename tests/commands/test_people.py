"""Characters, tags and personas in scripts, on a real host (spec/command-semantics.md section 17)."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from stcore.chat.session import Session
from stcore.commands.completion import complete
from stcore.testing.memory import MemoryUi
from stcore.testing.stage import stage

pytestmark = pytest.mark.anyio


async def run(session: Session, script: str) -> str:
    return (await session.run(script)).text


def ui_of(session: Session) -> MemoryUi:
    assert isinstance(session.ui, MemoryUi)
    return session.ui


def warnings(session: Session) -> list[str]:
    return [toast.text for toast in ui_of(session).toasts if toast.level == "warning"]


async def speakers(session: Session) -> list[str]:
    return [message.name for message in await session.host.chats.messages(session.chat_id or "")]


# -- finding ---------------------------------------------------------------------------------------------------------


async def test_the_current_one_wins_when_several_have_the_name() -> None:
    async with stage() as session:
        await run(session, "/char-create name=Alice select=false || /char-create name=Alice")
        assert await run(session, "/char-find alice") == "Alice1.png"
        assert await run(session, "/char-find preferCurrent=false alice") == "Alice.png"
        assert await run(session, "/char-find Alice.png") == "Alice.png"
        assert len(warnings(session)) == 2
        assert await run(session, "/char-find quiet=true alice") == "Alice1.png"
        assert len(warnings(session)) == 2


async def test_all_tags_must_be_there() -> None:
    async with stage() as session:
        await run(
            session, "/char-create name=Alice select=false || /tag-add name=alice hero || /tag-add name=alice old"
        )
        assert await run(session, "/char-find tag=HERO tag=old Alice") == "Alice.png"
        assert await run(session, "/char-find tag=hero tag=young Alice") == ""


# -- making and changing ---------------------------------------------------------------------------------------------


async def test_every_argument_of_char_create_arrives_in_the_card() -> None:
    async with stage() as session:
        script = (
            "/char-create name=Bo description=d firstMessage=f personality=p scenario=s messageExamples=m "
            'creatorNotes=n systemPrompt=sp postHistoryInstructions=ph creator=c characterVersion=1.2 tags="a, b" '
            "favorite=true talkativeness=0.8 world=Sea depthPrompt=dp depthPromptDepth=2 depthPromptRole=user "
            "select=false"
        )
        assert await run(session, script) == "Bo.png"
        [bo] = await session.host.characters.find("Bo")
        expected = {
            "name": "Bo",
            "description": "d",
            "first_mes": "f",
            "personality": "p",
            "scenario": "s",
            "mes_example": "m",
            "creator_notes": "n",
            "system_prompt": "sp",
            "post_history_instructions": "ph",
            "creator": "c",
            "character_version": "1.2",
            "tags": ["a", "b"],
            "fav": True,
            "talkativeness": 0.8,
            "world": "Sea",
            "depth_prompt": "dp",
            "depth_prompt_depth": 2,
            "depth_prompt_role": "user",
        }
        assert {name: bo.field(name) for name in expected} == expected
        record = json.loads(await run(session, "/char-get char=Bo return=object"))
        assert (record["avatar"], record["tags"], record["fav"]) == ("Bo.png", ["a", "b"], True)
        assert json.loads(await run(session, "/char-get char=Bo")) == record
        assert await run(session, "/char-get char=Bo field=talkativeness") == "0.8"


async def test_values_that_cannot_be_are_left_out_with_a_warning() -> None:
    async with stage() as session:
        script = "/char-create name=Bo talkativeness=loud depthPromptRole=king depthPromptDepth=-1 select=false"
        assert await run(session, script) == "Bo.png"
        assert len(warnings(session)) == 3


async def test_pictures_come_from_imagine_and_from_data_addresses_but_not_from_elsewhere() -> None:
    target = BytesIO()
    Image.new("RGB", (8, 8), "navy").save(target, "PNG")
    data = "data:image/png;base64," + base64.b64encode(target.getvalue()).decode()
    async with stage() as session:
        made = await run(session, "/imagine quiet=true a lighthouse")
        await run(session, '/imagine quiet=true z | /char-create name=P avatar="{{pipe}}" select=false')
        await run(session, f'/char-create name=Q avatar="{data}" select=false')
        await run(session, f"/persona-create name=Kim avatar={json.dumps(made)}")
        host = session.host
        worn = [await host.characters.avatar((await host.characters.find(name))[0]) for name in "PQ"]
        assert worn[0] is not None
        assert worn[1] == target.getvalue()
        assert (await host.personas.find("Kim"))[0].avatar_id is not None
        assert warnings(session) == []
        assert await run(session, "/char-create name=R avatar=https://example.org/x.png select=false") == "R.png"
        assert await run(session, "/char-update char=R avatar=/etc/passwd") == "R.png"
        assert [text.split(":")[0] for text in warnings(session)] == ["The picture was not taken"] * 2


async def test_updates_reach_macros_of_the_same_script() -> None:
    async with stage() as session:
        assert await run(session, '/char-update description="tall" || /pass {{description}}') == "tall"
        assert await run(session, "/char-update char=Nobody name=x") == ""
        assert await run(session, "/char-update talkativeness=0 || /char-get field=talkativeness") == "0"


async def test_renaming_takes_the_key_along_and_old_messages_when_told() -> None:
    async with stage() as session:
        assert await run(session, "/rename-char Alicia || /char-find") == "Alicia.png"
        assert await speakers(session) == ["Character"]
        assert await run(session, "/rename-char chats=true Alma || /pass {{char}}") == "Alma"
        assert await speakers(session) == ["Character"], "what another name said stays"
    async with stage(["Alicia", True]) as session:
        assert await run(session, "/rename-char silent=false") == "true"
        assert await speakers(session) == ["Alicia"]


async def test_deleting_asks_first_and_closes_the_chat() -> None:
    async with stage([False, True]) as session:
        chat_id = session.chat_id
        assert await run(session, "/char-delete") == "false"
        assert session.chat_id == chat_id
        assert await run(session, "/char-delete deleteChats=true") == "true"
        assert session.chat_id is None
        assert ui_of(session).opened == [None]
        assert list(await session.host.chats.list()) == []


# -- going there -----------------------------------------------------------------------------------------------------


async def test_go_opens_the_last_chat_and_the_script_goes_on_there() -> None:
    async with stage() as session:
        first = session.chat_id
        await run(session, '/char-create name=Alice firstMessage="Hello, {{user}}." select=false')
        assert await run(session, "/go alice || /send hi || /pass {{char}}: {{lastMessage}}") == "Alice: hi"
        second = session.chat_id
        assert await speakers(session) == ["Alice", "User"]
        assert await run(session, "/go character.png") == ""
        assert await run(session, "/go Character.png") == "Character"
        assert session.chat_id == first
        await run(session, "/char Alice")
        assert session.chat_id == second
        assert ui_of(session).opened == [second, first, second]


async def test_go_finds_groups_by_name() -> None:
    async with stage() as session:
        host = session.host
        members = [await host.characters.create(name, {"first_mes": f"I am {name}."}) for name in ("Ann", "Ben")]
        group = await host.groups.create("The Crew", [member.id for member in members])
        assert await run(session, "/go the crew") == "The Crew"
        assert (await host.chats.get(session.chat_id or "")).group_id == group.id
        assert await run(session, "/tag-add sailors || /tag-list") == "sailors"
        assert await run(session, "/tag-list name=Ann") == ""
        assert await run(session, "/char-find") == "Ann.png", "the first of the members"


async def test_random_goes_to_one_that_carries_the_tag() -> None:
    async with stage() as session:
        await run(session, "/char-create name=Ann select=false || /tag-add name=Ann sailor")
        await run(session, "/char-create name=Ben select=false || /tag-add name=Ben tailor")
        assert await run(session, "/random sail") == "Ann"
        assert await run(session, "/random tail") == "Ben"
        assert await run(session, "/random ailor") in ("Ann", "Ben")


async def test_tags_are_chosen_by_the_person() -> None:
    async with stage([["b"]]) as session:
        await run(session, '/char-update tags="a, b, c" || /tag-add a')
        assert await run(session, "/tag-import mode=ask || /tag-list") == "a, b"


# -- personas --------------------------------------------------------------------------------------------------------


async def test_a_persona_has_a_key_of_time_and_letters() -> None:
    async with stage() as session:
        key = await run(
            session, '/persona-create name="Mira of the Sea" descriptionPosition=atDepth descriptionRole=user'
        )
        moment, _, letters = key.partition("-")
        assert moment.isdigit()
        assert letters == "MiraoftheSea.png"
        record: dict[str, Any] = json.loads(await run(session, "/persona-get"))
        assert list(record) == [
            *("avatar", "name", "description", "title", "position", "depth", "role", "lorebook", "default"),
            "connections",
        ]
        assert (record["position"], record["role"], record["avatar"]) == (4, 1, key)


async def test_a_persona_speaks_from_the_next_command_on() -> None:
    async with stage() as session:
        script = '/send one || /persona-create name=Mira description="at sea" || /send two || /name Kim || /send three'
        await run(session, script)
        assert await speakers(session) == ["Character", "User", "Mira", "Kim"]
        assert await run(session, "/pass [{{persona}}]") == "[]"
        assert await run(session, "/persona mira || /pass {{user}} {{persona}}") == "Mira at sea"


async def test_what_was_taken_holds_for_later_lines_and_other_windows() -> None:
    async with stage() as session:
        await run(session, "/persona-set Kim")
        other = await session.host.session(session.chat_id, MemoryUi())
        assert (await other.run("/pass {{user}}")).text == "Kim"


async def test_binding_to_a_character() -> None:
    async with stage() as session:
        await run(session, "/char-create name=Alice select=false")
        await run(session, "/persona-create name=Mira || /persona-lock type=character on")
        record = json.loads(await run(session, "/persona-get return=object"))
        assert record["connections"] == [{"type": "character", "id": "Character.png"}]
        await run(session, "/persona-create name=Kim")
        assert await run(session, "/persona-lock type=character") == "false"
        assert await run(session, "/go Alice || /pass {{user}}") == "Kim", "the one taken last"
        assert await run(session, "/newchat || /persona-lock type=default on") == "true"
        assert await run(session, "/lock type=chat t || /lock") == "true"
        assert await run(session, "/bind off || /bind") == "false"


async def test_only_a_name_cannot_be_bound() -> None:
    async with stage() as session:
        assert await run(session, "/persona-lock") == "false"
        assert await run(session, "/persona-lock on") == ""
        assert await run(session, "/persona-lock type=moon on") == ""
        assert len(warnings(session)) == 2


async def test_syncing_makes_old_messages_mine() -> None:
    async with stage([False]) as session:
        await run(session, "/send one || /name Kim || /send two || /name Mira || /send three")
        await run(session, "/persona-sync quiet=false")
        assert await speakers(session) == ["Character", "User", "Kim", "Mira"]
        await run(session, "/sync from=Kim")
        assert await speakers(session) == ["Character", "User", "Mira", "Mira"]
        await run(session, "/sync 0-1")
        assert await speakers(session) == ["Character", "Mira", "Mira", "Mira"]


# -- completion ------------------------------------------------------------------------------------------------------


async def test_people_and_tags_are_offered_while_typing() -> None:
    async with stage() as session:
        await run(session, "/char-create name=Alice select=false || /char-create name=Alice select=false")
        await run(session, "/tag-add name=Alice1.png hero || /persona-create name=Mira")
        await session.host.groups.create("The Crew", [(await session.host.characters.find("Character"))[0].id])

        async def offered(text: str) -> list[str]:
            found = await complete(text, len(text), session.host.interpreter.registry, session.services)
            return [item.label for item in found.items if item.kind == "value"]

        assert await offered("/go ") == ["Alice.png", "Alice1.png", "Character", "The Crew"]
        assert await offered("/go crew") == ["The Crew"]
        assert await offered("/char-find tag=") == ["hero"]
        assert await offered("/persona-set ") == ["Mira"]
