"""Canvas, the source of a fresh install: a seeded painter, so that everything can be tried without key, GPU or network.

No AI: words of the prompt choose motifs, light, season and colours; a prompt without any known word becomes an
abstract. The same seed, size and words give the same bytes, so an interrupted picture is simply painted again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING, Any

from pydantic import Field

from stcore import (
    CancelledEvent,
    CancelOutcome,
    Capabilities,
    Connection,
    EnumField,
    Event,
    Health,
    ImageRequest,
    ImageSource,
    ModelInfo,
    ModelPage,
    Picture,
    Pixels,
    Plan,
    Preview,
    RangeField,
    Running,
    SizeField,
    SizeSpec,
    SourceJob,
    TextField,
    hookimpl,
)

if TYPE_CHECKING:
    from PIL import Image

_PREVIEWS = (0.35, 0.7)
_SAVING: dict[str, dict[str, Any]] = {
    "png": {"compress_level": 1, "compress_type": 2},  # Huffman only: half the time, and grain has no repetitions
    "jpeg": {"quality": 92, "subsampling": 0},
    "webp": {"quality": 90, "method": 2},
}


class Canvas(ImageSource):
    """A painter for trying things out: no AI, works everywhere, ready at once."""

    id = "canvas"
    label = "Canvas"
    where = "local"
    embedded = True
    summary = "A painter for trying things out: it knows some dozens of words, needs nothing, and is no AI."

    class Options(ImageSource.Options):
        width: int = Field(768, ge=64, le=2048, multiple_of=8, description="Width when no size is asked for.")
        height: int = Field(768, ge=64, le=2048, multiple_of=8, description="Height when no size is asked for.")
        delay: float = Field(
            0.0,
            ge=0,
            le=10,
            description="Seconds to wait after every layer, to see progress and stopping at work.",
            json_schema_extra={"group": "advanced"},
        )

    async def check(self, connection: Connection) -> Health:
        return Health(state="ok", text="The painter is always there. It is no AI: connect a real source for more.")

    async def models(self, connection: Connection, query: str = "", cursor: str | None = None) -> ModelPage:
        return ModelPage(models=(ModelInfo(id="storybook", label="Storybook", kind="painter"),))

    async def capabilities(self, connection: Connection, model: str) -> Capabilities:
        sides = SizeSpec(kind="free", min_side=64, max_side=2048, multiple_of=8)
        default = (connection.options.width, connection.options.height)
        return Capabilities(
            model=model,
            fields={
                "prompt": TextField(),
                "negative_prompt": TextField(help="Things to leave out."),
                "size": SizeField(specs=(sides,), default=default),
                "seed": RangeField(min=0, max=2**64 - 1, integer=True),
                "count": RangeField(min=1, max=4, integer=True, default=1),
                "output_format": EnumField(values=tuple(_SAVING), default="png"),
            },
            max_count=4,
            progress=("steps",),
            preview=("draft",),
            cancel="stop",
            resumable=True,
        )

    async def start(self, connection: Connection, plan: Plan) -> SourceJob:
        return SourceJob(connection, plan, token=plan.request.id)

    async def resume(self, connection: Connection, token: str, plan: Plan) -> SourceJob:
        return SourceJob(connection, plan, token=token)

    async def find(self, connection: Connection, plan: Plan) -> SourceJob | None:
        return None  # nothing of it outlives the program, so painting it again is always right

    async def cancel(self, job: SourceJob) -> CancelOutcome:
        job.state["stopped"] = True
        return "stopped"

    async def events(self, job: SourceJob) -> AsyncIterator[Event]:
        async for event in super().events(job):
            if job.state.get("stopped"):
                yield CancelledEvent("stopped")
                return
            yield event

    async def generate(  # type: ignore[override]  # an async generator is one of the three forms of ``Generated``
        self, request: ImageRequest, connection: Connection
    ) -> AsyncIterator[Event]:
        from .painter import Painter
        from .scene import Scene

        options = connection.options
        size = request.size if isinstance(request.size, Pixels) else Pixels(width=options.width, height=options.height)
        first = _seed_of(request)
        file_type = request.output_format or "png"
        for index in range(request.count):
            seed = (first + index) % 2**64
            scene = await asyncio.to_thread(Scene, request.prompt, request.negative_prompt or "", Random(seed))
            painter = Painter(scene, (size.width, size.height), seed)
            steps, total = painter.steps(), len(painter.layers)
            shown = [round(total * share) for share in _PREVIEWS] if request.preview else []
            for step in range(1, total + 1):
                layer = await asyncio.to_thread(next, steps)
                done = (index + step / total) / request.count
                yield Running(fraction=done, step=step, steps=total, stage=layer)
                if step in shown:
                    yield Preview(await asyncio.to_thread(_draft, painter.image), kind="draft", index=index)
                if options.delay:
                    await connection.clock.sleep(options.delay)
            data = await asyncio.to_thread(_saved, painter.image, file_type)
            yield Picture(data, index=index, seed=seed, seed_origin="sent" if request.seed is not None else "echoed")


def _seed_of(request: ImageRequest) -> int:
    """The seed asked for; else one that follows from the id, so that painting again after a crash paints the same."""
    if request.seed is not None:
        return request.seed
    return int.from_bytes(hashlib.sha256(request.id.encode()).digest()[:4], "big")


def _draft(image: Image.Image) -> bytes:
    small = image.copy()
    small.thumbnail((320, 320))
    return _saved(small, "webp")


def _saved(image: Image.Image, file_type: str) -> bytes:
    out = BytesIO()
    image.save(out, file_type, **_SAVING[file_type])
    return out.getvalue()


@hookimpl
def stcore_image_sources() -> list[ImageSource]:
    return [Canvas()]
