"""A fake ComfyUI: a real HTTP and WebSocket server that obeys spec/sources/comfyui.md and draws small landscapes.

By hand: ``python -m stcore.testing.servers.comfyui --port 8188``, then ``POST /_fake {"execution_error": "oom"}``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import struct
import uuid
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from stcore.testing.servers.base import FakeServer, cut_off
from stcore.testing.servers.comfyui_nodes import Rejected, catalogue, validate
from stcore.testing.servers.comfyui_run import Execution, Run, now


class FakeComfyUI(FakeServer):
    """The server. Beside the common switches:"""

    own_switches = {
        "version": "0.12.1",
        "old": False,  # a server of 2024: own ids only, interrupts whatever runs, no progress_state, no metadata
        "koboldcpp": False,  # the imitation of KoboldCpp
        "gguf": True,  # the GGUF node pack is installed
        "step_seconds": 0.01,  # per sampling step
        "queue_positions": 0,  # so many runs of strangers wait in front of each new run
        "stranger_steps": 3,  # how long each of them samples
        "execution_error": "",  # "oom" or a text: the sampler fails
        "fail_runs": 1000,  # so many of the next runs do
        "loader_error": "",  # a text: the loader of checkpoints fails
        "hang": False,  # runs never get on
        "no_socket": False,  # the WebSocket is refused
        "drop_socket_after": 0,  # close every socket once after so many messages
        "socket_nonsense": False,  # unknown types, no JSON, broken frames in between
        "mute_socket": False,  # sockets stay open and say nothing
        "forget_history": False,  # finished runs are not remembered
        "restart_on_submit": False,  # the queue is lost after the run was taken
        "expire_result": False,  # the file is gone
        "view_seconds": 0,  # how long the delivery of a file takes
        "redirect_result_to_private_host": False,
    }

    def __init__(self, **switches: Any) -> None:
        self.running: Run | None = None
        self.pending: list[Run] = []
        self.history: dict[str, dict[str, Any]] = {}
        self.files: dict[tuple[str, str, str], bytes] = {}
        self._uploads: set[str] = set()
        self.cache: dict[str, dict[str, Any]] = {}
        self._sockets: dict[str, WebSocket] = {}
        self.features: set[str] = set()
        self._sent = 0
        self._numbers, self._names = itertools.count(), itertools.count(1)
        self._worker: asyncio.Task[None] | None = None
        super().__init__(**switches)

    def routes(self) -> Sequence[BaseRoute]:
        """Every route also exists under ``/api``."""
        plain = [
            ("/system_stats", self._system_stats, "GET"),
            ("/prompt", self._queue_remaining, "GET"),
            ("/prompt", self._submit, "POST"),
            ("/object_info", self._object_info, "GET"),
            ("/object_info/{name}", self._object_info, "GET"),
            ("/queue", self._queue, "GET"),
            ("/queue", self._change_queue, "POST"),
            ("/interrupt", self._interrupt, "POST"),
            ("/history", self._history, "GET"),
            ("/history/{id}", self._history, "GET"),
            ("/view", self._view, "GET"),
            ("/upload/image", self._upload, "POST"),
        ]
        prefixes = ("", "/api")
        routes = [Route(prefix + path, call, methods=[verb]) for prefix in prefixes for path, call, verb in plain]
        return [*routes, *(WebSocketRoute(prefix + "/ws", self._socket) for prefix in prefixes)]

    # -- looking around ----------------------------------------------------------------------------------------------

    async def _system_stats(self, request: Request) -> Response:
        system = {"os": "linux", "python_version": "3.11.7", "pytorch_version": "2.13.0", "argv": ["main.py"]}
        if not (self.on("koboldcpp") or self.on("old")):
            system["comfyui_version"] = self.on("version")
        device = {"name": "cuda:0 Fake RTX", "type": "cuda", "index": 0, "vram_total": 24 << 30, "vram_free": 22 << 30}
        return JSONResponse({"system": {**system, **self.extra()}, "devices": [device]})

    async def _object_info(self, request: Request) -> Response:
        classes = catalogue(gguf=self.on("gguf"))
        if self.on("koboldcpp"):
            classes = {"KSampler": classes["KSampler"], "CheckpointLoaderSimple": classes["CheckpointLoaderSimple"]}
        name = request.path_params.get("name")
        if name is None:
            return JSONResponse(classes)
        return JSONResponse({name: classes[name]} if name in classes else {})

    async def _queue_remaining(self, request: Request) -> Response:
        return JSONResponse({"exec_info": {"queue_remaining": self._remaining()}})

    def _remaining(self) -> int:
        return len(self.pending) + (self.running is not None)

    # -- submitting --------------------------------------------------------------------------------------------------

    async def _submit(self, request: Request) -> Response:
        try:
            body = await request.json()
            good, errors = validate(body.get("prompt"), catalogue(gguf=self.on("gguf")), self._uploads)
            run_id = self._run_id(body)
        except Rejected as rejected:
            return JSONResponse(rejected.body, 400)
        except (ValueError, AttributeError, KeyError) as error:
            return PlainTextResponse(f"500 Internal Server Error\n{error}", 500)
        for _ in range(self.on("queue_positions")):
            self._add(str(uuid.uuid4()), *self._stranger())
        extra = {**(body.get("extra_data") or {}), "create_time": now()}
        if body.get("client_id"):
            extra["client_id"] = body["client_id"]
        run = self._add(run_id, body["prompt"], extra, good)
        if self.on("restart_on_submit"):
            self.pending.clear()
        else:
            self._start_worker()
        await self._status()
        answer = {"prompt_id": run.id, "number": run.number, "node_errors": errors, **self.extra()}
        if self.on("drop_connection_after_accept"):
            return cut_off(json.dumps(answer).encode())
        return JSONResponse(answer)

    def _run_id(self, body: dict[str, Any]) -> str:
        wanted = body.get("prompt_id")
        if wanted is None or self.on("old"):
            return str(uuid.uuid4())
        try:
            canonical = str(uuid.UUID(wanted)) == wanted
        except (ValueError, AttributeError, TypeError):
            canonical = False
        if not canonical:
            raise Rejected("invalid_prompt_id", f"prompt_id must be a canonical UUID, got {wanted!r}")
        return str(wanted)

    def _add(self, run_id: str, graph: dict[str, Any], extra: dict[str, Any], outputs: list[str]) -> Run:
        run = Run(next(self._numbers), run_id, graph, extra, outputs)
        self.pending.append(run)
        return run

    def _stranger(self) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
        inputs = {"seed": 1, "steps": self.on("stranger_steps")}
        return {"1": {"class_type": "KSampler", "inputs": inputs}}, {"client_id": "stranger"}, ["1"]

    # -- queue -------------------------------------------------------------------------------------------------------

    async def _queue(self, request: Request) -> Response:
        running = [self.running.entry] if self.running else []
        return JSONResponse({"queue_running": running, "queue_pending": [run.entry for run in self.pending]})

    async def _change_queue(self, request: Request) -> Response:
        body = await request.json()
        deleted = set(body.get("delete", ()))
        self.pending = [] if body.get("clear") else [run for run in self.pending if run.id not in deleted]
        await self._status()
        return Response()

    async def _interrupt(self, request: Request) -> Response:
        raw = await request.body()
        wanted = json.loads(raw).get("prompt_id") if raw else None
        if self.running and (wanted is None or self.on("old") or wanted == self.running.id):
            self.running.interrupted.set()
        return Response()

    async def _history(self, request: Request) -> Response:
        if self.on("forget_history"):
            return JSONResponse({})
        run_id = request.path_params.get("id")
        if run_id is not None:
            return JSONResponse({run_id: self.history[run_id]} if run_id in self.history else {})
        newest = list(self.history.items())[-int(request.query_params.get("max_items", 10_000)) :]
        return JSONResponse(dict(newest))

    # -- files -------------------------------------------------------------------------------------------------------

    async def _view(self, request: Request) -> Response:
        await asyncio.sleep(self.on("view_seconds"))
        query = request.query_params
        key = (query.get("type", "output"), query.get("subfolder", ""), query.get("filename", ""))
        if self.on("redirect_result_to_private_host"):
            return RedirectResponse("http://169.254.169.254/latest", 302)
        if not key[2] or key not in self.files or self.on("expire_result"):
            return Response(status_code=404)
        if key[2].startswith("/") or ".." in key[2]:
            return Response(status_code=400)
        return self.delivered(self.files[key], "image/png", {"Content-Disposition": f'filename="{key[2]}"'})

    async def _upload(self, request: Request) -> Response:
        async with request.form() as form:
            part = form.get("image")
            if part is None or isinstance(part, str):
                return Response(status_code=400)
            data, name = await part.read(), part.filename or "upload.png"
        base, dot, ending = name.rpartition(".")
        for copy in itertools.count(1):
            known = self.files.get(("input", "", name))
            if known is None or known == data:
                break
            name = f"{base} ({copy}){dot}{ending}"
        self.files["input", "", name] = data
        self._uploads.add(name)
        return JSONResponse({"name": name, "subfolder": "", "type": "input", **self.extra()})

    # -- sockets -----------------------------------------------------------------------------------------------------

    async def _socket(self, socket: WebSocket) -> None:
        client_id = socket.query_params.get("clientId") or uuid.uuid4().hex
        wanted = self.on("require_auth_header")
        if self.on("no_socket") or (wanted and socket.headers.get("authorization") != wanted):
            await socket.close()
            return
        await socket.accept()
        self._sockets[client_id] = socket
        # A disconnect is how every socket ends: the client went away, or we closed on purpose.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self.say({"type": "status", "data": {"status": self._exec_info(), "sid": client_id}}, client_id)
            while True:
                await self._hear(json.loads(await socket.receive_text()), client_id)
        # As the real one does: whoever holds this id now is forgotten (sheet 13).
        self._sockets.pop(client_id, None)

    async def _hear(self, message: dict[str, Any], client_id: str) -> None:
        if message.get("type") == "feature_flags" and not self.on("old"):
            self.features.add(client_id)
            flags = {"supports_preview_metadata": True, "max_upload_size": 104857600}
            await self.say({"type": "feature_flags", "data": flags}, client_id)

    def _exec_info(self) -> dict[str, Any]:
        return {"exec_info": {"queue_remaining": self._remaining()}}

    async def _status(self) -> None:
        for client_id in list(self._sockets):
            await self.say({"type": "status", "data": {"status": self._exec_info()}}, client_id)

    async def say(self, message: dict[str, Any] | bytes, client_id: str) -> None:
        socket = self._sockets.get(client_id)
        if socket is None or self.on("mute_socket"):
            return
        try:
            if isinstance(message, bytes):
                await socket.send_bytes(message)
            else:
                await socket.send_text(json.dumps(message))
            self._sent += 1
            if self.on("socket_nonsense"):
                await self._babble(socket)
            if self.on("drop_socket_after") and self._sent >= self.on("drop_socket_after"):
                self.set(drop_socket_after=0)
                await socket.close()
        except (WebSocketDisconnect, RuntimeError):
            self._sockets.pop(client_id, None)

    async def _babble(self, socket: WebSocket) -> None:
        for text in ("]no json[", "[1, 2]", '{"type": "progress"}', '{"type": "never_heard_of", "data": 7}', "null"):
            await socket.send_text(text)
        for frame in (
            b"",
            b"\0\0",
            struct.pack(">I", 99) + b"x",
            struct.pack(">II", 4, 10**9),
            struct.pack(">II", 1, 1),
        ):
            await socket.send_bytes(frame)

    # -- running -----------------------------------------------------------------------------------------------------

    def _start_worker(self) -> None:
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self.pending:
            self.pending.sort(key=lambda run: run.number)
            self.running = self.pending.pop(0)
            outcome, outputs, message = await Execution(self, self.running).run()
            run, self.running = self.running, None
            status = {"status_str": outcome, "completed": outcome == "success", "messages": [message]}
            self.history[run.id] = {
                "prompt": run.entry,
                "outputs": outputs,
                "status": status,
                "meta": {},
                **self.extra(),
            }
            await self._status()
            await self.say({"type": "executing", "data": {"node": None, "prompt_id": run.id}}, run.client_id)

    def store(self, data: bytes, folder: str, prefix: str, ending: str = ".png") -> dict[str, str]:
        """Keep a made file and name it as the server does."""
        name = f"{prefix}_{next(self._names):05}_{ending}"
        self.files[folder, "", name] = data
        return {"filename": name, "subfolder": "", "type": folder}


def main() -> None:
    """Serve on loopback until stopped."""
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=8188)
    uvicorn.run(FakeComfyUI(step_seconds=0.1), host="127.0.0.1", port=parser.parse_args().port)


if __name__ == "__main__":
    main()
