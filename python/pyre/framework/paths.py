"""Path templates: ``/hello/{name}``, ``/posts/{year:int(min=1970)}``, ``/files/{rest:path}``.

A template is cut at each ``/`` as a request's path is. A segment is either literal text or one
placeholder; a literal may be percent-encoded, and is compared after decoding.

    path        = 1*( "/" segment )
    segment     = literal / placeholder
    placeholder = "{" name [ ":" converter [ "(" [ arguments ] ")" ] ] "}"
    arguments   = argument *( "," argument )
    argument    = name "=" number
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from keyword import iskeyword
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from pyre.framework.errors import RegistrationError

_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_IN_LITERAL = re.compile(r"[{}<>?#\\\x00-\x1f\x7f]")


class PathError(RegistrationError):
    """A path template that can't be read; the message shows where."""

    def __init__(self, problem: str, path: str, position: int) -> None:
        super().__init__(f"{problem}\n    {path}\n    {' ' * position}^")
        self.problem = problem
        self.path = path
        self.position = position


class Placeholder(NamedTuple):
    """What stands in place of a segment: ``{name:converter(min=1)}``.

    ``converter`` is ``None`` when the template names none.
    """

    name: str
    converter: str | None = None
    arguments: Mapping[str, int | float] = MappingProxyType({})

    def __str__(self) -> str:
        if self.converter is None:
            return f"{{{self.name}}}"
        arguments = ", ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{{{self.name}:{self.converter}{f'({arguments})' if arguments else ''}}}"


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """A path as an endpoint declares it; literal segments are decoded."""

    text: str
    segments: tuple[str | Placeholder, ...]

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The placeholders, in the order of the path."""
        return tuple(segment for segment in self.segments if isinstance(segment, Placeholder))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the placeholders, in the order of the path."""
        return tuple(placeholder.name for placeholder in self.placeholders)

    def join(self, path: str) -> "PathTemplate":
        """The template of ``path`` below this one, as a blueprint's prefix is.

        ``path`` may be empty: then it is the prefix itself. Raises ``PathError``, also for a
        prefix that ends with ``/``.

            >>> parse_path("/hello").join("/{name}").text
            '/hello/{name}'
        """
        if path and self.text.endswith("/"):
            raise PathError("a prefix does not end with '/'", self.text, len(self.text) - 1)
        if path and not path.startswith("/"):
            raise PathError("a path begins with '/'", self.text + path, len(self.text))
        return parse_path(self.text + path)


def parse_path(text: str) -> PathTemplate:
    """Read a path template. Raises ``PathError``.

    >>> parse_path("/posts/{id:int(min=1)}").placeholders[0].arguments["min"]
    1
    """
    if not text.startswith("/"):
        raise PathError("a path begins with '/'", text, 0)
    segments: list[str | Placeholder] = []
    position = 1
    for segment in text[1:].split("/"):
        segments.append(_segment(text, segment, position))
        position += len(segment) + 1
    template = PathTemplate(text, tuple(segments))
    _refuse_repetitions(template)
    return template


def _refuse_repetitions(template: PathTemplate) -> None:
    names: set[str] = set()
    paths = 0
    for placeholder in template.placeholders:
        position = template.text.rindex(f"{{{placeholder.name}")
        if placeholder.name in names:
            raise PathError(f"{placeholder.name!r} is there twice", template.text, position)
        names.add(placeholder.name)
        paths += placeholder.converter == "path"
        if paths > 1:
            raise PathError("a path has at most one 'path'", template.text, position)


def _segment(path: str, segment: str, position: int) -> str | Placeholder:
    if segment.startswith("{"):
        return _PlaceholderReader(path, position + 1).read(position + len(segment))
    return _literal(path, segment, position)


def _literal(path: str, segment: str, position: int) -> str:
    if match := _NOT_IN_LITERAL.search(segment):
        raise PathError(_literal_problem(match[0]), path, position + match.start())
    if match := _BAD_ESCAPE.search(segment):
        problem = "'%' begins an escape like '%20'; for itself it is '%25'"
        raise PathError(problem, path, position + match.start())
    try:
        literal = unquote_to_bytes(segment).decode()
    except UnicodeError:
        raise PathError("the segment is not UTF-8", path, position) from None
    if literal in {".", ".."}:
        problem = f"clients remove {literal!r} from a path (RFC 3986 §5.2.4)"
        raise PathError(problem, path, position)
    return literal


def _literal_problem(character: str) -> str:
    match character:
        case "{" | "}":
            return "a placeholder is a whole segment; in a literal, write '%7B' or '%7D'"
        case "<" | ">":
            return "a placeholder is written {name:int}; in a literal, write '%3C' or '%3E'"
        case "?" | "#":
            return f"a path ends before {character!r}; in a literal, write '%{ord(character):02X}'"
        case _:
            return f"{character!r} can't be in a path; write '%{ord(character):02X}'"


class _PlaceholderReader:
    """Reads what is between the braces; ``position`` is where it is."""

    def __init__(self, path: str, position: int) -> None:
        self._path = path
        self._position = position

    def read(self, end: int) -> Placeholder:
        name = self._name("the name of a placeholder")
        converter = None
        arguments: dict[str, int | float] = {}
        if self._took(":"):
            converter = self._name("the name of a converter")
            arguments = self._arguments() if self._took("(") else {}
        if not self._took("}"):
            raise self._expected("'}'" if converter else "':' or '}'")
        if self._position != end:
            raise self._problem("a placeholder is a whole segment; after it comes '/' or the end")
        return Placeholder(name, converter, MappingProxyType(arguments))

    def _arguments(self) -> dict[str, int | float]:
        arguments: dict[str, int | float] = {}
        self._skip_blanks()
        while not self._took(")"):
            if arguments and not self._took(","):
                raise self._expected("',' or ')'")
            self._skip_blanks()
            start = self._position
            name = self._name("the name of an argument")
            if name in arguments:
                self._position = start
                raise self._problem(f"{name!r} is there twice")
            self._skip_blanks()
            if not self._took("="):
                raise self._expected("'='")
            self._skip_blanks()
            arguments[name] = self._number()
            self._skip_blanks()
        return arguments

    def _name(self, what: str) -> str:
        match = _NAME.match(self._path, self._position)
        if match is None:
            raise self._expected(what)
        if iskeyword(match[0]):
            raise self._problem(f"{match[0]!r} is a keyword of Python")
        self._position = match.end()
        return match[0]

    def _number(self) -> int | float:
        match = _NUMBER.match(self._path, self._position)
        if match is None:
            raise self._expected("a number")
        self._position = match.end()
        return float(match[0]) if match[1] else int(match[0])

    def _took(self, character: str) -> bool:
        found = self._path.startswith(character, self._position)
        self._position += found
        return found

    def _skip_blanks(self) -> None:
        while self._took(" "):
            pass

    def _expected(self, what: str) -> PathError:
        return self._problem(f"here {what} is expected")

    def _problem(self, problem: str) -> PathError:
        return PathError(problem, self._path, self._position)
