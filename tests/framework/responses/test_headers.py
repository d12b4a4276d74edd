"""The fields of a response."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.responses import ResponseHeaders
from pyre.psgi.fields import encoded

NOT_VALUES = ["a\r\nset-cookie: b=c", "a\nb", "a\rb", "a\0b", "\x1b[0m", "a\x7f", "€", "\ud800"]


def test_names_are_compared_without_case_and_kept_in_lower_case() -> None:
    headers = ResponseHeaders([("X-One", "1")])
    assert headers["x-ONE"] == "1"
    assert "X-one" in headers
    assert list(headers) == ["x-one"]


@pytest.mark.parametrize(
    "fields",
    [
        {"a": "1", "b": "2"},
        [("a", "1"), ("b", "2")],
        (pair for pair in [("a", "1"), ("b", "2")]),
        [(b"A", b"1"), (b"b", "2")],
        ResponseHeaders({"a": "1", "b": "2"}),
    ],
    ids=["mapping", "list", "generator", "octets", "headers"],
)
def test_what_they_are_made_of(fields: object) -> None:
    assert ResponseHeaders(fields).lines == [("a", "1"), ("b", "2")]


def test_several_lines_of_a_name() -> None:
    headers = ResponseHeaders()
    headers.add("link", "</a>")
    headers.add("Link", "</b>")
    assert headers["link"] == "</a>, </b>"
    assert headers.get("LINK") == "</a>, </b>"
    assert headers.getall("link") == ["</a>", "</b>"]
    assert len(headers) == 2


def test_cookies_are_not_joined() -> None:
    headers = ResponseHeaders([("set-cookie", "a=1"), ("set-cookie", "b=2")])
    assert headers.getall("set-cookie") == ["a=1", "b=2"]
    with pytest.raises(ValueError, match="getall"):
        _ = headers["set-cookie"]


def test_setting_replaces_every_line_in_the_place_of_the_first() -> None:
    headers = ResponseHeaders([("a", "1"), ("b", "2"), ("a", "3"), ("c", "4")])
    headers["A"] = "5"
    assert headers.lines == [("a", "5"), ("b", "2"), ("c", "4")]
    headers["d"] = "6"
    assert headers.lines[-1] == ("d", "6")


def test_deleting() -> None:
    headers = ResponseHeaders([("a", "1"), ("b", "2"), ("a", "3")])
    del headers["A"]
    assert headers.lines == [("b", "2")]
    with pytest.raises(KeyError):
        del headers["a"]
    headers.discard("a")
    headers.discard("B")
    assert not headers.lines


def test_what_is_not_there() -> None:
    headers = ResponseHeaders()
    with pytest.raises(KeyError):
        _ = headers["a"]
    assert headers.get("a") is None
    assert headers.get("a", "other") == "other"
    assert headers.getall("a") == []
    assert 5 not in headers


def test_setdefault() -> None:
    headers = ResponseHeaders({"a": "1"})
    assert headers.setdefault("A", "2") == "1"
    assert headers.setdefault("b", "2") == "2"
    assert headers.lines == [("a", "1"), ("b", "2")]


def test_update_replaces_names_and_keeps_their_lines() -> None:
    headers = ResponseHeaders([("a", "1"), ("b", "2")])
    headers.update([("A", "3"), ("a", "4")])
    assert list(headers.items()) == [("b", "2"), ("a", "3"), ("a", "4")]
    assert list(headers.keys()) == ["b", "a", "a"]
    assert list(headers.values()) == ["2", "3", "4"]


def test_members_of_a_list() -> None:
    headers = ResponseHeaders([("allow", "GET ,HEAD"), ("x", "y"), ("allow", "PUT")])
    assert headers.members("Allow") == ["GET", "HEAD", "PUT"]
    assert headers.members("vary") == []


@pytest.mark.parametrize(
    ("before", "names", "after"),
    [
        ([], ["cookie"], "cookie"),
        (["accept"], ["cookie"], "accept, cookie"),
        (["Accept, Cookie"], ["cookie"], "Accept, Cookie"),
        (["a", "b"], ["c", "A"], "a, b, c"),
        (["*"], ["cookie"], "*"),
    ],
)
def test_vary(before: list[str], names: list[str], after: str) -> None:
    headers = ResponseHeaders([("vary", value) for value in before])
    headers.vary_by(*names)
    assert headers["vary"] == after


@pytest.mark.parametrize("value", NOT_VALUES)
def test_values_that_can_not_be_sent(value: str) -> None:
    headers = ResponseHeaders()
    for set_it in (headers.__setitem__, headers.add, headers.setdefault):
        with pytest.raises(ValueError, match=r"x-a.*RFC 9110 §5\.5"):
            set_it("x-a", value)
    with pytest.raises(ValueError, match="x-a"):
        ResponseHeaders({"x-a": value})
    with pytest.raises(ValueError, match="x-a"):
        headers.update({"x-a": value})
    assert not headers.lines


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\nb", "é", "a\0"])
def test_names_that_can_not_be_sent(name: str) -> None:
    with pytest.raises(ValueError, match="token"):
        ResponseHeaders([(name, "1")])


@pytest.mark.parametrize("pair", [("a", 1), (1, "a"), ("a", None)])
def test_wrong_types(pair: tuple[object, object]) -> None:
    with pytest.raises(TypeError, match="str or bytes"):
        ResponseHeaders([pair])


@given(st.text(max_size=8), st.text(max_size=8))
def test_what_is_accepted_is_what_a_host_sends(name: str, value: str) -> None:
    def accepts(make: object) -> bool:
        try:
            make([(name, value)])
        except ValueError:
            return False
        return True

    assert accepts(ResponseHeaders) == accepts(lambda fields: encoded(fields, "headers"))
