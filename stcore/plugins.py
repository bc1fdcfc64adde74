"""The plugin host: find plugins, load them, refuse the broken ones by name, and call their hooks.

A plugin is a module or package that implements hooks of :mod:`stcore.hookspecs`. It comes from one of three places:
the bundled folder ``plugins/``, the data folder's ``plugins/`` (one file is enough), or an installed distribution
with the entry point group ``stcore``. A plugin that cannot be imported, has an unknown hook or argument, or offers
something invalid is put in quarantine with the mend; the host runs on without it.
"""

from __future__ import annotations

import difflib
import importlib.util
import inspect
import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import pluggy

from stcore import hookspecs
from stcore.bundled import bundled
from stcore.errors import NotFound, PluginError, StcoreError

if TYPE_CHECKING:
    from stcore.images.source import ImageSource
    from stcore.text.model import TextModel

T = TypeVar("T")

log = logging.getLogger("stcore.plugins")

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
_ROOMS = ("image_sources", "text_models", "moderation")
_MEND = "Mend that line; the plugin is read at the next start."
_MAY_REFUSE = ("stcore_prompt", "stcore_request")
"""Hooks in which a :class:`StcoreError` is the plugin's say, not its fault."""
SLOW_HOOK = 0.2
"""Seconds after which a hook call is logged as slow."""


@dataclass(frozen=True, slots=True)
class PluginRecord:
    """What is known of one plugin. ``problem`` is empty when it works; ``hint`` is the mend."""

    name: str
    origin: Literal["bundled", "folder", "installed"]
    path: str
    version: str = ""
    summary: str = ""
    enabled: bool = True
    problem: str = ""
    hint: str = ""
    provides: tuple[str, ...] = ()
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"provides": list(self.provides)}


class _Manager(pluggy.PluginManager):
    """Finds the hooks of a module, which is full of other names, without pluggy's long look at each of them."""

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> pluggy.HookimplOpts | None:
        if isinstance(plugin, ModuleType):
            value = vars(plugin).get(name)
            if not inspect.isfunction(value) or not hasattr(value, "stcore_impl"):
                return None
        return super().parse_hookimpl_opts(plugin, name)


@dataclass(slots=True)
class _Found:
    record: PluginRecord
    load: Callable[[], Any]


@dataclass
class PluginHost:
    """All plugins of one host. Nothing is imported before :meth:`load`; use it through the properties below.

    ``folder`` is the data folder's ``plugins``; ``disabled`` holds names that are found but not loaded.
    """

    folder: Path | None = None
    disabled: tuple[str, ...] = ()
    extra: tuple[tuple[str, Any], ...] = ()
    """Plugins handed in as (name, object): tests and programs that embed the host."""
    _records: dict[str, PluginRecord] = field(default_factory=dict)
    _manager: pluggy.PluginManager | None = None
    _sources: dict[str, ImageSource] = field(default_factory=dict)
    _texts: dict[str, TextModel] = field(default_factory=dict)
    _loaded: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # -- loading -----------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Import and register every enabled plugin. Does nothing the second time. Any thread may ask first."""
        if self._loaded:
            return
        with self._lock:
            if self._manager is not None:  # by another thread meanwhile, or this is a question from within
                return
            manager = _Manager("stcore")
            manager.add_hookspecs(hookspecs)
            for found in self._discover():
                self._load_one(manager, found)
            self._manager = manager
            self._collect_kinds()
            self._loaded = True

    def _discover(self) -> Iterator[_Found]:
        for name, plugin in self.extra:
            yield _Found(PluginRecord(name, "installed", "(handed in)"), lambda plugin=plugin: plugin)  # type: ignore[misc]
        for room in _ROOMS:
            yield from _modules_in(bundled("plugins") / room, "bundled")
        if self.folder is not None:
            yield from _modules_in(self.folder, "folder")
        for entry in entry_points(group="stcore"):
            version = entry.dist.version if entry.dist else ""
            yield _Found(PluginRecord(entry.name, "installed", entry.value, version), _entry_loader(entry))

    def _load_one(self, manager: pluggy.PluginManager, found: _Found) -> None:
        record = found.record
        if record.name in self._records:
            other = self._records[record.name]
            problem = f"The name {record.name!r} is taken by the {other.origin} plugin {other.path}."
            name = f"{record.name} ({record.origin})"
            self._records[name] = replace(record, name=name, problem=problem, hint="Rename this plugin's file.")
            return
        if record.name in self.disabled:
            self._records[record.name] = replace(record, enabled=False)
            return
        start = time.perf_counter()
        try:
            plugin = found.load()
            version = record.version or str(getattr(plugin, "__version__", ""))
            summary = (getattr(plugin, "__doc__", "") or "").strip().split("\n")[0]
            _check_names(manager, plugin, record.name)
            manager.register(plugin, name=record.name)
            _check_hooks(manager, record.name)
        except (Exception, SystemExit) as error:  # a script that was dropped in may well call sys.exit()
            if manager.has_plugin(record.name):
                manager.unregister(name=record.name)
            problem, hint = _explain(error, record)
            log.warning("The plugin %s was left out: %s %s", record.name, problem, hint)
            log.debug("plugin %s", record.name, exc_info=error)
            self._records[record.name] = replace(record, problem=problem, hint=hint)
            return
        hooks = tuple(sorted(caller.name for caller in manager.get_hookcallers(plugin) or ()))
        seconds = time.perf_counter() - start
        self._records[record.name] = replace(record, version=version, summary=summary, provides=hooks, seconds=seconds)

    def _collect_kinds(self) -> None:
        from stcore.images.source import ImageSource
        from stcore.text.model import TextModel

        for plugin, source in self.gather("stcore_image_sources"):
            self._accept(plugin, source, ImageSource, self._sources, "an image source")
        for plugin, model in self.gather("stcore_text_models"):
            self._accept(plugin, model, TextModel, self._texts, "a text model")

    def _accept(self, plugin: str, thing: Any, base: type, into: dict[str, Any], what: str) -> None:
        problem = _kind_problem(thing, base, what)
        if not problem and thing.id in into:
            problem = f"Another plugin already brings {what} called {thing.id!r}."
        if problem:
            self.quarantine(
                plugin, problem, f"Give every class a unique `id`, a `label` and derive it from {base.__name__}."
            )
        else:
            into[thing.id] = thing

    def quarantine(self, name: str, problem: str, hint: str) -> None:
        """Take a plugin out of service and remember why."""
        log.warning("The plugin %s was left out: %s %s", name, problem, hint)
        self._records[name] = replace(self._records[name], problem=problem, hint=hint)
        if self._manager is not None and self._manager.has_plugin(name):
            self._manager.unregister(name=name)

    async def aclose(self) -> None:
        """Tell every image source that the host is shutting down."""
        for source in self._sources.values():
            try:
                await source.aclose()
            except Exception:
                log.exception("the source %s failed in aclose", source.id)

    # -- what plugins offer ------------------------------------------------------------------------------------------

    @property
    def records(self) -> list[PluginRecord]:
        """Every plugin that was found, by name."""
        self.load()
        return sorted(self._records.values(), key=lambda record: record.name)

    @property
    def problems(self) -> list[PluginRecord]:
        """The plugins in quarantine."""
        return [record for record in self.records if record.problem]

    @property
    def sources(self) -> dict[str, ImageSource]:
        """Image sources by id."""
        self.load()
        return self._sources

    @property
    def texts(self) -> dict[str, TextModel]:
        """Text models by id."""
        self.load()
        return self._texts

    def record(self, name: str) -> PluginRecord:
        """One plugin, or ``NotFound`` naming those there are."""
        self.load()
        if name not in self._records:
            known = ", ".join(sorted(self._records))
            raise NotFound(f"There is no plugin {name!r}.", hint=f"Found plugins: {known}.")
        return self._records[name]

    # -- calling hooks -----------------------------------------------------------------------------------------------

    def call(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Call a hook of every plugin; (plugin, result) of those that returned something.

        Where a plugin may refuse (``stcore_prompt``, ``stcore_request``), its :class:`StcoreError` goes through. Any
        other exception is the plugin's fault: it is logged under its name, and the others are called all the same.
        """
        self.load()
        told = [self._ask(plugin, hook, arguments) for plugin in self._having(hook)]
        return [(name, answer) for name, answer in told if answer is not None]

    def change(self, hook: str, name: str, value: T, **arguments: Any) -> T:
        """``value`` after every plugin has had it as the argument ``name`` and could give back another.

        Each sees what those before it made. What is of another type than ``value`` is not taken; for the rest as
        :meth:`call`.
        """
        self.load()
        for plugin in self._having(hook):
            who, changed = self._ask(plugin, hook, {**arguments, name: value})
            if isinstance(changed, type(value)):
                value = changed
            elif changed is not None:
                self.blame(who, f"{hook} must return {type(value).__name__}, not {type(changed).__name__}.")
        return value

    def _ask(self, plugin: Any, hook: str, arguments: Mapping[str, Any]) -> tuple[str, Any]:
        """The name of a plugin and its answer to a hook, ``None`` when it has none or fails."""
        assert self._manager is not None
        others = [other for other in self._manager.get_plugins() if other is not plugin]
        caller = self._manager.subset_hook_caller(hook, others)
        name = self._manager.get_name(plugin) or "?"
        start = time.perf_counter()
        try:
            answer = next(iter(caller(**arguments)), None)
        except Exception as error:
            if isinstance(error, StcoreError) and hook in _MAY_REFUSE:
                raise
            log.error("plugin %s failed in %s", name, hook, exc_info=error)
            said, hint = (error.message, error.hint) if isinstance(error, StcoreError) else (f"{error!r}.", "")
            self.blame(name, f"{hook} failed: {said}", hint)
            return name, None
        if (seconds := time.perf_counter() - start) > SLOW_HOOK:
            log.warning("plugin %s took %.2f s in %s", name, seconds, hook)
        return name, answer

    def blame(self, name: str, problem: str, hint: str = "") -> None:
        """Remember what a plugin did wrong; it stays in service. Several problems are kept side by side."""
        record = self._records[name]
        if problem not in record.problem:
            log.warning("The plugin %s: %s %s", name, problem, hint)
            said = f"{record.problem} {problem}".strip()
            self._records[name] = replace(record, problem=said, hint=hint or "See the log; tell its author.")

    def gather(self, hook: str) -> list[tuple[str, Any]]:
        """Call a hook that returns a list; (plugin, item) for every item of every list."""
        items = []
        for plugin, answer in self.call(hook):
            if isinstance(answer, (str, bytes)) or not isinstance(answer, Iterable):
                self.quarantine(plugin, f"{hook} must return a list, not {type(answer).__name__}.", "Return a list.")
                continue
            items += [(plugin, item) for item in answer]
        return items

    def _having(self, hook: str) -> list[Any]:
        assert self._manager is not None
        implementations = getattr(self._manager.hook, hook).get_hookimpls()
        # pluggy calls the last registered first; a host's list reads better in order of discovery.
        return [implementation.plugin for implementation in implementations]


# -- finding ---------------------------------------------------------------------------------------------------------


def _modules_in(folder: Path, origin: Literal["bundled", "folder"]) -> Iterator[_Found]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("_", ".")):
            continue
        target = path / "__init__.py" if path.is_dir() else path
        if target.suffix == ".py" and target.is_file():
            name = path.stem.replace("_", "-")
            yield _Found(PluginRecord(name, origin, str(path)), _file_loader(name, target))


def _file_loader(name: str, path: Path) -> Callable[[], ModuleType]:
    def load() -> ModuleType:
        if not _NAME.match(name):
            raise PluginError(
                f"{path.name} is no good name for a plugin.",
                plugin=name,
                hint="Use lower-case letters, digits, - and _, beginning with a letter.",
            )
        module_name = f"stcore_plugins.{name.replace('-', '_')}"
        submodules = [str(path.parent)] if path.name == "__init__.py" else None
        spec = importlib.util.spec_from_file_location(module_name, path, submodule_search_locations=submodules)
        if spec is None or spec.loader is None:
            raise PluginError(f"{path} cannot be imported.", plugin=name)
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault("stcore_plugins", ModuleType("stcore_plugins"))
        sys.modules[module_name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[module_name]
            raise
        return module

    return load


def _entry_loader(entry: EntryPoint) -> Callable[[], Any]:
    return entry.load


# -- checking --------------------------------------------------------------------------------------------------------


def _check_names(manager: pluggy.PluginManager, plugin: Any, name: str) -> None:
    """Every hook exists and has the arguments that are asked for; pluggy would say so less plainly."""
    for attribute in dir(plugin):
        if manager.parse_hookimpl_opts(plugin, attribute) is None:
            continue
        spec = getattr(hookspecs, attribute, None)
        if spec is None:
            near = difflib.get_close_matches(attribute, manager.hook.__dict__, 1)
            hint = f"Did you mean {near[0]}?" if near else "The hooks are listed in stcore.hookspecs."
            raise PluginError(f"There is no hook called {attribute}.", plugin=name, hint=hint)
        known = list(inspect.signature(spec).parameters)
        asked = inspect.signature(getattr(plugin, attribute)).parameters
        odd = [argument for argument in asked if argument not in known]
        if odd:
            hint = f"It may take: {', '.join(known)}." if known else "It takes no argument."
            raise PluginError(f"{attribute} asks for {', '.join(odd)}, which it is not given.", plugin=name, hint=hint)


def _check_hooks(manager: pluggy.PluginManager, name: str) -> None:
    plugin = manager.get_plugin(name)
    manager.check_pending()
    if not manager.get_hookcallers(plugin):
        misspelt = [attribute for attribute in dir(plugin) if attribute.startswith("stcore_")]
        seen = f" It has {', '.join(misspelt)}, without @hookimpl." if misspelt else ""
        raise PluginError(
            f"It implements no hook.{seen}",
            plugin=name,
            hint="Write `from stcore import hookimpl` and put @hookimpl above e.g. `def stcore_image_sources():`.",
        )


def _kind_problem(thing: Any, base: type[Any], what: str) -> str:
    from stcore.images.source import Options

    if isinstance(thing, type):
        return f"It offers the class {thing.__name__} as {what}, not an instance of it: write {thing.__name__}()."
    if base not in type(thing).__mro__:
        return f"It offers {thing!r} as {what}, which is not derived from {base.__name__}."
    for attribute in ("id", "label"):
        if not isinstance(getattr(thing, attribute, None), str):
            return f"{type(thing).__name__} has no `{attribute}`."
    if not _NAME.match(thing.id):
        return f"{thing.id!r} is no good id: lower-case letters, digits, - and _, beginning with a letter."
    if not (isinstance(thing.Options, type) and issubclass(thing.Options, Options)):
        return f"{type(thing).__name__}.Options is not derived from stcore.Options."
    return ""


def _explain(error: BaseException, record: PluginRecord) -> tuple[str, str]:
    """The problem and the mend, in words for the person who installed or wrote the plugin."""
    place = ""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if record.path in frame.filename:
            place = f" ({Path(frame.filename).name}, line {frame.lineno})"
            break
    if isinstance(error, StcoreError):
        return error.message + place, error.hint
    if isinstance(error, pluggy.PluginValidationError):
        return str(error).replace("\n", " "), "Compare the hook's name and arguments with stcore.hookspecs."
    if isinstance(error, SyntaxError):
        where = f"{Path(error.filename or record.path).name}, line {error.lineno}"
        return f"It is not valid Python: {error.msg} ({where}).", _MEND
    if isinstance(error, ImportError):
        missing = getattr(error, "name", None)
        hint = f"Install {missing!r}, or update the plugin." if missing else "Update the plugin."
        if missing and missing.split(".")[0] == "stcore":
            hint = "Import from `stcore` itself; see its public names in the documentation."
        return f"It cannot be imported: {error}{place}.", hint
    return (
        f"It failed while loading: {type(error).__name__}: {error}{place}.",
        "Mend it; the plugin is read at the next start.",
    )
