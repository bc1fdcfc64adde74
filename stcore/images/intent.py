"""What a picture is wanted for: who asked, in which way, and where the result goes. Stored with the job."""

from __future__ import annotations

from typing import Any, Literal

from stcore.images.request import Record

Initiator = Literal["command", "interactive", "tool", "button", "swipe", "api", "script", "tag", "phrase"]
Destination = Literal["chat", "quiet", "message"]


class Post(Record):
    """The message that shows a new picture, all of it decided when the picture was asked for (12.1)."""

    name: str = ""
    text: str = ""
    hidden: bool = True


class Intent(Record):
    """The wish behind an :class:`~stcore.images.request.ImageRequest`.

    ``destination``: ``chat`` = a new message (``post``), ``quiet`` = the gallery only, ``message`` = another picture of
    the message ``message_id``, on its text ``swipe`` (``None``: the one that shows the picture ``beside``, else the
    one shown). ``tag`` is a picture tag in that text, in whose place the picture goes. ``background`` makes it the
    background of the chat.

    ``argument`` is what was asked for; ``title`` the prompt as the person or writer gave it, before prefixes and style
    were joined to it, ``warning`` why it may be none, ``pieces`` which part of the final prompt came from where.
    ``automatic`` jobs (every n-th reply) wait behind those that somebody asked for. ``subject_id`` is the character or
    group in whose gallery the picture is. ``references`` are the reference pictures of this wish alone, ``depicts``
    tells whether the picture shows the character; further pictures repeat both.
    """

    initiator: Initiator = "command"
    mode: str = "free"
    number: int = 6
    argument: str = ""
    chat_id: str | None = None
    destination: Destination = "chat"
    post: Post = Post()
    background: bool = False
    message_id: str | None = None
    swipe: int | None = None
    beside: str | None = None
    tag: str = ""
    subject_id: str | None = None
    title: str = ""
    extra_negative: str = ""
    style: str = ""
    pieces: tuple[dict[str, Any], ...] = ()
    automatic: bool = False
    keep_size: bool = False
    references: tuple[str, ...] = ()
    depicts: bool = False
    warning: str = ""

    @property
    def quiet(self) -> bool:
        """Whether the result is shown nowhere but in the gallery."""
        return self.destination == "quiet"
