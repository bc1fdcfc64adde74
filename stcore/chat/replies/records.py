"""Quick replies and their sets, as frozen values (spec/stscript.md 17.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

Occasion = Literal["startup", "user", "bot", "load", "new", "group", "generation"]
"""When a reply runs by itself: the words of ``/qr-create`` (spec/stscript.md 17.5)."""

OCCASIONS: tuple[Occasion, ...] = get_args(Occasion)


@dataclass(frozen=True, slots=True)
class MenuLink:
    """One set in the context menu of a reply. ``chained`` puts the reply's own text before the one chosen there.

    ``extra`` holds what other programs wrote into the file and this one does not know; so it is below.
    """

    set: str
    chained: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """A stored text: a script when it begins with a slash, else a message.

    ``id`` is unique in its set. ``calm`` keeps other replies from running by themselves while this one does so.
    ``automation_id`` lets an entry of a lorebook run it.
    """

    id: int
    label: str = ""
    message: str = ""
    icon: str = ""
    show_label: bool = False
    title: str = ""
    hidden: bool = False
    occasions: frozenset[Occasion] = frozenset()
    calm: bool = True
    automation_id: str = ""
    menu: tuple[MenuLink, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReplySet:
    """Replies in their order, and how a click on them works.

    ``no_send`` puts the text into the message box instead of running or sending it; ``inject`` adds what is typed
    there, behind the text with ``before``, in front of it without. ``highest_id`` keeps ids of deleted replies unused.
    """

    name: str
    no_send: bool = False
    before: bool = False
    inject: bool = False
    color: str = ""
    only_border: bool = False
    replies: tuple[Reply, ...] = ()
    highest_id: int = 0
    extra: dict[str, Any] = field(default_factory=dict)

    def reply(self, *, id: int | None = None, label: str | None = None) -> Reply | None:
        """The reply with the id, else the first one with the label."""
        if id is not None:
            return next((reply for reply in self.replies if reply.id == id), None)
        return next((reply for reply in self.replies if reply.label == label), None)

    def with_new(self, reply: Reply) -> ReplySet:
        """The set with ``reply`` at its end, under a fresh id."""
        # Ids count up by two from 2, as in the files that people have: a script may know the id of a set it makes.
        id = max(self.highest_id, *(other.id for other in self.replies), 0) + 2
        return replace(self, replies=(*self.replies, replace(reply, id=id)), highest_id=id)

    def with_changed(self, reply: Reply) -> ReplySet:
        """The set with ``reply`` in the place of the one with its id."""
        return replace(self, replies=tuple(reply if other.id == reply.id else other for other in self.replies))

    def without(self, id: int) -> ReplySet:
        """The set without a reply."""
        return replace(self, replies=tuple(reply for reply in self.replies if reply.id != id))

    def in_order(self, ids: Iterable[int]) -> ReplySet:
        """The set with its replies in the order of ``ids``; those that are not named keep their order behind them."""
        places = {id: place for place, id in enumerate(ids)}
        return replace(self, replies=tuple(sorted(self.replies, key=lambda reply: places.get(reply.id, len(places)))))


@dataclass(frozen=True, slots=True)
class ActiveSet:
    """A set that is switched on somewhere; only ``visible`` ones show their buttons."""

    name: str
    visible: bool = True
