"""One tree of errors: what happened, whose it is, what to do about it.

Every error that a person may see derives from :class:`StcoreError`. A face (page, terminal, runner) prints
``message`` and ``hint`` and never a traceback; programs read :meth:`StcoreError.to_dict`, which is the same object
everywhere. The classes of :class:`ProviderError` are the taxonomy of ``spec/sources/README.md`` section 3.7.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from stcore.spans import Span as Span

Whose = Literal["user", "configuration", "provider", "host"]


class StcoreError(Exception):
    """Something went wrong that a person can understand.

    ``message`` says what happened in plain words, ``hint`` what to do about it (may be empty).
    ``kind`` is the stable word that programs compare; ``whose`` names who can mend it.
    """

    kind: ClassVar[str] = "error"
    whose: ClassVar[Whose] = "host"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message

    def to_dict(self) -> dict[str, Any]:
        """The error as JSON-ready data, free of secrets and tracebacks; empty fields are left out."""
        fields = {"kind": self.kind, "whose": self.whose, "message": self.message, "hint": self.hint, **self.details()}
        return {key: value for key, value in fields.items() if value not in (None, "", [], {})}

    def details(self) -> dict[str, Any]:
        """Further JSON-ready fields of one class of errors."""
        return {}


# -- the person ------------------------------------------------------------------------------------------------------


class UserError(StcoreError):
    """The person asked for something that cannot be."""

    kind = "invalid"
    whose = "user"


class NotFound(UserError):
    """The named thing does not exist (any more)."""

    kind = "not_found"


class Forbidden(UserError):
    """Whoever asks may not have this: a wrong signature, another web site, an unknown host name."""

    kind = "forbidden"


class Taken(UserError):
    """The name belongs to something else already."""

    kind = "taken"


class TooLarge(UserError):
    """What was sent is larger than what is taken."""

    kind = "too_large"


class Busy(UserError):
    """It is being done already; one at a time."""

    kind = "busy"


class NeedsPerson(UserError):
    """A command asked a question and nobody is there to answer it."""

    kind = "needs_person"


class UnusablePicture(UserError):
    """The bytes are no picture that can be taken; ``code`` is the stable word for why (studio.md 3, Errors)."""

    kind = "unusable_picture"

    def __init__(
        self,
        message: str,
        *,
        code: Literal["no_file", "bad_type", "too_big", "too_many_pixels", "not_decodable"],
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code

    def details(self) -> dict[str, Any]:
        return {"code": self.code}


class UnusableCard(UserError):
    """The file is no character card that can be read."""

    kind = "unusable_card"


class ScriptError(UserError):
    """A slash script failed; ``span`` points into ``source``.

    ``trace`` is the chain that led there, outermost first: names of commands, closures and quick replies.
    """

    kind = "script"

    def __init__(
        self,
        message: str,
        *,
        source: str = "",
        span: Span | None = None,
        command: str = "",
        trace: tuple[str, ...] = (),
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.source, self.span, self.command, self.trace = source, span, command, trace

    def details(self) -> dict[str, Any]:
        where = {**self.span.to_dict(), "excerpt": self.span.excerpt(self.source)} if self.span else None
        return {"where": where, "command": self.command, "trace": list(self.trace)}


class ParseError(ScriptError):
    """The script could not be read; nothing of it ran."""

    kind = "parse"


class ExecutionError(ScriptError):
    """A command of the script failed; what ran before it stays done."""

    kind = "execution"


# -- the set-up ------------------------------------------------------------------------------------------------------


class ConfigurationError(StcoreError):
    """The set-up does not allow it: a missing key, a wrong address, a broken settings file."""

    kind = "configuration"
    whose = "configuration"


class SettingsError(ConfigurationError):
    """A settings file cannot be used; it is left as it is. ``line`` counts from 1, 0 when unknown."""

    kind = "settings"

    def __init__(self, message: str, *, file: str, line: int = 0, key: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.file, self.line, self.key = file, line, key

    def details(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line or None, "key": self.key}


class DefinitionError(ConfigurationError):
    """Code declares something that cannot be: a macro without a name, a required argument behind an optional one."""

    kind = "definition"


class CannotSee(ConfigurationError):
    """The model that was asked about a picture cannot be shown pictures."""

    kind = "cannot_see"


class PluginError(ConfigurationError):
    """A plugin cannot be used. ``plugin`` is its name."""

    kind = "plugin"

    def __init__(self, message: str, *, plugin: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.plugin = plugin

    def details(self) -> dict[str, Any]:
        return {"plugin": self.plugin}


# -- this program ----------------------------------------------------------------------------------------------------


class HostError(StcoreError):
    """This program or the machine it runs on is at fault."""

    kind = "host"


class StorageError(HostError):
    """The data folder or the database cannot be read or written."""

    kind = "storage"


class Interrupted(HostError):
    """The host stopped in the middle and the source cannot tell how it went on. Retry is safe to offer."""

    kind = "interrupted"


# -- the far side ----------------------------------------------------------------------------------------------------


class ProviderError(StcoreError):
    """A source or model answered with a failure, or did not answer.

    ``vendor`` is the vendor's own text, shortened and free of secrets; ``retry_after`` is in seconds; ``billed`` is
    ``None`` when unknown. ``retryable`` says whether a machine may try again by itself, and only before the request
    was accepted.
    """

    kind = "provider"
    whose: ClassVar[Whose] = "provider"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        vendor: str = "",
        status: int | None = None,
        code: str = "",
        request_id: str = "",
        retry_after: float | None = None,
        field: str = "",
        billed: bool | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.vendor, self.status, self.code, self.request_id = vendor[:2000], status, code, request_id
        self.retry_after, self.field, self.billed = retry_after, field, billed

    def details(self) -> dict[str, Any]:
        names = ("vendor", "status", "code", "request_id", "retry_after", "field", "billed")
        return {name: getattr(self, name) for name in names}


class AuthError(ProviderError):
    """The key is missing or wrong."""

    kind = "auth"
    whose = "configuration"


class PermissionRefused(ProviderError):
    """The key is fine but may not do this (organisation not verified, region, plan)."""

    kind = "permission"
    whose = "configuration"


class QuotaError(ProviderError):
    """No credit, or the day's limit is used up."""

    kind = "quota"
    whose = "configuration"


class RateLimited(ProviderError):
    """Too fast, or too many at once."""

    kind = "rate_limited"
    retryable = True


class BadRequest(ProviderError):
    """A field of the request is wrong; ``field`` names it when known."""

    kind = "bad_request"
    whose = "user"


class BadInputImage(ProviderError):
    """A reference picture is unreadable, too big or too small."""

    kind = "bad_input_image"
    whose = "user"


class Unsupported(ProviderError):
    """Found while planning, before any call: this source cannot do what was asked."""

    kind = "unsupported"
    whose = "user"


class Refused(ProviderError):
    """Moderation said no. Never retried unchanged.

    ``stage`` is where: ``input``, ``output`` or ``unknown``; ``partial`` when other pictures of the run were made.
    """

    kind = "refused"
    whose = "user"

    def __init__(
        self,
        message: str,
        *,
        stage: Literal["input", "output", "unknown"] = "unknown",
        categories: tuple[str, ...] = (),
        partial: bool = False,
        image_replaced: bool = False,
        **fields: Any,
    ) -> None:
        super().__init__(message, **fields)
        self.stage, self.categories, self.partial, self.image_replaced = stage, categories, partial, image_replaced

    def details(self) -> dict[str, Any]:
        return {
            **super().details(),
            "stage": self.stage,
            "categories": list(self.categories),
            "partial": self.partial,
            "image_replaced": self.image_replaced,
        }


class NoImage(ProviderError):
    """The source finished without a picture; ``text`` is what it said instead."""

    kind = "no_image"

    def __init__(self, message: str, *, text: str = "", **fields: Any) -> None:
        super().__init__(message, **fields)
        self.text = text

    def details(self) -> dict[str, Any]:
        return {**super().details(), "text": self.text}


class ModelUnavailable(ProviderError):
    """The model is gone, not enabled, or nobody serves it; ``suggestions`` are other ids."""

    kind = "model_unavailable"
    whose = "configuration"

    def __init__(self, message: str, *, suggestions: tuple[str, ...] = (), **fields: Any) -> None:
        super().__init__(message, **fields)
        self.suggestions = suggestions

    def details(self) -> dict[str, Any]:
        return {**super().details(), "suggestions": list(self.suggestions)}


class ColdStart(ProviderError):
    """The model is loading; try again slowly."""

    kind = "cold_start"
    retryable = True


class ServerError(ProviderError):
    """The far server failed (5xx)."""

    kind = "server"
    retryable = True


class NetworkError(ProviderError):
    """Name, TLS or connection trouble before anything was accepted."""

    kind = "network"
    retryable = True


class UnknownOutcome(ProviderError):
    """The request was sent and the answer lost: it may be running, it may be billed. Never sent again by itself."""

    kind = "unknown_outcome"


class JobLost(ProviderError):
    """The far side no longer knows the job."""

    kind = "job_lost"


class Cancelled(ProviderError):
    """Stopped by the person."""

    kind = "cancelled"
    whose = "user"


class DeadlinePassed(ProviderError):
    """Our own time limit passed."""

    kind = "timeout"


class BadResponse(ProviderError):
    """The answer could not be understood: wrong JSON, a picture that is none, an HTML page."""

    kind = "bad_response"


class Misconfigured(ProviderError):
    """Wrong address, wrong version, something missing from a workflow."""

    kind = "misconfigured"
    whose = "configuration"


class Reported(StcoreError):
    """An error that was stored or sent as data and is shown again; ``kind`` and ``whose`` are those it had."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(str(data.get("message", "")), hint=str(data.get("hint", "")))
        self.data = data

    def to_dict(self) -> dict[str, Any]:
        return dict(self.data)
