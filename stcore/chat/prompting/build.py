"""The prompt of a chat as it is now: everything that has a say in it, put together (see :mod:`stcore.text.prompt`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stcore.chat.prompting import inserts
from stcore.chat.prompting.history import read_history
from stcore.chat.prompting.presets import ActivePresets
from stcore.chat.prompting.scene import Ends, RawWanted, Scene, Wanted
from stcore.text.entries import HISTORY, MAIN, MAIN_PLAIN, MAIN_ROLE, POST_HISTORY, Entry
from stcore.text.instruct import Ending, TextLayout, render_text
from stcore.text.model import Completion
from stcore.text.processing import post_process
from stcore.text.prompt import Insert, Part, Prompt, Recipe, assemble

if TYPE_CHECKING:
    from stcore.chat.characters.records import Character
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
class Request:
    """A prompt with all that its request needs beside it."""

    prompt: Prompt
    completion: Completion
    ends: Ends


async def build_request(scene: Scene, wanted: Wanted, connection: TextConnection) -> Request:
    """The request for a text in a chat. Raises what reading the chat or a filter raises."""
    active = await scene.host.presets.active()
    layout = _layout(scene, active, wanted)
    recipe, history = await _gather(scene, wanted, active, connection)
    if connection.model.form(connection.options) == "text":
        recipe = _for_text(scene, recipe, active, wanted)
    prompt = assemble(recipe, history)
    return Request(prompt, _completion(active, prompt, connection, layout, wanted), _ends(scene, active, wanted))


async def build_raw(scene: Scene, wanted: RawWanted, connection: TextConnection) -> Request:
    """The request for a text without the chat."""
    active = await scene.host.presets.active()
    role = "assistant" if wanted.as_character else "user"
    parts = [Part("system", "System prompt", "system", wanted.system)] if wanted.system else []
    parts.append(Part("prompt", "Prompt", role, wanted.prompt))  # type: ignore[arg-type]
    prompt = Prompt(tuple(parts), prefill=wanted.prefill, prefill_name=scene.environment.char)
    plain = Wanted("quiet", length=wanted.length, stop=wanted.stop)
    layout = _layout(scene, active, plain)
    if not wanted.instruct:
        layout = replace(layout, instruct=None)
    completion = _completion(active, prompt, connection, layout, plain)
    if not wanted.instruct and completion.prompt:
        completion = replace(completion, prompt="\n".join(message.content for message in prompt.messages))
    ends = _ends(scene, active, plain)
    return Request(prompt, completion, ends if wanted.tidy else replace(ends, marks=wanted.stop))


# -- what goes into it -----------------------------------------------------------------------------------------------


async def _gather(
    scene: Scene, wanted: Wanted, active: ActivePresets, connection: TextConnection
) -> tuple[Recipe, list[Message]]:
    host, environment = scene.host, scene.environment
    budget = _budget(scene, active, connection, wanted)
    history = list(await read_history(scene, wanted.before, budget))
    character = await _character(scene)
    note, note_text = await inserts.note_insert(scene, wanted.before, character)
    injected = await inserts.injections(scene)
    placed: list[Insert] = []
    if note_text:
        placed.append(Insert("note", "Author's note", note_text, note.position, note.depth, note.role))
    placed += inserts.character_insert(scene, character)
    placed += inserts.injection_inserts(scene, injected)
    text_only = connection.model.form(connection.options) == "text"
    if text_only and wanted.kind == "continue":
        # The text ends with the message that is to go on: nothing may stand behind it.
        placed = [replace(one, depth=max(1, one.depth)) for one in placed]
    recipe = Recipe(
        user=environment.user,
        char=environment.char,
        entries=active.entries,
        slots=_slots(scene, active),
        examples=scene.expand("{{mesExamplesRaw}}"),
        inserts=placed,
        closing=list(_closing(scene, active, wanted, history, text_only=text_only)),
        prefill=_prefill(scene, active, wanted),
        budget=budget,
        expand=lambda text: host.macros.expand(text, environment),
        named=environment.group is not None,
    )
    return recipe, history


async def _character(scene: Scene) -> Character | None:
    from stcore.chat.cast import read_cast

    cast = await scene.host.database.read(lambda connection: read_cast(connection, scene.chat_id))
    return cast.character if cast.character and cast.character.name == scene.environment.char else None


def _budget(scene: Scene, active: ActivePresets, connection: TextConnection, wanted: Wanted) -> int:
    """Tokens that the prompt may have: those of the context without those of the answer, as far as they are known."""
    sampling = active.sampling
    whole = sampling.context_tokens or scene.host.settings.current.chat.context_tokens
    answer = wanted.length or sampling.max_tokens or int(getattr(connection.options, "max_tokens", 0) or 0)
    return max(whole - answer, whole // 4)


def _slots(scene: Scene, active: ActivePresets) -> dict[str, str]:
    """What stands in the places of the entries."""
    expand = scene.expand
    by_identifier = {entry.identifier: entry for entry in active.entries}
    return {
        MAIN: _main_prompt(scene, active, by_identifier[MAIN]),
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
    return scene.host.macros.expand(macro, scene.environment.child(original=base)).strip() or base


def _prefill(scene: Scene, active: ActivePresets, wanted: Wanted) -> str:
    """How the reply begins; the words of the user and an answer to a script begin as they like."""
    if wanted.kind in ("impersonate", "quiet", "continue"):
        return ""
    return scene.expand(active.switches.start_reply_with)


def _closing(
    scene: Scene, active: ActivePresets, wanted: Wanted, history: list[Message], *, text_only: bool
) -> Iterator[Insert]:
    """What stands behind everything: the instruction of this kind of generation, then the one that was given."""

    def stock(key: str, otherwise: str) -> str:
        last = history[-1].text if history else ""
        environment = scene.environment.child(dynamic={"lastChatMessage": last})
        return scene.host.macros.expand(active.text("preset", key) or otherwise, environment)

    if wanted.kind == "continue" and not text_only:
        yield Insert("continue", "Instruction to go on", stock("continue_nudge_prompt", CONTINUE))
    elif wanted.kind == "impersonate":
        yield Insert("impersonate", "Instruction to speak as the user", stock("impersonation_prompt", IMPERSONATE))
    elif wanted.kind != "quiet" and scene.environment.group is not None:
        yield Insert("group", "Instruction for groups", stock("group_nudge_prompt", GROUP))
    if wanted.instruction:
        role = "assistant" if wanted.as_character and text_only else "system"
        yield Insert("instruction", "Instruction", wanted.instruction, role=role)  # type: ignore[arg-type]


# -- how it is asked -------------------------------------------------------------------------------------------------


def _completion(
    active: ActivePresets, prompt: Prompt, connection: TextConnection, layout: TextLayout, wanted: Wanted
) -> Completion:
    sampling = active.sampling
    stop = [*(active.switches.stop_strings or ()), *wanted.stop]
    messages, text = prompt.messages, ""
    if connection.model.form(connection.options) == "text":
        text = render_text(prompt.spoken, layout, prompt.prefill)
        stop += layout.stops
    else:
        messages = post_process(messages, active.switches.post_processing or "none")
    return Completion(
        messages,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        max_tokens=wanted.length or sampling.max_tokens,
        stop=tuple(dict.fromkeys(stop)),
        seed=sampling.seed,
        extra=dict(sampling.extra),
        prompt=text,
    )


def _layout(scene: Scene, active: ActivePresets, wanted: Wanted) -> TextLayout:
    endings: dict[str, Ending] = {"impersonate": "user", "continue": "continue"}
    return TextLayout(
        scene.environment.user,
        scene.environment.char,
        active.instruct,
        active.text("context", "chat_start"),
        endings.get(wanted.kind, "reply"),
        scene.expand,
    )


def _ends(scene: Scene, active: ActivePresets, wanted: Wanted) -> Ends:
    """Where the answer ends: at a stop string, and where it begins to speak for the other side."""
    user, char = scene.environment.user, scene.environment.char
    speaker, other = (user, char) if wanted.kind == "impersonate" else (char, user)
    marks = (f"\n{other}:", *(active.switches.stop_strings or ()), *wanted.stop)
    return Ends(speaker, tuple(dict.fromkeys(marks)), active.reasoning.tags)


def _for_text(scene: Scene, recipe: Recipe, active: ActivePresets, wanted: Wanted) -> Recipe:
    """The same for a model that completes text: the story in the words of the context template, then the history."""
    template = active.text("context", "story_string")
    if not template:
        return recipe
    around = {
        position: "\n".join(one.text for one in recipe.inserts if one.position == position)
        for position in ("before", "after")
    }
    slots = {
        "system": recipe.slots.get(MAIN, ""),
        "wiBefore": recipe.slots.get("worldInfoBefore", ""),
        "loreBefore": recipe.slots.get("worldInfoBefore", ""),
        "wiAfter": recipe.slots.get("worldInfoAfter", ""),
        "loreAfter": recipe.slots.get("worldInfoAfter", ""),
        "mesExamples": recipe.examples,
        "anchorBefore": around["before"],
        "anchorAfter": around["after"],
    }
    story = scene.host.macros.expand(template, scene.environment.child(dynamic=slots)).strip()
    entries = (
        Entry("story", "Story of the context template", "{0}", marker=True),
        Entry(MAIN, "Main prompt", enabled=False),
        *(entry for entry in recipe.entries if entry.depth is not None),
        Entry(HISTORY, "Chat history", marker=True),
        *(entry for entry in recipe.entries if entry.identifier == POST_HISTORY),
    )
    chat_only = tuple(one for one in recipe.inserts if one.position == "chat")
    return replace(recipe, entries=entries, slots={**recipe.slots, "story": story}, inserts=chat_only, examples="")
