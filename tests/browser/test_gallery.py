"""The gallery, the lightbox and the addresses of pictures, as people meet them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.browser.conftest import Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = "st-gallery st-image[data-state=shown]"


def show_gallery(page: Any) -> None:
    page.click(".toggle-gallery")
    page.wait_for_selector("st-gallery:not([data-loading])")


def tiles(page: Any) -> int:
    return int(page.locator(".tile").count())


@pytest.fixture(scope="module")
def many(shared_studio: Studio) -> tuple[Studio, str]:
    """A chat with 125 pictures, three of them sent."""
    chat = shared_studio.chat()
    shared_studio.pictures(chat, 122)
    shared_studio.pictures(chat, 3, "sent")
    return shared_studio, chat


@pytest.mark.feature("F042", "F043", "F044", "GAL-1")
def test_the_panel_counts_and_filters(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    studio.pictures(chat, 9)
    studio.pictures(chat, 3, "sent")
    page = opened(context, studio, chat)
    assert not page.is_visible("st-gallery")
    show_gallery(page)
    page.wait_for_selector(".tile >> nth=11")
    assert page.inner_text("st-gallery h2").split() == ["Gallery", "12"]
    for name, count in {"sent": 3, "received": 9, "all": 12}.items():
        page.click(f".tab[data-filter={name}]")
        page.wait_for_function("count => document.querySelectorAll('.tile').length === count", arg=count)
        assert page.inner_text(f".tab[data-filter={name}] .tab-count") == str(count)
        assert page.inner_text("st-gallery h2").split()[-1] == "12"


@pytest.mark.feature("F049", "F050", "GAL-2")
def test_pages_of_sixty(many: tuple[Studio, str], context: Any, opened: Any) -> None:
    studio, chat = many
    page = opened(context, studio, chat)
    show_gallery(page)
    for count in (60, 120, 125):
        page.wait_for_selector(f".tile >> nth={count - 1}")
        assert tiles(page) == count
        if count < 125:
            page.click(".load-more")
    assert not page.is_visible(".load-more")
    page.click(".tab[data-filter=received]")
    page.wait_for_function("() => document.querySelectorAll('.tile').length === 60")
    assert page.is_visible(".load-more")


@pytest.mark.feature("F052", "GAL-3")
def test_addresses_are_asked_for_in_batches_of_twenty(many: tuple[Studio, str], context: Any, opened: Any) -> None:
    studio, chat = many
    page = opened(context, studio, chat)
    batches: list[int] = []
    page.on("request", lambda sent: "/sign" in sent.url and batches.append(len(sent.post_data_json["ids"])))
    show_gallery(page)
    page.wait_for_selector(".tile >> nth=59")
    page.wait_for_selector(SHOWN)
    assert batches == [20, 20, 20]


@pytest.mark.feature("F053", "GAL-5")
def test_old_addresses_are_renewed_without_a_reload(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    studio.pictures(chat, 4)
    page = opened(context, studio, chat)
    show_gallery(page)
    page.wait_for_selector(f"{SHOWN} >> nth=3")
    page.click(".toggle-gallery")
    studio.clock.ahead = timedelta(hours=2)
    show_gallery(page)
    page.wait_for_selector(f"{SHOWN} >> nth=3")
    assert page.locator(".image-broken").count() == 0


def test_a_refused_picture_is_renewed_once_then_offers_a_retry(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    (asset,) = studio.pictures(chat, 1)
    studio.say(chat, "assistant", "Look", (asset,))
    refused: list[str] = []

    def refuse(route: Any) -> None:
        refused.append(route.request.url)
        route.fulfill(status=403, json={"error": {"message": "expired"}})

    context.route("**/pictures/*.png?*", refuse)
    page = opened(context, studio, chat)
    page.wait_for_selector(".message .image-broken")
    assert len(refused) == 2
    context.unroute("**/pictures/*.png?*")
    page.click(".image-broken >> text=Try again")
    page.wait_for_selector(".message st-image[data-state=shown]")


@pytest.mark.feature("F051", "GAL-7")
def test_an_empty_gallery_says_so_until_the_first_picture(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    page = opened(context, studio, chat)
    show_gallery(page)
    page.wait_for_selector(".gallery-empty")
    assert "No pictures yet" in page.inner_text(".gallery-empty")
    page.fill("#composer-text", "/sd width=128 height=96 apple tree")
    page.press("#composer-text", "Enter")
    page.wait_for_selector(SHOWN)
    assert not page.is_visible(".gallery-empty")
    assert tiles(page) == 1


@pytest.mark.feature("F054")
def test_two_columns_on_desktop(studio: Studio, context: Any, opened: Any) -> None:
    assert columns(opened(context, studio, chat_with_pictures(studio))) == 2


@pytest.mark.feature("F054")
def test_two_columns_on_a_phone(studio: Studio, phone: Any, opened: Any) -> None:
    assert columns(opened(phone, studio, chat_with_pictures(studio))) == 2


def columns(page: Any) -> int:
    show_gallery(page)
    page.wait_for_selector(".tile")
    return len(page.evaluate("getComputedStyle(document.querySelector('.gallery-grid')).gridTemplateColumns").split())


def chat_with_pictures(studio: Studio, count: int = 3) -> str:
    chat = studio.chat()
    for asset in studio.pictures(chat, count):
        studio.say(chat, "assistant", "Look", (asset,))
    return chat


@pytest.mark.feature("F103")
def test_full_height_on_small_screens(studio: Studio, phone: Any, opened: Any) -> None:
    page = opened(phone, studio, chat_with_pictures(studio))
    show_gallery(page)
    page.wait_for_timeout(400)
    assert page.locator(".app-panel").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    page.tap(".tile-open")
    page.wait_for_selector("dialog.lightbox st-image[data-state=shown]")
    assert page.locator("dialog.lightbox").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}


@pytest.mark.feature("F045", "F047", "F048", "GAL-6")
@pytest.mark.parametrize("how", ["button", "escape", "outside"])
def test_the_lightbox_opens_and_closes_and_leaves_the_composer_alone(
    how: str, studio: Studio, context: Any, opened: Any
) -> None:
    page = opened(context, studio, chat_with_pictures(studio))
    page.fill("#composer-text", "half a thought,\n  with spaces ")
    show_gallery(page)
    page.click(".tile-open >> nth=0")
    page.wait_for_selector("dialog.lightbox st-image[data-state=shown]")
    shown = page.evaluate("document.querySelector('.lightbox img').naturalWidth")
    assert shown == 48  # the stored original, not a thumbnail
    red, green, blue, alpha = rgba(
        page.evaluate("getComputedStyle(document.querySelector('.lightbox')).backgroundColor")
    )
    assert max(red, green, blue) < 40 and alpha > 0.8
    if how == "button":
        page.click(".lightbox-close")
    elif how == "escape":
        page.keyboard.press("Escape")
    else:
        page.mouse.click(70, 700)
    page.wait_for_selector("dialog.lightbox", state="hidden")
    assert page.input_value("#composer-text") == "half a thought,\n  with spaces "


def rgba(color: str) -> tuple[float, ...]:
    numbers = tuple(float(part) for part in color[color.index("(") + 1 : -1].split(","))
    return numbers if len(numbers) == 4 else (*numbers, 1.0)


@pytest.mark.feature("F046")
def test_a_download_is_the_stored_original(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    (asset,) = studio.pictures(chat, 1)
    stored, _ = studio.call(studio.host.library.read(asset, "full"))
    page = opened(context, studio, chat)
    show_gallery(page)
    page.click(".tile-open")
    with page.expect_download() as waiting:
        page.click(".lightbox-download")
    assert waiting.value.path().read_bytes() == stored
    assert waiting.value.suggested_filename.endswith(".png")


@pytest.mark.feature("REC-4")
def test_the_lightbox_tells_how_a_picture_was_made_and_steps_through_all(
    studio: Studio, context: Any, opened: Any
) -> None:
    page = opened(context, studio, chat_with_pictures(studio))
    page.click(".picture-open >> nth=0")
    for number in (0, 1, 2):
        page.wait_for_selector(f".lightbox-details >> text=study {number}")
        assert page.inner_text(".lightbox-count") == f"{number + 1} of 3"
        told = page.inner_text(".lightbox-details")
        for word in ("Seed", "Model", "Size", "48 × 32", "Created"):
            assert word in told
        page.keyboard.press("ArrowRight")
    page.click("text=Use prompt and seed")
    assert page.input_value("#composer-text") == "/sd seed=2 width=48 height=32 study 2"


def test_deleting_a_picture_takes_it_from_gallery_and_message(studio: Studio, context: Any, opened: Any) -> None:
    page = opened(context, studio, chat_with_pictures(studio, 2))
    show_gallery(page)
    page.wait_for_selector(".tile >> nth=1")
    page.hover(".tile >> nth=0")
    page.click(".tile-more >> nth=0")
    page.click(".menu-item >> text=Delete")
    page.click("dialog[open] >> .button.danger")
    page.wait_for_function("() => document.querySelectorAll('.tile').length === 1")
    page.wait_for_function("() => document.querySelectorAll('.message .picture').length === 1")
    assert page.inner_text("st-gallery h2").split()[-1] == "1"


def test_deleting_and_arriving_leave_the_order_alone(studio: Studio, context: Any, opened: Any) -> None:
    chat = studio.chat()
    oldest_first = studio.pictures(chat, 62)
    page = opened(context, studio, chat)
    show_gallery(page)
    page.wait_for_selector(".tile >> nth=59")
    page.hover(".tile >> nth=1")
    page.click(".tile-more >> nth=1")
    page.click(".menu-item >> text=Delete")
    page.click("dialog[open] >> .button.danger")
    page.wait_for_function("() => document.querySelectorAll('.tile').length === 59")
    page.fill("#composer-text", "/sd width=96 height=64 apple tree")
    page.press("#composer-text", "Enter")
    page.wait_for_function("() => document.querySelectorAll('.tile').length === 60")
    shown = page.evaluate("() => [...document.querySelectorAll('.tile')].map((tile) => tile.dataset.id)")
    newest_first = oldest_first[::-1]
    assert shown[1:] == [newest_first[0], *newest_first[2:60]]
    page.click(".load-more")
    page.wait_for_function("() => document.querySelectorAll('.tile').length === 62")
    assert page.inner_text("st-gallery h2").split()[-1] == "62"
