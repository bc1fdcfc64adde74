"""The open chat (spec/macros.md section 13.5); message texts are inserted as they are."""

from __future__ import annotations

from collections.abc import Callable

from stcore.macros.calls import MacroCall
from stcore.macros.definitions import macro
from stcore.macros.environment import Message


def _last_index(call: MacroCall, wanted: Callable[[Message], bool] = lambda message: True) -> int | None:
    """The newest wanted message that is not being generated."""
    messages = call.environment.chat.messages
    for index in range(len(messages) - 1, -1, -1):
        if not messages[index].is_pending and wanted(messages[index]):
            return index
    return None


def _last_text(call: MacroCall, wanted: Callable[[Message], bool] = lambda message: True) -> str:
    index = _last_index(call, wanted)
    return "" if index is None else call.environment.chat.messages[index].text


@macro(
    "lastMessage", group="chat", returns="The text as it stands.", examples=[("{{lastMessage}}", "Is the lamp lit?")]
)
def last_message(call: MacroCall) -> str:
    """The text of the last message."""
    return _last_text(call)


@macro(
    "lastMessageId", group="chat", returns="A number; nothing in an empty chat.", examples=[("{{lastMessageId}}", "3")]
)
def last_message_id(call: MacroCall) -> int | None:
    """The number of the last message, counted from 0."""
    return _last_index(call)


@macro(
    "lastUserMessage",
    group="chat",
    returns="The text as it stands.",
    examples=[("{{lastUserMessage}}", "Is the lamp lit?")],
)
def last_user_message(call: MacroCall) -> str:
    """The text of the last message by the user."""
    return _last_text(call, lambda message: message.is_user and not message.is_hidden)


@macro(
    "lastCharMessage",
    group="chat",
    returns="The text as it stands.",
    examples=[("{{lastCharMessage}}", "Come in, the kettle is on.")],
)
def last_char_message(call: MacroCall) -> str:
    """The text of the last message that is not by the user."""
    return _last_text(call, lambda message: not message.is_user and not message.is_hidden)


@macro(
    "firstIncludedMessageId",
    group="chat",
    returns="A number; nothing when no prompt was made yet.",
    examples=[("{{firstIncludedMessageId}}", "1")],
)
def first_included_message_id(call: MacroCall) -> int | None:
    """The number of the first message that went into the last prompt."""
    return call.environment.chat.first_included


@macro(
    "firstDisplayedMessageId",
    group="chat",
    returns="A number; nothing when none is shown.",
    examples=[("{{firstDisplayedMessageId}}", "0")],
)
def first_displayed_message_id(call: MacroCall) -> int | None:
    """The number of the first message on the screen."""
    return call.environment.chat.first_displayed


def _newest(call: MacroCall) -> Message | None:
    messages = call.environment.chat.messages
    return messages[-1] if messages else None


@macro(
    "lastSwipeId", group="chat", returns="A number; nothing when there are none.", examples=[("{{lastSwipeId}}", "2")]
)
def last_swipe_id(call: MacroCall) -> int | None:
    """How many swipes the last message has."""
    message = _newest(call)
    return len(message.swipes) if message and message.swipes else None


@macro(
    "currentSwipeId",
    group="chat",
    returns="A number; nothing when there are none.",
    examples=[("{{currentSwipeId}}", "1")],
)
def current_swipe_id(call: MacroCall) -> int | None:
    """The number of the swipe of the last message that is shown, counted from 1."""
    message = _newest(call)
    return message.swipe + 1 if message and message.swipe is not None else None


@macro(
    "allChatRange", group="chat", returns="A range; nothing for an empty chat.", examples=[("{{allChatRange}}", "0-3")]
)
def all_chat_range(call: MacroCall) -> str:
    """All messages as a range, like 0-41."""
    count = len(call.environment.chat.messages)
    return f"0-{count - 1}" if count else ""


@macro(
    "summary",
    group="chat",
    returns="The text; nothing when there is none.",
    examples=[("{{summary}}", "Mira came in from the storm.")],
)
def summary(call: MacroCall) -> str:
    """The latest summary of the chat."""
    return call.environment.state.summary


MACROS = (
    last_message,
    last_message_id,
    last_user_message,
    last_char_message,
    first_included_message_id,
    first_displayed_message_id,
    last_swipe_id,
    current_swipe_id,
    all_chat_range,
    summary,
)
