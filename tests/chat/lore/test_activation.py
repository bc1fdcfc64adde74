"""Which entries join a prompt, and why."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from stcore.chat.lore.engine import Outcome, activate
from stcore.chat.lore.records import Entry, read_entry
from stcore.chat.lore.scene import Rules, Scanned, Speaker
from stcore.chat.lore.timed import TimedState
from stcore.commands.guard import Searcher

CHAT = ("Mira: Shall we visit the harbour?", "Tobin: I saw a dragon there.", "Mira: Long ago it was quiet.")
"""The newest first."""


@pytest.fixture(scope="module", autouse=True)
def searcher() -> Iterator[Searcher]:
    yield SEARCHER
    SEARCHER.close()


SEARCHER = Searcher(seconds=0.2)


def entry(uid: int = 0, *keys: str, **fields: Any) -> Entry:
    return read_entry("Town", {"uid": uid, "key": list(keys), "content": f"text {uid}", **fields})


def ask(entries: Sequence[Entry], chat: Sequence[str] = CHAT, **how: Any) -> Outcome:
    rules = Rules(**{"depth": len(chat), **how.pop("rules", {})})
    scanned = Scanned(chat, [f"message {n}" for n in range(len(chat), 0, -1)], length=how.pop("length", len(chat)))
    return activate(
        entries,
        how.pop("scanned", scanned),
        rules,
        expand=how.pop("expand", lambda text: text),
        count_tokens=lambda text: len(text.split()),
        search=SEARCHER.search,
        rng=random.Random(how.pop("seed", 1)),
        **how,
    )


def joined(*entries: Entry, **how: Any) -> list[int]:
    return [activation.entry.uid for activation in ask(entries, **how).joined]


# -- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "fields", "found"),
    [
        ("dragon", {}, True),
        ("DRAGON", {}, True),
        ("DRAGON", {"caseSensitive": True}, False),
        ("drag", {}, False),
        ("drag", {"matchWholeWords": False}, True),
        ("visit the har", {}, True),  # phrases are looked for as they stand
        ("Tobin", {}, True),
        ("/drag(on|ons)/", {}, True),
        ("/DRAGON/", {}, False),
        ("/DRAGON/i", {}, True),
        ("/\\x01Tobin:[^\\x01]*dragon/", {}, True),
        ("/\\x01Mira:[^\\x01]*dragon/", {}, False),
        ("/harbour[^]*dragon/", {}, True),
        ("/unclosed(/", {}, False),
        ("/path/to/", {}, False),
        ("drag.n", {"card": {"use_regex": True}}, True),
        ("", {}, False),
        ("   ", {}, False),
    ],
)
def test_key(key: str, fields: dict[str, Any], found: bool) -> None:
    assert joined(entry(7, key, **fields)) == ([7] if found else [])


@pytest.mark.parametrize(
    ("text", "key", "found"),
    [
        ("кот спит", "кот", True),
        ("который час", "кот", False),
        ("我看見龍了", "龍", True),
        ("a C++ book", "c++", True),
        ("snake_case", "snake", False),
        ("the end", "end", True),
    ],
)
def test_whole_words_in_any_writing(text: str, key: str, found: bool) -> None:
    assert joined(entry(0, key), chat=[text]) == ([0] if found else [])


@pytest.mark.parametrize(
    ("logic", "secondary", "found"),
    [
        (0, ["dragon", "mill"], True),
        (0, ["mill"], False),
        (1, ["dragon", "mill"], True),
        (1, ["dragon", "quiet"], False),
        (2, ["mill", "inn"], True),
        (2, ["mill", "dragon"], False),
        (3, ["dragon", "quiet"], True),
        (3, ["dragon", "mill"], False),
        (3, [], True),
    ],
)
def test_secondary_keys(logic: int, secondary: list[str], found: bool) -> None:
    assert bool(joined(entry(0, "harbour", keysecondary=secondary, selectiveLogic=logic))) is found


def test_secondary_keys_count_only_for_selective_entries() -> None:
    assert joined(entry(0, "harbour", keysecondary=["mill"], selective=False)) == [0]


def test_depth_ends_the_look_back() -> None:
    assert joined(entry(0, "dragon"), rules={"depth": 1}) == []
    assert joined(entry(0, "dragon", scanDepth=2), rules={"depth": 1}) == [0]
    assert joined(entry(0, "dragon", scanDepth=0)) == []


def test_macros_in_keys_and_contents() -> None:
    found = ask([entry(0, "{{beast}}", content="{{beast}}s sleep.")], expand=lambda t: t.replace("{{beast}}", "dragon"))
    assert [activation.text for activation in found.joined] == ["dragons sleep."]


def test_aspects_are_looked_at_only_when_an_entry_says_so() -> None:
    scanned = Scanned(["nothing"], ["message 1"], {"persona": "A smith.", "scenario": "At sea."}, ["The moon is full."])
    entries = [
        entry(0, "smith"),
        entry(1, "smith", matchPersonaDescription=True),
        entry(2, "sea", matchScenario=True),
        entry(3, "moon"),
    ]
    assert {activation.entry.uid: activation.reason.why() for activation in ask(entries, scanned=scanned).joined} == {
        1: "“smith” in the persona",
        2: "“sea” in the scenario",
        3: "“moon” in a prompt put into the chat",
    }


def test_each_activation_says_why() -> None:
    entries = [
        entry(0, "dragon", keysecondary=["harbour"]),
        entry(1, constant=True),
        entry(2, content="@@activate\nAlways."),
        entry(3, "harbour", content="@@dont_activate\nNever."),
        entry(4, "text"),
    ]
    outcome = ask(entries)
    assert {activation.entry.uid: activation.reason.why() for activation in outcome.joined} == {
        0: "“dragon” in message 2 with “harbour”",
        1: "always",
        2: "its text says so",
        4: "“text” in the entry “1”",
    }
    assert outcome.joined[2].text == "Always."
    assert outcome.joined[0].to_dict() == {
        "book": "Town",
        "uid": 1,
        "title": "1",
        "position": "before",
        "text": "text 1",
        "tokens": 2,
        "why": "always",
    }


# -- who is meant ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filtered", "meant"),
    [
        ({"names": ["tobin"], "isExclude": False}, True),
        ({"names": ["Mira"], "isExclude": False}, False),
        ({"names": ["Tobin"], "isExclude": True}, False),
        ({"names": ["Mira"], "isExclude": True}, True),
        ({"tags": ["elf"]}, True),
        ({"names": ["Tobin"], "tags": ["orc"]}, False),
        ("nonsense", True),
    ],
)
def test_filter_by_character(filtered: Any, meant: bool) -> None:
    speaker = Speaker(frozenset({"Tobin"}), frozenset({"Elf"}))
    assert bool(joined(entry(0, "dragon", characterFilter=filtered), speaker=speaker)) is meant


def test_disabled_entries_and_other_kinds_of_generation_stay_out() -> None:
    entries = (entry(0, "dragon", disable=True), entry(1, "dragon", triggers=["swipe"]))
    assert joined(*entries) == []
    assert joined(*entries, trigger="swipe") == [1]


# -- rounds ----------------------------------------------------------------------------------------------------------

CHAIN = (
    entry(0, "dragon", content="It guards the vault."),
    entry(1, "vault", content="The vault holds a crown."),
    entry(2, "crown", content="The crown is cursed."),
)


def test_entries_call_entries() -> None:
    assert joined(*CHAIN) == [0, 1, 2]
    assert joined(*CHAIN, rules={"recursive": False}) == [0]
    assert joined(*CHAIN, rules={"max_rounds": 2}) == [0, 1]


def test_recursion_flags_of_an_entry() -> None:
    silent = entry(0, "dragon", content="It guards the vault.", preventRecursion=True)
    assert joined(silent, CHAIN[1]) == [0]
    assert joined(CHAIN[0], entry(1, "vault", excludeRecursion=True)) == [0]
    delayed = entry(2, "dragon", delayUntilRecursion=True)
    assert joined(delayed) == [], "nothing called for a recursion"
    assert joined(delayed, CHAIN[0]) == [0, 2]
    levels = [entry(n, "dragon", delayUntilRecursion=level) for n, level in ((3, 2), (4, 1))]
    assert joined(CHAIN[0], *levels) == [0, 4, 3], "a further level has a recursion of its own"
    assert joined(*levels) == [3, 4]
    assert joined(*levels, rules={"recursive": False}) == []


def test_too_few_activations_look_further_back() -> None:
    entries = (entry(0, "harbour"), entry(1, "dragon"), entry(2, "quiet"))
    assert joined(*entries, rules={"depth": 1}) == [0]
    assert joined(*entries, rules={"depth": 1, "min_activations": 2}) == [0, 1]
    assert joined(*entries, rules={"depth": 1, "min_activations": 9}) == [0, 1, 2]
    assert joined(*entries, rules={"depth": 1, "min_activations": 9, "max_depth": 2}) == [0, 1]


# -- chance, budget, groups ------------------------------------------------------------------------------------------


def test_probability() -> None:
    often = sum(bool(joined(entry(0, "dragon", probability=30), seed=seed)) for seed in range(400))
    assert 80 < often < 160
    assert joined(entry(0, "dragon", probability=0)) == []
    assert joined(entry(0, "dragon", probability=0, useProbability=False)) == [0]


def test_budget() -> None:
    entries = [entry(0, "dragon", content="a b c"), entry(1, constant=True, content="d e"), entry(2, "dragon")]
    outcome = ask(entries, rules={"budget": 4})
    assert [activation.entry.uid for activation in outcome.joined] == [1], "what is always there comes first"
    assert outcome.overflowed
    assert [(refusal.entry.uid, refusal.why) for refusal in outcome.refused] == [
        (0, "its 3 tokens do not fit into the budget of 4"),
        (2, "the budget is used up"),
    ]
    free = entry(3, "dragon", ignoreBudget=True)
    assert joined(*entries, free, rules={"budget": 4}) == [1, 3]


def test_one_of_a_group_joins() -> None:
    rivals = [entry(n, "dragon", group="beasts, others", groupWeight=weight) for n, weight in ((0, 1), (1, 3))]
    wins = [joined(*rivals, seed=seed) for seed in range(400)]
    assert all(len(found) == 1 for found in wins)
    assert 240 < wins.count([1]) < 360
    preferred = entry(2, "dragon", group="beasts", groupOverride=True, order=5)
    assert joined(*rivals, preferred) == [2]
    assert joined(entry(0, "dragon", group="beasts", content="vault"), entry(1, "vault", group="beasts")) == [0]


def test_the_highest_score_of_a_group_wins() -> None:
    many = entry(0, "dragon", "harbour", "quiet", group="g", groupWeight=0)
    few = entry(1, "dragon", group="g", groupWeight=1000)
    assert joined(many, few) == [1]
    assert joined(many, few, rules={"group_scoring": True}) == [0]


# -- effects that last -----------------------------------------------------------------------------------------------


def test_sticky_then_cooldown() -> None:
    bound = entry(0, "dragon", sticky=2, cooldown=2)
    state = ask([bound], length=10).timed
    quiet = ["nothing"]
    for length, expected in ((11, [0]), (12, []), (13, []), (14, [])):
        outcome = ask([bound], quiet, length=length, timed=state)
        assert [activation.entry.uid for activation in outcome.joined] == expected, length
        state = outcome.timed
    assert (
        joined(bound, length=13, timed=ask([bound], quiet, length=12, timed=ask([bound], length=10).timed).timed) == []
    )
    assert joined(bound, length=14, timed=state) == [0], "it has rested"


def test_effects_are_taken_back_with_the_message() -> None:
    bound = entry(0, "dragon", sticky=5)
    state = ask([bound], length=10).timed
    assert state.left("sticky", "Town.0", 11) == 4
    assert joined(bound, chat=["nothing"], length=10, timed=state) == []
    kept = TimedState().switched("sticky", bound, 10, on=True)
    assert joined(bound, chat=["nothing"], length=10, timed=kept) == [0], "what was set by hand stays"


def test_delay() -> None:
    assert joined(entry(0, "dragon", delay=4), length=3) == []
    assert joined(entry(0, "dragon", delay=4), length=4) == [0]


def test_timed_state_survives_storage() -> None:
    state = ask([entry(0, "dragon", sticky=2, cooldown=2)]).timed
    assert TimedState.from_json(state.to_json()) == state
    assert TimedState.from_json({"sticky": {"a": 3, "b": {"start": "x"}}, "cooldown": []}) == TimedState()


# -- for any book ----------------------------------------------------------------------------------------------------

TEXT = st.text(st.sampled_from("abc dragon()[]*+?\\/|{}^$.\x01é龍"), max_size=12)
NAMES = [
    "order",
    "position",
    "depth",
    "group",
    "groupWeight",
    "sticky",
    "delay",
    "role",
    "probability",
    "scanDepth",
    "delayUntilRecursion",
    "selectiveLogic",
    "characterFilter",
    "triggers",
    "constant",
]
FIELDS = st.dictionaries(
    st.sampled_from(NAMES),
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.lists(TEXT, max_size=3),
    max_size=5,
)
KEY = TEXT | TEXT.map(lambda text: f"/{text}/")
ENTRIES = st.lists(st.tuples(st.lists(KEY, max_size=3), st.lists(KEY, max_size=2), TEXT, FIELDS), max_size=6)


@settings(max_examples=150)
@given(ENTRIES, st.lists(TEXT, max_size=4), st.integers(0, 3))
def test_no_book_fails_and_a_seed_decides(raw: list[Any], chat: list[str], minimum: int) -> None:
    entries = [
        read_entry("B", {"uid": uid, "key": keys, "keysecondary": more, "content": content, **fields})
        for uid, (keys, more, content, fields) in enumerate(raw)
    ]
    rules = {"min_activations": minimum, "depth": 1}
    first, second = (ask(entries, chat, rules=rules, seed=7) for _ in range(2))
    assert first == second
    assert len({activation.entry.id for activation in first.joined}) == len(first.joined)


def test_an_expression_without_end_is_remarked() -> None:
    outcome = ask([entry(0, "/(a+)+$/"), entry(1, "dragon")], [f"dragon {'a' * 60}!"])
    assert [activation.entry.uid for activation in outcome.joined] == [1]
    assert "takes too long" in outcome.remarks[0]
