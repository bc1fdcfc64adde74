"""What the scripts of one session may touch: every port of ``stcore.chat.ports``, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stcore.chat.loaders import LoadersPort
from stcore.chat.ports.chat import ChatPort
from stcore.chat.ports.choices import choices_of
from stcore.chat.ports.later import later
from stcore.chat.prompting.injections import Injections
from stcore.chat.prompting.notes import Notes
from stcore.chat.prompting.shelf import ChatShelf, HostShelf
from stcore.commands.services import Services

if TYPE_CHECKING:
    from stcore.chat.replies.records import Occasion
    from stcore.chat.session import Session


def services_for(session: Session) -> Services:
    """The services of ``session``. Nothing is opened here: ports ask the host when a command first needs them."""
    host, environment = session.host, session.environment

    async def announce(occasion: Occasion) -> None:
        await session.automation.happened(occasion)

    replies = later(
        "replies",
        "RepliesPort",
        lambda: host.reply_sets,
        lambda: session.chat_id,
        lambda: session.surroundings.facts.input,
        lambda text, send: session.put(text, send=send),
    )
    shelf = ChatShelf(host, session.open_chat)
    return Services(
        environment=environment,
        chat=ChatPort(lambda: host.chats, session.open_chat, session.window, environment, announce, session.rewrite),
        chats=later("chats", "ChatsPort", session),
        groups=later("groups", "GroupsPort", session),
        characters=later("characters", "CharactersPort", session),
        personas=later("personas", "PersonasPort", session),
        lore=later("lore", "LorePort", session),
        generation=later("generation", "GenerationPort", session),
        injections=Injections(shelf),
        note=Notes(shelf, HostShelf(host)),
        presets=later("presets", "PresetsPort", lambda: host.presets),
        models=later("models", "ModelsPort", host),
        tokens=later("tokens", "TokensPort", session.tokens),
        documents=later("documents", "DocumentsPort", session),
        regexes=later("regexes", "RegexesPort", session),
        tools=host.tools,
        loaders=LoadersPort(host.loaders, session.ui, session.stop_writing) if session.ui is not None else None,
        backgrounds=later("backgrounds", "BackgroundsPort", session),
        captions=later("captions", "CaptionsPort", session),
        hung_pictures=later("hung_pictures", "HungPicturesPort", session),
        galleries=later("galleries", "GalleriesPort", session),
        summaries=later("summaries", "SummariesPort", session),
        images=later("images", "ImagesPort", session),
        styles=later("styles", "StylesPort", session),
        looks=later("looks", "LooksPort", session),
        workflows=later("workflows", "WorkflowsPort", session),
        image_modes=later("image_modes", "ImageModesPort", host),
        ui=session.ui,
        scripts=replies,
        replies=replies,
        fill_input=session.fill_input,
        apart=session.run_apart,
        choices=choices_of(session),
    )
