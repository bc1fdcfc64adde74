"""Generation as slash commands see it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Literal

from stcore.chat.prompting.scene import RawWanted, Wanted
from stcore.commands.services.generation import Asked, AskedAlone, Generated, Way
from stcore.errors import NotFound, StcoreError, UserError

if TYPE_CHECKING:
    from stcore.chat.records import Message
    from stcore.chat.session import Session
    from stcore.text.reply import Reply

LOOKED_AT = 50
"""Messages from the end among which the last reply is looked for."""


class GenerationPort:
    """The text model in the chat that a session is in."""

    def __init__(self, session: Session) -> None:
        self._session, self._host = session, session.host

    async def understands(self) -> bool:
        return not (await self._host.texts.open()).model.embedded

    async def generate(self, asked: Asked) -> str | None:
        from stcore.chat.replying import speak

        speaker = await self._name_of(asked.speaker)
        wanted = Wanted(
            "quiet",
            asked.prompt,
            length=asked.length,
            stop=asked.stop,
            speaker=speaker,
            as_character=asked.as_character,
        )
        chat_id = await self._session.open_chat()
        scene = self._session.scene(chat_id)
        made = await self._host.generations.run(chat_id, speak(scene, wanted), writes=asked.lock)
        return None if made is None else made.text

    async def generate_alone(self, asked: AskedAlone) -> str | None:
        made, finished = await self._alone(asked)
        text = made.text.removeprefix(f"{self._session.environment.user}:").lstrip() if asked.tidy else made.text
        return text if finished else None

    async def generate_by(self, profile: str, asked: AskedAlone) -> Generated:
        presets = self._host.presets
        wanted = profile or (await presets.active()).chosen["profile"].name
        found = await presets.find("profile", wanted) if wanted else None
        if found is None:
            raise NotFound(f"There is no connection profile “{wanted}”.", hint="Save one: /profile-create NAME")
        made, finished = await self._alone(asked, found.name)
        return Generated(made.text.rstrip(), made.reasoning.strip(), stopped=not finished)

    async def _alone(self, asked: AskedAlone, profile: str = "") -> tuple[Reply, bool]:
        """What was written without the chat, and whether it came to its end."""
        from stcore.chat.replying import begin_alone, whole

        wanted = RawWanted(
            asked.prompt,
            asked.system,
            asked.prefill,
            asked.length,
            asked.stop,
            asked.tidy,
            asked.instruct,
            asked.as_character,
        )
        chat_id = await self._session.open_chat()
        making = await begin_alone(self._session.scene(chat_id), wanted, profile)
        done = await self._host.generations.run(chat_id, whole(making), writes=asked.lock)
        return making.reply, done is not None

    async def free(self, seconds: float) -> bool:
        return await self._host.generations.free(await self._session.open_chat(), seconds)

    # -- into the chat -----------------------------------------------------------------------------------------------

    async def write(self, way: Way, instruction: str = "", member: str = "") -> None:
        from stcore.chat.groups.rounds import speaker_of

        match way:
            case "normal":
                await self._session.reply(member=member)
            case "impersonate":
                await self._impersonate(instruction)
            case "continue":
                last = await self._last_visible()
                if last is not None:
                    speaker = await speaker_of(self._session, last.id) if last.role == "assistant" else None
                    await self._session.write(Wanted("continue", instruction), last.id, speaker=speaker)
            case "regenerate":
                await self._regenerate()

    async def _regenerate(self) -> None:
        from stcore.chat.groups.rounds import speaker_of

        last = await self._last_visible()
        if last is None or last.role == "user":
            await self._session.reply()
        elif self._session.environment.group is not None:
            await self._redo_round()
        else:
            speaker = await speaker_of(self._session, last.id)
            await self._session.write(Wanted("regenerate"), last.id, speaker=speaker)

    async def _redo_round(self) -> None:
        """In a group everything that was said since the user spoke is said anew; greetings stay."""
        chats = self._host.chats
        messages = await chats.messages(await self._session.open_chat(), limit=LOOKED_AT)
        spoke = max((number for number, message in enumerate(messages) if message.role == "user"), default=None)
        if spoke is not None:
            said = [m for m in messages[spoke + 1 :] if m.role == "assistant" and not m.hidden]
            await chats.remove_all([message.id for message in said])
        await self._session.reply()

    async def _impersonate(self, instruction: str) -> None:
        from stcore.chat.replying import speak

        chat_id = await self._session.open_chat()
        if await self._session.pictures.caught(None):
            return
        scene = self._session.scene(chat_id)
        made = await self._host.generations.run(chat_id, speak(scene, Wanted("impersonate", instruction)))
        if made is not None and made.text:
            await self._session.fill_input(await self._session.rewrite("user", made.text))

    async def swipe(self, direction: Literal["left", "right"]) -> None:
        chats, chat_id = self._host.chats, await self._session.open_chat()
        found = await chats.messages(chat_id, limit=1)
        if not found:
            return
        last = found[-1]
        if direction == "left" or last.swipe + 1 < last.swipes or not _may_grow(last):
            step = -1 if direction == "left" else 1
            number = (last.swipe + step) % last.swipes
            if number != last.swipe:
                await chats.edit(last.id, swipe=number)
            await self._session.window.refresh()
            return
        await self._session.reply(last.id)

    async def answer_as(self, name: str) -> str | None:
        from stcore.chat.groups.presence import speaking

        session = self._session
        if session.environment.group is not None:
            raise UserError("In the chat of a group its members answer.", hint="Let one speak: /trigger NAME")
        character = await self._host.characters.one(name)
        written = await session.write(Wanted(), speaker=speaking(session.environment, character))
        return None if written is None else written.id

    def go_on(self, work: Awaitable[None]) -> None:
        async def reported() -> None:
            try:
                await work
            except StcoreError as error:
                self._session.report(error)

        self._host.generations.behind(self._session.chat_id or "", reported())

    async def stop(self) -> bool:
        return self._host.generations.stop(self._session.chat_id)

    # -- looking around ----------------------------------------------------------------------------------------------

    async def _last_visible(self) -> Message | None:
        """The last message that the model is told and that somebody spoke."""
        messages = await self._host.chats.messages(await self._session.open_chat(), limit=LOOKED_AT)
        return next((m for m in reversed(messages) if not m.hidden and m.role != "system"), None)

    async def _name_of(self, text: str) -> str:
        """The name of a character that is given by its key; anything else is a name."""
        found = await self._host.characters.find(text) if text else ()
        return found[0].name if found and found[0].key == text else text


def _may_grow(message: Message) -> bool:
    """Whether another text can be made for a message: for replies, not for the greeting of an untouched chat."""
    return message.role == "assistant" and not message.hidden and message.position > 0
