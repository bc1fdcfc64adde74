"""A fake RunPod serverless endpoint with the ComfyUI worker, by spec/sources/others-in-sillytavern.md section 1.

Its workers draw with the runs of the fake ComfyUI. By hand: ``python -m stcore.testing.servers.runpod --port 8189``
(endpoint ``http://127.0.0.1:8189/v2/fake1endpoint``, key ``rp-fake-key``), then ``POST /_fake {"queue_seconds": 20}``
for a cold start.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from stcore.testing.servers.base import FakeServer, Recorded, cut_off
from stcore.testing.servers.comfyui_nodes import Rejected, catalogue, validate
from stcore.testing.servers.comfyui_run import Execution, Run

ENDPOINT = "fake1endpoint"
KEY = "rp-fake-key"
MOST_BYTES = 10 * 2**20


@dataclass
class Job:
    """One job, from its submission to the end of its result."""

    id: str
    input: dict[str, Any]
    status: str = "IN_QUEUE"
    output: Any = None
    error: str = ""
    created: float = field(default_factory=time.monotonic)
    begun: float = 0.0
    ended: float = 0.0
    task: asyncio.Task[None] | None = None

    @property
    def over(self) -> bool:
        return self.ended > 0

    def shown(self) -> dict[str, Any]:
        """As ``/status`` tells it."""
        told: dict[str, Any] = {"id": self.id, "status": self.status}
        if self.begun:
            told |= {"delayTime": _milliseconds(self.begun - self.created), "workerId": "fakeworker"}
        if self.over and self.begun:
            told["executionTime"] = _milliseconds(self.ended - self.begun)
        told |= {"output": self.output} if self.output is not None else {}
        return told | ({"error": self.error} if self.error else {})

    def end(self, status: str, output: Any = None, error: str = "") -> None:
        """The job is over; whatever it had told before counts no longer."""
        self.status, self.output, self.error, self.ended = status, output, error, time.monotonic()


class FakeRunPod(FakeServer):
    """The endpoint. Beside the common switches:"""

    own_switches = {
        "key": KEY,
        "queue_seconds": 0.02,  # until a worker takes a job: the cold start
        "stuck": False,  # no worker ever comes
        "workers": {},  # counts of /health instead of the true ones
        "step_seconds": 0.005,  # per sampling step
        "hang": False,  # workers never get on
        "progress": False,  # a newer worker, which forwards its progress
        "word": "",  # a state of the future instead of IN_PROGRESS
        "ending": "",  # "TIMED_OUT" or "CANCELLED": RunPod ends the job by itself
        "job_error": "",  # a text: jobs fail with it
        "error_form": "text",  # or "json" (an exception of the SDK), "details" (a list beside), "none", "completed"
        "take_jobs": 1000,  # so many jobs are taken before the money is used up
        "fail_jobs": 1000,  # so many of the next jobs do
        "warnings": [],  # output.errors of a job that completes
        "packaging": "base64",  # data_url, s3_url, message, message_url, list, text
        "no_images": False,  # the worker finds no picture
        "file": "",  # pictures are called so, as if they were something else
        "bad_base64": False,
        "job_id": "",  # the answer to a submission names this instead of the job; None = nothing
        "forget_jobs": False,  # results are no longer kept
        "not_known_yet": 0,  # so many questions for a new job are answered 404
        "cancel_ignored": False,  # a cancellation is taken and changes nothing
        "expire_result": False,  # the bucket has it no longer
        "redirect_to": "",  # questions for a job are sent there
        "redirect_result_to": "",  # the address of a picture leads there
    }

    def __init__(self, **switches: Any) -> None:
        self.jobs: dict[str, Job] = {}
        self.bucket: dict[str, bytes] = {}
        self._address = ""
        self._numbers = itertools.count(1)
        super().__init__(**switches)

    def routes(self) -> Sequence[BaseRoute]:
        """The operations of one endpoint, and the bucket of its worker."""
        base = f"/v2/{ENDPOINT}"
        return [
            Route(f"{base}/health", self._health),
            Route(f"{base}/run", self._run, methods=["POST"]),
            Route(f"{base}/status/{{id}}", self._status),
            Route(f"{base}/cancel/{{id}}", self._cancel, methods=["POST"]),
            Route("/bucket/{name}", self._fetch),
        ]

    @property
    def posted(self) -> list[Any]:
        """The bodies of all submissions."""
        return [request.json for request in self.asked("POST", f"/v2/{ENDPOINT}/run")]

    # -- faults ------------------------------------------------------------------------------------------------------

    def fault(self, request: Recorded) -> Response | None:
        """As elsewhere; everything but the bucket wants the key."""
        wanted = f"Bearer {self.on('key')}"
        if not request.path.startswith("/bucket") and request.headers.get("authorization") != wanted:
            return Response(status_code=401)
        return super().fault(request)

    def failure(self, kind: str) -> Response:
        """RunPod's own shapes of a few failures."""
        match kind:
            case "auth":
                return Response(status_code=401)
            case "quota":
                return JSONResponse({"error": "insufficient balance to run this job"}, 402)
            case "no_funds":  # the same, as another status has it
                return JSONResponse({"error": "You need more funds: your balance is too low."}, 403)
            case "permission":
                return JSONResponse({"error": "this key may only read"}, 403)
            case "rate_limited":
                return JSONResponse({"error": "too many requests"}, 429)
            case "list":
                return JSONResponse(["not", "an", "object"])
        return super().failure(kind)

    # -- operations --------------------------------------------------------------------------------------------------

    async def _health(self, request: Request) -> Response:
        waiting = sum(job.status == "IN_QUEUE" for job in self.jobs.values())
        running = sum(job.begun > 0 and not job.over for job in self.jobs.values())
        over = [job.status for job in self.jobs.values() if job.over]
        counts = {
            "completed": over.count("COMPLETED"),
            "failed": over.count("FAILED"),
            "inProgress": running,
            "inQueue": waiting,
            "retried": 0,
        }
        names = ("idle", "initializing", "ready", "running", "throttled", "unhealthy")
        workers = dict.fromkeys(names, 0) | {"running": running, "initializing": int(waiting > 0)}
        return JSONResponse({"jobs": counts, "workers": self.on("workers") or workers, **self.extra()})

    async def _run(self, request: Request) -> Response:
        raw = await request.body()
        if len(raw) > MOST_BYTES:
            return PlainTextResponse("body exceeds the limit of 10 MB", 400)
        try:
            wanted = json.loads(raw)["input"]
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "input is required"}, 400)
        if not self.use_up("take_jobs"):
            return self.failure("quota")
        self._address = f"{request.url.scheme}://{request.url.netloc}"  # where the bucket is reached too
        job = Job(f"{next(self._numbers):08x}-fake-e1", wanted)
        self.jobs[job.id] = job
        job.task = asyncio.create_task(self._work(job))
        name = job.id if self.on("job_id") == "" else self.on("job_id")
        answer = {"id": name, "status": job.status, **self.extra()}
        if self.on("drop_connection_after_accept"):
            return cut_off(json.dumps(answer).encode())
        return JSONResponse(answer)

    async def _status(self, request: Request) -> Response:
        if self.on("redirect_to"):
            return RedirectResponse(self.on("redirect_to"), 302)
        job = self.jobs.get(request.path_params["id"])
        if job is None or self.on("forget_jobs") or self.use_up("not_known_yet"):
            return JSONResponse({"error": "job not found"}, 404)
        answer = json.dumps({**job.shown(), **self.extra()}).encode()
        if job.over and self.on("huge_image") and self.on("packaging") == "base64":
            return self.delivered(b"", "application/json", {})
        if job.over and self.use_up("cut_body"):
            return cut_off(answer)
        return Response(answer, media_type="text/plain" if self.on("wrong_mime") else "application/json")

    async def _cancel(self, request: Request) -> Response:
        job = self.jobs.get(request.path_params["id"])
        if job is None or self.on("forget_jobs"):
            return JSONResponse({"error": "job not found"}, 404)
        if not job.over and not self.on("cancel_ignored"):
            if job.task is not None:
                job.task.cancel()
            job.end("CANCELLED")
        return JSONResponse({"id": job.id, "status": job.status})

    async def _fetch(self, request: Request) -> Response:
        if self.on("redirect_result_to"):
            return RedirectResponse(self.on("redirect_result_to"), 302)
        data = self.bucket.get(request.path_params["name"])
        if data is None or self.on("expire_result"):
            return PlainTextResponse("<Error><Code>AccessDenied</Code></Error>", 403)
        return self.delivered(data, "image/png", {})

    # -- the worker --------------------------------------------------------------------------------------------------

    async def _work(self, job: Job) -> None:
        while self.on("stuck"):
            await asyncio.sleep(0.01)
        await asyncio.sleep(self.on("queue_seconds"))
        job.status, job.begun = self.on("word") or "IN_PROGRESS", time.monotonic()
        error = await self._made(job)
        if self.on("ending"):
            job.end(self.on("ending"))
        elif error:
            self._fail(job, error)

    async def _made(self, job: Job) -> str:
        """Run the graph; the pictures become the job's output. Why it failed, or nothing."""
        graph: Any = job.input.get("workflow")
        names = {image["name"] for image in job.input.get("images", ())}
        try:
            outputs, _ = validate(graph, catalogue(gguf=False), names)
        except Rejected as rejected:
            faults = rejected.body["node_errors"]
            lines = [f"• Node {node} (errors): {faults[node]['errors']}" for node in faults]
            return "\n".join(["Workflow validation failed:", *lines]) if lines else str(rejected)
        wanted = self.on("job_error")
        if wanted and self.on("error_form") != "completed" and self.use_up("fail_jobs"):
            return str(wanted)
        worker = _Worker(self, job)
        outcome, _, message = await Execution(worker, Run(0, job.id, graph, {}, outputs)).run()
        if outcome != "success":
            data = message[1]
            what = f"Node Type: {data.get('node_type')}, Node ID: {data.get('node_id')}"
            return f"Workflow execution error: {what}, Message: {data.get('exception_message')}"
        if not self.on("ending"):
            job.end("COMPLETED", self._output(worker.files, wanted))
        return ""

    def _fail(self, job: Job, error: str) -> None:
        match self.on("error_form"):
            case "json":
                told = {
                    "error_type": "<class 'ValueError'>",
                    "error_message": error,
                    "error_traceback": "Traceback ...",
                }
                job.end("FAILED", error=json.dumps({**told, "hostname": "fake", "worker_id": "fakeworker"}))
            case "details":
                job.end("FAILED", {"details": [error]}, "Job processing failed")
            case "none":
                job.end("FAILED")
            case _:
                job.end("FAILED", error=error)

    def _output(self, files: list[tuple[str, bytes]], failure: str) -> Any:
        if failure and self.on("error_form") == "completed":
            return {"status": "error", "message": failure}
        warnings = {"errors": self.on("warnings")} if self.on("warnings") else {}
        if self.on("no_images"):
            return warnings or {"status": "success_no_images", "images": []}
        packed = [self._packed(name, data) for name, data in files]
        match self.on("packaging"):
            case "message" | "message_url":
                return {"status": "success", "message": packed[0]["data"]}
            case "list":
                return [one["data"] for one in packed]
            case "text":
                return packed[0]["data"]
        return {"images": packed, **warnings}

    def _packed(self, name: str, data: bytes) -> dict[str, str]:
        data = self.spoiled(data)
        text = "not base64!" if self.on("bad_base64") else base64.b64encode(data).decode()
        name = self.on("file") or name
        match self.on("packaging"):
            case "s3_url" | "message_url":
                self.bucket[name] = data
                return {"filename": name, "type": "s3_url", "data": f"{self._address}/bucket/{name}?signature=abc"}
            case "data_url":
                return {"filename": name, "type": "base64", "data": f"data:image/png;base64,{text}"}
        return {"filename": name, "type": "base64", "data": text}


class _Worker:
    """The ComfyUI beside a worker, as far as a run needs one."""

    def __init__(self, server: FakeRunPod, job: Job) -> None:
        self._server, self._job = server, job
        self.cache: dict[str, dict[str, Any]] = {}
        self.features: set[str] = set()
        self.files: list[tuple[str, bytes]] = []

    def on(self, name: str) -> Any:
        return "" if name in ("old", "execution_error", "loader_error") else self._server.on(name)

    def use_up(self, name: str) -> bool:
        return self._server.use_up(name)

    def extra(self) -> dict[str, Any]:
        return self._server.extra()

    def store(self, data: bytes, folder: str, prefix: str, ending: str = ".png") -> dict[str, str]:
        name = f"{prefix}_{len(self.files) + 1:05}_{ending}"
        if folder == "output":  # temporary pictures are not sent
            self.files.append((f"{self._job.id}-{name}", data))
        return {"filename": name, "subfolder": "", "type": folder}

    async def say(self, message: dict[str, Any] | bytes, client_id: str) -> None:
        """A newer worker forwards the progress of sampling as the output of its unfinished job."""
        if isinstance(message, bytes) or message["type"] != "progress" or not self._server.on("progress"):
            return
        value, most = message["data"]["value"], message["data"]["max"]
        self._job.output = {"type": "progress", "value": value, "max": most, "percent": 100 * value / most, "node": "5"}


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def main() -> None:
    """Serve on loopback until stopped."""
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--port", type=int, default=8189)
    server = FakeRunPod(step_seconds=0.1, queue_seconds=2, progress=True)
    uvicorn.run(server, host="127.0.0.1", port=parser.parse_args().port)


if __name__ == "__main__":
    main()
