"""The settings of a connection to AUTOMATIC1111 or one of its family."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SecretStr, field_validator

from stcore import Options, parse_headers


def _in(group: str, **more: Any) -> dict[str, Any]:
    return {"group": group, **more}


class Automatic1111Options(Options):
    """Address of the server and what to use when a request says nothing."""

    url: str = Field(
        "http://127.0.0.1:7860",
        title="Address",
        description="The server must have been started with --api.",
        json_schema_extra=_in("connection", test=True),
    )
    username: str = Field("", title="User name (--api-auth)", json_schema_extra=_in("connection", test=True))
    password: SecretStr | None = Field(None, title="Password", json_schema_extra=_in("connection", test=True))
    headers: SecretStr | None = Field(
        None,
        title="Extra headers",
        description="For a proxy in front of the server: one “Name: value” per line.",
        json_schema_extra=_in("connection", multiline=True, test=True),
    )
    model: str = Field(
        "",
        title="Model",
        description="Empty: the one that is loaded.",
        json_schema_extra=_in("defaults", options_from="models"),
    )
    vae: str = Field(
        "",
        title="VAE",
        description="Empty: the server's setting.",
        json_schema_extra=_in("defaults", options_from="vaes"),
    )
    sampler: str = Field("Euler a", title="Sampler", json_schema_extra=_in("defaults", options_from="samplers"))
    scheduler: str = Field("Automatic", title="Scheduler", json_schema_extra=_in("defaults", options_from="schedulers"))
    steps: int = Field(20, ge=1, le=150, title="Steps", json_schema_extra=_in("defaults"))
    guidance: float = Field(7.0, ge=1, le=30, title="Guidance (CFG)", json_schema_extra=_in("defaults"))
    width: int = Field(512, ge=64, le=2048, title="Width if none is asked for", json_schema_extra=_in("defaults"))
    height: int = Field(512, ge=64, le=2048, title="Height if none is asked for", json_schema_extra=_in("defaults"))
    denoise: float = Field(0.7, ge=0, le=1, title="Denoise", json_schema_extra=_in("defaults"))
    clip_skip: int | None = Field(None, ge=1, le=12, title="CLIP skip", json_schema_extra=_in("defaults"))
    restore_faces: bool = Field(False, title="Restore faces", json_schema_extra=_in("defaults"))
    adetailer: bool = Field(
        False,
        title="Mend faces with ADetailer",
        description="Needs that extension on the server.",
        json_schema_extra=_in("defaults"),
    )
    adetailer_model: str = Field("face_yolov8n.pt", title="ADetailer model", json_schema_extra=_in("advanced"))
    modules: str = Field(
        "",
        title="Forge: VAE and text encoders",
        description="File names with commas between; Flux needs its VAE and both text encoders.",
        json_schema_extra=_in("advanced", options_from="modules"),
    )
    hires_upscaler: str = Field(
        "Latent", title="Upscaler of the second pass", json_schema_extra=_in("advanced", options_from="upscalers")
    )
    save_images: bool = Field(False, title="Also keep the pictures on the server", json_schema_extra=_in("advanced"))
    previews: bool = Field(True, title="Show previews while it works", json_schema_extra=_in("advanced"))

    @field_validator("headers")
    @classmethod
    def _readable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_headers(value.get_secret_value())
        return value
