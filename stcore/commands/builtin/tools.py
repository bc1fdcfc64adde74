"""Functions that the text model may call, and what is installed (spec/commands.toml, group extensions)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.output import deliver
from stcore.commands.scope import Closure, Value
from stcore.commands.services.tools import FunctionTool
from stcore.commands.values import is_true
from stcore.errors import UserError
from stcore.macros.numbers import js_json, parse_json

_GROUP = "extensions"
_NAME = Unnamed("name of the function", required=True, choices="tools")
_DICE = (
    '/tools-register name=Dice description="Rolls a die" parameters={"type":"object","properties":{"sides":'
    '{"type":"number"}},"required":["sides"]} {: /return a die of {{var::arg.sides}} :}'
)


@command(
    "tools-register",
    aliases=("tool-register",),
    group=_GROUP,
    summary="Offer a closure to the text model as a function it may call.",
    named=(
        Named("name", "name of the function", required=True),
        Named("description", "what it does, for the model", required=True),
        Named("parameters", "JSON schema of its arguments", "dictionary", required=True),
        Named("displayName", "its name for people"),
        Named("formatMessage", "gives the notice shown during a call", "closure"),
        Named("shouldRegister", "decides each time whether it is offered", "closure"),
        Named("stealth", "show nothing, and let the model write no more after it", "bool", ("true", "false"), "false"),
    ),
    unnamed=Unnamed("what it does", "closure", required=True),
    returns="nothing",
    examples=(
        Example('/tools-invoke parameters={"sides":6} Dice', pipe="a die of 6", setup=_DICE),
        Example("/tools-register name=Broken description=x parameters={} no closure", error="execution"),
    ),
)
def tools_register(call: Call) -> str:
    """Each argument of a call is a scoped variable `arg.NAME` in the closure; its result is told to the model.

    Only models that can call functions are offered any. It lasts until the program ends."""
    name, description = call.argument("name").strip(), call.argument("description").strip()
    if not name or not description:
        raise UserError("/tools-register needs name= and description=: the model chooses functions by them.")
    if call.closure is None:
        raise UserError("/tools-register needs a closure: what the function does, like {: /echo done :}")
    announce, offered = call.closure_argument("formatMessage"), call.closure_argument("shouldRegister")
    call.tools.register(
        FunctionTool(
            name=name,
            description=description,
            parameters=_object(call, "parameters"),
            action=_action(call, call.closure),
            display_name=call.argument("displayName"),
            announce=_action(call, announce) if announce is not None else None,
            offered=_decision(call, offered) if offered is not None else None,
            stealth=call.boolean("stealth", default=False),
        )
    )
    return ""


@command(
    "tools-unregister",
    aliases=("tool-unregister",),
    group=_GROUP,
    summary="Withdraw a function from the text model.",
    unnamed=_NAME,
    returns="nothing",
    examples=(
        Example("/tools-unregister Dice || /tools-list return=object", pipe="[]", setup=_DICE),
        Example("/tools-unregister Nothing", error="execution"),
    ),
)
def tools_unregister(call: Call) -> str:
    call.tools.unregister(call.text.strip())
    return ""


@command(
    "tools-list",
    aliases=("tool-list",),
    group=_GROUP,
    summary="List the functions that the text model may call.",
    named=(
        Named(
            "return",
            "where the list goes; without it a dialog shows it",
            "enum",
            ("pipe", "object", "toast-html", "toast-text", "popup-html", "console", "none"),
        ),
    ),
    returns="nothing; with return=object a JSON list as models are told it, with return=pipe a text",
    examples=(Example("/tools-list return=object", pipe="[]"), Example("/tools-list return=none", pipe="")),
)
async def tools_list(call: Call) -> str:
    tools = call.tools.list()
    lines = [f"- **{tool.display_name or tool.name}** (`{tool.name}`): {tool.description}" for tool in tools]
    text = "\n".join(lines) or "No functions are registered."
    return await deliver(call, [tool.to_dict() for tool in tools], text, default="popup-html")


@command(
    "tools-invoke",
    aliases=("tool-invoke",),
    group=_GROUP,
    summary="Call a function as the text model would.",
    named=(Named("parameters", "its arguments as a JSON object", "dictionary", required=True),),
    unnamed=_NAME,
    returns="its result",
    examples=(
        Example('/tools-invoke parameters={"sides":20} Dice', pipe="a die of 20", setup=_DICE),
        Example("/tools-invoke parameters={} Nothing", error="execution"),
    ),
)
async def tools_invoke(call: Call) -> str:
    return await call.tools.invoke(call.text.strip(), _object(call, "parameters"))


@command(
    "extension-exists",
    aliases=("extension-installed",),
    group=_GROUP,
    summary="Tell whether a plugin is there and works.",
    unnamed=Unnamed("name of the plugin, in any case", required=True, choices="plugins"),
    returns="true or false",
    examples=(Example("/extension-exists nothing-like-that", pipe="false"),),
)
def extension_exists(call: Call) -> bool:
    wanted = call.text.strip().lower()
    return wanted in {name.lower() for name in call.environment.state.extensions}


def _object(call: Call, name: str) -> dict[str, Any]:
    try:
        value = parse_json(call.argument(name))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise call.wrong(name, call.argument(name), "a JSON object")
    return value


def _action(call: Call, closure: Closure) -> Callable[[Mapping[str, Any]], Awaitable[str]]:
    """Runs the closure with the arguments as scoped variables."""
    run = call.keep(closure)

    async def act(arguments: Mapping[str, Any]) -> str:
        return str(await run({f"arg.{name}": _as_text(value) for name, value in arguments.items()}))

    return act


def _decision(call: Call, closure: Closure) -> Callable[[], Awaitable[bool]]:
    run = call.keep(closure)

    async def decide() -> bool:
        return is_true(await run())

    return decide


def _as_text(value: Any) -> Value:
    return value if isinstance(value, str) else js_json(value)
