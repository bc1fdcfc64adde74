"""``stcore sources`` and ``stcore texts``: the same commands for image sources and text models.

The options of a kind are not known to this file: ``--url ...`` and every other ``--name value`` is checked against the
schema that the kind's plugin declares.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Literal

import click

from stcore.cli.common import data_option, json_option, on_host, print_json, print_table
from stcore.errors import UserError

if TYPE_CHECKING:
    from stcore.host import Host

Room = Literal["sources", "texts"]
_THING = {"sources": "image source", "texts": "text model"}
_ONE = {"sources": "an image source", "texts": "a text model"}
_FREE = {"ignore_unknown_options": True, "allow_extra_args": True}


def _connections(host: Host, room: Room) -> Any:
    return host.connections if room == "sources" else host.texts


# -- options of a kind -----------------------------------------------------------------------------------------------


def read_options(words: list[str], schema: dict[str, Any]) -> dict[str, Any]:
    """``--name value`` and ``--name=value`` as options of a kind, typed as its JSON schema says.

    A switch may stand alone (``--name``) or be denied (``--no-name``); ``--unset name`` gives ``None``, which puts an
    option back. Raises :class:`UserError` naming the option, what was given and what would pass.
    """
    fields = schema.get("properties", {})
    options: dict[str, Any] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            raise UserError(f"{word!r} belongs to no option.", hint="Write options as --name value.")
        name, equals, value = word.removeprefix("--").partition("=")
        name = name.replace("-", "_")
        if name == "unset":
            unset = (value if equals else _next(rest, word)).replace("-", "_")
            options[_known(unset, fields)] = None
            continue
        if name.startswith("no_") and name.removeprefix("no_") in fields:
            options[name.removeprefix("no_")] = False
            continue
        field = fields[_known(name, fields)]
        if _types(field) == {"boolean"} and not equals and not (rest and rest[0].lower() in _SWITCH):
            options[name] = True
            continue
        options[name] = _typed(name, value if equals else _next(rest, word), field)
    return options


_SWITCH = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}


def _known(name: str, fields: dict[str, Any]) -> str:
    if name not in fields:
        raise UserError(
            f"There is no option --{name.replace('_', '-')}.",
            hint=f"Options: {', '.join('--' + field.replace('_', '-') for field in fields) or 'none'}.",
        )
    return name


def _next(rest: list[str], word: str) -> str:
    if not rest:
        raise UserError(f"{word} needs a value.")
    return rest.pop(0)


def _types(field: dict[str, Any]) -> set[str]:
    variants = field.get("anyOf", [field])
    return {str(variant.get("type")) for variant in variants} - {"null"}


def _typed(name: str, text: str, field: dict[str, Any]) -> Any:
    """The text as the type that the schema names; what does not fit is left to the model, which explains it."""
    types = _types(field)
    if types == {"boolean"}:
        return _SWITCH.get(text.lower(), text)
    if types & {"object", "array"} and "string" not in types:
        try:
            return json.loads(text)
        except ValueError:
            example = '{"name": "value"}' if "object" in types else '["one", "two"]'
            raise UserError(
                f"--{name.replace('_', '-')}: {text!r} is no JSON.", hint=f"For example {example}"
            ) from None
    return text


def _complete(options: dict[str, Any], schema: dict[str, Any], kind: str, *, key_stdin: bool, ask: bool) -> None:
    """Fill in what is needed and secret: from standard input, or by asking whoever sits there. Nothing is echoed."""
    fields: dict[str, Any] = schema.get("properties", {})
    secrets = [name for name, field in fields.items() if "password" in str(field)]
    if key_stdin:
        if len(secrets) != 1:
            raise UserError(f"--key-stdin needs a kind with one secret; {kind} has {len(secrets)}.")
        options[secrets[0]] = sys.stdin.readline().strip()
    if not (ask and sys.stdin.isatty()):
        return
    for name in schema.get("required", ()):
        if name not in options and name not in secrets:
            options[name] = click.prompt(fields[name].get("title") or name)
    for name in secrets:
        if name not in options:
            title = f"{fields[name].get('title') or name} (empty = none)"
            entered = click.prompt(title, hide_input=True, default="", show_default=False)
            options.update({name: entered} if entered else {})


# -- commands --------------------------------------------------------------------------------------------------------


def _group(room: Room) -> click.Group:
    """All commands of one room."""
    group = click.Group(room, help=f"{_THING[room].capitalize()}s and how to reach them.", no_args_is_help=True)
    for make in (_list, _kinds, _add, _check, _set, _default, _remove, _models):
        group.add_command(make(room))
    return group


def _list(room: Room) -> click.Command:
    @click.command("list", help=f"The {_THING[room]}s that are set up; * marks the default.")
    @json_option
    @data_option
    def command(as_json: bool, data: str | None) -> None:
        async def work(host: Host) -> Any:
            return _connections(host, room).list()

        entries = on_host(data, work)
        if as_json:
            print_json(entries)
            return
        rows = [
            ("*" if e["default"] else "", e["name"], e["label"], _keys(e), e["problem"] or _shown(e["options"]))
            for e in entries
        ]
        print_table(rows, ("", "name", "kind", "secrets", "options"), empty="None is set up.")

    return command


def _shown(options: dict[str, Any]) -> str:
    return "  ".join(f"{name}={value}" for name, value in options.items() if value not in (None, "", {}, []))


def _keys(entry: dict[str, Any]) -> str:
    return " ".join(f"{name}:{'set' if is_set else '-'}" for name, is_set in entry["secrets"].items())


def _kinds(room: Room) -> click.Command:
    @click.command("kinds", help=f"The kinds of {_THING[room]} that plugins bring, or the options of one.")
    @click.argument("kind", required=False)
    @json_option
    @data_option
    def command(kind: str | None, as_json: bool, data: str | None) -> None:
        async def work(host: Host) -> Any:
            known = _connections(host, room)
            if kind is not None:
                return known.schema(kind)
            return [{"id": k.id, "label": k.label, "where": k.where, "summary": k.summary} for k in known.kinds()]

        found = on_host(data, work)
        if as_json:
            print_json(found)
        elif kind is None:
            rows = [(k["id"], k["label"], k["where"], k["summary"]) for k in found]
            print_table(rows, ("id", "label", "where", "what it is"), empty="No plugin brings any.")
        else:
            needed = set(found.get("required", ()))
            rows = [
                (f"--{name.replace('_', '-')}", _kind_of(field), "needed" if name in needed else _default_of(field),
                 field.get("description") or field.get("title", ""))
                for name, field in found.get("properties", {}).items()
            ]  # fmt: skip
            print_table(rows, ("option", "type", "default", "what it is"), empty="It has no options.")

    return command


def _kind_of(field: dict[str, Any]) -> str:
    if "password" in str(field):
        return "secret"
    words = field.get("enum") or sorted(_types(field))
    return "|".join(map(str, words))


def _default_of(field: dict[str, Any]) -> str:
    value = field.get("default")
    return "" if value is None else str(value)


def _add(room: Room) -> click.Command:
    @click.command(
        "add",
        context_settings=_FREE,
        help=f"Set up {_ONE[room]}: `stcore {room} add KIND --url ADDRESS ...`.\n\n"
        f"Every option of the kind is given as --name value; `stcore {room} kinds KIND` lists them. A secret is asked "
        "for, read with --key-stdin, or taken from the environment; it is never shown.",
    )
    @click.argument("kind")
    @click.option("--name", help="What to call it; the kind's name when left out.")
    @click.option("--key-stdin", is_flag=True, help="Read the secret from standard input.")
    @json_option
    @data_option
    @click.pass_context
    def command(
        ctx: click.Context, kind: str, name: str | None, key_stdin: bool, as_json: bool, data: str | None
    ) -> None:
        async def work(host: Host) -> Any:
            known = _connections(host, room)
            schema = known.schema(kind)
            options = read_options(ctx.args, schema)
            _complete(options, schema, kind, key_stdin=key_stdin, ask=not as_json)
            return await known.add(kind, name, options)

        entry = on_host(data, work)
        if as_json:
            print_json(entry)
        else:
            print(f"{entry['name']} is set up{' and the default' if entry['default'] else ''}.")
            print(f"Try it: stcore {room} check {entry['name']}")

    return command


def _set(room: Room) -> click.Command:
    @click.command(
        "set",
        context_settings=_FREE,
        help=f"Change options of {_ONE[room]}: --name value, or --unset name to put one back.",
    )
    @click.argument("name")
    @click.option("--key-stdin", is_flag=True, help="Read the secret from standard input.")
    @json_option
    @data_option
    @click.pass_context
    def command(ctx: click.Context, name: str, key_stdin: bool, as_json: bool, data: str | None) -> None:
        async def work(host: Host) -> Any:
            known = _connections(host, room)
            kind = known.describe(name)["kind"]
            schema = known.schema(kind)
            options = read_options(ctx.args, schema)
            _complete(options, schema, kind, key_stdin=key_stdin, ask=False)
            if not options:
                raise UserError(
                    "Nothing to change was given.", hint=f"See `stcore {room} kinds {kind}` for its options."
                )
            return await known.set(name, options)

        entry = on_host(data, work)
        if as_json:
            print_json(entry)
        else:
            print(f"{name}: {_shown(entry['options'])}")

    return command


def _check(room: Room) -> click.Command:
    @click.command("check", help=f"Ask {_ONE[room]} whether it works; never costs anything.")
    @click.argument("name", required=False)
    @json_option
    @data_option
    def command(name: str | None, as_json: bool, data: str | None) -> int:
        async def work(host: Host) -> Any:
            known = _connections(host, room)
            wanted = name or known.default_name()
            return wanted, await known.check(wanted)

        wanted, health = on_host(data, work)
        if as_json:
            print_json({"name": wanted, "usable": health.usable, **health.model_dump(mode="json")})
        else:
            print(f"{wanted}: {health.state}. {health.text}")
        return int(not health.usable)

    return command


def _default(room: Room) -> click.Command:
    @click.command("default", help=f"Use this {_THING[room]} when none is named; without NAME tell which it is.")
    @click.argument("name", required=False)
    @json_option
    @data_option
    def command(name: str | None, as_json: bool, data: str | None) -> None:
        async def work(host: Host) -> str:
            known = _connections(host, room)
            if name is not None:
                await known.default(name)
            return str(known.default_name())

        chosen = on_host(data, work)
        if as_json:
            print_json({"default": chosen})
        else:
            print(chosen if name is None else f"{chosen} is the default now.")

    return command


def _remove(room: Room) -> click.Command:
    @click.command("remove", help=f"Forget {_ONE[room]} and its secrets.")
    @click.argument("name")
    @data_option
    def command(name: str, data: str | None) -> None:
        async def work(host: Host) -> None:
            await _connections(host, room).remove(name)

        on_host(data, work)
        print(f"{name} is forgotten.")

    return command


def _models(room: Room) -> click.Command:
    @click.command("models", help=f"The models behind {_ONE[room]}.")
    @click.argument("name", required=False)
    @json_option
    @data_option
    def command(name: str | None, as_json: bool, data: str | None) -> None:
        async def work(host: Host) -> Any:
            opened = await _connections(host, room).open(name)
            kind = opened.source if room == "sources" else opened.model
            return await kind.models(opened)

        models = on_host(data, work).models
        if as_json:
            print_json([model.model_dump(mode="json") for model in models])
        else:
            rows = [(model.id, model.label, model.kind, model.availability) for model in models]
            print_table(rows, ("id", "label", "kind", "availability"), empty="It lists no models.")

    return command


sources = _group("sources")
texts = _group("texts")
