"""Help while texts are typed, over HTTP: offers, signatures with what macros give now, problems, previews, the list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from stcore import Argument, Macro, MacroCall, hookimpl
from stcore.host import Host
from stcore.web.app import create_app
from tests.web.conftest import OWN, Page

pytestmark = pytest.mark.anyio


async def helped(page: Page, text: str, **about: Any) -> dict[str, Any]:
    """The answer for a text with ``^`` at the cursor."""
    before, _, after = text.partition("^")
    cursor = len(before.encode("utf-16-le")) // 2
    answer: dict[str, Any] = await page.ask(
        "POST", "/api/complete", {"text": before + after, "cursor": cursor, **about}
    )
    return answer


def cut(text: str, where: dict[str, int]) -> str:
    """A stretch of a text as a browser counts it."""
    return text.encode("utf-16-le")[2 * where["start"] : 2 * where["end"]].decode("utf-16-le")


async def chat_with(page: Page, *lines: str) -> str:
    """A chat in which some scripts ran."""
    chat_id = await page.chat()
    session = await page.web.host.session(chat_id)
    for line in lines:
        await session.run(line)
    return chat_id


async def test_macros_of_a_message_are_offered_and_accepted(page: Page) -> None:
    text = "Hello 🎲 {{us^"
    answer = await helped(page, text)
    item = answer["items"][0]
    assert (item["text"], item["kind"], item["detail"]) == ("user}}", "macro", "User")
    before = text[:-1].encode("utf-16-le")[: 2 * answer["start"]].decode("utf-16-le")
    assert before + item["text"] == "Hello 🎲 {{user}}"


async def test_the_signature_tells_what_a_macro_gives_now(page: Page) -> None:
    chat_id = await chat_with(page, "/setvar key=mood happy")
    signature = (await helped(page, "I am {{getvar::mood^", chat_id=chat_id))["signature"]
    assert (signature["kind"], signature["name"], signature["command"]) == ("macro", "getvar", "getvar")
    assert (signature["label"], signature["current"], signature["preview"]) == ("{{getvar::name}}", "name", "happy")
    assert signature["arguments"][0]["required"] is True
    shorthand = (await helped(page, "{{.mood ?? x^}}", chat_id=chat_id))["signature"]
    assert (shorthand["label"], shorthand["preview"]) == ("{{.mood ?? value}}", "happy")
    assert (await helped(page, "{{user::a^", chat_id=chat_id))["signature"]["warning"] == "user takes no arguments."
    assert (await helped(page, "nothing here^"))["signature"] is None


async def test_help_changes_nothing(page: Page) -> None:
    chat_id = await chat_with(page, "/setvar key=n 1")
    await helped(page, "{{.n++}}{{setvar::n::9}}{{.n^}}", chat_id=chat_id)
    await page.ask("POST", "/api/macros/preview", {"text": "{{.n++}}", "chat_id": chat_id})
    assert (await helped(page, "{{.n^}}", chat_id=chat_id))["signature"]["preview"] == "1"


async def test_problems_are_told_with_place_and_reason(page: Page) -> None:
    text = "🍎 {{usr}} and\n🍎 {{user::a}}"
    answer = await helped(page, text)
    first, second = answer["problems"]
    assert answer["problem"] == first
    assert (cut(text, first["where"]), first["message"]) == ("usr", "There is no macro usr.")
    assert (first["hint"], first["severity"]) == ("Did you mean {{user}}?", "error")
    assert cut(text, second["where"]) == "{{user::a}}"
    assert (second["where"]["line"], second["where"]["column"]) == (1, 3)


async def test_macros_in_scripts_are_helped_with_too(page: Page) -> None:
    chat_id = await chat_with(page, "/setvar key=mood happy")
    answer = await helped(page, "/let fruit plum | /echo {{var::fr^", chat_id=chat_id)
    assert [item["text"] for item in answer["items"]] == ["fruit"]
    assert (answer["signature"]["kind"], answer["signature"]["name"]) == ("macro", "var")
    assert answer["signature"]["preview"] is None
    inside = await helped(page, "/echo severity=info {{.mood}} {{user^", chat_id=chat_id)
    assert inside["signature"]["preview"] == "User"
    assert (await helped(page, "/echo severity=info x ^"))["signature"]["kind"] == "command"


async def test_a_script_tells_all_its_problems(page: Page) -> None:
    text = '/echo "🍎 {{usr}}" | /nosuch {{pipe}}'
    found = (await helped(page, text))["problems"]
    assert [cut(text, problem["where"]) for problem in found] == ["usr", "nosuch"]


async def test_the_place_decides_what_a_text_is(page: Page) -> None:
    assert (await helped(page, "/nosuch {{pipe}}^", place="message"))["problems"][0]["message"].endswith("macro pipe.")
    assert (await helped(page, "echo {{pipe}}^", place="script"))["problems"] == []
    picture = await helped(page, "{{pro^", place="picture-message")
    assert picture["items"][0]["text"] == "prompt}}"
    assert (await helped(page, "{{prompt}}^", place="no-such-place"))["problems"]


async def test_a_text_is_previewed(page: Page) -> None:
    chat_id = await chat_with(page, "/setvar key=mood happy")
    answer = await page.ask(
        "POST", "/api/macros/preview", {"text": "{{user}} is {{.mood}}, {{usr}}", "chat_id": chat_id}
    )
    assert (answer["text"], answer["truncated"]) == ("User is happy, {{usr}}", False)
    assert [problem["message"] for problem in answer["problems"]] == ["There is no macro usr."]
    long = await page.ask("POST", "/api/macros/preview", {"text": "{{space::99999}}"})
    assert long["truncated"]
    await page.error("POST", "/api/macros/preview", {"text": "x", "chat_id": "none"}, expect=404)


class Bells:
    """A plugin with two macros, one of which does something."""

    def __init__(self) -> None:
        self.rung = 0

    @hookimpl
    def stcore_macros(self) -> list[Macro]:
        def ring(call: MacroCall) -> str:
            self.rung += 1
            return "ring"

        chime = Macro(
            "chime", lambda call, hour: f"bong {hour}", (Argument("hour", types="integer"),), summary="A bell."
        )
        return [chime, Macro("ring", ring, effect=True, summary="Rings."), Macro("bell", lambda call: "ding")]


@pytest.fixture
async def ringing(tmp_path: Path) -> AsyncIterator[tuple[Page, Bells]]:
    bells = Bells()
    async with Host.open(tmp_path, face="once", plugins=(("bells", bells),)) as host:
        app = create_app(host)
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}
        async with httpx2.AsyncClient(transport=transport, base_url=OWN, headers=headers) as client:
            page = Page(app, client)
            yield page, bells
            await page.web.close()


async def test_macros_of_plugins_are_known(ringing: tuple[Page, Bells]) -> None:
    page, bells = ringing
    assert (await helped(page, "{{chim^"))["items"][0]["text"] == "chime"
    assert (await helped(page, "{{chime::3^}}"))["signature"]["preview"] == "bong 3"
    assert (await helped(page, "{{chime::late}}^"))["problems"][0]["message"].endswith("not integer.")
    shown = await page.ask("POST", "/api/macros/preview", {"text": "{{bell}}{{ring}}"})
    assert shown["text"] == "ding"
    assert (await helped(page, "{{ring^"))["items"][0]["detail"] == ""
    assert bells.rung == 0


async def test_every_macro_is_listed(ringing: tuple[Page, Bells]) -> None:
    page, _ = ringing
    macros = {macro["name"]: macro for macro in await page.ask("GET", "/api/macros")}
    assert macros["bell"]["plugin"] == "bells"
    assert (macros["user"]["plugin"], macros["user"]["group"]) == ("", "names")
    assert "now" not in macros["user"]
    assert (macros["user"]["group_title"], next(iter(macros))) == ("Names", "char")
    assert "greeting" in macros["charFirstMessage"]["aliases"]
    assert "charIfNotGroup" not in macros["group"]["aliases"]
    assert macros["setvar"]["signature"] == "{{setvar::name::value}}"
    assert macros["setvar"]["effect"] is True
    assert macros["random"]["arguments"][-1]["name"] == "item"
    assert {"text": "{{reverse::pan}}", "gives": "nap"} in macros["reverse"]["examples"]
    assert all(macro["summary"] for macro in macros.values() if macro["plugin"] == "")


async def test_the_list_tells_what_macros_give_now(page: Page) -> None:
    chat_id = await chat_with(page, "/send How are you?")
    macros = {macro["name"]: macro for macro in await page.ask("GET", f"/api/macros?chat_id={chat_id}")}
    assert macros["user"]["now"] == "User"
    assert macros["lastMessage"]["now"] == "How are you?"
    assert macros["noop"]["now"] == ""
    assert "now" not in macros["original"]
    assert "now" not in macros["getvar"]
    await page.error("GET", "/api/macros?chat_id=none", expect=404)
