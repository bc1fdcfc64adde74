"""Connections to text models, and profiles of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Models(Protocol):
    """Which text model answers, and how it is asked."""

    async def apis(self) -> Sequence[str]:
        """The names of the connections."""
        ...

    async def meant(self, text: str) -> str | None:
        """The name of the connection that a name or kind means, in any case."""
        ...

    async def connect(self, seconds: float) -> str:
        """See whether the connection in use works, waiting at most so long; what is wrong, empty when nothing is."""
        ...

    async def api(self) -> str:
        """The name of the connection in use."""
        ...

    async def set_api(self, name: str) -> str | None:
        """Use a connection by its name or kind, in any case; ``None`` when there is none such."""
        ...

    async def models(self) -> Sequence[str]:
        """The models behind the connection in use."""
        ...

    async def model(self) -> str:
        """The model in use, empty when the connection chooses."""
        ...

    async def set_model(self, name: str) -> str | None:
        """Use a model: of that name in any case, else a similar one, else any name where the server has no list.

        ``None`` when there is none such or the connection has only one.
        """
        ...

    async def address(self, api: str = "") -> str | None:
        """The address of a connection, of the one in use without ``api``; ``None`` when it has none."""
        ...

    async def set_address(self, address: str, api: str = "") -> str | None:
        """Change it; the address, ``None`` when the connection has none. Raises ``UserError`` for a wrong one."""
        ...

    async def tokenizer(self) -> str:
        """The tokenizer in use."""
        ...

    async def set_tokenizer(self, name: str) -> str | None:
        """Use another; ``None`` when there is none similar."""
        ...

    async def profiles(self) -> Sequence[str]:
        """The names of the connection profiles."""
        ...

    async def profile(self) -> str:
        """The name of the selected profile, empty without one."""
        ...

    async def set_profile(self, text: str) -> str | None:
        """Apply a profile by its name or a similar one; ``None`` when there is none. Empty deselects."""
        ...

    async def save_profile(self, name: str) -> None:
        """Keep the connection, its model and what is selected of presets as a profile, and select it."""
        ...

    async def read_profile(self, name: str) -> Mapping[str, Any] | None:
        """A profile by its name."""
        ...
