"""Quick replies in scripts: what goes wrong is shown, calls run apart, closures are taken over."""

from __future__ import annotations

import json

import pytest

from stcore.errors import ExecutionError
from stcore.testing.memory import MemoryHost, make_interpreter

pytestmark = pytest.mark.anyio

INTERPRETER = make_interpreter()


async def made(*scripts: str) -> MemoryHost:
    host = MemoryHost(interpreter=INTERPRETER)
    for script in ("/qr-set-create T", *scripts):
        await host.run(script)
    return host


async def read(host: MemoryHost, label: str) -> dict[str, object]:
    return dict(json.loads((await host.run(f"/qr-get set=T label={label}")).text))


@pytest.mark.parametrize(
    "script",
    [
        "/qr-set Nowhere",
        "/qr-set-off Nowhere",
        "/qr-chat-set-on Nowhere",
        "/qr-set-update Nowhere",
        "/qr-set-delete Nowhere",
        "/qr-list Nowhere",
        "/qr-create set=Nowhere label=a text",
        "/qr-create label=a text",
        "/qr-get set=T label=ghost",
        "/qr-get set=T id=99",
        "/qr-get set=T id=many",
        "/qr-get set=T",
        "/qr-update set=T label=ghost text",
        "/qr-delete set=T ghost",
        "/qr-contextadd set=T label=a Nowhere",
        "/qr-contextdel set=T label=ghost T",
        "/qr-contextclear set=T ghost",
        "/qr 99",
        "/qr -1",
        "/qr first",
        "/qr-set-create",
    ],
)
async def test_a_mistake_is_a_notice_and_the_script_goes_on(script: str) -> None:
    host = await made("/qr-create set=T label=a /pass a", "/qr-set-on T")
    result = await host.run(f"{script} || /pass <{{{{pipe}}}}>")
    assert result.text == "<>"
    assert [toast.level for toast in host.ui.toasts] == ["error"]


async def test_what_is_given_is_stored_and_what_is_not_stays_except_the_automation_id() -> None:
    host = await made(
        "/qr-create set=T label=a icon=bolt showlabel=true hidden=true user=true load=on title=Tip automationId=id text"
    )
    first = await read(host, "a")
    assert (first["id"], first["icon"], first["showLabel"], first["isHidden"], first["automationId"]) == (
        2,
        "bolt",
        True,
        True,
        "id",
    )
    assert [key for key, value in first.items() if key.startswith("execute") and value] == [
        "executeOnUser",
        "executeOnChatChange",
    ]
    await host.run("/qr-update set=T id=2 newlabel=b user=false hidden=false")
    second = await read(host, "b")
    changed = {"label": "b", "isHidden": False, "executeOnUser": False, "automationId": ""}
    assert second == {**first, **changed}


async def test_a_set_of_the_same_name_replaces_and_options_not_given_are_off() -> None:
    host = await made("/qr-create set=T label=a x", "/qr-set-update inject=true T")
    assert (await host.replies.get("T")).inject
    await host.run("/qr-set-update nosend=true T")
    of = await host.replies.get("T")
    assert (of.no_send, of.inject, len(of.replies)) == (True, False, 1)
    await host.run("/qr-set-create name=T")
    assert (await host.replies.get("T")).replies == ()


async def test_a_menu_holds_a_set_once() -> None:
    host = await made("/qr-create set=T label=a x", "/qr-set-create M", "/qr-set-create N")
    for chain, name in (("true", "M"), ("false", "N"), ("false", "M")):
        await host.run(f"/qr-contextadd set=T label=a chain={chain} {name}")
    assert (await read(host, "a"))["contextList"] == [
        {"set": "M", "isChained": False},
        {"set": "N", "isChained": False},
    ]
    await host.run("/qr-contextdel set=T label=a M")
    assert (await read(host, "a"))["contextList"] == [{"set": "N", "isChained": False}]
    await host.run("/qr-contextclear set=T a")
    assert (await read(host, "a"))["contextList"] == []


async def test_a_call_sees_only_its_arguments_and_closures_may_be_some() -> None:
    host = await made(
        '/qr-create set=T label=f "/pass [\\{\\{arg::a\\}\\}][\\{\\{arg::b\\}\\}][\\{\\{pipe\\}\\}]"',
        '/qr-create set=T label=g "/run \\{\\{arg::do\\}\\}"',
        "/qr-create set=T label=empty",
        '/qr-create set=T label=scoped "/var x"',
    )
    assert (await host.run("/let x 1 | /pass p | /:T.f a=1")).text == "[1][][]"
    assert (await host.run("/:T.g do={: /pass done :}")).text == "done"
    assert (await host.run("/pass p | /:T.empty")).text == ""
    with pytest.raises(ExecutionError, match=r"T\.scoped"):
        await host.run("/let x 1 | /:T.scoped")


async def test_an_abort_inside_ends_the_caller_too() -> None:
    host = await made("/qr-create set=T label=stop /abort enough")
    result = await host.run("/:T.stop | /setvar key=after 1")
    assert (result.aborted, result.abort_reason, host.local.has("after")) == (True, "enough", False)


async def test_a_message_is_sent_or_waits_in_the_message_box() -> None:
    host = await made("/qr-create set=T label=hi Hello \\{\\{char\\}\\}", "/qr-create set=T label=s /pass ran")
    assert (await host.run("/:T.hi | /pass <{{pipe}}>")).text == "<>"
    assert [message.text for message in host.chat.messages_added] == ["Hello Character"]
    await host.run("/qr-set-update nosend=true T")
    assert (await host.run("/:T.s")).text == ""
    assert host.ui.input == "/pass ran "
    assert len(host.chat.messages_added) == 1


async def test_import_takes_the_first_of_two_and_overwrites_what_is_there() -> None:
    library = '"/let f \\{: /pass 1 :\\} | /var f \\{: /pass 2 :\\} | /let n 5 | /let now \\{: /pass x :\\}()"'
    host = await made(f"/qr-create set=T label=lib {library}")
    assert (await host.run("/let f old | /import from=T.lib f | /:f")).text == "1"
    for wrong in ("n", "now", "f as g h", ""):
        with pytest.raises(ExecutionError):
            await host.run(f"/import from=T.lib {wrong}")
    with pytest.raises(ExecutionError, match="nowhere"):
        await host.run("/import from=nowhere f")
