"""Scripts under the older macro engine (spec/stscript.md section 18)."""

from __future__ import annotations

from typing import Any

import pytest

from stcore.testing.conformance import observe_script


def observed(script: str, *, replace_getvar: bool = True, setup: tuple[str, ...] = ()) -> dict[str, Any]:
    flags = {"STRICT_ESCAPING": True, "REPLACE_GETVAR": replace_getvar}
    case = {"id": "x", "script": script, "setup": setup, "flags": flags, "macro_engine": "legacy"}
    return observe_script(case)


PIPES = [
    ("/pass ({{pipe}})", "(undefined)"),
    ("/let a 1 | /pass {{ var::a }}", "{{ var::a }}"),
    ("/let a 1 | /pass {{var::a}} {{VAR::a}}", "1 {{VAR::a}}"),
    ("/pass lime | /pass <{{pipe}}>", "<lime>"),
    ("/times 2 {: /pass {{timesIndex}} :}", "1"),
    ('/let list ["a","b"] | /pass {{var::list::1}}', "b"),
    ("/let job {: /pass worked :} | /run {{var::job}}", "worked"),
    ("/let job {: /pass worked :} | /pass a{{var::job}}", "a[Closure]"),
    ("/let u {{char}} | /pass {{var::u}}", "Character"),
    ("/pass {{user}}", "User"),
]


@pytest.mark.parametrize(("script", "pipe"), PIPES)
def test_a_script_as_the_older_engine_reads_it(script: str, pipe: str) -> None:
    assert observed(script)["pipe"] == pipe


def test_a_closure_is_handed_over() -> None:
    result = observed("/let job {: /addvar key=c 1 :} | /times 3 {{var::job}}")
    assert (result["pipe"], result["locals"]) == ("3", {"c": 3})


def test_an_unknown_variable_ends_the_script_and_says_where() -> None:
    result = observed("/pass a |\n/pass {{var::ghost}}! | /setvar key=x 1")
    assert result["error"] is True and result["locals"] == {}
    assert (result["error_command"], result["error_line"], result["error_column"]) == ("pass", 1, 1)
    assert "ghost" in result["error_message"]


def test_the_output_of_a_macro_of_scripts_is_never_expanded() -> None:
    assert observed(r"/let v \{\{user}} | /pass {{var::v}}")["pipe"] == "{{user}}"


def test_a_variable_is_expanded_again_unless_the_flag_keeps_it() -> None:
    setup = (r"/setvar key=v \{\{user}}",)
    assert observed("/pass {{getvar::v}}!", setup=setup, replace_getvar=False)["pipe"] == "User!"
    assert observed("/pass {{getvar::v}}!", setup=setup)["pipe"] == "{{user}}!"
    script = "/parser-flag REPLACE_GETVAR off | /pass {{getvar::v}}!"
    assert observed(script, setup=setup)["pipe"] == "User!"
    assert observed("/pass lime | /pass {{getvar::v}} {{pipe}}", setup=setup)["pipe"] == "{{user}} lime"
