"""The bodies of requests about quick replies. Names are those of the format in which sets are shared."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from stcore.web.models import Body

Name = Annotated[str, Field(min_length=1, max_length=200)]
Script = Annotated[str, Field(max_length=1_000_000)]


class SetChange(Body):
    """How the replies of a set work; only what is given changes. ``name`` renames it."""

    name: Name = ""
    disableSend: bool = False
    placeBeforeInput: bool = False
    injectInput: bool = False
    color: Annotated[str, Field(max_length=100)] = ""
    onlyBorderColor: bool = False


class NewSet(SetChange):
    name: Name


class ReplyChange(Body):
    """A quick reply; only what is given changes. An entry of ``contextList`` has ``set`` and ``isChained``."""

    label: Annotated[str, Field(max_length=1000)] = ""
    message: Script = ""
    icon: Annotated[str, Field(max_length=200)] = ""
    showLabel: bool = False
    title: Annotated[str, Field(max_length=4000)] = ""
    isHidden: bool = False
    preventAutoExecute: bool = True
    executeOnStartup: bool = False
    executeOnUser: bool = False
    executeOnAi: bool = False
    executeOnChatChange: bool = False
    executeOnNewChat: bool = False
    executeOnGroupMemberDraft: bool = False
    executeBeforeGeneration: bool = False
    automationId: Annotated[str, Field(max_length=1000)] = ""
    contextList: list[dict[str, Any]] = []


class Order(Body):
    """The ids of all replies of a set, in their new order."""

    ids: list[int] = Field(max_length=10_000)


class ActiveEntry(Body):
    set: Name
    visible: bool = True


class Activation(Body):
    """The sets that are on in one place, in their order: everywhere, in a chat, or for its character."""

    where: Literal["global", "chat", "character"]
    chat_id: str | None = None
    sets: list[ActiveEntry] = Field(max_length=1000)


class ToImport(Body):
    """``set`` is the content of a file; ``name`` replaces the name in it, ``replace`` an existing set of the name."""

    set: dict[str, Any]
    name: Name | None = None
    replace: bool = False


class Step(Body):
    set: Name
    id: int


class Pressed(Body):
    """``path`` is the button, then each choice in its menus; ``typed`` is what stands in the message box."""

    chat_id: str
    path: list[Step] = Field(min_length=1, max_length=10)
    typed: Script = ""


class ToTry(Body):
    """A script that is run without being stored; ``typed`` stands for the message box."""

    chat_id: str
    text: Script
    typed: Script = ""


class Opened(Body):
    """``new``: the person has just made this chat."""

    new: bool = False
