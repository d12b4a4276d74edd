"""What may have been meant by an import string that names no application.

Only a failed start asks. Each function returns the end of a sentence, or an empty string.
"""

import difflib
import importlib.machinery
import inspect
import re
import shlex
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType

from pyre.server.places import short_path

# What modules of applications are called in the documentation of frameworks.
_USUAL_MODULES = ("asgi", "main", "app", "application", "server", "api", "wsgi")
_FACTORY = re.compile(r"(create|make|build|get)_(app|application|asgi)|app_?factory")
_SIGNATURES = (("scope", "receive", "send"), ("environ", "start_response"))
# A name at the beginning of what an ImportError or AttributeError has in quotation marks.
_QUOTED_NAME = re.compile(r"'([A-Za-z_]\w*)[.\w]*'")
_NEARNESS = 0.6


def for_file(module: str, attribute: str) -> str:
    """The import string for a file such as ``./src/main.py``; empty for what names no file."""
    text = module.replace("\\", "/")
    if "/" not in text and not text.endswith(".py"):
        return ""
    path = Path(text)
    if not text.endswith(".py") and not path.exists() and Path(f"{path.parent}.py").is_file():
        return for_file(f"{path.parent}.py", path.name)
    parts = [path.stem if text.endswith(".py") else path.name]
    directory = path.parent
    if parts == ["__init__"]:
        parts, directory = [directory.name], directory.parent
    while (directory / "__init__.py").is_file() and directory.name:
        parts.insert(0, directory.name)
        directory = directory.parent
    if not all(part.isidentifier() for part in parts):
        return ""
    target = f"{'.'.join(parts)}:{attribute}"
    return target if directory == Path() else _in_directory(directory, target)


def for_missing_module(module: str, attribute: str) -> str:
    """The modules that are there and have a similar name, or are elsewhere."""
    parent, _, last = module.rpartition(".")
    if parent in sys.modules and hasattr(sys.modules[parent], last):
        return f"; did you mean {parent}:{last}?"
    place = _search_place()
    found = sorted({f"{path.stem}" for path in _modules_in(place)})
    near = difflib.get_close_matches(module, found, n=1, cutoff=_NEARNESS)
    if near:
        return f"; did you mean {near[0]}:{attribute}?"
    below = sorted(
        folder.name for folder in _folders_in(place) if (folder / f"{module}.py").is_file()
    )
    if len(below) == 1:
        return f"; did you mean {_in_directory(place / below[0], f'{module}:{attribute}')}?"
    return f"; see --app-dir, which is {place.resolve()} now"


def for_missing_attribute(module: ModuleType, attribute: str) -> str:
    """The one application that the module has, or where else it may be."""
    name = module.__name__
    hidden = _hidden_by(module)
    if hidden:
        return f"; {hidden} is not imported, as {name!r} is {module.__file__}: rename your file"
    applications = _applications_in(module)
    if len(applications) == 1:
        return f"; did you mean {name}:{applications[0]}?"
    if applications:
        return f"; it has {' and '.join(f'{name}:{found}' for found in applications)}"
    names = [known for known in vars(module) if not known.startswith("_")]
    near = difflib.get_close_matches(attribute, names, n=1, cutoff=_NEARNESS)
    if near:
        return f"; did you mean {name}:{near[0]}?"
    inner = list(_usual_modules_in(module))
    if len(inner) == 1:
        return f"; did you mean {name}.{inner[0]}:{attribute}?"
    return f"; name it as in {name}:ATTRIBUTE"


def for_module_as_application(module: ModuleType) -> str:
    """What to write when the name of an application leads to a module."""
    applications = _applications_in(module) or ["app"]
    return f"did you mean {module.__name__}:{applications[0]}?"


def for_failed_import(error: BaseException) -> str:
    """The file of the application that hides the module which the error is about."""
    if not isinstance(error, ImportError | AttributeError):
        return ""
    place = _search_place()
    others = [entry for entry in sys.path if Path(entry or ".").resolve() != place.resolve()]
    for name in dict.fromkeys(_names_in(error)):
        ours = _origin(name, [str(place)])
        theirs = _origin(name, others)
        if ours and theirs:
            return _about_hiding(ours, name)
    return ""


def for_failed_package(name: str) -> str:
    """The file of the application that was imported in place of a package of that name."""
    ours = _origin(name, [str(_search_place())])
    return _about_hiding(ours, name) if ours else ""


def _about_hiding(file: str, name: str) -> str:
    return f"; {short_path(file)} hides the module {name!r} that was meant: rename your file"


def _in_directory(directory: Path, target: str) -> str:
    return f"--app-dir {shlex.quote(str(directory))} {target}"


def _search_place() -> Path:
    """The directory that applications are imported from."""
    return Path(sys.path[0] or ".") if sys.path else Path()


def _modules_in(place: Path) -> Iterator[Path]:
    for path in _entries(place):
        if path.stem.isidentifier() and (path.suffix == ".py" or (path / "__init__.py").is_file()):
            yield path


def _folders_in(place: Path) -> Iterable[Path]:
    return (path for path in _entries(place) if path.is_dir())


def _entries(place: Path) -> list[Path]:
    try:
        return list(place.iterdir())
    except OSError:
        return []


def _hidden_by(module: ModuleType) -> str:
    """The file of that name beside the application, when the module comes from elsewhere."""
    ours = _origin(module.__name__, [str(_search_place())]) if "." not in module.__name__ else ""
    theirs = getattr(module, "__file__", None)
    return short_path(ours) if ours and theirs and Path(ours).resolve() != Path(theirs) else ""


def _origin(name: str, places: list[str]) -> str:
    spec = importlib.machinery.PathFinder.find_spec(name, places)
    return (spec.origin or "") if spec else ""


def _names_in(error: BaseException) -> Iterator[str]:
    yield from _QUOTED_NAME.findall(str(error))
    if isinstance(error, ModuleNotFoundError):
        return  # what it names is missing, whatever the file is called that imports it
    # The failing import may stand in the hiding file itself.
    for frame in traceback.extract_tb(error.__traceback__):
        yield Path(frame.filename).stem


def _applications_in(module: ModuleType) -> list[str]:
    """The names of the module's applications; of its factories, when there are no others."""
    own = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    applications = {id(value): name for name, value in own.items() if _is_application(value)}
    # A router can be called like an application, and is rarely meant when there is one.
    whole = [name for name in applications.values() if not _is_router(own[name])]
    factories = (
        f"{name} --factory"
        for name, value in own.items()
        if type(value) is FunctionType and _FACTORY.fullmatch(name)
    )
    return whole or list(applications.values()) or list(factories)


def _is_router(value: object) -> bool:
    return type(value).__name__.endswith("Router")


def _is_application(value: object) -> bool:
    # By their types: asking a proxy, as frameworks have them for the request, may raise.
    kind = type(value)
    if issubclass(kind, type | ModuleType):
        return False
    if kind is FunctionType:
        return _parameters(value) in _SIGNATURES
    return hasattr(kind, "__psgi__") or _parameters(getattr(kind, "__call__", None))[1:] in (  # noqa: B004
        _SIGNATURES
    )


def _parameters(function: object) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ()


def _usual_modules_in(package: ModuleType) -> Iterator[str]:
    for place in getattr(package, "__path__", ()):
        found = {path.stem for path in _modules_in(Path(place))}
        yield from (name for name in _USUAL_MODULES if name in found)
