"""The node classes of the fake ComfyUI: what ``/object_info`` tells, and the validation of a graph (sheet 3, 4, 10)."""

from __future__ import annotations

import copy
from typing import Any

SAMPLERS = ["euler", "euler_ancestral", "heun", "dpmpp_2m", "dpmpp_2m_sde", "lcm", "ddim", "uni_pc"]
SCHEDULERS = ["simple", "sgm_uniform", "karras", "exponential", "ddim_uniform", "beta", "normal"]
CHECKPOINTS = ["dreamlike_v1.safetensors", "sd_xl_base_1.0.safetensors", "sub/other_model.ckpt"]

_Input = tuple[str, list[Any]]


def _combo(values: list[str]) -> list[Any]:
    return [values, {"tooltip": "pick one"}]


def _v3_combo(values: list[str]) -> list[Any]:
    return ["COMBO", {"multiselect": False, "options": values}]


def _int(default: int, low: int, high: int) -> list[Any]:
    return ["INT", {"default": default, "min": low, "max": high}]


def _float(default: float, low: float, high: float) -> list[Any]:
    return ["FLOAT", {"default": default, "min": low, "max": high, "step": 0.1}]


def _node(outputs: list[str], *, output_node: bool = False, **inputs: list[Any]) -> dict[str, Any]:
    return {
        "input": {"required": inputs, "optional": {}, "hidden": {}},
        "input_order": {"required": list(inputs)},
        "output": outputs,
        "output_node": output_node,
        "category": "test",
    }


def catalogue(*, gguf: bool) -> dict[str, Any]:
    """The classes of a server with three checkpoints, one UNet, and GGUF UNets when that node pack is there."""
    model, clip, latent, image, words = ["MODEL"], ["CLIP"], ["LATENT"], ["IMAGE"], ["CONDITIONING"]
    classes = {
        "CheckpointLoaderSimple": _node(["MODEL", "CLIP", "VAE"], ckpt_name=_combo(CHECKPOINTS)),
        "UNETLoader": _node(
            ["MODEL"], unet_name=_combo(["flux1-dev.safetensors"]), weight_dtype=_combo(["default", "fp8_e4m3fn"])
        ),
        "VAELoader": _node(["VAE"], vae_name=_combo(["vae-ft-mse.safetensors", "pixel_space"])),
        "CLIPTextEncode": _node(words, text=["STRING", {"multiline": True}], clip=clip),
        "CLIPSetLastLayer": _node(clip, clip=clip, stop_at_clip_layer=_int(-1, -24, -1)),
        "EmptyLatentImage": _node(
            latent, width=_int(512, 16, 16384), height=_int(512, 16, 16384), batch_size=_int(1, 1, 4096)
        ),
        "KSampler": _node(
            latent,
            model=model,
            seed=_int(0, 0, 2**64 - 1),
            steps=_int(20, 1, 10000),
            cfg=_float(8.0, 0.0, 100.0),
            sampler_name=_combo(SAMPLERS),
            scheduler=_combo(SCHEDULERS),
            positive=words,
            negative=words,
            latent_image=latent,
            denoise=_float(1.0, 0.0, 1.0),
        ),
        "KSamplerSelect": _node(["SAMPLER"], sampler_name=_v3_combo(SAMPLERS)),
        "VAEDecode": _node(image, samples=latent, vae=["VAE"]),
        "VAEEncode": _node(latent, pixels=image, vae=["VAE"]),
        "ImageScale": _node(
            image,
            image=image,
            upscale_method=_combo(["nearest-exact", "bilinear", "area", "bicubic", "lanczos"]),
            width=_int(512, 0, 16384),
            height=_int(512, 0, 16384),
            crop=_combo(["disabled", "center"]),
        ),
        "LoadImage": _node(["IMAGE", "MASK"], image=["STRING", {"image_upload": True}]),
        "EmptyImage": _node(
            image,
            width=_int(512, 1, 16384),
            height=_int(512, 1, 16384),
            batch_size=_int(1, 1, 4096),
            color=_int(0, 0, 16777215),
        ),
        "ETN_LoadImageBase64": _node(["IMAGE", "MASK"], image=["STRING", {"multiline": False}]),
        "SaveImage": _node([], output_node=True, images=image, filename_prefix=["STRING", {"default": "ComfyUI"}]),
        "PreviewImage": _node([], output_node=True, images=image),
        "SaveImageWebsocket": _node([], output_node=True, images=image),
        "SaveAnimation": _node([], output_node=True, images=image),
        "SaveVideo": _node([], output_node=True, video=image),
    }
    if gguf:
        classes["UnetLoaderGGUF"] = _node(["MODEL"], unet_name=_v3_combo(["flux1-dev-Q4_K_S.gguf"]))
    return {name: {**info, "name": name, "display_name": name} for name, info in copy.deepcopy(classes).items()}


def options_of(spec: list[Any]) -> list[str] | None:
    """The values of a choice input in either encoding; ``None`` when the input is none."""
    if isinstance(spec[0], list):
        return spec[0]
    return spec[1]["options"] if spec[0] == "COMBO" else None


class Rejected(Exception):
    """The graph cannot run; ``body`` is the answer of status 400."""

    def __init__(self, kind: str, message: str, *, node_errors: dict[str, Any] | None = None, **extra: Any) -> None:
        super().__init__(message)
        error = {"type": kind, "message": message, "details": "", "extra_info": extra}
        self.body = {"error": error, "node_errors": node_errors or {}}


def validate(graph: Any, classes: dict[str, Any], uploads: set[str]) -> tuple[list[str], dict[str, Any]]:
    """The output nodes that can run and the errors of the others; raises :class:`Rejected` when none can."""
    if not isinstance(graph, dict) or "nodes" in graph:
        raise Rejected("missing_node_type", "Cannot execute because a node is missing the class_type property.")
    for node_id, node in graph.items():
        name = node.get("class_type") if isinstance(node, dict) else None
        if name not in classes:
            raise Rejected(
                "missing_node_type",
                f"Node '{name}' not found. The custom node may not be installed.",
                node_id=node_id,
                class_type=name,
                node_title=name,
            )
    outputs = [node_id for node_id, node in graph.items() if classes[node["class_type"]]["output_node"]]
    if not outputs:
        raise Rejected("prompt_no_outputs", "Prompt has no outputs")
    errors: dict[str, Any] = {}
    good = []
    for output in outputs:
        bad = [node_id for node_id in ancestors(graph, output) if _check(node_id, graph, classes, uploads, errors)]
        for node_id in bad:
            errors[node_id]["dependent_outputs"].append(output)
        if not bad:
            good.append(output)
    if not good:
        raise Rejected("prompt_outputs_failed_validation", "Prompt outputs failed validation", node_errors=errors)
    return good, errors


def ancestors(graph: dict[str, Any], node_id: str) -> list[str]:
    """The nodes on which ``node_id`` depends and itself, in an order in which they can run."""
    order: list[str] = []

    def visit(current: str) -> None:
        if current in order or current not in graph:
            return
        for value in graph[current]["inputs"].values():
            if isinstance(value, list) and value:
                visit(str(value[0]))
        order.append(current)

    visit(node_id)
    return order


def _check(
    node_id: str, graph: dict[str, Any], classes: dict[str, Any], uploads: set[str], errors: dict[str, Any]
) -> bool:
    """Whether the node has a fault; notes each fault once."""
    node = graph[node_id]
    if node_id in errors:
        return True
    found = []
    for name, spec in classes[node["class_type"]]["input"]["required"].items():
        fault = _input_fault(name, spec, node["inputs"], graph)
        if fault:
            found.append(fault)
    image = node["inputs"].get("image")
    if node["class_type"] == "LoadImage" and image not in uploads and not found:
        found.append(_fault("custom_validation_failed", f"image - Invalid image file: {image}", "image", None, image))
    if found:
        errors[node_id] = {"errors": found, "dependent_outputs": [], "class_type": node["class_type"]}
    return bool(found)


def _input_fault(name: str, spec: list[Any], inputs: dict[str, Any], graph: dict[str, Any]) -> dict[str, Any] | None:
    if name not in inputs:
        return _fault("required_input_missing", name, name, spec, None)
    value, options = inputs[name], options_of(spec)
    if isinstance(value, list):
        known = str(value[0]) in graph
        return None if known else _fault("exception_during_validation", f"'{value[0]}'", name, spec, value)
    if options is not None:
        return (
            None
            if value in options
            else _fault("value_not_in_list", f"{name}: '{value}' not in {options}", name, spec, value)
        )
    if spec[0] in ("INT", "FLOAT"):
        return _number_fault(name, spec, value)
    return None


def _number_fault(name: str, spec: list[Any], value: Any) -> dict[str, Any] | None:
    try:
        number = int(value) if spec[0] == "INT" else float(value)
    except (TypeError, ValueError):
        return _fault("invalid_input_type", f"{name}, {value}, could not be converted", name, spec, value)
    if number < spec[1]["min"]:
        return _fault("value_smaller_than_min", name, name, spec, value)
    return _fault("value_bigger_than_max", name, name, spec, value) if number > spec[1]["max"] else None


def _fault(kind: str, details: str, name: str, spec: Any, value: Any) -> dict[str, Any]:
    extra = {"input_name": name, "input_config": spec, "received_value": value}
    return {"type": kind, "message": kind.replace("_", " ").capitalize(), "details": details, "extra_info": extra}
