"""Templates of picture prompts: what is shipped, one's own, what they are given, and what a broken one does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from stcore.chat.imagine.templates import CHANGED, SLOTS
from stcore.chat.templating import render_around_macros
from stcore.errors import NotFound, SettingsError, UserError
from stcore.images.modes import MODES
from stcore.images.own_modes import OwnMode
from stcore.macros import Environment, MacroEngine
from stcore.storage import journal
from stcore.testing.stage import stage

pytestmark = pytest.mark.anyio

VALUES: dict[str, Any] = {"subject": "a brass helmet", "char": "Mira", "user": "Ann"}


async def told(slot: str, **values: Any) -> str:
    """A shipped template as a text model would read it."""
    async with stage() as session:
        text = await session.host.prompt_templates.render(slot, {**VALUES, **values})
        macros = session.host.macros
        named = session.environment.child(char="Mira", user="Ann")
        return macros.expand(text, named)


def test_every_mode_but_free_has_a_slot() -> None:
    numbers = {slot.name: slot.number for slot in SLOTS}
    assert numbers == {"tool": -2, "message": -1, **{m.name: m.number for m in MODES if m.name != "free"}}
    assert [slot.number for slot in SLOTS] == sorted(numbers.values())


@pytest.mark.feature("F214", "F215", "F216", "F217", "F218", "F220")
@pytest.mark.parametrize(
    ("slot", "wants"),
    [
        ("you", ['begin with the words "full body portrait"', "name, species or race, sex, age, clothes, occupation",
                 "Mira", "commas", "still photo cannot show", "no sentences"]),
        ("face", ['begin with the words "close-up facial portrait"', "face, facial expression, hair", "upper body",
                  "below the neck", "Mira"]),
        ("me", ['begin with the words "full body portrait"', "Disregard all earlier instructions", "rest of the story",
                "do not answer in character", "Ann, as Mira would see Ann"]),
        ("scene", ["detailed recap", "happened recently", "what Mira looks like", "where Mira is", "in character"]),
        ("last", ["last message", "1. the place", "how many people", "POV", "main action", "facial expression of Mira",
                  "what Mira does", "looks of Ann", "Never use names", "invisible", "touch each other", "layout"]),
        ("background", ['begin with the word "background"', "time of day, the weather, the light", "no people"]),
        ("you_multimodal", ['begin with "full body portrait"', "Be exhaustive", "commas"]),
        ("me_multimodal", ['begin with "full body portrait"', "Ann"]),
        ("face_multimodal", ['begin with "close-up facial portrait"']),
        ("free_extended", ['picture of "a brass helmet"', "exhaustive list of tags"]),
        ("raw_last", ["word for word"]),
        ("tool", ["complete visual description", "draw it again"]),
    ],
)  # fmt: skip
async def test_shipped_templates_ask_for_what_the_table_says(slot: str, wants: list[str]) -> None:
    text = await told(slot)
    assert not [want for want in wants if want not in " ".join(text.split())]
    assert not any(mark in text for mark in ("{{", "{%", "<%", "{#", "{0}"))


async def test_the_subject_of_the_character_begins_with_the_marker_of_its_prefix() -> None:
    assert "must begin with {{charPrefix}}" in await told("free_extended", prefix="blue scarf")
    assert "charPrefix" not in await told("free_extended")


async def test_groups_hear_of_their_members() -> None:
    assert "Mira, Tom and Ann" in await told("scene", group=["Mira", "Tom"])
    assert "(Mira, Tom)" in await told("last", group=["Mira", "Tom"])


async def test_the_message_of_a_picture_is_one_line_in_brackets() -> None:
    async with stage() as session:
        text = await session.host.prompt_templates.render("message", {"prompt": "a cat", "char": "Mira"})
        environment = session.environment.child(char="Mira", dynamic={"prompt": "a {{char}} cat"})
        line = session.host.macros.expand(text, environment)
    assert line == "[Mira sends a picture that contains: a {{char}} cat]"


@pytest.mark.feature("F232")
async def test_a_template_of_ones_own_wins_until_it_is_reset() -> None:
    async with stage() as session:
        host, templates = session.host, session.host.prompt_templates
        await templates.save("you", "Only {{char}} and {0}, in <%= mode %> of <%= user %>.\r\n")
        assert await templates.render("you", VALUES) == "Only {{char}} and a brass helmet, in you of Ann."
        assert (host.data / "image-prompts" / "you.jinja").read_text().endswith("of <%= user %>.\n")
        assert templates.is_own("you")
        await templates.reset("you")
        assert not templates.is_own("you")
        assert templates.get("you") == templates.shipped("you")
        await templates.save("you", templates.shipped("you").strip())
        assert not templates.is_own("you"), "the shipped text is no template of one's own"
        with pytest.raises(NotFound, match="nothing"):
            await templates.save("nothing", "x")


async def test_every_change_is_announced() -> None:
    async with stage() as session:
        before = await session.host.database.read(journal.newest)
        await session.host.prompt_templates.save("face", "a face")
        entries = await session.host.database.read(lambda connection: journal.since(connection, before))
        assert [(entry.kind, entry.data) for entry in entries] == [(CHANGED, {"slot": "face"})]


@pytest.mark.feature("F232")
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("fine\n{% if subject %}\nopen", r"you\.jinja, line \d: "),
        ("fine\n\n<%= nothing %>", r"you\.jinja, line 3: There is no 'nothing'"),
        ("<%= message.time %>", r"you\.jinja, line 1: There is no 'time' here, only name, text"),
        ("<%= ''.__class__.__mro__ %>", r"you\.jinja, line 1: .*unsafe"),
        ("{% for n in range(99999) %}{% for m in range(99999) %}word {% endfor %}{% endfor %}", "has no end"),
    ],
)
async def test_a_broken_template_is_refused_with_its_line(text: str, complaint: str) -> None:
    async with stage() as session:
        templates = session.host.prompt_templates
        with pytest.raises(SettingsError, match=complaint) as refused:
            await templates.save("you", text)
        assert "docs/image-prompts.md" in refused.value.hint
        assert not templates.is_own("you")


async def test_a_broken_file_is_named_when_it_is_used() -> None:
    async with stage() as session:
        templates, folder = session.host.prompt_templates, session.host.data / "image-prompts"
        folder.mkdir()
        (folder / "last.jinja").write_text("one\n{% endfor %}")
        with pytest.raises(SettingsError, match=r"last\.jinja, line 2"):
            await templates.render("last", VALUES)
        problem = await templates.problem("last")
        assert problem is not None
        assert problem.line == 2
        assert await templates.problem("you") is None
        (folder / "last.jinja").write_text("mended now")
        assert await templates.problem("last") is None
        (folder / "face.jinja").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(SettingsError, match="face"):
            await templates.render("face", VALUES)


async def test_only_the_message_may_be_blank() -> None:
    async with stage() as session:
        await session.host.prompt_templates.save("message", " ")
        assert await session.host.prompt_templates.render("message", {}) == ""
        with pytest.raises(UserError):
            await session.host.prompt_templates.save("you", " \n")


async def test_a_mode_of_ones_own_brings_its_template() -> None:
    async with stage() as session:
        host = session.host
        await host.mode_desk.save(OwnMode(name="noir", template="{{char}} in the rain, <%= mode %>"))
        assert await host.prompt_templates.render("noir", VALUES) == "{{char}} in the rain, noir"
        with pytest.raises(SettingsError, match=r"mode 'noir', line 2"):
            await host.mode_desk.save(OwnMode(name="noir", template="a\n<%= nope %>"))
        with pytest.raises(NotFound):
            await host.prompt_templates.render("gone", VALUES)


@given(st.text(max_size=80))
def test_values_never_become_macros(value: str) -> None:
    """Whatever a chat holds stands in the text as it is, and is not run."""
    import anyio

    value = "{{setvar::x::1}}" + value + "{{user}}"
    environment = Environment(user="Ann")

    async def told(text: str) -> str:
        return await render_around_macros("t", text, {"subject": value}, hint="", ours=True)

    rendered = anyio.run(told, "<%= subject %>")
    assert rendered == anyio.run(told, "{0}")
    expanded = MacroEngine().expand(f"{rendered}|{{{{user}}}}", environment)
    assert environment.local.get("x") is None
    assert expanded.endswith("{{user}}|Ann")


async def test_old_templates_with_nothing_but_macros_work_unchanged() -> None:
    text = "[Describe {{char}} and {{#if x}}y{{/if}} {{// note }} {0}, {{0}}]"
    made = await render_around_macros("t", text, {"subject": "a cat"}, hint="")
    assert made == "[Describe {{char}} and {{#if x}}y{{/if}} {{// note }} a cat, {{0}}]"
    mixed = await render_around_macros("t", text + "{% if subject %}!{% endif %}", {"subject": "a cat"}, hint="")
    assert mixed == made + "!"
