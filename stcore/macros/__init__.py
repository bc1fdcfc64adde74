"""The ``{{macro}}`` language: text in, text out, never an exception (spec/macros.md).

>>> engine = MacroEngine()
>>> engine.expand("Hello {{char}}, I am {{user}}.", Environment(user="Mira", char="Tobin"))
'Hello Tobin, I am Mira.'
"""

from __future__ import annotations

from stcore.macros.calls import MacroCall, MacroFailure
from stcore.macros.definitions import Alias, Argument, ListPart, Macro, macro, value_macro
from stcore.macros.diagnostics import Diagnostic
from stcore.macros.engine import MacroEngine, Template
from stcore.macros.environment import (
    Card,
    Chat,
    ChatView,
    Environment,
    Group,
    Member,
    MemoryVariables,
    Message,
    Prompts,
    State,
    VariableStore,
)
from stcore.macros.pipeline import MacroProcessor, MacroProvider
from stcore.macros.registry import Registry

__all__ = [
    "Alias",
    "Argument",
    "Card",
    "Chat",
    "ChatView",
    "Diagnostic",
    "Environment",
    "Group",
    "ListPart",
    "Macro",
    "MacroCall",
    "MacroEngine",
    "MacroFailure",
    "MacroProcessor",
    "MacroProvider",
    "Member",
    "MemoryVariables",
    "Message",
    "Prompts",
    "Registry",
    "State",
    "Template",
    "VariableStore",
    "macro",
    "value_macro",
]
