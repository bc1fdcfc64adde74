"""What is wrong with a text is found without evaluating it, and agrees with what the engine then does."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings, strategies as st

from stcore.macros import Argument, Diagnostic, Environment, ListPart, Macro, MacroCall, MacroEngine, Registry
from stcore.macros.builtin import builtin_macros
from stcore.macros.checking import MAX_PROBLEMS, Problem, check
from stcore.macros.matching import distance, rank, similar
from stcore.macros.places import macros_of

REGISTRY = MacroEngine().registry


def problems(text: str, place: str = "message") -> list[Problem]:
    return check(text, REGISTRY, extra=macros_of(place))


def only(text: str) -> Problem:
    """The one problem of a text."""
    [problem] = problems(text)
    return problem


def marked(text: str, severity: str | None = None) -> list[str]:
    """The stretches of the text that are underlined."""
    return [text[p.span.start : p.span.end] for p in problems(text) if severity in (None, p.severity)]


# -- what is found -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no macros, { braces } and }} more",
        "{{user}} and {{ char }}, {{reverse::{{user}}}}",
        "{{setvar::a::1}}{{setvar b}}2{{/setvar}}{{.a}}{{$g ??= x | y}}",
        "{{if .a}}x{{else}}y{{/if}}{{#if user}}{{if 0}}a{{else}}b{{/if}}{{else}}{{char}}{{/if}}",
        "{{random::a::b::c}}{{pick a,b}}{{// a comment with {{user}} }}{{trim}}{{trim}} x {{/trim}}",
        "<USER> {{time_UTC+2}} {{space::2}}{{newline}}{{{user}}}",
        "{{setvar::p}}up|down{{/setvar}}{{.p = up|down}}",
    ],
)
def test_a_good_text_has_no_problems(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "part", "message", "hint"),
    [
        ("hi {{usr}}!", "usr", "There is no macro usr.", "Did you mean {{user}}?"),
        ("{{user::a}}", "{{user::a}}", "user takes no arguments, but 1 was given.", "Write {{user}}."),
        ("{{space::many}}", "many", "space: optional argument 1 (count) is 'many', not integer.", "How many."),
        ("{{incvar}} {{/incvar}}", " ", "incvar: a variable needs a name.", "name of the variable"),
        ("{{space}}no{{/space}}", "no", "space: optional argument 1 (count) is 'no', not integer.", "How many."),
        ("a {{reverse::b", "{{", "The macro is never closed.", "Close it with }}."),
        ("a{{/zeta}}", "{{/zeta}}", "{{/zeta}} closes nothing", "Remove it"),
        ("{{.9}}", "{{.", "This is no shorthand", "{{getvar::name}}"),
        ("{{reverse::{{{user}}}}", "{{{", "Three braces open no macro inside another one", "Write two"),
        ("{{roll::2x}}", "2x", "roll: '2x' is no roll of dice.", "Like 2d6+1"),
        ("{{space::-1}}", "-1", "space: the count must lie between 0 and", "How many."),
        ("{{getvar::a}}{{setvar::::x}}", "", "setvar: a variable needs a name.", "name of the variable"),
        ("{{time::utc+2}}", "utc+2", "time: 'utc+2' is no offset like UTC+2", "Like UTC+2"),
        ("{{timeDiff::2024-01-01::soon}}", "soon", "timeDiff: 'soon' is no date.", "compare"),
    ],
)
def test_what_stays_as_text_or_cannot_be_meant_is_an_error(text: str, part: str, message: str, hint: str) -> None:
    problem = only(text)
    assert problem.severity == "error"
    assert text[problem.span.start : problem.span.end] == part
    assert problem.message.startswith(message)
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a{{else}}b", "{{else}}"),
        ("{{if 1}}a{{else}}b{{else}}c{{/if}}", "{{else}}"),
        ("{{if 1}}a{{ELSE}}b{{/if}}", "{{ELSE}}"),
        ("{{if .hp > 3}}a{{/if}}", ".hp > 3"),
        ("{{if getvar}}a{{/if}}", "getvar"),
        ("{{user'z}}", "'z"),
        ("{{.z ok}}", "ok"),
        ("{{ }} x", "{{ }}"),
        ("{{5}} x", "{{"),
    ],
)
def test_what_works_but_hardly_as_it_looks_is_a_warning(text: str, part: str) -> None:
    problem = only(text)
    assert problem.severity == "warning"
    assert text[problem.span.start : problem.span.end] == part


def test_both_tags_of_what_cannot_be_a_block_are_marked() -> None:
    assert marked("{{char}}a {{user}}{{/char}}") == ["{{char}}", "{{/char}}"]


def test_a_pipe_says_why_and_what_may_hold_one() -> None:
    problem = only("{{reverse::up|down}} {{user}}")
    assert "pipe" in problem.message
    assert "as a block, {{reverse}}...{{/reverse}}" in problem.message


def test_an_else_divides_blocks_as_it_does_when_they_run() -> None:
    text = "{{if 1}}{{reverse}}a{{else}}b{{/reverse}}{{/if}}"
    assert marked(text, "error") == ["{{reverse}}", "{{/reverse}}"]


def test_tags_do_not_pair_in_the_value_of_a_variable() -> None:
    assert marked("{{.v = {{reverse}}ab{{/reverse}}}}") == ["{{reverse}}", "{{/reverse}}"]


@pytest.mark.parametrize(
    "text",
    [
        "{{reverse::{{reverse::^usr^}}}}",
        "{{setvar k}}\n\n  {{^usr^}}{{/setvar}}",
        "{{if {{^usr^}}}}a{{/if}}",
        "{{if 1}}a{{else}}b {{^usr^}}{{/if}}",
        "{{.x = {{^usr^}}}}",
        "<USER>, {{time_UTC+2}}, 🎲 {{^usr^}} <char>",
        "{{// note {{^usr^}} }}",
    ],
)
def test_places_are_exact_wherever_they_are(text: str) -> None:
    text = text.replace("reverse::^usr^", "reverse::{{^usr^}}")
    before, part, after = text.split("^")
    [problem] = problems(before + part + after)
    assert (problem.span.start, problem.span.end) == (len(before), len(before) + len(part))
    assert problem.span.line == before.count("\n")
    assert problem.span.column == len(before) - before.rfind("\n") - 1


def test_a_legacy_spelling_is_marked_as_it_was_typed() -> None:
    text = "ab <USER>{{/user}} {{time_UTC+99}}"
    assert marked(text) == ["<USER>", "{{/user}}"]


def test_macros_of_a_place_exist_there_only() -> None:
    text = "{{pipe}} {{VAR::a::0}} {{timesIndex}} {{arg::x}}"
    assert problems(text, "script") == []
    assert marked(text) == ["pipe", "VAR", "timesIndex", "arg"]
    assert only("{{Pipe}}").hint == "It exists only in scripts."
    assert "{{timesIndex}}" in check("{{timesindx}}", REGISTRY, extra=macros_of("script"))[0].hint


def test_a_lenient_macro_is_only_warned_of() -> None:
    lenient = Macro("easy", lambda call, *values: "", (), strict=False)
    [problem] = check("{{easy::a}}", Registry([lenient]))
    assert problem.severity == "warning"


# -- agreement with the engine -----------------------------------------------------------------------------------------


def joined(call: MacroCall, *values: str) -> str:
    return "".join(values)


def vocabulary() -> list[Macro]:
    """Macros of every kind of signature, whose results hold braces only when something stayed as text."""
    one, optional = Argument("a"), Argument("b", optional=True)
    return [
        Macro("none", joined),
        Macro("one", joined, (one,)),
        Macro("maybe", joined, (optional,)),
        Macro("two", joined, (one, Argument("b"))),
        Macro("some", joined, (one, optional)),
        Macro("many", joined, (one,), rest=ListPart(1, 2)),
        Macro("count", joined, (Argument("n", types="integer"),)),
        *(macro for macro in builtin_macros() if macro.name in ("if", "else", "//")),
    ]


ENGINE = MacroEngine(Registry(vocabulary()))
TAGS = """
    {{none}} {{one}} {{/one}} {{one::a}} {{maybe}} {{/maybe}} {{maybe::b}} {{two::a}} {{/two}} {{two::a::b}} {{some::a}}
    {{/some}} {{many::a::b}} {{/many}} {{count::1}} {{count::x}} {{/none}} {{zeta}} {{/zeta}} {{one:: {{two:: {{zeta::
    }} ::
    {{else}} {{5 {{ {{} {{.x}} {{.x {{.x} x a 1 : | {{one'q}} {{count::{{none}}1}} {{ONE::}} {{one b}} {{two a b}}
"""
CONDITIONAL = ["{{if 1}}", "{{if 0}}", "{{if::1::a}}", "{{if}}", "{{/if}}", "{{ELSE}}", "{{if .x}}", "{{#if !", "{{if "]
VALUES = ["{{.x = ", "{{$y ??= ", "{{.x||", "{{.x++}}", "{{//}}", "{{///}}", "{{// "]
PIECES = st.sampled_from([*TAGS.split(), " ", "\n"])
TEXTS = st.lists(PIECES, max_size=14).map("".join)
ALL_TEXTS = st.lists(PIECES | st.sampled_from([*CONDITIONAL, *VALUES]), max_size=14).map("".join)


def expanded(text: str) -> tuple[str, list[str]]:
    remarks: list[Diagnostic] = []
    result = ENGINE.expand(text, Environment(diagnostics=remarks.append))
    return result, [remark.message for remark in remarks]


@given(ALL_TEXTS)
@settings(max_examples=1500, deadline=None)
def test_what_the_engine_leaves_as_text_is_reported(text: str) -> None:
    found = check(text, ENGINE.registry)
    result, remarks = expanded(text)
    if not found and "{{{" not in text:
        assert "{{" not in result
    if not any(problem.severity == "error" for problem in found):
        strict = [remark for remark in remarks if not remark.startswith("//")]
        assert not [remark for remark in strict if " takes " in remark or ", not " in remark or "stay" in remark]


@given(TEXTS)
@settings(max_examples=1500, deadline=None)
def test_what_is_reported_as_an_error_does_stay_as_text(text: str) -> None:
    if any(problem.severity == "error" for problem in check(text, ENGINE.registry)):
        result, _ = expanded(text)
        assert "{{" in result


@given(st.text(alphabet="{}.$ :|/!#ifuser=\n<>🎲", max_size=60))
@settings(max_examples=500)
def test_no_text_makes_checking_fail(text: str) -> None:
    for problem in check(text, REGISTRY):
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
        assert problem.span.line == text.count("\n", 0, problem.span.start)


# -- bounds ------------------------------------------------------------------------------------------------------------


def seconds(text: str) -> float:
    start = time.process_time()
    check(text, REGISTRY)
    return time.process_time() - start


@pytest.mark.parametrize(
    "unit",
    ["{{", "}}", "{{a", "{{a|", "{{.x = ", "{{if 1}}", "{{/if}}", "{{char}}x{{/char}}", "{{usr}}", "{{if 1}}{{else}}",
     "{{setvar::a}}", "{{a:{{b}}", "{{setvar k}}{{usr}}{{/setvar}}", "<USER>{{x}}\n"],
)  # fmt: skip
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    check("{{user}}", REGISTRY)
    small = min(seconds(unit * 1000) for _ in range(3))
    large = min(seconds(unit * 8000) for _ in range(3))
    assert large < 8 * 4 * small + 0.05


def test_of_very_many_problems_the_first_kinds_are_told() -> None:
    assert len(problems("{{usr}}" * 5000)) == MAX_PROBLEMS
    assert {problem.severity for problem in problems("{{5}}" * 500 + "{{usr}}")} == {"warning", "error"}


def test_deep_nesting_is_a_problem_and_no_failure() -> None:
    found = problems("{{reverse::" * 800 + "x" + "}}" * 800)
    assert [problem.message for problem in found] == ["Macros deeper than 700 levels stay as text."]


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("usr", "user"), ("uesr", "user"), ("lastMesage", "lastMessage"), ("RANDOMM", "random"), ("getvra", "getvar")],
)
def test_a_misspelt_name_is_recognised(typed: str, meant: str) -> None:
    assert similar(typed, REGISTRY.names())[0] == meant


def test_a_quite_different_name_suggests_nothing() -> None:
    assert similar("zzzzz", REGISTRY.names()) == []
    assert similar("x" * 10_000, REGISTRY.names()) == []


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_the_distance_counts_and_gives_up_early(one: str, other: str) -> None:
    exact = distance(one, other, 20)
    assert exact == distance(other, one, 20)
    assert (exact == 0) == (one == other)
    assert abs(len(one) - len(other)) <= exact <= max(len(one), len(other))
    assert distance(one, other, 1) == min(exact, 2)


def test_fuzzy_matches_are_ranked() -> None:
    names = ["lastMessage", "lastMessageId", "allChatRange", "lastUserMessage"]
    assert rank(names, "lm") == ["lastMessage", "lastMessageId", "lastUserMessage"]
    assert rank(names, "last", "prefix") == ["lastMessage", "lastMessageId", "lastUserMessage"]
    assert rank(names, "user", "includes") == ["lastUserMessage"]
    assert rank(names, "xyz") == []
