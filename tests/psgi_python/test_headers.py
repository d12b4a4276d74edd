"""``FieldLines``: what the protocol ``Headers`` demands, line by line."""

import pytest
from pyre.psgi.headers import FieldLines

HEADERS = FieldLines(
    [
        (b"Host", b"example.org"),
        (b"x-a", b"1"),
        (b"X-A", b" \t2\t "),
        (b"cookie", b"a=1"),
        (b"x-empty", b""),
        (b"Cookie", b"b=2; c=3"),
        (b"x-latin", b"caf\xe9"),
        (b"x-k", b"no Kelvin"),
    ]
)

NAMES = ["host", "x-a", "x-a", "cookie", "x-empty", "cookie", "x-latin", "x-k"]

VALUES = ["example.org", "1", "2", "a=1", "", "b=2; c=3", "café", "no Kelvin"]


@pytest.mark.parametrize(
    ("name", "value", "lines"),
    [
        ("host", "example.org", ["example.org"]),
        ("HOST", "example.org", ["example.org"]),
        ("x-a", "1, 2", ["1", "2"]),
        ("X-a", "1, 2", ["1", "2"]),
        ("cookie", "a=1; b=2; c=3", ["a=1", "b=2; c=3"]),
        ("COOKIE", "a=1; b=2; c=3", ["a=1", "b=2; c=3"]),
        ("x-empty", "", [""]),
        ("x-latin", "café", ["café"]),
    ],
)
def test_values(name, value, lines):
    assert HEADERS[name] == value
    assert HEADERS.get(name) == value
    assert HEADERS.get(name, "other") == value
    assert HEADERS.getall(name) == lines
    assert name in HEADERS


@pytest.mark.parametrize("name", ["x-b", "", "x-\u212a", "\u20ac", b"host", None, 1, ["host"]])
def test_what_is_not_there(name):
    assert name not in HEADERS
    assert HEADERS.get(name) is None
    assert HEADERS.get(name, "other") == "other"
    assert HEADERS.getall(name) == []
    with pytest.raises(KeyError):
        HEADERS[name]


def test_views_have_each_line_in_wire_order():
    assert list(HEADERS) == list(HEADERS.keys()) == NAMES
    assert list(HEADERS.values()) == VALUES
    assert list(HEADERS.items()) == list(zip(NAMES, VALUES, strict=True))
    assert len(HEADERS) == len(NAMES)


def test_raw_has_names_in_lower_case_and_values_without_white_space():
    pairs = zip(NAMES, VALUES, strict=True)
    assert HEADERS.raw == tuple((name.encode(), value.encode("latin-1")) for name, value in pairs)


def test_a_dict_has_each_name_once():
    assert dict(HEADERS)["x-a"] == "1, 2"


def test_no_fields():
    assert not FieldLines()
    assert FieldLines().raw == ()


def test_lists_of_a_server_are_taken_as_pairs():
    assert FieldLines([[b"a", b"1"]]).raw == ((b"a", b"1"),)


def test_it_can_not_be_changed():
    with pytest.raises(TypeError):
        HEADERS["x-a"] = "3"
    with pytest.raises(AttributeError):
        HEADERS.other = 1
