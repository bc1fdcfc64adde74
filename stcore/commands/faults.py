"""A failing command becomes an :class:`ExecutionError` that says which command, where, and what led there."""

from __future__ import annotations

import logging

from stcore.commands.syntax import ClosureNode, CommandNode, Script
from stcore.errors import ExecutionError, ScriptError, Span, StcoreError

logger = logging.getLogger(__name__)

_LONGEST_TRACE = 20


def wrap_error(error: Exception, node: CommandNode, script: Script) -> ExecutionError:
    """The error of the command ``node``. Every enclosing command wraps it again, so the outermost is reported (13.2).

    ``trace`` keeps the way there, outermost first.
    """
    hint = ""
    trace: tuple[str, ...] = (node.name,)
    if isinstance(error, StcoreError):
        message, hint = error.message, error.hint
        if isinstance(error, ScriptError):
            trace = (node.name, *error.trace)[:_LONGEST_TRACE]
    else:
        logger.error("/%s failed", node.name, exc_info=error)
        message = f"/{node.name} failed inside: {type(error).__name__}: {error}"
        hint = f"This is a fault of {node.command.plugin or 'the host'}, not of the script."
    span = Span.at(script.source, node.start, node.end)
    return ExecutionError(message, source=script.source, span=span, command=node.name, trace=trace, hint=hint)


def closure_error(error: StcoreError, node: ClosureNode, script: Script) -> ExecutionError:
    """The error of a closure that cannot begin, which is the fault of no command in it."""
    span = Span.at(script.source, node.start, node.end)
    return ExecutionError(error.message, source=script.source, span=span, hint=error.hint)
