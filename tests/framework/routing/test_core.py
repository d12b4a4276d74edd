"""What ``Routes``, ``RouteTable`` and ``Parameter`` promise besides finding routes."""

import gc
import weakref
from types import SimpleNamespace

import pytest
from pyre._core import Parameter, RouteConflict, Routes
from pyre.framework.alternatives import BUILT_IN, Alternative

from .tables import Row, add, parse_path, paths, table
from .tables import parameters as parameters_of

STRING = BUILT_IN["string"].alternative({})


def test_a_table_does_not_change():
    routes = Routes()
    add(routes, Row("/a", "a"))
    before = routes.table()
    add(routes, Row("/b", "b"))
    add(routes, Row("/a", "post", ["POST"]))
    assert before.find("GET", b"/b") == (None, ())
    assert before.find("POST", b"/a") == (None, ("GET", "HEAD", "OPTIONS"))
    assert routes.table().find("GET", b"/b") == ("b", ())


def test_an_empty_table_knows_nothing():
    assert Routes().table().find("GET", b"/") == (None, ())


@pytest.mark.parametrize(
    ("segments", "methods", "names", "problem"),
    [
        ([], ["GET"], [], "at least one segment"),
        (["a"], [], [], "at least one method"),
        (["a"], ["get"], [], '"get" is no method'),
        (["a"], [""], [], "is no method"),
        (["a"], ["G ET"], [], "is no method"),
        (["a"] * 256, ["GET"], [], "at most 255 segments"),
        (["a"], ["GET"], ["x"], 'named "x"'),
        ([Parameter("x", [STRING])], ["GET"], ["x", "x"], "asked for twice"),
        (
            [Parameter(name, [BUILT_IN["path"].alternative({})]) for name in "ab"],
            ["GET"],
            [],
            "path",
        ),
    ],
)
def test_what_is_no_route(segments, methods, names, problem):
    with pytest.raises(ValueError, match=problem):
        Routes().add(segments, methods, "it", names)


@pytest.mark.parametrize("segment", [None, b"a", 1])
def test_what_is_no_segment(segment):
    with pytest.raises(TypeError, match="a segment is a str or a Parameter"):
        Routes().add([segment], ["GET"], "it", [])


@pytest.mark.parametrize(
    ("alternatives", "problem"),
    [
        ([], "one alternative is needed"),
        ([STRING._replace(converter="path"), STRING], "a path is no alternative"),
        ([STRING._replace(converter="regex")], 'no converter "regex"'),
        ([STRING._replace(minimum=-1)], "string takes only lengths"),
        ([STRING._replace(minimum=1.5)], "string takes only lengths"),
        ([STRING._replace(minimum=5, maximum=4)], "nothing lies between"),
        ([BUILT_IN["float"].alternative({"max": float("nan")})], "finite"),
        ([BUILT_IN["int"].alternative({"max": 0.5})], "int takes only"),
        ([BUILT_IN["uuid"].alternative({})._replace(minimum=1)], "neither min nor max"),
    ],
)
def test_what_is_no_parameter(alternatives, problem):
    with pytest.raises(ValueError, match=problem):
        Parameter("x", alternatives)


@pytest.mark.parametrize("bound", ["1", 2**70])
def test_bounds_are_numbers(bound):
    with pytest.raises(TypeError, match="a bound is a float or an int of up to 64 bits"):
        Parameter("x", [STRING._replace(minimum=bound)])


def test_a_parameter_converts_as_a_table_does():
    (parameter,) = parameters_of(parse_path("/{x}"), {"x": int | bool})
    assert (parameter.name, len(parameter.alternatives)) == ("x", 2)
    assert parameter.convert("5") == 5
    assert parameter.convert("true") is True
    for text in ("", "a", "007"):
        with pytest.raises(ValueError, match="is no x"):
            parameter.convert(text)


def test_requests_that_are_not_the_server_s():
    routes = paths("/a/{x:int}")
    assert routes.find_for(SimpleNamespace(method="GET", raw_path=b"/a/5")) == ("/a/{x:int}", (5,))
    assert routes.find_for(SimpleNamespace(method="PUT", raw_path=b"/b")) == (None, ())
    with pytest.raises(AttributeError, match="raw_path"):
        routes.find_for(SimpleNamespace(method="GET"))
    with pytest.raises(TypeError):
        routes.find_for(SimpleNamespace(method="GET", raw_path="/a/5"))


class Endpoint:
    """Something that can be watched, and that holds what holds it."""

    def to_python(self, text: str) -> object:
        return text, self


def held_by_routes(endpoint):
    endpoint.routes = Routes()
    add(endpoint.routes, Row("/a", endpoint))


def held_by_a_table(endpoint):
    endpoint.table = table(Row("/a", endpoint))


def held_by_a_converter(endpoint):
    own = Alternative("own", None, str, order=0, to_python=endpoint.to_python)
    parameter = Parameter("x", [own])
    routes = Routes()
    routes.add([parameter], ["GET"], "it", [])
    endpoint.table, endpoint.parameter = routes.table(), parameter


def held_by_choices(endpoint):
    endpoint.parameter = Parameter("x", [STRING._replace(choices={"a": endpoint})])


def held_by_a_conflict(endpoint):
    routes = Routes()
    add(routes, Row("/a", endpoint))
    with pytest.raises(RouteConflict) as raised:
        add(routes, Row("/a", "other"))
    endpoint.conflict = raised.value.with_traceback(None)


@pytest.mark.parametrize(
    "hold",
    [held_by_routes, held_by_a_table, held_by_a_converter, held_by_choices, held_by_a_conflict],
)
def test_circles_are_collected(hold):
    endpoint = Endpoint()
    hold(endpoint)
    watched = weakref.ref(endpoint)
    del endpoint
    gc.collect()
    assert watched() is None
