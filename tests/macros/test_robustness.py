"""Whatever a text contains: never an exception, never more than linear time, the same pairs as the rule gives."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings, strategies as st

from stcore.macros import Environment, MacroEngine
from stcore.macros.blocks import Block, Level, Verbatim
from stcore.macros.parser import parse
from stcore.macros.syntax import Call, Fragment, Node, Text, Variable

ENGINE = MacroEngine()

WORDS = """
    {{ }} { } :: : | \\ / // # ! if else user reverse setvar .x $y = ++ += ?? ||= 1 0 🎲 ' " <USER> {{user}} {{if::1}}
    {{/if}} {{else}} {{//}} {{///}} {{trim}} {{reverse}} {{/reverse}} {{setvar::a}} {{/setvar}} {{pick::a::b}}
"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\n", "\ufeff"])
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60)


@given(TEXTS)
@settings(max_examples=500)
def test_no_text_makes_the_engine_fail(text: str) -> None:
    assert isinstance(ENGINE.expand(text, Environment()), str)


@given(st.text(alphabet=st.characters(exclude_characters="{}\\<")))
def test_text_without_macros_is_not_touched(text: str) -> None:
    assert ENGINE.expand(text, Environment()) == text


@given(TEXTS)
def test_the_nodes_cover_the_text_without_gap(text: str) -> None:
    document = parse(text)
    position = 0
    for node in document.nodes:
        assert node.start == position
        position = node.end
    assert position == len(text)
    for node in walk(document.nodes):
        assert 0 <= node.start <= node.end <= len(text)
        if isinstance(node, Text) and node.text:
            assert node.text == text[node.start : node.end]
        else:
            assert text.startswith("{{", node.start)
            assert text.endswith("}}", node.start, node.end)


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        if isinstance(node, Call):
            for argument in node.arguments:
                yield from walk(argument.nodes)
        if isinstance(node, Variable) and node.value:
            yield from walk(node.value.nodes)


# -- pairing against the rule taken literally ------------------------------------------------------------------------

TAGS = st.lists(st.sampled_from(["a0", "a1", "/a", "b1", "/b", "c0", "/c"]), max_size=14)


def takes_block(call: Call) -> bool:
    return bool(call.arguments)


def tags_as_calls(tags: list[str]) -> list[Call]:
    """Calls of one level; those with a 1 can take a block."""
    calls: list[Call] = []
    for index, tag in enumerate(tags):
        arguments = (Fragment(0, 0, ()),) if tag.endswith("1") else ()
        name = tag[1] if tag[0] == "/" else tag[0]
        calls.append(Call(index, index + 1, "/" if tag[0] == "/" else "", name, 0, arguments))
    return calls


def literal_pairs(calls: Sequence[Call]) -> list[object]:
    """Section 6.1 word by word, for calls whose ``start`` numbers them."""
    partner: dict[int, int] = {}
    hidden_up_to = -1
    for index, opener in enumerate(calls):
        if index <= hidden_up_to or opener.closes or index in partner.values():
            continue
        depth = 1
        for later in range(index + 1, len(calls)):
            call = calls[later]
            if call.name != opener.name or later in partner or later in partner.values():
                continue
            depth += -1 if call.closes else takes_block(call)
            if depth == 0:
                partner[index] = later
                hidden_up_to = later if takes_block(opener) else hidden_up_to
                break
    result: list[object] = []
    rest = iter(range(len(calls)))
    for index in rest:
        call, closer = calls[index], partner.get(index)
        if closer is not None and takes_block(call):
            result.append(("block", call.start, calls[closer].start, literal_pairs(calls[index + 1 : closer])))
            next(skipped for skipped in rest if skipped == closer)
        elif closer is not None or call.closes or index in partner.values():
            result.append(("text", call.start))
        else:
            result.append(("call", call.start))
    return result


def found_pairs(level: Level) -> list[object]:
    found: list[object] = []
    for item in level.items():
        if isinstance(item, Block):
            found.append(("block", item.opener.start, item.closer.start, found_pairs(item.content)))
        elif isinstance(item, Verbatim):
            found.append(("text", item.start))
        else:
            found.append(("call", item.start))
    return found


@given(TAGS)
@settings(max_examples=1000)
def test_tags_pair_up_as_the_rule_says_on_every_level(tags: list[str]) -> None:
    calls = tags_as_calls(tags)
    assert found_pairs(Level.of(calls, takes_block)) == literal_pairs(calls)


# -- time ------------------------------------------------------------------------------------------------------------


def seconds(text: str) -> float:
    engine = MacroEngine(ENGINE.registry)
    start = time.process_time()
    engine.expand(text, Environment())
    return time.process_time() - start


@pytest.mark.parametrize(
    "unit",
    ["{{", "}}", "{{a", "{{a ", "{{{", "{{a::{{{b|", "{{.x = ", "{{if 1}}", "{{/if}}", "{{char}}x{{/char}}", "{{char}}",
     "{{user}}", "{{trim}}\n\n", "\n", "{{setvar::a}}", "{{a:{{b}}", "{{else}}", "{ ", "\\{", "<USER", "{{/", "{{!",
     "{{//}}", "{{///}}", "{{//}}{{///}}"],
)  # fmt: skip
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    ENGINE.expand("{{user}}", Environment())  # the parser is built
    small = min(seconds(unit * 1000) for _ in range(3))
    large = min(seconds(unit * 8000) for _ in range(3))
    assert large < 8 * 4 * small + 0.05


def test_nested_and_crossing_tags_stay_linear() -> None:
    for count in (500, 4000):
        text = "{{char}}" * count + "{{/char}}" * count + "{{if 1}}{{reverse}}" * count + "{{/if}}{{/reverse}}" * count
        assert seconds(text) < 0.004 * count
