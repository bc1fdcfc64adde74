"""Regex scripts: what they do to a text, when they apply, whose they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stcore.chat.prompting.build import build_request
from stcore.chat.prompting.scene import Wanted
from stcore.chat.regexes.applying import run_script, run_scripts
from stcore.chat.regexes.files import script_from_json, script_to_json, scripts_from_json
from stcore.chat.regexes.records import Moment, Place, RegexScript
from stcore.chat.session import Session
from stcore.commands.guard import shared_searcher
from stcore.errors import ExecutionError, UserError
from stcore.macros import Environment, MacroEngine
from stcore.testing.stage import stage

ENGINE = MacroEngine()
ENVIRONMENT = Environment(user="Ann", char="Bob")


def script(find: str = "/x/g", replace: str = "y", places: list[int] | None = None, **fields: Any) -> RegexScript:
    data = {"id": "one", "scriptName": "One", "findRegex": find, "replaceString": replace}
    return script_from_json({**data, "placement": [1, 2] if places is None else places, **fields})


def run(of: RegexScript, text: str) -> str:
    return run_script(of, text, lambda words: ENGINE.expand(words, ENVIRONMENT), shared_searcher())


# -- what it does ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("find", "put", "fields", "text", "changed"),
    [
        ("/a/g", "b", {}, "banana", "bbnbnb"),
        ("a", "b", {}, "banana", "bbnana"),
        (r"/(\w+) (\w+)/", "$2 $1", {}, "one two", "two one"),
        ("/(?<first>o)n/", "[$<first>]", {}, "one", "[o]e"),
        ("/n+/g", "<{{match}}|$0>", {}, "anna", "a<nn|nn>a"),
        (r"/\*(.+?)\*/g", "$1", {"trimStrings": ["soft", "{{user}}"]}, "*soft Ann steps*", "  steps"),
        ("/hello/i", "{{user}}: $0", {}, "HELLO", "Ann: HELLO"),
        ("/{{user}}/g", "you", {"substituteRegex": 1}, "Ann and Ann", "you and you"),
        ("/{{user}}/g", "you", {}, "Ann and Ann", "Ann and Ann"),
        (r"/{{newline}}\w/", "!", {"substituteRegex": 2}, "a\nb", "a!"),
        ("/$/", "", {}, "", ""),
        ("", "y", {}, "x", "x"),
    ],
)
def test_a_script_changes_a_text(find: str, put: str, fields: dict[str, Any], text: str, changed: str) -> None:
    assert run(script(find, put, **fields), text) == changed


def test_macros_in_what_was_found_do_not_act() -> None:
    capture = script(r"/hp=(.*)/", "{{setvar::hp::$1}}{{user}}: $1")
    assert run(capture, "hp={{setvar::gold::9}}").endswith("Ann: {{setvar::gold::9}}")
    assert not ENVIRONMENT.local.has("gold")
    assert run(capture, "hp=7") == "Ann: 7"
    assert ENVIRONMENT.local.get("hp") == "7"


def test_one_that_cannot_be_used_changes_nothing() -> None:
    broken, endless = script("/(/"), script("/(x|xx)+$/", id="two")
    text = "x" * 60 + "b"
    with pytest.raises(UserError, match="invalid"):
        run(broken, text)
    with pytest.raises(UserError, match="too long"):
        run(endless, text)
    assert run_scripts([broken, endless, script("/b/", "c")], text, str, shared_searcher()) == "x" * 60 + "c"


# -- when it applies -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "place", "moment", "depth", "applies"),
    [
        ({}, "user", "stored", None, True),
        ({}, "command", "stored", None, False),
        ({}, "user", "edited", None, False),
        ({"runOnEdit": True}, "user", "edited", None, True),
        ({}, "user", "shown", 0, False),
        ({"markdownOnly": True}, "user", "shown", 0, True),
        ({"markdownOnly": True}, "user", "stored", None, False),
        ({"promptOnly": True}, "reply", "prompt", 3, True),
        ({"promptOnly": True}, "reply", "shown", 3, False),
        ({"markdownOnly": True, "promptOnly": True}, "reply", "prompt", 3, True),
        ({"promptOnly": True, "minDepth": 4}, "reply", "prompt", 3, False),
        ({"promptOnly": True, "minDepth": 2, "maxDepth": 3}, "reply", "prompt", 3, True),
        ({"promptOnly": True, "maxDepth": 2}, "reply", "prompt", 3, False),
        ({"placement": [5]}, "lore", "prompt", None, True),
        ({"placement": [5], "markdownOnly": True}, "lore", "prompt", None, False),
        ({"placement": [6]}, "thoughts", "stored", None, True),
        ({"disabled": True}, "user", "stored", None, False),
    ],
)
def test_when_a_script_applies(
    fields: dict[str, Any], place: Place, moment: Moment, depth: int | None, applies: bool
) -> None:
    assert script(**fields).applies(place, moment, depth) is applies


# -- files -----------------------------------------------------------------------------------------------------------


def test_a_file_comes_out_as_it_went_in() -> None:
    document = {
        "id": "8d3f",
        "scriptName": "Tidy",
        "findRegex": "/ +/g",
        "replaceString": " ",
        "trimStrings": ["\t"],
        "placement": [1, 2, 3, 5, 6],
        "disabled": False,
        "markdownOnly": True,
        "promptOnly": True,
        "runOnEdit": True,
        "substituteRegex": 2,
        "minDepth": 0,
        "maxDepth": 9,
        "ownKey": {"kept": True},
    }
    assert script_to_json(script_from_json(json.loads(json.dumps(document)))) == document


def test_older_files_are_read_and_others_refused() -> None:
    (old,) = scripts_from_json([{"scriptName": "Old", "findRegex": "a", "placement": [0], "minDepth": -1}])
    assert (old.shown_only, sorted(old.places), old.min_depth) == (True, ["reply", "user"], None)
    assert old.id
    hopeless: list[Any] = [{}, [], "text", {"findRegex": "a"}, {"scriptName": "x", "findRegex": "a" * 300_000}]
    for wrong in hopeless:
        with pytest.raises(UserError):
            script_from_json(wrong)


# -- in a chat -------------------------------------------------------------------------------------------------------


async def texts(session: Session) -> list[str]:
    assert session.chat_id is not None
    return [message.text for message in await session.host.chats.texts(session.chat_id)]


async def told(session: Session) -> str:
    assert session.chat_id is not None
    connection = await session.host.texts.open()
    request = await build_request(session.scene(session.chat_id), Wanted(), connection, keep=False)
    return "\n".join(message.content for message in request.prompt.messages)


@pytest.mark.anyio
async def test_messages_are_changed_when_they_are_stored() -> None:
    async with stage() as session:
        regexes = session.host.regexes
        await regexes.save("global", script("/cat/g", "dog", places=[1]))
        await regexes.save("global", script("/hello/gi", "HI", places=[3], id="two", scriptName="Two"))
        await session.run("/send a cat | /sendas name=Eve hello cat | /sys hello cat")
        assert (await texts(session))[1:] == ["a dog", "HI cat", "hello cat"]
        await regexes.save("global", script("/./g", "z", places=[2], id="three", scriptName="Three"))
        await session.say("my cat")
        *_, sent, reply = await texts(session)
        assert sent == "my dog"
        assert set(reply.replace("\n", "")) == {"z"}


@pytest.mark.anyio
async def test_a_prompt_is_told_other_words_than_the_chat_holds() -> None:
    async with stage() as session:
        await session.host.regexes.save("global", script("/secret/g", "...", promptOnly=True, minDepth=1))
        await session.run("/send the secret one | /send the secret two")
        assert (await texts(session))[1:] == ["the secret one", "the secret two"]
        prompt = await told(session)
        assert "the ... one" in prompt
        assert "the secret two" in prompt


@pytest.mark.anyio
async def test_world_info_is_changed_on_its_way_into_a_prompt() -> None:
    async with stage() as session:
        await session.host.regexes.save("global", script("/gate/g", "door", places=[5]))
        await session.run(
            "/getchatbook | /let book {{pipe}} | "
            "/createentry file={{var::book}} key=mill The gate is red. | "
            "/setentryfield file={{var::book}} uid={{pipe}} field=constant true"
        )
        assert "The door is red." in await told(session)


@pytest.mark.anyio
async def test_scripts_of_a_card_and_a_preset_count_only_when_allowed() -> None:
    async with stage() as session:
        regexes, character_id = session.host.regexes, session.environment.extra["character_id"]
        for scope in (f"character:{character_id}", "preset:Default"):
            await regexes.save(scope, script(f"/{scope[:4]}/g", "!"))
        assert await regexes.active(character_id) == []
        await regexes.allow(f"character:{character_id}", True)
        await session.run("/send char pres")
        assert (await texts(session))[-1] == "! pres"
        await regexes.allow("preset:Default", True)
        await session.run("/send char pres")
        assert (await texts(session))[-1] == "! !"
        card = (await session.host.characters.get(character_id)).card
        assert card["data"]["extensions"]["regex_scripts"][0]["scriptName"] == "One", "it travels with the card"


@pytest.mark.anyio
async def test_commands_find_scripts_by_name_in_any_case() -> None:
    async with stage() as session:
        await session.host.regexes.save("global", script("/a/g", "{{user}}"))

        async def pipe(text: str) -> str:
            return (await session.run(text)).text

        assert await pipe("/regex name=ONE banana") == "bUsernUsernUser"
        assert await pipe("/regex-state one") == "true"
        assert await pipe("/regex-toggle one") == "One"
        assert await pipe("/regex-state one") == "false"
        assert await pipe("/regex name=one banana") == "banana"
        assert await pipe("/regex-toggle state=on quiet=true one") == "One"
        assert await pipe("/regex-toggle state=on one") == "One"
        assert await pipe("/regex-state one") == "true"
        await session.host.regexes.save("global", script("/(/", id="two", scriptName="Broken"))
        with pytest.raises(ExecutionError, match="invalid"):
            await session.run("/regex name=broken text")


@pytest.mark.anyio
async def test_a_choice_of_scripts_is_saved_and_selected() -> None:
    async with stage() as session:
        regexes = session.host.regexes
        for id in ("one", "two"):
            await regexes.save("global", script(id=id, scriptName=id))
        await session.run("/regex-toggle two")
        first = await regexes.save_preset("First")
        await session.run("/regex-toggle one | /regex-toggle two")
        second = await regexes.save_preset("Second")
        assert (await session.run("/regex-preset first")).text == first.id
        assert [(one.id, one.disabled) for one in (await regexes.active())] == [("one", False)]
        assert (await session.run("/regex-preset")).text == first.id
        assert (await session.run(f"/regex-preset {second.id}")).text == second.id
        assert [one.id for one in await regexes.active()] == ["two"]
        assert (await session.run("/regex-preset third")).text == ""
        await regexes.delete_preset(second.id)
        assert (await session.run("/regex-preset")).text == ""
