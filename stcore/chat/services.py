"""What the scripts of one session may touch: every port of ``stcore.chat.ports``, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stcore.chat.ports.chat import ChatPort
from stcore.chat.ports.images import ImagesPort
from stcore.commands.services import Services

if TYPE_CHECKING:
    from stcore.chat.session import Session


def services_for(session: Session) -> Services:
    """The services of ``session``. Nothing is opened here: ports ask the host when a command first needs them."""
    host, environment = session.host, session.environment
    return Services(
        environment=environment,
        chat=ChatPort(lambda: host.chats, session.open_chat, session.window, environment),
        images=ImagesPort(lambda: host.images, session.open_chat, session.window, session.expand),
        ui=session.ui,
    )
