"""Fit a request to what a model can do, offline, and say what was changed (spec/sources/README.md 3.1, 3.5).

A field that the capabilities do not name never reaches the source (SRC-2): it is dropped, and dropping it is reported.
Only what makes the wish pointless (a picture to change that the source cannot take, a required one that is missing)
raises :class:`Unsupported`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from stcore.errors import Unsupported, UnusablePicture
from stcore.images.capabilities import (
    BooleanField,
    Capabilities,
    EnumField,
    FieldDescriptor,
    RangeField,
    ReferencesField,
    SchemaField,
    SizeField,
    TextField,
)
from stcore.images.request import Adjustment, Auto, ImageRequest, Plan, Reference
from stcore.images.size import resolve_size, size_text
from stcore.images.sniff import read_facts

SINGLE_FIELDS = (
    "negative_prompt",
    "prompt_parts",
    "steps",
    "guidance",
    "sampler",
    "scheduler",
    "vae",
    "clip_skip",
    "denoise",
    "quality",
    "style",
    "background",
    "output_format",
    "compression",
    "safety",
    "prompt_enhance",
    "loras",
    "hires",
    "upscale",
    "face_fix",
    "workflow",
)
"""Fields that are fitted each for itself; the others (size, seed, count, references, extra) need more."""

_NOTHING_ASKED = {"prompt_enhance": False, "face_fix": False, "safety": "default", "background": "auto", "upscale": 1}
"""Values that ask for nothing: a source without the field does as they say anyway."""

_SAFETY = ("strict", "default", "relaxed", "off")
_NEEDED_ROLES = ("edit", "mask")  # without such a picture the result would have nothing to do with the wish

_HIGHEST_SEED = 2**64 - 1

Why = Literal["clamped", "snapped", "dropped", "emulated", "renamed", "chosen"]


def plan_request(request: ImageRequest, capabilities: Capabilities) -> Plan:
    """A :class:`Plan` whose request holds only what the model takes, each value within its limits.

    ``plan.request.count`` stays the number asked for; ``plan.calls`` is in how many runs the shared emulation makes
    them (1 when the model makes so many at once). :func:`split_plan` gives the plan of each run.
    """
    fitting = _Fitting(request, capabilities)
    fitting.prompt()
    for name in SINGLE_FIELDS:
        fitting.single(name)
    fitting.references()
    fitting.size()
    fitting.seed()
    fitting.extra()
    calls = fitting.calls()
    if not capabilities.preview:
        fitting.changes["preview"] = False
    if "end_user" not in capabilities.fields:
        fitting.changes["end_user"] = None
    planned = request.model_copy(update=fitting.changes)
    return Plan(request=planned, adjustments=tuple(fitting.adjustments), calls=calls)


def split_plan(plan: Plan) -> tuple[Plan, ...]:
    """One plan for each of ``plan.calls`` runs: its share of the count, the seed of its first picture, an id of its own
    (the id is the idempotency key). A plan of one run is given back as it is."""
    if plan.calls <= 1:
        return (plan,)
    request, share = plan.request, -(-plan.request.count // plan.calls)
    runs: list[Plan] = []
    for first in range(0, request.count, share):
        changes: dict[str, Any] = {"id": f"{request.id}-{len(runs) + 1}", "count": min(share, request.count - first)}
        if request.seed is not None:
            changes["seed"] = request.seed + first
        runs.append(plan.model_copy(update={"request": request.model_copy(update=changes), "calls": 1}))
    return tuple(runs)


@dataclass
class _Fitting:
    """A request on its way to a plan: what changes, and why."""

    request: ImageRequest
    capabilities: Capabilities
    changes: dict[str, Any] = field(default_factory=dict)
    adjustments: list[Adjustment] = field(default_factory=list)

    def prompt(self) -> None:
        limits = self.capabilities.fields.get("prompt")
        if isinstance(limits, TextField):
            self._fit("prompt", self.request.prompt, limits)

    def single(self, name: str) -> None:
        value = getattr(self.request, name)
        if value in (None, "", (), {}):
            return
        descriptor = self.capabilities.fields.get(name)
        if descriptor is not None:
            self._fit(name, value, descriptor)
            return
        empty = ImageRequest.model_fields[name].default
        self.changes[name] = empty
        is_told = name == "upscale" and self.request.hires is not None  # the scale of the second pass
        if _NOTHING_ASKED.get(name) != value and not is_told:
            self._report(name, _shown(value), None, "dropped")

    def size(self) -> None:
        wish, limits = self.request.size, self.capabilities.fields.get("size")
        if not isinstance(limits, SizeField):
            if not isinstance(wish, Auto):
                self.changes["size"] = Auto()
                self._report("size", size_text(wish), None, "dropped")
            return
        choice = resolve_size(wish, limits, list(self._reference_sizes()) if wish.kind == "match" else ())
        self.changes["size"] = choice.size
        if choice.why:
            self._report("size", size_text(wish), size_text(choice.size), choice.why)

    def _reference_sizes(self) -> Iterator[tuple[int, int]]:
        for reference in self.request.references:
            try:
                facts = read_facts(reference.data)
            except UnusablePicture:
                yield (1024, 1024)  # the source will say what is wrong with it; its size is not worth an error
            else:
                yield (facts.width, facts.height)

    def seed(self) -> None:
        """A seed beyond the model's highest is folded into its range, with room for one seed per picture."""
        seed, limits = self.request.seed, self.capabilities.fields.get("seed")
        if seed is None:
            return
        if limits is None:
            self.changes["seed"] = None
            self._report("seed", seed, None, "dropped")
            return
        known = limits if isinstance(limits, RangeField) else RangeField()
        lowest, highest = max(0, int(known.min or 0)), int(known.max or _HIGHEST_SEED)
        room = max(1, highest - lowest + 2 - self.request.count)
        if not lowest <= seed < lowest + room:
            folded = lowest + (seed - lowest) % room
            self.changes["seed"] = folded
            self._report("seed", seed, folded, "clamped")

    def calls(self) -> int:
        """How many runs the count takes; more than one is the shared emulation."""
        limits = self.capabilities.fields.get("count")
        at_once = int(limits.max or 1) if isinstance(limits, RangeField) else 1
        at_once = max(1, at_once, self.capabilities.max_count)
        calls = -(-self.request.count // at_once)
        if calls > 1:
            self._report("count", self.request.count, calls, "emulated")
        return calls

    def extra(self) -> None:
        """Settings of this one model: those its schema does not name are dropped."""
        if not self.request.extra:
            return
        limits = self.capabilities.fields.get("extra")
        schema = limits.json_schema if isinstance(limits, SchemaField) else {"properties": {}}
        properties = schema.get("properties")
        if properties is None or schema.get("additionalProperties") is True:
            return
        self.changes["extra"] = {name: value for name, value in self.request.extra.items() if name in properties}
        for name, value in self.request.extra.items():
            if name not in properties:
                self._report(f"extra.{name}", _shown(value), None, "dropped")

    def references(self) -> None:
        limits = self.capabilities.fields.get("references")
        known = limits if isinstance(limits, ReferencesField) else ReferencesField()
        kept: list[Reference] = []
        used: dict[str, int] = {}
        for number, reference in enumerate(self.request.references, start=1):
            role = _role_for(reference.role, known, used)
            full = known.total_max is not None and len(kept) >= known.total_max
            if role is None or full:
                self._leave_out(number, reference, known)
                continue
            used[role] = used.get(role, 0) + 1
            kept.append(self._with_role(number, reference, role, known))
        self.changes["references"] = tuple(kept)
        for role, roles in known.roles.items():
            if roles.required and role not in used:
                raise Unsupported(f"This model needs a picture to work from ({role}).", field="references")

    def _leave_out(self, number: int, reference: Reference, known: ReferencesField) -> None:
        if reference.role in _NEEDED_ROLES and reference.role not in known.roles:
            what = "change a picture" if reference.role == "edit" else "repaint only a part of a picture"
            raise Unsupported(
                f"This model cannot {what}.", field="references", hint="Choose another model, or leave the picture out."
            )
        self._report(f"references.{number}", _shown(reference), None, "dropped")

    def _with_role(self, number: int, reference: Reference, role: str, known: ReferencesField) -> Reference:
        changes: dict[str, Any] = {}
        if role != reference.role:
            changes["role"] = role
            self._report(f"references.{number}.role", reference.role, role, "renamed")
        if reference.strength is not None and not known.roles[role].strength:
            changes["strength"] = None
            self._report(f"references.{number}.strength", reference.strength, None, "dropped")
        return reference.model_copy(update=changes)

    def _fit(self, name: str, value: Any, descriptor: FieldDescriptor) -> None:
        used, why = _fitted(name, value, descriptor)
        if why:
            self.changes[name] = used
            self._report(name, _shown(value), _shown(used), why)

    def _report(self, name: str, asked: Any, used: Any, why: Why) -> None:
        self.adjustments.append(Adjustment(field=name, asked=asked, used=used, why=why))


# -- one value, one descriptor ---------------------------------------------------------------------------------------


def _fitted(name: str, value: Any, descriptor: FieldDescriptor) -> tuple[Any, Why | None]:
    """The value that fits, and why it differs (``None`` when it does not)."""
    match descriptor:
        case RangeField() if isinstance(value, int | float) and not isinstance(value, bool):
            return _in_range(value, descriptor)
        case EnumField() if isinstance(value, str):
            return _one_of(name, value, descriptor)
        case TextField() if isinstance(value, str) and descriptor.unit == "characters":
            fits = descriptor.max_length is None or len(value) <= descriptor.max_length
            return (value, None) if fits else (value[: descriptor.max_length], "clamped")
        case BooleanField() if isinstance(value, str):
            return _one_of(name, value, EnumField(values=("default", "off")))
    return value, None


def _in_range(value: float, limits: RangeField) -> tuple[float, Why | None]:
    lowest, highest = limits.min, limits.max
    used = value
    if limits.step:
        origin = lowest or 0
        used = origin + round((used - origin) / limits.step) * limits.step
    if limits.integer:
        used = round(used)
    if lowest is not None and used < lowest:
        used = lowest
    if highest is not None and used > highest:
        used = highest
    used = int(used) if limits.integer else round(used, 9)
    if used == value:
        return value, None
    outside = (lowest is not None and value < lowest) or (highest is not None and value > highest)
    return used, "clamped" if outside else "snapped"


def _one_of(name: str, value: str, limits: EnumField) -> tuple[str | None, Why | None]:
    if value in limits.values or limits.free_text or not limits.values:
        return value, None
    for known in limits.values:
        if known.casefold() == value.casefold():
            return known, "renamed"
    if name == "safety" and value in _SAFETY:
        # Never looser than asked: the nearest stricter step that the model knows.
        for stricter in reversed(_SAFETY[: _SAFETY.index(value)]):
            if stricter in limits.values:
                return stricter, "clamped"
    return limits.default, "dropped"


def _role_for(role: str, known: ReferencesField, used: dict[str, int]) -> str | None:
    """The role under which the source takes such a picture: the wanted one, or what the source offers instead."""
    seen: set[str] = set()
    while role in known.roles and role not in seen:
        seen.add(role)
        limits = known.roles[role]
        if used.get(role, 0) < limits.max:
            return role
        role = limits.fallback
    return None


def _shown(value: Any) -> Any:
    """A value as JSON that a person can read: long texts shortened, records by name."""
    if isinstance(value, str):
        return value if len(value) <= 80 else f"{value[:60]}... ({len(value)} characters)"
    if isinstance(value, Reference):
        return value.label or value.role
    if isinstance(value, tuple):
        return [_shown(one) for one in value]
    if hasattr(value, "name"):
        return value.name
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value
