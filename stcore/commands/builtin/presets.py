"""Presets of prompts and the switches beside them (spec/command-semantics.md section 18)."""

from __future__ import annotations

from typing import Any, Literal

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.services.presets import PresetKind
from stcore.commands.values import is_true
from stcore.errors import UserError
from stcore.macros.numbers import js_json, parse_json
from stcore.macros.text import trim

_GROUP = "prompts-and-settings"
_BOOLEAN = ("true", "false")
_QUIET = Named("quiet", "show no notice", "bool", _BOOLEAN, default="false")
_FORCE = Named("force", "allow an empty value", "bool", _BOOLEAN, default="false")
_STATE = Unnamed("the new state", "bool", _BOOLEAN)
_MODES = ("none", "merge_tools", "semi_tools", "strict_tools", "merge", "semi", "strict", "single")
_CALLED: dict[PresetKind, str] = {
    "preset": "preset",
    "instruct": "instruct template",
    "context": "context template",
    "sysprompt": "system prompt",
    "reasoning": "reasoning template",
}


def _template(what: str, choices: str) -> Unnamed:
    return Unnamed(f"the name of a {what}", choices=choices)


async def _select(call: Call, kind: PresetKind, text: str) -> str:
    """Select by name; tells what happened. Empty text when there is none such."""
    name = await call.presets.select(kind, text)
    if name is None:
        call.ui.toast(f"There is no {_CALLED[kind]} like “{text}”.", "warning")
        return ""
    if not call.boolean("quiet", default=False):
        call.ui.toast(f"The {_CALLED[kind]} is “{name}” now.")
    return name


# -- samplers and entries --------------------------------------------------------------------------------------------


@command(
    "preset",
    group=_GROUP,
    summary="Read or select the preset: samplers and prompt entries.",
    unnamed=_template("preset", "presets"),
    returns="the name of the preset now in use",
    examples=(
        Example("/preset", pipe="Default"),
        Example("/preset lively", pipe="Lively"),
        Example("/preset nothing like that", pipe="Default", note="no match keeps the current one"),
    ),
)
async def preset(call: Call) -> str:
    text = trim(call.text)
    if text and await call.presets.select("preset", text) is None:
        call.ui.toast(f"There is no preset like “{text}”.", "warning")
    return await call.presets.selected("preset")


_IDENTIFIER = Named("identifier", "which entry", ("string", "list"), repeatable=True, choices="prompt-entries")
_NAME = Named("name", "which entry, by its name", ("string", "list"), repeatable=True)


@command(
    "getpromptentry",
    aliases=("getpromptentries",),
    group=_GROUP,
    summary="Tell whether entries of the prompt are switched on.",
    named=(
        _IDENTIFIER,
        _NAME,
        Named("return", "form of the answer", "enum", ("simple", "list", "dict"), default="simple"),
    ),
    returns="true or false; JSON for several",
    examples=(
        Example("/getpromptentry identifier=main", pipe="true"),
        Example("/getpromptentry identifier=main identifier=scenario", pipe='{"main":true,"scenario":true}'),
        Example("/getpromptentry identifier=main return=list", pipe="[true]"),
        Example("/getpromptentry identifier=nothing", pipe=""),
    ),
)
async def getpromptentry(call: Call) -> str:
    """Both arguments may be repeated. Several entries give a dictionary when identifiers were given, else a list."""
    identifiers, names = _given(call, "identifier"), _given(call, "name")
    found = [e for e in await call.presets.entries() if e.identifier in identifiers or e.name in names]
    form = call.argument("return", "simple")
    if form not in ("simple", "list", "dict"):
        raise call.wrong("return", form, "simple, list or dict")
    if not found:
        return ""
    if form == "simple" and len(found) == 1:
        return "true" if found[0].enabled else "false"
    if form == "dict" or (form == "simple" and identifiers):
        return js_json({entry.identifier: entry.enabled for entry in found})
    return js_json([entry.enabled for entry in found])


@command(
    "setpromptentry",
    aliases=("setpromptentries",),
    group=_GROUP,
    summary="Switch entries of the prompt on or off.",
    named=(_IDENTIFIER, _NAME),
    unnamed=Unnamed("the new state", "enum", ("on", "off", "toggle"), default="toggle", required=True),
    returns="nothing",
    examples=(
        Example("/setpromptentry identifier=scenario off || /getpromptentry identifier=scenario", pipe="false"),
        Example("/setpromptentry identifier=main || /getpromptentry identifier=main", pipe="false"),
    ),
)
async def setpromptentry(call: Call) -> str:
    """Nothing toggles; another word changes nothing. It holds until another preset is selected."""
    identifiers, names = _given(call, "identifier"), _given(call, "name")
    word = trim(call.text).lower() or "toggle"
    if word in ("on", "off", "toggle"):
        found = [e for e in await call.presets.entries() if e.identifier in identifiers or e.name in names]
        states = {e.identifier: word == "on" or (word == "toggle" and not e.enabled) for e in found}
        await call.presets.set_entries(states)
    return ""


def _given(call: Call, name: str) -> list[str]:
    value: Any = call.named.get(name) or ()
    return [str(entry) for entry in (value if isinstance(value, list | tuple) else (value,))]


# -- templates -------------------------------------------------------------------------------------------------------


@command(
    "instruct",
    group=_GROUP,
    summary="Read or select the instruct template, for models that complete text.",
    named=(
        _QUIET,
        Named("forceGet", "tell the name even while such templates are off", "bool", _BOOLEAN, default="false"),
    ),
    unnamed=_template("instruct template", "instruct-templates"),
    returns="the name of the template; empty while they are off, or when there is none such",
    examples=(
        Example("/instruct", pipe=""),
        Example("/instruct alpaca || /instruct", pipe="Alpaca"),
        Example("/instruct forceGet=true", pipe="ChatML"),
    ),
)
async def instruct(call: Call) -> str:
    """Selecting one switches instruct templates on."""
    text = trim(call.text)
    if text:
        name = await _select(call, "instruct", text)
        if name:
            await call.presets.switch("instruct", on=True)
        return name
    shown = call.boolean("forceGet", default=False) or await call.presets.is_on("instruct")
    return await call.presets.selected("instruct") if shown else ""


async def _switch(call: Call, kind: Literal["instruct", "sysprompt"], *, on: bool) -> str:
    await call.presets.switch(kind, on=on)
    return ""


async def _state(call: Call, kind: Literal["instruct", "sysprompt"]) -> bool:
    text = trim(call.text)
    if text:
        await call.presets.switch(kind, on=is_true(text))
    return await call.presets.is_on(kind)


@command("instruct-on", group=_GROUP, summary="Use instruct templates.", returns="nothing")
async def instruct_on(call: Call) -> str:
    return await _switch(call, "instruct", on=True)


@command("instruct-off", group=_GROUP, summary="Use no instruct templates.", returns="nothing")
async def instruct_off(call: Call) -> str:
    return await _switch(call, "instruct", on=False)


@command(
    "instruct-state",
    aliases=("instruct-toggle",),
    group=_GROUP,
    summary="Read or set whether instruct templates are used.",
    unnamed=_STATE,
    returns="true or false",
    examples=(Example("/instruct-state", pipe="false"), Example("/instruct-state on", pipe="true")),
)
async def instruct_state(call: Call) -> bool:
    """A text that is no yes switches them off."""
    return await _state(call, "instruct")


@command(
    "context",
    group=_GROUP,
    summary="Read or select the context template, for models that complete text.",
    named=(_QUIET,),
    unnamed=_template("context template", "context-templates"),
    returns="the name of the template; empty when there is none such",
    examples=(Example("/context", pipe="Default"), Example("/context headings", pipe="Headings")),
)
async def context(call: Call) -> str:
    text = trim(call.text)
    return await _select(call, "context", text) if text else await call.presets.selected("context")


@command(
    "sysprompt",
    aliases=("system-prompt",),
    group=_GROUP,
    summary="Read or select the system prompt.",
    named=(
        _QUIET,
        Named("forceGet", "do it even while system prompts are off", "bool", _BOOLEAN, default="false"),
    ),
    unnamed=_template("system prompt", "system-prompts"),
    returns="the name of the system prompt; empty while they are off, or when there is none such",
    examples=(
        Example("/sysprompt", pipe="Default"),
        Example("/sysprompt roleplay", pipe="Roleplay"),
        Example("/sysprompt-off || /sysprompt roleplay", pipe=""),
    ),
)
async def sysprompt(call: Call) -> str:
    """While system prompts are off it does nothing, unless `forceGet=true`."""
    if not (call.boolean("forceGet", default=False) or await call.presets.is_on("sysprompt")):
        return ""
    text = trim(call.text)
    return await _select(call, "sysprompt", text) if text else await call.presets.selected("sysprompt")


@command("sysprompt-on", aliases=("sysprompt-enable",), group=_GROUP, summary="Use system prompts.", returns="nothing")
async def sysprompt_on(call: Call) -> str:
    return await _switch(call, "sysprompt", on=True)


@command(
    "sysprompt-off", aliases=("sysprompt-disable",), group=_GROUP, summary="Use no system prompts.", returns="nothing"
)
async def sysprompt_off(call: Call) -> str:
    return await _switch(call, "sysprompt", on=False)


@command(
    "sysprompt-state",
    aliases=("sysprompt-toggle",),
    group=_GROUP,
    summary="Read or set whether system prompts are used.",
    unnamed=_STATE,
    returns="true or false",
    examples=(Example("/sysprompt-state", pipe="true"), Example("/sysprompt-state off", pipe="false")),
)
async def sysprompt_state(call: Call) -> bool:
    """A text that is no yes switches them off."""
    return await _state(call, "sysprompt")


# -- beginnings, ends, and the last touch ----------------------------------------------------------------------------


@command(
    "stop-strings",
    aliases=("stopping-strings", "custom-stopping-strings", "custom-stop-strings"),
    group=_GROUP,
    summary="Read or set the texts that end every answer.",
    named=(_FORCE,),
    unnamed=Unnamed("a JSON list", "list"),
    returns="the JSON list; empty when it was never set",
    examples=(
        Example("/stop-strings", pipe=""),
        Example('/stop-strings ["a",1]', pipe='["a","1"]'),
        Example("/stop-strings force=true", pipe="[]"),
        Example("/stop-strings a", error="execution"),
    ),
)
async def stop_strings(call: Call) -> str:
    """`force=true` without a list empties it."""
    text = trim(call.text)
    if text or call.boolean("force", default=False):
        await call.presets.set_stop_strings(_list(call, text) if text else [])
    found = await call.presets.stop_strings()
    return "" if found is None else js_json(list(found))


def _list(call: Call, text: str) -> list[str]:
    try:
        found: Any = parse_json(text)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise UserError(f"/{call.name} needs a JSON list, not “{text[:60]}”.", hint='For example: ["\\n", "END"]')
    return [entry if isinstance(entry, str) else js_json(entry) for entry in found]


@command(
    "start-reply-with",
    group=_GROUP,
    summary="Read or set the text that every reply starts with.",
    named=(_FORCE,),
    unnamed=Unnamed("the text"),
    returns="the text now set",
    examples=(Example("/start-reply-with Well,", pipe="Well,"), Example("/start-reply-with", pipe="")),
)
async def start_reply_with(call: Call) -> str:
    """`force=true` without a text empties it."""
    if call.text or call.boolean("force", default=False):
        await call.presets.set_start_reply_with(call.text)
    return await call.presets.start_reply_with()


@command(
    "prompt-post-processing",
    aliases=("ppp",),
    group=_GROUP,
    summary="Read or set how messages are changed for servers that are particular about them.",
    unnamed=Unnamed("the mode", "enum", _MODES, required=True),
    returns="the mode; empty after setting none",
    examples=(
        Example("/prompt-post-processing", pipe="none"),
        Example("/ppp strict", pipe="strict"),
        Example("/ppp none", pipe=""),
        Example("/ppp sometimes", error="execution"),
    ),
)
async def prompt_post_processing(call: Call) -> str:
    """`merge` joins neighbours of one role, `semi` leaves only the beginning to the system, `strict` lets the user
    begin, `single` makes everything one message. The forms with `_tools` keep calls of tools.
    """
    word = trim(call.text).lower()
    if not word:
        return await call.presets.post_processing() or "none"
    if word not in _MODES:
        raise UserError(f"/{call.name}: there is no mode “{word}”.", hint=f"Use one of {', '.join(_MODES)}.")
    mode = "" if word == "none" else word
    await call.presets.set_post_processing(mode)
    return mode
