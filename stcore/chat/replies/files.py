"""Sets of quick replies as JSON, in the form that SillyTavern shares them in (version 2).

Keys this program does not know are kept and written back, so nothing is lost on the way through it. The same form is
stored in the database and given by ``/qr-get``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from stcore.chat.replies.records import OCCASIONS, MenuLink, Occasion, Reply, ReplySet
from stcore.errors import UserError

VERSION = 2
NO_COLOR = "rgba(0, 0, 0, 0)"

_OCCASION_KEYS: dict[Occasion, str] = {
    "startup": "executeOnStartup",
    "user": "executeOnUser",
    "bot": "executeOnAi",
    "load": "executeOnChatChange",
    "group": "executeOnGroupMemberDraft",
    "new": "executeOnNewChat",
    "generation": "executeBeforeGeneration",
}


def set_to_json(of: ReplySet) -> dict[str, Any]:
    """The set as it is shared with others."""
    return {
        "version": VERSION,
        "name": of.name,
        "disableSend": of.no_send,
        "placeBeforeInput": of.before,
        "injectInput": of.inject,
        "color": of.color or NO_COLOR,
        "onlyBorderColor": of.only_border,
        "qrList": [reply_to_json(reply) for reply in of.replies],
        "idIndex": of.highest_id,
        **of.extra,
    }


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """One reply, as ``/qr-get`` gives it."""
    return {
        "id": reply.id,
        "icon": reply.icon,
        "showLabel": reply.show_label,
        "label": reply.label,
        "title": reply.title,
        "message": reply.message,
        "contextList": [{**link.extra, "set": link.set, "isChained": link.chained} for link in reply.menu],
        "preventAutoExecute": reply.calm,
        "isHidden": reply.hidden,
        **{key: occasion in reply.occasions for occasion, key in _OCCASION_KEYS.items()},
        "automationId": reply.automation_id,
        **reply.extra,
    }


def set_from_json(data: Any) -> ReplySet:
    """The set in a file of SillyTavern. Raises :class:`UserError` for anything else, with the place of the mistake."""
    if not isinstance(data, Mapping) or not isinstance(data.get("qrList"), list):
        raise UserError(
            "This is no set of quick replies.",
            hint='A set is a JSON object with "name" and "qrList"; SillyTavern exports one below Quick Reply.',
        )
    fields = _Fields(data, "The set")
    name = fields.text("name").strip()
    if not name:
        raise UserError("The set has no name.", hint='Give it one: "name": "My set".')
    fields.take("qrList")
    replies = tuple(reply_from_json(item, f"Reply {number}") for number, item in enumerate(data["qrList"], 1))
    color = fields.text("color")
    made = ReplySet(
        name=name,
        no_send=fields.flag("disableSend"),
        before=fields.flag("placeBeforeInput"),
        inject=fields.flag("injectInput"),
        color="" if color == NO_COLOR else color,
        only_border=fields.flag("onlyBorderColor"),
        replies=replies,
        highest_id=fields.number("idIndex"),
        extra=fields.rest({"version": VERSION}),
    )
    return _with_own_ids(made)


def _with_own_ids(of: ReplySet) -> ReplySet:
    """Files edited by hand hold replies without an id, or two with the same one: the later ones get a fresh one."""
    highest = max([of.highest_id, *(reply.id for reply in of.replies)])
    seen: set[int] = set()
    replies = []
    for reply in of.replies:
        if reply.id <= 0 or reply.id in seen:
            highest += 1
            replies.append(replace(reply, id=highest))
        else:
            replies.append(reply)
        seen.add(reply.id)
    changed = tuple(replies)
    return of if changed == of.replies else replace(of, replies=changed, highest_id=highest)


def reply_from_json(data: Any, where: str = "The reply") -> Reply:
    """One reply of a set; ``where`` is how errors call it. Raises :class:`UserError`."""
    if not isinstance(data, Mapping):
        raise UserError(f"{where} of the set is no JSON object.")
    fields = _Fields(data, where)
    menu = fields.take("contextList")
    if not isinstance(menu, list | None):
        raise UserError(f"{where}: contextList must be a list.")
    return Reply(
        id=fields.number("id"),
        label=fields.text("label"),
        message=fields.text("message"),
        icon=fields.text("icon"),
        show_label=fields.flag("showLabel"),
        title=fields.text("title"),
        hidden=fields.flag("isHidden"),
        occasions=frozenset(occasion for occasion in OCCASIONS if fields.flag(_OCCASION_KEYS[occasion])),
        calm=fields.flag("preventAutoExecute", default=True),
        automation_id=fields.text("automationId"),
        menu=tuple(_link(link, where) for link in menu or ()),
        extra=fields.rest(),
    )


def _link(data: Any, where: str) -> MenuLink:
    if not isinstance(data, Mapping):
        raise UserError(f"{where}: an entry of contextList is no JSON object.")
    fields = _Fields(data, f"{where}, contextList")
    return MenuLink(fields.text("set"), fields.flag("isChained"), fields.rest())


class _Fields:
    """Reads the keys of one JSON object, each once; what was not read is the :meth:`rest`."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self._left, self._where = dict(data), where

    def take(self, key: str) -> Any:
        return self._left.pop(key, None)

    def text(self, key: str) -> str:
        value = self.take(key)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise UserError(f"{self._where}: {key} must be text, not {value!r}.")

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool | int):
            return bool(value)
        raise UserError(f"{self._where}: {key} must be true or false, not {value!r}.")

    def number(self, key: str) -> int:
        value = self.take(key)
        if value is None:
            return 0
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise UserError(f"{self._where}: {key} must be a whole number, not {value!r}.")

    def rest(self, usual: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What was not read, without keys that hold their ``usual`` value."""
        usual = usual or {}
        return {key: value for key, value in self._left.items() if key not in usual or usual[key] != value}
