"""Presets: kept, selected, renamed, exchanged with other programs; profiles; models that complete text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stcore.errors import NotFound, UserError
from stcore.testing.servers.openai import FakeOpenAI
from stcore.text.presets import KINDS, export_preset, import_presets, shipped
from stcore.text.sampling import read_sampling
from tests.chat.prompting.conftest import Room

pytestmark = pytest.mark.anyio


async def test_shipped_presets_can_be_covered_but_not_removed(room: Room) -> None:
    store = room.host.presets
    assert (await store.names("sysprompt"))[0] == "Default"
    await store.save("sysprompt", "Roleplay", {"content": "mine"})
    assert (await store.get("sysprompt", "Roleplay")).data == {"content": "mine"}
    await store.delete("sysprompt", "Roleplay")
    assert "mine" not in (await store.get("sysprompt", "Roleplay")).data["content"]
    with pytest.raises(UserError, match="shipped"):
        await store.delete("sysprompt", "Roleplay")
    with pytest.raises(UserError, match="shipped"):
        await store.rename("sysprompt", "Roleplay", "Other")
    with pytest.raises(NotFound):
        await store.get("sysprompt", "Nothing")
    with pytest.raises(UserError, match="kind"):
        await store.list("colours")


async def test_what_is_selected_stays_selected_under_its_new_name(room: Room) -> None:
    store = room.host.presets
    await store.save("preset", "Old", {"temperature": 0.5})
    await store.save("preset", "Taken", {})
    await store.select("preset", "Old")
    await store.switch(entries={"scenario": False})
    with pytest.raises(UserError, match="already"):
        await store.rename("preset", "Old", "Taken")
    await store.rename("preset", "Old", "New")
    active = await store.active()
    assert (active.chosen["preset"].name, active.sampling.temperature) == ("New", 0.5)
    assert [entry.identifier for entry in active.entries if not entry.enabled] == ["scenario"]
    await store.select("preset", "Taken")
    assert all(entry.enabled for entry in (await store.active()).entries)


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("", {}, "name"),
        ("x" * 300, {}, "name"),
        ("x", [], "object"),
        ("x", {"temperature": "hot"}, "temperature"),
        ("x", {"prompts": [{"name": "no identifier"}]}, "prompts"),
    ],
)
async def test_a_preset_that_cannot_be_one_is_refused(room: Room, name: str, data: object, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        await room.host.presets.save("preset", name, data)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"input_sequence": "a", "output_sequence": "b", "name": "I"}, "instruct"),
        ({"story_string": "{{system}}", "name": "C"}, "context"),
        ({"content": "Be nice.", "name": "S"}, "sysprompt"),
        ({"prefix": "<a>", "suffix": "</a>", "separator": "", "name": "R"}, "reasoning"),
        ({"temp": 0.7, "rep_pen": 1.1, "genamt": 99}, "preset"),
        ({"temp_openai": 0.7, "openai_max_context": 4096}, "preset"),
    ],
)
def test_the_kind_of_a_file_is_seen(document: dict[str, object], kind: str) -> None:
    [preset] = import_presets(document, "file")
    assert (preset.kind, preset.name) == (kind, document.get("name", "file"))
    [again] = import_presets(export_preset(preset), "other")
    assert again == preset


def test_samplers_of_several_programs_mean_the_same() -> None:
    [one] = import_presets({"temp": 0.7, "rep_pen": 1.1, "genamt": 99, "top_k": 0, "min_p": 0.1}, "a")
    [other] = import_presets(
        {"temperature": 0.7, "repetition_penalty": 1.1, "openai_max_tokens": 99, "min_p": 0.1}, "b"
    )
    assert read_sampling(one.data) == read_sampling({**other.data, "top_k": 0})
    assert read_sampling(one.data).extra == {"repetition_penalty": 1.1, "min_p": 0.1}


def test_a_document_may_hold_several_kinds() -> None:
    found = import_presets({"instruct": {"name": "I"}, "sysprompt": {"content": "x"}, "preset": {"temp": 1}}, "All")
    assert [(preset.kind, preset.name) for preset in found] == [
        ("preset", "All"),
        ("instruct", "I"),
        ("sysprompt", "All"),
    ]


@pytest.mark.parametrize("document", [[], "text", {}, {"colour": "red"}])
def test_what_is_no_preset_is_refused(document: object) -> None:
    with pytest.raises(UserError):
        import_presets(document, "file")


def test_shipped_presets_are_whole() -> None:
    for kind in KINDS:
        names = [preset.name for preset in shipped(kind)]
        assert len(names) == len(set(names))
        assert all(preset.data.get("description") for preset in shipped(kind))


# -- profiles --------------------------------------------------------------------------------------------------------


async def test_a_profile_puts_everything_back(room: Room) -> None:
    await room.run('/preset precise | /sysprompt roleplay | /instruct alpaca | /stop-strings ["END"] | /ppp merge')
    assert await room.run("/profile-create Careful") == "Careful"
    await room.run(
        "/preset lively | /sysprompt assistant | /instruct-off | /stop-strings [] | /ppp none | /api offline"
    )
    assert await room.run("/profile care") == "Careful"
    assert await room.run("/api") == "fake"
    assert await room.run("/preset") == "Precise"
    assert await room.run("/sysprompt") == "Roleplay"
    assert await room.run("/instruct") == "Alpaca"
    assert await room.run("/stop-strings") == '["END"]'
    assert await room.run("/ppp") == "merge"
    assert await room.run("/profile") == "Careful"
    assert '"sysprompt":"Roleplay"' in await room.run("/profile-get")


async def test_a_text_through_a_profile_leaves_the_rest_alone(room: Room, fake: FakeOpenAI) -> None:
    await room.run("/preset precise || /profile-create Careful || /preset lively || /profile <None>")
    room.answers("<think>hm</think>Blue.")
    options = "profile=Careful system=Answer. length=9 reasoning=true onComplete={: /setvar key=done yes :}"
    assert await room.run(f"/profile-genstream {options} Sky?") == "<think>\nhm\n</think>\n\nBlue."
    body = fake.bodies[-1]
    assert room.asked == [("system", "Answer."), ("user", "Sky?")]
    assert (body["temperature"], body["max_tokens"]) == (0.3, 9)
    assert await room.run("/getvar done") == "yes"
    assert await room.run("/preset") == "Lively"
    assert await room.run("/profile") == "<None>"
    assert await room.run("/profile-genstream Sky?") == ""


# -- connections -----------------------------------------------------------------------------------------------------


async def test_connections_and_models_are_selected_by_name(room: Room, fake: FakeOpenAI) -> None:
    assert await room.run("/api OPENAI-Compatible") == "openai-compatible"
    assert await room.run("/model CHATTY-SEEING") == "chatty-seeing"
    assert await room.run("/model seein") == "chatty-seeing"
    assert await room.run("/model nothing at all like it") == ""
    room.answers("Yes.")
    await room.run("/gen hello")
    assert fake.bodies[-1]["model"] == "chatty-seeing"
    assert await room.run("/api nothing") == ""
    assert await room.run("/api") == "fake"
    address = await room.run("/api-url")
    assert address.startswith("http://127.0.0.1")
    assert await room.run("/api-url connect=false http://127.0.0.1:9/v1") == "http://127.0.0.1:9/v1"
    assert await room.run("/tokenizer non") == "none"
    assert await room.run("/tokens 12345678901234567890") == "6"


# -- models that complete text ---------------------------------------------------------------------------------------


@pytest.fixture
async def completing(room: Room) -> Room:
    await room.host.texts.set("fake", {"completion": "text"})
    return room


async def test_a_conversation_is_laid_out_by_the_templates(completing: Room, fake: FakeOpenAI) -> None:
    await completing.run("/instruct chatml || /sysprompt assistant || /inject id=a position=before first")
    completing.answers("Come in.<|im_end|>\n<|im_start|>user")
    await completing.session.say("Hello")
    assert fake.requests[-1].path.endswith("/v1/completions")
    body = fake.bodies[-1]
    assert "messages" not in body
    story, _, talk = body["prompt"].partition("<|im_end|>\n***\n")
    assert story.startswith("<|im_start|>system\nfirst\nYou help Ann")
    assert "Mira keeps the lighthouse.\nMira's personality: calm\nScenario: A stormy night.\nA sailor.\n" in story
    assert talk == (
        "<|im_start|>assistant\nWho is there?<|im_end|>\n<|im_start|>system\nIt is night.<|im_end|>\n"
        "<|im_start|>user\nHello<|im_end|>\n<|im_start|>system\nKeep it short.<|im_end|>\n<|im_start|>assistant\n"
    )
    assert {"\nAnn:", "<|im_end|>", "<|im_start|>user"} <= set(body["stop"])
    assert (await completing.said())[-1] == ("Mira", "Come in.")


async def test_without_a_template_it_is_a_script(completing: Room, fake: FakeOpenAI) -> None:
    await completing.run("/start-reply-with Well,")
    completing.answers(" come in.\nAnn: Thanks", " It rains.")
    await completing.session.say("Hello")
    assert fake.bodies[-1]["prompt"].endswith("Ann: Hello\nKeep it short.\nMira: Well,")
    assert (await completing.said())[-1] == ("Mira", "Well, come in.")
    await completing.run("/continue await=true")
    assert fake.bodies[-1]["prompt"].endswith("Mira: Well, come in.")
    assert (await completing.said())[-1] == ("Mira", "Well, come in. It rains.")


async def test_a_raw_text_is_completed_as_it_is(completing: Room, fake: FakeOpenAI) -> None:
    completing.answers("blue", "blue")
    await completing.run("/instruct alpaca || /genraw instruct=off The sky is")
    assert fake.bodies[-1]["prompt"] == "The sky is"
    await completing.run("/genraw The sky is")
    assert fake.bodies[-1]["prompt"] == "### Instruction:\nAnn: The sky is\n\n### Response:\nMira:"


async def test_the_state_of_macros_follows_the_connection(completing: Room) -> None:
    state = completing.session.environment.state
    assert (state.is_chat_completion, state.api) == (False, "textgenerationwebui")
    await completing.run("/instruct chatml")
    assert await completing.run("/pass {{instructStop}} {{systemPrompt}}") == "<|im_end|> "
    await completing.run("/note Mind the step.")
    assert await completing.run("/pass {{authorsNote}}") == "Mind the step."
    assert replace(completing.session.environment.prompts).reasoning["prefix"] == "<think>\n"
