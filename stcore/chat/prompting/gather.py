"""What goes into the prompt of a chat: the card and the persona, world info, notes, injections, the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stcore.chat.prompting import beside, inserts
from stcore.chat.prompting.history import read_history
from stcore.chat.prompting.pictures import show_pictures
from stcore.chat.prompting.presets import ActivePresets
from stcore.chat.prompting.scene import Scene, Wanted
from stcore.chat.regexes.rewriting import history_for_prompt, lore_for_prompt
from stcore.commands.services.prompting import Injection
from stcore.errors import NotFound
from stcore.text.entries import MAIN, MAIN_PLAIN, MAIN_ROLE, POST_HISTORY, Entry
from stcore.text.prompt import Insert, Recipe

if TYPE_CHECKING:
    from stcore.chat.characters.records import Character
    from stcore.chat.lore.service import Lore
    from stcore.chat.records import Message
    from stcore.text.model import TextConnection

CONTINUE = "[Go on with the last message from exactly where it ends. Do not repeat any of it.]"
IMPERSONATE = (
    "[Write the next message of {{user}}, in the manner in which {{user}} has spoken so far. "
    "Do not speak or act for {{char}}.]"
)
GROUP = "[Write the next reply only as {{char}}.]"
"""Instructions behind the history for kinds of generation, where the preset has none of its own."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All of a prompt, before it is fitted into its budget. ``scene`` sees the outlets of its world info."""

    scene: Scene
    recipe: Recipe
    history: Sequence[Message]
    lore: Lore


async def gather(
    scene: Scene, wanted: Wanted, active: ActivePresets, connection: TextConnection, *, keep: bool
) -> Gathered:
    """Everything that has a say in the next words of a chat. Without ``keep`` nothing is remembered of it."""
    budget, context = _budget(scene, active, connection, wanted)
    history = await history_for_prompt(scene, await read_history(scene, wanted.before, budget))
    shown = await show_pictures(scene, history, connection, budget, model=wanted.model)
    history = shown.history
    injected = await inserts.injections(scene)
    lore = await scene.host.lore.activate(
        scene.chat_id,
        scene.environment,
        history,
        context_tokens=context,
        trigger=wanted.kind,
        speaker_id=scene.environment.extra.get("character_id"),
        injected=[scene.expand(injection.value) for injection in injected.values() if injection.scan],
        keep=keep,
        rewrite=lambda texts: lore_for_prompt(scene, texts),
    )
    scene = replace(scene, environment=lore.environment(scene.environment))
    for_text = connection.model.form(connection.options) == "text"
    recipe = Recipe(
        user=scene.environment.user,
        char=scene.environment.char,
        entries=active.entries,
        slots=_slots(scene, active, lore),
        examples=_examples(scene, lore),
        inserts=await _inserts(scene, wanted, injected, lore),
        closing=list(_closing(scene, active, wanted, history, for_text=for_text)),
        prefill=_prefill(scene, active, wanted),
        budget=budget,
        expand=scene.expand,
        pictures=shown.pictures,
        named=scene.environment.group is not None,
    )
    return Gathered(scene, recipe, history, lore)


def _budget(scene: Scene, active: ActivePresets, connection: TextConnection, wanted: Wanted) -> tuple[int, int]:
    """Tokens that the prompt may have (those of the context without those of the answer), and those of the context."""
    sampling = active.sampling
    whole = sampling.context_tokens or scene.host.settings.current.chat.context_tokens
    answer = wanted.length or sampling.max_tokens or int(getattr(connection.options, "max_tokens", 0) or 0)
    return max(whole - answer, whole // 4), whole


# -- the places of the entries ---------------------------------------------------------------------------------------


def _slots(scene: Scene, active: ActivePresets, lore: Lore) -> dict[str, str]:
    expand = scene.expand
    by_identifier = {entry.identifier: entry for entry in active.entries}
    return {
        MAIN: _main_prompt(scene, active, by_identifier[MAIN]),
        "worldInfoBefore": lore.slots.before,
        "worldInfoAfter": lore.slots.after,
        "personaDescription": expand("{{persona}}"),
        "charDescription": expand("{{charDescription}}"),
        "charPersonality": expand("{{charPersonality}}"),
        "scenario": expand("{{charScenario}}"),
        POST_HISTORY: _post_history(scene, active, by_identifier.get(POST_HISTORY)),
    }


def _main_prompt(scene: Scene, active: ActivePresets, entry: Entry) -> str:
    """The card's own main prompt, else the system prompt that is selected, of the settings, the preset, the house."""
    selected = active.text("sysprompt", "content") if active.switches.sysprompt else ""
    own = "" if entry.marker else entry.content
    usual = selected.strip() or scene.host.settings.current.chat.system_prompt or own
    base = scene.expand(usual or (MAIN_ROLE if scene.environment.card is not None else MAIN_PLAIN))
    return _override(scene, "{{charPrompt}}", base)


def _post_history(scene: Scene, active: ActivePresets, entry: Entry | None) -> str:
    selected = active.text("sysprompt", "post_history") if active.switches.sysprompt else ""
    own = "" if entry is None or entry.marker else entry.content
    return _override(scene, "{{charInstruction}}", scene.expand(selected.strip() or own))


def _override(scene: Scene, macro: str, base: str) -> str:
    """What a card says in place of ``base``, which its ``{{original}}`` gives; ``base`` where it says nothing."""
    own = scene.expand(macro).strip()
    # The text of a card goes through the macros twice; only as a prompt it has an original (macros.md 14.5).
    return scene.host.macros.expand(own, scene.environment.child(original=base)).strip() if own else base


def _examples(scene: Scene, lore: Lore) -> str:
    """The dialogues of the card, with those that world info puts before and behind them."""
    own = scene.expand("{{mesExamplesRaw}}").strip()
    blocks = (*lore.slots.examples_top, *([own] if own else []), *lore.slots.examples_bottom)
    return "\n<START>\n".join(block.removeprefix("<START>").strip() for block in blocks)


# -- what is put in beside them --------------------------------------------------------------------------------------


async def _inserts(scene: Scene, wanted: Wanted, injected: Mapping[str, Injection], lore: Lore) -> tuple[Insert, ...]:
    character = await _character(scene)
    note = await inserts.note_insert(scene, wanted.before, character)
    around = (("note_top", lore.slots.note_top), ("note", note.text), ("note_bottom", lore.slots.note_bottom))
    labels = {"note": "Author's note"}
    return (
        *(replace(note, source=name, label=labels.get(name, "World info"), text=text) for name, text in around if text),
        *(Insert("lore", "World info", one.text, "chat", one.depth, one.role) for one in lore.slots.at_depth),
        *inserts.character_insert(scene, character),
        *await beside.document_inserts(scene),
        *beside.summary_insert(scene),
        *inserts.injection_inserts(scene, injected),
    )


async def _character(scene: Scene) -> Character | None:
    """Who speaks in this prompt, ``None`` in a chat without a character."""
    character_id = scene.environment.extra.get("character_id")
    if character_id is None:
        return None
    try:
        return await scene.host.characters.get(character_id)
    except NotFound:
        return None  # deleted this very moment


# -- what stands at the end ------------------------------------------------------------------------------------------


def _prefill(scene: Scene, active: ActivePresets, wanted: Wanted) -> str:
    """How the reply begins; the words of the user and an answer to a script begin as they like."""
    if wanted.kind in ("impersonate", "quiet", "continue"):
        return ""
    return scene.expand(active.switches.start_reply_with)


def _closing(
    scene: Scene, active: ActivePresets, wanted: Wanted, history: Sequence[Message], *, for_text: bool
) -> Iterator[Insert]:
    """What stands behind everything: the instruction of this kind of generation, then the one that was given."""

    def stock(key: str, otherwise: str) -> str:
        last = history[-1].text if history else ""
        environment = scene.environment.child(dynamic={"lastChatMessage": last})
        return scene.host.macros.expand(active.text("preset", key) or otherwise, environment)

    if wanted.kind == "continue" and not for_text:
        yield Insert("continue", "Instruction to go on", stock("continue_nudge_prompt", CONTINUE))
    elif wanted.kind == "impersonate":
        yield Insert("impersonate", "Instruction to speak as the user", stock("impersonation_prompt", IMPERSONATE))
    elif wanted.kind != "quiet" and scene.environment.group is not None:
        yield Insert("group", "Instruction for groups", stock("group_nudge_prompt", GROUP))
    if wanted.instruction:
        as_character = wanted.as_character and for_text
        yield Insert("instruction", "Instruction", wanted.instruction, role="assistant" if as_character else "system")
