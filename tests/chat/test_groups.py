"""Groups: whose turn it is, members, and what macros see of them."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, strategies as st

from stcore.chat.beginning import begin_chat
from stcore.chat.groups.presence import next_speakers, speaking
from stcore.chat.groups.records import Strategy
from stcore.chat.groups.turns import Candidate, Moment, mentioned, speakers
from stcore.chat.records import NewMessage
from stcore.errors import NotFound, UserError
from stcore.host import Host
from stcore.testing.stage import stage

pytestmark = pytest.mark.anyio

ANN, BO, CY = Candidate("a", "Ann Lee", 0.0), Candidate("b", "Bo", 0.0), Candidate("c", "Cyril", 0.0)
CREW = (ANN, BO, CY)
NAMES = {"Ann": 0, "Bo": 1, "Cy": 2}


def chosen(
    strategy: Strategy, moment: Moment, *, allow_self: bool = False, seed: int = 0, crew: tuple[Candidate, ...] = CREW
) -> list[str]:
    return speakers(crew, moment, strategy, allow_self=allow_self, rng=random.Random(seed))


# -- whose turn ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("what does bo think?", ["b"]),
        ("Cyril, then lee!", ["c", "a"]),
        ("BO and Bo", ["b"]),
        ("Bobby", []),
        ("", []),
    ],
)
def test_members_are_named_by_any_word_of_their_name(text: str, who: list[str]) -> None:
    assert mentioned(CREW, text) == who


def test_natural_takes_who_is_named_and_somebody_in_any_case() -> None:
    assert chosen("natural", Moment("Cyril and Bo, come here")) == ["c", "b"]
    assert {chosen("natural", Moment("hello"), seed=seed)[0] for seed in range(40)} == {"a", "b", "c"}
    talkers = (Candidate("a", "Ann", 1.0), Candidate("b", "Bo", 1.0), Candidate("c", "Cy", 0.0))
    assert sorted(chosen("natural", Moment("hello"), crew=talkers)) == ["a", "b"]
    shy = (Candidate("a", "Ann", 0.0), Candidate("b", "Bo", 0.0001))
    assert chosen("natural", Moment("hello"), crew=shy) == ["b"], "who never speaks unasked is the last resort"


def test_nobody_answers_himself_unless_allowed() -> None:
    own = Moment("I, Bo, say so", by_person=False, last_speaker="b", spoken={"b"})
    assert "b" not in chosen("natural", own)
    assert chosen("natural", own, allow_self=True) == ["b"]
    by_person = Moment("Bo?", by_person=True, last_speaker="b")
    assert chosen("natural", by_person) == ["b"]


def test_list_manual_and_pooled() -> None:
    assert chosen("list", Moment("hello Bo")) == ["a", "b", "c"]
    assert chosen("manual", Moment("hello Bo")) == []
    assert len(chosen("manual", Moment("", by_person=False, last_speaker="b"))) == 1
    assert chosen("pooled", Moment("x", by_person=False, last_speaker="c", spoken={"a", "c"})) == ["b"]
    everybody = Moment("x", by_person=False, last_speaker="c", spoken={"a", "b", "c"})
    assert {chosen("pooled", everybody, seed=seed)[0] for seed in range(40)} == {"a", "b"}
    assert chosen("pooled", Moment("x", by_person=False, last_speaker="a", spoken={"a"}), crew=(ANN,)) == ["a"]


@given(
    st.lists(st.floats(0, 1), max_size=5),
    st.sampled_from(get_args(Strategy)),
    st.booleans(),
    st.booleans(),
    st.none() | st.sampled_from("01234"),
    st.sets(st.sampled_from("01234")),
    st.text(max_size=20),
    st.integers(0, 999),
)
def test_only_members_speak_and_each_once(
    talkative: list[float],
    strategy: Strategy,
    by_person: bool,
    allow_self: bool,
    last: str | None,
    spoken: set[str],
    text: str,
    seed: int,
) -> None:
    crew = [Candidate(str(n), f"Name {n}", chance) for n, chance in enumerate(talkative)]
    moment = Moment(text, by_person, last, spoken)
    found = speakers(crew, moment, strategy, allow_self=allow_self, rng=random.Random(seed))
    assert len(found) == len(set(found))
    assert set(found) <= {candidate.id for candidate in crew}
    if len(crew) > 1 and strategy != "manual":
        assert found, "somebody answers"
    if not by_person and not allow_self and strategy in ("natural", "manual"):
        assert last not in found


# -- the store -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    async with Host.open(tmp_path, face="once", rng=random.Random(3)) as host:
        yield host


async def people(host: Host, *names: str) -> list[str]:
    return [(await host.characters.create(name, {"first_mes": "{{char}} waves."})).id for name in names]


async def test_members_in_their_order(host: Host) -> None:
    ann, bo, cy = await people(host, "Ann", "Bo", "Cy")
    group = await host.groups.create("Crew", [ann, bo, ann])
    assert [member.character_id for member in group.members] == [ann, bo]
    assert await host.groups.add_member(group.id, cy)
    assert not await host.groups.add_member(group.id, cy)
    assert await host.groups.move(group.id, cy, -1)
    assert await host.groups.move(group.id, ann, -5)
    assert await host.groups.mute(group.id, bo, on=True)
    seats = [(seat.character.name, seat.muted) for seat in await host.groups.seats(group.id)]
    assert seats == [("Ann", False), ("Cy", False), ("Bo", True)]
    assert await host.groups.remove_member(group.id, cy)
    assert not await host.groups.remove_member(group.id, cy)
    await host.characters.delete(ann)
    assert [seat.character.name for seat in await host.groups.seats(group.id)] == ["Bo"]


async def test_groups_are_found_and_refuse_what_cannot_be(host: Host) -> None:
    group = await host.groups.create("Crêw")
    assert (await host.groups.one("crew")).id == (await host.groups.one(group.id)).id == group.id
    with pytest.raises(NotFound):
        await host.groups.create("Ghosts", ["0" * 32])
    with pytest.raises(UserError, match="needs a name"):
        await host.groups.update(group.id, name=" ")
    with pytest.raises(UserError, match="auto_seconds"):
        await host.groups.update(group.id, options={"auto_seconds": -1})
    await host.groups.delete(group.id)
    with pytest.raises(NotFound):
        await host.groups.one("crew")


# -- in a chat -------------------------------------------------------------------------------------------------------


async def test_everybody_greets_and_macros_see_the_group(host: Host) -> None:
    members = await people(host, "Ann", "Bo", "Cy")
    group = await host.groups.create("Crew", members)
    await host.groups.mute(group.id, members[1], on=True)
    chat = await begin_chat(host, group_id=group.id)
    assert [(m.name, m.text) for m in await host.chats.messages(chat.id)] == [(n, f"{n} waves.") for n in NAMES]
    session = await host.session(chat.id)
    seen = await session.run("/pass {{group}}|{{groupNotMuted}}|{{char}}|{{notChar}}".replace("|", "\\|"))
    assert seen.pipe == "Ann, Bo, Cy|Ann, Cy|Cy|Ann"


async def test_who_answers_in_the_chat(host: Host) -> None:
    members = await people(host, *NAMES)
    group = await host.groups.create("Crew", members, options={"strategy": "list"})
    await host.groups.mute(group.id, members[0], on=True)
    chat = await begin_chat(host, group_id=group.id)
    await host.chats.append(chat.id, NewMessage("user", "Me", "Cy?"))
    assert [character.name for character in await next_speakers(host, chat.id)] == ["Bo", "Cy"]
    await host.groups.update(group.id, options={"strategy": "pooled"})
    await host.chats.append(chat.id, NewMessage("assistant", "Bo", "No, me."))
    [answering] = await next_speakers(host, chat.id)
    assert answering.name == "Cy"
    session = await host.session(chat.id)
    assert host.macros.expand("{{char}}", speaking(session.environment, answering)) == "Cy"
    alone = await host.chats.create("Alone")
    assert list(await next_speakers(host, alone.id)) == []


async def test_member_commands_outside_of_a_group_only_warn() -> None:
    async with stage() as session:
        for script in ("/member-get 0", "/member-count", "/member-add Character", "/member-up 0"):
            assert (await session.run(script)).text == ""
        assert [toast.level for toast in session.ui.toasts] == ["warning"] * 4  # type: ignore[union-attr]
