"""The query of a request, and the mapping that it is."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.errors import HTTPError
from pyre.framework.limits import Limits
from pyre.framework.multi_mapping import MultiMapping
from pyre.framework.query import Query
from pyre.framework.request import Request

from framework.request.host import App, Host

LIMITS = Limits()

OCTETS = st.binary() | st.lists(
    st.sampled_from(
        [b"a", b"&", b"=", b"%", b"%4", b"%41", b"%c3%a9", b"%ff", b"+", b";", b"\xc3\xa9"]
    )
).map(b"".join)


def query(octets: bytes, **limits: int) -> Query:
    return Request(Host(query=octets), App(**limits)).query


@pytest.mark.parametrize(
    ("octets", "pairs"),
    [
        (b"", []),
        (b"a=b", [("a", "b")]),
        (b"a=b&c=d&a=e", [("a", "b"), ("c", "d"), ("a", "e")]),
        (b"a", [("a", "")]),
        (b"a=", [("a", "")]),
        (b"=b", [("", "b")]),
        (b"=", [("", "")]),
        (b"&&a=b&", [("a", "b")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a;b=c", [("a;b", "c")]),
        (b"a+b=c+d", [("a b", "c d")]),
        (b"a%2Bb=%26%3d", [("a+b", "&=")]),
        (b"a=%c3%a9", [("a", "é")]),
        (b"a=\xc3\xa9", [("a", "é")]),  # curl sends what it was given
        (b"a=%ff", [("a", "\ufffd")]),
        (b"a=%c3", [("a", "\ufffd")]),
        (b"a=%zz%", [("a", "%zz%")]),
        (b"a=%00", [("a", "\0")]),
        (b"a[]=1&a[]=2", [("a[]", "1"), ("a[]", "2")]),
    ],
)
def test_queries(octets: bytes, pairs: list[tuple[str, str]]) -> None:
    assert list(query(octets).items()) == pairs


@given(st.lists(st.tuples(st.text(), st.text())))
def test_what_was_encoded_is_decoded(pairs: list[tuple[str, str]]) -> None:
    assert list(query(urlencode(pairs, errors="replace").encode()).items()) == [
        (_without_surrogates(name), _without_surrogates(value)) for name, value in pairs
    ]


def _without_surrogates(text: str) -> str:
    return text.encode(errors="replace").decode()


@given(OCTETS)
def test_it_is_what_urllib_makes_of_it(octets: bytes) -> None:
    ascii_octets = octets.decode("ascii", "ignore")
    expected = parse_qsl(ascii_octets, keep_blank_values=True)
    assert list(Query.parsed(ascii_octets.encode(), LIMITS).items()) == expected


@given(OCTETS)
def test_no_query_is_malformed(octets: bytes) -> None:
    for name, value in Query.parsed(octets, LIMITS).items():
        assert _without_surrogates(name + value) == name + value


@pytest.mark.parametrize("octets", [b"a&b&c", b"a=1&a=2&a=3", b"&&", b"&a&"])
def test_the_number_of_fields(octets: bytes) -> None:
    assert len(list(query(octets, fields=3).items())) == len(octets.replace(b"&", b" ").split())
    with pytest.raises(HTTPError, match="400 Bad Request: The query has more than 2 fields"):
        query(octets, fields=2)


def test_without_a_query_there_is_no_limit_to_reach() -> None:
    assert not query(b"", fields=0)


def test_it_is_parsed_once() -> None:
    request = Request(Host(query=b"a=b"), App())
    assert request.query is request.query


def test_of_several_values_the_last() -> None:
    found = query(b"tag=new&page=2&tag=used")
    assert found["tag"] == "used"
    assert found.get("tag") == "used"
    assert found.getall("tag") == ["new", "used"]


def test_what_is_not_there() -> None:
    found = query(b"a=b")
    with pytest.raises(KeyError, match="'b'"):
        found["b"]
    assert found.get("b") is None
    assert found.get("b", 1) == 1
    assert found.getall("b") == []
    assert "b" not in found
    assert 1 not in found


def test_the_views() -> None:
    found = query(b"a=1&b=2&a=3")
    assert list(found) == list(found.keys()) == ["a", "b"]
    assert list(found.values()) == ["1", "2", "3"]
    assert len(found) == 2
    assert "a" in found
    assert repr(found) == "Query([('a', '1'), ('b', '2'), ('a', '3')])"


def test_a_list_of_values_is_the_callers() -> None:
    found = query(b"a=1")
    found.getall("a").append("2")
    assert found.getall("a") == ["1"]


def test_equality() -> None:
    assert query(b"a=1&b=2") == query(b"a=1&b=2")
    assert hash(query(b"a=1&b=2")) == hash(query(b"a=1&b=2"))
    assert query(b"a=1&b=2") != query(b"b=2&a=1")
    assert query(b"a=1") != {"a": "1"}
    assert not MultiMapping()
