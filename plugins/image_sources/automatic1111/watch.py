"""Progress of a run, asked on a second connection while the first one waits (sheet section 7)."""

from __future__ import annotations

from typing import Any

from stcore import Answer, Connection, Event, Preview, ProviderError, Queued, Running, decode_base64


class Watch:
    """Knows whether our own run is the one that the server works on, and how far it is.

    With the task's id the server tells exactly. Without, its progress is whoever's: then ours is what begins next
    after the server was seen idle, and of a server that was busy when we came we claim nothing.
    """

    def __init__(self, connection: Connection, task_id: str, *, previews: bool) -> None:
        self.ours = False
        """Our run is certainly the one that runs now."""
        self._http, self._task_id, self._previews = connection.http, task_id, previews
        self._preview_id = -1
        self._stamp: str | None = None
        self._came_when_busy = False
        self._picture = ""
        self._told: Running | None = None

    async def before(self) -> None:
        """Look at the server before anything is sent."""
        if self._task_id:
            return
        try:
            self._came_when_busy = bool(_state(await self._progress(picture=False)).get("job_count"))
        except ProviderError:
            self._came_when_busy = True  # some of the family tell no progress: then nothing is claimed

    async def look(self) -> list[Event]:
        """What is new; nothing when the server cannot be asked just now (the run itself tells when it is dead)."""
        try:
            return await (self._exact() if self._task_id else self._guess())
        except ProviderError:
            return []

    # -- by the id of the task ---------------------------------------------------------------------------------------

    async def _exact(self) -> list[Event]:
        # The steps come from the server's own progress. They are ours for sure when our task was active before that
        # question and still is after it.
        state = _state(await self._progress(picture=False)) if self.ours else {}
        asked = {"id_task": self._task_id, "id_live_preview": self._preview_id, "live_preview": self._previews}
        told = _object(await self._http.post("/internal/progress", json=asked))
        self.ours = bool(told.get("active"))
        if told.get("queued"):
            return [Queued(await self._position())]
        if not self.ours:
            return []
        self._preview_id = told.get("id_live_preview") or self._preview_id
        return self._news(told.get("progress"), told.get("eta"), state, told.get("live_preview"))

    async def _position(self) -> int | None:
        waiting = _object(await self._http.get("/internal/pending-tasks")).get("tasks")
        ids = [str(task) for task in waiting] if isinstance(waiting, list) else []
        # Those in front of us, and the one that runs.
        return ids.index(self._task_id) + 1 if self._task_id in ids else None

    # -- by the server's own progress --------------------------------------------------------------------------------

    async def _guess(self) -> list[Event]:
        told = await self._progress(picture=self._previews)
        state = _state(told)
        stamp = str(state.get("job_timestamp") or "")
        if not state.get("job_count"):
            self.ours = False
            return []
        if self._came_when_busy:
            return [Queued()]
        self._stamp = self._stamp or stamp
        self.ours = stamp == self._stamp  # another stamp: somebody else's, begun after ours
        if not self.ours:
            return []
        return self._news(told.get("progress"), told.get("eta_relative"), state, told.get("current_image"))

    async def _progress(self, *, picture: bool) -> dict[str, Any]:
        params = {"skip_current_image": "false" if picture else "true"}
        return _object(await self._http.get("/sdapi/v1/progress", params=params))

    # -- telling -----------------------------------------------------------------------------------------------------

    def _news(self, fraction: Any, eta: Any, state: dict[str, Any], picture: Any) -> list[Event]:
        news: list[Event] = []
        per_job, jobs = _whole(state.get("sampling_steps")), max(1, _whole(state.get("job_count")))
        running = Running(
            fraction=fraction if isinstance(fraction, int | float) else None,
            step=_whole(state.get("job_no")) * per_job + _whole(state.get("sampling_step")) if per_job else None,
            steps=jobs * per_job or None,
            eta=round(eta) if isinstance(eta, int | float) and eta > 0 else None,
        )
        if running != self._told:
            self._told = running
            news.append(running)
        if self._previews and isinstance(picture, str) and picture and picture != self._picture:
            self._picture = picture
            news.append(Preview(decode_base64(picture)))
        return news


def _object(answer: Answer) -> dict[str, Any]:
    found = answer.raise_for_error().json()
    return found if isinstance(found, dict) else {}


def _state(told: dict[str, Any]) -> dict[str, Any]:
    state = told.get("state")
    return state if isinstance(state, dict) else {}


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) and value > 0 else 0
