"""The device in front of the person: sound, clipboard, busy indicators (spec/commands.toml, groups ui and media)."""

from __future__ import annotations

from typing import Literal

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.services.ui import Loader
from stcore.errors import UserError

_TOASTS: tuple[Literal["none", "static", "stoppable"], ...] = ("none", "static", "stoppable")


@command(
    "beep",
    aliases=("ding",),
    group="media",
    summary="Make a short sound.",
    returns="nothing",
    examples=(Example("/beep", pipe=""),),
)
def beep(call: Call) -> str:
    call.ui.beep()
    return ""


@command(
    "is-mobile",
    group="ui",
    summary="Tell whether the page is open on a phone or tablet.",
    returns="true or false",
    examples=(Example("/is-mobile", pipe="false"),),
)
def is_mobile(call: Call) -> bool:
    return call.environment.state.is_mobile


@command(
    "clipboard-get",
    group="ui",
    summary="Read the clipboard.",
    returns="the text; empty and a warning when it may not be read",
    examples=(Example("/clipboard-get", pipe="copied", setup="/clipboard-set copied"),),
)
async def clipboard_get(call: Call) -> str:
    """The page asks the person each time; terminals do not give their clipboard away."""
    text = await call.ui.read_clipboard()
    if text is None:
        call.ui.toast("The clipboard may not be read.", "warning")
        return ""
    return text


@command(
    "clipboard-set",
    group="ui",
    summary="Copy a text to the clipboard.",
    unnamed=Unnamed("the text", required=True),
    returns="nothing",
    examples=(Example("/clipboard-set some words", pipe=""),),
)
async def clipboard_set(call: Call) -> str:
    await call.ui.write_clipboard(call.text)
    return ""


def _look(slug: str, *more: Named) -> tuple[Named, ...]:
    return (
        Named("blocking", "keep people from doing anything else", "bool", ("true", "false"), default="true"),
        Named("toast", "kind of notice", "enum", _TOASTS, default="stoppable"),
        Named("message", "what it says", default="Generating..."),
        Named("title", "heading"),
        Named("slug", "beginning of its handle", default=slug),
        Named("stopTooltip", "text under the pointer at the stop button", default="Stop"),
        Named("onStop", "runs when it is stopped; else the text model is stopped", "closure"),
        *more,
    )


def _loader(call: Call, slug: str) -> Loader:
    kind = call.choice("toast", "stoppable")
    return Loader(
        handle=call.argument("slug").strip() or slug,
        message=call.argument("message", "Generating..."),
        title=call.argument("title"),
        blocking=call.boolean("blocking", default=True),
        toast=next(word for word in _TOASTS if word == kind),
        stop_tooltip=call.argument("stopTooltip", "Stop"),
    )


def _show(call: Call, slug: str) -> str:
    on_stop, on_hide = call.closure_argument("onStop"), call.closure_argument("onHide")
    return call.loaders.show(
        _loader(call, slug),
        on_stop=call.keep(on_stop) if on_stop is not None else None,
        on_hide=call.keep(on_hide) if on_hide is not None else None,
    )


@command(
    "loader-wrap",
    group="ui",
    summary="Show a busy indicator while a closure runs.",
    named=_look("slash-wrap"),
    unnamed=Unnamed("what runs", "closure", required=True),
    returns="what the closure gives",
    examples=(
        Example("/loader-wrap message=Counting {: /add 1 2 :}", pipe="3"),
        Example("/loader-wrap no closure", error="execution"),
    ),
)
async def loader_wrap(call: Call) -> object:
    if call.closure is None:
        raise UserError("/loader-wrap needs a closure: what runs meanwhile, like {: /gen Hello :}")
    handle = _show(call, "slash-wrap")
    try:
        return await call.run_body([call.closure])
    finally:
        await call.loaders.hide(handle)


@command(
    "loader-show",
    group="ui",
    summary="Show a busy indicator.",
    named=_look("slash-show", Named("onHide", "runs when it is hidden", "closure")),
    returns="its handle, for /loader-hide and /loader-stop",
    examples=(Example("/loader-show message=Wait | /loader-hide handle={{pipe}}", pipe="true"),),
)
def loader_show(call: Call) -> str:
    """It stays until it is hidden or stopped, also when the script has ended."""
    return _show(call, "slash-show")


@command(
    "loader-hide",
    group="ui",
    summary="Hide a busy indicator.",
    named=(Named("handle", "which; without it all of them", choices="loaders"),),
    returns="whether there was any: true or false",
    examples=(Example("/loader-hide", pipe="false"), Example("/loader-hide", pipe="true", setup="/loader-show")),
)
async def loader_hide(call: Call) -> bool:
    return await call.loaders.hide(call.argument("handle").strip())


@command(
    "loader-stop",
    group="ui",
    summary="Do what the stop button of a busy indicator does.",
    named=(Named("handle", "which", required=True, choices="loaders"),),
    returns="whether it was there: true or false",
    examples=(
        Example(
            "/loader-show onStop={: /setvar key=stopped yes :} | /loader-stop handle={{pipe}} || /getvar stopped",
            pipe="yes",
        ),
        Example("/loader-stop handle=nothing", pipe="false"),
    ),
)
async def loader_stop(call: Call) -> bool:
    handle = call.argument("handle").strip()
    if not handle:
        raise UserError("/loader-stop needs handle=: what /loader-show gave.")
    return await call.loaders.stop(handle)
