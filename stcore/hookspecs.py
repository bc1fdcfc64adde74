"""The hooks, one sentence each. A plugin implements what it wants with ``@stcore.hookimpl``.

Lists are joined over all plugins; what a hook may change goes from one plugin to the next. A hook with an unknown
argument is refused when the plugin is loaded; a hook that fails names its plugin and the host runs on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from stcore.commands import Command
    from stcore.images.interactive import Triggers
    from stcore.images.request import ImageRequest
    from stcore.images.source import ImageSource
    from stcore.images.styles import Style
    from stcore.macros import Macro, MacroProcessor, MacroProvider
    from stcore.text.model import TextModel

hookspec = pluggy.HookspecMarker("stcore")
hookimpl = pluggy.HookimplMarker("stcore")


@hookspec
def stcore_image_sources() -> list[ImageSource]:
    """Image sources this plugin brings."""
    return []


@hookspec
def stcore_text_models() -> list[TextModel]:
    """Text models this plugin brings."""
    return []


@hookspec
def stcore_commands() -> list[Command]:
    """Slash commands this plugin adds."""
    return []


@hookspec
def stcore_macros() -> list[Macro]:
    """Macros this plugin adds."""
    return []


@hookspec
def stcore_macro_processors() -> list[MacroProcessor | MacroProvider]:
    """What this plugin does around macros: change a text before or after they run, add to what they see."""
    return []


@hookspec
def stcore_styles() -> list[Style]:
    """Style presets (``stcore.Style``) this plugin adds."""
    return []


@hookspec
def stcore_workflows() -> list[tuple[str, str]]:
    """Workflow graphs as (name, text with ``"%placeholders%"``)."""
    return []


@hookspec
def stcore_interactive_triggers() -> list[Triggers]:
    """Further words by which a message asks for a picture (``stcore.Triggers``), another language for example."""
    return []


@hookspec
def stcore_prompt(prompt: str, mode: str, initiator: str, message: str) -> str | None:
    """Change the text of a prompt before style and prefixes are joined to it, or veto it; ``None`` leaves it.

    ``initiator`` is who asked (``command``, ``interactive``, ``tool``, ``button`` ...), ``message`` the message that
    was the wish in interactive mode, else empty. Further pictures with the same words are not asked about.
    """


@hookspec
def stcore_request(request: ImageRequest, source: str) -> ImageRequest | None:
    """Change a finished request, or veto it by raising a ``StcoreError``; ``None`` leaves it."""


@hookspec
def stcore_image(data: bytes, request: ImageRequest) -> bytes | None:
    """Change the bytes of a finished picture before it is stored; ``None`` leaves them."""


@hookspec
def stcore_message(chat_id: str, message: dict[str, Any]) -> None:
    """A message was sent or received."""


@hookspec
def stcore_web_routes() -> list[Any]:
    """FastAPI routers; they are mounted below ``/plugins/NAME``."""
    return []


@hookspec
def stcore_startup(host: Any) -> None:
    """The host is up."""


@hookspec
def stcore_shutdown(host: Any) -> None:
    """The host is going down."""
