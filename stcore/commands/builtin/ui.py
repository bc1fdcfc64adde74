"""Notices, questions and help (spec/stscript.md sections 16.4 and 19.4)."""

from __future__ import annotations

import math
from collections.abc import Awaitable
from typing import Any

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.help import help_text
from stcore.commands.html import clean_html
from stcore.commands.scope import Closure
from stcore.commands.services import Button, Level, Look, Notice
from stcore.commands.values import is_true
from stcore.macros.numbers import js_json, parse_json, read_number

_SEVERITIES: tuple[Level, ...] = ("info", "success", "warning", "error")
_RAW = Named("raw", "false makes quotes around the text go away", "bool", ("true", "false"), default="true")


def _switch(name: str, summary: str) -> Named:
    return Named(name, summary, "bool", ("true", "false"), default="false")


@command(
    "echo",
    group="ui",
    summary="Show a short notice.",
    named=(
        Named("title", "heading"),
        Named("severity", "kind of notice", "enum", _SEVERITIES, default="info"),
        Named("timeout", "milliseconds it stays", "number", default="4000"),
        Named("extendedTimeout", "milliseconds it stays under the pointer", "number", default="10000"),
        _switch("preventDuplicates", "do not show the same again"),
        _switch("awaitDismissal", "wait until it is gone"),
        Named("cssClass", "style class of the notice"),
        Named("color", "background colour"),
        Named("escapeHtml", "show markup as text", "bool", ("true", "false"), default="true"),
        Named("onClick", "runs when the notice is clicked", "closure"),
        _RAW,
    ),
    unnamed=Unnamed("the text", required=True),
    raw_quotes=True,
    returns="the text; empty when there was nothing to show",
    examples=(
        Example("/echo The sun rises.", pipe="The sun rises."),
        Example('/echo "quoted"', pipe='"quoted"', note="quotes stay"),
        Example('/echo raw=off "quoted"', pipe="quoted"),
    ),
)
def echo(call: Call) -> str | Awaitable[str]:
    """With `escapeHtml=false` the text is HTML, of which what could do harm is taken out. Both times 0 keep the notice
    until it is clicked."""
    if not _MANNERS.isdisjoint(call.named):
        return _echo_so(call)
    text = call.text
    if text:
        call.ui.toast(text, _severity(call), call.argument("title"))
    return text


_MANNERS = frozenset(
    ("timeout", "extendedTimeout", "preventDuplicates", "awaitDismissal", "cssClass", "color", "escapeHtml", "onClick")
)


async def _echo_so(call: Call) -> str:
    """A notice of which more is said than what it says."""
    markup = not call.boolean("escapeHtml", default=True)
    text = clean_html(call.text) if markup else call.text
    if not text:
        return ""
    clicked = call.named.get("onClick")
    if clicked is not None and not isinstance(clicked, Closure):
        call.ui.toast("onClick= must be a closure.", "warning")
        clicked = None
    notice = Notice(
        text,
        _severity(call),
        call.argument("title"),
        _seconds(call, "timeout", 4.0),
        _seconds(call, "extendedTimeout", 10.0),
        call.boolean("preventDuplicates", default=False),
        call.argument("cssClass"),
        call.argument("color"),
        markup,
    )
    wait = call.boolean("awaitDismissal", default=False)
    await call.ui.notify(notice, wait=wait, clicked=call.keep(clicked) if clicked is not None else None)
    return text


def _severity(call: Call) -> Level:
    wanted = call.argument("severity", "info")
    found = next((level for level in _SEVERITIES if level == wanted), None)
    if found is None:
        call.ui.toast(f"severity={wanted} is unknown; this is shown as info.", "warning")
    return found or "info"


def _seconds(call: Call, name: str, usual: float) -> float:
    """An argument in milliseconds; what is no number counts as missing."""
    milliseconds = read_number(call.argument(name)) if name in call.named else None
    return usual if milliseconds is None or not math.isfinite(milliseconds) else max(0.0, milliseconds / 1000)


@command(
    "input",
    aliases=("prompt",),
    group="ui",
    summary="Ask for a text.",
    named=(
        Named("default", "text that stands in the field"),
        _switch("large", "a tall dialog"),
        _switch("wide", "a wide dialog"),
        Named("okButton", "words on the button", default="OK"),
        Named("rows", "height of the field in lines", "number", default="4"),
        Named("placeholder", "hint in the empty field"),
        Named("tooltip", "text under the pointer"),
        Named("onSuccess", "runs after confirming", "closure"),
        Named("onCancel", "runs after cancelling", "closure"),
    ),
    unnamed=Unnamed("the question"),
    returns="the text; empty when cancelled or left empty",
)
async def input_(call: Call) -> str:
    """The handlers run before the script goes on. Without a person there it fails."""
    rows = read_number(call.argument("rows", "4"))
    answer = await call.ui.ask(
        call.text,
        default=call.argument("default"),
        placeholder=call.argument("placeholder"),
        rows=int(rows) if rows and rows >= 1 else 4,
        ok=call.argument("okButton", "OK"),
        look=_look(call),
    )
    handler = call.closure_argument("onCancel" if answer is None else "onSuccess")
    if handler is not None:
        await call.call_closure(handler)
    return answer or ""


@command(
    "popup",
    group="ui",
    summary="Show a dialog and wait until it is closed.",
    named=(
        Named("header", "heading"),
        Named("scroll", "allow scrolling", "bool", ("true", "false"), default="true"),
        _switch("large", "a tall dialog"),
        _switch("wide", "a wide dialog"),
        _switch("wider", "a very wide dialog"),
        _switch("transparent", "no background"),
        Named("okButton", "words on the confirming button", default="OK"),
        Named("cancelButton", "words on the other button; without them there is none"),
        _switch("result", "give the choice instead of the text"),
        Named("tooltip", "text under the pointer"),
    ),
    unnamed=Unnamed("the text", required=True),
    returns="the text; with result=true 1, 0, or empty when it was closed otherwise",
)
async def popup(call: Call) -> str:
    text = call.text
    chosen = await call.ui.popup(
        text,
        title=call.argument("header"),
        ok=call.argument("okButton", "OK"),
        cancel=call.argument("cancelButton"),
        look=_look(call),
    )
    if not call.boolean("result", default=False):
        return text
    return "" if chosen is None else "1" if chosen else "0"


def _look(call: Call) -> Look:
    """How a dialog looks."""
    on = {name: call.boolean(name, default=False) for name in ("large", "wide", "wider", "transparent")}
    return Look(**on, scroll=call.boolean("scroll", default=True), tooltip=call.argument("tooltip"))


@command(
    "buttons",
    group="ui",
    summary="Offer a choice of buttons.",
    named=(
        Named("labels", "JSON list of words, or a variable that holds it", ("list", "varname"), required=True),
        _switch("multiple", "several may be chosen"),
    ),
    unnamed=Unnamed("the text above", required=True),
    returns="the label clicked, empty when cancelled; with multiple=true a JSON list in the order of clicking",
)
async def buttons(call: Call) -> str:
    """A label may be an object with `text`, `tooltip` and `icon`. Labels that cannot be used give empty text."""
    multiple = is_true(call.named.get("multiple"))
    offered = _buttons(call)
    if not offered:
        return ""
    chosen = await call.ui.buttons(call.text, offered, multiple=multiple)
    if multiple:
        return js_json(list(chosen or ()))
    return chosen[0] if chosen else ""


def _buttons(call: Call) -> list[Button]:
    name = call.argument("labels")
    stores = (call.locals, call.globals)
    labels: Any = next((store.get(name) for store in stores if store.has(name)), name)
    if isinstance(labels, str):
        try:
            labels = parse_json(labels)
        except ValueError:
            return []
    if not isinstance(labels, list):
        return []
    found = [_button(label) for label in labels]
    return [button for button in found if button is not None] if None not in found else []


def _button(label: Any) -> Button | None:
    if isinstance(label, str) and label:
        return Button(label)
    if isinstance(label, dict) and isinstance(label.get("text"), str) and label["text"]:
        return Button(label["text"], str(label.get("tooltip", "")), str(label.get("icon", "")))
    return None


@command(
    "setinput",
    group="ui",
    summary="Put a text into the message box.",
    unnamed=Unnamed("the text", required=True),
    returns="the text",
    examples=(Example("/setinput Hello there", pipe="Hello there"),),
)
async def setinput(call: Call) -> str:
    await call.fill_input(call.text)
    return call.text


@command(
    "help",
    aliases=("?",),
    group="ui",
    summary="Explain the commands.",
    unnamed=Unnamed("slash for all commands, or the name of one", choices="commands"),
    returns="nothing",
    examples=(Example("/help", pipe=""), Example("/help slash", pipe=""), Example("/? echo", pipe="")),
)
def help_(call: Call) -> str:
    """`/help` lists the topics, `/help slash` every command, `/help NAME` explains one."""
    call.ui.show(help_text(call.registry, call.text), "Help")
    return ""
