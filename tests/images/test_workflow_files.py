"""Workflows that come as files, and the rules for placeholders of one's own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stcore.errors import UserError
from stcore.images.embed import with_texts
from stcore.images.placeholders import check_placeholders, value_of
from stcore.images.settings import Placeholder
from stcore.images.workflow_files import workflow_in
from stcore.images.workflows import LARGEST
from tests.images.pictures import picture

GRAPH = '{"1": {"class_type": "A", "inputs": {"text": "%prompt%"}}}'


# -- files that are taken over ---------------------------------------------------------------------------------------


def test_what_can_be_taken_over() -> None:
    assert workflow_in(GRAPH.encode()) == GRAPH, "as typed"
    assert workflow_in(b"\xef\xbb\xbf" + GRAPH.encode()) == GRAPH
    posted = json.dumps({"prompt": json.loads(GRAPH), "client_id": "x"}).encode()
    assert json.loads(workflow_in(posted)) == json.loads(GRAPH)
    serverless = json.dumps({"input": {"workflow": json.loads(GRAPH)}})
    assert workflow_in(serverless.encode()) == serverless, "the whole input of a worker stays whole (16.5)"
    png = with_texts(picture(), {"prompt": GRAPH, "workflow": '{"nodes": []}'})
    assert json.loads(workflow_in(png)) == json.loads(GRAPH)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"nodes": [], "links": []}', "in the format of the editor"),
        (b'{"prompt": {"nodes": []}}', "in the format of the editor"),
        (b'{"steps": %steps%}', "no valid JSON"),
        (b"{}", "no nodes"),
        (b"", "is empty"),
        (b"\xff\xd8\xff\xe0 a photo", "no UTF-8 text"),
        (b" " * (LARGEST + 1), "larger than 5 MB"),
        (picture(), "does not tell how it was made"),
        (with_texts(picture(), {"workflow": '{"nodes": []}'}), "does not tell how it was made"),
        (with_texts(picture(), {"prompt": "a fox"}), "no valid JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_taken_over(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        workflow_in(data)
    assert caught.value.hint or caught.value.kind == "too_large"


# -- placeholders of one's own ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), (" -3 ", -3), ("0.50", 0.5), (".5", 0.5), ("1e3", 1000.0), ("2.", 2.0)]
)
def test_numbers_of_ones_own(text: str, number: float) -> None:
    found = value_of(Placeholder(find="n", kind="number"), text)
    assert (found, type(found)) == (number, type(number))


@pytest.mark.parametrize("text", ["", "much", "1_0", "0x10", "nan", "inf", "1e999", "1,5", "९"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(UserError, match="%n% should be a number"):
        value_of(Placeholder(find="n", kind="number"), text)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([{"find": "seed"}], "filled by stcore itself"),
        ([{"find": "init_image"}], "filled by stcore itself"),
        ([{"find": "a"}, {"find": "a"}], "two placeholders %a%"),
        ([{"find": "a", "kind": "choice"}], "nothing to choose from"),
        ([{"find": "a", "kind": "choice", "choices": ["x"], "replace": "y"}], "cannot be “y”"),
        ([{"find": "a", "kind": "number", "replace": "y"}], "should be a number"),
    ],
)
def test_placeholders_that_could_not_be_filled(given: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(UserError, match=words):
        check_placeholders([Placeholder(**one) for one in given])


def test_values_with_macros_are_not_judged_before_they_are_known() -> None:
    check_placeholders(
        [
            Placeholder(find="a", kind="number", replace="{{getvar::a}}"),
            Placeholder(find="b", kind="choice", choices=("x",), replace="{{getvar::b}}"),
            Placeholder(find="c", kind="number"),
        ]
    )
