"""Commands of SillyTavern that do not exist here: each says why, and what to use instead.

They are known so that a script gets an answer that helps; running one is an error at its place. The bigger part shapes
SillyTavern's own page, belongs to extensions of it, or would let a script at what it must not have.
"""

from __future__ import annotations

from stcore.commands.call import Call
from stcore.commands.declaration import Command, Example, Unnamed
from stcore.errors import UserError

_LOOK = "The look of the page is chosen in the settings of each browser; scripts do not change it."
_LOOK_HINT = "Light, dark and text size are under Settings on the page."
_SPRITES = "Characters have no sets of expression sprites here; pictures are made when they are wanted."
_SPRITES_HINT = "Make a portrait that fits the moment: /imagine face"
_SECRETS = "Scripts do not touch API keys: a script from elsewhere could carry them away."
_SECRETS_HINT = "Keys are entered on the page under Settings, Connections, or with `stcore texts set`."
_VECTORS = "There is no search by meaning, so there is nothing to index or to tune for it."
_VECTORS_HINT = "Words are found with world info; the texts of the data bank are read with /db-get."
_PLUGINS = "Plugins are switched on and off by the operator, not by scripts."
_PLUGINS_HINT = "Use the page under Settings or `stcore plugins`; /extension-exists tells what is there."
_FOLDS = "Whether thoughts are unfolded belongs to each reader's own page."
_FOLDS_HINT = "/reasoning-get reads them."


def _absent(group: str, name: str, summary: str, reason: str, hint: str = "", aliases: tuple[str, ...] = ()) -> Command:
    """A command that answers with ``reason``."""

    def refuse(call: Call) -> str:
        raise UserError(f"/{call.name} does not exist here. {reason}", hint=hint)

    return Command(
        name=name,
        function=refuse,
        aliases=aliases,
        group=group,
        summary=f"Not here: {summary}",
        details=f"{reason} {hint}".strip(),
        unnamed=(Unnamed("anything"),),
        returns="nothing: it is an error",
        examples=(Example(f"/{name}", error="execution"),),
        any_named=True,
        absent=True,
    )


_CHAT = (
    _absent(
        "chat",
        "chat-manager",
        "open the list of chats.",
        "The list of chats always stands at the side of the page.",
        "/go NAME opens the chat of a character.",
        ("chat-history", "manage-chats"),
    ),
    _absent("chat", "chat-render", "draw older messages.", "The page loads older messages as one scrolls up."),
    _absent(
        "chat",
        "chat-jump",
        "scroll to a message.",
        "Several pages and terminals may show a chat, each scrolled by its reader.",
        "/messages N reads a message.",
        ("chat-scrollto", "floor-teleport"),
    ),
    _absent(
        "groups",
        "member-peek",
        "show the card of a member.",
        "Cards are shown by the page, which a script does not steer.",
        "/char-get reads the card of a character.",
        ("peek", "memberpeek", "peekmember"),
    ),
    _absent(
        "prompts-and-settings",
        "pm-render",
        "draw the prompt manager anew.",
        "There is nothing to draw anew: every page shows changes by itself.",
    ),
    _absent(
        "quick-replies",
        "qrset",
        "show quick replies.",
        "It is obsolete in SillyTavern too.",
        "Use /qr-set, /qr-set-on and /qr-set-off.",
    ),
)

_SPRITE_COMMANDS = tuple(
    _absent("media", name, summary, _SPRITES, _SPRITES_HINT, aliases)
    for name, summary, aliases in (
        ("expression-set", "show an expression sprite.", ("sprite", "emote")),
        ("expression-fallback", "choose the sprite that is shown otherwise.", ()),
        ("expression-folder-override", "use other sprites for a character.", ("spriteoverride", "costume")),
        ("expression-last", "tell the last expression.", ("lastsprite",)),
        ("expression-list", "list expressions.", ("expressions",)),
        ("expression-upload", "store a sprite.", ("uploadsprite",)),
    )
)

_MEDIA = (
    _absent(
        "media",
        "expression-classify",
        "name the mood of a text.",
        "There is no classifier of moods.",
        "Ask the model: /genraw In one word, which mood is this? TEXT",
        ("classify",),
    ),
    _absent(
        "media",
        "speak",
        "read a text aloud.",
        "There is no speech synthesis; browsers and screen readers bring their own.",
        "",
        ("narrate", "tts"),
    ),
)

_LOOKS = tuple(
    _absent("ui", name, summary, _LOOK, _LOOK_HINT, aliases)
    for name, summary, aliases in (
        ("vn", "switch the view of visual novels.", ()),
        ("resetpanels", "put moved panels back.", ("resetui",)),
        ("bgcol", "make a theme of the background's colours.", ()),
        ("theme", "choose the theme.", ()),
        ("css-var", "set a CSS variable.", ()),
        ("movingui", "choose a layout of panels.", ()),
        ("panels", "show and hide panels.", ("togglepanels",)),
        ("single", "show messages like a document.", ("story",)),
        ("bubble", "show messages in bubbles.", ("bubbles",)),
        ("flat", "show messages flat.", ("default",)),
    )
)

_PAGE = (
    _absent(
        "ui",
        "pick-icon",
        "let the user pick an icon.",
        "There is no collection of icons for scripts.",
        "/buttons offers a choice; quick replies take their icons in their editor.",
    ),
    _absent(
        "ui",
        "reload-page",
        "reload the page.",
        "The host runs apart from the page and every page shows changes by itself.",
    ),
    _absent(
        "ui",
        "autobg",
        "let the model choose a background.",
        "A background is chosen by name or made.",
        "/bg NAME chooses one, /imagine background makes one.",
        ("bgauto",),
    ),
    _absent("ui", "reasoning-collapse", "fold thoughts.", _FOLDS, _FOLDS_HINT, ("collapse-reasoning",)),
    _absent("ui", "reasoning-expand", "unfold thoughts.", _FOLDS, _FOLDS_HINT, ("expand-reasoning",)),
    _absent("ui", "reasoning-toggle", "fold or unfold thoughts.", _FOLDS, _FOLDS_HINT, ("toggle-reasoning",)),
)

_SECRET_COMMANDS = tuple(
    _absent("api-and-models", name, summary, _SECRETS, _SECRETS_HINT, aliases)
    for name, summary, aliases in (
        ("secret-id", "switch API keys.", ("secret-rotate",)),
        ("secret-delete", "delete an API key.", ()),
        ("secret-write", "store an API key.", ()),
        ("secret-rename", "rename an API key.", ()),
        ("secret-read", "read an API key.", ("secret-find", "secret-get")),
    )
)

_CONNECTIONS = (
    _absent(
        "api-and-models",
        "proxy",
        "choose a proxy.",
        "A proxy is the address of a connection of its own here.",
        "Add a connection with that address; /profile switches between connections.",
    ),
)

_BANK = tuple(
    _absent("data-bank-and-files", name, summary, _VECTORS, _VECTORS_HINT, aliases)
    for name, summary, aliases in (
        ("db-ingest", "index the data bank.", ("databank-ingest", "data-bank-ingest")),
        ("db-purge", "forget the index of the data bank.", ("databank-purge", "data-bank-purge")),
        ("db-search", "search the data bank by meaning.", ("databank-search", "data-bank-search")),
        ("vector-threshold", "set how similar findings must be.", ()),
        ("vector-query", "set how many messages are searched for.", ()),
        ("vector-max-entries", "set how many entries are found.", ()),
        ("vector-chats-state", "search chats by meaning.", ()),
        ("vector-files-state", "search files by meaning.", ()),
        ("vector-worldinfo-state", "search world info by meaning.", ()),
    )
)

_FILES = (
    _absent(
        "data-bank-and-files",
        "db",
        "open the data bank.",
        "The data bank has no dialog.",
        "/db-list lists it, /db-get, /db-add, /db-update and /db-delete do the rest.",
        ("databank", "data-bank"),
    ),
    _absent(
        "data-bank-and-files",
        "yt-script",
        "fetch the transcript of a video.",
        "Scripts fetch nothing from other sites.",
        "Put the transcript into the data bank: /db-add name=talk.txt TEXT",
    ),
)

_EXTENSIONS = tuple(
    _absent("extensions", name, summary, _PLUGINS, _PLUGINS_HINT)
    for name, summary in (
        ("extension-enable", "switch an extension on."),
        ("extension-disable", "switch an extension off."),
        ("extension-toggle", "switch an extension on or off."),
        ("extension-state", "tell whether an extension is on."),
    )
)
