"""The settings of a RunPod endpoint that runs ComfyUI, and its address out of what people paste."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from stcore import Options

_VENDOR = "api.runpod.ai"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,63}")
_OPERATIONS = re.compile(r"/(?:run|runsync|health|status|cancel|stream|purge-queue)(?:/[^/]*)?\Z")


def _in(group: str, **more: Any) -> dict[str, Any]:
    return {"group": group, **more}


class RunPodOptions(Options):
    """Address and key of the endpoint, and what to use when a request says nothing."""

    url: str = Field(
        title="Endpoint",
        description=f"Its id, or its address: https://{_VENDOR}/v2/ENDPOINT",
        min_length=1,
        json_schema_extra=_in("connection", test=True),
    )
    api_key: SecretStr | None = Field(None, title="API key", json_schema_extra=_in("connection", test=True))
    workflow: str = Field(
        "Default_Comfy_Workflow.json",
        title="Workflow",
        description="Model, VAE, sampler and scheduler have to stand in it: their placeholders are not filled here.",
        json_schema_extra=_in("defaults", options_from="workflows"),
    )
    steps: int = Field(20, ge=1, le=10000, title="Steps", json_schema_extra=_in("defaults"))
    guidance: float = Field(7.0, ge=0, le=100, title="Guidance (CFG)", json_schema_extra=_in("defaults"))
    denoise: float = Field(0.7, ge=0, le=1, title="Denoise", json_schema_extra=_in("defaults"))
    width: int = Field(512, ge=16, le=16384, title="Width if none is asked for", json_schema_extra=_in("defaults"))
    height: int = Field(512, ge=16, le=16384, title="Height if none is asked for", json_schema_extra=_in("defaults"))
    wait: float = Field(
        1800.0,
        gt=0,
        le=86400,
        title="Longest wait for a picture (seconds)",
        description="With the time a worker takes to start. Afterwards the job is cancelled, so that it costs no more.",
        json_schema_extra=_in("advanced"),
    )
    timeout: float = Field(
        30.0, gt=0, le=600, title="Longest wait for one answer (seconds)", json_schema_extra=_in("advanced")
    )

    @field_validator("url")
    @classmethod
    def _names_an_endpoint(cls, value: str) -> str:
        address = urlsplit(endpoint_address(value))
        if address.hostname == _VENDOR and not re.fullmatch(r"/v2/[^/]+", address.path):
            raise ValueError(f"the endpoint's id is missing; the address looks like https://{_VENDOR}/v2/ENDPOINT")
        return value


def endpoint_address(text: str) -> str:
    """The endpoint's base address: from its id, or from an address with or without an operation at its end.

    >>> endpoint_address("abc123def456gh")
    'https://api.runpod.ai/v2/abc123def456gh'
    >>> endpoint_address("http://api.runpod.ai/v2/abc123/runsync")
    'https://api.runpod.ai/v2/abc123'
    """
    text = text.strip()
    if _ID.fullmatch(text):
        return f"https://{_VENDOR}/v2/{text}"
    address = urlsplit(text if "://" in text else f"https://{text}")
    if address.hostname == _VENDOR:
        address = address._replace(scheme="https")  # the key must not travel in the clear
    return address._replace(path=_OPERATIONS.sub("", address.path.rstrip("/")), fragment="").geturl()
