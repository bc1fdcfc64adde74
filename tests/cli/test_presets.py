"""``stcore presets`` as people call it."""

from __future__ import annotations

import json

from tests.cli.conftest import Program


def test_presets_come_and_go(stcore: Program) -> None:
    file = stcore.data.parent / "Warm.json"
    file.write_text(json.dumps({"temperature": 1.1, "openai_max_tokens": 77}))
    assert stcore("presets", "import", str(file)).out == "preset “Warm”\n"
    assert stcore("presets", "select", "preset", "Warm").status == 0
    listed = stcore("presets", "list", "preset", "--json").json
    assert [entry["name"] for entry in listed if entry["selected"]] == ["Warm"]
    assert stcore("presets", "export", "preset", "Warm").json == {
        "name": "Warm",
        "temperature": 1.1,
        "openai_max_tokens": 77,
    }
    assert stcore("presets", "delete", "preset", "Warm").status == 0
    assert "There is no preset “Warm”" in stcore("presets", "select", "preset", "Warm").err
    file.write_text("no json")
    assert "is no JSON" in stcore("presets", "import", str(file)).err


def test_the_prompt_of_a_chat_is_shown(stcore: Program) -> None:
    assert "no chats" in stcore("presets", "prompt").err
    stcore("run", "-c", "/char-create name=Mira description=Calm. | /go {{pipe}} | /send Hello")
    shown = stcore("presets", "prompt")
    assert "charDescription" in shown.out, shown
    assert "of 8000 tokens, to offline" in shown.out
