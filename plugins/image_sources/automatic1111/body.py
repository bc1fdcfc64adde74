"""What a model can do here, and the body of txt2img and img2img (sheet sections 4, 5 and 6)."""

from __future__ import annotations

import base64
from typing import Any

from stcore import (
    BooleanField,
    Capabilities,
    Connection,
    EnumField,
    Hires,
    ImageRequest,
    Pixels,
    RangeField,
    Reference,
    ReferencesField,
    RoleLimits,
    SchemaField,
    SizeField,
    SizeSpec,
    TextField,
)

from .server import Profile

_PASSED_THROUGH: dict[str, Any] = {
    "styles": {"type": "array", "items": {"type": "string"}, "title": "Saved styles"},
    "subseed": {"type": "integer"},
    "subseed_strength": {"type": "number", "minimum": 0, "maximum": 1},
    "tiling": {"type": "boolean"},
    "eta": {"type": "number"},
    "distilled_cfg_scale": {"type": "number", "title": "Distilled guidance (Forge, Flux)"},
    "refiner_checkpoint": {"type": "string"},
    "refiner_switch_at": {"type": "number", "minimum": 0, "maximum": 1},
    "mask_blur": {"type": "integer"},
    "inpainting_fill": {"type": "integer", "minimum": 0, "maximum": 3},
    "inpaint_full_res": {"type": "boolean"},
    "inpaint_full_res_padding": {"type": "integer"},
    "resize_mode": {"type": "integer", "minimum": 0, "maximum": 3},
    "alwayson_scripts": {"type": "object"},
    "override_settings": {"type": "object"},
}
"""Settings of the server's own that a request may name in ``extra``; they go into the body as they are."""

_ADETAILER: dict[str, Any] = {"adetailer": {"type": "boolean", "title": "Mend faces with ADetailer"}}


def capabilities_of(profile: Profile, model: str, options: Any) -> Capabilities:
    """The family's abilities with the lists of this server."""
    fields: dict[str, Any] = {
        "prompt": TextField(wire_name="prompt"),
        "negative_prompt": TextField(wire_name="negative_prompt"),
        "model": EnumField(values=tuple(one.id for one in profile.models), options_from="models", free_text=True),
        "vae": EnumField(values=profile.vaes, options_from="vaes", free_text=True),
        "sampler": EnumField(
            values=profile.samplers,
            options_from="samplers",
            free_text=not profile.samplers,
            default=options.sampler if options.sampler in profile.samplers else None,
            wire_name="sampler_name",
        ),
        "steps": RangeField(min=1, max=150, integer=True, default=options.steps),
        "guidance": RangeField(min=1, max=30, default=options.guidance, wire_name="cfg_scale"),
        "size": SizeField(
            specs=(SizeSpec(kind="free", min_side=64, max_side=2048, multiple_of=8),),
            default=(options.width, options.height),
        ),
        "count": RangeField(min=1, max=100, integer=True, default=1, wire_name="n_iter"),
        "seed": RangeField(min=0, max=2**32 - 1, integer=True),
        "clip_skip": RangeField(min=1, max=12, integer=True, default=options.clip_skip),
        "denoise": RangeField(min=0, max=1, default=options.denoise, wire_name="denoising_strength"),
        "face_fix": BooleanField(default=options.restore_faces, wire_name="restore_faces"),
        "hires": SchemaField(json_schema=Hires.model_json_schema(), wire_name="enable_hr"),
        "loras": SchemaField(help="Written into the prompt."),
        "references": ReferencesField(
            roles={
                "init": RoleLimits(strength=True),
                "mask": RoleLimits(),
                # There is no editing by words: the nearest is to start from the picture.
                "edit": RoleLimits(max=0, fallback="init"),
            },
            total_max=2,
        ),
        "extra": SchemaField(json_schema={"type": "object", "properties": {**_ADETAILER, **_PASSED_THROUGH}}),
    }
    if profile.schedulers:
        fields["scheduler"] = EnumField(
            values=profile.schedulers, options_from="schedulers", free_text=True, default=options.scheduler
        )
    return Capabilities(
        model=model or profile.loaded,
        fields=fields,
        modes=("text", "edit", "inpaint"),
        max_count=100,
        progress=("fraction", "steps", "queue"),
        preview=("latent",),
        cancel="stop",
        cancel_scope="server",
        source_of_truth="live",
    )


def with_defaults(request: ImageRequest, connection: Connection, profile: Profile) -> ImageRequest:
    """The request with the connection's defaults for what nobody named, in the server's spelling."""
    options, changes = connection.options, dict[str, Any]()
    for name in ("model", "vae", "sampler", "scheduler", "steps", "guidance", "clip_skip"):
        if getattr(request, name) in (None, ""):
            changes[name] = getattr(options, name)
    if request.face_fix is None and options.restore_faces:
        changes["face_fix"] = True
    sampler = str(request.sampler or changes.get("sampler") or "")
    sampler = dict(profile.aliases).get(sampler, sampler)
    scheduler = str(request.scheduler or changes.get("scheduler") or "")
    if not profile.schedulers:
        # Before 1.9 the scheduler was a part of the sampler's name.
        joined = f"{sampler} {scheduler}"
        sampler = joined if joined in profile.samplers else sampler
        if not request.scheduler or sampler == joined:
            changes["scheduler"] = None
    changes["sampler"] = sampler or None
    return request.model_copy(update=changes)


def route_of(request: ImageRequest) -> str:
    return "img2img" if _reference(request, "init") else "txt2img"


def body_of(request: ImageRequest, options: Any, profile: Profile, task_id: str = "") -> dict[str, Any]:
    """The body of one call; only what was asked for, so that the server's own settings hold for the rest."""
    size = request.size if isinstance(request.size, Pixels) else Pixels(width=options.width, height=options.height)
    loras = "".join(f" <lora:{lora.name}:{lora.weight:g}>" for lora in request.loras)
    body: dict[str, Any] = {
        "prompt": request.prompt + loras,
        "negative_prompt": request.negative_prompt or "",
        "steps": request.steps,
        "cfg_scale": request.guidance,
        "width": size.width,
        "height": size.height,
        "sampler_name": request.sampler,
        "scheduler": request.scheduler,
        "seed": request.seed,
        "batch_size": 1,
        "n_iter": request.count if request.count > 1 else None,
        "restore_faces": request.face_fix or None,
        "clip_skip": request.clip_skip if profile.dialect == "sdnext" else None,
        "send_images": True,
        "save_images": options.save_images,
        "force_task_id": task_id or None,
        **_second_pass(request, options),
        **_from_picture(request, options),
    }
    passed = {name: value for name, value in request.extra.items() if name in _PASSED_THROUGH}
    body |= {name: value for name, value in passed.items() if name not in ("override_settings", "alwayson_scripts")}
    settings = {**_settings(request, options, profile), **(passed.get("override_settings") or {})}
    if settings:
        # Not restored afterwards: else the server would load the old model again after every picture.
        body |= {"override_settings": settings, "override_settings_restore_afterwards": False}
    scripts = {**_scripts(request, options), **(passed.get("alwayson_scripts") or {})}
    if scripts:
        body["alwayson_scripts"] = scripts
    return {name: value for name, value in body.items() if value is not None}


# -- parts -----------------------------------------------------------------------------------------------------------


def _second_pass(request: ImageRequest, options: Any) -> dict[str, Any]:
    hires = request.hires
    if hires is None or route_of(request) == "img2img":
        return {}
    return {
        "enable_hr": True,
        "hr_scale": hires.scale,
        "hr_upscaler": hires.upscaler or options.hires_upscaler or None,
        "hr_second_pass_steps": hires.steps,
        "denoising_strength": hires.denoise if request.denoise is None else request.denoise,
        "hr_additional_modules": [],  # Forge fails without it, the others do not mind
    }


def _from_picture(request: ImageRequest, options: Any) -> dict[str, Any]:
    init, mask = _reference(request, "init"), _reference(request, "mask")
    if init is None:
        return {}
    strengths = (request.denoise, init.strength, options.denoise)
    body: dict[str, Any] = {
        "init_images": [base64.b64encode(init.data).decode()],
        "denoising_strength": next(value for value in strengths if value is not None),
    }
    if mask is not None:
        # As the page of the server has it, not the API: start from the picture itself, look at all of it.
        body |= {"mask": base64.b64encode(mask.data).decode(), "inpainting_fill": 1, "inpaint_full_res": False}
    return body


def _settings(request: ImageRequest, options: Any, profile: Profile) -> dict[str, Any]:
    """Settings of the server for this call alone. Forge is told the model beforehand: it ignores it here."""
    settings: dict[str, Any] = {}
    if request.model and profile.dialect != "forge":
        settings["sd_model_checkpoint"] = request.model
    if request.vae:
        settings["sd_vae"] = request.vae
    if request.clip_skip:
        settings["CLIP_stop_at_last_layers"] = request.clip_skip
    modules = [name.strip() for name in options.modules.split(",") if name.strip()]
    if modules and profile.dialect == "forge":
        settings["forge_additional_modules"] = modules
    return settings


def _scripts(request: ImageRequest, options: Any) -> dict[str, Any]:
    if not request.extra.get("adetailer", options.adetailer):
        return {}
    # Enabled; "skip img2img" false: the picture is made as asked before faces are mended.
    return {"ADetailer": {"args": [True, False, {"ad_model": options.adetailer_model}]}}


def _reference(request: ImageRequest, role: str) -> Reference | None:
    return next((one for one in request.references if one.role == role), None)
