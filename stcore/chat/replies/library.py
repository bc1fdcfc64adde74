"""What can be done with sets of quick replies: change them, switch them on, find a reply by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from stcore.chat.replies.records import ActiveSet, Occasion, Reply, ReplySet
from stcore.chat.replies.shelf import Shelf, Store
from stcore.errors import NotFound, UserError

LONGEST_NAME = 200
"""Characters of the name of a set."""


@dataclass(frozen=True, slots=True)
class Found:
    """A reply with the set it is in."""

    set: ReplySet
    reply: Reply

    @property
    def name(self) -> str:
        """As ``/run`` knows it everywhere."""
        return f"{self.set.name}.{self.reply.label}"


class ReplyLibrary:
    """All sets of one host. Without a chat (``None``) only what is switched on everywhere is active."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # -- sets --------------------------------------------------------------------------------------------------------

    async def sets(self) -> Sequence[ReplySet]:
        """Every set, by the alphabet."""
        return await self._store.read(lambda shelf: [_known(shelf, name) for name in shelf.names()])

    async def names(self) -> Sequence[str]:
        """The names of the sets, by the alphabet."""
        return await self._store.read(lambda shelf: list(shelf.names()))

    async def get(self, name: str) -> ReplySet:
        """The set, or ``NotFound``."""
        return await self._store.read(lambda shelf: _known(shelf, name))

    async def add(self, of: ReplySet, *, replacing: bool = False) -> ReplySet:
        """Keep a new set. One of the same name is refused, or replaced with all its replies."""
        _check_name(of.name)

        def fn(shelf: Shelf) -> ReplySet:
            if shelf.get(of.name) is not None and not replacing:
                raise UserError(f"There is a set “{of.name}” already.", hint="Choose another name, or replace it.")
            shelf.put(of)
            return of

        return await self._store.write(fn)

    async def change(self, name: str, edit: Callable[[ReplySet], ReplySet]) -> ReplySet:
        """Change a set in one transaction; ``edit`` keeps its name. ``NotFound`` for an unknown one."""

        def fn(shelf: Shelf) -> ReplySet:
            changed = edit(_known(shelf, name))
            shelf.put(changed)
            return changed

        return await self._store.write(fn)

    async def rename(self, name: str, new: str) -> ReplySet:
        """Give a set another name; wherever it is switched on or hangs in a menu it is called so too."""
        _check_name(new)

        def fn(shelf: Shelf) -> ReplySet:
            known = _known(shelf, name)
            if new == name:
                return known
            if shelf.get(new) is not None:
                raise UserError(f"There is a set “{new}” already.", hint="Choose another name.")
            shelf.drop(name)
            shelf.put(replace(known, name=new))
            _follow(shelf, name, new)
            return _known(shelf, new)

        return await self._store.write(fn)

    async def delete(self, name: str) -> None:
        """Remove a set, also from where it is switched on and from menus."""

        def fn(shelf: Shelf) -> None:
            _known(shelf, name)
            shelf.drop(name)
            _follow(shelf, name, None)

        await self._store.write(fn)

    # -- where they are switched on ----------------------------------------------------------------------------------

    async def places(self, chat_id: str | None) -> Sequence[str]:
        """Where sets may be switched on for a chat, in the order in which they count: everywhere, for it, for its
        character."""
        return await self._store.read(lambda shelf: shelf.places(chat_id))

    async def switch(self, scope: str, name: str, on: bool | None = None, *, visible: bool = True) -> bool:
        """Switch a set on (``None``: the other way round) in a scope, with its buttons or without. Whether it is on."""

        def fn(shelf: Shelf) -> bool:
            _known(shelf, name)
            active = list(shelf.active(scope))
            was = any(other.name == name for other in active)
            wanted = not was if on is None else on
            if wanted and was:
                active = [ActiveSet(name, visible) if other.name == name else other for other in active]
            elif wanted:
                active.append(ActiveSet(name, visible))
            else:
                active = [other for other in active if other.name != name]
            shelf.activate(scope, active)
            return wanted

        return await self._store.write(fn)

    async def arrange(self, scope: str, sets: Sequence[ActiveSet]) -> None:
        """Switch on exactly these sets in a scope, in this order; ``NotFound`` for an unknown one."""

        def fn(shelf: Shelf) -> None:
            for of in sets:
                _known(shelf, of.name)
            shelf.activate(scope, list({of.name: of for of in sets}.values()))

        await self._store.write(fn)

    async def switched_on(self, scope: str) -> Sequence[ActiveSet]:
        """The sets that are switched on in one scope."""
        return await self._store.read(lambda shelf: list(shelf.active(scope)))

    async def active(self, chat_id: str | None) -> Sequence[tuple[ReplySet, bool]]:
        """The sets that are on in a chat, each once, with whether they show their buttons."""
        return await self._store.read(lambda shelf: _active(shelf, chat_id))

    # -- replies -----------------------------------------------------------------------------------------------------

    async def find(self, name: str, chat_id: str | None, *, of_character: bool = True) -> Found | None:
        """The reply that ``/run name`` means: a label in an active set, else ``Set.Label`` of any set (17.2).

        Without ``of_character`` what is only on for the character of the chat does not count.
        """

        def fn(shelf: Shelf) -> Found | None:
            for of, _ in _active(shelf, chat_id, of_character=of_character):
                if (reply := of.reply(label=name)) is not None:
                    return Found(of, reply)
            set_name, dot, label = name.partition(".")
            known = shelf.get(set_name) if dot else None
            reply = known.reply(label=label) if known else None
            return Found(known, reply) if known and reply else None

        return await self._store.read(fn)

    async def listed(self, chat_id: str | None) -> Sequence[Found]:
        """Every reply of the active sets, in the order in which ``/qr`` counts them."""
        return [Found(of, reply) for of, _ in await self.active(chat_id) for reply in of.replies]

    async def due(
        self, chat_id: str | None, occasion: Occasion | None, automation_ids: frozenset[str] = frozenset()
    ) -> Sequence[Found]:
        """The replies of active sets that run by themselves on an occasion, or for entries with these ids (17.5)."""
        return [
            found
            for found in await self.listed(chat_id)
            if occasion in found.reply.occasions or found.reply.automation_id in automation_ids
        ]


def _known(shelf: Shelf, name: str) -> ReplySet:
    found = shelf.get(name)
    if found is None:
        names = ", ".join(shelf.names())
        raise NotFound(
            f"There is no set of quick replies “{name}”.",
            hint=f"There are: {names}." if names else "There is none yet: /qr-set-create makes one.",
        )
    return found


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME:
        raise UserError(f"A set needs a name of 1 to {LONGEST_NAME} characters.")


def _active(shelf: Shelf, chat_id: str | None, *, of_character: bool = True) -> list[tuple[ReplySet, bool]]:
    """A set that is on in several scopes counts where it comes first, and shows when one of them shows it."""
    # Asked for after every message: where nothing is on anywhere, one question has to be enough.
    used = frozenset(shelf.scopes())
    places = shelf.places(chat_id) if used else ()
    visible: dict[str, bool] = {}
    for scope in places:
        if scope not in used or (not of_character and scope.startswith("character:")):
            continue
        for of in shelf.active(scope):
            visible[of.name] = visible.get(of.name, False) or of.visible
    sets = ((shelf.get(name), shown) for name, shown in visible.items())
    return [(of, shown) for of, shown in sets if of is not None]


def _follow(shelf: Shelf, name: str, new: str | None) -> None:
    """A set was renamed, or removed (``None``): say so everywhere it is named."""
    for scope in shelf.scopes():
        renamed = [replace(of, name=new or "") if of.name == name else of for of in shelf.active(scope)]
        shelf.activate(scope, [of for of in renamed if of.name])
    for other in shelf.names():
        of = _known(shelf, other)
        if any(link.set == name for reply in of.replies for link in reply.menu):
            shelf.put(replace(of, replies=tuple(_with_menu(reply, name, new) for reply in of.replies)))


def _with_menu(reply: Reply, name: str, new: str | None) -> Reply:
    renamed = [replace(link, set=new or "") if link.set == name else link for link in reply.menu]
    return replace(reply, menu=tuple(link for link in renamed if link.set))
