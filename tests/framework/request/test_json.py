"""JSON bodies, and what is said of those that are wrong."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.errors import HTTPError

from framework.request.host import at_once, refused, request_for


class Author(msgspec.Struct):
    name: str
    born: int = 0


class Book(msgspec.Struct):
    title: str
    authors: list[Author] = []
    by_shelf: dict[str, Author] = {}
    odd: int = msgspec.field(default=0, name="a/b~c")


@dataclass
class Picky:
    number: int

    def __post_init__(self) -> None:
        if self.number == 13:
            raise ValueError("not that one")


def decode(octets: bytes, wanted: Any = Any) -> Any:
    return at_once(request_for(octets).body.json(wanted))


def test_any_value() -> None:
    assert decode(b' {"a": [1, null, "\xc3\xa9"]} ') == {"a": [1, None, "é"]}


def test_a_value_of_a_type() -> None:
    assert decode(b'{"title": "x", "authors": [{"name": "y"}]}', Book) == Book("x", [Author("y")])
    assert decode(b"[1, 2]", list[int]) == [1, 2]
    assert decode(b'"1"', int | str) == "1"


def test_the_content_type_does_not_matter() -> None:
    request = request_for(b"1", content_type="text/plain; charset=unknown")
    assert at_once(request.body.json()) == 1


def test_each_call_decodes_anew() -> None:
    body = request_for(b"[1]").body
    at_once(body.json()).append(2)
    assert at_once(body.json()) == [1]


@pytest.mark.parametrize(
    ("octets", "detail"),
    [
        (b"", "it is empty, and should be JSON"),
        (b" ", "it is not JSON, input data was truncated (byte 1)"),
        (b'{"a": 1', "it is not JSON, input data was truncated (byte 7)"),
        (b"{a: 1}", "it is not JSON, object keys must be strings (byte 1)"),
        (b"[1] 2", "it is not JSON, trailing characters (byte 5)"),
        (b"\xef\xbb\xbf1", "it is not JSON, invalid character (byte 0)"),
        (b'["\xff"]', "it is not UTF-8 (byte 2)"),
        ('"é"'.encode("latin-1"), "it is not UTF-8 (byte 1)"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        (b"1" * 5000, "Integer value out of range"),
        (b"1e999", "Number out of range"),
    ],
)
def test_what_is_no_json(octets: bytes, detail: str) -> None:
    with pytest.raises(HTTPError) as raised:
        decode(octets)
    assert raised.value.status == 400
    assert raised.value.detail == f"The body is wrong: {detail}."
    assert raised.value.errors == (("body", "#", detail),)


@pytest.mark.parametrize(
    ("octets", "wanted", "pointer", "detail"),
    [
        (b"1", Book, "#", "Expected `object`, got `int`"),
        (b"{}", Book, "#/title", "it is missing"),
        (b'{"title": 1}', Book, "#/title", "Expected `str`, got `int`"),
        (b'{"title": "", "authors": [{}]}', Book, "#/authors/0/name", "it is missing"),
        (
            b'{"title": "", "authors": [{"name": ""}, {"name": "", "born": "x"}]}',
            Book,
            "#/authors/1/born",
            "Expected `int`, got `str`",
        ),
        (
            b'{"title": "", "by_shelf": {"x": {}}}',
            Book,
            "#/by_shelf",
            "Object missing required field `name`",
        ),
        (b'{"title": "", "a/b~c": ""}', Book, "#/a~1b~0c", "Expected `int`, got `str`"),
        (b'[1, "x"]', list[int], "#/1", "Expected `int`, got `str`"),
        (b'{"x": 1}', dict[int, int], "#", "Expected `int`, got `str`"),
        (b'{"number": 13}', Picky, "#", "not that one"),
    ],
)
def test_what_has_another_type(octets: bytes, wanted: Any, pointer: str, detail: str) -> None:
    with pytest.raises(HTTPError) as raised:
        decode(octets, wanted)
    assert raised.value.status == 400
    assert raised.value.errors == (("body", pointer, detail),)
    assert (f" at {pointer}:" in raised.value.detail) == (pointer != "#")


def test_a_type_that_msgspec_does_not_know_is_the_applications_error() -> None:
    with pytest.raises(TypeError, match="not supported"):
        decode(b"1", complex | range)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
)


@given(JSON)
def test_what_was_encoded_is_decoded(value: object) -> None:
    assert decode(msgspec.json.encode(value)) == value


@given(
    st.binary()
    | st.lists(
        st.sampled_from(
            [b'{"title":', b'"authors":', b"[", b"]", b"}", b",", b'"', b"1", b"\\u", b"\xff"]
        )
    ).map(b"".join),
    st.sampled_from([Any, Book, Picky, list[Author], int | str, dict[int, Author], set[str]]),
)
def test_nothing_else_is_raised(octets: bytes, wanted: Any) -> None:
    with refused(400):
        decode(octets, wanted)
