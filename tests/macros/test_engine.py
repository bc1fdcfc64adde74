"""The engine as a whole: host macros, dynamic macros, parts resolved by macros, limits, caches."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from stcore.errors import DefinitionError
from stcore.macros import (
    Alias,
    Argument,
    Card,
    Chat,
    Diagnostic,
    Environment,
    ListPart,
    Macro,
    MacroCall,
    MacroEngine,
    MacroFailure,
    MemoryVariables,
    Registry,
    macro,
)
from stcore.macros.builtin import builtin_macros
from stcore.testing.clock import ManualClock


@pytest.fixture(scope="module")
def engine() -> MacroEngine:
    return MacroEngine()


def engine_with(*macros: Macro) -> MacroEngine:
    return MacroEngine(Registry([*builtin_macros(), *macros]))


# -- templates -------------------------------------------------------------------------------------------------------


def test_a_text_that_depends_on_nothing_is_a_constant(engine: MacroEngine) -> None:
    assert engine.compile("plain").constant == "plain"
    assert engine.compile(r"\{\{x\}\} {{5x}}").constant == "{{x}} {{5x}}"
    assert engine.compile("Hi {{user}}").constant is None
    assert engine.compile("Hi <USER>").constant is None


def test_a_constant_still_reports_what_is_wrong_with_it(engine: MacroEngine) -> None:
    remarks: list[Diagnostic] = []
    assert engine.expand("a {{user", Environment(diagnostics=remarks.append)) == "a {{user"
    assert [(remark.span.start, remark.span.end) for remark in remarks if remark.span] == [(2, 4)]


def test_a_template_is_compiled_once_and_rendered_for_many(engine: MacroEngine) -> None:
    template = engine.compile("{{user}} meets {{char}}")
    assert engine.compile("{{user}} meets {{char}}") is template
    names = [template.render(Environment(user=name, char="Tobin")) for name in ("Mira", "Ada")]
    assert names == ["Mira meets Tobin", "Ada meets Tobin"]


def test_a_new_macro_changes_texts_that_were_compiled_before() -> None:
    engine = MacroEngine()
    text = "{{greet}}you{{/greet}} {{greet::me}}"
    assert engine.expand(text, Environment()) == "{{greet}}you}} {{greet::me}}"
    engine.registry.register(Macro("greet", lambda call, name: f"Hello {name}", 1))
    assert engine.expand(text, Environment()) == "Hello you Hello me"
    engine.registry.unregister("greet")
    assert engine.expand("{{greet::me}}", Environment()) == "{{greet::me}}"


# -- host macros -----------------------------------------------------------------------------------------------------


def test_the_host_is_asked_once_for_an_unknown_name() -> None:
    asked: list[str] = []
    registry = Registry(builtin_macros())

    def load(name: str) -> None:
        asked.append(name)
        if name == "late":
            registry.register(Macro("late", lambda call, text: f"<{text}>", 1))

    registry.on_missing = load
    engine = MacroEngine(registry)
    assert engine.expand("{{late}}x{{/late}} {{never}} {{never}}", Environment()) == "<x> {{never}} {{never}}"
    assert engine.expand("{{never}} {{user}}", Environment()) == "{{never}} User"
    assert asked == ["late", "never"]


def test_a_failing_macro_leaves_its_text_and_a_diagnostic() -> None:
    def fail(call: MacroCall, text: str) -> str:
        raise MacroFailure("the moon is full") if text == "moon" else ZeroDivisionError

    remarks: list[Diagnostic] = []
    engine = engine_with(Macro("fail", fail, 1))
    env = Environment(diagnostics=remarks.append)
    assert engine.expand("{{fail:: {{user}} }}{{fail::moon}}", env) == "{{fail:: User }}{{fail::moon}}"
    assert [remark.message for remark in remarks] == ["fail failed: ZeroDivisionError", "fail: the moon is full"]
    assert all(remark.level == "error" and remark.macro == "fail" for remark in remarks)


def test_results_become_text() -> None:
    values = {
        "nothing": None,
        "yes": True,
        "float": 1e21,
        "list": [1.5, {"b": None}],
        "date": datetime(2024, 3, 5, 14, 7, 9, 45000, tzinfo=UTC),
    }
    engine = engine_with(*(Macro(name, lambda call, value=value: value) for name, value in values.items()))
    results = [engine.expand("{{" + name + "}}", Environment()) for name in values]
    assert results == ["", "true", "1e+21", '[1.5,{"b":null}]', "2024-03-05T14:07:09.045Z"]


def test_a_lenient_macro_runs_with_what_is_there_and_remarks_it() -> None:
    @macro("loose", Argument("count", types="integer", optional=True), strict=False)
    def loose(call: MacroCall, *values: str) -> str:
        return "|".join([*values, f"{len(call.values)}"])

    remarks: list[Diagnostic] = []
    engine = engine_with(loose)
    text = "{{loose::a}} {{loose::1::2}} {{loose::1}}"
    assert engine.expand(text, Environment(diagnostics=remarks.append)) == "a|1 1|2 1|1"
    assert len(remarks) == 2


def test_a_list_part_takes_what_the_positions_leave() -> None:
    @macro("gather", Argument("first"), rest=ListPart(1, 2))
    def gather(call: MacroCall, first: str, *rest: str) -> str:
        return f"{first}:{','.join(rest)}"

    engine = engine_with(gather)
    text = "{{gather::a}} {{gather::a::b}} {{gather::a::b::c}} {{gather::a::b::c::d}}"
    assert engine.expand(text, Environment()) == "{{gather::a}} a:b a:b,c {{gather::a::b::c::d}}"


def test_what_a_handler_receives() -> None:
    seen: list[MacroCall] = []

    @macro("spy", Argument("a"), Argument("b"), aliases=[Alias("agent", visible=False)])
    def spy(call: MacroCall, a: str, b: str) -> None:
        seen.append(call)

    engine_with(spy).expand("é🎲 {{ # ! agent :: {{user}} }} x {{char}} {{/agent}}", Environment())
    (call,) = seen
    assert (call.name, call.flags, call.is_block, call.offset) == ("agent", "#!", True, 4)
    assert call.values == ["User", " x Character "]
    assert call.raw_arguments == ["{{user}}", " x {{char}} "]
    assert call.raw == " # ! agent :: User }} x Character "
    assert call.raw_original == "{{ # ! agent :: {{user}} }}"


def test_a_delayed_macro_resolves_its_arguments_itself() -> None:
    @macro("twice", Argument("text"), delayed=True)
    def twice(call: MacroCall, text: str) -> str:
        return call.resolve(text) + call.trim_content(call.resolve(text))

    engine = engine_with(twice)
    assert engine.expand("{{twice}} {{incvar::n}} {{/twice}}", Environment()) == " 1 2"
    assert engine.expand(r"{{twice::\{\{user\} }}", Environment()) == "{{user}" * 2


def test_processors_run_in_the_order_of_their_priority() -> None:
    engine = MacroEngine()
    engine.add_processor("pre", lambda text, env: text.replace("@", "{{user}}"))
    engine.add_processor("post", lambda text, env: f"[{text}]")
    engine.add_processor("post", lambda text, env: text.replace("{", "("), priority=5)
    assert engine.expand(r"@ {{if 1}}@{{/if}} \{", Environment()) == r"[User [User] \(]"


# -- one call --------------------------------------------------------------------------------------------------------


def test_dynamic_macros_belong_to_one_call(engine: MacroEngine) -> None:
    remarks: list[Diagnostic] = []
    env = Environment(
        dynamic={
            "Pipe": "last",
            "count": 3,
            "var": Macro("var", lambda call, *arguments: "/".join(arguments), rest=ListPart()),
            "place": lambda call: f"at {call.offset}",
            "user": Macro("user", lambda call: "shadow"),
            "char": ["no macro"],
        },
        diagnostics=remarks.append,
    )
    text = "{{pipe}} {{pipe::x}} {{COUNT}} {{var::a::b}} {{user}} {{if user}}{{user}}{{/if}} {{char}}"
    assert engine.expand(text, env) == "last {{pipe::x}} 3 a/b shadow shadow Character"
    assert len(remarks) == 3
    assert engine.expand("{{place}}, {{PLACE}}, {{place::x}}", env) == "at 0, at 11, {{place::x}}"
    assert engine.expand("{{pipe}}", env.child(dynamic={})) == "{{pipe}}"


def test_a_failing_dynamic_function_leaves_its_text(engine: MacroEngine) -> None:
    env = Environment(dynamic={"broken": lambda call: 1 / 0})
    assert engine.expand("{{broken}}", env) == "{{broken}}"


def test_the_original_is_given_once_and_not_inside_card_fields(engine: MacroEngine) -> None:
    env = Environment(original="base", card=Card(main_prompt="Be kind. {{original}}"))
    text = "{{original}}|{{original}}|{{charPrompt}}"
    assert engine.expand(text, env) == "base||Be kind. {{original}}"
    assert engine.expand(text, env.child(original=None)) == "{{original}}|{{original}}|Be kind. {{original}}"


def test_card_fields_are_resolved_once_per_call_with_the_current_names(engine: MacroEngine) -> None:
    env = Environment(
        user="Mira",
        user_override="Guest",
        card=Card(description=" {{user}} {{incvar::n}} {{persona}}{{description}}", version="{{user}}"),
        persona="tall",
    )
    text = "{{user}}: {{description}} {{description}} {{charVersion}}"
    assert engine.expand(text, env) == "Guest: Mira 1  Mira 1  {{user}}"
    assert engine.expand("[{{description}}{{persona}}]", env.child(replace_card=False)) == "[]"


def test_a_result_filter_sees_every_result_of_a_macro(engine: MacroEngine) -> None:
    env = Environment(result_filter=lambda text: f"<{text}>")
    assert engine.expand("{{reverse::{{user}}}} {{.x = 1}}{{.x}} {{if 1}}a{{/if}} {{nope}}", env) == (
        "<>resU<> 1 <a> {{nope}}"
    )


def test_chance_comes_from_the_environment(engine: MacroEngine) -> None:
    text = "{{random::a::b::c}}{{roll::3d6}}{{random::a::b::c}}"
    results = {engine.expand(text, Environment(random=random.Random(7))) for _ in range(5)}
    assert len(results) == 1


def test_pick_depends_on_chat_text_and_place(engine: MacroEngine) -> None:
    text = "{{pick::oak::elm::ash::yew}} {{pick::oak::elm::ash::yew}}"
    assert engine.expand(text, Environment(chat=Chat(hash=1000))) == "elm elm"
    assert engine.expand(text, Environment(chat=Chat(hash=1000, reroll=3))) == "ash oak"


def test_both_branches_of_an_if_count_positions_from_the_if() -> None:
    offsets: list[int] = []
    engine = engine_with(Macro("here", lambda call: offsets.append(call.offset)))
    text = "🎲{{if {{.c}}}}ab {{here}}{{else}}ab {{if 1}}x{{here}}{{/if}}{{/if}}"
    engine.expand(text, Environment(local=MemoryVariables({"c": 1})))
    engine.expand(text, Environment())
    assert offsets == [2 + 3, 2 + 3 + 1]


async def test_time_is_that_of_the_clock(engine: MacroEngine) -> None:
    clock = ManualClock(datetime(2024, 3, 5, 14, 7, 9, tzinfo=UTC))
    env = Environment(clock=clock)
    assert engine.expand("{{time}} {{isodate}} {{weekday}}", env) == "2:07 PM 2024-03-05 Tuesday"
    await clock.advance(3600 * 10)
    assert engine.expand("{{time}} {{isodate}} {{time_UTC-10}}", env) == "12:07 AM 2024-03-06 2:07 PM"


test_time_is_that_of_the_clock = pytest.mark.anyio(test_time_is_that_of_the_clock)


# -- limits ----------------------------------------------------------------------------------------------------------


def test_a_text_that_doubles_itself_stops_at_a_limit(engine: MacroEngine) -> None:
    remarks: list[Diagnostic] = []
    env = Environment(diagnostics=remarks.append)
    text = "{{.a = xxxxxxxx}}" + "{{.a = {{.a}}{{.a}}}}" * 60
    assert engine.expand(text, env) == text
    assert "grew past" in remarks[-1].message
    text = "{{.b = xxxxxxxx}}" + "{{addvar::b::{{.b}}}}" * 60
    assert len(engine.expand(text, env)) <= 10_000_000


def test_a_macro_that_resolves_itself_stops_at_a_limit() -> None:
    remarks: list[Diagnostic] = []
    engine = engine_with(Macro("loop", lambda call: call.resolve("{{loop}}{{loop}}")))
    assert engine.expand("{{loop}}", Environment(diagnostics=remarks.append)) == "{{loop}}"
    assert len(remarks) == 1


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("{{reverse::", "}}"), ("{{reverse}}", "{{/reverse}}"), ("{{if 1}}", "{{/if}}"), ("{{.v = ", "}}"),
     ("{{if {{reverse::1}}}}a", "{{else}}b{{/if}}"), ("{{setvar::v}} ", "{{reverse}}{{/reverse}} {{/setvar}}{{.v}}")],
)  # fmt: skip
def test_nesting_works_deep_and_stops_without_harm(engine: MacroEngine, opening: str, closing: str) -> None:
    remarks: list[Diagnostic] = []
    env = Environment(diagnostics=remarks.append)
    engine.expand(opening * 150 + "x" + closing * 150, env)
    assert remarks == []
    engine.expand(opening * 5000 + "x" + closing * 5000, env)
    assert any("deeper than" in remark.message for remark in remarks)


def test_enormous_counts_are_refused(engine: MacroEngine) -> None:
    text = "{{space::999999999999}}{{newline::-1}}{{roll::99999999d6}}"
    assert engine.expand(text, Environment()) == "{{space::999999999999}}{{newline::-1}}"


# -- definitions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "declare",
    [
        lambda: Macro("a.b", lambda call: ""),
        lambda: Macro("", lambda call: ""),
        lambda: Macro("ok", None),  # type: ignore[arg-type]
        lambda: Macro("ok", lambda call: "", "2"),  # type: ignore[arg-type]
        lambda: Macro("ok", lambda call: "", -1),  # type: ignore[arg-type]
        lambda: Macro("ok", lambda call: "", (Argument("a", optional=True), Argument("b"))),
        lambda: Macro("ok", lambda call: "", aliases=("OK",)),  # type: ignore[arg-type]
        lambda: Macro("ok", lambda call: "", aliases=("no good",)),  # type: ignore[arg-type]
        lambda: Argument(" "),
        lambda: Argument("a", types="colour"),  # type: ignore[arg-type]
        lambda: ListPart(2, 1),
        lambda: Registry([]).register_alias("none", "other"),
        lambda: Registry().register("text"),  # type: ignore[arg-type]
    ],
)
def test_an_impossible_declaration_is_refused_in_words(declare: object) -> None:
    with pytest.raises(DefinitionError) as refusal:
        declare()  # type: ignore[operator]
    assert refusal.value.message


def test_the_alias_of_an_alias_belongs_to_the_macro_itself() -> None:
    registry = Registry([Macro("one", lambda call: call.name, aliases=("two",))])  # type: ignore[arg-type]
    registry.register_alias("two", "three", visible=False)
    assert [registry.find(name).name for name in ("ONE", " two ", "three")] == ["one", "two", "three"]  # type: ignore[union-attr]
    assert registry.primary("three") is registry.find("one")
    assert list(registry.names()) == ["one", "two"]
    assert MacroEngine(registry).expand("{{three}}", Environment()) == "three"


def test_a_replaced_name_is_remarked() -> None:
    remarks: list[Diagnostic] = []
    Registry([Macro("one", lambda call: ""), Macro("One", lambda call: "")], diagnostics=remarks.append)
    assert [remark.macro for remark in remarks] == ["One"]
