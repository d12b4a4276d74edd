"""The modules of an extension: compiled from their sources, and taken out of ``sys.modules`` again.

CPython takes a ``.pyc`` for current when the source has the same size and the same second of
change, which says little about a source that was just edited; so none is read or written here.
"""

import importlib
import linecache
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from pyre.framework.errors import ExtensionNotFound


class Modules:
    """A module, and those below it: ``shop.books``, ``shop.books.prices``.

    ``others`` tells which extensions there are: what is below another one is not its own.
    """

    def __init__(self, name: str, others: Callable[[], Iterable[str]] = tuple) -> None:
        self._name = name
        self._others = others
        self._finder = _SourceFinder(name)
        self._before: dict[str, ModuleType] = {}

    def import_fresh(self) -> ModuleType:
        """Import the module from its source, in place of one that may be there.

        ``restore`` puts back what was there. Raises ``ExtensionNotFound``, and what the module
        raises; then it is as if nothing had been imported.
        """
        self._before = self._take_out()
        return self._import()

    def import_once(self) -> ModuleType:
        """The module as it is, if anybody has imported it already, else as ``import_fresh``."""
        self._before = self._present()
        return self._import()

    def restore(self) -> None:
        """Have ``sys.modules`` as it was before the import."""
        self.purge()
        sys.modules.update(self._before)
        _bind_in_parent(self._name)

    def keep(self) -> None:
        """Never ``restore`` what was there before."""
        self._before = {}

    def purge(self) -> None:
        """Take the modules out of ``sys.modules``, and out of the package that they are in."""
        self._take_out()
        self.release()

    def release(self) -> None:
        """Leave the modules to others of the same names, which have taken their places."""
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)

    def _import(self) -> ModuleType:
        if not all(part.isidentifier() for part in self._name.split(".")):
            raise ExtensionNotFound(self._name)
        importlib.invalidate_caches()
        linecache.clearcache()
        sys.meta_path.insert(0, self._finder)
        try:
            module = importlib.import_module(self._name)
        except ModuleNotFoundError as error:
            self.restore()
            if error.name and f"{self._name}.".startswith(f"{error.name}."):
                raise ExtensionNotFound(self._name) from error
            raise
        except BaseException:
            self.restore()
            raise
        for other in self._below():
            _bind_in_parent(other)
        return module

    def _take_out(self) -> dict[str, ModuleType]:
        taken = self._present()
        for name in taken:
            del sys.modules[name]
        parent, child = _parent(self._name)
        if parent is not None and self._name in taken:
            attributes = vars(parent)
            if attributes.get(child) is taken[self._name]:
                del attributes[child]
        return taken

    def _present(self) -> dict[str, ModuleType]:
        below = self._below()
        return {
            name: module
            for name, module in sys.modules.items()
            if _is_within(name, self._name) and not any(_is_within(name, other) for other in below)
        }

    def _below(self) -> list[str]:
        return [other for other in self._others() if other.startswith(f"{self._name}.")]


class _SourceFinder(MetaPathFinder):
    """Finds what ``PathFinder`` does, and has it compiled each time."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module if it is of the extension, and has a source."""
        if not _is_within(fullname, self._name):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _SourceLoader(spec.loader.name, spec.loader.path)
            spec.cached = None
        return spec


class _SourceLoader(SourceFileLoader):
    """Compiles the source, whatever lies beside it."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of the source as it is now."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _is_within(name: str, root: str) -> bool:
    return name == root or name.startswith(f"{root}.")


def _parent(name: str) -> tuple[ModuleType | None, str]:
    """The package that a module is in, and the name that it has there."""
    parent, _, child = name.rpartition(".")
    return sys.modules.get(parent), child


def _bind_in_parent(name: str) -> None:
    """Have a module as an attribute of its package, as an import leaves it."""
    parent, child = _parent(name)
    if parent is not None and name in sys.modules:
        setattr(parent, child, sys.modules[name])
