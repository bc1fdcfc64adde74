"""Numbers, elements and types: what a value reads as, and what becomes of it when it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from stcore.commands.values import REMOVED, convert, read_element, read_text, result_text, write_element
from stcore.macros import MemoryVariables
from stcore.testing.memory import MemoryHost

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text("ab 07", max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=5), st.integers(0, 8), st.text("xyz", max_size=5))
def test_an_element_written_is_the_element_read(items: list[Any], index: int, value: str) -> None:
    stored = write_element(json.dumps(items), str(index), value)
    assert stored is not None
    expected = [*items, *[None] * (index + 1 - len(items))]
    expected[index] = value
    assert json.loads(stored) == expected
    assert read_element(stored, str(index), scoped=True) == value


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), JSON, max_size=4), st.text("abc", min_size=1, max_size=3)
)
def test_removing_a_key_leaves_the_others(members: dict[str, Any], key: str) -> None:
    stored = write_element(json.dumps(members), key, REMOVED)
    assert stored is not None
    assert json.loads(stored) == {name: value for name, value in members.items() if name != key}


@given(JSON)
def test_reading_is_stable(value: Any) -> None:
    """What reading prints reads as the same again."""
    text = read_text(value)
    assert read_text(text) == text


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        ("int", "3.9", 3),
        ("float", "3.5kg", 3.5),
        ("number", "0x10", 16),
        ("NUMBER", "3.5kg", None),
        ("int", "kg", None),
        ("bool", " ON ", True),
        ("boolean", "yes", False),
        ("list", "[1,2]", [1, 2]),
        ("array", '{"a":1}', []),
        ("object", "[1]", [1]),
        ("dict", "null", None),
        ("dictionary", "5", {}),
        ("null", "x", None),
        ("text", "x", "x"),
        ("", "5", "5"),
    ],
)
def test_types_of_as(kind: str, text: str, stored: Any) -> None:
    assert convert(text, kind) == stored
    assert convert("x", "none") is REMOVED


@pytest.mark.parametrize(
    ("stored", "index", "local", "scoped"),
    [
        ("[true,false]", "0", "1", "true"),
        ('["08"]', "0", "8", "08"),
        ("[null]", "0", "null", "null"),
        ("[1,[2,{}]]", "1", "[2,{}]", "[2,{}]"),
        ("[1]", "9", "", ""),
        ("[1]", "-1", "", ""),
        ("[1,2]", "length", "2", "2"),
        ("word", "1", "word", "o"),
        ("word", "9", "word", ""),
        ("7", "0", "", ""),
        ('{"1":"a"}', "1.0", "a", "a"),
        ("[5]", "", "5", "5"),
        ("𝄞a", "2", "𝄞a", "a"),
    ],
)
def test_elements_by_kind_of_variable(stored: str, index: str, local: str, scoped: str) -> None:
    assert read_element(stored, index, scoped=False) == local
    assert read_element(stored, index, scoped=True) == scoped


def test_what_is_no_list_has_no_element_to_write() -> None:
    assert write_element("plain", "0", "x") is None
    assert write_element("7", "0", "x") is None
    assert write_element(None, "2", "x") == '[null,null,"x"]'
    assert write_element(None, "key", "x") == '{"key":"x"}'
    assert write_element("[1]", "key", "x") == "[1]"


def test_results_keep_the_order_of_keys_of_json() -> None:
    assert result_text({"b": 1, "10": 2, "2": None}) == '{"2":null,"10":2,"b":1}'
    assert result_text(1e21) == "1e+21"


@pytest.mark.anyio
async def test_a_list_cannot_be_made_absurdly_long() -> None:
    from stcore.errors import ExecutionError

    with pytest.raises(ExecutionError, match="elements"):
        await MemoryHost().run("/setvar key=x index=9999999999 y")


@pytest.mark.anyio
async def test_stored_values_of_other_programs_can_be_read() -> None:
    """Variables may hold what JSON holds, not only texts."""
    host = MemoryHost()
    host.local.set("list", [1, {"a": "x"}])
    host.local.set("yes", True)
    host.globals = MemoryVariables()
    assert (await host.run("/getvar list")).pipe == '[1,{"a":"x"}]'
    assert (await host.run("/getvar index=1 list")).pipe == '{"a":"x"}'
    assert (await host.run("/addvar key=list 2 | /getvar list")).pipe == '[1,{"a":"x"},"2"]'
    assert (await host.run("/if left=yes {: /pass on :}")).pipe == "on"
