"""What converters take, and the values that they make."""

import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from .tables import Row, table

ONE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

TAKEN = [
    ("string", "a%20b", "a b"),
    ("string(min=2, max=3)", "%C3%BC%C3%BC", "üü"),
    ("alpha", "aZ", "aZ"),
    ("alnum", "a1Z", "a1Z"),
    ("slug", "a-1-b", "a-1-b"),
    ("int", "0", 0),
    ("int", "-12", -12),
    ("int", "9223372036854775807", 2**63 - 1),
    ("int", "-9223372036854775809", -(2**63) - 1),
    ("int", "1" + "0" * 100, 10**100),
    ("int(min=-5, max=5)", "-5", -5),
    ("int(min=5)", "1" + "0" * 100, 10**100),
    ("int", "%31%32", 12),
    ("float", "1", 1.0),
    ("float", "-0.5", -0.5),
    ("float", "1e5", 100000.0),
    ("float", "1.5E-3", 0.0015),
    ("float(min=0.1, max=0.3)", "0.3", 0.3),
    ("decimal", "1", Decimal(1)),
    ("decimal", "-0.10", Decimal("-0.10")),
    ("decimal(max=0.1)", "0.1", Decimal("0.1")),
    ("bool", "true", True),
    ("bool", "false", False),
    ("uuid", ONE, UUID(ONE)),
    ("uuid", ONE.upper(), UUID(ONE)),
    ("date", "2024-02-29", date(2024, 2, 29)),
    ("datetime", "2024-02-29T12:30:59", datetime(2024, 2, 29, 12, 30, 59)),  # noqa: DTZ001
    ("datetime", "2024-02-29T12:30:59.5Z", datetime(2024, 2, 29, 12, 30, 59, 500000, UTC)),
    (
        "datetime",
        "2024-02-29t12:30:59-05:30",
        datetime(2024, 2, 29, 12, 30, 59, 0, timezone(-timedelta(hours=5, minutes=30))),
    ),
    (
        "datetime",
        "0001-01-01T00:00:00+23:59",
        datetime(1, 1, 1, tzinfo=timezone(timedelta(minutes=1439))),
    ),
    ("path", "a/b%2Fc", "a/b/c"),
    ("path(max=3)", "a/b", "a/b"),
]


@pytest.mark.parametrize(("converter", "text", "value"), TAKEN)
def test_what_a_converter_takes(converter, text, value):
    routes = table(Row(f"/{{value:{converter}}}", "it"))
    endpoint, values = routes.find("GET", f"/{text}".encode())
    assert (endpoint, values) == ("it", (value,))
    assert type(values[0]) is type(value)
    assert repr(values[0]) == repr(value)


REFUSED = [
    ("string(min=2)", "%C3%BC"),
    ("string(max=2)", "abc"),
    ("alpha", "a1"),
    ("alpha", "%C3%A9"),
    ("alnum", "a-1"),
    ("slug", "A"),
    ("slug", "a--b"),
    ("int", "007"),
    ("int", "-0"),
    ("int", "+1"),
    ("int", "1_0"),
    ("int", "%201"),
    ("int", "1.0"),
    ("int", "%D9%A1"),
    ("int(min=1)", "0"),
    ("int(max=9)", "1" + "0" * 100),
    ("float", "nan"),
    ("float", "-inf"),
    ("float", "1e999"),
    ("float", ".5"),
    ("float(min=0)", "-1e-5"),
    ("decimal", "1e5"),
    ("decimal", "NaN"),
    ("decimal(max=0.1)", "0.100000000000000000000000001"),
    ("bool", "True"),
    ("bool", "1"),
    ("uuid", ONE.replace("-", "")),
    ("date", "2023-02-29"),
    ("date", "0000-01-01"),
    ("datetime", "2024-02-29"),
    ("datetime", "2024-02-29T23:59:60Z"),
    ("datetime", "2024-02-29T24:00:00"),
    ("datetime", "2024-02-29T12:30:59.1234567"),
    ("path(max=3)", "ab/c"),
]


@pytest.mark.parametrize(("converter", "text"), REFUSED)
def test_what_a_converter_refuses(converter, text):
    assert table(Row(f"/{{value:{converter}}}", "it")).find("GET", f"/{text}".encode()) == (
        None,
        (),
    )


@pytest.mark.parametrize("limit", [640, 1000, 0])
def test_integers_are_as_long_as_the_interpreter_allows(limit):
    routes = table(Row("/{value:int}", "it"))
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(limit)
    try:
        longest = limit or 10_000
        assert routes.find("GET", b"/-" + b"1" * longest)[0] == "it"
        one_more = routes.find("GET", b"/" + b"1" * (longest + 1))
        assert one_more[0] == (None if limit else "it")
    finally:
        sys.set_int_max_str_digits(before)


def test_values_come_in_the_order_that_is_asked_for():
    row = Row("/{a}/{b:int}/{c:path}/{d}", "it", names=("d", "b"))
    assert table(row).find("GET", b"/w/1/x/y/z") == ("it", ("z", 1, "w", "x/y"))


def test_what_has_no_value_is_the_same_object_each_time():
    routes = table(Row("/a", "it"))
    assert routes.find("GET", b"/a") is routes.find("HEAD", b"/a")
