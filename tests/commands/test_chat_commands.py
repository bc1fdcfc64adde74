"""Messages, questions and pictures, as the person, the chat and the picture pipeline see them."""

from __future__ import annotations

from typing import Any

import pytest

from stcore.commands.builtin.messages import insert_position, message_range
from stcore.commands.services import Imagine, Services
from stcore.errors import ExecutionError, RateLimited
from stcore.testing.memory import MemoryHost

pytestmark = pytest.mark.anyio


async def texts(host: MemoryHost) -> list[str]:
    return [message.text for message in await host.chat.messages()]


async def talk() -> MemoryHost:
    host = MemoryHost(user="Mira", character="Tobin")
    await host.run("/send one | /sendas name=Bob two | /sys three | /comment four")
    return host


# -- messages --------------------------------------------------------------------------------------------------------


async def test_each_command_adds_its_kind_of_message() -> None:
    host = await talk()
    added = [(message.name, message.text, message.role, message.hidden) for message in host.chat.messages_added]
    assert added == [
        ("Mira", "one", "user", False),
        ("Bob", "two", "character", False),
        ("System", "three", "system", False),
        ("Note", "four", "comment", True),
    ]


async def test_message_text_is_trimmed_and_its_macros_are_expanded_once_more() -> None:
    host = MemoryHost(user="Mira")
    await host.run('/send  "quoted" \\{\\{user}}  | /send raw=off "bare"')
    assert [message.text for message in host.chat.messages_added] == ['"quoted" Mira', "bare"]


@pytest.mark.parametrize(
    ("at", "place"), [("0", 0), ("-1", 4), ("-0", 5), ("5", 5), ("6", None), ("-9", None), ("abc", None), ("1.9", 1)]
)
async def test_where_at_inserts(at: str, place: int | None) -> None:
    assert insert_position(at, 5) == place
    host = await talk()
    await host.run(f"/send at={at} here")
    assert (await texts(host)).index("here") == (5 if place is None else place)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0", [0]),
        ("1-3", [1, 2, 3]),
        ("1 - 2", [1, 2]),
        ("1.7", [1]),
        *((text, None) for text in ("0-999", "5-2", "-1", "1-", "abc", "")),
    ],
)
def test_ranges_count_both_ends_and_must_exist(text: str, numbers: list[int] | None) -> None:
    found = message_range(text, 5)
    assert (None if found is None else list(found)) == numbers


async def test_reading_messages() -> None:
    host = await talk()
    assert (await host.run("/messages 1-4")).pipe == "Mira: one\n\nBob: two\n\nSystem: three"
    assert (await host.run("/messages names=off hidden=on 3-4")).pipe == "three\n\nfour"
    assert (await host.run("/messages role=assistant names=off 1-4")).pipe == "two"
    assert (await host.run("/pass 1 | /messages")).pipe == "Mira: one"
    with pytest.raises(ExecutionError, match="role="):
        await host.run("/messages role=zzz 0-1")


async def test_deleting_gives_the_texts_and_refuses_what_is_not_there() -> None:
    host = await talk()
    assert (await host.run("/cut 2-3")).pipe == "two\nthree\n"
    assert (await host.run("/del 0")).pipe == ""
    assert (await host.run("/del 99")).pipe == ""
    assert (await host.run("/cut 7")).pipe == ""
    assert len(host.ui.toasts) == 2
    assert (await host.run("/del 1.5")).pipe == "one\nfour\n"
    assert await texts(host) == ["Hello."]


async def test_hiding_takes_messages_of_one_sender() -> None:
    host = await talk()
    await host.run("/hide name=Bob 0-4")
    assert [message.hidden for message in await host.chat.messages()] == [False, False, True, False, True]
    await host.run("/unhide")
    assert not (await host.chat.messages())[4].hidden


async def test_roles_and_names_of_messages() -> None:
    host = await talk()
    assert (await host.run("/message-role at=2")).pipe == "assistant"
    assert (await host.run("/message-role at=-4 system")).pipe == "system"
    assert (await host.run("/message-name at=1 Eve")).pipe == "Eve"
    assert (await host.run("/message-name at=9")).pipe == ""
    assert "no message 9" in host.ui.toasts[-1].text


async def test_return_kinds() -> None:
    host = MemoryHost()
    record = (await host.run("/send return=object hi")).text
    assert '"mes":"hi"' in record
    assert '"is_user":true' in record
    await host.run("/send return=toast-text done")
    assert host.ui.toasts[-1].text == "done"
    with pytest.raises(ExecutionError, match="sideways"):
        await host.run("/send return=sideways stored")
    assert host.chat.messages_added[-1].text == "stored"


# -- questions -------------------------------------------------------------------------------------------------------


async def test_input_gives_the_answer_and_calls_its_handler_first() -> None:
    host = MemoryHost(answers=["Ann"])
    script = "/input onSuccess={: /setvar key=handled yes :} Name? | /pass {{pipe}}-{{getvar::handled}}"
    assert (await host.run(script)).pipe == "Ann-yes"


async def test_a_cancelled_question_is_empty() -> None:
    host = MemoryHost(answers=[None, None, None, None])
    assert (await host.run("/input onCancel={: /setvar key=gone 1 :} Name?")).pipe == ""
    assert host.local.get("gone") == "1"
    assert (await host.run('/buttons labels=["a"] Which?')).pipe == ""
    assert (await host.run('/buttons multiple=on labels=["a"] Which?')).pipe == "[]"
    assert (await host.run("/popup result=true Sure?")).pipe == ""


async def test_without_a_person_a_question_fails_in_plain_words() -> None:
    with pytest.raises(ExecutionError, match="Nobody is here to answer “Name\\?”"):
        await MemoryHost().run("/input Name?")


async def test_buttons_take_words_objects_and_variables() -> None:
    host = MemoryHost(answers=[["Keep"], ["b", "a"], ["x"]])
    assert (await host.run('/buttons labels=[{"text":"Keep","icon":"star"},"Drop"] What?')).pipe == "Keep"
    assert (await host.run('/buttons multiple=true labels=["a","b"] What?')).pipe == '["b","a"]'
    assert (await host.run('/setvar key=list ["x"] || /buttons labels=list What?')).pipe == "x"


@pytest.mark.parametrize("labels", ["[]", "word", "[1,2]", '"{\\"a\\":1}"', '[""]'])
async def test_labels_that_cannot_be_used_ask_nothing(labels: str) -> None:
    assert (await MemoryHost().run(f"/buttons labels={labels} What?")).pipe == ""


async def test_echo_warns_of_a_severity_it_does_not_know() -> None:
    host = MemoryHost()
    assert (await host.run("/echo severity=loud title=T hi")).pipe == "hi"
    assert [(toast.level, toast.title) for toast in host.ui.toasts] == [("warning", ""), ("info", "T")]
    assert (await host.run("/echo")).pipe == ""
    assert len(host.ui.toasts) == 2


async def test_help_is_shown_and_leaves_the_pipe_empty() -> None:
    host = MemoryHost()
    assert (await host.run("/help imagine")).pipe == ""
    assert "`seed=`" in host.ui.shown[-1]


# -- pictures --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F223", "F238")
async def test_every_argument_of_imagine_arrives_typed() -> None:
    host = MemoryHost()
    script = (
        "/sd quiet=on gallery=off negative=fog extend=maybe edit=0 processing=MINIMAL,please"
        " reference=avatar reference=persona:style seed=-1 width=768 height=512 steps=20 cfg=6.5"
        " skip=2 model=m sampler=s scheduler=k vae=v upscaler=u hires=on scale=1.5 denoise=0.4 2ndpass=10 faces=0"
        "  harbour at dawn "
    )
    assert (await host.run(script)).pipe == "/pictures/1.png"
    [wanted] = host.images.requests
    assert (wanted.subject, wanted.quiet, wanted.gallery, wanted.negative) == ("harbour at dawn", True, False, "fog")
    assert wanted.references == ("avatar", "persona:style")
    assert wanted.overrides == {
        "extend": True,
        "edit": False,
        "processing": "minimal",
        "seed": -1,
        "width": 768,
        "height": 512,
        "steps": 20,
        "cfg": 6.5,
        "skip": 2,
        "model": "m",
        "sampler": "s",
        "scheduler": "k",
        "vae": "v",
        "upscaler": "u",
        "hires": True,
        "scale": 1.5,
        "denoise": 0.4,
        "2ndpass": 10,
        "faces": False,
    }


@pytest.mark.parametrize("seed", [9007199254740993, 18446744073709551615])
async def test_a_seed_of_64_bits_arrives_whole(seed: int) -> None:
    host = MemoryHost()
    await host.run(f"/sd seed={seed} apple tree")
    assert host.images.requests[0].overrides["seed"] == seed


async def test_only_what_was_given_overrides() -> None:
    host = MemoryHost()
    await host.run("/imagine unknown=word apple tree")
    assert host.images.requests == [Imagine("apple tree")]


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("seed=x", "seed= must be a number"),
        ("width=0", "width= must be 64 or more"),
        ("steps=2.5", "a whole number"),
        ("cfg=NaN", "cfg= must be a number"),
        ("height=", "height= must be a number"),
    ],
)
async def test_a_wrong_number_is_an_error_of_the_script_and_makes_no_picture(argument: str, complaint: str) -> None:
    host = MemoryHost()
    with pytest.raises(ExecutionError, match=complaint) as failure:
        await host.run(f"/sd {argument} tree")
    assert failure.value.span is not None
    assert host.images.requests == []


@pytest.mark.feature("F251")
async def test_the_address_can_be_piped_on() -> None:
    host = MemoryHost()
    await host.run("/sd quiet=true background | /send We arrive: ![view]({{pipe}})")
    assert host.chat.messages_added[0].text == "We arrive: ![view](/pictures/1.png)"


async def test_a_picture_that_fails_does_not_end_the_script() -> None:
    host = MemoryHost()
    host.images.error = RateLimited("Too fast.")
    assert (await host.run("/sd tree | /pass [{{pipe}}]")).pipe == "[]"
    assert [error.kind for error in host.ui.errors] == ["rate_limited"]


@pytest.mark.feature("F247")
@pytest.mark.parametrize("name", ["imagine-style", "sd-style", "img-style"])
async def test_style_is_read_and_selected(name: str) -> None:
    host = MemoryHost()
    assert (await host.run(f"/{name}")).pipe == "Default"
    assert (await host.run(f"/{name} Ink | /{name}")).pipe == "Ink"
    with pytest.raises(ExecutionError, match="Nowhere"):
        await host.run(f"/{name} Nowhere")


async def test_an_unknown_workflow_is_shown_only() -> None:
    host = MemoryHost()
    assert (await host.run("/icw text.json")).pipe == ""
    assert (await host.run("/icw nothing | /pass on")).pipe == "on"
    assert len(host.ui.errors) == 1


async def test_a_failure_nobody_can_be_shown_ends_the_script() -> None:
    host = MemoryHost()
    bare: Any = Services(host.environment)
    with pytest.raises(ExecutionError, match="not available here"):
        await host.interpreter.run("/sd tree", bare)
