"""Routes that can't be told apart are refused when they are added."""

from enum import Enum
from typing import Literal

import pytest
from pyre._core import RouteConflict, Routes

from .tables import Row, add


class Color(Enum):
    RED = "red"
    BLUE = "blue"


CONFLICTS = [
    (Row("/a", 1), Row("/a", 2)),
    (Row("/a", 1), Row("/%61", 2)),
    (Row("/{a}", 1), Row("/{b:string}", 2)),
    (Row("/a", 1, ["GET", "POST"]), Row("/a", 2, ["PUT", "POST"])),
    (Row("/{a:path}", 1), Row("/{b:path}", 2)),
    (Row("/{a:path}/x", 1), Row("/{b:path}/x", 2)),
    (Row("/{a:int(min=1, max=5)}", 1), Row("/{a:int(min=5, max=9)}", 2)),
    (Row("/{a:int(min=1)}", 1), Row("/{a:int(max=9)}", 2)),
    (Row("/{a:string(max=5)}/x", 1), Row("/{a:string(max=4)}/{b}", 2)),
    (Row("/{a:string(max=5)}/{b:path}", 1), Row("/{a:string(max=4)}/x/{b}", 2)),
    (Row("/{a:string(max=5)}/{b:path}/x", 1), Row("/{a:string(max=4)}/{b:path}/{c}", 2)),
    (Row("/{a}", 1, annotations={"a": int | str}), Row("/{a}", 2)),
    (Row("/{a}", 1, annotations={"a": int | float}), Row("/{a}", 2, annotations={"a": float})),
    (Row("/{a}", 1, annotations={"a": Literal["red"]}), Row("/{a}", 2, annotations={"a": Color})),
    (Row("/{a:string(max=5)}", 1, ["GET"]), Row("/{a:string(max=4)}", 2, ["HEAD"])),
]


@pytest.mark.parametrize(("one", "other"), CONFLICTS)
def test_routes_that_nothing_tells_apart(one, other):
    for first, second in ((one, other), (other, one)):
        routes = Routes()
        add(routes, first)
        with pytest.raises(RouteConflict) as raised:
            add(routes, second)
        assert raised.value.existing == first.endpoint
        assert isinstance(raised.value, ValueError)


TOLD_APART = [
    (Row("/a", 1), Row("/a/", 2)),
    (Row("/a", 1), Row("/A", 2)),
    (Row("/a", 1, ["GET"]), Row("/a", 2, ["POST"])),
    (Row("/a", 1, ["GET"]), Row("/a", 2, ["HEAD"])),
    (Row("/{a:int}", 1), Row("/{a}", 2)),
    (Row("/{a:int(min=1)}", 1), Row("/{a:int}", 2)),
    (Row("/{a:int(max=4)}", 1), Row("/{a:int(min=5)}", 2)),
    (Row("/{a:path}", 1), Row("/{a:path}/x", 2)),
    (Row("/{a:string(max=5)}/x", 1), Row("/{a:string(max=4)}/y", 2)),
    (Row("/{a:string(max=5)}", 1, ["GET"]), Row("/{a:string(max=4)}", 2, ["POST"])),
    (Row("/{a:string(max=5)}/{b:path}/x", 1), Row("/{a:string(max=4)}/{b:path}/y", 2)),
    (Row("/{a:string(max=5)}/{b:path}", 1), Row("/{a:string(max=4)}/", 2)),
    (Row("/{a:string(max=5)}/{b:path}/x/y", 1), Row("/{a:string(max=4)}/x/y", 2)),
    (Row("/{a}/x", 1, annotations={"a": int | str}), Row("/{a}/{b:int}", 2)),
    (Row("/{a}", 1, annotations={"a": Literal["green"]}), Row("/{a}", 2, annotations={"a": Color})),
    (Row("/{a}", 1, annotations={"a": Color}), Row("/{a:alpha}", 2)),
]


@pytest.mark.parametrize(("one", "other"), TOLD_APART)
def test_routes_that_are_told_apart(one, other):
    for rows in ((one, other), (other, one)):
        routes = Routes()
        for row in rows:
            add(routes, row)


def test_what_was_refused_has_changed_nothing():
    routes = Routes()
    add(routes, Row("/a/{b}", "first", ["POST"]))
    with pytest.raises(RouteConflict, match="same path and method"):
        add(routes, Row("/a/{c}", "second", ["GET", "POST"]))
    with pytest.raises(ValueError, match='no parameter of the path is named "x"'):
        add(routes, Row("/a/{c}", "third", ["PUT"], names=["x"]))
    add(routes, Row("/z", "fourth"))
    table = routes.table()
    assert table.find("GET", b"/a/1") == (None, ("OPTIONS", "POST"))
    assert table.find("GET", b"/z") == ("fourth", ())


def test_the_message_says_where():
    routes = Routes()
    add(routes, Row("/x/{a:int(max=5)}/y", 1))
    with pytest.raises(RouteConflict, match="in segment 2, the parameters"):
        add(routes, Row("/x/{a:int(max=4)}/{b}", 2))
