"""What macros see of prompts: templates, system prompt, notes (spec/macros.md section 13.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from stcore.chat.preferences import read_all
from stcore.chat.prompting.notes import KEY as NOTE, read_note
from stcore.chat.prompting.presets import HOST, ActivePresets, read_active
from stcore.macros.environment import Prompts

if TYPE_CHECKING:
    from stcore.host import Host
    from stcore.macros import Environment


async def load_prompts(host: Host, chat_id: str, environment: Environment) -> None:
    """Put the prompts of a chat into what macros see."""
    character_id = environment.extra.get("character_id")

    def fn(connection: Connection) -> tuple[ActivePresets, str, str, str]:
        default = read_note(read_all(connection, HOST).get(NOTE))
        note = read_note(read_all(connection, f"chat:{chat_id}").get(NOTE), default)
        own: Any = read_all(connection, f"character:{character_id}").get(NOTE) if character_id else None
        own_text = str(own.get("text") or "") if isinstance(own, dict) else ""
        return read_active(connection), note.text, own_text, default.text

    active, note, own, default = await host.database.read(fn)
    chosen = active.text("sysprompt", "content").strip()
    environment.prompts = Prompts(
        instruct={key: value for key, value in active.chosen["instruct"].data.items() if isinstance(value, str)},
        instruct_enabled=active.switches.instruct,
        system_prompt=chosen or host.settings.current.chat.system_prompt,
        system_prompt_enabled=active.switches.sysprompt,
        example_separator=active.text("context", "example_separator"),
        chat_start=active.text("context", "chat_start"),
        reasoning={key: active.text("reasoning", key) for key in ("prefix", "suffix", "separator")},
        authors_note=note,
        char_authors_note=own,
        default_authors_note=default,
    )
