"""The older macro engine: what spec/macros.md section 24 says of it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from stcore.macros import Environment, Group, Macro, MacroProcessor, Member
from stcore.macros.older import OlderEngine
from stcore.macros.reference import example_scene

ENGINE = OlderEngine()


def expanded(text: str, **fields: object) -> str:
    return ENGINE.expand(text, example_scene().child(**fields))


EXAMPLES = [
    ("{{user}} meets {{CHAR}}, <BOT>", "Mira meets Tobin, Tobin"),
    ("{{ user }} {{#user}} {{user }}", "{{ user }} {{#user}} {{user }}"),
    ("{{if 1}}a{{else}}b{{/if}}", "{{if 1}}a{{else}}b{{/if}}"),
    ("{{.x = 1}}{{.x}}", "{{.x = 1}}{{.x}}"),
    (r"\{{user}} \{x\}", r"\Mira \{x\}"),
    ("{{reverse:abc}} {{reverse::abc}}", "cba cba:"),
    ("{{reverse:a|b}}", "b|a"),
    ("{{random:so,so}} {{random::so::so}} {{pick::so}}", "so so so"),
    ("{{roll 2d1}} {{roll:3d1+1}}", "2 4"),
    ("{{datetimeformat YYYY-MM-DD}} {{time}} {{time_UTC+2}}", "2024-03-05 2:07 PM 4:07 PM"),
    ("{{timeDiff::2024-01-01 10:00::2024-01-01 13:00}}", "3 hours ago"),
    ('[{{banned "word"}}{{// a note }}{{noop}}]', "[]"),
    ("a\n\n{{trim}}\n b", "a b"),
    ("{{outlet::places}} {{outlet places}}", "The harbour has two piers. {{outlet places}}"),
    ("{{setvar::v::a b}}{{getvar::v}}{{incvar::n}}{{incvar::n}}", "a b12"),
    ("[{{getvar::n}}{{setvar::n::4}}]", "[]"),
    *((text, text) for text in ("{{space}}", "{{greeting}}", "{{hasvar::x}}", "{{hasExtension::weather}}")),
    ("{{lastMessage}} {{nonsense}}", "Is the lamp lit? {{nonsense}}"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "result"), EXAMPLES)
def test_a_text_as_the_older_engine_reads_it(text: str, result: str) -> None:
    assert expanded(text) == result


def test_macros_do_not_nest() -> None:
    assert expanded("{{reverse:{{user}}}}") == "ariM"  # names come before reverse
    assert expanded("{{setvar::v::{{user}}}}[{{getvar::v}}]") == "}}[{{user]"


def test_what_a_macro_gives_is_read_by_the_kinds_behind_it() -> None:
    env = example_scene().child(user="{{time}}")
    env.local.set("v", "{{user}} {{getvar::w}}")
    assert ENGINE.expand("{{getvar::v}}", env) == "2:07 PM {{getvar::w}}"
    assert expanded("{{charDescription}}") == "Tobin keeps the lighthouse."


def test_the_others_of_a_group_are_all_members_and_the_user() -> None:
    group = Group((Member("Ada"), Member("Bo", is_muted=True), Member("Cyd")))
    assert (
        expanded("{{notChar}}|{{group}}|{{groupNotMuted}}", group=group, char="Ada")
        == "Bo, Cyd, Mira|Ada, Bo, Cyd|Ada, Cyd"
    )


def test_macros_of_the_call_and_of_plugins_work_without_arguments() -> None:
    engine = OlderEngine()
    engine.registry.register(Macro("tide", lambda call: "high", group="harbour"))
    env = Environment(dynamic={"prompt": "a lamp", "count": 3, "char": lambda call: "shadow"})
    assert engine.expand("{{prompt}} {{count}} {{tide}} {{char}}", env) == "a lamp 3 high shadow"


def test_processors_of_the_host_run_but_not_those_of_the_newer_language() -> None:
    engine = OlderEngine()
    engine.add(MacroProcessor("post", lambda text, env: f"<{text}>"))
    assert engine.expand(r"\{x\} {{user}}", Environment(user="Mira")) == r"<\{x\} Mira>"


@given(st.text(alphabet=st.sampled_from("{}:/ |ausertim\n"), max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    assert isinstance(ENGINE.expand(text, Environment()), str)
