"""Final assembly of prompt and negative prompt (image-generation.md section 7), alone and through whole generations."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from stcore.images.prompt import MARKER, Person, assemble, join, shave
from stcore.testing.conformance import run_cases
from stcore.testing.conformance_images import observe_prompt

texts = st.text(alphabet="ab ,{}$&`'\\1")


@pytest.mark.parametrize(
    ("text", "shaved"),
    [
        (" ,a, ", "a"),
        (",,x,,", ",x,"),
        (", ,", ""),
        (",", ""),
        ("a, b", "a, b"),
        ("", ""),
        ("\ufeff,a,\xa0", "a"),  # white space is what the host's languages take for it
        ("\x1c,a", "\x1c,a"),
    ],
)
def test_one_comma_is_shaved_at_each_end(text: str, shaved: str) -> None:
    assert shave(text) == shaved


@pytest.mark.parametrize(
    ("first", "second", "marker", "joined"),
    [
        ("oil,", "", "", "oil,"),
        ("oil,", "a heron", "", "oil, a heron"),
        ("", "a heron,", "", "a heron"),
        ("oil", "  ", "", "oil,"),
        ("oil {prompt} soft", "a heron", MARKER, "oil a heron soft"),
        ("{prompt}, {prompt}", "a heron", MARKER, "a heron, {prompt}"),
        ("{PROMPT}", "a heron", MARKER, "{PROMPT}, a heron"),
        ("oil {prompt}", "costs $& or $$1", MARKER, "oil costs $& or $$1"),
        ("a", "a", "", "a, a"),
    ],
)
def test_join(first: str, second: str, marker: str, joined: str) -> None:
    assert join(first, second, marker) == joined


@given(texts, texts)
def test_a_joined_text_is_taken_literally(first: str, second: str) -> None:
    assert join(first, "", MARKER) == first
    if second:
        assert shave(second) in join(first, second, MARKER)
        assert shave(second) in join(f"ink {MARKER} soft", second, MARKER)


@pytest.mark.feature("F235")
@given(st.text(alphabet="ab ", min_size=1).filter(str.strip), st.text(alphabet="cd ", min_size=1).filter(str.strip))
def test_the_common_prefix_stands_before_the_words(prefix: str, words: str) -> None:
    assert assemble(words, prefix=prefix).positive == f"{prefix.strip()}, {words.strip()}"


@pytest.mark.feature("F235", "F239", "F240")
def test_the_example_of_the_specification() -> None:
    done = assemble(
        "mira, laughing",
        prefix="oil,",
        negative="smudges",
        extra_negative="fog",
        people=[Person("Mira", "blue scarf,", "gloves")],
        style="Oil",
    )
    assert done.positive == "oil, blue scarf, mira, laughing"
    assert done.negative == "fog, smudges, gloves"
    assert [(piece["part"], piece["text"], piece["from"]) for piece in done.pieces] == [
        ("positive", "oil,", "style Oil"),
        ("positive", "blue scarf,", "Mira"),
        ("positive", "mira, laughing", "prompt"),
        ("negative", "fog", "prompt"),
        ("negative", "smudges", "style Oil"),
        ("negative", "gloves", "Mira"),
    ]


@pytest.mark.feature("F244")
def test_lora_tags_are_plain_text() -> None:
    done = assemble("<lora:Extra:1>, moss", prefix="ink", people=[Person("Mira", "<lora:MossStyle:0.8>, (cloak:1.2)")])
    assert done.positive == "ink, <lora:MossStyle:0.8>, (cloak:1.2), <lora:Extra:1>, moss"


@given(st.text(), st.text(), st.text())
def test_whatever_the_texts_the_words_arrive(prefix: str, character: str, words: str) -> None:
    done = assemble(words, prefix=prefix, people=[Person("Mira", character)])
    assert shave(words) in done.positive


@pytest.mark.feature("F236")
def test_the_prefix_says_where_the_words_go() -> None:
    texts = assemble("a heron", prefix="{prompt}, charcoal", people=[Person("Mira", "blue scarf")])
    assert texts.positive == "a heron, charcoal, blue scarf"
    assert assemble("a heron", prefix="ink", people=[Person("Mira", "on {prompt}")]).positive == "ink, on a heron"


def test_macros_are_expanded_last() -> None:
    seen: list[str] = []
    texts = assemble("{{b}}", prefix="{{a}}", negative="{{c}}", expand=lambda text: seen.append(text) or "done")
    assert seen == ["{{a}}, {{b}}", "{{c}}"]
    assert (texts.positive, texts.negative) == ("done", "done")


# -- whole generations, as the request would say them ----------------------------------------------------------------

OIL = {"prompt_prefix": "oil,", "negative_prompt": "smudges", "char_prefix": "blue scarf,", "char_negative": "gloves"}
GROUP = "group of Moss and Fern"


def generate(action: dict[str, Any], reply: str = "", chat: str | None = None, **settings: Any) -> Any:
    case: dict[str, Any] = {"kind": "assembly", "settings": {**OIL, **settings}, "action": action}
    return observe_prompt({**case, "text_model_reply": reply, **({"chat": chat} if chat else {})})


def command(text: str, reply: str = "", chat: str | None = None, named: Any = None, **settings: Any) -> Any:
    return generate({"via": "command", "text": text, "named": named or {}}, reply, chat, **settings)


def both(made: dict[str, Any]) -> tuple[str, str]:
    return made["prompt"], made["negative_prompt"]


def test_the_worked_example() -> None:
    made = command("you", "mira, laughing", named={"negative": "fog"})
    assert both(made) == ("oil, blue scarf, mira, laughing", "fog, smudges, gloves")


@pytest.mark.parametrize(
    ("text", "prompt", "negative"),
    [
        ("a fox", "pre a fox post", "neg"),
        ("char running", "pre blue hair,running post", "red hair, neg"),
        ("{{charPrefix}} smiling", "pre blue hair smiling post", "neg"),
        ("you", "pre a nice pic, of, stuff post, blue hair", "neg, red hair"),
        ("me", "pre a nice pic, of, stuff post", "neg"),
        ("background", "pre a nice pic, of, stuff post", "neg"),
        ("raw_last", "pre ((Hi I am Moss)), (garden:0.7), (green:0.5) post, blue hair", "neg, red hair"),
        ("{{char}} and {{user}}", "pre Moss and User post", "neg"),
    ],
)
def test_what_was_observed_of_the_command(text: str, prompt: str, negative: str) -> None:
    settings = {"prompt_prefix": "pre {prompt} post", "negative_prompt": "neg"}
    prefixes = {"char_prefix": "blue hair", "char_negative": "red hair"}
    made = command(text, 'a "nice" pic, of\n, stuff', **settings, **prefixes)
    assert both(made) == (prompt, negative)


@pytest.mark.parametrize(
    ("text", "chat"), [("a heron", None), ("me", None), ("background", None), ("you", GROUP), ("raw_last", GROUP)]
)
def test_where_no_character_prefix_comes_by_itself(text: str, chat: str | None) -> None:
    made = command(text, "a heron", chat)
    assert "blue scarf" not in made["prompt"]
    assert made["negative_prompt"] == "smudges"


def test_markers_work_in_groups_and_macros_do_not() -> None:
    assert both(command("char, fishing", chat=GROUP)) == ("oil, blue scarf, fishing", "gloves, smudges")
    assert both(command("{{charPrefix}}, fishing", chat=GROUP)) == ("oil, fishing", "smudges")
    tool = generate({"via": "tool", "text": "{{charPrefix}}, fishing"}, chat=GROUP)
    assert both(tool) == ("oil, blue scarf,, fishing", "gloves, smudges")


def test_the_case_says_who_wrote_and_who_is_there() -> None:
    by_user = command("raw_last", chat=f'{GROUP}, last message by the user: message "Off we go!"')
    assert both(by_user) == ("oil, Off we go", "smudges")
    nobody = command("char, a heron", chat="no chat is open")
    assert both(nobody) == ("oil, a heron", "smudges")
    assert command("{{user}}", chat='one-to-one with Moss (user name "Robin")')["prompt"] == "oil, Robin"


def test_a_picture_made_again_takes_its_own_texts_and_every_prefix() -> None:
    attachment = {"title": 'a "plain" heron', "generation_type": 6, "negative": "fog"}
    made = generate({"via": "regenerate_attachment", "attachment": attachment})
    assert both(made) == ('oil, blue scarf, a "plain" heron', "fog, smudges, gloves")
    assert both(generate({"via": "regenerate_attachment", "attachment": attachment}, chat=GROUP))[1] == "fog, smudges"
    sized = {**attachment, "generation_type": 5, "width": 640, "height": 640}
    again = generate({"via": "regenerate_attachment", "attachment": sized})
    assert (again["width"], again["height"]) == (640, 640)


def test_the_button_of_a_message_draws_its_text() -> None:
    assert generate({"via": "message_button"})["prompt"] == "oil, blue scarf, Hi I am Moss"
    asked = generate({"via": "message_button", "message": {"mes": "*waves* at {{user}}"}})
    assert asked["prompt"] == "oil, blue scarf, *waves* at User"


def test_an_answer_without_words_draws_nothing() -> None:
    assert command("you", "!!!") is None
    assert command("  ") is None


def test_overrides_of_the_command() -> None:
    made = command("face", '{"a":\n "é"}', named={"processing": "minimal", "width": "640", "height": 640})
    assert made["prompt"] == 'oil, blue scarf, {"a": "e\u0301"}'
    assert (made["width"], made["height"]) == (640, 960)
    extended = command("red fox", "char, red fox, dusk", named={"extend": "true"})
    assert both(extended) == ("oil, blue scarf, red fox, dusk", "gloves, smudges")
    portrait = command("you", ' "calm", naïve ', named={"multimodal": "yes"})
    assert portrait["prompt"] == 'oil, blue scarf, "calm", naïve'


def test_a_workflow_through_the_runner() -> None:
    graph = {"p": "%prompt%", "s": "%steps%", "m": "%model%", "n": "%name%", "%vae%": ["x %prompt%"]}
    case: dict[str, Any] = {"kind": "comfy_placeholders", "server": "standard", "workflow": graph, "prompt": "$& $1"}
    case |= {"settings": {"steps": 7, "vae": "v"}, "custom_placeholders": [{"find": "name", "replace": "{{char}}"}]}
    assert observe_prompt(case) == {"p": "$& $1", "s": 7, "m": None, "n": "Moss", "v": ["x %prompt%"]}
    filled = observe_prompt({**case, "server": "runpod_serverless"})
    assert filled == {"p": "$& $1", "s": 7, "m": "%model%", "n": "Moss", "%vae%": ["x %prompt%"]}
    assert observe_prompt({**case, "workflow": '{"s": %steps%}'}) is None


def test_the_runner_prints_the_value_itself_and_compares_it_whole(tmp_path: Path) -> None:
    path, out = tmp_path / "cases.jsonl", io.StringIO()
    case = {"id": "one", "kind": "cleaning_minimal", "input": " a  b "}
    path.write_text("\n".join(json.dumps({**case, "expected": expected}) for expected in ("a b", "a")), "utf-8")
    assert run_cases("prompts", path, out=out) == 0
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [{"id": "one", "observed": "a b"}] * 2
    checked = io.StringIO()
    assert run_cases("prompts", path, check=True, out=checked) == 1
    assert json.loads(checked.getvalue().splitlines()[0]) == {"id": "one", "expected": "a", "observed": "a b"}
