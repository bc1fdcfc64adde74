"""What a picture is wanted for: who asked, in which way, and where the result goes. Stored with the job."""

from __future__ import annotations

from typing import Any, Literal

from stcore.images.request import Record

Initiator = Literal["command", "interactive", "tool", "button", "api", "script"]
Destination = Literal["chat", "quiet", "swipe"]


class Intent(Record):
    """The wish behind an :class:`~stcore.images.request.ImageRequest`.

    ``destination``: ``chat`` = a new message, ``quiet`` = the gallery only, ``swipe`` = another picture of the message
    ``message_id``, on the swipe that shows the picture ``beside``. ``title`` is the prompt as the person or writer gave
    it, before prefixes and style were joined to it; ``pieces`` says which part of the final prompt came from where.
    ``automatic`` jobs (every n-th reply) wait behind those that somebody asked for.
    """

    initiator: Initiator = "command"
    mode: str = "free"
    chat_id: str | None = None
    destination: Destination = "chat"
    message_id: str | None = None
    beside: str | None = None
    title: str = ""
    extra_negative: str = ""
    style: str = ""
    pieces: tuple[dict[str, Any], ...] = ()
    automatic: bool = False
    keep_size: bool = False

    @property
    def quiet(self) -> bool:
        """Whether the result is shown nowhere but in the gallery."""
        return self.destination == "quiet"
