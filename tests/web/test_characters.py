"""Characters over HTTP: cards in and out, avatars, chats with them."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from stcore.host import Host
from tests.web.conftest import Page

pytestmark = pytest.mark.anyio

UNKNOWN = "0" * 32
FILE = {"Content-Type": "application/octet-stream"}


def picture(format: str = "PNG", colour: str = "teal", size: tuple[int, int] = (48, 64)) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, colour).save(target, format)
    return target.getvalue()


async def send(page: Page, method: str, path: str, data: bytes, *, expect: int = 200) -> Any:
    answer = await page.http.request(method, path, content=data, headers=FILE)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def create(page: Page, name: str = "Alice", **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = await page.ask("POST", "/api/characters", {"name": name, "fields": fields}, expect=201)
    return made


async def test_a_character_is_made_read_changed_and_deleted(page: Page) -> None:
    made = await create(page, description="A baker.", first_mes="Hello, {{user}}.")
    assert (made["key"], made["avatar"], made["fields"]["description"]) == ("Alice.png", None, "A baker.")
    path = f"/api/characters/{made['id']}"
    changed = await page.ask("PATCH", path, {"fields": {"fav": True, "talkativeness": 0.25}, "tags": ["Town", "town"]})
    assert (changed["favourite"], changed["tags"], changed["fields"]["talkativeness"]) == (True, ["Town"], 0.25)
    assert changed["fields"]["description"] == "A baker."
    assert (await page.ask("GET", "/api/characters?tag=TOWN&favourite=true"))["characters"][0]["id"] == made["id"]
    assert (await page.ask("GET", "/api/characters?tag=sea"))["characters"] == []
    renamed = await page.ask("POST", f"{path}/rename", {"name": "Alicia"})
    assert (renamed["key"], renamed["fields"]["name"]) == ("Alicia.png", "Alicia")
    copy = await page.ask("POST", f"{path}/duplicate", expect=201, body={})
    assert (copy["key"], copy["name"]) == ("Alicia_1.png", "Alicia")
    await page.ask("DELETE", path, expect=204)
    assert (await page.error("GET", path, expect=404))["kind"] == "not_found"


@pytest.mark.parametrize(
    "fields", [{"nonsense": "x"}, {"description": 7}, {"talkativeness": 3}, {"tags": "a"}, {"name": "  "}]
)
async def test_fields_that_cannot_be_are_refused_and_change_nothing(page: Page, fields: dict[str, Any]) -> None:
    made = await create(page, description="before")
    path = f"/api/characters/{made['id']}"
    assert (await page.error("PATCH", path, {"fields": fields}, expect=400))["whose"] == "user"
    assert await page.ask("GET", path) == made


@pytest.mark.feature("STO-1", "F086")
async def test_the_exported_picture_is_the_avatar_and_comes_back_whole(page: Page, host: Host) -> None:
    made = await create(page, description="Früh am Morgen", tags=["bread"], alternate_greetings=["One", "Two"])
    dressed = await send(page, "PUT", f"/api/characters/{made['id']}/avatar", picture())
    assert dressed["avatar"]["url"].startswith("/pictures/")
    exported = await page.http.get(f"/api/characters/{made['id']}/export")
    assert exported.headers["content-type"] == "image/png"
    assert 'filename="Alice.png"' in exported.headers["content-disposition"]
    with Image.open(BytesIO(exported.content)) as shown, Image.open(BytesIO(picture())) as worn:
        assert {"chara", "ccv3"} <= set(shown.info)
        assert shown.tobytes() == worn.tobytes()
    back = (await send(page, "POST", "/api/characters/import", exported.content, expect=201))["character"]
    assert back["fields"] == made["fields"]
    assert back["key"] == "Alice1.png"
    character = await host.characters.get(back["id"])
    assert await host.characters.avatar(character) == picture(), "the stored picture holds no card"


async def test_linked_world_info_goes_along(page: Page, host: Host) -> None:
    book = {"entries": {"0": {"uid": 0, "key": ["sea"], "content": "The sea is salt."}}}
    await send(page, "POST", "/api/books/import?name=Sea", json.dumps(book).encode(), expect=201)
    made = await create(page, world="Sea")
    card = (await page.http.get(f"/api/characters/{made['id']}/export?format=json")).json()
    assert [entry["content"] for entry in card["data"]["character_book"]["entries"]] == ["The sea is salt."]


@pytest.mark.parametrize("format", ["png", "json", "charx"])
async def test_every_format_goes_out_and_in(page: Page, format: str) -> None:
    made = await create(page, "Änne/B", first_mes="Hi", depth_prompt="note", depth_prompt_depth=2)
    file = (await page.http.get(f"/api/characters/{made['id']}/export?format={format}")).content
    back = (await send(page, "POST", "/api/characters/import", file, expect=201))["character"]
    assert back["fields"] == made["fields"]


async def test_the_whole_card_keeps_what_others_put_into_it(page: Page) -> None:
    made = await create(page)
    path = f"/api/characters/{made['id']}/card"
    card = await page.ask("GET", path)
    card["data"]["extensions"]["other/program"] = {"deep": [1, None, "x"]}
    card["data"]["character_book"] = {"entries": [], "extensions": {}}
    assert (await page.ask("PUT", path, card))["book"] is True
    assert (await page.ask("GET", path))["data"] == card["data"]
    assert (await page.error("PUT", path, {"some": "thing"}, expect=400))["kind"] == "unusable_card"


@pytest.mark.parametrize(
    ("data", "status", "kind"),
    [
        (b"", 400, "invalid"),
        (b"not a card", 400, "unusable_card"),
        (b'{"a": 1}', 400, "unusable_card"),
        (picture(), 400, "unusable_card"),
        (b"PK\x03\x04rubbish", 400, "unusable_card"),
    ],
)
async def test_files_that_are_no_cards_are_refused(page: Page, data: bytes, status: int, kind: str) -> None:
    assert (await send(page, "POST", "/api/characters/import", data, expect=status))["error"]["kind"] == kind
    assert (await page.ask("GET", "/api/characters"))["characters"] == []


async def test_a_card_in_a_broken_picture_leaves_nothing_behind(page: Page, host: Host) -> None:
    made = await create(page)
    await send(page, "PUT", f"/api/characters/{made['id']}/avatar", picture(size=(200, 200)))
    whole = (await page.http.get(f"/api/characters/{made['id']}/export")).content
    await page.ask("DELETE", f"/api/characters/{made['id']}", expect=204)
    place = whole.index(b"IDAT") + 20
    broken = whole[:place] + bytes(30) + whole[place + 30 :]
    told = await send(page, "POST", "/api/characters/import", broken, expect=400)
    assert told["error"]["kind"] == "unusable_picture"
    assert (await page.ask("GET", "/api/characters"))["characters"] == []
    assert (await host.library.page()).pictures == []


async def test_a_file_in_json_clothes_is_explained(page: Page) -> None:
    told = await page.error("POST", "/api/characters/import", {"name": "x"}, expect=400)
    assert "application/octet-stream" in told["hint"]


async def test_an_avatar_that_is_no_picture_is_refused(page: Page) -> None:
    made = await create(page)
    told = await send(page, "PUT", f"/api/characters/{made['id']}/avatar", b"<svg></svg>", expect=415)
    assert told["error"]["kind"] == "unusable_picture"
    await send(page, "PUT", f"/api/characters/{made['id']}/avatar", picture("WEBP"))
    assert (await page.ask("DELETE", f"/api/characters/{made['id']}/avatar", {}))["avatar"] is None


async def test_pictures_go_with_the_character(page: Page, host: Host) -> None:
    made = await create(page)
    dressed = await send(page, "PUT", f"/api/characters/{made['id']}/avatar", picture())
    await page.ask("DELETE", f"/api/characters/{made['id']}", expect=204)
    assert (await page.http.get(dressed["avatar"]["url"])).status_code == 404
    assert (await host.library.page()).pictures == []


async def test_its_chat_begins_with_the_greeting_and_is_found_again(page: Page) -> None:
    made = await create(page, first_mes="Hello, {{user}}!", alternate_greetings=["Again, {{user}}?"])
    chat = await page.ask("POST", f"/api/characters/{made['id']}/chat", {})
    messages = (await page.ask("GET", f"/api/chats/{chat['id']}/messages"))["messages"]
    assert [(message["name"], message["text"], message["swipes"]) for message in messages] == [
        ("Alice", "Hello, User!", 2)
    ]
    assert (await page.ask("POST", f"/api/characters/{made['id']}/chat", {}))["id"] == chat["id"]
    begun = await page.ask("POST", "/api/chats", {"character_id": made["id"]}, expect=201)
    assert (begun["title"], begun["messages"]) == ("Alice", 1)
    assert (await page.error("POST", "/api/chats", {"character_id": UNKNOWN}, expect=404))["kind"] == "not_found"
    assert (await page.ask("POST", f"/api/characters/{made['id']}/chat?new=true", {}))["id"] != chat["id"]
    await page.ask("DELETE", f"/api/characters/{made['id']}?chats=true", expect=204)
    assert (await page.ask("GET", "/api/chats"))["chats"] == []


async def test_tags_of_an_imported_card(page: Page) -> None:
    card = json.dumps({"name": "Bo", "description": "x", "tags": ["sea", "Sky"]}).encode()
    await page.ask("PUT", "/api/characters/tag-import", {"mode": "none"}, expect=204)
    none = await send(page, "POST", "/api/characters/import", card, expect=201)
    await page.ask("PUT", "/api/characters/tag-import", {"mode": "all"}, expect=204)
    every = await send(page, "POST", "/api/characters/import", card, expect=201)
    assert (none["character"]["tags"], every["character"]["tags"]) == ([], ["sea", "Sky"])


@pytest.mark.parametrize("path", ["", "/card", "/export", "/chat", "/avatar"])
async def test_unknown_and_bent_ids_find_nothing(page: Page, path: str) -> None:
    for character_id in (UNKNOWN, "x", "..%2f"):
        method = {"/chat": "POST", "/avatar": "DELETE"}.get(path, "GET")
        answer = await page.http.request(method, f"/api/characters/{character_id}{path}", json={})
        assert answer.status_code in (404, 405)
        assert "error" in answer.json()
