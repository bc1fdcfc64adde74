"""Expanding macros: the five workloads of the comparison with SillyTavern, nesting, hostile texts.

Budgets of the five are half of SillyTavern's medians on a comparable machine: 624, 63, 2.1, 5.0 and 137 ms.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from benchmarks.table import Row, median_ms
from stcore.macros import Chat, Environment, MacroEngine, Message
from stcore.macros.reference import example_scene

FILLER = "the harbour lies still and the boats are asleep. "

CARD = (
    "{{char}} keeps the light at {{.place ?? the point}}. {{// keep it short }}"
    "{{if {{.met}}}}{{char}} knows {{user}} well.{{else}}{{setvar::met::1}}{{char}} does not know {{user}}.{{/if}}"
    " It is {{time}} on {{weekday}}, {{date}}; the wind is {{random::weak::strong::wild}}. "
    "{{pick::oak, elm, ash}} {{getvar::mood}} {{incvar::turn}} {{roll::1d6}} {{if persona}}{{persona}}{{/if}} "
    "{{trim}}\n{{reverse::abc}}{{newline}}{{lastMessage}} <USER> {{idleDuration}}"
)
"""Twenty macros of the kinds that cards use."""

HOSTILE = {
    "10,000 openers": "{{" * 10_000,
    "10,000 open macros": "{{user " * 10_000,
    "10,000 closers": "}}" * 10_000,
    "10,000 open ifs": "{{if" * 10_000,
    "10,000 open ifs with a condition": "{{if 1}}" * 10_000,
    "10,000 open comments": "{{//" * 10_000,
    "10,000 open block comments": "{{//}}" * 10_000,
    "5,000 openers and closers in turn": "{{a}}{{/b}}" * 5_000,
    "10,000 pipes in open macros": "{{a|" * 10_000,
    "10,000 single braces": "{ } " * 10_000,
}


def rows() -> Iterator[Row]:
    """Every row of this room."""
    engine = MacroEngine()
    yield from _compared(engine)
    yield from _cold()
    yield from _nesting(engine)
    yield from _hostile()


def _scene() -> Environment:
    messages = [Message(FILLER, is_user=n % 2 == 0, sent_at=1709640000000 + n) for n in range(40)]
    return example_scene().child(chat=Chat(messages, hash=7), random=random.Random(7))


def _compared(engine: MacroEngine) -> Iterator[Row]:
    env = _scene()
    card = CARD + FILLER * ((2000 - len(CARD)) // len(FILLER))
    large = "".join(f"{FILLER * 2}{{{{user}}}} " for _ in range(2000))
    nested, plain = nest(50), FILLER * (1_000_000 // len(FILLER))
    yield Row("2 kB card text with 20 macros, 1,000 times", _times(engine, env, card, 1000), 312, "ms")
    yield Row("200 kB text with 2,000 macros", _times(engine, env, large), 31.5, "ms")
    yield Row("50 levels of nesting", _times(engine, env, nested), 1.05, "ms")
    yield Row("1 MB of plain text", _times(engine, env, plain), 1.0, "ms")
    yield Row("Hello {{user}}!, 10,000 times", _times(engine, env, "Hello {{user}}!", 10_000), 68.5, "ms")


def _times(engine: MacroEngine, env: Environment, text: str, count: int = 1) -> float:
    def expand() -> None:
        for _ in range(count):
            engine.expand(text, env)

    return median_ms(expand, 5 if count > 1 else 20)


def _cold() -> Iterator[Row]:
    """Texts that were never seen before: read, compiled and run."""
    env, large = _scene(), "".join(f"{FILLER * 2}{{{{user}}}} " for _ in range(2000))
    yield Row("the card text, never seen before", _fresh(env, CARD), 6, "ms")
    yield Row("the 200 kB text, never seen before", _fresh(env, large), 200, "ms")


def _fresh(env: Environment, text: str) -> float:
    """The time of a text that is new each time: a number stands before it."""
    engine, numbers = MacroEngine(), itertools.count()
    return median_ms(lambda: engine.expand(f"{next(numbers)} {text}", env), 5)


def nest(levels: int) -> str:
    """Macros inside macros."""
    return "{{reverse::" * levels + "x" + "}}" * levels


def nest_blocks(levels: int) -> str:
    """Blocks inside blocks."""
    return "{{if 1}}a" * levels + "{{/if}}" * levels


def _nesting(engine: MacroEngine) -> Iterator[Row]:
    """Ten times the levels may take ten times the time; with a little patience for the clock."""
    env = _scene()
    for kind, nested in (("arguments", nest), ("blocks", nest_blocks)):
        few, many = (_fresh(env, nested(levels)) for levels in (50, 500))
        note = f"{few:.2f} ms and {many:.2f} ms"
        yield Row(f"500 nested {kind} over 50, new each time", many / few, 15, "times", note=note)


def _hostile() -> Iterator[Row]:
    env = _scene()
    for what, text in HOSTILE.items():
        half = _fresh(env, text[: len(text) // 2])
        whole = _fresh(env, text)
        yield Row(what, whole, 1000, "ms", note=f"{whole / half:.1f} times that of half of it")
