"""Thoughts apart from words: the reasoning template, and texts taken apart by it."""

from __future__ import annotations

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.macros.text import trim

_BOOLEAN = ("true", "false")


@command(
    "reasoning-template",
    aliases=("reasoning-formatting", "reasoning-preset"),
    group="prompts-and-settings",
    summary="Read or select the reasoning template: what stands around thoughts.",
    named=(Named("quiet", "show no notice", "bool", _BOOLEAN, default="false"),),
    unnamed=Unnamed("the name of a template", choices="reasoning-templates"),
    returns="the name of the template; empty when there is none such",
    examples=(Example("/reasoning-template", pipe="Think"), Example("/reasoning-template brackets", pipe="Brackets")),
)
async def reasoning_template(call: Call) -> str:
    """Thoughts between its marks are taken out of replies and kept beside them."""
    text = trim(call.text)
    if not text:
        return await call.presets.selected("reasoning")
    name = await call.presets.select("reasoning", text)
    if name is None:
        call.ui.toast(f"There is no reasoning template like “{text}”.", "warning")
    elif not call.boolean("quiet", default=False):
        call.ui.toast(f"The reasoning template is “{name}” now.")
    return name or ""


@command(
    "reasoning-parse",
    aliases=("parse-reasoning",),
    group="text",
    summary="Take the thought off a text.",
    named=(
        Named("regex", "run regex scripts on the thought", "bool", _BOOLEAN, default="true"),
        Named("return", "which part", "enum", ("reasoning", "content"), default="reasoning"),
        Named("strict", "the thought must stand at the beginning", "bool", _BOOLEAN, default="true"),
    ),
    unnamed=Unnamed("the text"),
    returns="the thought, or what is said with return=content",
    examples=(
        Example("/reasoning-parse return=reasoning <think>hm</think> Hello", pipe="hm"),
        Example("/reasoning-parse return=content <think>hm</think> Hello", pipe="Hello"),
        Example("/reasoning-parse return=reasoning Hello", pipe=""),
        Example("/reasoning-parse strict=false return=content Oh! <think>hm</think> Hello", pipe="Oh!  Hello"),
    ),
)
async def reasoning_parse(call: Call) -> str:
    """Without a thought it is empty text, or the whole text for `return=content`."""
    if "return" not in call.named:
        call.ui.toast("Say which part: return=reasoning or return=content.", "warning")
    wanted = call.argument("return", "reasoning")
    if wanted not in ("reasoning", "content"):
        raise call.wrong("return", wanted, "reasoning or content")
    found = await call.presets.parse_reasoning(call.text, strict=call.boolean("strict", default=True))
    if found is None:
        return call.text if wanted == "content" else ""
    return found.content if wanted == "content" else found.reasoning


@command(
    "reasoning-format",
    aliases=("format-reasoning",),
    group="text",
    summary="Join a thought and a text.",
    named=(Named("reasoning", "the thought", required=True),),
    unnamed=Unnamed("what is said"),
    returns="one text, with the marks of the reasoning template",
    examples=(
        Example("/reasoning-format reasoning=hm Hello", pipe="<think>\nhm\n</think>\n\nHello"),
        Example("/reasoning-format Hello", pipe=""),
    ),
)
async def reasoning_format(call: Call) -> str:
    reasoning = call.argument("reasoning")
    if not reasoning:
        call.ui.toast("Say what was thought: /reasoning-format reasoning=...", "warning")
        return ""
    return await call.presets.format_reasoning(reasoning, call.text)
