"""World info: deciding which of a thousand entries join a prompt."""

from __future__ import annotations

import random
from collections.abc import Iterator

from benchmarks.table import Row, median_ms
from stcore.chat.lore.engine import Outcome, activate
from stcore.chat.lore.records import Entry, read_entry
from stcore.chat.lore.scene import Rules, Scanned
from stcore.commands.guard import Searcher
from stcore.text.tokens import estimate_tokens

ENTRIES, MESSAGES, WORDS = 1000, 20, 100


def rows() -> Iterator[Row]:
    """Every row of this room."""
    searcher = Searcher()
    rng = random.Random(5)
    vocabulary = ["".join(rng.choices("etaoinshrdlucm", k=rng.randint(3, 9))) for _ in range(6000)]
    names = ["".join(rng.choices("etaoinshrdlucmfgpwybvk", k=rng.randint(5, 12))) for _ in range(3 * ENTRIES)]
    chat = [f"Mira: {' '.join(rng.choices(vocabulary, k=WORDS))} {rng.choice(names)}." for _ in range(MESSAGES)]
    scanned = Scanned(chat, [f"message {number}" for number in range(MESSAGES)], length=MESSAGES)

    def entry(uid: int) -> Entry:
        text = " ".join(rng.choices(vocabulary, k=60))
        return read_entry(
            "Book", {"uid": uid, "key": names[3 * uid : 3 * uid + 3], "content": text, "order": uid % 100}
        )

    entries = [entry(uid) for uid in range(ENTRIES)]

    def once() -> Outcome:
        return activate(
            entries,
            scanned,
            Rules(depth=MESSAGES),
            expand=lambda text: text,
            count_tokens=estimate_tokens,
            search=searcher.search,
            rng=random.Random(1),
        )

    assert once().joined
    yield Row(f"world info: {ENTRIES} entries, {MESSAGES} messages", median_ms(once, 15), 20, "ms")
    searcher.close()
