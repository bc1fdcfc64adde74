"""Reading and running scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from benchmarks.table import Row, median_ms
from stcore.commands import Interpreter
from stcore.commands.builtin import builtin_groups
from stcore.commands.registry import Registry
from stcore.commands.services import Services
from stcore.macros import Environment, MacroEngine

LINE = '/setvar key=name{n} "some words to keep" | /if left={n} right=3 rule=gt {{: /addvar key=count 1 :}} |\n'


def rows() -> Iterator[Row]:
    """Every row of this room."""
    yield from _parsing()
    yield from _running()


def _interpreter() -> Interpreter:
    return Interpreter(Registry(more=builtin_groups()), MacroEngine())


def _parsing() -> Iterator[Row]:
    interpreter = _interpreter()
    numbers = iter(range(1_000_000))

    def long() -> None:
        # A script is cached by its text, so every run reads a new one.
        interpreter.parse("".join(LINE.format(n=next(numbers)) for _ in range(450)))

    size = len(LINE.format(n=1000)) * 450 / 1e6
    yield Row("parse a script of 45 kB", size / (median_ms(long, 5) / 1000), 0.5, "MB/s", at_least=True)

    def short() -> None:
        for _ in range(100):
            interpreter.parse(f"/echo hello {next(numbers)}")

    yield Row("parse a short command", median_ms(short) / 100, 0.1, "ms")


def _running() -> Iterator[Row]:
    interpreter = _interpreter()
    count = 20_000
    script = f"/times guard=off {count} {{: /pass x :}}"

    def run() -> None:
        asyncio.run(interpreter.run(script, Services(environment=Environment())))

    yield Row("simple commands in a loop", count / (median_ms(run, 5) / 1000), 100_000, "per s", at_least=True)
