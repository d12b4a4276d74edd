"""The header section of a request: section 2, Headers."""

import pytest
from support.client import encoded
from support.server import Server

from psgi.asking import text_of, value_in

APP = "psgi_evaluated:app"

SECTION = (
    "X-A: 1",
    "x-b: two words",
    "x-a:2",
    "X-Empty:",
    "X-Space: \t v \t w \t ",
    "Cookie: a=1",
    "X-Latin: caf\xe9 \xff",
    "cookie: b=2; c=3",
    "X-A:",
    "X-K: no Kelvin",
)
"""What follows ``host`` and ``expression``."""


def value_of(server: Server, expression: str) -> object:
    """The value of an expression about ``headers``."""
    with server.connect() as connection:
        connection.send(encoded("GET /", b"", f"Expression: {text_of(expression)}", *SECTION))
        return value_in(connection.read_response())


NAMES = ["x-a", "x-b", "x-a", "x-empty", "x-space", "cookie", "x-latin", "cookie", "x-a", "x-k"]

VALUES = ["1", "two words", "2", "", "v \t w", "a=1", "caf\xe9 \xff", "b=2; c=3", "", "no Kelvin"]

RAW = tuple(
    (name.encode(), value.encode("latin-1")) for name, value in zip(NAMES, VALUES, strict=True)
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("headers['x-b']", "two words"),
        ("headers['X-B']", "two words"),
        ("headers['host']", "localhost"),
        ("headers['x-a']", "1, 2, "),
        ("headers['cookie']", "a=1; b=2; c=3"),
        ("headers['x-empty']", ""),
        ("headers['x-space']", "v \t w"),
        ("headers['x-latin']", "caf\xe9 \xff"),
        ("headers.get('x-b')", "two words"),
        ("headers.get('X-A')", "1, 2, "),
        ("headers.get('Cookie')", "a=1; b=2; c=3"),
        ("headers.get('x-c')", None),
        ("headers.get('x-c', 'none')", "none"),
        ("headers.get('x-c', default='none')", "none"),
        ("headers.get('x-empty', 'none')", ""),
        ("headers.getall('X-a')", ["1", "2", ""]),
        ("headers.getall('cookie')", ["a=1", "b=2; c=3"]),
        ("headers.getall('x-empty')", [""]),
        ("headers.getall('x-c')", []),
        ("'x-a' in headers", True),
        ("'X-EMPTY' in headers", True),
        ("'x-c' in headers", False),
        ("'' in headers", False),
        ("'\\u20ac' in headers", False),
        ("'x-\\u212a' in headers", False),
        ("b'x-a' in headers", False),
        ("None in headers", False),
        ("1 in headers", False),
        ("['x-a'] in headers", False),
        ("list(headers)[2:]", NAMES),
        ("list(headers)[:2]", ["host", "expression"]),
        ("list(headers.keys())[2:]", NAMES),
        ("list(headers.values())[2:]", VALUES),
        ("list(headers.items())[2:]", list(zip(NAMES, VALUES, strict=True))),
        ("len(headers)", 2 + len(SECTION)),
        ("bool(headers)", True),
        ("type(headers.raw) is tuple and {type(line) for line in headers.raw} == {tuple}", True),
        ("headers.raw[2:]", RAW),
        ("type(headers.getall('x-a')) is list", True),
        ("headers.getall('x-a').clear() or headers.getall('x-a')", ["1", "2", ""]),
        ("list(iter(headers)) == list(headers.keys())", True),
        ("hasattr(headers, '__setitem__') or hasattr(headers, '__delitem__')", False),
    ],
)
def test_interface(server: Server, expression: str, expected: object) -> None:
    assert value_of(server, expression) == expected


@pytest.mark.parametrize("name", ["x-c", "", "X-C", "\\u20ac"])
def test_a_missing_name_is_a_key_error(server: Server, name: str) -> None:
    assert value_of(server, f"raised(headers.__getitem__, '{name}')") == "KeyError"


def test_a_section_without_fields(server: Server) -> None:
    """Trailers are such a section, too, and those of a request without a body are empty."""
    expression = "(dict(request.trailers), request.trailers.get('a'), 'a' in request.trailers)"
    assert value_of(server, expression) == ({}, None, False)
