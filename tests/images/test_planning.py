"""Planning: what reaches the source, and what people are told was changed (spec/sources/README.md 3.3, 3.5)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from stcore import (
    Auto,
    BooleanField,
    Capabilities,
    EnumField,
    Hires,
    ImageRequest,
    Lora,
    MatchReference,
    Pixels,
    Plan,
    RangeField,
    Reference,
    ReferencesField,
    RoleLimits,
    SchemaField,
    SizeField,
    SizeSpec,
    TextField,
    Unsupported,
)
from stcore.images.planning import SINGLE_FIELDS, plan_request, split_plan

EVERYTHING: dict[str, Any] = {
    "negative_prompt": "fog",
    "prompt_parts": {"a": 1},
    "steps": 20,
    "guidance": 7.0,
    "sampler": "euler",
    "scheduler": "karras",
    "vae": "v.pt",
    "clip_skip": 2,
    "denoise": 0.5,
    "quality": "high",
    "style": "vivid",
    "background": "transparent",
    "output_format": "png",
    "compression": 50,
    "safety": "relaxed",
    "prompt_enhance": True,
    "loras": (Lora(name="x"),),
    "hires": Hires(),
    "upscale": 2,
    "face_fix": True,
}


def plan(capabilities: Capabilities | None = None, /, fields: dict[str, Any] | None = None, **request: Any) -> Plan:
    capabilities = capabilities or Capabilities(fields=fields or {})
    return plan_request(ImageRequest(prompt="a heron", **request), capabilities)


def changes(plan: Plan) -> dict[str, tuple[Any, Any, str]]:
    return {one.field: (one.asked, one.used, one.why) for one in plan.adjustments}


def png(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.feature("SRC-2")
def test_a_field_without_capability_is_dropped_and_said() -> None:
    planned = plan(seed=7, size=Pixels(width=512, height=512), extra={"turbo": 1}, end_user="me", **EVERYTHING)
    bare = ImageRequest(id=planned.request.id, prompt="a heron", preview=False)
    assert planned.request == bare
    told_once = "upscale"  # how much the second pass enlarges stands with the second pass
    assert set(changes(planned)) == {*EVERYTHING, "seed", "size", "extra.turbo"} - {told_once}
    assert {why for _, _, why in changes(planned).values()} == {"dropped"}
    assert set(EVERYTHING) | {"workflow"} == set(SINGLE_FIELDS)


def test_what_asks_for_nothing_is_dropped_without_a_word() -> None:
    planned = plan(prompt_enhance=False, face_fix=False, safety="default", background="auto", negative_prompt="")
    assert planned.adjustments == ()
    assert planned.request.safety is None


@pytest.mark.parametrize(
    ("field", "value", "used", "why"),
    [
        (RangeField(min=1, max=50, integer=True), 20, 20, None),
        (RangeField(min=1, max=50, integer=True), 90, 50, "clamped"),
        (RangeField(min=4, max=50, step=4, integer=True), 21, 20, "snapped"),
        (RangeField(), 1000, 1000, None),
    ],
)
def test_ranges(field: RangeField, value: int, used: int, why: str | None) -> None:
    planned = plan(fields={"steps": field}, steps=value)
    assert planned.request.steps == used
    assert changes(planned) == ({"steps": (value, used, why)} if why else {})


@given(
    st.floats(-1e4, 1e4),
    st.floats(-100, 0),
    st.floats(0, 100),
    st.sampled_from([None, 0.1, 0.5, 3]),
)
def test_a_planned_number_lies_in_its_range_and_planning_again_changes_nothing(
    value: float, low: float, high: float, step: float | None
) -> None:
    fields = {"guidance": RangeField(min=low, max=high, step=step)}
    once = plan(fields=fields, guidance=value).request.guidance
    assert once is not None
    assert low - 1e-8 <= once <= high + 1e-8


@pytest.mark.parametrize(
    ("field", "value", "used", "why"),
    [
        (EnumField(values=("euler", "ddim")), "ddim", "ddim", None),
        (EnumField(values=("euler", "ddim")), "DDIM", "ddim", "renamed"),
        (EnumField(values=("euler",), default="euler"), "heun", "euler", "dropped"),
        (EnumField(values=("euler",), free_text=True), "heun", "heun", None),
        (EnumField(options_from="samplers"), "heun", "heun", None),
    ],
)
def test_words(field: EnumField, value: str, used: str, why: str | None) -> None:
    planned = plan(fields={"sampler": field}, sampler=value)
    assert planned.request.sampler == used
    assert changes(planned) == ({"sampler": (value, used, why)} if why else {})


@pytest.mark.parametrize(("asked", "used"), [("off", "default"), ("relaxed", "default"), ("strict", None)])
def test_safety_is_never_looser_than_asked(asked: str, used: str | None) -> None:
    assert plan(fields={"safety": EnumField(values=("default",))}, safety=asked).request.safety == used
    assert plan(fields={"safety": BooleanField()}, safety="off").request.safety == "off"


def test_a_prompt_is_cut_at_the_limit_of_the_model() -> None:
    planned = plan_request(ImageRequest(prompt="x" * 5000), Capabilities(fields={"prompt": TextField(max_length=4000)}))
    assert len(planned.request.prompt) == 4000
    assert changes(planned)["prompt"][2] == "clamped"


def test_size_is_resolved_and_a_changed_one_is_said() -> None:
    fields = {"size": SizeField(specs=(SizeSpec(kind="free", max_side=2048, multiple_of=8),), default=(512, 512))}
    assert plan(fields=fields).request.size == Pixels(width=512, height=512)
    assert plan(fields=fields).adjustments == ()
    planned = plan(fields=fields, size=Pixels(width=1001, height=501))
    assert planned.request.size == Pixels(width=1000, height=504)
    assert changes(planned) == {"size": ("1001x501", "1000x504", "snapped")}


def test_a_size_like_a_reference_is_read_from_its_bytes() -> None:
    fields = {
        "size": SizeField(specs=(SizeSpec(kind="free", multiple_of=8),)),
        "references": ReferencesField(roles={"init": RoleLimits()}),
    }
    planned = plan(fields=fields, size=MatchReference(), references=(Reference(data=png(640, 360), mime="image/png"),))
    assert planned.request.size == Pixels(width=640, height=360)


def test_extra_settings_follow_the_schema_of_the_model() -> None:
    fields = {"extra": SchemaField(json_schema={"properties": {"turbo": {"type": "boolean"}}})}
    planned = plan(fields=fields, extra={"turbo": True, "other": 1})
    assert planned.request.extra == {"turbo": True}
    assert changes(planned) == {"extra.other": (1, None, "dropped")}
    anything = {"extra": SchemaField(json_schema={"type": "object"})}
    assert plan(fields=anything, extra={"other": 1}).request.extra == {"other": 1}


# -- references ------------------------------------------------------------------------------------------------------


def reference(role: str, **more: Any) -> Reference:
    return Reference(data=b"...", mime="image/png", role=role, **more)  # type: ignore[arg-type]


def roles(**limits: RoleLimits) -> dict[str, Any]:
    return {"references": ReferencesField(roles=limits, total_max=3)}


def test_a_role_the_source_lacks_takes_its_fallback() -> None:
    fields = roles(subject=RoleLimits(max=0, fallback="edit"), edit=RoleLimits(max=4))
    planned = plan(fields=fields, references=(reference("subject"), reference("edit")))
    assert [one.role for one in planned.request.references] == ["edit", "edit"]
    assert changes(planned) == {"references.1.role": ("subject", "edit", "renamed")}


def test_too_many_references_are_left_out_from_the_end() -> None:
    fields = roles(style=RoleLimits(max=5), init=RoleLimits(max=1))
    given = [reference("init", label="a"), reference("init", label="b"), *(reference("style", label=x) for x in "cde")]
    planned = plan(fields=fields, references=tuple(given))
    assert [one.label for one in planned.request.references] == ["a", "c", "d"]
    assert changes(planned) == {"references.2": ("b", None, "dropped"), "references.5": ("e", None, "dropped")}


def test_strength_goes_only_where_it_is_understood() -> None:
    given = (reference("init", strength=0.3),)
    assert plan(fields=roles(init=RoleLimits(strength=True)), references=given).request.references == given
    planned = plan(fields=roles(init=RoleLimits()), references=given)
    assert planned.request.references[0].strength is None
    assert changes(planned) == {"references.1.strength": (0.3, None, "dropped")}


@pytest.mark.parametrize(
    ("fields", "given"),
    [
        ({}, (reference("edit"),)),
        (roles(init=RoleLimits()), (reference("mask"),)),
        (roles(init=RoleLimits(required=True)), ()),
    ],
)
def test_what_cannot_be_done_at_all_is_said_before_any_call(
    fields: dict[str, Any], given: tuple[Reference, ...]
) -> None:
    with pytest.raises(Unsupported) as caught:
        plan(fields=fields, references=given)
    assert caught.value.field == "references"


def test_a_circle_of_fallbacks_ends() -> None:
    fields = roles(style=RoleLimits(max=0, fallback="control"), control=RoleLimits(max=0, fallback="style"))
    assert plan(fields=fields, references=(reference("style"),)).request.references == ()


# -- count and seeds -------------------------------------------------------------------------------------------------

SEEDED = {"seed": RangeField(min=0, max=2**32 - 1, integer=True)}


def test_a_count_the_model_makes_at_once_stays_one_run() -> None:
    planned = plan(Capabilities(fields=SEEDED, max_count=4), count=4, seed=7)
    assert (planned.calls, planned.request.count) == (1, 4)
    assert split_plan(planned) == (planned,)
    by_field = Capabilities(fields={**SEEDED, "count": RangeField(min=1, max=4, integer=True)})
    assert plan(by_field, count=4).calls == 1


def test_a_larger_count_becomes_runs_with_seeds_of_their_own() -> None:
    planned = plan(Capabilities(fields=SEEDED), count=3, seed=7)
    assert changes(planned) == {"count": (3, 3, "emulated")}
    runs = split_plan(planned)
    assert [(run.request.count, run.request.seed, run.calls) for run in runs] == [(1, 7, 1), (1, 8, 1), (1, 9, 1)]
    assert len({run.request.id for run in runs}) == 3


@given(st.integers(1, 100), st.integers(1, 12), st.integers(0, 2**64 - 1), st.integers(100, 2**63))
def test_runs_cover_the_count_and_every_seed_is_allowed(count: int, at_once: int, seed: int, highest: int) -> None:
    fields = {"seed": RangeField(min=0, max=highest, integer=True)}
    planned = plan(Capabilities(fields=fields, max_count=at_once), count=count, seed=seed)
    runs = split_plan(planned)
    assert len(runs) == planned.calls
    assert sum(run.request.count for run in runs) == count
    assert all(1 <= run.request.count <= at_once for run in runs)
    seeds = [run.request.seed + n for run in runs for n in range(run.request.count) if run.request.seed is not None]
    assert seeds == list(range(seeds[0], seeds[0] + count))
    assert seeds[0] >= 0 and seeds[-1] <= max(highest, count)


def test_without_a_seed_field_nothing_pretends_to_be_seeded() -> None:
    planned = plan(count=2, seed=7)
    assert [run.request.seed for run in split_plan(planned)] == [None, None]


def test_a_plan_reads_back_from_storage() -> None:
    fields = {**roles(init=RoleLimits()), "size": SizeField()}
    planned = plan(fields=fields, references=(Reference(data=png(8, 8), mime="image/png"),), size=Auto(), steps=3)
    assert Plan.model_validate_json(planned.model_dump_json()) == planned
