"""What the annotation of an endpoint's parameter says about a placeholder."""

import inspect
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum
from typing import Annotated, Any, Literal, NewType, Optional, Union
from uuid import UUID

import msgspec
import pytest
from pyre.framework.converters import Converters
from pyre.framework.errors import RegistrationError
from pyre.framework.paths import parse_path

from .tables import parameters


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Access(Flag):
    NONE = 0
    READ = 1
    WRITE = 2
    BOTH = 3


class Rights(IntFlag):
    READ = 1
    WRITE = 2


class Mode(StrEnum):
    ON = "on"


class Mixed(Enum):
    WORD = "1"
    NUMBER = 1


class Point(Enum):
    ORIGIN = (0, 0)


class Nothing(Enum):
    pass


Name = NewType("Name", str)
Number = NewType("Number", Annotated[int, msgspec.Meta(ge=1)])

ONE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


def parameter(path: str, annotation: object = inspect.Parameter.empty):
    (made,) = parameters(parse_path(path), {"x": annotation})
    return made


INFERRED = [
    (inspect.Parameter.empty, "a", "a"),
    (Any, "a", "a"),
    (object, "1", "1"),
    (str, "1", "1"),
    (int, "1", 1),
    (float, "1", 1.0),
    (bool, "true", True),
    (Decimal, "1.0", Decimal("1.0")),
    (UUID, ONE, UUID(ONE)),
    (date, "2024-02-29", date(2024, 2, 29)),
    (datetime, "2024-02-29T00:00:00", datetime(2024, 2, 29)),  # noqa: DTZ001
    (int | None, "1", 1),
    (Optional[int], "1", 1),  # noqa: UP045
    (Union[int, str], "a", "a"),  # noqa: UP007
    (int | str, "1", 1),
    (int | str, "007", "007"),
    (bool | int, "true", True),
    (float | int, "1", 1.0),
    (date | datetime | str, "2024-02-29T00:00:00", datetime(2024, 2, 29)),  # noqa: DTZ001
    (Name, "a", "a"),
    (Number, "1", 1),
    (Annotated[str, "a note"], "a", "a"),
    (Annotated[int | str, "a note"], "1", 1),
    (Color, "red", Color.RED),
    (Size, "2", Size.LARGE),
    (Access, "0", Access.NONE),
    (Access, "1", Access.READ),
    (Access, "3", Access.BOTH),
    (Rights, "2", Rights.WRITE),
    (Mode, "on", Mode.ON),
    (Literal["a", "b/c"], "b/c", "b/c"),
    (Literal[1, True], "true", True),
    (Literal[1, True], "1", 1),
    (Literal[Color.BLUE, "x"], "blue", Color.BLUE),
    (Literal["me"] | int, "me", "me"),
    (Color | int | str, "5", 5),
]


@pytest.mark.parametrize(("annotation", "text", "value"), INFERRED)
def test_the_converter_is_inferred(annotation, text, value):
    got = parameter("/{x}", annotation).convert(text)
    assert (type(got), got) == (type(value), value)


REFUSED_TEXTS = [
    (int, "a"),
    (Number, "0"),
    (Color, "RED"),
    (Color, "green"),
    (Size, "01"),
    (Size, "3"),
    (Access, "64"),
    (Access, "-1"),
    (Rights, "3"),
    (Rights, "64"),
    (Literal["a"], "A"),
    (Literal[1], "true"),
    (int | bool, "a"),
]


@pytest.mark.parametrize(("annotation", "text"), REFUSED_TEXTS)
def test_other_texts_are_not_taken(annotation, text):
    with pytest.raises(ValueError, match="is no x"):
        parameter("/{x}", annotation).convert(text)


AGREED = [
    ("/{x:string}", str, "a", "a"),
    ("/{x:slug}", str, "a-b", "a-b"),
    ("/{x:path}", str, "a/b", "a/b"),
    ("/{x:path}", Any, "a/b", "a/b"),
    ("/{x:int}", int | None, "1", 1),
    ("/{x:int}", int | str, "1", 1),
    ("/{x:int}", object, "1", 1),
    ("/{x:int(max=9)}", Size, "2", Size.LARGE),
    ("/{x:alpha}", Color, "red", Color.RED),
    ("/{x:int}", Literal[3], "3", 3),
    ("/{x:string}", Name, "a", "a"),
    ("/{x:int(max=9)}", Annotated[int, msgspec.Meta(ge=2)], "2", 2),
]


@pytest.mark.parametrize(("path", "annotation", "text", "value"), AGREED)
def test_converter_and_annotation_agree(path, annotation, text, value):
    got = parameter(path, annotation).convert(text)
    assert (type(got), got) == (type(value), value)


CONTRADICTIONS = [
    ("/{x:int}", str, "int makes int, which is not str"),
    ("/{x:int}", float, "int makes int, which is not float"),
    ("/{x:int}", bool, "int makes int, which is not bool"),
    ("/{x:bool}", int, "bool makes bool, which is not int"),
    ("/{x:string}", int, "string makes str, which is not int"),
    ("/{x:path}", Decimal, "path makes str, which is not Decimal"),
    ("/{x:date}", datetime, "date makes date, which is not datetime"),
    ("/{x:int}", str | None, "int makes int"),
    ("/{x:int}", Color, "int makes int, which is not Color"),
    ("/{x:string}", Size, "string makes str, which is not Size"),
    ("/{x:int(max=1)}", Size, '"2" is no value'),
    ("/{x:alpha}", Literal["a1"], '"a1" is no value'),
    ("/{x:int}", None, "int makes int"),
]


@pytest.mark.parametrize(("path", "annotation", "problem"), CONTRADICTIONS)
def test_contradictions(path, annotation, problem):
    with pytest.raises(RegistrationError, match=problem) as raised:
        parameter(path, annotation)
    assert str(raised.value).startswith(path[1:].replace("(max=1)", "(max=1)"))


NOT_CONVERTED = [
    (bytes, "no converter makes bytes"),
    (list[int], "no converter makes list"),
    (time, "no converter makes time"),
    (complex | int, "no converter makes complex"),
    ("int", "no converter makes 'int'"),
    ([], r"no converter makes \[\]"),
    (Point, "has no text in a path"),
    (Nothing, "no converter makes Nothing"),
    (Mixed, "have the same text"),
    (Literal[b"a"], "has no text in a path"),
    (Literal[""], "is empty"),
    (None, "no converter makes None"),
    (str | int, "would never be tried"),
    (str | Color, "would never be tried"),
    (Annotated[str, msgspec.Meta(pattern="a+")], "pattern"),
    (Annotated[int, msgspec.Meta(multiple_of=2)], "multiple_of"),
    (Annotated[float, msgspec.Meta(gt=1)], "gt and lt only for int"),
    (Annotated[UUID, msgspec.Meta(ge=1)], "neither min nor max"),
    (Annotated[int, msgspec.Meta(ge=5, le=4)], "nothing lies between"),
]


@pytest.mark.parametrize(("annotation", "problem"), NOT_CONVERTED)
def test_annotations_that_no_path_has(annotation, problem):
    with pytest.raises(RegistrationError, match=problem):
        parameter("/{x}", annotation)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/{x:nope}", "there is no converter 'nope'; there are string,"),
        ("/{x:int(size=1)}", "int takes min and max, not size"),
        ("/{x:uuid(min=1)}", "uuid takes no arguments, not min"),
        ("/{x:int(min=5, max=1)}", "nothing lies between"),
        ("/{x:int(min=0.5)}", "int takes only"),
        ("/{x:slug(min=-1)}", "slug takes only lengths"),
        ("/{x:slug(max=0)}", "nothing lies between"),
        ("/{x:string(max=99999999999999999999999)}", "64 bits"),
    ],
)
def test_converters_that_can_t_be(path, problem):
    with pytest.raises(RegistrationError, match=problem):
        parameter(path)


@pytest.mark.parametrize(
    ("annotation", "taken", "refused"),
    [
        (Annotated[int, msgspec.Meta(ge=1, le=3)], ["1", "3"], ["0", "4"]),
        (Annotated[int, msgspec.Meta(gt=1, lt=3)], ["2"], ["1", "3"]),
        (Annotated[float, msgspec.Meta(ge=0.5)], ["0.5"], ["0.4"]),
        (Annotated[str, msgspec.Meta(min_length=2, max_length=3)], ["ab", "abc"], ["a", "abcd"]),
        (Annotated[int, msgspec.Meta(ge=1), msgspec.Meta(ge=3)], ["3"], ["2"]),
        (Annotated[int, msgspec.Meta(ge=1)] | bool, ["1", "true"], ["0"]),
    ],
)
def test_constraints(annotation, taken, refused):
    made = parameter("/{x}", annotation)
    for text in taken:
        made.convert(text)
    for text in refused:
        with pytest.raises(ValueError, match="is no x"):
            made.convert(text)


def test_what_is_known_of_an_alternative():
    """It is what an API description needs."""
    made = Converters().parameter(parse_path("/{x:int(min=1)}").placeholders[0], int)
    (alternative,) = made.alternatives
    assert alternative[:2] == ("int", int)
    assert (alternative.minimum, alternative.maximum, alternative.choices) == (1, None, None)
    assert parameter("/{x}", Color).alternatives[0].choices == {
        "red": Color.RED,
        "blue": Color.BLUE,
    }
