"""Which text model answers: connections, models, profiles (spec/command-semantics.md section 18)."""

from __future__ import annotations

import math

from stcore.commands.builtin.generation import clear_input
from stcore.commands.call import Call
from stcore.commands.declaration import Example, Named, Unnamed, command
from stcore.commands.services.generation import AskedAlone
from stcore.errors import StcoreError
from stcore.macros.numbers import js_json, read_number
from stcore.macros.text import trim

_GROUP = "api-and-models"
_BOOLEAN = ("true", "false")
_QUIET = Named("quiet", "show no notice", "bool", _BOOLEAN, default="false")
NOBODY = "<None>"
"""What ``/profile`` says when no profile is selected, and takes to deselect one."""

CONNECT_SECONDS = 5.0


async def _connect(call: Call, seconds: float) -> None:
    """See whether the connection works; what is wrong is shown."""
    problem = await call.models.connect(seconds)
    if problem:
        call.ui.toast(problem, "warning")


@command(
    "api",
    group=_GROUP,
    summary="Read or select the connection to a text model.",
    named=(_QUIET,),
    unnamed=Unnamed("the name of a connection, or its kind", choices="apis"),
    returns="the name of the connection; empty when there is none such",
    examples=(
        Example("/api", pipe="offline"),
        Example("/api Offline", pipe="offline"),
        Example("/api nothing", pipe=""),
    ),
)
async def api(call: Call) -> str:
    """Connections are set up in the settings, or with `stcore texts add`."""
    name = trim(call.text).lower()
    if not name:
        return await call.models.api()
    found = await call.models.set_api(name)
    if found is None:
        call.ui.toast(f"There is no connection “{name}”.", "error")
        return ""
    if not call.boolean("quiet", default=False):
        call.ui.toast(f"Texts come from “{found}” now.")
    await _connect(call, CONNECT_SECONDS)
    return name


@command(
    "api-url",
    aliases=("server",),
    group=_GROUP,
    summary="Read or set the address of a connection.",
    named=(
        Named("api", "which connection", choices="apis"),
        Named("connect", "see whether it works", "bool", _BOOLEAN, default="true"),
        _QUIET,
    ),
    unnamed=Unnamed("the address"),
    returns="the address; empty when it was refused",
    examples=(Example("/api-url", pipe="", note="the built-in helper has no address"),),
)
async def api_url(call: Call) -> str:
    """Another connection than the one in use is only changed with `connect=false`."""
    name, address = trim(call.argument("api")), trim(call.text)
    connects = call.boolean("connect", default=True)
    if not address:
        return await call.models.address(name) or ""
    if name and connects and await call.models.meant(name) != await call.models.api():
        call.ui.toast(f"“{name}” is not in use: add connect=false to change its address.", "warning")
        return ""
    try:
        changed = await call.models.set_address(address, name)
    except StcoreError as error:
        call.report(error)
        return ""
    if changed is None:
        call.ui.toast("This connection has no address.", "warning")
        return ""
    if connects:
        await _connect(call, CONNECT_SECONDS)
    return changed


@command(
    "model",
    group=_GROUP,
    summary="Read or select the text model.",
    named=(_QUIET,),
    unnamed=Unnamed("the name of a model", choices="text-models"),
    returns="the name of the model now set; empty when there is none such",
    examples=(Example("/model", pipe="", note="the built-in helper has only one"),),
)
async def model(call: Call) -> str:
    """A server that has no list of models takes any name."""
    name = trim(call.text)
    if not name:
        return await call.models.model()
    found = await call.models.set_model(name)
    if found is None:
        call.ui.toast(f"There is no model like “{name}” here.", "warning")
        return ""
    if not call.boolean("quiet", default=False):
        call.ui.toast(f"The model is “{found}” now.")
    return found


@command(
    "tokenizer",
    group=_GROUP,
    summary="Read or select how tokens are counted.",
    unnamed=Unnamed("the name of a tokenizer", choices="tokenizers"),
    returns="its name; empty when there is none such",
    examples=(Example("/tokenizer", pipe="best_match"), Example("/tokenizer none", pipe="none")),
)
async def tokenizer(call: Call) -> str:
    """Both are estimates: `best_match` looks at words and signs, `none` at the length alone."""
    name = trim(call.text)
    if not name:
        return await call.models.tokenizer()
    found = await call.models.set_tokenizer(name)
    if found is None:
        call.ui.toast(f"There is no tokenizer “{name}”.", "warning")
    return found or ""


# -- profiles --------------------------------------------------------------------------------------------------------


@command(
    "profile",
    group=_GROUP,
    summary="Read or select the connection profile.",
    named=(
        Named("await", "wait until it is applied", "bool", _BOOLEAN, default="true"),
        Named("timeout", "how long to wait for the connection, in milliseconds; 0 does not", "number", default="2000"),
    ),
    unnamed=Unnamed("the name of a profile, or <None>", choices="profiles"),
    returns=f"the name of the profile, {NOBODY} without one; empty when there is none such",
    examples=(
        Example("/profile", pipe=NOBODY),
        Example("/profile-create Mine || /profile <None> || /profile mine", pipe="Mine"),
        Example("/profile nothing", pipe=""),
    ),
)
async def profile(call: Call) -> str:
    """A profile holds a connection, its model, and what is selected of presets, templates and switches."""
    text = trim(call.text)
    if not text:
        return await call.models.profile() or NOBODY
    if text == NOBODY:
        await call.models.set_profile("")
        return NOBODY
    try:
        found = await call.models.set_profile(text)
    except StcoreError as error:
        call.report(error)
        return ""
    if found is None:
        call.ui.toast(f"There is no connection profile like “{text}”.", "warning")
        return ""
    seconds = (read_number(call.argument("timeout", "2000")) or 0) / 1000
    if call.boolean("await", default=True) and 0 < seconds < math.inf:
        await _connect(call, seconds)
    return found


@command(
    "profile-list",
    group=_GROUP,
    summary="List the connection profiles.",
    returns="JSON list of names",
    examples=(Example("/profile-list", pipe="[]"), Example("/profile-create Mine || /profile-list", pipe='["Mine"]')),
)
async def profile_list(call: Call) -> str:
    return js_json(list(await call.models.profiles()))


@command(
    "profile-create",
    group=_GROUP,
    summary="Keep the connection and all that is selected as a profile.",
    unnamed=Unnamed("the name", required=True),
    returns="the name; empty when it could not be kept",
    examples=(Example("/profile-create Mine", pipe="Mine"), Example("/profile-create", pipe="")),
)
async def profile_create(call: Call) -> str:
    """It is selected then. A name that is taken is refused: `/profile-update` changes the selected one."""
    name = trim(call.text)
    taken = name.lower() in {known.lower() for known in await call.models.profiles()}
    if not name or taken or name == NOBODY:
        call.ui.toast(f"There is a profile “{name}” already." if taken else "A profile needs a name.", "warning")
        return ""
    await call.models.save_profile(name)
    return name


@command(
    "profile-update",
    group=_GROUP,
    summary="Keep what is selected now in the selected profile.",
    returns="its name; empty when none is selected",
    examples=(Example("/profile-update", pipe=""), Example("/profile-create Mine || /profile-update", pipe="Mine")),
)
async def profile_update(call: Call) -> str:
    name = await call.models.profile()
    if not name:
        call.ui.toast("No connection profile is selected.", "warning")
        return ""
    await call.models.save_profile(name)
    return name


@command(
    "profile-get",
    group=_GROUP,
    summary="Read a connection profile.",
    unnamed=Unnamed("its name; the selected one without it", choices="profiles"),
    returns="a JSON object; empty when there is none such",
    examples=(Example("/profile-get nothing", pipe=""), Example("/profile-create Mine || /profile-get")),
)
async def profile_get(call: Call) -> str:
    found = await call.models.read_profile(trim(call.text) or await call.models.profile())
    if found is None:
        call.ui.toast("There is no such connection profile.", "warning")
        return ""
    return js_json(dict(found))


@command(
    "profile-genstream",
    group=_GROUP,
    summary="Let the model of a profile write a text, and show it.",
    named=(
        Named("lock", "keep others from writing into the chat meanwhile", "bool", ("on", "off"), default="off"),
        Named("profile", "which profile; the selected one without it", choices="profiles"),
        Named("reasoning", "give the thoughts too", "bool", _BOOLEAN, default="false"),
        Named("system", "what the model is told first"),
        Named("length", "longest reply in tokens", "number", default="2048"),
        Named("generating", "heading while it is written", default="Generating..."),
        Named("completed", "heading when it is there", default="Generated"),
        Named("delay", "how long it is shown, in milliseconds; infinite keeps it", default="3000"),
        Named("stop", "offer to stop it", "bool", _BOOLEAN, default="true"),
        Named("onStop", "closure to run when it was stopped", "closure"),
        Named("onComplete", "closure to run when it is there", "closure"),
    ),
    unnamed=Unnamed("the prompt", required=True),
    returns="the text; empty when it failed",
    examples=(Example("/profile-create Mine || /profile-genstream Name a colour."),),
)
async def profile_genstream(call: Call) -> str:
    """Only the prompt is sent, and the system text. What has come when it is stopped is given. It is shown as a notice,
    which goes away by itself, and stopped like any text; `delay` and `stop` are taken for the sake of scripts that
    were written for hosts with a window for it.
    """
    on_stop, on_complete = call.closure_argument("onStop"), call.closure_argument("onComplete")
    length = read_number(call.argument("length", "2048"))
    asked = AskedAlone(
        prompt=call.text,
        system=call.argument("system"),
        length=int(length) if length is not None and 1 <= length < math.inf else None,
        tidy=False,
        lock=call.boolean("lock", default=False),
    )
    await clear_input(call)
    call.ui.toast(call.argument("generating", "Generating..."))
    try:
        made = await call.generation.generate_by(call.argument("profile"), asked)
    except StcoreError as error:
        call.report(error)
        return ""
    call.ui.toast(made.text, "success", call.argument("completed", "Generated"))
    closure = on_stop if made.stopped else on_complete
    if closure is not None:
        await call.call_closure(closure)
    if call.boolean("reasoning", default=False) and made.reasoning:
        return await call.presets.format_reasoning(made.reasoning, made.text)
    return made.text
