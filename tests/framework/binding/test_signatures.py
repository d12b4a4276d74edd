"""Signatures of all kinds, and what a plan says of them."""

import functools
import inspect
from typing import Annotated, Optional, get_args

import msgspec
import pytest
from pyre.framework.binding import Body, Cookie, Form, Header, Query, plan

from framework.binding import postponed
from framework.binding.memory import Request, UploadFile, WebSocket, call, json_request


class Item(msgspec.Struct):
    name: str


def show(*arguments, **keywords):
    return arguments, keywords


FIRST = Annotated[int, Query()]


async def everything(  # noqa: PLR0913 - it is what this is about
    first: FIRST,
    request: Request,
    number: int,
    /,
    item: Item,
    limit: int = 10,
    *,
    user_agent: Annotated[str, Header()] = "",
    name: str,
    theme: Annotated[str, Cookie("t")] = "light",
):
    return first, request, number, item, limit, user_agent, name, theme


def test_every_kind_of_parameter():
    request = json_request(b'{"name": "a"}', query="first=1", cookies={"t": "dark"})
    arguments = call(everything, request, {"extra": 1, "name": "n", "number": 5})
    assert list(inspect.getcoroutinelocals(arguments).values()) == [
        1,
        request,
        5,
        Item("a"),
        10,
        "",
        "n",
        "dark",
    ]
    arguments.close()


def test_what_a_plan_says():
    made = plan(everything, ["extra", "name", "number"])
    assert made.path_parameters == ("number", "name")
    assert dict(made.path_annotations) == {"number": int, "name": str}
    assert [(bound.name, bound.source, bound.alias) for bound in made.parameters] == [
        ("first", "query", "first"),
        ("request", "request", "request"),
        ("number", "path", "number"),
        ("item", "body", "item"),
        ("limit", "query", "limit"),
        ("user_agent", "header", "user-agent"),
        ("name", "path", "name"),
        ("theme", "cookie", "t"),
    ]
    assert [bound.name for bound in made.parameters if not bound.is_required] == [
        "limit",
        "user_agent",
        "theme",
    ]
    assert made.parameters[4].default == 10
    assert made.parameters[0].type == FIRST
    assert made.parameters[1].default is inspect.Parameter.empty


def path_only(number: int, name):
    return number, name


def request_then_path(request: Request, number: int):
    return request, number


def path_then_request(number: int, request: Request):
    return number, request


def keyword_path(*, number: int):
    return number


def nothing():
    return ()


def query(limit: int = 1):
    return limit


def body(item: Item):
    return item


def form(name: Annotated[str, Form()]):
    return name


@pytest.mark.parametrize(
    ("function", "path_names", "expected"),
    [
        (nothing, (), "path_only sync"),
        (path_only, ("name", "number"), "path_only sync"),
        (path_only, ("name", "number", "more"), "sync"),
        (keyword_path, ("number",), "sync"),
        (request_then_path, ("number",), "request_then_path request sync"),
        (request_then_path, ("number", "more"), "request sync"),
        (path_then_request, ("number",), "request sync"),
        (query, (), "request sync"),
        (body, (), "request"),
        (form, (), "request"),
    ],
)
def test_shapes_that_need_less(function, path_names, expected):
    made = plan(function, path_names)
    shape = {
        "path_only": made.is_path_only,
        "request_then_path": made.is_request_then_path,
        "request": made.needs_request,
        "sync": made.is_sync,
    }
    assert " ".join(name for name, is_it in shape.items() if is_it) == expected


def test_a_placeholder_may_have_no_annotation():
    made = plan(path_only, ["number", "name"])
    assert made.path_annotations["name"] is inspect.Parameter.empty
    assert call(path_only, path={"name": "a", "number": 1}) == (1, "a")


class Resource:
    class Inner(msgspec.Struct):
        x: int

    def get(self, number: int, limit: int = 1):
        return number, limit

    def __call__(self, limit: int):
        return limit

    @staticmethod
    def put(limit: int):
        return limit


def test_a_method_without_self():
    made = plan(Resource.get, ["number"], skip_first=True)
    assert [bound.name for bound in made.parameters] == ["number", "limit"]
    assert made.arguments_sync(Request("limit=5"), (3,)) == ((3, 5), {})


@pytest.mark.parametrize(
    "function",
    [Resource().get, Resource(), Resource.put, lambda limit=1: limit, Request],
    ids=["bound method", "object", "static method", "lambda", "class"],
)
def test_callables(function):
    if inspect.isclass(function):
        function = functools.partial(function, headers=(), cookies=None, content=b"", form=None)
    elif getattr(function, "__name__", "") == "<lambda>":
        function.__annotations__["limit"] = int
    made = plan(function, ["number", "query"])
    assert "limit" in {bound.name for bound in made.parameters} or made.path_parameters == (
        "query",
    )


def test_what_a_partial_gives_is_not_the_peers_to_change():
    def endpoint(a: int, b: int, c: int = 3, *, d: int = 4):
        return a, b, c, d

    bound = functools.partial(endpoint, 1, c=5)
    assert call(bound, Request("a=9&b=2&c=9&d=6")) == (1, 2, 5, 6)
    assert [parameter.name for parameter in plan(bound, ()).parameters] == ["b", "d"]


def decorated(function):
    @functools.wraps(function)
    def wrapper(*arguments, **keywords):
        return "decorated", function(*arguments, **keywords)

    return wrapper


def test_decorators_are_looked_through_and_called():
    @decorated
    @decorated
    def endpoint(limit: int):
        return limit

    assert call(endpoint, Request("limit=5")) == ("decorated", ("decorated", 5))


def test_a_signature_that_a_decorator_has_set():
    def wrapper(**keywords):
        return keywords

    parameter = inspect.Parameter("limit", inspect.Parameter.KEYWORD_ONLY, annotation=int)
    wrapper.__signature__ = inspect.Signature([parameter])
    assert call(wrapper, Request("limit=5")) == {"limit": 5}


def test_annotations_that_are_strings():
    assert call(postponed.endpoint, Request("limit=5")) == (5, None)
    item = call(postponed.with_body, json_request(b'{"name": "a", "parent": {"name": "b"}}'))
    assert item == postponed.Item("a", postponed.Item("b"))
    assert call(decorated(postponed.endpoint), Request("limit=5"))[1] == (5, None)


def test_a_string_that_names_what_is_in_the_class():
    made = plan(postponed.Resource.get, (), skip_first=True)
    assert get_args(made.parameters[0].type)[0] is postponed.Resource.Filter


def test_a_string_that_names_what_the_function_uses():
    assert call(postponed.enclosed(), Request("limit=5")) == 5


def test_given_by_the_annotation():
    def endpoint(a: Request, b: Request | None, c: Optional["Request"] = None):
        return a, b, c

    request = Request()
    assert call(endpoint, request) == (request, request, request)
    assert [bound.source for bound in plan(endpoint, ()).parameters] == ["request"] * 3


async def talk(websocket: WebSocket, request: Request, room: str, *, limit: int = 1):
    return websocket, request, room, limit


def test_a_websocket():
    made = plan(talk, ["room"], websocket=True)
    assert made.is_sync
    assert not made.is_path_only
    assert not made.is_request_then_path
    request, websocket = Request("limit=5"), WebSocket()
    arguments, keywords = made.arguments_sync(request, ("a",), websocket)
    assert (tuple(arguments), keywords) == ((websocket, request, "a"), {"limit": 5})


def test_a_union_in_somebody_elses_order():
    def first(x: Annotated[int | str, Query()]):
        return x

    def second(x: Annotated[str | int, Query()]):
        return x

    assert call(first, Request("x=1")) == 1
    assert call(second, Request("x=1")) == "1"


def test_markers_are_shown_as_they_are_written():
    assert repr(Header("x-token")) == "Header(alias='x-token')"
    assert repr(Body()) == "Body()"


def test_files_without_a_marker():
    def endpoint(one: UploadFile, several: list[UploadFile]):
        return one, several

    assert [bound.source for bound in plan(endpoint, ()).parameters] == ["form", "form"]
