"""What a source leaves out of a request, known before anything is asked of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stcore.errors import Unsupported

if TYPE_CHECKING:
    from stcore.chat.prompting.scene import Scene
    from stcore.images.request import Adjustment, ImageRequest
    from stcore.images.source import Connection


async def dropped(connection: Connection, request: ImageRequest) -> list[Adjustment]:
    """What the source cannot take. Raises ``Unsupported`` where it cannot make the picture at all."""
    capabilities = await connection.source.capabilities(connection, request.model)
    plan = connection.source.plan(connection, request, capabilities)
    return [one for one in plan.adjustments if one.why == "dropped"]


async def tell_unused(scene: Scene, connection: Connection, request: ImageRequest) -> None:
    """Tell the person which reference pictures of a wish are of no use: without them it is another picture."""
    if scene.ui is None:
        return
    try:
        found = await dropped(connection, request)
    except Unsupported:
        return  # the job tells that
    unused = [str(one.asked) for one in found if one.field.startswith("references.") and one.field.count(".") == 1]
    if unused:
        takes = "its workflow has no place for it" if request.workflow else "the source takes none there"
        scene.ui.toast(f"Left out: {', '.join(unused)}; {takes}.", "warning", "Reference pictures")
