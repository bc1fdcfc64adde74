"""The bodies of requests about prompts: notes, injections, presets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from stcore.web.models import Body

Position = Literal["after", "chat", "before"]
Role = Literal["system", "user", "assistant"]


class NoteChange(Body):
    """Only what changes. ``depth`` counts messages from the end, ``frequency`` messages of the user (0 = never)."""

    text: str = Field(default="", max_length=100_000)
    depth: int = Field(default=4, ge=0, le=10_000)
    frequency: int = Field(default=1, ge=0, le=10_000)
    position: Position = "chat"
    role: Role = "system"


class CharacterNote(Body):
    """The note of a character: whether it is used, and where it goes beside the chat's."""

    text: str = Field(default="", max_length=100_000)
    use: bool = False
    position: Literal["replace", "before", "after"] = "replace"


class InjectionBody(Body):
    """A text for the prompts of a chat; ``filter`` is the text of a closure that decides each time."""

    value: str = Field(min_length=1, max_length=1_000_000)
    position: Literal["none", "after", "chat", "before"] = "after"
    depth: int = Field(default=4, ge=0, le=10_000)
    scan: bool = False
    role: Role = "system"
    filter: str | None = Field(default=None, max_length=100_000)
    ephemeral: bool = False


class PresetData(Body):
    """What a preset holds; which keys count depends on its kind."""

    data: dict[str, Any]


class PresetImport(Body):
    """``document`` is the JSON of a file; ``name`` stands where it has none, ``kind`` where it cannot be seen."""

    document: dict[str, Any]
    name: str = Field(default="", max_length=256)
    kind: str = ""


class PresetName(Body):
    name: str = Field(max_length=256)


class SwitchChange(Body):
    """Only what changes; ``null`` puts a switch back."""

    instruct: bool | None = None
    sysprompt: bool | None = None
    stop_strings: list[str] | None = None
    start_reply_with: str | None = None
    post_processing: (
        Literal["", "none", "merge_tools", "semi_tools", "strict_tools", "merge", "semi", "strict", "single"] | None
    ) = None
    tokenizer: Literal["best_match", "none"] | None = None
    entries: dict[str, bool] | None = None
