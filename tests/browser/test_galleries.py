"""Galleries of characters and groups on the page: whose pictures are shown, adding, choosing, deleting."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from stcore.chat.characters.records import Character
from tests.browser.conftest import Studio, picture
from tests.browser.test_gallery import show_gallery, tiles

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def character(studio: Studio, name: str) -> Character:
    found: Character = studio.call(studio.host.characters.create(name))
    return found


def chat_with(studio: Studio, whom: Character) -> str:
    return str(studio.call(studio.host.chats.create("With " + whom.name, character_id=whom.id)).id)


def hang(studio: Studio, whom: Character, count: int, chat_id: str | None = None, *, first: int = 0) -> list[str]:
    """Pictures made with somebody; their ids, oldest first."""

    async def store() -> list[str]:
        made = []
        for number in range(first, first + count):
            label = f"{chr(ord('z') - number % 26)} study"
            asset = await studio.host.library.store(
                picture(number, whom.name),
                kind="free",
                origin="received",
                chat_id=chat_id,
                gallery_of=whom.id,
                label=label,
            )
            made.append(asset.id)
        return made

    return list(studio.call(store()))


def shown(page: Any) -> list[str]:
    """The ids of the pictures that are shown."""
    return list(page.evaluate("() => [...document.querySelectorAll('.tile')].map((tile) => tile.dataset.id)"))


def until(page: Any, count: int) -> None:
    page.wait_for_function("count => document.querySelectorAll('.tile').length === count", arg=count)


def place(page: Any, which: str) -> None:
    page.click(f".tab[data-place={which}]")
    page.wait_for_selector(f".tab[data-place={which}][aria-pressed=true]")
    page.wait_for_selector("st-gallery:not([data-loading])")


def menu(page: Any, button: str, item: str) -> None:
    page.click(button)
    page.click(f".menu-item >> text={item}")


@pytest.mark.feature("F255")
def test_the_gallery_of_a_character_holds_the_pictures_of_all_its_chats(
    studio: Studio, context: Any, opened: Any
) -> None:
    mia = character(studio, "Mia")
    chats = [chat_with(studio, mia) for _ in range(2)]
    here, there = hang(studio, mia, 2, chats[0]), hang(studio, mia, 3, chats[1], first=2)
    page = opened(context, studio, chats[0])
    show_gallery(page)
    until(page, 2)
    assert shown(page) == here[::-1]
    place(page, "subject")
    until(page, 5)
    assert shown(page) == [*there[::-1], *here[::-1]]
    assert page.inner_text("st-gallery h2").split() == ["Gallery", "5"]
    assert page.inner_text(".tab[data-place=subject]") == "Mia"
    place(page, "all")
    page.wait_for_function("() => Number(document.querySelector('st-gallery .count').textContent) >= 5")
    place(page, "chat")
    until(page, 2)
    # What is made in the other chat appears while one looks.
    place(page, "subject")
    studio.call(studio.host.galleries.add(mia.id, picture(77)))
    until(page, 6)


@pytest.mark.feature("F256")
def test_menu_and_command_open_it(studio: Studio, context: Any, opened: Any) -> None:
    tom, ida = character(studio, "Tom"), character(studio, "Ida")
    hang(studio, tom, 1)
    hang(studio, ida, 2)
    page = opened(context, studio, chat_with(studio, tom))
    page.fill("#composer-text", "/show-gallery")
    page.press("#composer-text", "Enter")
    until(page, 1)
    assert page.get_attribute(".tab[data-place=subject]", "aria-pressed") == "true"
    page.click(".gallery-close")
    page.get_by_role("tab", name="Characters").click()
    page.get_by_role("button", name="More for Ida").click()
    page.click(".menu-item >> text=Gallery")
    until(page, 2)
    assert page.inner_text(".tab[data-place=subject]") == "Ida"
    page.click(".gallery-close")
    menu(page, ".partner", "Gallery")
    until(page, 1)
    assert page.inner_text(".tab[data-place=subject]") == "Tom"


def test_put_in_order_and_remembered(studio: Studio, context: Any, opened: Any) -> None:
    eve = character(studio, "Eve")
    made = hang(studio, eve, 5)  # named z, y, x, w, v
    page = opened(context, studio, chat_with(studio, eve))
    show_gallery(page)
    place(page, "subject")
    until(page, 5)
    for item, expected in (
        ("Oldest first", made),
        ("By name, Z to A", made),
        ("By name, A to Z", made[::-1]),
    ):
        menu(page, ".gallery-sort", item)
        page.wait_for_function(
            "ids => [...document.querySelectorAll('.tile')].map((tile) => tile.dataset.id).join() === ids",
            arg=",".join(expected),
        )
    (late,) = hang(studio, eve, 1, first=2)  # named x, in between
    studio.host.bus.publish("picture.added", {"id": late})
    until(page, 6)
    assert shown(page)[3] == late
    page.reload()  # the panel stays open
    place(page, "subject")
    until(page, 6)
    assert shown(page)[0] == made[-1]


def test_files_are_added_by_button_and_by_dropping(studio: Studio, context: Any, opened: Any) -> None:
    una = character(studio, "Una")
    page = opened(context, studio, chat_with(studio, una))
    show_gallery(page)
    assert not page.is_visible(".gallery-add")
    place(page, "subject")
    page.wait_for_selector("text=What is made with Una")
    files = [{"name": f"boat {n}.png", "mimeType": "image/png", "buffer": picture(n)} for n in range(2)]
    with page.expect_file_chooser() as chooser:
        page.click(".gallery-add")
    chooser.value.set_files([*files, {"name": "notes.png", "mimeType": "image/png", "buffer": b"words"}])
    until(page, 2)
    page.wait_for_selector(".toast.error >> text=notes.png")
    page.wait_for_selector(".toast.success >> text=2 pictures added")
    page.click(".toast.error .icon-button")
    titles = [one["title"] for one in studio.call(studio.host.library.page(gallery_of=una.id)).pictures]
    assert titles == ["boat 1", "boat 0"]

    data = base64.b64encode(picture(9)).decode()
    drop = """([data, where]) => {
        const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
        for (const kind of ["dragover", "drop"])
          document.querySelector(where).dispatchEvent(
            new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(drop, [data, "st-gallery .panel-body"])
    until(page, 3)
    assert not page.is_visible(".drop-veil")
    page.click(".tab[data-filter=received]")
    until(page, 0)
    page.wait_for_selector("text=Nothing made")
    page.click(".tab[data-filter=sent]")
    until(page, 3)


@pytest.mark.feature("GAL-9")
def test_several_are_chosen_and_deleted_with_their_uses_named(studio: Studio, context: Any, opened: Any) -> None:
    ada = character(studio, "Ada")
    chat = chat_with(studio, ada)
    made = hang(studio, ada, 6, chat)
    studio.say(chat, "assistant", "Look", (made[5],))
    page = opened(context, studio, chat)
    show_gallery(page)
    place(page, "subject")
    until(page, 6)
    menu(page, ".gallery-more", "Choose several")
    page.click(".tile-open >> nth=0")
    page.click(".tile-open >> nth=2", modifiers=["Shift"])
    assert page.inner_text(".choose-count") == "3 pictures chosen"
    page.click(".tile-open >> nth=1")
    assert page.inner_text(".choose-count") == "2 pictures chosen"
    page.click(".choose-bar [data-act=delete]")
    words = page.inner_text("dialog[open]")
    assert "Delete 2 pictures?" in words and "They disappear from 1 message of “With Ada”." in words
    page.click("dialog[open] >> text=Cancel")
    assert tiles(page) == 6
    page.click(".choose-bar [data-act=delete]")
    page.click("dialog[open] >> .button.danger")
    until(page, 4)
    assert shown(page) == [made[n] for n in (4, 2, 1, 0)]
    assert not page.is_visible(".choose-bar")
    page.wait_for_function("() => document.querySelectorAll('.message .picture').length === 0")


def test_the_keyboard_is_enough(studio: Studio, context: Any, opened: Any) -> None:
    bo = character(studio, "Bo")
    made = hang(studio, bo, 5)[::-1]
    page = opened(context, studio, chat_with(studio, bo))
    show_gallery(page)
    place(page, "subject")
    until(page, 5)
    page.focus(".tile-open >> nth=0")

    def focused() -> str:
        return str(page.evaluate("document.activeElement.closest('.tile')?.dataset.id"))

    for key, number in (("ArrowRight", 1), ("ArrowDown", 3), ("ArrowUp", 1), ("End", 4), ("Home", 0), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        assert focused() == made[number], key
    page.keyboard.press("Delete")
    page.wait_for_selector("dialog[open] >> text=Delete this picture?")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.lightbox[open]")
    page.keyboard.press("Escape")
    menu(page, ".gallery-more", "Choose several")
    page.focus(".tile-open >> nth=0")
    page.keyboard.press("Control+a")
    assert page.inner_text(".choose-count") == "5 pictures chosen"
    page.keyboard.press("Space")
    assert page.get_attribute(".tile-open >> nth=0", "aria-pressed") == "false"
    page.keyboard.press("Escape")
    assert not page.is_visible(".choose-bar")
    assert page.is_visible("st-gallery")


def test_a_character_shows_a_gallery_that_several_share(studio: Studio, context: Any, opened: Any) -> None:
    kim, lou = character(studio, "Kim"), character(studio, "Lou")
    own, of_lou = hang(studio, kim, 1), hang(studio, lou, 2)
    page = opened(context, studio, chat_with(studio, kim))
    show_gallery(page)
    place(page, "subject")
    until(page, 1)
    menu(page, ".gallery-more", "Show another gallery")
    field = page.locator("dialog[open]").get_by_label("Gallery", exact=True)
    field.wait_for()
    assert "Lou" in page.eval_on_selector_all("dialog[open] option", "all => all.map((one) => one.value)")
    field.fill("Lou")
    page.get_by_role("button", name="Show it").click()
    page.wait_for_selector(".gallery-note >> text=It shows the gallery Lou.")
    until(page, 2)
    assert shown(page) == of_lou[::-1]
    page.click(".gallery-note .button")
    until(page, 1)
    assert shown(page) == own
    assert not page.is_visible(".gallery-note")


def test_another_chat_brings_the_gallery_of_whom_it_is_with(studio: Studio, context: Any, opened: Any) -> None:
    pia, rob = character(studio, "Pia"), character(studio, "Rob")
    hang(studio, pia, 1)
    hang(studio, rob, 2)
    first, second, nobody = chat_with(studio, pia), chat_with(studio, rob), studio.chat("Alone")
    page = opened(context, studio, first)
    show_gallery(page)
    place(page, "subject")
    until(page, 1)
    page.evaluate("id => { location.hash = id }", second)
    until(page, 2)
    assert page.inner_text(".tab[data-place=subject]") == "Rob"
    page.evaluate("id => { location.hash = id }", nobody)
    until(page, 0)
    assert page.locator(".tab[data-place]").count() == 2
    assert page.get_attribute(".tab[data-place=chat]", "aria-pressed") == "true"


def test_whose_gallery_is_shown_may_be_deleted(studio: Studio, context: Any, opened: Any) -> None:
    pam, guest = character(studio, "Pam"), character(studio, "Guest")
    hang(studio, guest, 2)
    page = opened(context, studio, chat_with(studio, pam))
    page.get_by_role("tab", name="Characters").click()
    page.get_by_role("button", name="More for Guest").click()
    page.click(".menu-item >> text=Gallery")
    until(page, 2)
    studio.call(studio.host.characters.delete(guest.id))
    until(page, 0)
    assert page.get_attribute(".tab[data-place=chat]", "aria-pressed") == "true"
    assert page.inner_text(".tab[data-place=subject]") == "Pam"
    assert page.locator(".toast.error").count() == 0


def test_it_fits_on_a_phone(studio: Studio, phone: Any, opened: Any) -> None:
    mia = character(studio, "Maximiliana Theodora of the Northern Lighthouse")
    hang(studio, mia, 3)
    page = opened(phone, studio, chat_with(studio, mia))
    show_gallery(page)
    place(page, "subject")
    until(page, 3)
    menu(page, ".gallery-more", "Choose several")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for part in ("st-gallery .panel-head", "st-gallery .places", ".choose-bar"):
        box = page.locator(part).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, part
    assert page.locator(".places").evaluate("all => all.scrollWidth <= all.clientWidth")
