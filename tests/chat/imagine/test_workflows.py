"""The whole way of a picture through a server that runs graphs: workflow, placeholders, avatars (section 16)."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from stcore.chat.session import Session
from stcore.errors import StcoreError
from stcore.images.settings import Placeholder
from stcore.testing.memory import MemoryUi
from stcore.testing.servers.comfyui import FakeComfyUI
from stcore.testing.servers.serve import serve
from stcore.testing.stage import stage
from tests.images.pictures import picture

pytestmark = pytest.mark.anyio


@dataclass
class Room:
    """A chat whose pictures come from a server that runs graphs."""

    session: Session
    server: FakeComfyUI
    ui: MemoryUi

    async def draw(self, script: str = "/sd apple tree") -> dict[str, Any]:
        """The inputs of all nodes of the graph that was run, by node."""
        await self.session.run(script)
        assert not self.ui.errors, [error.message for error in self.ui.errors]
        graph = self.server.asked("POST", "/prompt")[-1].json["prompt"]
        return {name: node["inputs"] for name, node in graph.items()}

    async def keep(self, **inputs: Any) -> None:
        """A workflow that draws nothing but takes these inputs, chosen for everything."""
        graph = {
            "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 255}},
            "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x", **inputs}},
        }
        await self.session.host.workflow_desk.save("Mine", json.dumps(graph))
        await self.session.host.picture_settings.change("host", {"workflow": "Mine.json"})

    async def own(self, *placeholders: Placeholder) -> None:
        await self.session.host.workflow_desk.set_placeholders(placeholders)

    async def failure(self) -> StcoreError:
        """Why no picture is made; nothing was sent to the server."""
        await self.session.run("/sd apple tree")
        assert not self.server.asked("POST", "/prompt")
        [error] = self.ui.errors
        return error


@asynccontextmanager
async def room(**how: Any) -> AsyncIterator[Room]:
    server = FakeComfyUI(step_seconds=0.001)
    with serve(server) as url:
        async with stage(**how) as session:
            await session.host.connections.add("comfyui", "graphs", {"url": url})
            await session.host.picture_settings.change("host", {"source": "graphs"})
            assert isinstance(session.ui, MemoryUi)
            yield Room(session, server, session.ui)


def size_of(text: str) -> tuple[int, int]:
    with Image.open(io.BytesIO(base64.b64decode(text))) as found:
        assert found.format == "PNG"
        return found.size


async def wear(room: Room, data: bytes) -> None:
    """Give the character of the chat a picture."""
    chat = await room.session.host.chats.get(await room.session.open_chat())
    assert chat.character_id is not None
    await room.session.host.characters.set_avatar(chat.character_id, data)


@pytest.mark.feature("F276", "F277")
async def test_values_of_ones_own_arrive_with_their_kind() -> None:
    async with room() as chat:
        await chat.keep(a="%strength%", b="%mood%", c="%paper%", d="%steps2%", e="%prompt%")
        await chat.own(
            Placeholder(find="strength", replace="{{getvar::strength}}", kind="number"),
            Placeholder(find="mood", replace='{{getvar::mood}} "light"\n'),
            Placeholder(find="paper", replace="rough", kind="choice", choices=("smooth", "rough")),
            Placeholder(find="steps2", replace="7", kind="number"),
            Placeholder(find="elsewhere", replace="{{getvar::nothing}}", kind="number"),
        )
        inputs = (await chat.draw("/setvar key=strength 0.8 | /setvar key=mood misty | /sd pond"))["2"]
        assert [inputs[key] for key in "abcde"] == [0.8, 'misty "light"\n', "rough", 7, "pond"]
        assert type(inputs["d"]) is int
        await chat.session.run("/imagine-workflow-placeholder find=paper smooth")
        assert (await chat.draw())["2"]["c"] == "smooth"


@pytest.mark.feature("F276")
async def test_values_that_do_not_fit_are_said_before_anything_is_sent() -> None:
    async with room() as chat:
        await chat.keep(a="%strength%")
        await chat.own(Placeholder(find="strength", replace="{{getvar::strength}}", kind="number"))
        await chat.session.run("/setvar key=strength much")
        error = await chat.failure()
        assert error.message == "%strength% should be a number and is “much”."
        assert error.whose == "user"


async def test_a_picture_of_ones_own_is_text_or_a_file_on_the_server() -> None:
    async with room() as chat:
        stored = await chat.session.host.library.store(picture(40, 24), kind="upload", origin="sent")
        await chat.keep(a="%mine%", b="%face%")
        await chat.own(
            Placeholder(find="mine", replace=stored.id, kind="picture"),
            Placeholder(find="face", replace="avatar", kind="picture"),
        )
        inputs = (await chat.draw())["2"]
        assert (size_of(inputs["a"]), size_of(inputs["b"])) == ((40, 24), (1, 1)), "nobody has an avatar yet"
        await wear(chat, picture(30, 20, format="JPEG"))
        assert size_of((await chat.draw())["2"]["b"]) == (30, 20)
        graph = {
            "1": {"class_type": "LoadImage", "inputs": {"image": "%mine%"}},
            "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
        }
        await chat.session.host.workflow_desk.save("Mine", json.dumps(graph))
        name = (await chat.draw())["1"]["image"]
        assert chat.server.files["input", "", name] == await _bytes(chat, stored.id)


async def _bytes(chat: Room, asset_id: str) -> bytes:
    return (await chat.session.host.library.read(asset_id))[0]


@pytest.mark.feature("F271")
async def test_avatars_arrive_as_png() -> None:
    async with room() as chat:
        await chat.keep(a="%char_avatar%", b="%user_avatar%")
        await wear(chat, picture(30, 20, format="JPEG"))
        inputs = (await chat.draw())["2"]
        assert (size_of(inputs["a"]), size_of(inputs["b"])) == ((30, 20), (1, 1))


async def test_a_picture_that_is_gone_is_named() -> None:
    async with room() as chat:
        await chat.keep(a="%mine%")
        await chat.own(Placeholder(find="mine", replace="0" * 32, kind="picture"))
        error = await chat.failure()
        assert "%mine%" in error.message and "is not here" in error.message


@pytest.mark.feature("F264")
async def test_a_workflow_that_is_gone_is_never_replaced_by_another() -> None:
    async with room() as chat:
        await chat.keep()
        await chat.session.host.workflow_desk.delete("Mine")
        error = await chat.failure()
        assert error.message == "There is no workflow “Mine.json”."
        assert "Default_Comfy_Workflow.json" in error.hint


async def test_another_workflow_may_be_chosen_while_that_of_the_connection_is_gone() -> None:
    async with room() as chat:
        await chat.session.host.connections.set("graphs", {"workflow": "Gone.json"})
        assert "Gone.json" in (await chat.failure()).message
        chat.ui.errors.clear()
        await chat.keep(a="%prompt%")
        assert (await chat.draw())["2"]["a"] == "apple tree"


async def test_a_renamed_workflow_stays_chosen_everywhere() -> None:
    async with room() as chat:
        host = chat.session.host
        await chat.keep(a="%prompt%")
        await host.picture_settings.change("chat", {"workflow": "Mine.json"}, await chat.session.open_chat())
        await host.connections.set("graphs", {"workflow": "mine"})
        await chat.session.run("/imagine-workflow-rename name=Mine Yours")
        layers = await host.picture_settings.of(chat.session.chat_id)
        assert layers.host.workflow == "Yours.json"
        assert layers.chat == {"workflow": "Yours.json"}
        assert host.connections.options("graphs").workflow == "Yours.json"
        assert (await chat.draw())["2"]["a"] == "apple tree"
        assert "%prompt%" in (await chat.session.run("/imagine-workflow-get")).text, "the one in use"


@pytest.mark.feature("F275")
async def test_seeds_are_new_for_each_picture_unless_one_is_set() -> None:
    async with room() as chat:
        await chat.keep(a="%seed%")
        drawn = {(await chat.draw(script))["2"]["a"] for script in ("/sd pond", "/sd pond", "/sd seed=-1 pond")}
        assert len(drawn) == 3 and all(0 <= seed < 2**53 for seed in drawn)
        assert (await chat.draw("/sd seed=42 pond"))["2"]["a"] == 42
