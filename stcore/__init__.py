"""Everything a plugin author imports: ``from stcore import ImageSource, Options, Picture, hookimpl``.

Names are loaded when first asked for, so that ``import stcore`` costs nothing and a script that draws no picture
never imports what pictures need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "stcore.hookspecs": ("hookimpl",),
    "stcore.errors": (
        "AuthError",
        "BadInputImage",
        "BadRequest",
        "BadResponse",
        "Cancelled",
        "ColdStart",
        "ConfigurationError",
        "DeadlinePassed",
        "ExecutionError",
        "JobLost",
        "Misconfigured",
        "ModelUnavailable",
        "NetworkError",
        "NoImage",
        "NotFound",
        "PermissionRefused",
        "ProviderError",
        "QuotaError",
        "RateLimited",
        "Refused",
        "ServerError",
        "StcoreError",
        "UnknownOutcome",
        "Unsupported",
        "UserError",
    ),
    "stcore.images.request": (
        "Adjustment",
        "Auto",
        "Hires",
        "ImageRequest",
        "Lora",
        "MatchReference",
        "Named",
        "Pixels",
        "Plan",
        "Ratio",
        "Reference",
        "Workflow",
    ),
    "stcore.images.capabilities": (
        "Balance",
        "BooleanField",
        "Capabilities",
        "EnumField",
        "Health",
        "ModelInfo",
        "ModelPage",
        "RangeField",
        "ReferencesField",
        "RoleLimits",
        "SchemaField",
        "SizeField",
        "SizeSpec",
        "TextField",
    ),
    "stcore.images.events": (
        "Accepted",
        "Adjusted",
        "CancelOutcome",
        "CancelledEvent",
        "Done",
        "Event",
        "Failed",
        "Log",
        "Picture",
        "Preview",
        "Queued",
        "Result",
        "Running",
        "Text",
    ),
    "stcore.images.source": ("Connection", "ImageSource", "Options", "SourceInfo", "SourceJob"),
    "stcore.images.workflows": ("fill_workflow",),
    "stcore.text.model": (
        "ChatMessage",
        "Completion",
        "Finish",
        "ImagePiece",
        "Piece",
        "ReasoningPiece",
        "TextConnection",
        "TextModel",
        "TextPiece",
        "Tool",
        "ToolCall",
        "ToolCallPiece",
    ),
    "stcore.net": ("Answer", "Http"),
    "stcore.commands": ("Call", "Command", "Example", "Named", "Unnamed", "command"),
    "stcore.macros": ("Argument", "Macro", "macro"),
}

_NAMES = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_NAMES)]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'stcore' has no attribute {name!r}")
    value = getattr(import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


if TYPE_CHECKING:
    from stcore.commands import (
        Call as Call,
    )
    from stcore.commands import (
        Command as Command,
    )
    from stcore.commands import (
        Example as Example,
    )
    from stcore.commands import (
        Named as Named,
    )
    from stcore.commands import (
        Unnamed as Unnamed,
    )
    from stcore.commands import (
        command as command,
    )
    from stcore.errors import (
        AuthError as AuthError,
    )
    from stcore.errors import (
        BadInputImage as BadInputImage,
    )
    from stcore.errors import (
        BadRequest as BadRequest,
    )
    from stcore.errors import (
        BadResponse as BadResponse,
    )
    from stcore.errors import (
        Cancelled as Cancelled,
    )
    from stcore.errors import (
        ColdStart as ColdStart,
    )
    from stcore.errors import (
        ConfigurationError as ConfigurationError,
    )
    from stcore.errors import (
        DeadlinePassed as DeadlinePassed,
    )
    from stcore.errors import (
        ExecutionError as ExecutionError,
    )
    from stcore.errors import (
        JobLost as JobLost,
    )
    from stcore.errors import (
        Misconfigured as Misconfigured,
    )
    from stcore.errors import (
        ModelUnavailable as ModelUnavailable,
    )
    from stcore.errors import (
        NetworkError as NetworkError,
    )
    from stcore.errors import (
        NoImage as NoImage,
    )
    from stcore.errors import (
        NotFound as NotFound,
    )
    from stcore.errors import (
        PermissionRefused as PermissionRefused,
    )
    from stcore.errors import (
        ProviderError as ProviderError,
    )
    from stcore.errors import (
        QuotaError as QuotaError,
    )
    from stcore.errors import (
        RateLimited as RateLimited,
    )
    from stcore.errors import (
        Refused as Refused,
    )
    from stcore.errors import (
        ServerError as ServerError,
    )
    from stcore.errors import (
        StcoreError as StcoreError,
    )
    from stcore.errors import (
        UnknownOutcome as UnknownOutcome,
    )
    from stcore.errors import (
        Unsupported as Unsupported,
    )
    from stcore.errors import (
        UserError as UserError,
    )
    from stcore.hookspecs import (
        hookimpl as hookimpl,
    )
    from stcore.images.capabilities import (
        Balance as Balance,
    )
    from stcore.images.capabilities import (
        BooleanField as BooleanField,
    )
    from stcore.images.capabilities import (
        Capabilities as Capabilities,
    )
    from stcore.images.capabilities import (
        EnumField as EnumField,
    )
    from stcore.images.capabilities import (
        Health as Health,
    )
    from stcore.images.capabilities import (
        ModelInfo as ModelInfo,
    )
    from stcore.images.capabilities import (
        ModelPage as ModelPage,
    )
    from stcore.images.capabilities import (
        RangeField as RangeField,
    )
    from stcore.images.capabilities import (
        ReferencesField as ReferencesField,
    )
    from stcore.images.capabilities import (
        RoleLimits as RoleLimits,
    )
    from stcore.images.capabilities import (
        SchemaField as SchemaField,
    )
    from stcore.images.capabilities import (
        SizeField as SizeField,
    )
    from stcore.images.capabilities import (
        SizeSpec as SizeSpec,
    )
    from stcore.images.capabilities import (
        TextField as TextField,
    )
    from stcore.images.events import (
        Accepted as Accepted,
    )
    from stcore.images.events import (
        Adjusted as Adjusted,
    )
    from stcore.images.events import (
        CancelledEvent as CancelledEvent,
    )
    from stcore.images.events import (
        CancelOutcome as CancelOutcome,
    )
    from stcore.images.events import (
        Done as Done,
    )
    from stcore.images.events import (
        Event as Event,
    )
    from stcore.images.events import (
        Failed as Failed,
    )
    from stcore.images.events import (
        Log as Log,
    )
    from stcore.images.events import (
        Picture as Picture,
    )
    from stcore.images.events import (
        Preview as Preview,
    )
    from stcore.images.events import (
        Queued as Queued,
    )
    from stcore.images.events import (
        Result as Result,
    )
    from stcore.images.events import (
        Running as Running,
    )
    from stcore.images.events import (
        Text as Text,
    )
    from stcore.images.request import (
        Adjustment as Adjustment,
    )
    from stcore.images.request import (
        Auto as Auto,
    )
    from stcore.images.request import (
        Hires as Hires,
    )
    from stcore.images.request import (
        ImageRequest as ImageRequest,
    )
    from stcore.images.request import (
        Lora as Lora,
    )
    from stcore.images.request import (
        MatchReference as MatchReference,
    )
    from stcore.images.request import (
        Named as Named,
    )
    from stcore.images.request import (
        Pixels as Pixels,
    )
    from stcore.images.request import (
        Plan as Plan,
    )
    from stcore.images.request import (
        Ratio as Ratio,
    )
    from stcore.images.request import (
        Reference as Reference,
    )
    from stcore.images.request import (
        Workflow as Workflow,
    )
    from stcore.images.source import (
        Connection as Connection,
    )
    from stcore.images.source import (
        ImageSource as ImageSource,
    )
    from stcore.images.source import (
        Options as Options,
    )
    from stcore.images.source import (
        SourceInfo as SourceInfo,
    )
    from stcore.images.source import (
        SourceJob as SourceJob,
    )
    from stcore.images.workflows import (
        fill_workflow as fill_workflow,
    )
    from stcore.macros import (
        Argument as Argument,
    )
    from stcore.macros import (
        Macro as Macro,
    )
    from stcore.macros import (
        macro as macro,
    )
    from stcore.net import (
        Answer as Answer,
    )
    from stcore.net import (
        Http as Http,
    )
    from stcore.text.model import (
        ChatMessage as ChatMessage,
    )
    from stcore.text.model import (
        Completion as Completion,
    )
    from stcore.text.model import (
        Finish as Finish,
    )
    from stcore.text.model import (
        ImagePiece as ImagePiece,
    )
    from stcore.text.model import (
        Piece as Piece,
    )
    from stcore.text.model import (
        ReasoningPiece as ReasoningPiece,
    )
    from stcore.text.model import (
        TextConnection as TextConnection,
    )
    from stcore.text.model import (
        TextModel as TextModel,
    )
    from stcore.text.model import (
        TextPiece as TextPiece,
    )
    from stcore.text.model import (
        Tool as Tool,
    )
    from stcore.text.model import (
        ToolCall as ToolCall,
    )
    from stcore.text.model import (
        ToolCallPiece as ToolCallPiece,
    )
