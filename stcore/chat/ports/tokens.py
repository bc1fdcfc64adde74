"""Tokens as slash commands count them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from stcore.text.tokens import Tokens


class TokensPort:
    """``read`` gives the tokenizer that is selected; without it the usual one counts."""

    def __init__(self, read: Callable[[], Awaitable[Tokens]] | None = None) -> None:
        self._read = read

    async def count(self, text: str) -> int:
        return (await self._tokens()).count(text)

    async def cut(self, text: str, limit: int, keep: Literal["start", "end"]) -> str:
        return (await self._tokens()).cut(text, limit, keep)

    async def _tokens(self) -> Tokens:
        return Tokens() if self._read is None else await self._read()
