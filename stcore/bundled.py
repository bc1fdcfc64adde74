"""Where the folders that ship with stcore are: ``plugins``, ``workflows``, ``styles``.

In a wheel they lie in ``stcore/_bundled``; in a checkout at the root of the repository.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled(name: str) -> Path:
    """The bundled folder ``name``."""
    inside = _PACKAGE / "_bundled" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
