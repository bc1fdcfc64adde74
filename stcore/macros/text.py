"""Whitespace as the language sees it: one explicit set, trimming, and dedent (spec/macros.md sections 3, 11, 26).

``str.strip()`` and ``\\s`` know another set (they add U+001C-U+001F and U+0085 and lack U+FEFF), so neither is used.
"""

from __future__ import annotations

WHITESPACE = "\t\n\v\f\r \xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"
"""Every character that counts as whitespace."""

SPACE_CLASS = "\\t-\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
"""The same set as the inside of a regular expression's character class."""


def trim(text: str) -> str:
    """``text`` without the whitespace around it."""
    return text.strip(WHITESPACE)


def is_blank(text: str) -> bool:
    """Whether ``text`` is empty or whitespace only."""
    return not text.strip(WHITESPACE)


def trim_content(text: str, *, dedent: bool = True) -> str:
    """Trim the content of a block and take away the indentation of its first line that is not blank (section 11)."""
    indent = _indent(text) if dedent else 0
    if indent == 0:
        return trim(text)
    return trim("\n".join(_outdent(line, indent) for line in text.split("\n")))


def _indent(text: str) -> int:
    """The number of spaces and tabs that lead the first line that is not blank."""
    for line in text.split("\n"):
        if not is_blank(line):
            return len(line) - len(line.lstrip(" \t"))
    return 0


def _outdent(line: str, indent: int) -> str:
    leading = len(line) - len(line.lstrip(" \t"))
    return line[indent:] if leading >= indent else line.lstrip(WHITESPACE)
