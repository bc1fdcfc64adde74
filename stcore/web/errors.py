"""How an error becomes an HTTP answer: ``{"error": {...}}`` with the status of the table below, always."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from stcore.errors import HostError, NotFound, StcoreError, TooLarge, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from pydantic import ValidationError
    from starlette.requests import Request

log = logging.getLogger("stcore.web")

STATUS: Mapping[str, int] = {
    # the person
    "invalid": 400,
    "forbidden": 403,
    "not_found": 404,
    "taken": 409,
    "busy": 409,
    "needs_person": 409,
    "too_large": 413,
    "unusable_card": 400,
    "script": 422,
    "parse": 422,
    "execution": 422,
    # the set-up
    "configuration": 409,
    "settings": 409,
    "definition": 409,
    "cannot_see": 409,
    "plugin": 409,
    # this program
    "error": 500,
    "host": 500,
    "interrupted": 500,
    "storage": 507,
    # the far side (studio.md section 7, Errors as behaviours)
    "provider": 502,
    "auth": 502,
    "permission": 502,
    "quota": 502,
    "rate_limited": 503,
    "bad_request": 400,
    "bad_input_image": 400,
    "unsupported": 400,
    "refused": 422,
    "no_image": 502,
    "model_unavailable": 409,
    "cold_start": 503,
    "server": 503,
    "network": 503,
    "unknown_outcome": 502,
    "job_lost": 502,
    "cancelled": 409,
    "timeout": 504,
    "bad_response": 502,
    "misconfigured": 409,
}
"""The status of each kind of error. A kind that is not here (a plugin's own) takes that of whose it is."""

_STATUS_OF_WHOSE = {"user": 400, "configuration": 409, "provider": 502, "host": 500}
_STATUS_OF_PICTURE = {"bad_type": 415, "too_big": 413}


def status_of(error: StcoreError) -> int:
    """The HTTP status of an error."""
    told = error.to_dict()
    kind, whose = told.get("kind", "error"), told.get("whose", "host")
    if kind == "unusable_picture":
        return _STATUS_OF_PICTURE.get(told.get("code", ""), 400)
    return STATUS.get(kind) or _STATUS_OF_WHOSE.get(whose, 500)


def answer(error: StcoreError, status: int | None = None, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer that tells ``error``; a known waiting time becomes ``Retry-After``."""
    headers = dict(headers or {})
    if (wait := getattr(error, "retry_after", None)) is not None:
        headers["Retry-After"] = str(math.ceil(wait))
    return JSONResponse({"error": error.to_dict()}, status or status_of(error), headers)


def misfit(error: ValidationError, hint: str) -> UserError:
    """What is wrong with values that a model of the host refused, field by field."""
    problems = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
    return UserError(f"{'; '.join(problems)}.", hint=hint)


def install(app: FastAPI) -> None:
    """Make every failure of ``app`` answer in the one shape."""
    app.add_exception_handler(StcoreError, _told)
    app.add_exception_handler(RequestValidationError, _misfilled)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(Exception, _unexpected)


async def _told(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StcoreError)
    if error.whose == "host":
        log.error("%s", error.message, exc_info=error)
    return answer(error)


async def _misfilled(_request: Request, error: Exception) -> JSONResponse:
    """A request of the wrong shape: 400 when it is not JSON, otherwise 422 with every field that is wrong."""
    assert isinstance(error, RequestValidationError)
    problems = error.errors()
    if problems and problems[0]["type"] == "json_invalid":
        reason = problems[0].get("ctx", {}).get("error", "")
        return answer(UserError(f"The request is not JSON: {reason}."), 400)
    fields = [{"field": _place(problem["loc"]), "message": str(problem["msg"])} for problem in problems]
    told = UserError("; ".join(f"{field['field']}: {field['message']}" for field in fields) + ".")
    return JSONResponse({"error": {**told.to_dict(), "fields": fields}}, 422)


def _place(location: tuple[int | str, ...]) -> str:
    inside = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    return ".".join(map(str, inside)) or "body"


async def _of_the_framework(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: unknown addresses, wrong methods, bodies over the limit."""
    assert isinstance(error, HTTPException)
    path, method = request.url.path, request.method
    told: dict[int, StcoreError] = {
        404: NotFound(f"There is nothing at {path}."),
        405: UserError(f"{path} does not take {method}."),
        413: TooLarge(str(error.detail)),
    }
    return answer(told.get(error.status_code, UserError(str(error.detail))), error.status_code, error.headers)


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    """A fault of ours; the server logs it with its traceback."""
    return answer(HostError("Something went wrong inside stcore.", hint="The program's log says more."))


def documented() -> dict[int | str, dict[str, Any]]:
    """The error answers for the OpenAPI description, which are the same everywhere."""
    shape = {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["kind", "whose", "message"],
                "properties": {
                    "kind": {"type": "string", "description": "the stable word for the error"},
                    "whose": {"type": "string", "enum": ["user", "configuration", "provider", "host"]},
                    "message": {"type": "string", "description": "what happened, for people"},
                    "hint": {"type": "string", "description": "what to do about it"},
                },
            }
        },
    }
    content = {"application/json": {"schema": shape}}
    texts = {"4XX": "It cannot be done; `error` says why.", "5XX": "The host or a source failed; `error` says how."}
    return {status: {"description": text, "content": content} for status, text in texts.items()}
