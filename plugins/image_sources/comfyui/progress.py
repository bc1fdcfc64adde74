"""From what the socket says to progress that a person can follow (sheet section 6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from stcore import Event, Log, Preview, Running

from .graph import Run

_LEGACY_PREVIEW, _TEXT, _PREVIEW = 1, 3, 4
_SOCKET_SAVER = "SaveImageWebsocket"


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture that came over the socket."""

    data: bytes
    mime: str
    node: str = ""
    prompt_id: str = ""


Message = tuple[str, dict[str, Any]] | Frame


def read_message(raw: str | bytes) -> Message | None:
    """A message of the socket; ``None`` for nonsense and for what nobody needs."""
    if isinstance(raw, bytes):
        return _read_frame(raw)
    try:
        message = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(message, dict) or not isinstance(message.get("data"), dict):
        return None
    return str(message.get("type")), message["data"]


class Progress:
    """What is known of one run from its messages."""

    def __init__(self, run: Run, *, of: int = 1, number: int = 0) -> None:
        self._run, self._number, self._of = run, number, of
        self._weights = {node_id: _weight(node) for node_id, node in run.graph.items()}
        self._steps = {node_id: weight for node_id, weight in self._weights.items() if weight > 1}
        self._done: set[str] = set()
        self._current = ""
        self._within: dict[str, tuple[float, float]] = {}
        self._fraction = 0.0
        self._told: Running | None = None
        self.started = False
        self.ending: tuple[str, dict[str, Any]] | None = None
        self.outputs: dict[str, Any] = {}
        """Results as ``executed`` told them: history is the truth, this is for servers that forget."""
        self.saved: list[bytes] = []
        """Finished pictures that came over the socket instead of a file."""

    def hear(self, message: Message) -> list[Event]:
        """The events that follow from a message; none when it is about another run."""
        if isinstance(message, Frame):
            return self._picture(message)
        kind, data = message
        if kind == "text" and self.started:
            return [Log(str(data.get("text", "")))]
        if data.get("prompt_id") != self._run.prompt_id:
            return []
        match kind:
            case "execution_start":
                self.started = True
            case "execution_cached":
                self._done.update(map(str, _items(data.get("nodes"))))
            case "executing":
                self._executing(data.get("node"))
            case "progress":
                self._advance(str(data.get("node") or self._current), data.get("value"), data.get("max"))
            case "progress_state":
                self._states(data.get("nodes"))
            case "executed":
                if isinstance(data.get("output"), dict):
                    self.outputs[str(data.get("node"))] = data["output"]
            case "execution_success" | "execution_error" | "execution_interrupted":
                self.ending = (kind, data)
                return []
            case _:
                return []
        return self._news()

    # -- nodes -------------------------------------------------------------------------------------------------------

    def _executing(self, node: Any) -> None:
        if node is None:
            self.ending = self.ending or ("execution_success", {})
            return
        self.started = True
        if self._current and self._current != str(node):
            self._done.add(self._current)
        self._current = str(node)

    def _states(self, nodes: Any) -> None:
        for node_id, state in nodes.items() if isinstance(nodes, Mapping) else ():
            if not isinstance(state, Mapping):
                continue
            if state.get("state") == "finished":
                self._done.add(str(node_id))
            elif state.get("state") == "running":
                self.started = True
                self._advance(str(node_id), state.get("value"), state.get("max"))

    def _advance(self, node_id: str, value: Any, most: Any) -> None:
        if not isinstance(value, int | float) or not isinstance(most, int | float):
            return
        if not (isfinite(value) and isfinite(most) and value >= 0 and most > 0):
            return
        self._current = node_id
        self._within[node_id] = (min(value, most), most)
        if most > 1:
            self._steps[node_id] = int(most)

    def _news(self) -> list[Event]:
        running = self._running()
        if running == self._told or not self.started:
            return []
        self._told = running
        return [running]

    def _running(self) -> Running:
        """Steps count over all nodes that have some; the fraction weighs a node by its steps and never falls."""
        done: float = sum(weight for node_id, weight in self._weights.items() if node_id in self._done)
        if self._current not in self._done and self._current in self._weights:
            value, most = self._within.get(self._current, (0, 1))
            done += self._weights[self._current] * value / most
        self._fraction = max(self._fraction, done / max(1, sum(self._weights.values())))
        step = sum(most for node_id, most in self._steps.items() if node_id in self._done)
        if self._current in self._steps and self._current not in self._done:
            step += int(self._within.get(self._current, (0, 1))[0])
        total = sum(self._steps.values())
        return Running(
            fraction=(self._number + self._fraction) / self._of,
            step=step if total else None,
            steps=total or None,
            stage=self._title(self._current),
        )

    def _title(self, node_id: str) -> str:
        # A node that another one unfolded into is called "5:1" or "5.0.0.1": the first part is in the graph.
        node = self._run.graph.get(node_id) or self._run.graph.get(node_id.replace(":", ".").partition(".")[0])
        if node is None:
            return ""
        meta = node.get("_meta")
        title = meta.get("title") if isinstance(meta, dict) else None
        return str(title or node.get("class_type", ""))

    # -- pictures ----------------------------------------------------------------------------------------------------

    def _picture(self, frame: Frame) -> list[Event]:
        if frame.prompt_id and frame.prompt_id != self._run.prompt_id:
            return []
        if not frame.prompt_id and not self.started:
            return []  # an old server names no run: it belongs to whoever was running then
        node = self._run.graph.get(frame.node or self._current, {})
        if node.get("class_type") == _SOCKET_SAVER and frame.mime == "image/png":
            self.saved.append(frame.data)
            return []
        return [Preview(frame.data, frame.mime, "latent", self._run.first)]


def sends_pictures(run: Run) -> bool:
    """Whether the graph hands its pictures to the socket instead of storing them."""
    return any(node.get("class_type") == _SOCKET_SAVER for node in run.graph.values())


def _weight(node: Mapping[str, Any]) -> int:
    inputs = node.get("inputs") or {}
    steps = inputs.get("steps")
    samples = "sampler_name" in inputs or "latent_image" in inputs
    return steps if samples and isinstance(steps, int) and steps > 1 else 1


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _read_frame(raw: bytes) -> Message | None:
    kind, rest = int.from_bytes(raw[:4], "big"), raw[8:]
    length = int.from_bytes(raw[4:8], "big")
    if kind == _LEGACY_PREVIEW and rest:
        return Frame(rest, "image/png" if length == 2 else "image/jpeg")
    if kind == _TEXT and rest[length:]:
        text = rest[length:].decode("utf-8", "replace")
        return "text", {"node": rest[:length].decode("utf-8", "replace"), "text": text}
    if kind != _PREVIEW or not rest[length:]:
        return None
    try:
        about = json.loads(rest[:length])
    except ValueError:
        return None
    if not isinstance(about, dict):
        return None
    mime, node, prompt_id = (str(about.get(key) or "") for key in ("image_type", "node_id", "prompt_id"))
    return Frame(rest[length:], mime, node, prompt_id)
