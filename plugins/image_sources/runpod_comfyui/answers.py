"""What a job that is over left behind: pictures in every form that workers know, or the reason why there are none."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from stcore import (
    Cancelled,
    Connection,
    DeadlinePassed,
    Event,
    Log,
    Misconfigured,
    ProviderError,
    Result,
    ServerError,
    decode_base64,
    is_picture_name,
    made_no_picture,
)

from .jobs import Job, literals_text

_MEMORY_HINT = "Choose a smaller size or a smaller model, or an endpoint with more memory."
_TEXTS = ("data", "image", "url", "message")
_LONGEST_REASON = 500
_DETAILS = re.compile(r"""'details': (?:'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)+)")""")
"""Workers print the faults of nodes as they have them in memory."""


@dataclass(slots=True)
class Output:
    """The output of a worker: texts that are pictures (base64, data URL or address), other files, warnings."""

    pictures: list[tuple[str, str]] = field(default_factory=list, repr=False)
    """Name and text."""
    others: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


async def results_of(job: Job, connection: Connection, first: int) -> AsyncIterator[Event]:
    """The pictures of a job that is over, numbered from ``first``; raises why there are none."""
    if job.status != "COMPLETED" or _admits_failure(job.answer.get("output")):
        raise _failure(job, connection)
    output = read_output(job.answer.get("output"))
    for line in output.warnings:
        yield Log(connection.http.scrub(line))
    origin: Literal["sent", "unknown"] = "unknown" if job.seed is None else "sent"
    for index, (name, text) in enumerate(output.pictures, start=first):
        data = await _bytes(connection, text)
        meta = {"job_id": job.id, "file": name, **_times(job.answer)}
        yield Result(data, index=index, seed=job.seed, seed_origin=origin, meta=meta)
    if not output.pictures:
        if output.warnings and not output.others:
            raise _broke(job, connection, "\n".join(output.warnings))
        raise made_no_picture(output.others)


def read_output(output: Any) -> Output:
    """Any generation of workers: ``images``, ``message``, a bare list, a bare text."""
    found = Output()
    if isinstance(output, dict):
        found.warnings = [str(line) for line in _list(output.get("errors"))]
        items = output.get("images")
        if not isinstance(items, list):
            items = [output] if any(isinstance(output.get(name), str) for name in _TEXTS) else []
    else:
        items = output if isinstance(output, list) else [output]
    for item in items:
        name, text = _item(item)
        if not text:
            continue
        if is_picture_name(name):
            found.pictures.append((name, text))
        else:
            found.others.append(name)
    return found


def _failure(job: Job, connection: Connection) -> ProviderError:
    """Why a job ended without success, in RunPod's own words (Q28)."""
    reason = _reason(job.answer)
    if job.status == "CANCELLED":
        return Cancelled("Somebody cancelled this job at RunPod.", vendor=connection.http.scrub(reason))
    if job.status == "TIMED_OUT":
        return DeadlinePassed(
            "RunPod stopped the job: it took longer than the endpoint allows.",
            vendor=connection.http.scrub(reason),
            hint="Raise the execution timeout of the endpoint at RunPod, or ask for less.",
            billed=True,
        )
    return _broke(job, connection, reason)


def _broke(job: Job, connection: Connection, reason: str) -> ProviderError:
    """The error of a job that failed on its worker, as something to act on."""
    said = connection.http.scrub(reason)
    facts: dict[str, Any] = {"vendor": said, "billed": bool(job.answer.get("executionTime")) or None}
    short = f": {_shortened(said)}" if said else ", and RunPod gives no reason."
    lowered = said.lower()
    if "out of memory" in lowered or "outofmemory" in lowered:
        return ServerError(f"The worker ran out of memory{short}", hint=_MEMORY_HINT, **facts)
    if "validation" in lowered:
        hint = "Models and nodes have to be part of the worker's image or volume."
        if job.literals:
            hint = f"{literals_text(job.literals)} Write the values into the workflow."
        return Misconfigured(f"The worker refused the workflow{short}", hint=hint, **facts)
    return ServerError(f"The job failed{short}", hint="The endpoint's log at RunPod says more.", **facts)


def _shortened(reason: str) -> str:
    """A reason of readable length; of the worker's lists of faults only their details."""
    details = [one or other for one, other in _DETAILS.findall(reason)]
    text = "; ".join(details[:3]) if details else reason
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]} ..."


def _reason(answer: Mapping[str, Any]) -> str:
    """The words about a failure: a text, JSON inside a text, and details beside it."""
    error: Any = answer.get("error")
    if isinstance(error, str) and error.lstrip().startswith("{"):
        try:
            error = json.loads(error)
        except ValueError:
            error = str(error)
    if isinstance(error, dict):
        error = error.get("error_message") or error.get("message") or error.get("error") or json.dumps(error)
    output = answer.get("output")
    more: list[Any] = []
    if isinstance(output, dict):
        error = error or output.get("error") or output.get("message")
        more = [*_list(output.get("details")), *_list(output.get("errors"))]
    elif isinstance(output, str):
        error = error or output
    lines = [str(line).strip() for line in (error, *more) if line]
    return "\n".join(dict.fromkeys(filter(None, lines)))


def _item(item: Any) -> tuple[str, str]:
    """Name and text of one picture."""
    if isinstance(item, str):
        return _named("", item), item
    if not isinstance(item, dict):
        return "", ""
    text = next((item[name] for name in _TEXTS if isinstance(item.get(name), str) and item[name]), "")
    return _named(str(item.get("filename") or item.get("name") or ""), text), text


def _named(name: str, text: str) -> str:
    """The name of a file, taken from its address or type where nothing else names it."""
    if not name and _is_address(text):
        return urlsplit(text).path.rpartition("/")[2]
    if not name and text.startswith("data:video/"):
        return "video." + text[len("data:video/") :].partition(";")[0]
    return name


def _admits_failure(output: Any) -> bool:
    """Old workers complete a job and say inside that it failed."""
    if not isinstance(output, dict) or output.get("images"):
        return False
    return output.get("status") == "error" or bool(output.get("error"))


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


async def _bytes(connection: Connection, text: str) -> bytes:
    if _is_address(text):
        return await connection.http.download(text)
    return await asyncio.to_thread(decode_base64, text)


def _times(answer: Mapping[str, Any]) -> dict[str, float]:
    """How long it waited and worked, in seconds."""
    names = {"delayTime": "waited_seconds", "executionTime": "worked_seconds"}
    return {
        ours: answer[theirs] / 1000
        for theirs, ours in names.items()
        if isinstance(answer.get(theirs), int | float) and not isinstance(answer[theirs], bool)
    }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
