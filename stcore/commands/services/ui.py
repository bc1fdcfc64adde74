"""The person who watches."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from stcore.errors import StcoreError

if TYPE_CHECKING:
    from stcore.commands.runtime import Interpreter
    from stcore.commands.watching import Watcher

Level = Literal["info", "success", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a choice."""

    text: str
    tooltip: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How a dialog looks, where there is room for dialogs. ``tooltip`` stands under the pointer."""

    large: bool = False
    wide: bool = False
    wider: bool = False
    transparent: bool = False
    scroll: bool = True
    tooltip: str = ""


PLAIN = Look()


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with all that can be said of one.

    It stays for ``seconds``, and for ``hovered`` more under the pointer; both 0 keep it until it is clicked. ``once``
    shows it only where the same is not shown already. With ``markup`` the text is HTML that is safe.
    """

    text: str
    level: Level = "info"
    title: str = ""
    seconds: float = 4.0
    hovered: float = 10.0
    once: bool = False
    css_class: str = ""
    color: str = ""
    markup: bool = False


@dataclass(frozen=True, slots=True)
class Loader:
    """A sign that something takes its time. ``blocking`` keeps people from doing anything else meanwhile; its
    ``toast`` is missing, there, or has a stop button."""

    handle: str
    message: str = "Generating..."
    title: str = ""
    blocking: bool = True
    toast: Literal["none", "static", "stoppable"] = "stoppable"
    stop_tooltip: str = "Stop"


@dataclass(frozen=True, slots=True)
class PromptSheet:
    """A prompt that somebody may change before it is used (image-generation.md section 8).

    ``negative`` is the extra negative prompt, ``None`` where there is none to show. ``size`` (``768x512``) is the size
    kept with a picture that is made again, empty where there is none; ``keep_size`` whether it is used again.
    """

    prompt: str
    negative: str | None = None
    size: str = ""
    keep_size: bool = True
    title: str = ""
    warning: str = ""


class Ui(Protocol):
    """The person in front of it. Questions raise :class:`NeedsPerson` when nobody is there to answer."""

    def toast(self, text: str, level: Level = "info", title: str = "") -> None:
        """Show a short notice."""
        ...

    async def notify(
        self, notice: Notice, *, wait: bool = False, clicked: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Show a notice; with ``wait`` until it is gone. ``clicked`` is called for a click on it."""
        ...

    def error(self, error: StcoreError) -> None:
        """Show an error that does not end the script."""
        ...

    def show(self, markdown: str, title: str = "") -> None:
        """Show a longer text, help for example, without waiting."""
        ...

    async def popup(
        self, text: str, *, title: str = "", ok: str = "OK", cancel: str = "", look: Look = PLAIN
    ) -> bool | None:
        """Show a dialog and wait: true for the confirming button, false for the other, ``None`` when closed."""
        ...

    async def ask(
        self,
        text: str,
        *,
        default: str = "",
        placeholder: str = "",
        rows: int = 4,
        ok: str = "OK",
        look: Look = PLAIN,
    ) -> str | None:
        """Ask for a text; ``None`` when cancelled."""
        ...

    async def buttons(self, text: str, buttons: Sequence[Button], *, multiple: bool = False) -> Sequence[str] | None:
        """Offer buttons; the labels chosen in the order of clicking, ``None`` when cancelled."""
        ...

    async def review(self, sheet: PromptSheet) -> PromptSheet | None:
        """Let the person change a prompt; ``None`` when they call the picture off."""
        ...

    async def show_gallery(self, subject_id: str | None) -> None:
        """Open the gallery of a character or group, without one that of the chat."""
        ...

    async def set_input(self, text: str) -> None:
        """Put ``text`` into the message box."""
        ...

    def beep(self) -> None:
        """Make a short sound."""
        ...

    async def read_clipboard(self) -> str | None:
        """The text in the clipboard; ``None`` when it may not be read."""
        ...

    async def write_clipboard(self, text: str) -> None:
        """Put a text into the clipboard. Raises :class:`UserError` where there is none."""
        ...

    def show_loader(self, loader: Loader) -> None:
        """Show that something takes its time."""
        ...

    def hide_loader(self, loader: Loader) -> None:
        """It is over."""
        ...

    def debugger(self, interpreter: Interpreter) -> Watcher | None:
        """What steps through a script that comes to a ``/breakpoint``; ``None`` when nobody can."""
        ...

    async def open_chat(self, chat_id: str | None) -> None:
        """The script went to another chat: show it. ``None`` shows that no chat is open."""
        ...
