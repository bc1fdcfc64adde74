"""The request for a text of the model: a prompt, the settings of the sampler, and where the answer ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stcore.chat.prompting.gather import Gathered, gather
from stcore.chat.prompting.presets import ActivePresets
from stcore.chat.prompting.scene import Ends, RawWanted, Scene, Wanted
from stcore.text.entries import HISTORY, MAIN, POST_HISTORY, Entry
from stcore.text.instruct import Ending, TextLayout, render_text
from stcore.text.model import Completion
from stcore.text.processing import post_process
from stcore.text.prompt import Insert, Part, Prompt, Recipe, assemble
from stcore.text.story import render_story

if TYPE_CHECKING:
    from stcore.chat.lore.service import Lore
    from stcore.text.model import TextConnection

_ENDINGS: dict[str, Ending] = {"impersonate": "user", "continue": "continue"}


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt with all that its request needs beside it. ``lore`` says which entries of world info joined, and why."""

    prompt: Prompt
    completion: Completion
    ends: Ends
    lore: Lore | None = None


async def build_request(scene: Scene, wanted: Wanted, connection: TextConnection, *, keep: bool = True) -> Request:
    """The request for a text in a chat. Without ``keep`` nothing is remembered of it: to show what would be sent.

    Raises ``StorageError``; a filter that fails is told and keeps its text out.
    """
    active = await scene.host.presets.active()
    gathered = await gather(scene, wanted, active, connection, keep=keep)
    recipe = gathered.recipe
    if connection.model.form(connection.options) == "text":
        recipe = _for_text(gathered, active, wanted)
    prompt = assemble(recipe, gathered.history)
    layout = _layout(gathered.scene, active, wanted)
    completion = _completion(active, prompt, connection, layout, wanted)
    return Request(prompt, completion, _ends(scene, active, wanted, completion), gathered.lore)


def build_raw(scene: Scene, wanted: RawWanted, connection: TextConnection, active: ActivePresets) -> Request:
    """The request for a text without the chat."""
    parts = [Part("system", "System prompt", "system", wanted.system)] if wanted.system else []
    parts.append(Part("prompt", "Prompt", "assistant" if wanted.as_character else "user", wanted.prompt))
    prompt = Prompt(tuple(parts), prefill=wanted.prefill, prefill_name=scene.environment.char)
    plain = Wanted("quiet", length=wanted.length, stop=wanted.stop)
    layout = replace(_layout(scene, active, plain), chat_start="")
    completion = _completion(active, prompt, connection, layout, plain)
    if not wanted.instruct and completion.prompt:
        completion = replace(completion, prompt="\n".join(message.content for message in prompt.messages))
    ends = _ends(scene, active, plain, completion)
    return Request(prompt, completion, ends if wanted.tidy else replace(ends, marks=completion.stop))


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
        model=wanted.model,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        max_tokens=wanted.length or sampling.max_tokens,
        stop=tuple(dict.fromkeys(stop)),
        seed=sampling.seed,
        extra=dict(sampling.extra),
        prompt=text,
    )


def _ends(scene: Scene, active: ActivePresets, wanted: Wanted, completion: Completion) -> Ends:
    """Where the answer ends: at a stop string, also of a server that overlooks it, and where it begins to speak for the
    other side."""
    user, char = scene.environment.user, scene.environment.char
    speaker, other = (user, char) if wanted.kind == "impersonate" else (char, user)
    return Ends(speaker, tuple(dict.fromkeys((f"\n{other}:", *completion.stop))), active.reasoning.tags)


# -- models that complete text ---------------------------------------------------------------------------------------


def _layout(scene: Scene, active: ActivePresets, wanted: Wanted) -> TextLayout:
    return TextLayout(
        scene.environment.user,
        wanted.speaker or scene.environment.char,
        active.instruct,
        active.text("context", "chat_start"),
        _ENDINGS.get(wanted.kind, "reply"),
        scene.expand,
    )


def _for_text(gathered: Gathered, active: ActivePresets, wanted: Wanted) -> Recipe:
    """The same for a model that completes text: the story in the words of the context template, then the history."""
    recipe = gathered.recipe
    if wanted.kind == "continue":
        recipe = _nothing_behind(recipe)
    template = active.text("context", "story_string")
    if not template:
        return recipe
    story = _story(gathered.scene, recipe, template)
    entries = (
        Entry("story", "Story of the context template", "{0}", marker=True),
        *(entry for entry in recipe.entries if entry.depth is not None),
        Entry(HISTORY, "Chat history", marker=True),
        *(entry for entry in recipe.entries if entry.identifier == POST_HISTORY),
    )
    between = [one for one in recipe.inserts if one.position == "chat"]
    return replace(recipe, entries=entries, slots={**recipe.slots, "story": story}, inserts=between, examples="")


def _nothing_behind(recipe: Recipe) -> Recipe:
    """The text ends with the message that is to go on: what would stand behind it stands before it."""
    moved = [replace(one, depth=max(1, one.depth)) for one in recipe.inserts]
    moved.append(Insert(POST_HISTORY, "Instructions behind the history", recipe.slots.get(POST_HISTORY, ""), depth=1))
    moved += [replace(one, position="chat", depth=1) for one in recipe.closing]
    return replace(recipe, slots={**recipe.slots, POST_HISTORY: ""}, inserts=moved, closing=())


def _story(scene: Scene, recipe: Recipe, template: str) -> str:
    def around(position: str) -> str:
        return "\n".join(one.text for one in recipe.inserts if one.position == position)

    before, after = recipe.slots.get("worldInfoBefore", ""), recipe.slots.get("worldInfoAfter", "")
    slots = {
        "system": recipe.slots.get(MAIN, ""),
        "persona": recipe.slots.get("personaDescription", ""),
        "description": recipe.slots.get("charDescription", ""),
        "personality": recipe.slots.get("charPersonality", ""),
        "scenario": recipe.slots.get("scenario", ""),
        **{"wiBefore": before, "loreBefore": before, "wiAfter": after, "loreAfter": after},
        "mesExamples": recipe.examples,
        "mesExamplesRaw": recipe.examples,
        "anchorBefore": around("before"),
        "anchorAfter": around("after"),
    }
    return render_story(template, slots, scene.expand)
