"""The kind ``macros`` of the conformance runner: builds the environment of a case and notes what a text became."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from stcore.errors import DefinitionError, StcoreError
from stcore.macros import (
    Alias,
    Argument,
    Card,
    Chat,
    Diagnostic,
    Environment,
    Group,
    ListPart,
    Macro,
    MacroCall,
    MacroEngine,
    Member,
    MemoryVariables,
    Message,
    Prompts,
    Registry,
    State,
)
from stcore.macros.builtin import builtin_macros
from stcore.macros.numbers import js_json, utf16_offset
from stcore.testing.clock import ManualClock

Fields = Mapping[str, Any]

_CARD_FIELDS = {
    "description": "description",
    "personality": "personality",
    "scenario": "scenario",
    "examples": "examples",
    "greeting": "greeting",
    "mainPrompt": "main_prompt",
    "postHistory": "post_history",
    "depthNote": "depth_note",
    "creatorNotes": "creator_notes",
    "version": "version",
}
_OVERRIDES = {
    "scenario": "scenario",
    "mes_example": "examples",
    "system_prompt": "main_prompt",
    "note_prompt": "depth_note",
}
_TEXT_COMPLETION = "textgenerationwebui"
_CHAT_COMPLETION = "openai"


def observe(case: Fields) -> dict[str, Any]:
    """What one case gives: ``output``; ``after``: the stores that changed; ``warned``: whether there were remarks."""
    return _Case(case).observe()


class _Case:
    """One case with an engine and stores of its own."""

    def __init__(self, case: Fields) -> None:
        self.input: Any = case["input"]
        self.kind: str = case.get("kind", "")
        self.given: Fields = case.get("env") or {}
        self.remarks: list[Diagnostic] = []
        self.banned: list[str] = []
        self.local = MemoryVariables(self.given.get("local"))
        self.globals = MemoryVariables(self.given.get("global"))
        self.engine = self._engine()

    def observe(self) -> dict[str, Any]:
        expand = {"register": self._register, "alias": self._alias, "script": self._script}.get(self.kind, self._expand)
        output = expand()
        after: dict[str, Any] = {}
        for name, store in (("local", self.local), ("global", self.globals)):
            if store.to_dict() != (self.given.get(name) or {}):
                after[name] = store.to_dict()
        if self.banned:
            after["banned"] = self.banned
        return {"output": output, "after": after, "warned": bool(self.remarks)}

    def _expand(self) -> str:
        return self.engine.expand(self.input, build_environment(self.given, self))

    def _register(self) -> str:
        try:
            options: Any = self.input.get("options")
            self.engine.registry.register(_offered(self.input.get("name"), options))
        except DefinitionError as refusal:
            self.remarks.append(Diagnostic(refusal.message))
            return "rejected"
        return "accepted"

    def _alias(self) -> str:
        visible = (self.input.get("options") or {}).get("visible", True)
        try:
            self.engine.registry.register_alias(self.input["target"], self.input["alias"], visible=visible)
            verdict = "accepted"
        except DefinitionError as refusal:
            self.remarks.append(Diagnostic(refusal.message))
            verdict = "rejected"
        then = self.input.get("then")
        return verdict if then is None else f"{verdict} {self.engine.expand(then, build_environment(self.given, self))}"

    def _script(self) -> str | None:
        from stcore.testing.memory import MemoryHost

        host = MemoryHost(user=self.given.get("user", "User"), greeting="")
        for store, name in ((host.local, "local"), (host.globals, "global")):
            for key, value in (self.given.get(name) or {}).items():
                store.set(key, value)
        try:
            pipe = asyncio.run(host.run(self.input)).pipe
        except StcoreError as error:
            self.remarks.append(Diagnostic(error.message))
            pipe = None
        self.local, self.globals = (
            MemoryVariables(dict(host.local.items())),
            MemoryVariables(dict(host.globals.items())),
        )
        return pipe if isinstance(pipe, str) or pipe is None else str(pipe)

    def _engine(self) -> MacroEngine:
        if not (self.given.get("macros") or self.given.get("processors") or self.kind in ("register", "alias")):
            return _plain_engine()
        engine = MacroEngine(Registry(builtin_macros()))
        for definition in self.given.get("macros") or ():
            engine.registry.register(_host_macro(definition["name"], definition))
        engine.registry.diagnostics = self.remarks.append
        for processor in self.given.get("processors") or ():
            engine.add_processor(processor["phase"], _processor(processor), priority=processor.get("priority", 100))
        return engine


@cache
def _plain_engine() -> MacroEngine:
    return MacroEngine()


# -- the environment -------------------------------------------------------------------------------------------------


def build_environment(given: Fields, case: _Case) -> Environment:
    """The environment that the keys of ``env`` describe."""
    api = given.get("api", _TEXT_COMPLETION)
    group = given.get("groupChat")
    env = Environment(
        user=given.get("user", "User"),
        char=given.get("char", group["speaker"] if group and group.get("speaker") else "Character"),
        user_override=given.get("userOverride"),
        char_override=given.get("charOverride"),
        group=_group(group) if group else None,
        group_names=given.get("groupOverride"),
        persona=given.get("persona", ""),
        card=_card(given["card"]) if "card" in given else None,
        chat_card=Card(**_renamed(given.get("chatOverrides") or {}, _OVERRIDES)),
        replace_card=given.get("replaceCard", True),
        prefer_char_prompt=given.get("preferCharPrompt", True),
        prefer_char_instruction=given.get("preferCharPostHistory", True),
        collapse_newlines=given.get("collapseNewlines", False),
        original=given.get("original"),
        chat=_chat(given),
        local=case.local,
        globals=case.globals,
        dynamic={name: _dynamic(name, value) for name, value in (given.get("dynamic") or {}).items()},
        result_filter=_FILTERS.get(given.get("postProcess", "")),
        prompts=_prompts(given),
        state=State(
            input=given.get("input", ""),
            api=api,
            is_chat_completion=api == _CHAT_COMPLETION,
            outlets=given.get("outlets") or {},
        ),
        ban=case.banned.append if api == _TEXT_COMPLETION else None,
        diagnostics=case.remarks.append,
    )
    if "now" in given:
        env = env.child(clock=ManualClock(datetime.fromisoformat(given["now"]).astimezone(UTC)))
    return env


def _renamed(given: Fields, names: Mapping[str, str]) -> dict[str, Any]:
    return {field: given[key] for key, field in names.items() if given.get(key) is not None}


def _card(given: Fields) -> Card:
    return Card(**_renamed(given, _CARD_FIELDS), alternate_greetings=tuple(given.get("altGreetings") or ()))


def _group(given: Fields) -> Group:
    muted = given.get("muted") or ()
    members = tuple(
        Member(
            name,
            Card("I am {{char}} with {{user}}", f"P {name}", greeting="Hi from {{char}}"),
            is_muted=name in muted,
        )
        for name in given["members"]
    )
    return Group(members, given.get("cards", "swap"), given.get("joinPrefix", ""), given.get("joinSuffix", ""))


def _chat(given: Fields) -> Chat:
    messages = [
        Message(
            text=message.get("text", ""),
            is_user=message.get("role") == "user",
            is_hidden=message.get("hidden", False),
            sent_at=message.get("date"),
            swipes=message.get("swipes"),
            swipe=message.get("swipeIndex"),
        )
        for message in given.get("chat") or ()
    ]
    return Chat(
        messages,
        hash=given.get("chatHash", 0),
        reroll=given.get("rerollSeed") or 0,
        first_included=given.get("firstIncluded"),
        first_displayed=given.get("firstDisplayed"),
    )


def _prompts(given: Fields) -> Prompts:
    instruct, system, context = (given.get(key) or {} for key in ("instruct", "sysprompt", "context"))
    return Prompts(
        instruct={key: value for key, value in instruct.items() if isinstance(value, str)},
        instruct_enabled=bool(instruct.get("enabled")),
        system_prompt=system.get("content", ""),
        system_prompt_enabled=bool(system.get("enabled")),
        example_separator=context.get("example_separator", ""),
        chat_start=context.get("chat_start", ""),
        reasoning=given.get("reasoning") or {},
    )


_FILTERS: dict[str, Callable[[str], str]] = {"angle": lambda text: f"<{text}>", "upper": str.upper}


def _processor(given: Fields) -> Callable[[str, Environment], str]:
    def process(text: str, env: Environment) -> str:
        if "replace" in given:
            return text.replace(*given["replace"])
        return f"{given.get('prepend', '')}{text}{given.get('append', '')}"

    return process


# -- macros of a case ------------------------------------------------------------------------------------------------


def _dynamic(name: str, given: Any) -> Any:
    """A macro of one call: values stay as they are, functions take no arguments, definitions are built."""
    if not isinstance(given, dict) or "body" not in given:
        return given
    if given.get("asFunction"):
        return Macro(name, _handler(given["body"]))
    return _host_macro(name, given)


def _host_macro(name: str, given: Fields) -> Macro:
    return Macro(
        name,
        _handler(given["body"]),
        _arguments(given.get("args", 0)),
        rest=_list_part(given.get("list")),
        aliases=_aliases(given.get("aliases", [])),
        strict=given.get("strict", True),
        delayed=given.get("delay", False),
    )


def _offered(name: Any, options: Any) -> Macro:
    """A definition in the shape in which it is offered to the registry of the reference, as one of ours."""
    if not isinstance(options, dict):
        raise DefinitionError("The macro cannot be declared: there is no definition.")
    aliases = options.get("aliases", [])
    if isinstance(aliases, list) and not all(isinstance(alias, dict) for alias in aliases):
        raise DefinitionError("The macro cannot be declared: an alias is no {alias, visible}.")
    handler = _value_handler if options.get("handler") == "FN" else options.get("handler")
    return Macro(
        name,
        handler,  # type: ignore[arg-type]  # what is wrong here is for the declaration to find out
        _arguments(options.get("unnamedArgs", 0)),
        rest=_list_part(options.get("list")),
        aliases=_aliases(aliases),
        group=options.get("category", "uncategorized"),
        return_types=options.get("returnType", "string"),
        strict=options.get("strictArgs", True),
        delayed=options.get("delayArgResolution", False),
    )


def _arguments(given: Any) -> Any:
    if not isinstance(given, list):
        return 0 if given is None else given
    return [
        Argument(entry.get("name", ""), types=_types(entry), optional=entry.get("optional", False))
        if isinstance(entry, dict)
        else entry
        for entry in given
    ]


def _types(given: Fields) -> Any:
    return given.get("type", given.get("types", "string"))


def _list_part(given: Any) -> Any:
    if given is None or given is False:
        return None
    if given is True:
        return ListPart()
    return ListPart(given.get("min", -1), given.get("max")) if isinstance(given, dict) else given


def _aliases(given: Any) -> Any:
    if given is None:
        return ()
    if not isinstance(given, list):
        return given
    return [
        Alias(entry.get("alias", ""), entry.get("visible", True)) if isinstance(entry, dict) else entry
        for entry in given
    ]


def _value_handler(call: MacroCall, *arguments: str) -> str:
    return ""


def _handler(body: Fields) -> Callable[..., object]:
    """The function that the ``body`` of a case describes."""
    kind = body["kind"]

    def handler(call: MacroCall, *arguments: str) -> object:
        match kind:
            case "join":
                return body.get("sep", "").join([*call.positional, *(call.listed or [])])
            case "parts":
                return _count(call.positional) + ("nolist" if call.listed is None else _count(call.listed))
            case "field":
                return _field(call, body["path"])
            case "value":
                return body.get("value")
            case "resolve":
                return call.resolve(arguments[0])
            case "resolve-trim":
                return call.trim_content(call.resolve(arguments[0]))
            case "raw-arg":
                return call.raw_arguments[0]
            case "warn":
                call.warn(str(body.get("message", "the handler warns")))
                return body.get("value", "")
            case _:
                raise RuntimeError("the handler throws")

    return handler


def _count(values: list[str]) -> str:
    return f"{len(values)}({'|'.join(values)})"


def _field(call: MacroCall, path: str) -> object:
    """A field of what a handler receives, by its name in the reference; lists and objects come back as JSON."""
    value: Any = _handler_fields(call)
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return js_json(value) if isinstance(value, list | dict) else value


def _handler_fields(call: MacroCall) -> dict[str, Any]:
    env, span, flags = call.environment, call.span, call.flags
    source = call.source
    return {
        "name": call.name,
        "args": call.values,
        "unnamedArgs": call.positional,
        "list": call.listed,
        "namedArgs": None,
        "flags": {
            "immediate": "!" in flags,
            "delayed": "?" in flags,
            "reevaluate": "~" in flags,
            "filter": ">" in flags,
            "closingBlock": "/" in flags,
            "preserveWhitespace": "#" in flags,
            "raw": list(flags),
        },
        "isScoped": call.is_block,
        "raw": call.raw,
        "rawOriginal": call.raw_original,
        "rawArgs": call.raw_arguments,
        "range": {"startOffset": utf16_offset(source, span.start), "endOffset": utf16_offset(source, span.end) - 1},
        "globalOffset": call.offset,
        "env": {"names": {"user": env.user_name, "char": env.char_name}, "content": call.run.call_text},
    }
