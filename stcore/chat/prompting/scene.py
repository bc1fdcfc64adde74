"""What a prompt is made for, and in which surroundings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from stcore.chat.facts import Facts
    from stcore.chat.window import ChatWindow
    from stcore.commands.services import Ui
    from stcore.host import Host
    from stcore.macros import Environment

Kind = Literal["normal", "swipe", "regenerate", "continue", "impersonate", "quiet"]
"""Why a text is generated; ``{{lastGenerationType}}`` gives the last one."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One chat as a prompt sees it. ``run_filter`` runs the closure of an injection and says whether it gave a yes;
    ``activated`` hears of entries of world info that joined a prompt, by their automation ids.
    ``ui`` is who is told while a text is written."""

    host: Host
    chat_id: str
    environment: Environment
    facts: Facts
    window: ChatWindow
    run_filter: Callable[[str], Awaitable[bool]]
    activated: Callable[[Sequence[str]], Awaitable[None]]
    ui: Ui | None = None

    def expand(self, text: str) -> str:
        """``text`` with its macros."""
        return self.host.macros.expand(text, self.environment)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the model.

    ``instruction`` goes behind everything. The history ends before position ``before``. ``length`` (tokens) and
    ``stop`` hold for this request only. ``speaker`` is who gives the instruction, for models that complete text;
    with ``as_character`` the answer goes on as the character's. ``model`` is another one of the connection than usual.
    """

    kind: Kind = "normal"
    instruction: str = ""
    before: int | None = None
    length: int | None = None
    stop: tuple[str, ...] = ()
    speaker: str = ""
    as_character: bool = False
    model: str = ""


@dataclass(frozen=True, slots=True)
class RawWanted:
    """A request without the chat. With ``tidy`` names of speakers are taken off and the answer ends where somebody
    else begins to speak; without ``instruct`` a text goes to a model that completes text as it is."""

    prompt: str
    system: str = ""
    prefill: str = ""
    length: int | None = None
    stop: tuple[str, ...] = ()
    tidy: bool = True
    instruct: bool = True
    as_character: bool = False


@dataclass(frozen=True, slots=True)
class Ends:
    """Where an answer begins and ends, for :class:`stcore.text.reply.Replying`."""

    speaker: str = ""
    marks: tuple[str, ...] = ()
    tags: tuple[str, str] = ("", "")
