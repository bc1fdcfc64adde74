"""One run of the fake ComfyUI: through the nodes, telling about it as the sheet says (sections 6 and 7)."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from PIL import Image

from stcore.testing.servers.comfyui_nodes import ancestors
from stcore.testing.servers.drawing import draw, encode

Outcome = tuple[str, dict[str, Any], list[Any]]
"""Status word, outputs by node, and the last message of the history entry."""


class Host(Protocol):
    """What a run needs of its server."""

    cache: dict[str, dict[str, Any]]
    features: set[str]

    def on(self, name: str) -> Any: ...
    def use_up(self, name: str) -> bool: ...
    def extra(self) -> dict[str, Any]: ...
    def store(self, data: bytes, folder: str, prefix: str, ending: str = ".png") -> dict[str, str]: ...
    async def say(self, message: dict[str, Any] | bytes, client_id: str) -> None: ...


@dataclass
class Run:
    """One submitted graph."""

    number: float
    id: str
    graph: dict[str, Any]
    extra: dict[str, Any]
    outputs: list[str]
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def entry(self) -> list[Any]:
        return [self.number, self.id, self.graph, self.extra, self.outputs]

    @property
    def client_id(self) -> str:
        return str(self.extra.get("client_id", ""))


class _Interrupted(Exception):
    pass


class _Failed(Exception):
    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Execution:
    """One run on its way through the nodes, telling about it."""

    def __init__(self, server: Host, run: Run) -> None:
        self._server, self._run = server, run
        self._states: dict[str, dict[str, Any]] = {}
        self._outputs: dict[str, Any] = {}
        self._prompt, self._seed, self._size, self._batch = "", 0, (64, 64), 1

    async def run(self) -> Outcome:
        """Status word, outputs by node, and the last message of the history entry."""
        run, server = self._run, self._server
        order = list(dict.fromkeys(node for output in run.outputs for node in ancestors(run.graph, output)))
        await self._tell("execution_start", timestamp=now())
        key = json.dumps(run.graph, sort_keys=True)
        cached = server.cache.get(key)
        await self._tell("execution_cached", nodes=order if cached else [], timestamp=now())
        if cached:
            for node, output in cached.items():
                await self._tell("executed", node=node, display_node=node, output=output)
            return await self._end("success", cached)
        node = ""
        try:
            for node in order:
                await self._node(node)
        except _Interrupted:
            return await self._end("error", {}, "execution_interrupted", node_id=node, executed=[])
        except _Failed as failed:
            details = {"exception_message": f"{failed}\n", "exception_type": failed.kind, "traceback": ["..."]}
            node_type = run.graph[node]["class_type"]
            return await self._end("error", {}, "execution_error", node_id=node, node_type=node_type, **details)
        server.cache[key] = self._outputs
        return await self._end("success", self._outputs)

    async def _end(self, outcome: str, outputs: dict[str, Any], kind: str = "", **data: Any) -> Outcome:
        kind = kind or "execution_success"
        await self._tell(kind, timestamp=now(), **data)
        return outcome, outputs, [kind, {"prompt_id": self._run.id, **data}]

    async def _node(self, node_id: str) -> None:
        node = self._run.graph[node_id]
        inputs, kind = node["inputs"], node["class_type"]
        await self._state(node_id, 0, 1, "running")
        await self._tell("executing", node=node_id, display_node=node_id)
        while self._server.on("hang"):
            await self._breathe(0.01)
        if kind == "CLIPTextEncode" and not self._prompt:
            self._prompt = str(inputs["text"])
        elif kind in ("EmptyLatentImage", "EmptyImage", "ImageScale"):
            self._size = (int(inputs.get("width", 64)), int(inputs.get("height", 64)))
            self._batch = int(inputs.get("batch_size", 1))
        elif kind == "KSampler":
            await self._sample(node_id, inputs)
        elif kind == "CheckpointLoaderSimple" and self._server.on("loader_error"):
            raise _Failed("RuntimeError", self._server.on("loader_error"))
        elif kind in ("SaveImage", "PreviewImage", "SaveImageWebsocket", "SaveAnimation", "SaveVideo"):
            await self._save(node_id, kind, inputs)
        await self._state(node_id, 1, 1, "finished")

    async def _sample(self, node_id: str, inputs: dict[str, Any]) -> None:
        self._seed, steps = int(inputs["seed"]), int(inputs["steps"])
        method = self._run.extra.get("preview_method", "none")
        for step in range(1, steps + 1):
            await self._breathe(self._server.on("step_seconds"))
            error = self._server.on("execution_error")
            if error and step == steps // 2 + 1 and self._server.use_up("fail_runs"):
                kind = "torch.OutOfMemoryError" if error == "oom" else "RuntimeError"
                raise _Failed(kind, "Allocation on device" if error == "oom" else error)
            await self._state(node_id, step, steps, "running")
            picture = await self._picture(step / steps) if method != "none" and step % 3 == 1 else None
            if picture and self._metadata:
                await self._frame(node_id, picture, "JPEG")
            await self._tell("progress", value=step, max=steps, node=node_id)
            if picture and not self._metadata:
                await self._frame(node_id, picture, "JPEG")

    async def _save(self, node_id: str, kind: str, inputs: dict[str, Any]) -> None:
        if kind == "SaveVideo":
            # As newer servers do: a video stands among the pictures.
            clip = self._server.store(b"\0\0\0\x18ftypmp42", "output", "clip", ".mp4")
            self._outputs[node_id] = {"images": [clip], "animated": [True]}
            await self._tell("executed", node=node_id, display_node=node_id, output=self._outputs[node_id])
            return
        stored = []
        texts = {"prompt": json.dumps(self._run.graph)}
        for number in range(self._batch):
            picture = await self._picture(1.0, number)
            if kind == "SaveImageWebsocket":
                await self._frame(node_id, picture, "PNG")
                continue
            data = await asyncio.to_thread(encode, picture, "PNG", texts)
            folder = "temp" if kind == "PreviewImage" else "output"
            stored.append(self._server.store(data, folder, str(inputs.get("filename_prefix", "ComfyUI"))))
        if stored:
            output = {"gifs" if kind == "SaveAnimation" else "images": stored}
            self._outputs[node_id] = output
            await self._tell("executed", node=node_id, display_node=node_id, output=output)

    async def _picture(self, done: float, number: int = 0) -> Image.Image:
        width, height = self._size if done == 1 else (max(8, self._size[0] // 4), max(8, self._size[1] // 4))
        return await asyncio.to_thread(draw, self._prompt, self._seed + number, width, height, done=done)

    @property
    def _metadata(self) -> bool:
        return self._run.client_id in self._server.features

    async def _frame(self, node_id: str, picture: Image.Image, format: str) -> None:
        data, mime = encode(picture, format), f"image/{format.lower()}"
        if self._metadata:
            about = {"node_id": node_id, "display_node_id": node_id, "prompt_id": self._run.id, "image_type": mime}
            raw = json.dumps(about).encode()
            frame = struct.pack(">II", 4, len(raw)) + raw + data
        else:
            frame = struct.pack(">II", 1, 2 if format == "PNG" else 1) + data
        await self._server.say(frame, self._run.client_id)

    async def _breathe(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if self._run.interrupted.is_set():
            raise _Interrupted

    async def _state(self, node_id: str, value: float, most: float, state: str) -> None:
        self._states[node_id] = {"value": value, "max": most, "state": state, "node_id": node_id}
        if not self._server.on("old"):
            await self._tell("progress_state", nodes=self._states)

    async def _tell(self, kind: str, **data: Any) -> None:
        message = {"type": kind, "data": {**data, "prompt_id": self._run.id, **self._server.extra()}}
        await self._server.say(message, self._run.client_id)


def now() -> int:
    return int(time.time() * 1000)
