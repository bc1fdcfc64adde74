"""Every example of spec/macros.md: user Mira, character Tobin, no card, an empty chat, no variables."""

from __future__ import annotations

import pytest

from stcore.macros import Environment, MacroEngine

EXAMPLES = [
    ("3.1", "{{{user}}", "{Mira"),
    ("3.1", "<{{{{char}}}}>", "<{{Tobin}}>"),
    ("3.1", "a }} b {{user}}", "a }} b Mira"),
    ("3.2", "{{5x}} {{% y}} {{user}}", "{{5x}} {{% y}} Mira"),
    ("3.2", "{{user-x}}", "{{user-x}}"),
    ("3.3", "{{ ~ ! user }}", "Mira"),
    ("3.4", "{{user'z}}", "Mira"),
    ("3.4", "{{reverse?::pan}}", "nap"),
    ("3.5", "{{reverse::up|down}} {{user}}", "{{reverse::up|down}} Mira"),
    ("3.5", "{{reverse::{{user}}|down}}", "{{reverse::Mira|down}}"),
    ("3.5", "{{setvar::p}}up|down{{/setvar}}{{.p}}", "up|down"),
    ("3.5", "{{.p = up|down}}{{.p}}", "up|down"),
    ("3.6", "Dear {{ friend {{user}}, bye", "Dear {{ friend Mira, bye"),
    ("3.6", "{{reverse::x {{if 1}}q{{/if}}", "{{reverse::x q"),
    ("4.1", "{{user  }}", "Mira"),
    ("4.1", "{{reverse:::ab}}", "ba:"),
    ("4.1", "{{ reverse :: yam }}", "may"),
    ("4.1", "{{setvar city Rome}}", "{{setvar city Rome}}"),
    ("4.1", "{{setvar city}}Rome{{/setvar}}{{.city}}", "Rome"),
    ("4.1", '{{reverse "ab"}}', '"ba"'),
    ("4.2", "{{setvar::v::{{space}}x}}[{{getvar::v}}]", "[ x]"),
    ("4.2", "{{reverse::{ab}}}", "ba{}"),
    ("4.3", "{{setvar::v::{{reverse}}no{{/reverse}}!}}{{.v}}", "on!"),
    ("4.4", "{{// to do: {{user}} }}done", "done"),
    ("4.4", "{{comment a}}b", "b"),
    ("5.2", "{{.q = 2.0}}{{.q == 2}}{{.q == 2.0}}", "truefalse"),
    ("5.2", "{{.q = 12}}{{.q > 7}}{{.none >= 0}}", "truetrue"),
    ("5.2", "{{.q || a || b}}", "a || b"),
    ("5.2", "{{.q = == z}}{{.q}}", "== z"),
    ("5.3", "{{.v = {{space}}x{{space}}}}[{{.v}}]", "[x]"),
    ("5.4", "{{.z = 3}}{{.z ok}}{{.z not ok}}", "3{{.z not ok}}"),
    ("6.1", "a{{/zeta::{{user}}}}b", "a{{/zeta::{{user}}}}b"),
    ("6.1", "{{char}}a {{user}}{{/char}}", "{{char}}a Mira{{/char}}"),
    ("6.1", "{{setvar::k::1}}a{{/setvar}}", "{{setvar::k::1}}a{{/setvar}}"),
    ("6.1", "{{reverse}}ab{{if 1}}c{{/reverse}}d{{/if}}", "c}}1 fi{{bad{{/if}}"),
    ("6.2", "{{reverse}}ton{{#/reverse::z}}", "not"),
    ("7.1", "{{getvar::n}}{{setvar::n::{{.n ?? 4}}}}{{getvar::n}}", "4"),
    ("7.2", "{{setvar::t::\\{\\{user\\}\\} }}{{getvar::t}}", "{{user}}"),
    ("7.3", "{{zeta:: {{char}} ::b}}", "{{zeta:: Tobin ::b}}"),
    ("9.1", "{{if !!0}}x{{/if}}", ""),
    ("9.2", "{{if off}}{{.seen = 1}}{{/if}}{{hasvar::seen}}", "false"),
    ("9.3", "{{if user}}hi {{user}}{{/if}}", "hi Mira"),
    ("9.3", "{{if .mood}}m{{else}}no mood{{/if}}", "no mood"),
    ("9.3", "{{if scenario}}S{{else}}none{{/if}}", "none"),
    ("9.4", "{{if 0}}a{{else}}b{{if 0}}c{{else}}d{{/if}}{{/if}}", "bd"),
    ("9.6", "one{{else}}two", "onetwo"),
    ("10.3", "{{addvar::w::ab}}{{addvar::w::3}}{{getvar::w}}", "ab3"),
    ("10.3", "{{addvar::w::4}}{{addvar::w::3}}{{getvar::w}}", "7"),
    ("10.3", "{{setvar::w::0}}{{addvar::w::kg}}{{getvar::w}}", "kg"),
    ("11", "{{setvar::b}}\n   one\n     two\n three\n{{/setvar}}[{{.b}}]", "[one\n  two\nthree]"),
    ("11", "{{if 1}}a\n  b{{/if}}", "a\n  b"),
    ("11", "{{#setvar::b}} x {{/setvar}}[{{.b}}]", "[ x ]"),
    ("12.1", "\\{\\{char\\}\\}", "{{char}}"),
    ("12.1", "{\\{char}}", "{{char}}"),
    ("12.1", "\\{{char}}", "\\Tobin"),
    ("12.1", "{{reverse::a\\}}}", "\\a}"),
    ("12.2", "a\n\n{{trim}}\nb", "ab"),
    ("12.2", "a\n {{trim}}b", "a\n b"),
    ("14.1", "{{random:so::so}}", "so"),
    ("14.1", "{{random no, no}}", "no"),
    ("14.1", "{{random::9\\,5}}", "9,5"),
    ("14.1", "{{random::a, b::a, b}}", "a, b"),
    ("14.3", "{{roll::2d1+5}}", "7"),
    ("14.3", "[{{roll::2d}}]", "[]"),
    ("14.4", "{{timeDiff::2021-06-01 08:00::2021-06-03 08:00}}", "2 days ago"),
    ("22", "{{zeta}}q{{/zeta}}", "{{zeta}}q}}"),
    ("22", "{{reverse::a{{9}}b}}", "9{{ab}}"),
    ("22", "{{reverse}ab}}", "ba}"),
]


@pytest.fixture(scope="module")
def engine() -> MacroEngine:
    return MacroEngine()


@pytest.mark.parametrize(("section", "text", "result"), EXAMPLES)
def test_an_example_of_the_specification(engine: MacroEngine, section: str, text: str, result: str) -> None:
    assert engine.expand(text, Environment(user="Mira", char="Tobin")) == result


STORED = [
    ("05", "5"),
    (" 9 ", "9"),
    ("0xA", "10"),
    ("2,5", "2,5"),
    ([1, 2], "[1,2]"),
    (None, "0"),
    ("6.10", "6.1"),
    ("2e3", "2000"),
    ("+7", "7"),
    ("1_0", "1_0"),
    ("[1, 2]", "[1, 2]"),
    (True, "1"),
    ("98765432109876543210", "98765432109876540000"),
    ({"b": 1, "1": None}, '{"1":null,"b":1}'),
]


@pytest.mark.parametrize(("stored", "printed"), STORED)
@pytest.mark.parametrize("text", ["{{getvar::v}}", "{{.v}}"])
def test_a_stored_value_prints_normalised(engine: MacroEngine, text: str, stored: object, printed: str) -> None:
    env = Environment()
    env.local.set("v", stored)  # type: ignore[arg-type]
    assert engine.expand(text, env) == printed
