"""The command line in fresh processes: every room imports what it needs, and its process ends with the right status.

The other tests of this room run in forks of a process that has imported everything beforehand; see ``nursery.py``.
"""

from __future__ import annotations

import pytest

from .conftest import Program


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chats", "list"), "There are no chats yet."),
        (("characters", "list"), "no characters"),
        (("books", "list"), "no world info"),
        (("presets", "list"), "Lively"),
        (("pictures", "list"), "There are no pictures yet."),
        (("jobs", "list"), "No pictures are being made."),
        (("replies", "list"), "There are no quick replies yet."),
        (("styles", "list"), "Anime"),
        (("workflows", "list"), "Default_Comfy_Workflow.json"),
        (("modes", "list"), "There are no modes of your own yet."),
        (("image-prompts", "list"), "{{prompt}}"),
        (("sources", "list"), "canvas"),
        (("texts", "list"), "offline"),
        (("plugins", "list"), "canvas"),
        (("commands",), "/imagine"),
        (("macros",), "{{char}}"),
        (("expand", "{{random::a}}"), "a\n"),
        (("run", "-c", "/pass x"), "x\n"),
    ],
    ids=lambda words: words[0] if isinstance(words, tuple) else "",
)
def test_every_room_starts_by_itself(stcore: Program, words: tuple[str, ...], said: str) -> None:
    done = stcore.fresh(*words)
    assert (done.status, said in done.out) == (0, True)


def test_what_went_wrong_is_told_by_the_status(stcore: Program) -> None:
    assert [
        stcore.fresh(*words).status
        for words in (["check", "-c", "/pass x"], ["check", "-c", "/nosuch"], ["chats", "show", "nosuch"], ["--nosuch"])
    ] == [0, 1, 1, 2]


def test_a_picture_from_a_fresh_process(stcore: Program) -> None:
    done = stcore.fresh("run", "-c", "/sd width=64 height=64 the sea")
    assert (done.status, done.out.endswith(".png\n")) == (0, True)
