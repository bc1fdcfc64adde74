"""A reply in which the model may call functions: after each call it is told the result and goes on writing."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stcore.errors import Cancelled, StcoreError
from stcore.text.model import ChatMessage, Completion, Tool, ToolCall
from stcore.text.reply import Reply

if TYPE_CHECKING:
    from stcore.chat.tools.box import ToolBox
    from stcore.commands.services import Ui
    from stcore.commands.services.tools import FunctionTool
    from stcore.text.model import TextConnection
    from stcore.text.reply import Replying

log = logging.getLogger("stcore.tools")

MOST_ROUNDS = 5
"""Times that the model may call functions before it has to answer."""

LONGEST_RESULT = 50_000
"""Characters of one result that the model is told."""

Make = Callable[[Completion], "Replying"]


async def calls_functions(connection: TextConnection) -> bool:
    """Whether the model of a connection can call functions at all."""
    if connection.model.form(connection.options) != "messages":
        return False
    model = str(getattr(connection.options, "model", "") or "")
    return "tools" in await connection.model.scopes(connection, model)


async def offered_tools(box: ToolBox, connection: TextConnection) -> tuple[Tool, ...]:
    """The functions that this model is offered now; none where it cannot call any."""
    tools = box.list()
    if not tools or not await calls_functions(connection):
        return ()
    wanted = [tool for tool in tools if tool.offered is None or await tool.offered()]
    return tuple(Tool(tool.name, tool.description, dict(tool.parameters)) for tool in wanted)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a function, as it is kept with the message."""

    call: ToolCall
    result: str
    stealth: bool = False
    display_name: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.call.id,
            "name": self.call.name,
            "displayName": self.display_name or self.call.name,
            "parameters": self.call.arguments,
            "result": self.result,
        }


class ToolRounds:
    """Like :class:`~stcore.text.reply.Replying`: drive :meth:`words`, keep :attr:`reply`, which is all rounds together.

    ``make`` begins the reply to a request.
    """

    def __init__(self, box: ToolBox, request: Completion, make: Make, ui: Ui | None = None) -> None:
        self._box, self._request, self._make, self._ui = box, request, make, ui
        self.reply = Reply()
        self.invocations: list[Invocation] = []

    async def words(self) -> AsyncGenerator[str, None]:
        """The words of the reply as they come."""
        request = self._request
        for number in range(MOST_ROUNDS + 1):
            if number == MOST_ROUNDS:
                request = replace(request, tools=())  # it has called often enough, and has to answer now
            made = self._make(request)
            gap = "\n\n" if self.reply.text else ""
            before = replace(self.reply)
            async with aclosing(made.words()) as pieces:
                async for words in pieces:
                    yield gap + words
                    gap = ""
                    self.reply = _joined(before, made.reply)
            self.reply = _joined(before, made.reply)
            calls = made.reply.calls
            if not calls:
                return
            done = [await self._invoke(call) for call in calls]
            self.invocations += done
            if all(invocation.stealth for invocation in done):
                return
            request = replace(request, messages=(*request.messages, *_told(made.reply.text, done)))

    async def _invoke(self, call: ToolCall) -> Invocation:
        """What a call gives; of a failure the person is told, and the model, since it may try otherwise."""
        tool = self._box.find(call.name)
        if tool is None:
            return Invocation(call, f"Error: there is no function {call.name}.")
        try:
            await self._announce(tool, call)
            result = await tool.action(call.arguments)
        except StcoreError as error:
            log.warning("The function %s failed: %s", call.name, error.message)
            if self._ui is not None and not tool.stealth and not isinstance(error, Cancelled):
                self._ui.toast(error.message, "error", tool.display_name or tool.name)
            result = f"Error: {error.message}"
        return Invocation(call, result[:LONGEST_RESULT], tool.stealth, tool.display_name)

    async def _announce(self, tool: FunctionTool, call: ToolCall) -> None:
        if self._ui is None or tool.stealth:
            return
        notice = await tool.announce(call.arguments) if tool.announce is not None else ""
        self._ui.toast(notice or f"Calling {tool.display_name or tool.name} …")


def _told(text: str, done: Sequence[Invocation]) -> list[ChatMessage]:
    """What the model is told of its calls."""
    calls = tuple(invocation.call for invocation in done)
    results = [ChatMessage("tool", invocation.result, tool_call_id=invocation.call.id) for invocation in done]
    return [ChatMessage("assistant", text, tool_calls=calls), *results]


def _joined(before: Reply, now: Reply) -> Reply:
    """Two rounds as one reply."""
    thoughts = "\n".join(filter(None, (before.reasoning, now.reasoning)))
    return Reply(
        text="\n\n".join(filter(None, (before.text, now.text))),
        reasoning=thoughts,
        calls=[*before.calls, *now.calls],
        pictures=[*before.pictures, *now.pictures],
        reason=now.reason,
        usage=now.usage,
    )
