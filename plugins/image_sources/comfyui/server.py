"""The calls of a ComfyUI server that a run needs (sheet sections 5, 7, 8, 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stcore import (
    BadResponse,
    CancelOutcome,
    Connection,
    JobLost,
    ProviderError,
    UnknownOutcome,
    poll,
)

from .failures import refused, status_error
from .lists import model_kinds

MARK = "stcore"
"""Key in ``extra_data`` under which a run carries our own id, so that it can be recognised after a crash."""

_STOP_SECONDS = 10.0
_GATEWAY = (502, 503, 504)


@dataclass(frozen=True, slots=True)
class State:
    """Where a run is. ``ahead`` counts the runs before it; ``entry`` is what history says when it has ended."""

    where: Literal["pending", "running", "ended", "gone"]
    ahead: int = 0
    entry: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A run of ours that the server knows, and the socket for which it was submitted."""

    prompt_id: str
    client_id: str


class Server:
    """One server, by its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._http = connection.http
        self._clock = connection.clock

    # -- submitting --------------------------------------------------------------------------------------------------

    async def submit(self, body: dict[str, Any], graph: Mapping[str, Any]) -> dict[str, Any]:
        """Hand a graph over; the reply. Never sent twice when the first may have been taken (SRC-6)."""
        run_id = str(body["extra_data"][MARK])
        seconds = self._connection.options.timeout
        try:
            answer = await self._http.post("/prompt", json=body, timeout=seconds)
        except UnknownOutcome:
            if taken := await self._taken_after_all(run_id):
                return {"prompt_id": taken.prompt_id}
            raise
        if answer.status in _GATEWAY and (taken := await self._taken_after_all(run_id)):
            return {"prompt_id": taken.prompt_id}  # the proxy gave up, the server had it already
        if not answer.ok:
            raise refused(answer, graph, model_kinds(self._connection))
        reply = answer.json()
        if not isinstance(reply, dict) or not reply.get("prompt_id"):
            raise answer.nonsense("the id of the run")
        return reply

    async def find(self, run_id: str) -> Found | None:
        """A run that carries our mark, wherever it is; ``None`` = certainly not there."""
        queue = await self._get("/queue")
        history = await self._get("/history", {"max_items": 200})
        ended = [entry.get("prompt") for entry in history.values() if isinstance(entry, dict)]
        for entry in _entries([*_list(queue.get("queue_running")), *_list(queue.get("queue_pending")), *ended]):
            if str(entry[3].get(MARK, "")) == run_id:
                return Found(str(entry[1]), str(entry[3].get("client_id", "")))
        return None

    async def upload(self, name: str, data: bytes, mime: str) -> str:
        """Put a picture into the server's input folder; the name under which a node finds it."""
        files = {"image": (name, data, mime)}
        answer = await self._http.post("/upload/image", files=files, data={"type": "input"}, timeout=120)
        if not answer.ok:
            raise status_error(answer)
        reply = answer.json()
        if not isinstance(reply, dict) or not reply.get("name"):
            raise answer.nonsense("the name of the upload")
        folder = reply.get("subfolder")
        return f"{folder}/{reply['name']}" if folder else str(reply["name"])

    # -- looking -----------------------------------------------------------------------------------------------------

    async def state(self, prompt_id: str) -> State:
        """Where a run is now."""
        if entry := await self.ended(prompt_id):
            return State("ended", entry=entry)
        queue = await self._get("/queue")
        running = [str(entry[1]) for entry in _entries(queue.get("queue_running"))]
        if prompt_id in running:
            return State("running")
        order = [str(entry[1]) for entry in sorted(_entries(queue.get("queue_pending")), key=lambda entry: entry[0])]
        if prompt_id in order:
            return State("pending", ahead=len(running) + order.index(prompt_id))
        # It may have ended between the two questions.
        entry = await self.ended(prompt_id)
        return State("ended", entry=entry) if entry else State("gone")

    async def ended(self, prompt_id: str) -> dict[str, Any] | None:
        """The history entry of a run that has ended."""
        entry = (await self._get(f"/history/{prompt_id}")).get(prompt_id)
        return entry if isinstance(entry, dict) else None

    async def view(self, file: Mapping[str, Any]) -> bytes:
        """The bytes of a result file; a delivery that breaks off is tried again."""
        params = {"filename": file["filename"], "subfolder": file.get("subfolder") or "", "type": file.get("type")}
        for last in (False, False, True):
            try:
                answer = await self._http.get("/view", params=params, retry=True, timeout=120)
                break
            except BadResponse:
                if last:
                    raise
        if answer.status == 404:
            raise JobLost(
                f"The server no longer has the picture {file['filename']}.",
                status=404,
                hint="Its output folder was cleaned up; make the picture again.",
            )
        if not answer.ok:
            raise status_error(answer)
        if answer.is_html or not answer.body:
            raise answer.nonsense("a picture")
        return answer.body

    # -- stopping ----------------------------------------------------------------------------------------------------

    async def stop(self, prompt_id: str) -> CancelOutcome:
        """Stop this run and no other, on servers of any age (sheet section 8)."""
        state = await self.state(prompt_id)
        if state.where == "pending":
            await self._post("/queue", {"delete": [prompt_id]})
            state = await self.state(prompt_id)  # it may have begun in between
            if state.where == "gone":
                return "will_not_start"
        if state.where != "running":
            return "too_late"
        # Old servers stop whatever runs: that is ours, as the queue has just said.
        await self._post("/interrupt", {"prompt_id": prompt_id})
        deadline = self._clock.monotonic() + _STOP_SECONDS
        async for state in poll(lambda: self.state(prompt_id), clock=self._clock, interval=0.2):
            if state.where != "running":
                return "stopped"
            if self._clock.monotonic() > deadline:
                break
        return "requested"

    # -- inside ------------------------------------------------------------------------------------------------------

    async def _get(self, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer = await self._http.get(path, params=params)
        if not answer.ok:
            raise status_error(answer)
        found = answer.json()
        if not isinstance(found, dict):
            raise answer.nonsense("an object")
        return found

    async def _post(self, path: str, body: Any) -> None:
        answer = await self._http.post(path, json=body)
        if not answer.ok:
            raise status_error(answer)

    async def _taken_after_all(self, run_id: str) -> Found | None:
        """The run when the server has it; ``None`` when it has not or cannot be asked either."""
        try:
            return await self.find(run_id)
        except ProviderError:
            return None


def _entries(found: Any) -> list[list[Any]]:
    """The runs in a list of queue or history, each ``[number, id, graph, extra_data, outputs]``."""
    lists = (entry for entry in _list(found) if isinstance(entry, list) and len(entry) >= 4)
    return [entry for entry in lists if isinstance(entry[0], int | float) and isinstance(entry[3], dict)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
