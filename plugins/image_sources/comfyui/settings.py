"""The settings of a ComfyUI connection."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SecretStr, field_validator

from stcore import Options, parse_headers


def _in(group: str, **more: Any) -> dict[str, Any]:
    return {"group": group, **more}


class ComfyUIOptions(Options):
    """Address of the server and what to use when a request says nothing."""

    url: str = Field(
        "http://127.0.0.1:8188",
        title="Address",
        description="A path and a query (?token=...) are kept.",
        json_schema_extra=_in("connection", test=True),
    )
    headers: SecretStr | None = Field(
        None,
        title="Extra headers",
        description="For a proxy in front of the server: one “Name: value” per line.",
        json_schema_extra=_in("connection", multiline=True, test=True),
    )
    workflow: str = Field(
        "Default_Comfy_Workflow.json", title="Workflow", json_schema_extra=_in("defaults", options_from="workflows")
    )
    model: str = Field(
        "",
        title="Model",
        description="Empty: the server's first.",
        json_schema_extra=_in("defaults", options_from="models"),
    )
    vae: str = Field("", title="VAE", json_schema_extra=_in("defaults", options_from="vaes"))
    sampler: str = Field("euler", title="Sampler", json_schema_extra=_in("defaults", options_from="samplers"))
    scheduler: str = Field("normal", title="Scheduler", json_schema_extra=_in("defaults", options_from="schedulers"))
    steps: int = Field(20, ge=1, le=10000, title="Steps", json_schema_extra=_in("defaults"))
    guidance: float = Field(7.0, ge=0, le=100, title="Guidance (CFG)", json_schema_extra=_in("defaults"))
    denoise: float = Field(0.7, ge=0, le=1, title="Denoise", json_schema_extra=_in("defaults"))
    width: int = Field(512, ge=16, le=16384, title="Width if none is asked for", json_schema_extra=_in("defaults"))
    height: int = Field(512, ge=16, le=16384, title="Height if none is asked for", json_schema_extra=_in("defaults"))
    previews: bool = Field(True, title="Show previews while it works", json_schema_extra=_in("advanced"))
    timeout: float = Field(
        30.0, gt=0, le=600, title="Longest wait for one answer (seconds)", json_schema_extra=_in("advanced")
    )

    @field_validator("headers")
    @classmethod
    def _readable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_headers(value.get_secret_value())
        return value
