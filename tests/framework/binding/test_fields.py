"""Arguments from the query, the header section and cookies."""

from datetime import date
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta
from pyre.framework.binding import Cookie, Header, Query
from pyre.framework.binding.many import list_elements
from pyre.framework.errors import FieldError

from framework.binding.memory import Request, call, errors


def show(*arguments, **keywords):
    """What an endpoint was called with."""
    return (*arguments, *keywords.items()) if keywords else arguments


def search(words: str, limit: int = 10, after: date | None = None):
    return show(words, limit, after)


def test_a_query():
    assert call(search, Request("words=a+b&limit=3&after=2024-02-29&more=1")) == (
        "a b",
        3,
        date(2024, 2, 29),
    )


def test_defaults():
    assert call(search, Request("words=")) == ("", 10, None)


def test_every_field_that_is_wrong_is_listed():
    assert errors(search, Request("limit=x&after=y")) == [
        FieldError("query", "words", "is missing"),
        FieldError("query", "limit", "must be an integer"),
        FieldError("query", "after", "must be a date like 2024-02-29"),
    ]


def test_what_may_be_none_is_still_required():
    def endpoint(limit: int | None):
        return limit

    assert errors(endpoint) == [FieldError("query", "limit", "is missing")]


def test_one_value_is_the_one_that_the_query_gives():
    assert call(search, Request("words=a&words=b")) == ("b", 10, None)


def test_an_empty_number_is_no_number():
    assert errors(search, Request("words=a&limit=")) == [
        FieldError("query", "limit", "must be an integer")
    ]


@pytest.mark.parametrize(
    ("annotation", "query", "expected"),
    [
        (list[int], "x=1&x=2&x=1", [1, 2, 1]),
        (list[str], "x=&x=a", ["", "a"]),
        (set[int], "x=1&x=2&x=1", {1, 2}),
        (frozenset[str], "x=a", frozenset({"a"})),
        (tuple[int, ...], "x=1&x=2", (1, 2)),
        (tuple[int, str], "x=1&x=2", (1, "2")),
        (list[int | date], "x=1&x=2024-02-29", [1, date(2024, 2, 29)]),
        (list[int] | None, "x=1", [1]),
        (Annotated[list[int], Meta(max_length=2)], "x=1&x=2", [1, 2]),
        (list[Annotated[int, Meta(ge=1)]], "x=1", [1]),
    ],
    ids=str,
)
def test_a_collection_takes_all_values(annotation, query, expected):
    def endpoint(x):
        return x

    endpoint.__annotations__["x"] = annotation
    value = call(endpoint, Request(query))
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("annotation", "query", "expected"),
    [
        (list[int], "", "is missing"),
        (list[int], "x=a&x=1&x=b", "value 1, 3 must be an integer"),
        (
            list[Annotated[int, Meta(ge=5)]],
            "x=4&x=a",
            "value 1 Expected `int` >= 5; value 2 must be an integer",
        ),
        (tuple[int, str], "x=1", "must have 2 values, and not 1"),
        (
            tuple[int, date],
            "x=a&x=b",
            "value 1 must be an integer; value 2 must be a date like 2024-02-29",
        ),
        (
            Annotated[list[int], Meta(max_length=2)],
            "x=1&x=2&x=3",
            "Expected `array` of length <= 2",
        ),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_collection(annotation, query, expected):
    def endpoint(x):
        return x

    endpoint.__annotations__["x"] = annotation
    assert errors(endpoint, Request(query)) == [FieldError("query", "x", expected)]


def test_a_default_that_can_be_changed_is_new_for_each_request():
    def endpoint(tags: list[str] = []):  # noqa: B006 - it is what this is about
        tags.append("x")
        return tags

    assert call(endpoint) == ["x"]
    assert call(endpoint) == ["x"]
    assert call(endpoint, Request("tags=a")) == ["a", "x"]


def test_an_alias_is_what_the_peer_sends():
    def endpoint(words: Annotated[str, Query("q")], token: Annotated[str, Header(alias="X-Token")]):
        return words, token

    assert call(endpoint, Request("q=a&words=b", headers=[(b"x-token", b"t")])) == ("a", "t")
    assert errors(endpoint) == [
        FieldError("query", "q", "is missing"),
        FieldError("header", "X-Token", "is missing"),
    ]


def test_a_marker_inside_of_an_optional_type():
    def endpoint(token: Annotated[int, Header()] | None = None):
        return token

    assert call(endpoint) is None
    assert call(endpoint, Request(headers=[(b"token", b"5")])) == 5


def test_a_header_is_named_by_its_parameter():
    def endpoint(user_agent: Annotated[str, Header()], from_: Annotated[str, Header()]):
        return user_agent, from_

    headers = [(b"user-agent", b"a"), (b"from", b"b")]
    assert call(endpoint, Request(headers=headers)) == ("a", "b")


def test_headers_convert():
    def endpoint(content_length: Annotated[int, Header()] = 0):
        return content_length

    assert call(endpoint, Request(headers=[(b"content-length", b"12")])) == 12
    assert call(endpoint) == 0
    assert errors(endpoint, Request(headers=[(b"content-length", b"x")])) == [
        FieldError("header", "content-length", "must be an integer")
    ]


def test_a_list_of_a_header_does_not_depend_on_its_lines():
    def endpoint(accept: Annotated[list[str], Header()]):
        return accept

    one = [(b"accept", b'a, b;q="1,2", ,c')]
    several = [(b"accept", b"a"), (b"accept", b'b;q="1,2",'), (b"accept", b"c")]
    assert call(endpoint, Request(headers=one)) == ["a", 'b;q="1,2"', "c"]
    assert call(endpoint, Request(headers=several)) == ["a", 'b;q="1,2"', "c"]
    assert errors(endpoint, Request(headers=[(b"accept", b" , ")])) == [
        FieldError("header", "accept", "is missing")
    ]


def naive_list_elements(text):
    """RFC 9110 §5.6.1 and §5.6.4, octet by octet."""
    elements = [""]
    is_quoted = is_escaped = False
    for character in text:
        if is_escaped:
            is_escaped = False
        elif is_quoted and character == "\\":
            is_escaped = True
        elif character == '"':
            is_quoted = not is_quoted
        if character == "," and not is_quoted:
            elements.append("")
        else:
            elements[-1] += character
    stripped = [element.strip(" \t") for element in elements]
    return [element for element in stripped if element]


@given(st.text(st.sampled_from('ab," \\\t;=')))
def test_list_elements_are_those_of_the_grammar(text):
    closed = text if naive_list_elements(text + ",x")[-1:] == ["x"] else text + 'x"'
    assert list_elements(closed) == naive_list_elements(closed)


@given(st.text())
def test_no_text_of_a_list_is_lost(text):
    assert "".join(list_elements(text)).replace(" ", "").replace("\t", "").replace(
        ",", ""
    ) == text.replace(" ", "").replace("\t", "").replace(",", "")


def test_cookies():
    def endpoint(
        theme: Annotated[str, Cookie()] = "light", visits: Annotated[int, Cookie("n")] = 0
    ):
        return theme, visits

    assert call(endpoint, Request(cookies={"theme": "dark", "n": "3"})) == ("dark", 3)
    assert call(endpoint) == ("light", 0)
    assert errors(endpoint, Request(cookies={"n": "x"})) == [
        FieldError("cookie", "n", "must be an integer")
    ]


def test_faults_of_all_sources_come_together():
    def endpoint(a: int, b: Annotated[int, Header()], c: Annotated[int, Cookie()], d: date):
        return a, b, c, d

    found = errors(endpoint, Request("a=x", headers=[(b"b", b"x")], cookies={"c": "x"}))
    assert [(fault.source, fault.name) for fault in found] == [
        ("query", "a"),
        ("query", "d"),
        ("header", "b"),
        ("cookie", "c"),
    ]
