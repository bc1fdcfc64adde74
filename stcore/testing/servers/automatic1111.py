"""A fake AUTOMATIC1111 WebUI (or Forge, or SD.Next): a real HTTP server that obeys spec/sources/automatic1111.md.

By hand: ``python -m stcore.testing.servers.automatic1111 --port 7860``, then ``POST /_fake {"dialect": "forge"}``.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from stcore.testing.servers.base import FakeServer, Recorded, cut_off
from stcore.testing.servers.drawing import draw, encode

SAMPLERS = {
    "DPM++ 2M": "k_dpmpp_2m",
    "DPM++ SDE": "k_dpmpp_sde",
    "Euler a": "k_euler_a",
    "Euler": "k_euler",
    "DDIM": "ddim",
}
SCHEDULERS = {"automatic": "Automatic", "karras": "Karras", "exponential": "Exponential", "simple": "Simple"}
MODELS = {"dreamlike": "abcdef1234", "realistic": "1234abcdef"}
LATENT_MODES = ["Latent", "Latent (antialiased)", "Latent (bicubic)", "Latent (nearest)"]


@dataclass
class Task:
    """One call of txt2img or img2img, from its arrival to its answer."""

    id: str
    body: dict[str, Any]
    job: str
    state: str = "queued"
    started: float = 0.0
    step: int = 0
    number: int = 0
    interrupted: bool = False
    preview: bytes = b""
    preview_id: int = -1
    finished: list[bytes] = field(default_factory=list)

    @property
    def steps(self) -> int:
        return int(self.body.get("steps", 50))

    @property
    def count(self) -> int:
        return int(self.body.get("batch_size", 1)) * int(self.body.get("n_iter", 1))

    @property
    def fraction(self) -> float:
        return min(1.0, 0.01 + (self.number + self.step / self.steps) / self.count)


class FakeAutomatic1111(FakeServer):
    """The server. Beside the common switches:"""

    own_switches = {
        "dialect": "a1111",  # a1111, forge or sdnext
        "old": False,  # before 1.9: no schedulers, samplers with their scheduler in the name
        "internal": True,  # /internal/progress exists
        "api": True,  # started with --api
        "login": "",  # "name:password" of --api-auth
        "step_seconds": 0.01,
        "samples_format": "png",
        "packaging": "base64",  # or "data_url"
        "bad_base64": False,
        "empty_image": False,  # a failed run of KoboldCpp: 200 with an empty string
        "no_info": False,  # sd.cpp of old: info is empty
        "grid": False,  # a grid comes first
        "extra_pictures": 0,  # so many maps of ControlNet at the end
        "sampler_missing": False,  # refuse every sampler name without its scheduler
        "adetailer": True,  # the extension is installed
        "run_error": "",  # "oom" or a text: runs fail
    }

    def __init__(self, **switches: Any) -> None:
        self.tasks: list[Task] = []
        self.options: dict[str, Any] = {
            "sd_model_checkpoint": "dreamlike.safetensors [abcdef1234]",
            "sd_vae": "Automatic",
            "CLIP_stop_at_last_layers": 1,
            "live_previews_enable": True,
            "show_progress_every_n_steps": 3,
        }
        self._lock = asyncio.Lock()
        super().__init__(**switches)

    def routes(self) -> Sequence[BaseRoute]:
        """``/sdapi/v1`` and the page's own progress route."""
        named: dict[str, Callable[[], Any]] = {
            "sd-models": self._models,
            "samplers": self._samplers,
            "schedulers": self._schedulers,
            "sd-vae": lambda: self._files("vae-ft-mse.safetensors") if self.on("dialect") != "forge" else None,
            "sd-modules": lambda: self._files("ae.safetensors", "clip_l.safetensors") if self._is("forge") else None,
            "upscalers": lambda: [{"name": name} for name in ("None", "Lanczos", "R-ESRGAN 4x+")],
            "latent-upscale-modes": lambda: None if self._is("sdnext") else [{"name": name} for name in LATENT_MODES],
            "version": lambda: {"app": "sd.next", "updated": "2026-07-23"} if self._is("sdnext") else None,
        }
        lists = [Route(f"/sdapi/v1/{name}", self._list(call)) for name, call in named.items()]
        return [
            *lists,
            Route("/sdapi/v1/options", self._options, methods=["GET", "POST"]),
            Route("/sdapi/v1/txt2img", self._generate, methods=["POST"]),
            Route("/sdapi/v1/img2img", self._generate, methods=["POST"]),
            Route("/sdapi/v1/progress", self._progress),
            Route("/sdapi/v1/interrupt", self._interrupt, methods=["POST"]),
            Route("/internal/progress", self._internal_progress, methods=["POST"]),
            Route("/internal/pending-tasks", self._pending_tasks),
        ]

    def _is(self, dialect: str) -> bool:
        return bool(self.on("dialect") == dialect)

    def fault(self, request: Recorded) -> Response | None:
        """Without ``--api`` there is no API; with a login it asks for it."""
        if not self.on("api") and request.path.startswith("/sdapi"):
            return _not_found()
        login = self.on("login")
        if login and request.path.startswith("/sdapi"):
            given = request.headers.get("authorization", "")
            if given != f"Basic {base64.b64encode(login.encode()).decode()}":
                said = "Incorrect username or password" if given else "Not authenticated"
                return JSONResponse({"detail": said}, 401, {"WWW-Authenticate": "Basic"})
        return super().fault(request)

    # -- lists -------------------------------------------------------------------------------------------------------

    def _list(self, call: Callable[[], Any]) -> Callable[[Request], Any]:
        async def route(request: Request) -> Response:
            found = call()
            return _not_found() if found is None else JSONResponse(found)

        return route

    def _models(self) -> list[dict[str, Any]]:
        more = {"type": "safetensors"} if self._is("sdnext") else {}
        return [
            {
                "title": f"{name}.safetensors [{digest}]",
                "model_name": name,
                "hash": digest,
                "sha256": None,
                "filename": f"/models/{name}.safetensors",
                "config": None,
                **more,
            }
            for name, digest in MODELS.items()
        ]

    def _sampler_names(self) -> list[str]:
        return [*SAMPLERS, *(f"{name} Karras" for name in SAMPLERS)] if self.on("old") else list(SAMPLERS)

    def _samplers(self) -> list[dict[str, Any]]:
        if self._is("sdnext"):
            return [{"name": name, "options": {}} for name in self._sampler_names()]
        return [
            {"name": n, "aliases": [SAMPLERS[n]] if n in SAMPLERS else [], "options": {}} for n in self._sampler_names()
        ]

    def _schedulers(self) -> list[dict[str, Any]] | None:
        if self.on("old"):
            return None
        if self._is("sdnext"):
            return [{"name": label, "cls": "x", "options": {}} for label in SCHEDULERS.values()]
        return [{"name": name, "label": label, "aliases": None} for name, label in SCHEDULERS.items()]

    def _files(self, *names: str) -> list[dict[str, str]]:
        return [{"model_name": name, "filename": f"/models/{name}"} for name in names]

    async def _options(self, request: Request) -> Response:
        if request.method == "GET":
            more = {"forge_preset": "sd", "forge_additional_modules": []} if self._is("forge") else {}
            return JSONResponse({**self.options, "samples_format": self.on("samples_format"), **more, **self.extra()})
        wanted = await request.json()
        model = wanted.get("sd_model_checkpoint")
        if model is not None and self._known_model(model) is None:
            return _crash("RuntimeError", f"model '{model}' not found", forge=self._is("forge"))
        self.options.update(wanted)
        return JSONResponse(None)

    def _known_model(self, wanted: str) -> str | None:
        names = (
            name for name in MODELS if wanted in (name, f"{name}.safetensors", f"{name}.safetensors [{MODELS[name]}]")
        )
        return next(names, None)

    # -- generating --------------------------------------------------------------------------------------------------

    async def _generate(self, request: Request) -> Response:
        body, job = await request.json(), f"scripts_{request.url.path.rpartition('/')[2]}"
        if refusal := self._refusal(body, job):
            return refusal
        task = Task(str(body.get("force_task_id") or f"task({random.random()})"), body, job)
        self.tasks.append(task)
        async with self._lock:
            task.state, task.started = "active", time.time()
            try:
                answer = await self._run(task)
            finally:
                task.state = "completed"
        if self.on("drop_connection_after_accept"):
            return cut_off(answer.body if isinstance(answer.body, bytes) else bytes(answer.body))
        return answer

    def _refusal(self, body: dict[str, Any], job: str) -> Response | None:
        for name in ("steps", "width", "height", "n_iter", "batch_size"):
            if name in body and not isinstance(body[name], int):
                fault = {"loc": ["body", name], "msg": "Input should be a valid integer", "type": "int_type"}
                return JSONResponse({"detail": [fault]}, 422)
        sampler = body.get("sampler_name")
        unknown = sampler is not None and sampler not in self._sampler_names()
        if unknown or (self.on("sampler_missing") and not str(sampler).endswith(" Karras")):
            said = {"detail": "Sampler not found"}
            if self._is("sdnext"):
                said = {"error": "HTTPException", "detail": "", "errors": "404: Sampler not found"}
            return JSONResponse(said, 404 if self.on("old") or self._is("sdnext") else 400)
        for script in body.get("alwayson_scripts") or {}:
            if script != "ADetailer" or not self.on("adetailer"):
                return JSONResponse({"detail": f"always on script {script} not found"}, 422)
        if job == "scripts_img2img":
            return self._init_fault(body)
        return None

    def _init_fault(self, body: dict[str, Any]) -> Response | None:
        if not body.get("init_images"):
            if self._is("sdnext"):
                return JSONResponse({"error": "Init image is none"}, 400)
            return JSONResponse({"detail": "Init image not found"}, 404)
        for picture in [*body["init_images"], *([body["mask"]] if body.get("mask") else [])]:
            if not base64.b64decode(picture.partition(",")[2] or picture).startswith(
                (b"\x89PNG", b"\xff\xd8", b"RIFF")
            ):
                return JSONResponse({"detail": "Invalid encoded image"}, 500)
        return None

    async def _run(self, task: Task) -> Response:
        body = task.body
        first_seed = int(body.get("seed", -1))
        first_seed = random.randrange(2**32) if first_seed < 0 else first_seed
        seeds = [first_seed + number for number in range(task.count)]
        for task.number, seed in enumerate(seeds):
            if await self._sample(task, seed):
                break
        if self.on("run_error"):
            kind = "OutOfMemoryError" if self.on("run_error") == "oom" else "RuntimeError"
            text = (
                "CUDA out of memory. Tried to allocate 2.0 GiB" if kind == "OutOfMemoryError" else self.on("run_error")
            )
            return _crash(kind, text, forge=self._is("forge"))
        pictures = [self._packed(picture) for picture in task.finished]
        if self.on("grid") and body.get("save_images"):
            pictures.insert(0, pictures[0])
        pictures += [pictures[0]] * self.on("extra_pictures")
        if self.on("empty_image"):
            pictures = [""]
        parameters = {**body, "init_images": None}
        info = "" if self.on("no_info") else json.dumps(self._info(task, seeds[: len(task.finished)]))
        return JSONResponse({"images": pictures, "parameters": parameters, "info": info, **self.extra()})

    async def _sample(self, task: Task, seed: int) -> bool:
        """Draw one picture; whether it was interrupted, and so is half done."""
        body = task.body
        width, height = (int(body.get(side, 512)) // 8 * 8 for side in ("width", "height"))
        if body.get("enable_hr"):
            width, height = (int(side * body.get("hr_scale", 2)) for side in (width, height))
        every = self._option(body, "show_progress_every_n_steps")
        for step in range(1, task.steps + 1):
            task.step = step
            await asyncio.sleep(self.on("step_seconds"))
            if task.step % every == 0 and self.options["live_previews_enable"]:
                small = await asyncio.to_thread(
                    draw, str(body.get("prompt")), seed, width // 4, height // 4, done=task.step / task.steps
                )
                task.preview, task.preview_id = encode(small, "JPEG"), task.preview_id + 1
            if task.interrupted:
                break
        done = task.step / task.steps
        picture = await asyncio.to_thread(draw, str(body.get("prompt")), seed, width, height, done=done)
        texts = {"parameters": f"{body.get('prompt')}\nSteps: {task.steps}, Seed: {seed}"}
        task.finished.append(encode(picture, {"jpg": "JPEG"}.get(self.on("samples_format"), "PNG"), texts))
        return task.interrupted

    def _option(self, body: dict[str, Any], name: str) -> Any:
        return (body.get("override_settings") or {}).get(name, self.options[name])

    def _packed(self, picture: bytes) -> str:
        text = base64.b64encode(self.spoiled(picture)).decode()
        if self.on("bad_base64"):
            text = "?" + text
        return f"data:image/png;base64,{text}" if self.on("packaging") == "data_url" else text

    def _info(self, task: Task, seeds: list[int]) -> dict[str, Any]:
        # An override that names an unknown checkpoint is dropped without a word.
        wanted = (task.body.get("override_settings") or {}).get("sd_model_checkpoint", "")
        loaded = self._known_model(self.options["sd_model_checkpoint"])
        grid = self.on("grid") and task.body.get("save_images")
        return {
            "prompt": task.body.get("prompt"),
            "seed": seeds[0],
            "all_seeds": seeds,
            "sampler_name": task.body.get("sampler_name") or "Euler",
            "sd_model_name": loaded if self._is("forge") else self._known_model(wanted) or loaded,
            "index_of_first_image": 1 if grid else 0,
            "infotexts": [f"{task.body.get('prompt')}\nSteps: {task.steps}, Seed: {seed}" for seed in seeds],
            "clip_skip": self._option(task.body, "CLIP_stop_at_last_layers"),
            **self.extra(),
        }

    # -- progress ----------------------------------------------------------------------------------------------------

    @property
    def active(self) -> Task | None:
        """The task that has the lock."""
        return next((task for task in self.tasks if task.state == "active"), None)

    async def _progress(self, request: Request) -> Response:
        task = self.active
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(task.started)) + f"{task.started % 1:.6f}" if task else "0"
        state = {
            "skipped": False,
            "interrupted": bool(task and task.interrupted),
            "job": task.job if task else "",
            "job_count": task.count if task else 0,
            "job_timestamp": stamp,
            "job_no": task.number if task else 0,
            "sampling_step": task.step if task else 0,
            "sampling_steps": task.steps if task else 0,
        }
        wanted = request.query_params.get("skip_current_image", "false") == "false"
        picture = base64.b64encode(task.preview).decode() if task and task.preview and wanted else None
        fraction = task.fraction if task else 0.0
        eta = (1 - fraction) * 10 if task else 0.0
        return JSONResponse(
            {"progress": fraction, "eta_relative": eta, "state": state, "current_image": picture, "textinfo": None}
        )

    async def _internal_progress(self, request: Request) -> Response:
        if not self.on("internal"):
            return _not_found()
        body = await request.json()
        task = next((one for one in reversed(self.tasks) if one.id == body["id_task"]), None)
        state = task.state if task else "completed"
        answer: dict[str, Any] = {name: state == name for name in ("active", "queued", "completed")}
        answer |= {"progress": None, "eta": None, "live_preview": None, "id_live_preview": -1, "textinfo": "Waiting..."}
        if task and state == "active":
            answer |= {"progress": task.fraction, "eta": (1 - task.fraction) * 10, "id_live_preview": task.preview_id}
            if body.get("live_preview") and task.preview and task.preview_id != body.get("id_live_preview"):
                answer["live_preview"] = f"data:image/jpeg;base64,{base64.b64encode(task.preview).decode()}"
        return JSONResponse({**answer, **self.extra()})

    async def _pending_tasks(self, request: Request) -> Response:
        if not self.on("internal"):
            return _not_found()
        waiting = [task.id for task in self.tasks if task.state == "queued"]
        return JSONResponse({"size": len(waiting), "tasks": waiting})

    async def _interrupt(self, request: Request) -> Response:
        if self.active:
            self.active.interrupted = True
        return Response(status_code=204) if self._is("sdnext") else JSONResponse({})

    def failure(self, kind: str) -> Response:
        """A failure in the manner of this server (sheet section 2)."""
        if kind == "server":
            return _crash("RuntimeError", "something broke", forge=self._is("forge"))
        if kind == "plain_server":
            return PlainTextResponse("Internal Server Error", 500)
        return super().failure(kind)


def _not_found() -> Response:
    return JSONResponse({"detail": "Not Found"}, 404)


def _crash(kind: str, text: str, *, forge: bool) -> Response:
    return JSONResponse({"error": kind, "detail": "", "body": "", "message" if forge else "errors": text}, 500)


def main() -> None:
    """Serve on loopback until stopped."""
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=7860)
    uvicorn.run(FakeAutomatic1111(step_seconds=0.1), host="127.0.0.1", port=parser.parse_args().port)


if __name__ == "__main__":
    main()
