"""The function by which a text model asks for a picture itself (image-generation.md section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from stcore.chat.imagine.cast import depicted
from stcore.chat.imagine.writer import template_values
from stcore.commands.services import FunctionTool
from stcore.errors import Cancelled, UserError
from stcore.images.wish import Wish

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene

NAME = "GenerateImage"
DESCRIPTION = (
    "Makes a picture of a text prompt and shows it to the user. Use it when the user asks to draw, generate or imagine "
    "something, or to be sent a picture, a photo, a view of the scene or a selfie."
)


async def picture_tool(scene: Scene) -> FunctionTool | None:
    """The function as it is offered in this chat now; ``None`` where the settings do not want it.

    Its result tells the truth: the address of the picture, or an error when there is none.
    """
    host = scene.host
    if not (await host.picture_settings.of(scene.chat_id)).effective.function_tool:
        return None
    template = await host.prompt_templates.render("tool", template_values(scene, await depicted(scene), ""))
    schema: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {"prompt": {"type": "string", "description": scene.expand(template)}},
        "required": ["prompt"],
    }

    async def draw(arguments: Mapping[str, Any]) -> str:
        return await _draw(scene, arguments)

    return FunctionTool(NAME, DESCRIPTION, schema, draw, "Generate Image", announce=_announce)


async def _draw(scene: Scene, arguments: Mapping[str, Any]) -> str:
    from stcore.chat.imagine.making import begin

    prompt = arguments.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise UserError(f"{NAME} needs a prompt that describes the picture.")
    job = await begin(scene, Wish(prompt, "tool"))
    address = await scene.host.images.wait(job["id"]) if job else ""
    if not address:
        raise Cancelled("The picture was called off by the user; there is none.")
    return quote(address, safe="/:")


async def _announce(arguments: Mapping[str, Any]) -> str:
    prompt = str(arguments.get("prompt", ""))
    return f"The text model asks for a picture: {prompt[:200]}"
