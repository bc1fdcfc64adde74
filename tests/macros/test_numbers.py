"""Number text, JSON text and UTF-16 lengths: spec/stscript.md appendix B."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from stcore.macros.numbers import (
    format_number,
    js_json,
    parse_json,
    read_number,
    to_number,
    utf16_index,
    utf16_length,
    utf16_offset,
    utf16_slice,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (7.0, "7"),
        (-0.0, "0"),
        (0.000001, "0.000001"),
        (1e-7, "1e-7"),
        (-1.5e-9, "-1.5e-9"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.25e22, "1.25e+22"),
        (98765432109876543210.0, "98765432109876540000"),
        (123456789000000000, "123456789000000000"),
        (0.1 + 0.2, "0.30000000000000004"),
        (123.456, "123.456"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (10**400, "Infinity"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
    ],
)
def test_numbers_print_in_ecmascript_form(number: float, text: str) -> None:
    assert format_number(number) == text


@given(st.floats(allow_nan=False))
def test_a_printed_number_reads_back_as_the_same_number(number: float) -> None:
    assert read_number(format_number(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("05", 5.0),
        (" 9\ufeff\n", 9.0),
        ("0xA", 10.0),
        ("0B101", 5.0),
        ("0o17", 15.0),
        (".5e1", 5.0),
        ("5.", 5.0),
        ("+7", 7.0),
        ("-Infinity", -math.inf),
        ("1e999", math.inf),
        ("0x" + "f" * 400, math.inf),
    ],
)
def test_numeric_literals_are_read(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "  ", "2,5", "1_0", "-0x1", "+0b1", "1e", ".", "inf", "infinity", "nan", "12px", "٣", "\x1c1"]
)
def test_other_texts_are_no_numeric_literals(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("", 0.0),
        (" \n", 0.0),
        (None, 0.0),
        (True, 1.0),
        (False, 0.0),
        ([], 0.0),
        (["4"], 4.0),
        ([[None]], 0.0),
        ([True], None),
        ([1, 2], None),
        ({}, None),
        ("x", None),
        (math.nan, None),
    ],
)
def test_stored_values_convert_where_a_number_is_demanded(value: object, number: float | None) -> None:
    assert to_number(value) == number


def test_json_is_compact_with_integer_keys_first() -> None:
    value = {"b": 1.0, "2": [None, True, 1e21, math.inf], "1": 'é"\n', "01": 0, "\U0001f3b2": "\ud800"}
    assert js_json(value) == '{"1":"é\\"\\n","2":[null,true,1e+21,null],"b":1,"01":0,"\U0001f3b2":"\\ud800"}'


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_json_reads_back(value: object) -> None:
    assert parse_json(js_json(value)) == value


def test_json_that_ecmascript_refuses_or_that_is_too_deep_is_a_value_error() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for attempt in (lambda: parse_json("NaN"), lambda: parse_json("[" * 100_000), lambda: js_json(deep)):
        with pytest.raises(ValueError):
            attempt()


@given(st.text(), st.integers(0, 20), st.integers(0, 20))
def test_lengths_and_slices_count_utf16_units(text: str, start: int, end: int) -> None:
    units = text.encode("utf-16-le", "surrogatepass")
    assert utf16_length(text) == len(units) // 2
    assert utf16_slice(text, start, end) == units[2 * start : 2 * end].decode("utf-16-le", "surrogatepass")


@given(st.text(alphabet="a\U0001f3b2é", min_size=1), st.data())
def test_an_index_survives_the_way_to_utf16_and_back(text: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text) - 1))
    assert utf16_index(text, utf16_offset(text, index)) == index
