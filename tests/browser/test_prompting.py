"""World info, the prompt and presets on the page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from stcore.chat.lore.bindings import chat_book, global_books

from .conftest import Studio

sync_api = pytest.importorskip("playwright.sync_api")


def book(studio: Studio, name: str, *entries: dict[str, Any]) -> str:
    """The id of a fresh book with these entries."""

    async def make() -> str:
        known = await studio.host.books.find(name)
        if known is not None:
            await studio.host.books.delete(known.id)
        made = await studio.host.books.create(name)
        for entry in entries:
            await studio.host.books.add_entry(made.id, entry)
        return made.id

    return str(studio.call(make()))


def stored(studio: Studio, name: str) -> list[dict[str, Any]]:
    """The entries of a book, in the order in which they are shown."""
    found = studio.call(studio.host.books.find(name))
    return [dict(entry) for entry in found.items.values()]


def open_tool(page: Any, name: str) -> Any:
    """The dialog behind one line of the menu in the header."""
    page.get_by_role("button", name="What the model is told").click()
    page.get_by_role("menuitem", name=name).click()
    return page.get_by_role("dialog")


def open_book(page: Any, name: str) -> Any:
    dialog = open_tool(page, "World info")
    dialog.get_by_role("button", name=name, exact=True).click()
    dialog.get_by_role("button", name="New entry").wait_for()
    return dialog


def titles(dialog: Any) -> list[str]:
    return [str(text) for text in dialog.locator(".lore-row:visible .lore-open strong").all_text_contents()]


# -- world info ------------------------------------------------------------------------------------------------------


def test_a_book_is_written_counts_in_a_chat_and_says_why(context: Any, studio: Studio, opened: Any) -> None:
    chat_id = studio.chat()
    studio.say(chat_id, "user", "We walked along the harbour.")
    page = opened(context, studio, chat_id)
    dialog = open_tool(page, "World info")
    dialog.get_by_role("button", name="New book").click()
    page.get_by_label("Name", exact=True).fill("Town")
    page.get_by_role("button", name="Make it").click()
    dialog.get_by_text("No entries yet").wait_for()
    dialog.get_by_role("button", name="New entry").click()
    sync_api.expect(dialog.get_by_label("Title")).to_be_focused()
    page.keyboard.type("The pier")
    keys = dialog.get_by_label("Keys", exact=True)
    keys.press_sequentially("/har(bour|bor)s{0,2}/i, /x,y/, jetty,")
    keys.press("Tab")
    assert dialog.locator(".word-text").all_text_contents() == ["/har(bour|bor)s{0,2}/i", "/x,y/", "jetty"]
    dialog.get_by_label("Text", exact=True).fill("Built by {{user}}.")
    dialog.get_by_label("Place", exact=True).select_option("In the chat, at a depth")
    dialog.get_by_label("Depth", exact=True).fill("1")
    dialog.get_by_text("Saved", exact=True).wait_for()
    dialog.get_by_role("button", name="All books").click()
    dialog.get_by_role("checkbox", name="In this chat").check()
    sync_api.expect(dialog.get_by_role("checkbox", name="In this chat")).to_be_focused()
    dialog.get_by_role("tab", name="Now in the prompt").click()
    dialog.get_by_text("“/har(bour|bor)s{0,2}/i” in message 0").wait_for()
    assert studio.call(studio.host.database.read(lambda c: chat_book(c, chat_id))) == "Town"
    dialog.get_by_role("button", name="The pier").click()
    sync_api.expect(dialog.get_by_label("Title")).to_have_value("The pier")
    (entry,) = stored(studio, "Town")
    assert (entry["position"], entry["depth"], entry["content"]) == (4, 1, "Built by {{user}}.")


def test_entries_are_found_sorted_switched_and_moved(context: Any, studio: Studio, opened: Any) -> None:
    names = ["Delta", "Alpha", "Echo", "Bravo", "Charlie"]
    book(studio, "Words", *({"comment": name, "key": [name.lower()], "order": at} for at, name in enumerate(names)))
    page = opened(context, studio, studio.chat())
    dialog = open_book(page, "Words")
    assert titles(dialog) == names
    dialog.get_by_role("button", name=re.compile("^Move Echo")).press("ArrowUp")
    grip = dialog.get_by_role("button", name=re.compile("^Move Charlie")).bounding_box()
    top = dialog.get_by_role("button", name=re.compile("^Move Delta")).bounding_box()
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(top["x"] + 8, top["y"] + 2, steps=6)
    page.mouse.up()
    moved = ["Charlie", "Delta", "Echo", "Alpha", "Bravo"]
    assert titles(dialog) == moved
    dialog.get_by_role("combobox", name="Sort the entries").select_option("Title")
    assert titles(dialog) == sorted(names)
    dialog.get_by_role("searchbox").fill("HA")
    dialog.get_by_text("2 of 5 entries").wait_for()
    assert titles(dialog) == ["Alpha", "Charlie"]
    with page.expect_response(lambda answer: answer.request.method != "GET" and answer.ok):
        dialog.get_by_role("switch", name="Alpha is on").uncheck()
    page.reload()
    dialog = open_book(page, "Words")
    dialog.get_by_role("combobox", name="Sort the entries").select_option("My order")
    assert titles(dialog) == moved
    assert [entry["comment"] for entry in stored(studio, "Words") if entry["disable"]] == ["Alpha"]


def test_what_is_seldom_needed_is_folded_and_kept(context: Any, studio: Studio, opened: Any) -> None:
    book(studio, "Deep", {"comment": "One", "key": ["one"], "x-other": 5, "cooldown": 3})
    page = opened(context, studio, studio.chat())
    dialog = open_book(page, "Deep")
    dialog.get_by_role("button", name=re.compile("^One")).click()
    assert "1 thing set" in dialog.locator("summary", has_text="Times").inner_text()
    further = dialog.get_by_label("And further keys")
    further.fill("two")
    further.press("Enter")
    dialog.get_by_label("With further keys it joins when there are").select_option("none of them")
    dialog.locator("summary", has_text="Groups").click()
    dialog.get_by_label("Groups", exact=True).fill("weather")
    dialog.get_by_label("Count the keys").select_option("Yes")
    dialog.locator("summary", has_text="For whom").click()
    dialog.get_by_label("Characters", exact=True).fill("Mira")
    dialog.get_by_label("Going on with a message").check()
    dialog.locator("summary", has_text="Times").click()
    dialog.get_by_label("Then rests for").fill("")
    dialog.get_by_text("Saved", exact=True).wait_for()
    (entry,) = stored(studio, "Deep")
    assert entry["keysecondary"] == ["two"] and entry["selectiveLogic"] == 2
    assert (entry["group"], entry["useGroupScoring"], entry["cooldown"]) == ("weather", True, None)
    assert entry["characterFilter"] == {"names": ["Mira"], "tags": [], "isExclude": False}
    assert entry["triggers"] == ["continue"] and entry["x-other"] == 5


def test_a_change_from_elsewhere_is_shown_and_what_is_typed_stays(context: Any, studio: Studio, opened: Any) -> None:
    book_id = book(studio, "Shared", {"comment": "Mine"}, {"comment": "Theirs"})
    page = opened(context, studio, studio.chat())
    dialog = open_book(page, "Shared")
    dialog.get_by_role("button", name=re.compile("^Mine")).click()
    studio.call(studio.host.books.change_entry(book_id, 1, {"comment": "Renamed by a script"}))
    dialog.get_by_role("button", name=re.compile("^Renamed by a script")).wait_for()
    dialog.get_by_label("Text", exact=True).fill("Half a sen")
    studio.call(studio.host.books.add_entry(book_id, {"comment": "Third"}))
    dialog.get_by_role("button", name=re.compile("^Third")).wait_for()
    sync_api.expect(dialog.get_by_label("Text", exact=True)).to_have_value("Half a sen")
    studio.call(studio.host.books.delete(book_id))
    page.locator("st-toasts").get_by_text("Shared was deleted.").wait_for()


def test_a_thousand_entries_can_be_worked_with(context: Any, studio: Studio, opened: Any) -> None:
    async def make() -> None:
        entries = {str(n): {"uid": n, "comment": f"Number {n}", "content": "word " * 60} for n in range(1000)}
        data = json.dumps({"entries": entries}).encode()
        from stcore.chat.lore.sharing import import_book

        await import_book(studio.host, data, "Thousand")

    studio.call(make())
    page = opened(context, studio, studio.chat())
    dialog = open_tool(page, "World info")
    dialog.get_by_role("button", name="Thousand", exact=True).click()
    # Not by roles: the test's own search for them through so many rows takes seconds on a busy machine.
    dialog.locator(".lore-row:nth-child(1000)").wait_for(state="attached")
    assert dialog.locator(".lore-count").text_content() == "1000 entries"
    assert dialog.locator(".lore-facts").first.text_content() == "before the characterorder 100"
    milliseconds = page.evaluate(
        """async () => {
          const field = document.querySelector(".lore-tools input"), begin = performance.now();
          field.value = "number 77";
          field.dispatchEvent(new Event("input"));
          const count = document.querySelector(".lore-count");
          while (count.textContent === "1000 entries") await new Promise((done) => setTimeout(done, 5));
          return performance.now() - begin;
        }"""
    )
    assert milliseconds < 1000
    assert titles(dialog)[:2] == ["Number 77", "Number 177"]


def test_books_come_from_files_and_go_to_files(context: Any, studio: Studio, opened: Any, tmp_path: Path) -> None:
    file = tmp_path / "Foreign.json"
    file.write_text(json.dumps({"entries": {"0": {"uid": 0, "key": ["sea"], "comment": "Sea", "content": "Deep."}}}))
    page = opened(context, studio, studio.chat())
    dialog = open_tool(page, "World info")
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Import …").click()
    chooser.value.set_files(file)
    page.locator("st-toasts").get_by_text("Foreign is here, with 1 entry.").wait_for()
    drop = """(element) => {
      const files = new DataTransfer();
      files.items.add(new File(['{"entries": {}}'], 'Dropped.json'));
      element.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
    }"""
    dialog.evaluate(drop)
    card = dialog.locator(".connection", has_text="Dropped")
    card.get_by_role("checkbox", name="In all chats").check()
    card.get_by_role("button", name="More for Dropped").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_label("Name", exact=True).fill("Caught")
    page.get_by_role("button", name="Rename").click()
    dialog.get_by_role("button", name="Caught", exact=True).wait_for()
    assert "Caught" in studio.call(studio.host.database.read(global_books))
    with page.expect_download() as download:
        dialog.get_by_role("button", name="More for Foreign").click()
        page.get_by_role("menuitem", name="Save as a file").click()
    assert json.loads(Path(download.value.path()).read_text())["entries"]["0"]["key"] == ["sea"]
    dialog.get_by_role("button", name="More for Caught").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    sync_api.expect(dialog.get_by_role("button", name="Caught", exact=True)).to_have_count(0)


def test_a_list_that_does_not_come_says_so_and_is_asked_for_again(context: Any, studio: Studio, opened: Any) -> None:
    book(studio, "Late")
    page = opened(context, studio, studio.chat())
    page.route("**/api/books", lambda route: route.abort())
    dialog = open_tool(page, "World info")
    dialog.get_by_role("alert").get_by_text("The host cannot be reached.").wait_for()
    page.unroute("**/api/books")
    dialog.get_by_role("button", name="Try again").click()
    dialog.get_by_role("button", name="Late", exact=True).wait_for()


def test_world_info_fits_a_phone(phone: Any, studio: Studio, opened: Any) -> None:
    book(studio, "Small", {"comment": "A rather long title of an entry for a narrow screen", "key": ["a", "b"]})
    page = opened(phone, studio, studio.chat())
    dialog = open_book(page, "Small")
    dialog.locator(".lore-open").click()
    sync_api.expect(dialog.get_by_role("button", name="New entry")).to_be_hidden()
    back = dialog.get_by_role("button", name="Back to the entries")
    sync_api.expect(back).to_be_focused()
    assert page.evaluate("document.querySelector('.lore-detail').scrollWidth <= innerWidth")
    back.click()
    sync_api.expect(dialog.locator(".lore-open")).to_be_focused()


# -- the prompt ------------------------------------------------------------------------------------------------------


def test_the_prompt_is_shown_piece_by_piece(context: Any, studio: Studio, opened: Any) -> None:
    chat_id = studio.chat()
    for number in range(4):
        studio.say(chat_id, "user", f"Message {number}. " + "Many words. " * 60)
    studio.call(studio.host.presets.save("preset", "Narrow", {"context_tokens": 700, "max_tokens": 100}))
    studio.call(studio.host.presets.select("preset", "Narrow"))
    page = opened(context, studio, chat_id)
    dialog = open_tool(page, "Prompt of this chat")
    dialog.get_by_text(re.compile("2 oldest messages of the chat had no room")).wait_for()
    part = dialog.locator(".prompt-part", has_text="message 3")
    part.locator("summary").click()
    part.get_by_role("button", name="Go to the message").click()
    sync_api.expect(page.locator("st-message", has_text="Message 3")).to_be_in_viewport()
    dialog = open_tool(page, "Prompt of this chat")
    dialog.get_by_label("For", exact=True).select_option("Words for you")
    dialog.get_by_text("Instruction to speak as the user").wait_for()
    studio.call(studio.host.presets.select("preset", "Default"))
    dialog.get_by_text("had no room").wait_for(state="detached")


def test_notes_and_texts_put_in_change_the_prompt(context: Any, studio: Studio, opened: Any) -> None:
    chat_id = studio.chat()
    studio.say(chat_id, "user", "Hello.")
    page = opened(context, studio, chat_id)
    dialog = open_tool(page, "Author's note")
    dialog.get_by_role("combobox", name="Note of this chat").fill("Mind the tide.")
    dialog.get_by_label("Depth").first.fill("0")
    dialog.get_by_role("tab", name="Put in by scripts").click()
    dialog.get_by_role("button", name="Put a text in").click()
    page.get_by_label("Name", exact=True).fill("mood")
    page.get_by_label("Text", exact=True).fill("Everybody is calm.")
    page.get_by_role("button", name="Keep it").click()
    dialog.get_by_role("button", name="mood", exact=True).wait_for()
    dialog.get_by_role("tab", name="Beginning and end").click()
    dialog.get_by_label("Replies begin with").fill("*nods*")
    dialog.get_by_role("button", name="Add one").click()
    page.keyboard.type("THE END")
    dialog.get_by_role("tab", name="What is told").click()
    dialog.get_by_text("Mind the tide.").first.wait_for()
    dialog.get_by_text("Everybody is calm.").first.wait_for()
    dialog.get_by_text("The reply begins with: *nods*").wait_for()
    switches = studio.call(studio.host.presets.active()).switches
    assert (switches.start_reply_with, list(switches.stop_strings)) == ("*nods*", ["THE END"])
    studio.call(studio.host.presets.switch(start_reply_with=None, stop_strings=None))
    dialog.get_by_role("tab", name="Put in by scripts").click()
    dialog.get_by_role("button", name="Remove mood").click()
    dialog.get_by_text("Nothing is put in").wait_for()


# -- presets ---------------------------------------------------------------------------------------------------------


def test_a_preset_is_changed_copied_and_put_back(context: Any, studio: Studio, opened: Any) -> None:
    page = opened(context, studio, studio.chat())
    page.get_by_role("button", name="What the model is told").click()
    page.get_by_role("menuitem", name="Presets").click()
    card = page.locator("[data-kind=preset]")
    card.get_by_label("Samplers and prompt", exact=True).select_option("Lively")
    card.get_by_role("button", name="Change").click()
    content = page.locator(".settings-content")
    content.get_by_label("Temperature").fill("0.3")
    content.get_by_role("button", name=re.compile("^Move Scenario")).press("Home")
    content.get_by_role("switch", name="Persona is told").uncheck()
    content.get_by_role("button", name="New entry").click()
    page.get_by_label("Name", exact=True).fill("Style")
    page.get_by_label("Text", exact=True).fill("Write like a letter.")
    page.get_by_role("button", name="Take it").click()
    content.get_by_role("button", name="Save", exact=True).click()
    page.locator("st-toasts").get_by_text("Lively is saved").wait_for()
    active = studio.call(studio.host.presets.active())
    assert active.sampling.temperature == 0.3 and active.sampling.extra["min_p"] == 0.05
    assert active.entries[0].name == "Scenario" and active.entries[-1].content == "Write like a letter."
    assert [entry.identifier for entry in active.entries if not entry.enabled] == ["personaDescription"]
    card.get_by_text("Changed by you").wait_for()
    card.get_by_role("button", name="More for Samplers and prompt").click()
    page.get_by_role("menuitem", name="Put it back as it came").click()
    page.get_by_role("button", name="Put it back", exact=True).click()
    card.get_by_text("Changed by you").wait_for(state="detached")
    card.get_by_role("button", name="Change").click()
    content.get_by_text("Comes with stcore").wait_for()
    content.get_by_label("Temperature").fill("0.4")
    content.get_by_role("button", name="All presets").click()
    page.get_by_text("Leave without saving?").wait_for()
    page.get_by_role("button", name="Cancel").click()
    content.get_by_role("button", name="Save under another name").click()
    page.get_by_label("Name", exact=True).fill("Calm")
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).last.click()
    sync_api.expect(card.get_by_label("Samplers and prompt", exact=True)).to_have_value("Calm")
    card.get_by_role("button", name="More for Samplers and prompt").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    sync_api.expect(card.get_by_label("Samplers and prompt", exact=True)).to_have_value("Default")


def test_presets_of_other_programs_are_taken_over(context: Any, studio: Studio, opened: Any, tmp_path: Path) -> None:
    instruct, unclear = tmp_path / "Odd.json", tmp_path / "Unclear.json"
    instruct.write_text(json.dumps({"input_sequence": "<<U>>\n", "output_sequence": "<<A>>\n", "x": 1}))
    unclear.write_text(json.dumps({"post_history": "Be brief."}))
    page = opened(context, studio, studio.chat())
    page.get_by_role("button", name="What the model is told").click()
    page.get_by_role("menuitem", name="Presets").click()
    content = page.locator(".settings-content")
    with page.expect_file_chooser() as chooser:
        content.get_by_role("button", name="Import").click()
    chooser.value.set_files([instruct, unclear])
    page.get_by_text("What is Unclear.json for?").wait_for()
    page.get_by_role("button", name="System prompt", exact=True).click()
    page.locator("st-toasts").get_by_text("Added: Unclear (system prompt)").wait_for()
    card = page.locator("[data-kind=instruct]")
    card.get_by_label("Instruct template", exact=True).select_option("Odd")
    card.get_by_role("switch", name="Used").check()
    card.get_by_role("button", name="Change").click()
    sync_api.expect(content.get_by_label("Before your message")).to_have_value("<<U>>\n")
    content.get_by_role("button", name="All presets").click()
    with page.expect_download() as download:
        card.get_by_role("button", name="More for Instruct template").click()
        page.get_by_role("menuitem", name="Save as a file").click()
    document = json.loads(Path(download.value.path()).read_text())
    assert document["input_sequence"] == "<<U>>\n" and document["x"] == 1
    active = studio.call(studio.host.presets.active())
    assert active.instruct is not None and active.instruct.output_sequence == "<<A>>\n"
    studio.call(studio.host.presets.switch(instruct=None))
