"""Workflows: list, read, keep, copy, rename, delete, and their placeholders of one's own (spec/image-generation.md
section 16). ``/imagine-comfy-workflow`` selects."""

from __future__ import annotations

import json
from collections.abc import Sequence

from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.values import is_true
from stcore.errors import UserError
from stcore.macros.numbers import js_json
from stcore.macros.text import trim

_GROUP = "images"
_BOOLEAN = ("true", "false")
_KINDS = ("text", "number", "choice", "picture")
_NAME = Named("name", "which workflow; without it the one in use", choices="workflows")


def _aliases(word: str) -> tuple[str, str]:
    return f"sd-workflow-{word}", f"img-workflow-{word}"


@command(
    "imagine-workflow-list",
    aliases=_aliases("list"),
    group=_GROUP,
    summary="List the workflows that pictures can be made with.",
    returns="a JSON list of names",
    examples=(
        Example("/imagine-workflow-list", pipe='["Char_Avatar_Comfy_Workflow.json","Default_Comfy_Workflow.json"]'),
    ),
)
async def imagine_workflow_list(call: Call) -> str:
    return js_json(list(await call.workflows.names()))


@command(
    "imagine-workflow-get",
    aliases=_aliases("get"),
    group=_GROUP,
    summary="Read the text of a workflow.",
    unnamed=Unnamed("its name; without it the one in use", choices="workflows"),
    returns="the text, as it was typed",
    examples=(
        Example(
            '/imagine-workflow-save name=Mine {"text": "%prompt%"} | /imagine-workflow-get mine',
            pipe='{"text": "%prompt%"}',
        ),
    ),
)
async def imagine_workflow_get(call: Call) -> str:
    return await call.workflows.text(trim(call.text))


@command(
    "imagine-workflow-save",
    aliases=_aliases("save"),
    group=_GROUP,
    summary="Keep a text as a workflow.",
    named=(
        Named("name", "what to call it", required=True, choices="workflows"),
        Named("replace", "write over one of that name", "bool", _BOOLEAN, default="false"),
    ),
    unnamed=Unnamed("the graph, as “Export (API)” gives it; without a text it is empty"),
    returns="the name of the workflow",
    examples=(
        Example('/imagine-workflow-save name=Mine {"1": {"class_type": "A"}}', pipe="Mine.json"),
        Example(
            "/imagine-workflow-save name=Default_Comfy_Workflow x", error="execution", note="an existing one stays"
        ),
        Example(
            "/imagine-workflow-save name=Default_Comfy_Workflow replace=true x | /imagine-workflow-get {{pipe}}",
            pipe="x",
            note="one's own covers the shipped one until it is deleted",
        ),
    ),
)
async def imagine_workflow_save(call: Call) -> str:
    """The text need not be valid before it is used. Placeholders like `"%prompt%"` stand in it with their quotes."""
    name = trim(call.argument("name"))
    if not name:
        raise UserError(f"/{call.name} needs a name.")
    return await call.workflows.save(name, call.text, replace=is_true(call.named.get("replace")))


@command(
    "imagine-workflow-copy",
    aliases=_aliases("copy"),
    group=_GROUP,
    summary="Copy a workflow.",
    named=(_NAME,),
    unnamed=Unnamed("the name of the copy; without it one like the old one"),
    returns="the name of the copy",
    examples=(
        Example("/imagine-workflow-copy name=Default_Comfy_Workflow Mine", pipe="Mine.json"),
        Example("/imagine-workflow-copy name=Default_Comfy_Workflow", pipe="Default_Comfy_Workflow copy.json"),
    ),
)
async def imagine_workflow_copy(call: Call) -> str:
    return await call.workflows.copy(trim(call.argument("name")), trim(call.text))


@command(
    "imagine-workflow-rename",
    aliases=_aliases("rename"),
    group=_GROUP,
    summary="Give a workflow of your own another name.",
    named=(_NAME,),
    unnamed=Unnamed("the new name", required=True),
    returns="the new name",
    examples=(
        Example("/imagine-workflow-save name=Mine x | /imagine-workflow-rename name=Mine Yours", pipe="Yours.json"),
        Example(
            "/imagine-workflow-rename name=Default_Comfy_Workflow Mine", error="execution", note="shipped ones keep it"
        ),
    ),
)
async def imagine_workflow_rename(call: Call) -> str:
    """Wherever it was chosen it stays chosen."""
    new = trim(call.text)
    if not new:
        raise UserError(f"/{call.name} needs the new name.")
    return await call.workflows.rename(trim(call.argument("name")), new)


@command(
    "imagine-workflow-delete",
    aliases=_aliases("delete"),
    group=_GROUP,
    summary="Delete a workflow of your own.",
    unnamed=Unnamed("its name", required=True, choices="workflows"),
    returns="nothing",
    examples=(
        Example("/imagine-workflow-save name=Mine x | /imagine-workflow-delete Mine", pipe=""),
        Example("/imagine-workflow-delete Default_Comfy_Workflow", error="execution", note="shipped ones stay"),
    ),
)
async def imagine_workflow_delete(call: Call) -> str:
    """A shipped one that it covered shows again."""
    name = trim(call.text)
    if not name:
        raise UserError(f"/{call.name} needs the name of a workflow.")
    await call.workflows.delete(name)
    return ""


@command(
    "imagine-workflow-placeholder",
    aliases=_aliases("placeholder"),
    group=_GROUP,
    summary="Read or set a placeholder of your own that workflows can use.",
    named=(
        Named("find", "its name, without the % signs; without it all are listed", choices="workflow placeholders"),
        Named("kind", "what it holds", "string", _KINDS),
        Named("choices", "for a choice: what can be chosen, as a JSON list or parted by commas"),
        Named("delete", "remove it", "bool", _BOOLEAN, default="false"),
    ),
    unnamed=Unnamed("the value; without it the value is only read"),
    returns="the value, or a JSON list of all placeholders",
    examples=(
        Example("/imagine-workflow-placeholder find=strength kind=number 0.8", pipe="0.8"),
        Example(
            "/imagine-workflow-placeholder find=mood rainy | /imagine-workflow-placeholder find=mood", pipe="rainy"
        ),
        Example("/imagine-workflow-placeholder find=strength kind=number much", error="execution"),
        Example(
            "/imagine-workflow-placeholder find=face kind=picture avatar | /imagine-workflow-placeholder",
            pipe='[{"find":"face","replace":"avatar","kind":"picture","choices":[]}]',
        ),
        Example("/imagine-workflow-placeholder find=nothing", error="execution", note="there is none of that name"),
    ),
)
async def imagine_workflow_placeholder(call: Call) -> str:
    r"""`"%strength%"` in a workflow becomes the value, a number without quotes. One that there is not yet is added.

    Macros in the value are expanded for each picture: write them as `\{\{getvar::mood}}`, so that they are not expanded
    here already. A picture is the id or address of one, or `avatar` or `persona`.
    """
    find = trim(call.argument("find")).strip("%")
    known = await call.workflows.placeholders()
    if not find:
        return js_json([one.to_dict() for one in known])
    if is_true(call.named.get("delete")):
        await call.workflows.delete_placeholder(find)
        return ""
    if call.text or "kind" in call.named or "choices" in call.named:
        kind = trim(call.argument("kind")) or None
        changed = await call.workflows.set_placeholder(
            find, replace=call.text or None, kind=kind, choices=_choices(call)
        )
        return changed.replace
    found = next((one for one in known if one.find == find), None)
    if found is None:
        named = ", ".join(one.find for one in known)
        raise UserError(f"There is no placeholder “{find}” of your own.", hint=f"There are: {named or 'none'}.")
    return found.replace


def _choices(call: Call) -> Sequence[str] | None:
    if "choices" not in call.named:
        return None
    text = trim(call.argument("choices"))
    if text.startswith("["):
        try:
            return [str(choice) for choice in json.loads(text)]
        except ValueError:
            raise call.wrong("choices", text, "a JSON list") from None
    return [trim(choice) for choice in text.split(",") if trim(choice)]
