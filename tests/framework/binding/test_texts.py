"""What text becomes, by type: the table in the documentation of ``texts``."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import CONFORM, EJECT, KEEP, STRICT, Enum, Flag, IntEnum, IntFlag, StrEnum
from typing import Annotated, Literal, NewType, Optional
from uuid import UUID

import pytest
from msgspec import Meta
from pyre.framework.binding.faults import Unbindable
from pyre.framework.binding.texts import text_converter

ID = "12345678-1234-5678-1234-56781234567a"
EAST = timezone(timedelta(hours=2))
Number = NewType("Number", int)


class Colour(Enum):
    RED = "red"
    DEEP = "red"  # noqa: PIE796 - another name for it
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Access(Flag):
    READ = 1
    WRITE = 2


class Nothing(Flag):
    pass


class Everything(IntFlag):
    NONE = 0
    READ = 1
    WRITE = 2
    ALL = -1


class Composite(Flag):
    BOTH = 3
    WRITE = 2


class Overlapping(Flag):
    LOW = 3
    HIGH = 6


class Gap(IntFlag):
    READ = 1
    EXECUTE = 4


class Mixed(Enum):
    ONE = 1
    NAME = "name"


class Loose(StrEnum):
    A = "a"

    @classmethod
    def _missing_(cls, value: object) -> "Loose | None":
        return cls.A if value == "A" else None


TAKEN = [
    (str, "", ""),
    (str, " é\0", " é\0"),
    (int, "0", 0),
    (int, "-12", -12),
    (int, "007", 7),
    (int, "9007199254740993", 9007199254740993),
    (int, "9" * 400, int("9" * 400)),
    (Number, "3", 3),
    (float, "1", 1.0),
    (float, "-1.5", -1.5),
    (float, ".5", 0.5),
    (float, "5.", 5.0),
    (float, "1e5", 100000.0),
    (float, "1E-5", 0.00001),
    (Decimal, "1.50", Decimal("1.50")),
    (Decimal, "-0", Decimal("-0")),
    (bool, "true", True),
    (bool, "ON", True),
    (bool, "Yes", True),
    (bool, "1", True),
    (bool, "False", False),
    (bool, "off", False),
    (bool, "no", False),
    (bool, "0", False),
    (UUID, ID, UUID(ID)),
    (UUID, ID.upper(), UUID(ID)),
    (date, "2024-02-29", date(2024, 2, 29)),
    (time, "10:15", time(10, 15)),
    (time, "10:15:30.5Z", time(10, 15, 30, 500000, UTC)),
    (datetime, "2024-02-29T10:15", datetime(2024, 2, 29, 10, 15)),  # noqa: DTZ001 - none is said
    (datetime, "2024-02-29T10:15:30Z", datetime(2024, 2, 29, 10, 15, 30, tzinfo=UTC)),
    (datetime, "2024-02-29 10:15:30+02:00", datetime(2024, 2, 29, 10, 15, 30, tzinfo=EAST)),
    (datetime, "2024-02-29t10:15:30z", datetime(2024, 2, 29, 10, 15, 30, tzinfo=UTC)),
    (timedelta, "PT1H30M", timedelta(minutes=90)),
    (Colour, "red", Colour.RED),
    (Level, "2", Level.HIGH),
    (Access, "1", Access.READ),
    (Access, "3", Access.READ | Access.WRITE),
    (Everything, "0", Everything.NONE),
    (Everything, "3", Everything.READ | Everything.WRITE),
    (Everything, "-1", Everything.ALL),
    (Composite, "3", Composite.BOTH),
    (Composite, "2", Composite.WRITE),
    (Overlapping, "6", Overlapping.HIGH),
    (Gap, "5", Gap.READ | Gap.EXECUTE),
    (Mixed, "1", Mixed.ONE),
    (Mixed, "name", Mixed.NAME),
    (Loose, "A", Loose.A),
    (Literal["a", "b"], "b", "b"),
    (Literal[1, "x"], "1", 1),
    (Literal[True], "true", True),
    (Literal[Level.LOW], "1", Level.LOW),
    (Literal["a", None], "a", "a"),  # noqa: PYI061 - as others write it
    (int | str, "1", 1),
    (int | str, "x", "x"),
    (str | int, "1", "1"),
    (UUID | date, ID, UUID(ID)),
    (UUID | date, "2024-02-29", date(2024, 2, 29)),
    (int | Literal["all"], "all", "all"),
    (int | None, "1", 1),
    (Optional[int], "1", 1),  # noqa: UP045 - it is what this is about
    (str | None, "null", "null"),
    (Annotated[int, Meta(ge=5)], "5", 5),
    (Annotated[int, Meta(ge=5)] | None, "5", 5),
    (Annotated[int | None, Meta(ge=5)], "5", 5),
    (Annotated[int, Meta(ge=5)] | str, "4", "4"),
    (Annotated[str, Meta(pattern="^a+$")], "aa", "aa"),
    (Annotated[Annotated[int, Meta(ge=5)], Meta(le=6)], "6", 6),
    (Annotated[int, "words for people"], "5", 5),
    (
        Annotated[datetime, Meta(tz=True)],
        "2024-02-29T10:15Z",
        datetime(2024, 2, 29, 10, 15, tzinfo=UTC),
    ),
]

REFUSED = [
    (int, "", "must be an integer"),
    (int, "+1", "must be an integer"),
    (int, " 1", "must be an integer"),
    (int, "1_0", "must be an integer"),
    (int, "1.0", "must be an integer"),
    (int, "-", "must be an integer"),
    (int, "--1", "must be an integer"),
    (int, "1\n", "must be an integer"),
    (int, "\u0661", "must be an integer"),
    (int, "²", "must be an integer"),
    (int, "9" * 5000, "has too many digits"),
    (float, "nan", "must be a number"),
    (float, "inf", "must be a number"),
    (float, "-Infinity", "must be a number"),
    (float, ".", "must be a number"),
    (float, "1_0", "must be a number"),
    (float, "0x1p3", "must be a number"),
    (float, "1e400", "is too large a number"),
    (Decimal, "NaN", "must be a decimal number"),
    (Decimal, "1e5", "must be a decimal number"),
    (Decimal, " 1", "must be a decimal number"),
    (Decimal, "\u0661", "must be a decimal number"),
    (bool, "", "must be true or false"),
    (bool, "2", "must be true or false"),
    (UUID, ID.replace("-", ""), "must be a UUID"),
    (UUID, "{" + ID + "}", "must be a UUID"),
    (date, "2023-02-29", "must be a date like 2024-02-29"),
    (date, "20240229", "must be a date like 2024-02-29"),
    (date, "2024-02-29T00:00", "must be a date like 2024-02-29"),
    (time, "24:00", "must be a time like 10:15:30"),
    (datetime, "2024-02-29", "must be a date and time like 2024-02-29T10:15:30Z"),
    (datetime, "1700000000", "must be a date and time like 2024-02-29T10:15:30Z"),
    (datetime, "2024-02-29T10:15:60Z", "must be a date and time like 2024-02-29T10:15:30Z"),
    (timedelta, "10", "must be a duration like PT1H30M"),
    (Colour, "RED", "must be one of red, blue"),
    (Level, "3", "must be one of 1, 2"),
    (Level, "x", "must be one of 1, 2"),
    (Access, "64", "must be one of 1, 2"),
    (Access, "65", "must be one of 1, 2"),
    (Access, "-1", "must be one of 1, 2"),
    (Access, "READ", "must be one of 1, 2"),
    (Access, "1|2", "must be one of 1, 2"),
    (Access, "9" * 5000, "must be one of 1, 2"),
    (Access | None, "64", "must be one of 1, 2"),
    (Access | bool, "4", "must be one of 1, 2, or must be true or false"),
    (Everything, "64", "must be one of 0, 1, 2, -1"),
    (Everything, "-2", "must be one of 0, 1, 2, -1"),
    (Composite, "1", "must be one of 3, 2"),
    (Overlapping, "2", "must be one of 3, 6"),
    (Gap, "2", "must be one of 1, 4"),
    (Gap, "7", "must be one of 1, 4"),
    (Loose, "b", "must be one of a"),
    (Literal["a", "b"], "c", "must be one of a, b"),
    (Literal["a", None], "null", "must be one of a"),  # noqa: PYI061 - as others write it
    (int | None, "null", "must be an integer"),
    (int | date, "x", "must be an integer, or must be a date like 2024-02-29"),
    (Annotated[int, Meta(ge=5)], "4", "Expected `int` >= 5"),
    (Annotated[int, Meta(ge=5)], "x", "must be an integer"),
    (Annotated[int | None, Meta(ge=5)], "4", "Expected `int` >= 5"),
    (Annotated[str, Meta(pattern="^a+$")], "b", "Expected `str` matching regex '^a+$'"),
    (
        Annotated[datetime, Meta(tz=True)],
        "2024-02-29T10:15",
        "Expected `datetime` with a timezone component",
    ),
]


def named(rows):
    """A name for each row, as pytest finds the same one for what is not quite the same."""
    return [f"{annotation} {text[:40]!r}" for annotation, text, _ in rows]


@pytest.mark.parametrize(("annotation", "text", "expected"), TAKEN, ids=named(TAKEN))
def test_what_text_becomes(annotation, text, expected):
    value = text_converter(annotation)(text)
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(("annotation", "text", "expected"), REFUSED, ids=named(REFUSED))
def test_what_is_wrong_with_text(annotation, text, expected):
    with pytest.raises(ValueError, match=r".") as raised:
        text_converter(annotation)(text)
    assert str(raised.value) == expected


@pytest.mark.parametrize("kind", [Flag, IntFlag])
@pytest.mark.parametrize("boundary", [STRICT, CONFORM, EJECT, KEEP], ids=str)
def test_a_flag_has_bits_of_its_members_only(kind, boundary):
    flags = kind("Flags", {"READ": 1, "WRITE": 2}, boundary=boundary)
    convert = text_converter(flags)
    assert [convert(text) for text in ("0", "1", "3")] == [flags(0), flags.READ, flags(3)]
    for text in ("4", "5", "64", "-1", "-65", str(2**70)):
        with pytest.raises(ValueError, match=r"^must be one of 1, 2$"):
            convert(text)


class Pairs(Enum):
    A = (1, 2)


class Alike(Enum):
    A = 1
    B = "1"


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (bytes, "text does not become bytes"),
        (object, "text does not become object"),
        (dict[str, int], "text does not become dict[str, int]"),
        (int | bytes, "text does not become bytes"),
        (Nothing, "Nothing has no members"),
        (Pairs, "(1, 2) has no text: the values have to be str, int or bool"),
        (Literal[b"a"], "b'a' has no text: the values have to be str, int or bool"),
        (Alike, "<Alike.A: 1> and <Alike.B: '1'> have the same text"),
        (Annotated[int, Meta(max_length=5)], "Can only set `max_length` on"),
        (Annotated[int | date | None, Meta(ge=5)], "a constraint stands at a member of a union"),
    ],
)
def test_what_no_text_becomes(annotation, expected):
    with pytest.raises(Unbindable) as raised:
        text_converter(annotation)
    assert expected in str(raised.value)
