"""The macros that a host knows, by name and alias (spec/macros.md section 16.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from stcore.errors import DefinitionError
from stcore.macros.definitions import Alias, Macro, check_alias
from stcore.macros.diagnostics import Diagnostic, DiagnosticSink, ignore
from stcore.macros.text import trim


class Registry:
    """Macros by lower-cased name.

    ``on_missing(name)`` is called when an unknown name is met, once per name, so that the host can load plugins only
    then; it may register macros. ``version`` changes with every change, which tells caches to forget.
    """

    def __init__(
        self,
        macros: Iterable[Macro] = (),
        *,
        on_missing: Callable[[str], object] | None = None,
        diagnostics: DiagnosticSink = ignore,
    ) -> None:
        self.on_missing = on_missing
        self.diagnostics = diagnostics
        self.version = 0
        self._macros: dict[str, Macro] = {}
        self._hidden: set[str] = set()
        self._primary: dict[str, str] = {}
        self._asked: set[str] = set()
        for macro in macros:
            self.register(macro)

    def register(self, macro: Macro, *, plugin: str = "") -> None:
        """Add ``macro`` under its name and aliases; what had one of the names before is replaced, with a remark.

        ``plugin`` names who brings it. Raises :class:`~stcore.errors.DefinitionError` when it is no macro.
        """
        if not isinstance(macro, Macro):
            raise DefinitionError(
                f"{macro!r} is no macro.",
                hint="Declare it with the decorator @stcore.macro, with stcore.value_macro or with stcore.Macro.",
            )
        if plugin:
            macro = replace(macro, plugin=plugin)
        self._put(macro.name, macro, macro.name, visible=True)
        for alias in macro.aliases:
            self._put(alias.name, macro.named(trim(alias.name)), macro.name, visible=alias.visible)

    def register_alias(self, target: str, alias: str, *, visible: bool = True) -> None:
        """Give the macro ``target`` another name; the alias of an alias belongs to the primary."""
        primary = self.primary(target)
        if primary is None:
            raise DefinitionError(f"There is no macro {target!r} that could be called {alias!r}.")
        check_alias(primary.name, Alias(alias, visible))
        self._put(alias, primary.named(trim(alias)), primary.name, visible=visible)

    def unregister(self, name: str) -> bool:
        """Remove this one name, not its aliases; whether there was something to remove."""
        key = _key(name)
        if not key:
            raise DefinitionError("A macro without a name cannot be removed.")
        self._hidden.discard(key)
        self._primary.pop(key, None)
        self.version += 1
        return self._macros.pop(key, None) is not None

    def find(self, name: str) -> Macro | None:
        """The macro of that name or alias, without loading anything."""
        return self._macros.get(_key(name))

    def resolve(self, name: str) -> Macro | None:
        """The macro of that name or alias; asks ``on_missing`` for an unknown one."""
        key = _key(name)
        found = self._macros.get(key)
        if found is None and self.on_missing is not None and key not in self._asked:
            self._asked.add(key)
            self.on_missing(name)
            found = self._macros.get(key)
        return found

    def primary(self, name: str) -> Macro | None:
        """The macro itself, when ``name`` may be an alias."""
        key = _key(name)
        return self._macros.get(_key(self._primary.get(key, key))) or self._macros.get(key)

    def is_alias(self, name: str) -> bool:
        return _key(self._primary.get(_key(name), name)) != _key(name)

    def names(self, *, aliases: bool = True, hidden: bool = False) -> Iterator[str]:
        """Every name, sorted, as declared."""
        for key in sorted(self._macros):
            if (aliases or not self.is_alias(key)) and (hidden or key not in self._hidden):
                yield self._macros[key].name

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._macros

    def __iter__(self) -> Iterator[Macro]:
        """Every macro under its primary name, sorted by name."""
        return (self._macros[_key(name)] for name in self.names(aliases=False))

    def __len__(self) -> int:
        return len(self._macros)

    def _put(self, name: str, macro: Macro, primary: str, *, visible: bool) -> None:
        key = _key(name)
        if (replaced := self._macros.get(key)) is not None:
            who, whose = _origin(macro), _origin(replaced)
            remark = f"{{{{{macro.name}}}}} of {who} replaces that of {whose}."
            self.diagnostics(Diagnostic(remark, macro=macro.name))
        self._macros[key] = macro
        self._primary[key] = primary
        self._hidden.discard(key)
        if not visible:
            self._hidden.add(key)
        self._asked.discard(key)
        self.version += 1


def _origin(macro: Macro) -> str:
    return f"the plugin {macro.plugin}" if macro.plugin else "the host"


def _key(name: str) -> str:
    return trim(name).lower()
