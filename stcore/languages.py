"""Both languages of a host with their vocabulary: what is built in, and what plugins bring once they are asked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stcore.errors import StcoreError

if TYPE_CHECKING:
    from stcore.commands import Interpreter
    from stcore.macros import MacroEngine
    from stcore.paths import DataFolder
    from stcore.plugins import PluginHost

log = logging.getLogger("stcore.languages")


class Languages:
    """Macros and slash scripts. ``plugins`` is called when a word is met that nobody knows, and at most once."""

    def __init__(self, data: DataFolder, plugins: Callable[[], PluginHost], macro_engine: Callable[[], str]) -> None:
        self._data, self._plugins, self._macro_engine = data, plugins, macro_engine
        self._asked = False

    @cached_property
    def macros(self) -> MacroEngine:
        """The macro language, the newer or the older one as the settings say."""
        from stcore import grammars
        from stcore.macros import MacroEngine

        grammars.keep_in(self._data.cache())
        engine = MacroEngine()
        if self._macro_engine() == "old":
            from stcore.macros.older import OlderEngine

            engine = OlderEngine()
        engine.registry.on_missing = self.ask_plugins
        engine.registry.diagnostics = lambda remark: log.warning("%s", remark.message)
        return engine

    @cached_property
    def interpreter(self) -> Interpreter:
        """The slash language."""
        from stcore.commands import Interpreter
        from stcore.commands.builtin import builtin_groups
        from stcore.commands.registry import Registry

        return Interpreter(Registry(more=builtin_groups(), on_missing=self.ask_plugins), self.macros)

    def ask_plugins(self, _name: str = "") -> bool:
        """Add what plugins bring to both languages, once. Whether there was anything.

        What is refused is the fault of its plugin; everything else of that plugin works.
        """
        if self._asked:
            return False
        self._asked = True
        added = False
        commands, macros, plugins = self.interpreter.registry, self.macros, self._plugins()
        rooms: tuple[tuple[str, Callable[[Any, str], None]], ...] = (
            ("stcore_commands", lambda item, plugin: commands.add(item, plugin=plugin)),
            ("stcore_macros", lambda item, plugin: macros.registry.register(item, plugin=plugin)),
            ("stcore_macro_processors", lambda item, plugin: macros.add(item)),
        )
        for hook, add in rooms:
            for plugin, item in plugins.gather(hook):
                try:
                    add(item, plugin)
                    added = True
                except StcoreError as error:
                    plugins.blame(plugin, f"{hook}: {error.message}", error.hint)
                except Exception as error:  # noqa: BLE001 - a bad definition is its plugin's fault
                    plugins.blame(plugin, f"{hook}: {item!r} cannot be used: {error}.")
        return added
