"""URLs of endpoints: the way back from values to a path."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import quote

from pyre._core import Parameter
from pyre.framework.paths import PathTemplate

_SAFE = "!$&'()*+,;=:@"
"""What a segment may hold as it is, besides unreserved characters (``pchar``, RFC 3986 §3.3)."""

_DOT_SEGMENTS = frozenset((".", ".."))


def build_url(
    template: PathTemplate, parameters: Sequence[Parameter], values: Mapping[str, object]
) -> str:
    """Make the path, percent-encoded, whose values are ``values``.

    ``parameters`` are those of the template's placeholders, in their order. Looking the result up
    gives the same values. Raises ``KeyError`` when a value is missing, and ``ValueError`` for a
    value that is unknown, or that the route would not take.

        build_url(parse_path("/hello/{name}"), [name], {"name": "Zoë"})   # "/hello/Zo%C3%AB"
    """
    _check_names(template, values)
    pending = iter(parameters)
    segments = [
        _encoded(segment) if isinstance(segment, str) else _segment(next(pending), values)
        for segment in template.segments
    ]
    return "".join(f"/{segment}" for segment in segments)


def _check_names(template: PathTemplate, values: Mapping[str, object]) -> None:
    for name in template.names:
        if name not in values:
            raise KeyError(f"{template.text} needs a value for {name!r}")
    for name in values:
        if name not in template.names:
            raise ValueError(f"{template.text} has no {name!r}")


def _segment(parameter: Parameter, values: Mapping[str, object]) -> str:
    text = _text(parameter, values[parameter.name])
    is_path = parameter.alternatives[0].converter == "path"
    parts = text.split("/") if is_path else [text]
    if _DOT_SEGMENTS.intersection(parts):
        raise ValueError(f"{parameter.name}: clients remove '.' and '..' from a path: {text!r}")
    return "/".join(map(_encoded, parts))


def _text(parameter: Parameter, value: object) -> str:
    """The text that the parameter takes for this value."""
    problems: list[str] = []
    for alternative in parameter.alternatives:
        try:
            text = alternative.to_url(value)
            # What a converter of the application's makes need not be comparable.
            if alternative.to_python is None:
                text = _returning(parameter, text, value)
        except (TypeError, ValueError) as error:
            problems.append(str(error))
        else:
            return _checked(parameter, text)
    raise ValueError(f"{parameter.name}: {'; '.join(problems)}")


def _returning(parameter: Parameter, text: str, value: object) -> str:
    """A text that is read as this value. Raises ``ValueError`` where another type takes it."""
    back = parameter.convert(text)
    if back == value:
        return text
    if isinstance(back, Decimal) and isinstance(value, float):
        exact = f"{text}e0"  # a decimal has no exponent
        if parameter.convert(exact) == value:
            return exact
    raise ValueError(f"{value!r} would be read as {back!r}")


def _checked(parameter: Parameter, text: str) -> str:
    if not text or (parameter.alternatives[0].converter == "path" and text.startswith("/")):
        raise ValueError(f"{parameter.name}: the first segment would be empty: {text!r}")
    return text


def _encoded(segment: str) -> str:
    return quote(segment, safe=_SAFE)
