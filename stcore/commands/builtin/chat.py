"""Chats: new, other and former ones, branches and checkpoints (spec/commands.toml, group chat)."""

from __future__ import annotations

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.macros.numbers import js_json, read_number
from stcore.macros.text import trim

_NO_CHAT = "No chat is open."


@command(
    "newchat",
    group="chat",
    summary="Begin a new chat with the same character or group.",
    named=(Named("delete", "remove the chat that is left", "bool", ("true", "false"), default="false"),),
    returns="nothing",
    examples=(
        Example("/send one || /newchat || /messages 0-1", pipe="", note="the new chat has one message"),
        Example("/renamechat Old || /newchat delete=true || /getchatname", pipe="Character"),
    ),
)
async def newchat(call: Call) -> str:
    """It begins with the greeting. Without an open chat nothing happens."""
    await call.chats.new(delete=call.boolean("delete", default=False))
    return ""


@command(
    "delchat",
    group="chat",
    summary="Delete the open chat.",
    returns="nothing",
    examples=(Example("/renamechat Old || /delchat || /getchatname", pipe="Character"),),
)
async def delchat(call: Call) -> str:
    """Nobody is asked. Another chat of the character or group is opened, or a new one."""
    await call.chats.delete()
    return ""


@command(
    "renamechat",
    group="chat",
    summary="Rename the open chat.",
    unnamed=Unnamed("the new name", required=True),
    returns="nothing",
    examples=(Example("/renamechat At the lake || /getchatname", pipe="At the lake"),),
)
async def renamechat(call: Call) -> str:
    name = trim(call.text)
    if not name:
        call.ui.toast("Say how the chat shall be called: /renamechat At the lake", "warning")
    elif not await call.chats.rename(name):
        call.ui.toast(_NO_CHAT, "warning")
    return ""


@command(
    "getchatname",
    group="chat",
    summary="Read the name of the open chat.",
    returns="the name; nothing in a temporary chat and without an open one",
    examples=(Example("/getchatname", pipe="Character"), Example("/tempchat || /getchatname", pipe="")),
)
async def getchatname(call: Call) -> str:
    return await call.chats.name()


@command(
    "closechat",
    group="chat",
    summary="Leave the open chat.",
    returns="nothing",
    examples=(Example("/closechat || /getchatname", pipe=""),),
)
async def closechat(call: Call) -> str:
    """The next message begins a new chat."""
    await call.chats.close()
    return ""


@command(
    "tempchat",
    group="chat",
    summary="Open a chat that is not kept.",
    returns="nothing",
    examples=(Example("/tempchat || /send hello || /messages 0", pipe="User: hello"),),
)
async def tempchat(call: Call) -> str:
    """It belongs to no character, stands in no list, and has no name."""
    await call.chats.temporary()
    return ""


@command(
    "forcesave",
    group="chat",
    summary="Write at once what is not yet written.",
    returns="nothing",
    examples=(Example("/setvar key=boat Gull || /forcesave || /getvar boat", pipe="Gull"),),
)
async def forcesave(call: Call) -> str:
    """Messages are kept the moment they are added; variables when a script ends, or now."""
    await call.chats.save()
    return ""


@command(
    "chat-reload",
    group="chat",
    summary="Read the open chat again and show it again.",
    returns="nothing",
    examples=(Example("/send one || /chat-reload || /messages names=off 1", pipe="one"),),
)
async def chat_reload(call: Call) -> str:
    await call.chats.reload()
    return ""


@command(
    "reroll-pick",
    group="chat",
    summary="Let {{pick}} choose anew in this chat.",
    unnamed=Unnamed("the number that the choices depend on; counted up without one", "number"),
    returns="the new number",
    examples=(
        Example("/reroll-pick || /reroll-pick", pipe="2"),
        Example("/reroll-pick 7", pipe="7"),
    ),
)
async def reroll_pick(call: Call) -> str:
    seed = read_number(call.text) if trim(call.text) else None
    return str(await call.chats.reroll(None if seed is None else int(seed)))


@command(
    "count",
    group="chat",
    summary="Count the tokens of the chat.",
    returns="about how many tokens the messages have that a model sees",
    examples=(Example("/tempchat || /send four short words here || /count", pipe="6"),),
)
async def count(call: Call) -> str:
    """The number is shown in a notice too. Hidden messages do not count."""
    tokens = await call.chats.count_tokens()
    call.ui.toast(f"The chat has about {tokens} tokens.")
    return str(tokens)


# -- branches and checkpoints ----------------------------------------------------------------------------------------

_MESSAGE = Unnamed("number of the message, the last one without it", "number", choices="messages")
_MES_ID = Named("mesId", "number of the message; goes before the unnamed one", "number", choices="messages")


async def _number(call: Call, text: str) -> int | None:
    """The number of a message, the last one for an empty ``text``; ``None`` with a notice when there is none such."""
    messages = len(await call.chat.messages())
    number = read_number(text) if trim(text) else messages - 1
    if number is None or not 0 <= number < messages:
        call.ui.toast(f"There is no message {trim(text)}." if messages else "The chat has no messages.", "warning")
        return None
    return int(number)


@command(
    "branch-create",
    group="chat",
    summary="Copy the chat up to a message and go on in the copy.",
    named=(_MES_ID,),
    unnamed=_MESSAGE,
    returns="the name of the new chat; nothing for a message that does not exist",
    examples=(
        Example("/send one || /branch-create 0", pipe="Character - Branch #1"),
        Example("/send one || /branch-create 0 || /messages 0-1", pipe="", note="the copy ends with message 0"),
    ),
)
async def branch_create(call: Call) -> str:
    number = await _number(call, call.argument("mesId") or call.text)
    return "" if number is None else await call.chats.branch(number)


@command(
    "checkpoint-create",
    group="chat",
    summary="Keep a copy of the chat up to a message, linked to it.",
    named=(Named("mesId", "number of the message, the last one without it", "number", choices="messages"),),
    unnamed=Unnamed("name of the copy"),
    returns="the name of the copy; nothing for a message that does not exist",
    examples=(
        Example("/checkpoint-create Before the storm", pipe="Before the storm"),
        Example("/checkpoint-create", pipe="Character - Checkpoint #1"),
    ),
)
async def checkpoint_create(call: Call) -> str:
    """The chat stays open. The link replaces an older one of the message."""
    number = await _number(call, call.argument("mesId"))
    return "" if number is None else await call.chats.checkpoint(number, trim(call.text))


@command(
    "checkpoint-go",
    group="chat",
    summary="Open the checkpoint of a message.",
    named=(_MES_ID,),
    unnamed=_MESSAGE,
    returns="its name; nothing when there is none",
    examples=(Example("/checkpoint-create Calm || /checkpoint-go || /getchatname", pipe="Calm"),),
)
async def checkpoint_go(call: Call) -> str:
    number = await _number(call, call.argument("mesId") or call.text)
    return "" if number is None else await call.chats.open_checkpoint(number)


@command(
    "checkpoint-get",
    group="chat",
    summary="Read the name of the checkpoint of a message.",
    named=(_MES_ID,),
    unnamed=_MESSAGE,
    returns="its name; nothing when there is none",
    examples=(
        Example("/checkpoint-create Calm || /checkpoint-get 0", pipe="Calm"),
        Example("/checkpoint-get", pipe=""),
    ),
)
async def checkpoint_get(call: Call) -> str:
    number = await _number(call, call.argument("mesId") or call.text)
    return "" if number is None else (await call.chats.checkpoints()).get(number, "")


@command(
    "checkpoint-list",
    group="chat",
    summary="List the messages that have a checkpoint.",
    named=(Named("links", "names instead of numbers", "bool", ("true", "false"), default="false"),),
    returns="a JSON list of numbers, or of names",
    examples=(
        Example("/checkpoint-create Calm || /checkpoint-list", pipe="[0]"),
        Example("/checkpoint-create Calm || /checkpoint-list links=true", pipe='["Calm"]'),
    ),
)
async def checkpoint_list(call: Call) -> str:
    found = await call.chats.checkpoints()
    return js_json(list(found.values() if call.boolean("links", default=False) else found))


@command(
    "checkpoint-parent",
    group="chat",
    summary="Read which chat this branch or checkpoint was made from.",
    returns="its name; nothing when this chat is neither",
    examples=(
        Example("/branch-create 0 || /checkpoint-parent", pipe="Character"),
        Example("/checkpoint-parent", pipe=""),
    ),
)
async def checkpoint_parent(call: Call) -> str:
    return await call.chats.parent()


@command(
    "checkpoint-exit",
    group="chat",
    summary="Go back to the chat this branch or checkpoint was made from.",
    returns="its name; nothing when this chat is neither",
    examples=(Example("/branch-create 0 || /checkpoint-exit || /getchatname", pipe="Character"),),
)
async def checkpoint_exit(call: Call) -> str:
    return await call.chats.open_parent()
