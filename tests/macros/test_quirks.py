"""The quirks of spec/macros.md section 22: what is kept, what is mended, and what is said about it."""

from __future__ import annotations

import pytest

from stcore.macros import Diagnostic, Environment, MacroEngine

ENGINE = MacroEngine()


def expanded(text: str) -> tuple[str, list[Diagnostic], Environment]:
    remarks: list[Diagnostic] = []
    env = Environment(user="Mira", char="Tobin", diagnostics=remarks.append)
    return ENGINE.expand(text, env), remarks, env


KEPT = [
    ("Q1", "{{reverse::{{user}}|down}} {{char}}", "{{reverse::Mira|down}} Tobin"),
    ("Q1", "{{reverse::a\\|}}{{user}}", "{{reverse::a\\|}}Mira"),
    ("Q1", "{{reverse::a|5}}{{user}}", "{{reverse::a|5}}Mira"),
    ("Q1", "{{reverse::|{{user}}}}", "{{reverse::|Mira}}"),
    ("Q3", "{{zeta}}q{{/zeta}}", "{{zeta}}q}}"),
    ("Q4", "{{if 0}}a{{ELSE}}b{{/if}}", ""),
    ("Q4", "{{if 1}}a{{ELSE}}b{{/if}}", "ab"),
    ("Q5", "{{if no}}1{{/if}}{{if null}}2{{/if}}{{if 0.0}}3{{/if}}{{if {{space}}}}4{{/if}}", "1234"),
    ("Q7", "{{.v = {{reverse}}ab{{/reverse}}}}{{.v}}", "{{reverse}}ab{{/reverse}}"),
    ("Q10", "{{.z = 3}}{{.z ok}}{{.}}", "3"),
    ("Q11", "{{user`x}} {{reverse?::pan}}", "Mira nap"),
    ("Q14", "[{{trim::x}}]", "[]"),
    ("Q15", "{{timeDiff::2021-06-01::2021-06-03}}", "2 days ago"),
    ("Q17", "{{reverse::a{{9}}b}}", "9{{ab}}"),
    ("Q18", "{{.z = 3}}{{/.z}}", "3"),
    ("Q20", "{{reverse}ab}}", "ba}"),
    ("Q21", "{{.v = user}}{{if {{.v}}}}named{{/if}}{{.w = .none}}{{if {{.w}}}}{{else}}empty{{/if}}", "namedempty"),
]


@pytest.mark.parametrize(("quirk", "text", "result"), KEPT)
def test_a_quirk_that_texts_rely_on_is_kept(quirk: str, text: str, result: str) -> None:
    assert expanded(text)[0] == result


# -- Q1: why a pipe makes a macro text -------------------------------------------------------------------------------


def test_a_pipe_is_explained_with_a_way_around_it() -> None:
    result, remarks, _ = expanded("{{reverse::up|down}}")
    assert result == "{{reverse::up|down}}"
    assert len(remarks) == 1
    assert "pipe" in remarks[0].message and "{{reverse}}...{{/reverse}}" in remarks[0].message
    assert remarks[0].span is not None and (remarks[0].span.start, remarks[0].span.end) == (0, 14)


def test_the_ways_around_a_pipe_work() -> None:
    assert expanded("{{reverse}}up|down{{/reverse}}{{.v = a|b}}{{.v}}")[0] == "nwod|pua|b"
    assert "{{//}}" in expanded("{{// a|b}}")[1][0].message


# -- Q2: block comments, mended --------------------------------------------------------------------------------------

COMMENTS = [
    ("a{{//}}x{{///}}b", "ab"),
    ("a\n{{ // }}\nlines | and {{user\n{{ /// }}\nb", "a\n\nb"),
    ("{{//}}{{.n = 1}}{{incvar::n}}{{///}}[{{.n}}]", "[]"),
    ("{{//}}a{{//}}b{{///}}c{{///}}d", "d"),
    ("{{#//}}x{{/ //}}y", "y"),
    ("{{reverse::a{{//}} }} | {{///}}b}}", "ba"),
    ("{{.v = {{//}}x{{///}}y}}{{.v}}", "y"),
    ("{{if 1}}a{{//}}{{else}}{{/if}}{{///}}b{{else}}c{{/if}}", "ab"),
    ("{{setvar::v}}a{{//}}b{{///}}c{{/setvar}}{{.v}}", "ac"),
]


@pytest.mark.parametrize(("text", "result"), COMMENTS)
def test_nothing_of_a_block_comment_is_seen_or_run(text: str, result: str) -> None:
    seen, remarks, _ = expanded(text)
    assert seen == result
    assert remarks == []


def test_tags_of_comments_without_a_partner_are_comments_by_themselves() -> None:
    assert expanded("{{//}}a{{//}}b{{///}}c")[0] == "ac"
    assert expanded("a{{///}}b{{// note}}c{{///}}d")[0] == "abcd"
    assert expanded("{{comment}}a{{/comment}}")[0] == "{{comment}}a{{/comment}}"


# -- others that are mended ------------------------------------------------------------------------------------------


def test_an_else_inside_an_argument_leaves_nothing_behind() -> None:
    assert expanded("{{reverse::a{{else}}b}}")[0] == "ba"  # Q8


def test_open_macros_never_exhaust_anything() -> None:
    text = "{{reverse::" * 3000 + "{{user}}"
    assert expanded(text)[0] == "{{reverse::" * 3000 + "Mira"  # Q12


@pytest.mark.parametrize("text", ["{{.z ok}}", "{{.}}", "{{user'z}}", "{{.n++ ++}}"])
def test_what_is_passed_over_is_remarked(text: str) -> None:
    assert expanded(text)[1]
