"""The settings of pictures, each with its range: the host's own, and what a character or a chat says otherwise.

The host's stand in ``settings.toml`` (``[images]``), those of a character and of a chat in the database. A generation
works on one frozen copy with everything laid over it, the arguments of its command last (image-generation.md sections
4.1 and 15), so nothing is ever "put back" and generations that overlap cannot meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator

from stcore.errors import UserError
from stcore.images.references import known_reference

PlaceholderKind = Literal["text", "number", "choice", "picture"]


def _in(group: str, **more: JsonValue) -> dict[str, JsonValue]:
    return {"group": group, **more}


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Placeholder(_Record):
    """A placeholder of one's own for workflows: ``"%find%"`` becomes ``replace`` with its macros (16.3).

    A ``number`` stands bare in the graph, a ``choice`` is one of ``choices``, a ``picture`` is the id of a stored
    picture, or ``avatar`` or ``persona``, and becomes its bytes.
    """

    find: str = Field(min_length=1, max_length=100, pattern=r'^[^"%\\\r\n]+$')
    replace: str = ""
    kind: PlaceholderKind = "text"
    choices: tuple[str, ...] = ()
    label: str = ""


class Phrase(_Record):
    """A picture by itself whenever a character's reply holds ``phrase``; ``argument`` is what ``/imagine`` would get.

    ``regex`` reads the phrase as a regular expression, whose groups the argument may use as ``$1``.
    """

    phrase: str = Field(min_length=1, max_length=500)
    argument: str = Field(default="last", max_length=2000)
    regex: bool = False


class ImageSettings(_Record):
    """Everything that decides how pictures are made; ``None`` and empty text mean: as the source does.

    ``source`` is the name of a connection.
    """

    source: str = Field(default="", title="Source", json_schema_extra=_in("prompt", options_from="sources"))
    style: str = Field(default="Default", title="Style", json_schema_extra=_in("prompt", options_from="styles"))
    prefix: str = Field(
        default="",
        title="Before every prompt",
        description="Words that every picture begins with; {prompt} says where its own words go.",
        json_schema_extra=_in("prompt", macros=True, multiline=True),
    )
    negative: str = Field(
        default="",
        title="Kept out of every picture",
        description="The negative prompt, for sources that take one.",
        json_schema_extra=_in("prompt", macros=True, multiline=True),
    )
    group_prefixes: bool = Field(
        default=False,
        title="In groups, add the prefixes of all members",
        description="For pictures of the scene and of the last message.",
        json_schema_extra=_in("prompt"),
    )
    swipe_prefixes: bool = Field(
        default=True,
        title="Add the character's prefix to every further picture",
        description="Also where the first one had none, as SillyTavern does.",
        json_schema_extra=_in("prompt"),
    )

    # -- what the source is asked for --------------------------------------------------------------------------------

    model: str = Field(default="", title="Model", json_schema_extra=_in("picture", options_from="models"))
    width: int | None = Field(default=None, ge=64, le=8192, title="Width", json_schema_extra=_in("picture"))
    height: int | None = Field(default=None, ge=64, le=8192, title="Height", json_schema_extra=_in("picture"))
    snap: bool = Field(
        default=False,
        title="Snap forced shapes to known resolutions",
        description="Portraits and backgrounds get the nearest common size.",
        json_schema_extra=_in("picture"),
    )
    count: int = Field(default=1, ge=1, le=4, title="Pictures at once", json_schema_extra=_in("picture"))
    seed: int | None = Field(
        default=None, ge=0, le=2**64 - 1, title="Seed", json_schema_extra=_in("picture", placeholder="random")
    )
    steps: int | None = Field(default=None, ge=1, le=1000, title="Steps", json_schema_extra=_in("picture"))
    guidance: float | None = Field(default=None, ge=0, le=100, title="Guidance (CFG)", json_schema_extra=_in("picture"))
    sampler: str = Field(default="", title="Sampler", json_schema_extra=_in("picture", options_from="samplers"))
    scheduler: str = Field(default="", title="Scheduler", json_schema_extra=_in("picture", options_from="schedulers"))
    vae: str = Field(default="", title="VAE", json_schema_extra=_in("picture", options_from="vaes"))
    clip_skip: int | None = Field(default=None, ge=1, le=24, title="CLIP skip", json_schema_extra=_in("picture"))
    denoise: float | None = Field(
        default=None, ge=0, le=1, title="Denoising strength", json_schema_extra=_in("picture")
    )
    face_fix: bool = Field(default=False, title="Restore faces", json_schema_extra=_in("picture"))
    hires: bool = Field(default=False, title="Second, larger pass", json_schema_extra=_in("picture"))
    hires_upscaler: str = Field(
        default="", title="Upscaler", json_schema_extra=_in("picture", options_from="upscalers")
    )
    hires_scale: float = Field(
        default=2.0, ge=1, le=8, title="Enlarge by", description="In the second pass.", json_schema_extra=_in("picture")
    )
    hires_steps: int = Field(
        default=0,
        ge=0,
        le=150,
        title="Steps of the second pass",
        description="0: as many.",
        json_schema_extra=_in("picture"),
    )
    preview: bool = Field(default=True, title="Show previews while it works", json_schema_extra=_in("picture"))

    # -- who writes the prompt ---------------------------------------------------------------------------------------

    writer: str = Field(
        default="",
        title="Prompts are written by",
        description="A text connection; empty is the one of the chat.",
        json_schema_extra=_in("writing", options_from="texts"),
    )
    writer_model: str = Field(default="", title="Its model", json_schema_extra=_in("writing"))
    captioner: str = Field(
        default="",
        title="Pictures are described by",
        description="A text connection whose model can see; empty is the one of the chat.",
        json_schema_extra=_in("writing", options_from="texts"),
    )
    captioner_model: str = Field(default="", title="Its model", json_schema_extra=_in("writing"))
    caption_prompt: str = Field(
        default="",
        title="Asked for a caption",
        description="Empty: in the usual words.",
        json_schema_extra=_in("writing", macros=True, multiline=True),
    )
    caption_template: str = Field(
        default="",
        title="Text around a caption",
        description="How models that cannot see are told of a picture: {{caption}} is its caption, {{sender}} whose "
        "message shows it. Empty: in the usual words.",
        json_schema_extra=_in("writing", macros=True, multiline=True),
    )
    review: bool = Field(default=False, title="Show me prompts before they are used", json_schema_extra=_in("writing"))
    extend: bool = Field(
        default=False, title="Let the text model extend free prompts", json_schema_extra=_in("writing")
    )
    multimodal: bool = Field(
        default=False,
        title="Describe portraits from the avatar",
        description="A model that can see is shown the picture of who is to be drawn.",
        json_schema_extra=_in("writing"),
    )
    processing: Literal["standard", "minimal"] = Field(
        default="standard",
        title="Cleaning of written prompts",
        description="Minimal keeps JSON and other structured text.",
        json_schema_extra=_in("writing", labels={"standard": "Standard", "minimal": "Minimal"}),
    )

    # -- when pictures are made --------------------------------------------------------------------------------------

    interactive: bool = Field(
        default=False,
        title="A wish in a message makes a picture",
        description="“Send me a picture of ...” is answered by the picture instead of words.",
        json_schema_extra=_in("asking"),
    )
    interactive_confirm: bool = Field(default=False, title="Ask before that", json_schema_extra=_in("asking"))
    function_tool: bool = Field(
        default=False, title="The text model may ask for pictures", json_schema_extra=_in("asking")
    )
    tags: bool = Field(
        default=False,
        title="Draw picture tags in replies",
        description='A reply that holds [pic: words] or <pic prompt="words"> gets the picture there.',
        json_schema_extra=_in("asking"),
    )
    phrases: tuple[Phrase, ...] = Field(
        default=(), title="Phrases that make a picture", json_schema_extra=_in("asking")
    )

    # -- in the chat -------------------------------------------------------------------------------------------------

    show_button: bool = Field(default=False, title="The model sees pictures of the menu", json_schema_extra=_in("chat"))
    show_command: bool = Field(
        default=False, title="The model sees pictures of commands", json_schema_extra=_in("chat")
    )
    show_interactive: bool = Field(
        default=False, title="The model sees pictures of wishes", json_schema_extra=_in("chat")
    )
    show_tool: bool = Field(default=False, title="The model sees pictures it asked for", json_schema_extra=_in("chat"))
    inline_pictures: bool = Field(
        default=True,
        title="Show pictures to models that can see",
        description="Those of messages that the model is told.",
        json_schema_extra=_in("chat"),
    )
    inline_most: int = Field(
        default=8,
        ge=1,
        le=100,
        title="At most so many of them",
        description="The newest; some servers take one or a few.",
        json_schema_extra=_in("chat"),
    )
    swipe: Literal["generate", "rollover"] = Field(
        default="generate",
        title="The arrow past the last picture",
        json_schema_extra=_in("chat", labels={"generate": "Makes another one", "rollover": "Goes back to the first"}),
    )

    # -- workflows ---------------------------------------------------------------------------------------------------

    workflow: str = Field(
        default="",
        title="Workflow",
        description="For sources that work with one; empty is that of the connection.",
        json_schema_extra=_in("workflow", options_from="workflows"),
    )
    placeholders: tuple[Placeholder, ...] = Field(
        default=(), title="Placeholders of your own", json_schema_extra=_in("workflow")
    )
    references: tuple[str, ...] = Field(
        default=(),
        title="Reference pictures",
        description="Given to sources that take them: avatar, persona, or the id of a picture, with :subject, :style, "
        ":init or :background behind it.",
        json_schema_extra=_in("workflow"),
    )

    @field_validator("references")
    @classmethod
    def _names_pictures(cls, references: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(known_reference(text) for text in references)
        except UserError as error:
            raise ValueError(error.message.rstrip(".")) from error

    def overlaid(self, values: Mapping[str, Any]) -> ImageSettings:
        """A copy in which ``values`` count. Raises :class:`UserError` naming what does not fit."""
        try:
            return ImageSettings.model_validate({**self.model_dump(), **values})
        except ValidationError as error:
            raise misfit(error) from error


def misfit(error: ValidationError) -> UserError:
    """A validation error of settings in words: which one, what it got, what it takes."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "settings"
    if first["type"] == "extra_forbidden":
        return UserError(f"There is no setting {name!r} of pictures.", hint=f"There are: {', '.join(FIELDS)}.")
    reason = _TAKES.get(first["type"], "").format(**first.get("ctx", {})) or first["msg"].removeprefix("Value error, ")
    value = first["input"] if isinstance(first["input"], str) else repr(first["input"])
    return UserError(f"{name}={value} cannot be used: {reason[:1].lower()}{reason[1:]}.")


_TAKES = {
    "int_parsing": "it takes a whole number",
    "int_from_float": "it takes a whole number",
    "float_parsing": "it takes a number",
    "less_than_equal": "{le} is the most",
    "greater_than_equal": "{ge} is the least",
    "literal_error": "it takes {expected}",
    "model_type": "it takes a record",
    "tuple_type": "it takes a list",
    "string_too_short": "it must not be empty",
}
"""What a setting takes, by the kind of error."""


FIELDS = tuple(ImageSettings.model_fields)
"""The names of all settings, in the order of the form."""

OF_SOURCE = ("model", "sampler", "scheduler", "vae", "hires_upscaler")
"""Names that mean something to one source only; choosing another forgets them (section 15)."""
