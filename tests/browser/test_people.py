"""Characters, groups and personas on the page: found, edited, talked to, taken over from files."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from stcore.chat.beginning import begin_chat
from stcore.chat.characters.exchange import export_character
from stcore.chat.imagine.looks import looks_of
from tests.browser.conftest import Studio, picture

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def expect(locator: Any) -> Any:
    return sync_api.expect(locator)


def clear(studio: Studio) -> None:
    for store in (studio.host.characters, studio.host.groups, studio.host.personas):
        for one in studio.call(store.list()):
            studio.call(store.delete(one.id))


def character(studio: Studio, name: str, *, tags: tuple[str, ...] = (), avatar: bool = False, **fields: Any) -> Any:
    greeting = {"first_mes": f"I am {name}, {{{{user}}}}."}
    made = studio.call(studio.host.characters.create(name, {**greeting, **fields}, tags=tags))
    return studio.call(studio.host.characters.set_avatar(made.id, picture(len(name)))) if avatar else made


def fields_of(studio: Studio, character_id: str) -> dict[str, Any]:
    return dict(studio.call(studio.host.characters.get(character_id)).to_dict()["fields"])


def people(page: Any) -> Any:
    """The list of characters and groups."""
    page.get_by_role("tab", name="Characters").click()
    return page.get_by_role("list", name="Characters and groups")


def edit(page: Any, name: str) -> Any:
    """The editor of somebody, opened from the list."""
    people(page).get_by_role("button", name=f"More for {name}", exact=True).click(force=True)
    page.get_by_role("menuitem", name="Edit").click()
    return page.get_by_role("dialog", name=name)


def choose(page: Any, menu: Any, item: str) -> None:
    menu.click()
    page.get_by_role("menuitem", name=item).click()


# -- the list --------------------------------------------------------------------------------------------------------


def test_a_character_is_made_written_and_talked_to(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    page = opened(context, studio, studio.chat())
    listed = people(page)
    listed.get_by_text("Nobody is here yet").wait_for()
    page.get_by_role("button", name="New character").click()
    page.get_by_label("Name", exact=True).fill("Mira")
    page.get_by_role("button", name="Make it").click()
    editor = page.get_by_role("dialog", name="Mira")
    editor.get_by_label("Description", exact=True).fill("{{char}} keeps the lighthouse.")
    editor.get_by_label("Tags", exact=True).fill("harbour, friend")
    editor.get_by_label("Tags", exact=True).press("Enter")
    with page.expect_file_chooser() as chooser:
        editor.get_by_role("button", name="Picture of Mira").click()
    chooser.value.set_files({"name": "face.png", "mimeType": "image/png", "buffer": picture(3)})
    editor.locator(".avatar-picker img").wait_for()
    editor.get_by_role("tab", name="How it begins").click()
    editor.get_by_label("First message", exact=True).fill("You came, {{user}}!")
    editor.get_by_role("button", name="Add greeting").click()
    editor.get_by_label("greeting 1", exact=True).fill("The lamp is dark.")
    editor.get_by_role("tab", name="Pictures").click()
    editor.get_by_label("Before the prompt of its pictures").fill("grey eyes")
    editor.get_by_role("button", name="Close").click()
    editor.wait_for(state="detached")
    (made,) = studio.call(studio.host.characters.list())
    kept = fields_of(studio, made.id)
    assert (kept["description"], kept["image_prefix"]) == ("{{char}} keeps the lighthouse.", "")
    assert studio.call(looks_of(studio.host, made)).prefix == "grey eyes"
    assert (made.tags, kept["alternate_greetings"]) == (("harbour", "friend"), ["The lamp is dark."])
    listed.get_by_title("Talk to Mira").click()
    page.locator("st-message").get_by_text("You came, User!").wait_for()
    page.locator("st-message .avatar img").wait_for()
    page.locator(".partner .avatar img").wait_for()
    assert page.locator(".swipes-count").inner_text() == "1 / 2"
    chat = page.evaluate("location.hash")
    page.get_by_role("tab", name="Chats").click()
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("st-message")).to_have_count(0)
    people(page).get_by_title("Talk to Mira").click()
    page.locator("st-message").get_by_text("You came, User!").wait_for()
    assert page.evaluate("location.hash") == chat


def test_the_list_is_searched_and_narrowed_to_tags_and_favourites(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    ada, tom = character(studio, "Ada", tags=("harbour", "doctor")), character(studio, "Tom", tags=("harbour",))
    character(studio, "Zoe")
    studio.call(studio.host.groups.create("Crew", [ada.id, tom.id]))
    page = opened(context, studio, studio.chat())
    listed = people(page)
    names = listed.locator(".chat-entry-title")
    expect(names).to_have_text(["Ada", "Crew", "Tom", "Zoe"])
    choose(page, listed.get_by_role("button", name="More for Zoe"), "Make it a favourite")
    expect(names).to_have_text(["Zoe", "Ada", "Crew", "Tom"])
    page.get_by_role("button", name="harbour", exact=True).click()
    expect(names).to_have_text(["Ada", "Tom"])
    page.get_by_role("button", name="doctor", exact=True).click()
    expect(names).to_have_text(["Ada"])
    page.get_by_role("button", name="harbour", exact=True).click()
    page.get_by_role("button", name="doctor", exact=True).click()
    page.get_by_role("button", name="Favourites").click()
    expect(names).to_have_text(["Zoe"])
    page.get_by_role("button", name="Favourites").click()
    page.get_by_label("Search characters").fill("to")
    expect(names).to_have_text(["Ada", "Tom"])  # a doctor, and Tom himself
    page.get_by_label("Search characters").fill("nobody at all")
    listed.get_by_text("Nobody fits").wait_for()


def test_many_characters_come_as_one_scrolls(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    for number in range(150):
        character(studio, f"Number {number:03}")
    page = opened(context, studio, studio.chat())
    titles = people(page).locator(".chat-entry-title")
    page.wait_for_function("() => document.querySelectorAll('.people-list .chat-entry').length > 0")
    assert titles.count() < 150
    page.wait_for_function(
        """() => {
            document.querySelector(".people-list").scrollTop = 1e6;
            return document.querySelectorAll(".people-list .chat-entry").length === 150;
        }"""
    )
    clear(studio)


def test_the_keyboard_goes_through_the_list_and_comes_back_to_it(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    character(studio, "Ada")
    page = opened(context, studio, studio.chat())
    page.get_by_role("tab", name="Chats").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Characters").get_attribute("aria-selected") == "true"
    more = page.get_by_role("button", name="More for Ada")
    more.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Ada").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Ada").wait_for(state="detached")
    expect(page.get_by_role("button", name="More for Ada")).to_be_focused()


# -- the editor ------------------------------------------------------------------------------------------------------


def test_what_the_host_does_not_take_is_not_lost(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    ada = character(studio, "Ada", description="before")
    page = opened(context, studio, studio.chat())
    editor = edit(page, "Ada")
    refused = re.compile(f"/api/characters/{ada.id}$")
    page.route(refused, lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())
    editor.get_by_label("Description", exact=True).fill("typed without a host")
    editor.get_by_text("Not saved:").wait_for()
    editor.get_by_role("button", name="Close").click()
    page.get_by_role("dialog", name="Not everything is saved").get_by_role("button", name="Cancel").click()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.unroute(refused)
    assert fields_of(studio, ada.id)["description"] == "before"
    editor = edit(page, "Ada")
    editor.get_by_text("What was not saved last time is back.").wait_for()
    expect(editor.get_by_label("Description", exact=True)).to_have_value("typed without a host")
    editor.get_by_role("button", name="Close").click()
    editor.wait_for(state="detached")
    assert fields_of(studio, ada.id)["description"] == "typed without a host"


def test_what_was_kept_can_be_thrown_away(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    ada = character(studio, "Ada", description="before")
    page = opened(context, studio, studio.chat())
    page.evaluate(f"localStorage.setItem('stcore.unsaved.character.{ada.id}', '{{\"description\": \"old draft\"}}')")
    editor = edit(page, "Ada")
    expect(editor.get_by_label("Description", exact=True)).to_have_value("old draft")
    editor.get_by_role("button", name="Throw it away").click()
    expect(editor.get_by_label("Description", exact=True)).to_have_value("before")
    editor.get_by_role("button", name="Close").click()
    editor.wait_for(state="detached")
    assert fields_of(studio, ada.id)["description"] == "before"


def test_changes_from_elsewhere_are_shown_and_a_deleted_one_closes(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    ada = character(studio, "Ada")
    page = opened(context, studio, studio.chat())
    editor = edit(page, "Ada")
    studio.call(studio.host.characters.update(ada.id, {"scenario": "A storm."}))
    expect(editor.get_by_label("Scenario")).to_have_value("A storm.")
    studio.call(studio.host.characters.delete(ada.id))
    editor.wait_for(state="detached")
    people(page).get_by_text("Nobody is here yet").wait_for()


def test_it_is_renamed_copied_saved_and_deleted(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    ada = character(studio, "Ada", avatar=True)
    chat = studio.call(begin_chat(studio.host, ada.id)).id
    page = opened(context, studio, chat)
    editor = edit(page, "Ada")
    editor.get_by_role("button", name="Rename").click()
    page.get_by_label("Name", exact=True).fill("Ada Stern")
    page.get_by_role("button", name="Rename", exact=True).last.click()
    editor.get_by_role("heading", name="Ada Stern").wait_for()
    assert studio.call(studio.host.chats.messages(chat))[0].name == "Ada Stern"
    for item, ending in (("PNG", "png"), ("JSON", "json"), ("CHARX", "charx")):
        choose(page, editor.get_by_role("button", name="More", exact=True), "Save as a file")
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=item).click()
        assert download.value.suggested_filename == f"Ada Stern.{ending}"
    editor.evaluate("first => first.dataset.first = ''")  # the copy has the same name
    choose(page, editor.get_by_role("button", name="More", exact=True), "Duplicate")
    page.locator(".editor:not([data-first])").get_by_role("button", name="Close").click()
    expect(people(page).get_by_title("Talk to Ada Stern")).to_have_count(2)
    (copy,) = [one for one in studio.call(studio.host.characters.list()) if one.id != ada.id]
    more = page.locator(f"[data-key='more {ada.id}']")
    more.click(force=True)
    page.get_by_role("menuitem", name="Delete").click()
    asked = page.get_by_role("dialog", name="Delete Ada Stern?")
    asked.get_by_label("Delete its 1 chat too").check()
    asked.get_by_role("button", name="Delete").click()
    more.wait_for(state="detached")
    assert [one.id for one in studio.call(studio.host.characters.list())] == [copy.id]
    assert chat not in [one.id for one in studio.call(studio.host.chats.list())]


# -- files -----------------------------------------------------------------------------------------------------------


DROP = """([files]) => {
    const data = new DataTransfer();
    for (const { name, text } of files)
        data.items.add(new File([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))], name));
    for (const kind of ["dragover", "drop"])
        document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def test_cards_dropped_on_the_page_come_in_and_bad_ones_are_named(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    ada = studio.call(studio.host.characters.create("Ada", {"tags": ["harbour"]}, avatar=picture(3)))
    cards = [studio.call(export_character(studio.host, ada, ending)) for ending in ("png", "json", "charx")]
    clear(studio)
    page = opened(context, studio, studio.chat())
    files = [*cards, ("broken.json", b"{"), ("plain.png", picture(1))]
    page.evaluate(DROP, [[{"name": name, "text": base64.b64encode(data).decode()} for name, data in files]])
    page.locator("st-toasts").get_by_text("3 characters are here").wait_for()
    for name in ("broken.json", "plain.png"):
        page.locator("st-toasts [role=alert]").filter(has_text=name).wait_for()
    assert page.get_by_role("tab", name="Characters").get_attribute("aria-selected") == "true"
    expect(page.get_by_title("Talk to Ada")).to_have_count(3)
    assert {one.tags for one in studio.call(studio.host.characters.list())} == {("harbour",)}
    assert page.locator(".drop-veil").is_hidden()


def test_a_chat_goes_to_a_file_and_comes_back(context: Any, studio: Studio, opened: Any, tmp_path: Path) -> None:
    clear(studio)
    ada = character(studio, "Ada")
    chat = studio.call(begin_chat(studio.host, ada.id, title="At the quay")).id
    studio.say(chat, "user", "Good evening.")
    page = opened(context, studio, chat)
    partner = page.get_by_role("button", name="Chat with Ada")
    partner.click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Save as a file").click()
    file = tmp_path / "quay.jsonl"
    download.value.save_as(file)
    assert json.loads(file.read_text().splitlines()[-1])["mes"] == "Good evening."
    page.get_by_role("tab", name="Chats").click()
    page.get_by_role("button", name="More for chats").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Import a chat").click()
    broken = file.read_text() + "no json\n"
    chooser.value.set_files({"name": "quay.jsonl", "mimeType": "text/plain", "buffer": broken.encode()})
    told = page.get_by_role("dialog", name=re.compile("Not everything of"))
    told.get_by_text(re.compile("Line 4")).wait_for()
    told.get_by_role("button", name="Close").click()
    page.locator("st-message").get_by_text("Good evening.").wait_for()
    assert page.evaluate("location.hash.slice(1)") != chat
    assert partner.is_visible()


# -- the chat --------------------------------------------------------------------------------------------------------


def test_past_chats_and_new_ones_are_behind_the_name(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    ada = character(studio, "Ada")
    older = studio.call(begin_chat(studio.host, ada.id, title="The first evening")).id
    second = studio.call(begin_chat(studio.host, ada.id)).id
    page = opened(context, studio, second)
    partner = page.get_by_role("button", name="Chat with Ada")
    choose(page, partner, "New chat")
    page.wait_for_function("id => location.hash !== `#${id}`", arg=second)
    assert len(studio.call(studio.host.chats.list(character_id=ada.id))) == 3
    choose(page, partner, "Past chats")
    page.get_by_role("dialog", name="Chats with Ada").get_by_text("The first evening").click()
    page.wait_for_function("id => location.hash === `#${id}`", arg=older)
    assert page.locator(".partner-name").inner_text() == "Ada"


def test_a_chat_branches_and_keeps_a_checkpoint(context: Any, studio: Studio, opened: Any) -> None:
    chat = studio.chat("Way")
    for text in ("one", "two", "three"):
        studio.say(chat, "user", text)
    page = opened(context, studio, chat)
    second = page.locator("st-message").filter(has_text="two")
    second.hover()
    choose(page, second.get_by_role("button", name="Actions of this message"), "Branch off here")
    page.wait_for_function("id => location.hash !== `#${id}`", arg=chat)
    expect(page.locator("st-message")).to_have_count(2)
    choose(page, page.get_by_role("button", name="This chat", exact=True), "Back to the chat it was copied from")
    page.wait_for_function("id => location.hash === `#${id}`", arg=chat)
    second.hover()
    choose(page, second.get_by_role("button", name="Actions of this message"), "Set a checkpoint")
    page.get_by_label(re.compile("What it is called")).fill("Before the storm")
    page.get_by_role("button", name="Set it").click()
    flag = second.get_by_role("button", name="Checkpoint", exact=True)
    flag.wait_for()
    choose(page, page.get_by_role("button", name="This chat", exact=True), "Checkpoints")
    page.get_by_role("dialog").get_by_text("Before the storm").wait_for()
    page.keyboard.press("Escape")
    flag.click()
    page.wait_for_function("() => document.querySelector('.chat-name').textContent === 'Before the storm'")


# -- personas --------------------------------------------------------------------------------------------------------


def test_a_persona_is_made_and_taken_in_a_chat(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    ada = character(studio, "Ada")
    chat = studio.call(begin_chat(studio.host, ada.id)).id
    page = opened(context, studio, chat)
    assert page.locator(".persona-button").is_hidden()
    page.get_by_role("button", name="Settings").first.click()
    page.get_by_role("tab", name="Personas").click()
    content = page.locator(".settings-content")
    for name in ("Robin", "Sam"):
        content.get_by_role("button", name="New persona").click()
        page.get_by_label("Name", exact=True).last.fill(name)
        page.get_by_role("button", name="Make it").click()
        content.get_by_label("Description", exact=True).fill(f"{name} paints.")
        with page.expect_file_chooser() as chooser:
            content.get_by_role("button", name=f"Picture of {name}").click()
        chooser.value.set_files({"name": "face.png", "mimeType": "image/png", "buffer": picture(len(name))})
        content.locator(".avatar-picker img").wait_for()
        content.get_by_label("Where the model reads it").select_option("Among the messages")
        content.get_by_label("Messages behind it").fill("3")
        content.get_by_role("button", name="All personas").click()
        content.get_by_text(f"{name} paints.").wait_for()
    page.get_by_role("button", name="Close the settings").click()
    robin, sam = studio.call(studio.host.personas.list())
    assert (robin.name, robin.description, robin.position, robin.depth) == ("Robin", "Robin paints.", 4, 3)
    who = page.locator(".persona-button")
    who.click()
    page.get_by_role("menuitemradio", name="Sam").click()
    page.get_by_role("button", name="You are Sam here").wait_for()
    choose(page, who, "Always with Ada")
    page.fill("#composer-text", "/send hello")
    page.press("#composer-text", "Enter")
    page.locator("st-message[data-role=user] .avatar img").wait_for()
    assert page.locator("st-message[data-role=user] .message-name").inner_text() == "Sam"
    choose(page, who, "Always in this chat")
    page.get_by_role("button", name="You are Sam here, always").click()
    page.get_by_role("menuitem", name="Free this chat").wait_for()
    assert studio.call(studio.host.chats.get(chat)).persona_id == sam.id
    assert studio.call(studio.host.personas.get(sam.id)).connections == (ada.id,)


def test_a_persona_begins_new_chats_and_goes_again(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    studio.call(studio.host.personas.create("Robin"))
    page = opened(context, studio, studio.chat())
    choose(page, page.locator(".persona-button"), "Personas")
    content = page.locator(".settings-content")
    choose(page, content.get_by_role("button", name="More for Robin"), "In all new chats")
    content.get_by_text("new chats", exact=True).wait_for()
    expect(content.get_by_role("button", name="More for Robin")).to_be_focused()
    assert studio.call(studio.host.personas.list())[0].is_default
    with page.expect_download() as download:
        content.get_by_role("button", name="Save all as a file").click()
    saved = Path(download.value.path()).read_bytes()
    choose(page, content.get_by_role("button", name="More for Robin"), "Delete")
    page.get_by_role("button", name="Delete", exact=True).click()
    content.get_by_text("You go by the name").wait_for()
    with page.expect_file_chooser() as chooser:
        content.get_by_role("button", name="Import").click()
    chooser.value.set_files({"name": "personas.json", "mimeType": "application/json", "buffer": saved})
    content.get_by_role("button", name="Robin", exact=True).wait_for()


# -- groups ----------------------------------------------------------------------------------------------------------


def test_a_group_is_made_of_characters_and_talked_to(context: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    ada, tom, zoe = (character(studio, name, avatar=True) for name in ("Ada", "Tom", "Zoe"))
    page = opened(context, studio, studio.chat())
    people(page)
    choose(page, page.get_by_role("button", name="More for characters"), "New group")
    page.get_by_label("Name", exact=True).fill("Crew")
    page.get_by_role("button", name="Make it").click()
    editor = page.get_by_role("dialog", name="Crew")
    editor.get_by_role("button", name="Add members").click()
    for name in ("Ada", "Tom", "Zoe"):
        page.get_by_role("dialog", name="Add members").get_by_label(name).check()
    page.get_by_role("button", name="Add 3").click()
    editor.get_by_role("button", name="Move down: Ada").click()
    editor.get_by_role("button", name="Mute: Zoe").click()
    expect(editor.get_by_role("button", name="Let speak: Zoe")).to_be_focused()
    editor.get_by_role("tab", name="How they talk").click()
    editor.get_by_label("Who answers").select_option("Nobody, unless asked to")
    editor.get_by_label("What the model is told").select_option("The cards of all members, joined")
    editor.get_by_role("button", name="Open the chat").click()
    page.locator("st-message").nth(2).wait_for()
    (group,) = studio.call(studio.host.groups.list())
    assert [(one.character_id, one.muted) for one in group.members] == [
        (tom.id, False),
        (ada.id, False),
        (zoe.id, True),
    ]
    assert (group.options.strategy, group.options.cards) == ("manual", "join-muted")
    assert page.locator(".message-name").all_inner_texts() == ["Tom", "Ada", "Zoe"]
    expect(page.locator("st-message .avatar img")).to_have_count(3)
    expect(page.locator(".partner st-avatar.mosaic > st-avatar")).to_have_count(3)
    choose(page, page.get_by_role("button", name="Chat with Crew"), "Let Ada speak")
    page.locator("st-message").nth(3).wait_for()
    assert page.locator("st-message").nth(3).get_attribute("aria-label").startswith("Ada")
    choose(page, page.get_by_role("button", name="Chat with Crew"), "Edit the group")
    choose(page, editor.get_by_role("button", name="More", exact=True), "Delete")
    page.get_by_role("dialog", name="Delete Crew?").get_by_role("button", name="Delete").click()
    editor.wait_for(state="detached")
    page.get_by_role("button", name="This chat", exact=True).wait_for()
    assert len(studio.call(studio.host.characters.list())) == 3


# -- a phone ---------------------------------------------------------------------------------------------------------


def test_editors_and_lists_fit_a_phone(phone: Any, studio: Studio, opened: Any) -> None:
    clear(studio)
    name = "Doctor Elisabeth Achterberg-Kowalczyk of the Upper Harbour"
    made = character(studio, name, tags=("a tag that is long enough to be cut", "harbour"), avatar=True)
    studio.call(studio.host.personas.create("Robin"))
    page = opened(phone, studio, studio.call(begin_chat(studio.host, made.id)).id)
    page.locator("st-message").get_by_text("I am Doctor").wait_for()
    fits(page)
    page.tap(".toggle-rail")
    page.get_by_role("tab", name="Characters").tap()
    page.get_by_title(f"Talk to {name}").wait_for()
    fits(page)
    editor = edit(page, name)
    for tab in ("Who it is", "How it begins", "Examples and orders", "Pictures", "The card"):
        editor.get_by_role("tab", name=tab).tap()
        fits(page)
    editor.get_by_role("button", name="Close").tap()
    editor.wait_for(state="detached")
    assert page.get_by_title(f"Talk to {name}").is_visible()


def fits(page: Any) -> None:
    """Nothing is wider than the screen, and no button of the people's pages is too small for a finger."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate(
        """() => [...document.querySelectorAll(".editor :is(button, input), st-rail button, .partner, .persona-button")]
            .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
            .filter((one) => !one.closest("[inert]") && !one.matches("[type=checkbox], .macro-tools *"))
            .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.height < 39.5 || box.width < 39.5))
            .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
    )
    assert small == []
