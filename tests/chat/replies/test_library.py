"""Sets are kept, switched on, and found by name, the same in memory and in a database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stcore.chat.replies.library import ReplyLibrary
from stcore.chat.replies.records import ActiveSet, MenuLink, Reply, ReplySet
from stcore.errors import NotFound, UserError

from .conftest import CHARACTER, CHAT

pytestmark = pytest.mark.anyio


def a_set(name: str, *labels: str) -> ReplySet:
    of = ReplySet(name)
    for label in labels:
        of = of.with_new(Reply(0, label, f"/pass {name}-{label}"))
    return of


async def found(library: ReplyLibrary, name: str) -> str | None:
    reply = await library.find(name, CHAT)
    return None if reply is None else reply.reply.message.removeprefix("/pass ")


async def test_a_label_counts_in_active_sets_by_their_place_and_else_with_its_set(library: ReplyLibrary) -> None:
    for name in ("Idle", "Mine", "Chat", "World"):
        await library.add(a_set(name, "x", f"only-{name}"))
    await library.switch(f"character:{CHARACTER}", "Mine", True)
    await library.switch(f"chat:{CHAT}", "Chat", True)
    assert await found(library, "x") == "Chat-x"
    await library.switch("host", "World", True, visible=False)
    assert await found(library, "x") == "World-x"
    assert await found(library, "only-Mine") == "Mine-only-Mine"
    assert await library.find("only-Mine", CHAT, of_character=False) is None
    assert await library.find("only-Mine", None) is None
    assert await found(library, "only-Idle") is None
    assert await found(library, "Idle.only-Idle") == "Idle-only-Idle"
    assert await found(library, "nobody") is None
    assert await found(library, "Idle.nothing") is None


async def test_the_first_dot_divides_set_and_label(library: ReplyLibrary) -> None:
    await library.add(a_set("a", "b.c"))
    await library.add(a_set("a.b", "c"))
    assert await found(library, "a.b.c") == "a-b.c"
    await library.add(a_set("on", "a.b.c"))
    await library.switch("host", "on", True)
    assert await found(library, "a.b.c") == "on-a.b.c", "a label of an active set comes first"


async def test_switching_toggles_and_counts_a_set_once(library: ReplyLibrary) -> None:
    await library.add(a_set("A", "1"))
    await library.add(a_set("B", "2", "3"))
    assert await library.switch("host", "B")
    await library.switch("host", "A", True)
    await library.switch(f"chat:{CHAT}", "B", True, visible=False)
    assert [item.reply.label for item in await library.listed(CHAT)] == ["2", "3", "1"]
    assert [(of.name, visible) for of, visible in await library.active(CHAT)] == [("B", True), ("A", True)]
    assert not await library.switch("host", "B")
    assert [(of.name, visible) for of, visible in await library.active(CHAT)] == [("A", True), ("B", False)]
    await library.arrange("host", [ActiveSet("B"), ActiveSet("A", False)])
    assert [of.name for of in await library.switched_on("host")] == ["B", "A"]
    with pytest.raises(NotFound):
        await library.switch("host", "Nowhere")


async def test_a_renamed_or_deleted_set_is_followed_everywhere(library: ReplyLibrary) -> None:
    await library.add(a_set("Old", "x"))
    linking = a_set("Linking", "y")
    await library.add(linking.with_changed(replace(linking.replies[0], menu=(MenuLink("Old", True),))))
    await library.switch(f"chat:{CHAT}", "Old", True)
    await library.rename("Old", "New")
    assert await library.names() == ["Linking", "New"]
    assert [of.name for of in await library.switched_on(f"chat:{CHAT}")] == ["New"]
    assert (await library.get("Linking")).replies[0].menu == (MenuLink("New", True),)
    await library.delete("New")
    assert await library.switched_on(f"chat:{CHAT}") == []
    assert (await library.get("Linking")).replies[0].menu == ()


async def test_nothing_of_a_change_is_kept_when_it_fails(library: ReplyLibrary) -> None:
    await library.add(a_set("A", "x"))
    await library.add(a_set("B"))
    with pytest.raises(UserError, match="already"):
        await library.rename("A", "B")
    with pytest.raises(UserError, match="already"):
        await library.add(a_set("A"))
    assert (await library.get("A")).replies[0].label == "x"

    def fail(of: ReplySet) -> ReplySet:
        raise UserError("No.")

    with pytest.raises(UserError):
        await library.change("A", fail)
    assert await library.names() == ["A", "B"]


async def test_ids_are_never_used_twice_and_order_is_kept(library: ReplyLibrary) -> None:
    await library.add(a_set("A", "x", "y", "z"))
    ids = [reply.id for reply in (await library.get("A")).replies]
    await library.change("A", lambda of: of.without(ids[-1]).with_new(Reply(0, "new")))
    after = (await library.get("A")).replies
    assert after[-1].id not in ids
    await library.change("A", lambda of: of.in_order([after[-1].id]))
    assert [reply.label for reply in (await library.get("A")).replies] == ["new", "x", "y"]
