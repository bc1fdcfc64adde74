"""How ``/break`` and ``/abort`` travel: past every command on the way to where they end.

Not errors, so they are no ``Exception``: a command that catches its own failures must not catch these.
"""

from __future__ import annotations

from stcore.commands.scope import BreakTarget, Value


class Break(BaseException):
    """``/break`` inside something that can be left; ``value`` becomes its result (spec/stscript.md 12.6)."""

    def __init__(self, target: BreakTarget, value: Value) -> None:
        super().__init__()
        self.target = target
        self.value = value


class Abort(BaseException):
    """The script ends here, wherever it is (13.3)."""

    def __init__(self, reason: str, *, quiet: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.quiet = quiet
