"""Regex scripts (spec/commands.toml, group extensions)."""

from __future__ import annotations

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.values import is_false, is_true

_GROUP = "extensions"
_NAME = Unnamed("name of the script, in any case", required=True, choices="regexes")
_QUIET = Named("quiet", "no notice", "bool", ("true", "false"), default="false")


@command(
    "regex",
    group=_GROUP,
    summary="Run a regex script on a text.",
    named=(Named("name", "name of the script, in any case", required=True, choices="regexes"),),
    unnamed=Unnamed("the text"),
    returns="the changed text; as it was without a name and when the script is unknown or off",
    examples=(Example("/regex name=nothing The text.", pipe="The text."),),
)
async def regex(call: Call) -> str:
    """It runs whatever it is meant for otherwise. `/replace` needs no stored script."""
    name = call.argument("name").strip()
    found = await call.regexes.find(name) if name else None
    if found is None:
        return _unknown(call, name, call.text) if name else call.text
    if not found[1]:
        call.ui.toast(f"The regex script “{found[0]}” is off.", "warning")
        return call.text
    return await call.regexes.run(name, call.text)


@command(
    "regex-state",
    group=_GROUP,
    summary="Tell whether a regex script is on.",
    unnamed=_NAME,
    returns="true or false; empty and a warning when there is none",
    examples=(Example("/regex-state nothing", pipe=""),),
)
async def regex_state(call: Call) -> str:
    found = await call.regexes.find(call.text)
    if found is None:
        return _unknown(call, call.text.strip(), "")
    return "true" if found[1] else "false"


@command(
    "regex-toggle",
    group=_GROUP,
    summary="Switch a regex script on or off.",
    named=(Named("state", "the new state", "enum", ("on", "off", "toggle"), default="toggle"), _QUIET),
    unnamed=_NAME,
    returns="the name of the script; empty and a warning when there is none",
    examples=(Example("/regex-toggle state=off nothing", pipe=""),),
)
async def regex_toggle(call: Call) -> str:
    found = await call.regexes.find(call.text)
    if found is None:
        return _unknown(call, call.text.strip(), "")
    name, enabled = found
    wanted = call.argument("state")
    enabled = True if is_true(wanted) else False if is_false(wanted) else not enabled
    await call.regexes.switch(name, enabled)
    if not call.boolean("quiet", default=False):
        call.ui.toast(f"The regex script “{name}” is {'on' if enabled else 'off'}.")
    return name


@command(
    "regex-preset",
    group=_GROUP,
    summary="Tell which choice of regex scripts is selected, or select one.",
    named=(_QUIET,),
    unnamed=Unnamed("name or id", choices="regex presets"),
    returns="the id of the choice; empty when there is none",
    examples=(Example("/regex-preset", pipe=""),),
)
async def regex_preset(call: Call) -> str:
    """Selecting switches the scripts of the choice on and all others off."""
    if not call.text.strip():
        return await call.regexes.preset()
    selected = await call.regexes.select(call.text)
    if selected is None:
        call.ui.toast(f"There is no choice of regex scripts called “{call.text.strip()}”.", "warning")
        return ""
    if not call.boolean("quiet", default=False):
        call.ui.toast(f"The regex scripts of “{selected[1]}” are on.")
    return selected[0]


def _unknown(call: Call, name: str, pipe: str) -> str:
    call.ui.toast(f"There is no regex script “{name}”.", "warning")
    return pipe
