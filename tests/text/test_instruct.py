"""A conversation as one text: every template closes what it opens, and the model goes on where it should."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from stcore.text.instruct import Instruct, TextLayout, read_instruct, render_text
from stcore.text.model import ChatMessage
from stcore.text.presets import shipped
from stcore.text.story import render_story

TALK = (
    ChatMessage("system", "A lighthouse.", "Mira"),
    ChatMessage("assistant", "Who is there?", "Mira"),
    ChatMessage("user", "Me.", "Ann"),
)
PLAIN = TextLayout("Ann", "Mira")


def template(name: str) -> Instruct:
    return read_instruct(next(preset for preset in shipped("instruct") if preset.name == name).data)


def test_without_a_template_it_is_a_script() -> None:
    assert render_text(TALK, PLAIN) == "A lighthouse.\nMira: Who is there?\nAnn: Me.\nMira:"
    assert render_text(TALK, PLAIN, "Well,") == "A lighthouse.\nMira: Who is there?\nAnn: Me.\nMira: Well,"
    assert render_text(TALK, replace(PLAIN, ending="user")).endswith("Ann: Me.\nAnn:")
    assert render_text(TALK[:2], replace(PLAIN, ending="continue")) == "A lighthouse.\nMira: Who is there?"
    assert PLAIN.stops == ("\nAnn:",)


def test_sequences_stand_around_the_messages() -> None:
    layout = replace(PLAIN, instruct=template("ChatML"))
    assert render_text(TALK, layout) == (
        "<|im_start|>system\nA lighthouse.<|im_end|>\n<|im_start|>assistant\nWho is there?<|im_end|>\n"
        "<|im_start|>user\nMe.<|im_end|>\n<|im_start|>assistant\n"
    )
    assert layout.stops[:2] == ("\nAnn:", "<|im_end|>")
    unfinished = render_text(TALK[:2], replace(layout, ending="continue"))
    assert unfinished.endswith("<|im_start|>assistant\nWho is there?")


def test_wrapped_sequences_stand_on_lines_of_their_own_and_name_the_speaker() -> None:
    text = render_text(TALK, replace(PLAIN, instruct=template("Alpaca")), "Well,")
    assert text.split("### ") == [
        "A lighthouse.\n\n",
        "Response:\nMira: Who is there?\n\n",
        "Instruction:\nAnn: Me.\n\n",
        "Response:\nMira: Well,",
    ]


def test_first_and_last_sequences_and_the_filler() -> None:
    shape = Instruct(
        input_sequence="U:",
        output_sequence="A:",
        first_output_sequence="A1:",
        last_output_sequence="A9:",
        last_input_sequence="U9:",
        user_alignment_message="Begin, {{char}}.",
        input_suffix="\n",
        output_suffix="\n",
    )
    layout = replace(PLAIN, instruct=shape, expand=lambda text: text.replace("{{char}}", "Mira"))
    assert render_text(TALK[1:], layout) == "U:Begin, Mira.\nA1:Who is there?\nU9:Me.\nA9:"


def test_names_are_filled_into_sequences() -> None:
    shape = Instruct(input_sequence="<{{name}}>", output_sequence="<{{name}}>", output_suffix="|", input_suffix="|")
    text = render_text((*TALK[1:], ChatMessage("assistant", "Hi", "Bo")), replace(PLAIN, instruct=shape))
    assert text == "<Mira>Who is there?|<Ann>Me.|<Bo>Hi|<Mira>"


@pytest.mark.parametrize("preset", shipped("instruct"), ids=lambda preset: preset.name)
def test_a_shipped_template_ends_where_the_character_speaks(preset: object) -> None:
    layout = replace(PLAIN, instruct=read_instruct(preset.data))  # type: ignore[attr-defined]
    text = render_text(TALK, layout)
    assert text.index("A lighthouse.") < text.index("Who is there?") < text.index("Me.")
    unfinished = render_text(TALK, replace(layout, ending="continue"))
    assert unfinished.endswith("Me.")
    assert text.startswith(unfinished)


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.booleans(), st.integers(), st.none())))
def test_a_template_of_anybody_can_be_read(data: dict[str, object]) -> None:
    assert isinstance(render_text(TALK, replace(PLAIN, instruct=read_instruct(data))), str)


# -- the story -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "story"),
    [
        ("{{#if a}}[{{a}}]{{/if}}{{#if b}}[{{b}}]{{/if}}", "[A]"),
        ("{{#if b}}yes{{else}}no{{/if}}", "no"),
        ("{{#unless b}}none{{/unless}}{{#unless a}}some{{/unless}}", "none"),
        ("{{#if a}}1{{#if b}}2{{else}}3{{/if}}4{{/if}}5", "1345"),
        ("x\n\n{{trim}}\ny{{trim}}", "xy"),
        ("{{who}} and {{ a }}", "Mira and A"),
        ("{{c}}", "{{who}}"),
        ("{{#if a}}open", "open"),
        ("{{/if}}{{else}}stray", "stray"),
    ],
)
def test_a_story_is_made_of_what_there_is(template: str, story: str) -> None:
    slots = {"a": "A", "b": " ", "c": "{{who}}"}
    assert render_story(template, slots, lambda text: text.replace("{{who}}", "Mira")) == story


@pytest.mark.parametrize("preset", shipped("context"), ids=lambda preset: preset.name)
def test_a_shipped_story_tells_everything_once_and_nothing_empty(preset: object) -> None:
    names = ("system", "persona", "description", "personality", "scenario", "wiBefore", "wiAfter", "mesExamples")
    slots = {name: f"<{name}>" for name in (*names, "anchorBefore", "anchorAfter")}
    template = preset.data["story_string"]  # type: ignore[attr-defined]
    story = render_story(template, slots, lambda text: text.replace("{{char}}", "Mira").replace("{{user}}", "Ann"))
    assert all(story.count(text) == 1 for text in slots.values())
    assert "{{" not in story
    assert render_story(template, dict.fromkeys(slots, ""), str) == ""
