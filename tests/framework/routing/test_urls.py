"""URLs of endpoints, and that they lead back."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre._core import Parameter, Routes
from pyre.framework.paths import parse_path
from pyre.framework.urls import build_url
from support.examples import many_examples

from .generated import added, converters, row, tables_with_requests
from .tables import Row, add, parameters, table


class Color(Enum):
    RED = "red"


def url(path: str, annotations: dict[str, object] | None = None, **values: object) -> str:
    template = parse_path(path)
    return build_url(template, parameters(template, annotations or {}), values)


@pytest.mark.parametrize(
    ("path", "values", "expected"),
    [
        ("/", {}, "/"),
        ("/a/", {}, "/a/"),
        ("/a%2Fb/caf%C3%A9/é", {}, "/a%2Fb/caf%C3%A9/%C3%A9"),
        ("/{a}/{b}", {"b": "2", "a": "1"}, "/1/2"),
        ("/{a}", {"a": "a/b c%?#"}, "/a%2Fb%20c%25%3F%23"),
        ("/{a}", {"a": "!$&'()*+,;=:@-._~"}, "/!$&'()*+,;=:@-._~"),
        ("/{a}", {"a": "é\0"}, "/%C3%A9%00"),
        ("/{a:path}/x", {"a": "b/c d//"}, "/b/c%20d///x"),
        ("/{a:int}", {"a": -(10**30)}, f"/-1{'0' * 30}"),
        ("/{a:float}", {"a": 1}, "/1.0"),
        ("/{a:float}", {"a": 1e16}, "/1e+16"),
        ("/{a:decimal}", {"a": Decimal("1E+3")}, "/1000"),
        ("/{a:bool}", {"a": True}, "/true"),
        ("/{a:date}", {"a": date(2024, 2, 29)}, "/2024-02-29"),
        ("/{a:datetime}", {"a": datetime(2024, 2, 29, tzinfo=UTC)}, "/2024-02-29T00:00:00+00:00"),
    ],
)
def test_what_is_built(path, values, expected):
    assert url(path, **values) == expected


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (Color, Color.RED, "/red"),
        (Literal[1, True], True, "/true"),
        (Literal[1, True], 1, "/1"),
        (int | str, 5, "/5"),
        (Decimal | float, 0.3, "/0.3e0"),
        (Decimal | float, 0.5, "/0.5"),
        (Decimal | float, 1e300, "/1e+300"),
        (int | str, "a", "/a"),
        (Literal["me"] | UUID, UUID(int=0), "/00000000-0000-0000-0000-000000000000"),
    ],
)
def test_what_is_built_of_annotated_values(annotation, value, expected):
    assert url("/{a}", {"a": annotation}, a=value) == expected


@pytest.mark.parametrize(
    ("path", "annotation", "value", "problem"),
    [
        ("/{a}", str, "", "is no a"),
        ("/{a}", str, ".", "clients remove"),
        ("/{a}", str, "..", "clients remove"),
        ("/{a}", str, 5, "it is a str, not 5"),
        ("/{a:slug}", str, "A", "is no a"),
        ("/{a:string(max=2)}", str, "abc", "is no a"),
        ("/{a:path}", str, "b/../c", "clients remove"),
        ("/{a:path}", str, "/b", "first segment would be empty"),
        ("/{a:path}", str, "", "is no a"),
        ("/{a:int}", int, "5", "it is an int"),
        ("/{a:int}", int, True, "it is an int"),
        ("/{a:int(max=5)}", int, 6, "is no a"),
        ("/{a:float}", float, float("nan"), "is no a"),
        ("/{a:float}", float, float("inf"), "is no a"),
        ("/{a:float}", float, "1", "it is a float"),
        ("/{a:decimal}", Decimal, Decimal("NaN"), "is no a"),
        ("/{a:decimal}", Decimal, 0.5, "it is a Decimal"),
        ("/{a:bool}", bool, 1, "it is a bool"),
        ("/{a:uuid}", UUID, "x", "it is a UUID"),
        ("/{a:date}", date, datetime(2024, 1, 1, tzinfo=UTC), "it is a date"),
        ("/{a:datetime}", datetime, date(2024, 1, 1), "it is a datetime"),
        (
            "/{a:datetime}",
            datetime,
            datetime(2024, 1, 1, tzinfo=timezone(timedelta(seconds=1))),
            "is no a",
        ),
        ("/{a}", Color, "green", "it is one of"),
        ("/{a}", int | str, "5", "'5' would be read as 5"),
    ],
)
def test_values_that_would_not_lead_back(path, annotation, value, problem):
    with pytest.raises(ValueError, match=problem):
        url(path, {"a": annotation}, a=value)


def test_values_that_are_missing_or_unknown():
    with pytest.raises(KeyError, match=r"/\{a\}/\{b\} needs a value for 'b'"):
        url("/{a}/{b}", a="1")
    with pytest.raises(ValueError, match=r"/\{a\} has no 'c'"):
        url("/{a}", a="1", c="2")


VALUES = {
    "string": st.text(min_size=1).filter(lambda text: text not in {".", ".."}),
    "int": st.integers(-(10**4000), 10**4000),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "uuid": st.uuids(),
    "date": st.dates(),
    "datetime": st.datetimes(
        timezones=st.none() | st.integers(-1439, 1439).map(lambda n: timezone(timedelta(minutes=n)))
    ),
    "path": st.lists(st.text(), min_size=1)
    .map("/".join)
    .filter(lambda text: text[:1] not in {"", "/"} and not {".", ".."} & set(text.split("/"))),
}


@pytest.mark.parametrize("converter", VALUES)
@given(data=st.data())
def test_every_value_leads_back(converter, data):
    value = data.draw(VALUES[converter])
    path = f"/x/{{a:{converter}}}/y"
    made = url(path, a=value)
    assert made.isascii()
    endpoint, values = table(Row(path, "it")).find("GET", made.encode())
    assert (endpoint, values, type(values[0])) == ("it", (value,), type(value))


def has_no_url(value: object) -> bool:
    """What peers may write, and no client does: segments that are removed, ``%2F`` in front."""
    return isinstance(value, str) and (
        value.startswith("/") or bool({".", ".."} & set(value.split("/")))
    )


def is_hidden_by_a_choice(value: object, parameter: Parameter) -> bool:
    """``Literal["6ba7b810-…"] | UUID``: peers may write the UUID in capitals, no URL is of that."""
    texts = (alternative.choices or {} for alternative in parameter.alternatives)
    return isinstance(value, UUID) and any(str(value) in choices for choices in texts)


@many_examples(300)
@given(tables_with_requests())
def test_what_was_found_leads_back(generated):
    candidates, asked = generated
    builder, kept, _ = added(candidates)
    everything = builder.table()
    for method, raw_path in asked:
        index, values = everything.find(method, raw_path)
        if index is None:
            continue
        alone, own = Routes(), converters()
        declared = row(kept[index], "it")
        its_parameters = add(alone, declared, own)
        template = parse_path(declared.path)
        named = dict(zip(template.names, values, strict=True))
        if any(has_no_url(value) for value in values):
            continue
        if any(map(is_hidden_by_a_choice, values, its_parameters)):
            with pytest.raises(ValueError, match="would be read as"):
                build_url(template, its_parameters, named)
            continue
        made = build_url(template, its_parameters, named)
        assert alone.table().find(kept[index].methods[0], made.encode()) == ("it", values)
