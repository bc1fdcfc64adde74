"""What stands behind the chat (spec/commands.toml, group ui)."""

from __future__ import annotations

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Unnamed, command


@command(
    "bg",
    aliases=("background",),
    group="ui",
    summary="Tell which background is shown, or choose one.",
    unnamed=Unnamed("its name, or most of it; None for none", choices="backgrounds"),
    returns="the name when none was given, else nothing",
    examples=(
        Example("/bg dusk || /bg", pipe="Dusk"),
        Example("/bg medow || /bg", pipe="Meadow", note="give or take a letter"),
        Example("/bg", pipe="", note="none is shown"),
    ),
)
async def bg(call: Call) -> str:
    """Pictures in the folder `backgrounds` of the data folder are offered beside the drawn ones. While the chat has one
    of its own, that changes, else the one behind all chats."""
    wanted = call.text.strip()
    if not wanted:
        return await call.backgrounds.current()
    if await call.backgrounds.choose(wanted) is None:
        call.ui.toast(f"There is no background like “{wanted}”.", "error")
    return ""


@command(
    "lockbg",
    aliases=("bglock",),
    group="ui",
    summary="Tie the background that is shown to this chat.",
    returns="nothing",
    examples=(Example("/bg dusk | /lockbg || /bg", pipe="Dusk"),),
)
async def lockbg(call: Call) -> str:
    await call.backgrounds.lock()
    return ""


@command(
    "unlockbg",
    aliases=("bgunlock",),
    group="ui",
    summary="Take the background of its own from this chat.",
    returns="nothing",
    examples=(Example("/unlockbg || /bg", pipe="Paper", setup="/bg paper | /lockbg"),),
)
async def unlockbg(call: Call) -> str:
    await call.backgrounds.unlock()
    return ""
