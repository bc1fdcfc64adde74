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
        "NamedSize",
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
        "Refusal",
        "Result",
        "Running",
        "Text",
    ),
    "stcore.images.graphs": (
        "LISTED",
        "checked_nodes",
        "chosen_text",
        "chosen_workflow",
        "fill_request",
        "graph_defaults",
        "graph_fields",
        "graph_modes",
        "is_picture_name",
        "made_no_picture",
        "picture_files",
    ),
    "stcore.images.masks": ("white_masks",),
    "stcore.images.filling": ("bound_fields", "check_graph", "fill_workflow", "parse_workflow", "placeholders"),
    "stcore.images.planning": ("plan_request", "split_plan"),
    "stcore.images.source": ("Connection", "Endpoint", "ImageSource", "Options", "SourceInfo", "SourceJob"),
    "stcore.images.interactive": ("Triggers",),
    "stcore.images.styles": ("Style",),
    "stcore.images.workflows": ("WorkflowLibrary",),
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
    "stcore.text.pieces": ("ThinkSplitter", "ToolCallCollector"),
    "stcore.text.vision": ("shrink_picture",),
    "stcore.net": ("Answer", "Http", "Socket", "decode_base64", "parse_headers", "poll"),
    "stcore.commands": ("Call", "Command", "Example", "Named", "Unnamed", "command"),
    "stcore.macros": (
        "Argument",
        "ListPart",
        "Macro",
        "MacroCall",
        "MacroFailure",
        "MacroProcessor",
        "MacroProvider",
        "macro",
        "value_macro",
    ),
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
        Command as Command,
        Example as Example,
        Named as Named,
        Unnamed as Unnamed,
        command as command,
    )
    from stcore.errors import (
        AuthError as AuthError,
        BadInputImage as BadInputImage,
        BadRequest as BadRequest,
        BadResponse as BadResponse,
        Cancelled as Cancelled,
        ColdStart as ColdStart,
        ConfigurationError as ConfigurationError,
        DeadlinePassed as DeadlinePassed,
        ExecutionError as ExecutionError,
        JobLost as JobLost,
        Misconfigured as Misconfigured,
        ModelUnavailable as ModelUnavailable,
        NetworkError as NetworkError,
        NoImage as NoImage,
        NotFound as NotFound,
        PermissionRefused as PermissionRefused,
        ProviderError as ProviderError,
        QuotaError as QuotaError,
        RateLimited as RateLimited,
        Refused as Refused,
        ServerError as ServerError,
        StcoreError as StcoreError,
        UnknownOutcome as UnknownOutcome,
        Unsupported as Unsupported,
        UserError as UserError,
    )
    from stcore.hookspecs import hookimpl as hookimpl
    from stcore.images.capabilities import (
        Balance as Balance,
        BooleanField as BooleanField,
        Capabilities as Capabilities,
        EnumField as EnumField,
        Health as Health,
        ModelInfo as ModelInfo,
        ModelPage as ModelPage,
        RangeField as RangeField,
        ReferencesField as ReferencesField,
        RoleLimits as RoleLimits,
        SchemaField as SchemaField,
        SizeField as SizeField,
        SizeSpec as SizeSpec,
        TextField as TextField,
    )
    from stcore.images.events import (
        Accepted as Accepted,
        Adjusted as Adjusted,
        CancelledEvent as CancelledEvent,
        CancelOutcome as CancelOutcome,
        Done as Done,
        Event as Event,
        Failed as Failed,
        Log as Log,
        Picture as Picture,
        Preview as Preview,
        Queued as Queued,
        Refusal as Refusal,
        Result as Result,
        Running as Running,
        Text as Text,
    )
    from stcore.images.filling import (
        bound_fields as bound_fields,
        check_graph as check_graph,
        fill_workflow as fill_workflow,
        parse_workflow as parse_workflow,
        placeholders as placeholders,
    )
    from stcore.images.graphs import (
        LISTED as LISTED,
        checked_nodes as checked_nodes,
        chosen_text as chosen_text,
        chosen_workflow as chosen_workflow,
        fill_request as fill_request,
        graph_defaults as graph_defaults,
        graph_fields as graph_fields,
        graph_modes as graph_modes,
        is_picture_name as is_picture_name,
        made_no_picture as made_no_picture,
        picture_files as picture_files,
    )
    from stcore.images.interactive import Triggers as Triggers
    from stcore.images.masks import white_masks as white_masks
    from stcore.images.planning import plan_request as plan_request, split_plan as split_plan
    from stcore.images.request import (
        Adjustment as Adjustment,
        Auto as Auto,
        Hires as Hires,
        ImageRequest as ImageRequest,
        Lora as Lora,
        MatchReference as MatchReference,
        NamedSize as NamedSize,
        Pixels as Pixels,
        Plan as Plan,
        Ratio as Ratio,
        Reference as Reference,
        Workflow as Workflow,
    )
    from stcore.images.source import (
        Connection as Connection,
        Endpoint as Endpoint,
        ImageSource as ImageSource,
        Options as Options,
        SourceInfo as SourceInfo,
        SourceJob as SourceJob,
    )
    from stcore.images.styles import Style as Style
    from stcore.images.workflows import WorkflowLibrary as WorkflowLibrary
    from stcore.macros import (
        Argument as Argument,
        ListPart as ListPart,
        Macro as Macro,
        MacroCall as MacroCall,
        MacroFailure as MacroFailure,
        MacroProcessor as MacroProcessor,
        MacroProvider as MacroProvider,
        macro as macro,
        value_macro as value_macro,
    )
    from stcore.net import (
        Answer as Answer,
        Http as Http,
        Socket as Socket,
        decode_base64 as decode_base64,
        parse_headers as parse_headers,
        poll as poll,
    )
    from stcore.text.model import (
        ChatMessage as ChatMessage,
        Completion as Completion,
        Finish as Finish,
        ImagePiece as ImagePiece,
        Piece as Piece,
        ReasoningPiece as ReasoningPiece,
        TextConnection as TextConnection,
        TextModel as TextModel,
        TextPiece as TextPiece,
        Tool as Tool,
        ToolCall as ToolCall,
        ToolCallPiece as ToolCallPiece,
    )
    from stcore.text.pieces import ThinkSplitter as ThinkSplitter, ToolCallCollector as ToolCallCollector
    from stcore.text.vision import shrink_picture as shrink_picture
