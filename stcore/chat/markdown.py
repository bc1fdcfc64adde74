"""Texts of messages as safe HTML: Markdown in, a short list of harmless elements out.

Whatever a message says (a model, a card or a script may have written it), only the elements and attributes below
survive, links lead to http and https, and no picture is loaded from elsewhere: it becomes a link, and the person
decides. Pictures of this host are signed afresh each time a text is shown; everything else is cached by text.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import cached_property
from hashlib import blake2b
from html import escape, unescape
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import nh3
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

CACHED = 4_000_000
"""Characters of HTML that are kept."""

LONGEST = 50_000
"""Characters above which a text is shown as it is: parsing it would take seconds."""

# fmt: off
TAGS = frozenset({
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "small",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
})
# fmt: on
ATTRIBUTES = {
    "*": {"title", "lang"},
    "a": {"href"},
    "code": {"class"},
    "details": {"open"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}

_LANGUAGE = re.compile(r"language-[\w+#.-]{1,40}\Z")
_OWN = re.compile(r"(/pictures/[0-9a-f]{32}\.[a-z]{3,4})(?:\?.*)?\Z")
# nh3 writes every attribute in double quotes and escapes < and > inside them, so these find elements and nothing else.
_IMG = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')


class Renderer:
    """Renders texts, on any thread.

    ``sign`` turns the address of one of our pictures into one under which it is found; with ``None`` the picture is
    left out and only its description shown.
    """

    def __init__(self, sign: Callable[[str], str | None]) -> None:
        self._sign = sign
        self._cache: OrderedDict[bytes, str] = OrderedDict()
        self._cached = 0
        self._lock = Lock()

    def html(self, text: str) -> str:
        """The safe HTML of ``text``. Blocks for about a millisecond per 4,000 characters the first time."""
        return _IMG.sub(self._picture, self._clean(text))

    def _clean(self, text: str) -> str:
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            if (found := self._cache.get(key)) is not None:
                self._cache.move_to_end(key)
                return found
        html = f"<pre>{escape(text)}</pre>" if len(text) > LONGEST else self._cleaner.clean(self._parser.render(text))
        with self._lock:
            self._keep(key, html)
        return html

    def _keep(self, key: bytes, html: str) -> None:
        if key not in self._cache:
            self._cached += len(html)
        self._cache[key] = html
        while self._cached > CACHED:
            _, oldest = self._cache.popitem(last=False)
            self._cached -= len(oldest)

    def _picture(self, found: re.Match[str]) -> str:
        attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
        address, alt = attributes.get("src", ""), attributes.get("alt", "")
        if own := _OWN.match(address):
            if (source := self._sign(own[1])) is None:
                return escape(alt)
            title = f' title="{escape(attributes["title"])}"' if "title" in attributes else ""
            return f'<img src="{escape(source)}" alt="{escape(alt)}"{title} loading="lazy">'
        if address.lower().startswith(("http://", "https://")):
            return f'<a class="external-picture" href="{escape(address)}" {_LEAVING}>{escape(alt or address)}</a>'
        return escape(alt)

    @cached_property
    def _parser(self) -> MarkdownIt:
        from markdown_it import MarkdownIt

        parser = MarkdownIt("commonmark", {"breaks": True}).enable(["table", "strikethrough"])
        # Four blanks in front of a line are a habit of story writers, not code.
        parser.disable("code")
        parser.core.ruler.push("alignment", lambda state: _align(state.tokens))
        return parser

    @cached_property
    def _cleaner(self) -> nh3.Cleaner:
        import nh3

        return nh3.Cleaner(
            tags=set(TAGS),
            attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
            attribute_filter=_filter,
            url_schemes={"http", "https"},
            link_rel=None,
            set_tag_attribute_values={"a": {"rel": "noopener noreferrer nofollow", "target": "_blank"}},
        )


_LEAVING = 'rel="noopener noreferrer nofollow" target="_blank"'


def _filter(element: str, attribute: str, value: str) -> str | None:
    if element == "code" and attribute == "class":
        return value if _LANGUAGE.match(value) else None
    if attribute == "href":
        # Our own API has nothing to follow, and "//host" would leave in disguise.
        return value if value.strip().lower().startswith(("http://", "https://")) else None
    return value


def _align(tokens: Iterable[Token]) -> None:
    """Columns are aligned by a style in Markdown's HTML; no style survives here, the attribute does."""
    for token in tokens:
        style = token.attrGet("style")
        if token.type in ("td_open", "th_open") and isinstance(style, str):
            token.attrs["align"] = style.removeprefix("text-align:")
