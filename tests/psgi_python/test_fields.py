"""The fields that an application gives: their forms, and what is refused in them."""

import re
from types import MappingProxyType

import pytest
from pyre.psgi.fields import encoded, encoded_handshake, encoded_interim, encoded_trailers, is_token
from pyre.psgi.headers import FieldLines

ONE = [(b"x-a", b"1")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((), []),
        ({}, []),
        ([("X-A", "1")], ONE),
        ([(b"X-A", b"1")], ONE),
        ([["x-a", b"1"]], ONE),
        ({"x-a": "1"}, ONE),
        ({b"x-a": b"1"}, ONE),
        (MappingProxyType({"x-a": "1"}), ONE),
        (FieldLines([(b"x-a", b"1"), (b"x-a", b"2")]), [*ONE, (b"x-a", b"2")]),
        ((pair for pair in [("x-a", "1")]), ONE),
        ([("x-a", "1"), ("x-b", ""), ("x-a", "1")], [*ONE, (b"x-b", b""), *ONE]),
        ([("x-a", "café")], [(b"x-a", b"caf\xe9")]),
        ([("x-a", b"\x80\xff\t!")], [(b"x-a", b"\x80\xff\t!")]),
        ([("!#$%&'*+-.^_`|~09azAZ", "1")], [(b"!#$%&'*+-.^_`|~09azaz", b"1")]),
    ],
)
def test_forms(fields, expected):
    assert encoded(fields, "headers") == expected


@pytest.mark.parametrize(
    ("fields", "kind", "message"),
    [
        (5, TypeError, "headers must be an iterable of pairs or a mapping, not int"),
        (None, TypeError, "headers must be an iterable of pairs or a mapping, not NoneType"),
        ([5], TypeError, "headers must have pairs of name and value, not int"),
        (["ab"], TypeError, "headers must have pairs of name and value, not str"),
        ("ab", TypeError, "headers must have pairs of name and value, not str"),
        ([b"ab"], TypeError, "headers must have pairs of name and value, not bytes"),
        ([("x-a",)], TypeError, "headers must have pairs of name and value, not tuple"),
        ([("x-a", "1", "2")], TypeError, "headers must have pairs of name and value, not tuple"),
        ([(1, "1")], TypeError, "headers: the name 1 must be str or bytes, not int"),
        ([("x-a", 1)], TypeError, "headers: the value of x-a must be str or bytes, not int"),
        (
            [("x-a", None)],
            TypeError,
            "headers: the value of x-a must be str or bytes, not NoneType",
        ),
        ([("", "1")], ValueError, "headers: the name '' is not a token (RFC 9110 §5.1)"),
        ([("a b", "1")], ValueError, "headers: the name 'a b' is not a token (RFC 9110 §5.1)"),
        ([("näme", "1")], ValueError, "headers: the name 'näme' is not a token (RFC 9110 §5.1)"),
        ([("€", "1")], ValueError, "headers: the name '€' has characters beyond Latin-1"),
        ([("x-a", "€")], ValueError, "headers: the value of x-a has characters beyond Latin-1"),
    ],
)
def test_what_is_refused(fields, kind, message):
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        encoded(fields, "headers")


@pytest.mark.parametrize("octet", [*range(0x20), 0x7F])
def test_control_octets(octet):
    value = bytes([0x61, octet, 0x62])
    if octet == 0x09:
        assert encoded([("x-a", value)], "headers") == [(b"x-a", value)]
        return
    with pytest.raises(ValueError, match="x-a has a control octet"):
        encoded([("x-a", value)], "headers")


@pytest.mark.parametrize("octet", [*range(0x21), *b'"(),/:;<=>?@[\\]{}', *range(0x7F, 0x100)])
def test_octets_that_no_name_has(octet):
    with pytest.raises(ValueError, match="not a token"):
        encoded([(bytes([0x61, octet]), "1")], "headers")


def test_a_line_break_at_the_end_is_one_as_well():
    with pytest.raises(ValueError, match="not a token"):
        encoded([("x-a\n", "1")], "headers")
    with pytest.raises(ValueError, match="control octet"):
        encoded([("x-a", "1\n")], "headers")


@pytest.mark.parametrize(
    ("encode", "name"),
    [
        (encoded_interim, "Content-Length"),
        (encoded_interim, "transfer-encoding"),
        (encoded_interim, "connection"),
        (encoded_handshake, "upgrade"),
        (encoded_handshake, "sec-websocket-accept"),
        (encoded_handshake, "Sec-WebSocket-Protocol"),
        (encoded_trailers, "content-length"),
        (encoded_trailers, "Transfer-Encoding"),
        (encoded_trailers, "trailer"),
        (encoded_trailers, "host"),
        (encoded_trailers, "content-type"),
        (encoded_trailers, "authorization"),
        (encoded_trailers, "set-cookie"),
    ],
)
def test_fields_that_have_another_place(encode, name):
    with pytest.raises(ValueError, match=f"^{name.lower()} is not allowed in "):
        encode([("x-a", "1"), (name, "1")])


@pytest.mark.parametrize("encode", [encoded_interim, encoded_handshake, encoded_trailers])
def test_other_fields_have_a_place_everywhere(encode):
    assert encode({"x-a": "1"}) == ONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [("chat", True), ("", False), ("a b", False), ("é", False), ("a\n", False)],
)
def test_tokens(text, expected):
    assert is_token(text) is expected
