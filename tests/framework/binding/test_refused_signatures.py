"""What can't be bound is refused at registration: where, what, why, and what to write."""

import dataclasses
import functools
import inspect
import re
import typing
from typing import Annotated, Any, Literal, NewType, TypeVar

import annotated_types
import msgspec
import pydantic
import pytest
from pyre import psgi
from pyre.framework.binding import Body, Cookie, Form, Header, Query

from framework.binding import postponed
from framework.binding.memory import Request, UploadFile, WebSocket, refusal

ItemT = TypeVar("ItemT")
Octets = NewType("Octets", bytes)


class Item(msgspec.Struct):
    name: str


class Nested(msgspec.Struct):
    item: Item


class Unreadable(msgspec.Struct):
    value: complex


class Unresolved(msgspec.Struct):
    value: "Nowhere"  # noqa: F821 - it is what this is about


@dataclasses.dataclass
class Page:
    number: int


class MyRequest(Request):
    pass


class Text(str):
    __slots__ = ()


def endpoint_for(annotation, *default):
    def endpoint(it):
        return it

    endpoint.__annotations__["it"] = annotation
    endpoint.__defaults__ = default
    return endpoint


def test_a_refusal_says_where():
    def endpoint(good: int, bad: object):
        return good, bad

    line = inspect.getsourcelines(endpoint)[1]
    assert refusal(endpoint).startswith(
        f"{__file__}:{line}: test_a_refusal_says_where.<locals>.endpoint(): parameter 'bad': "
    )


def test_a_refusal_looks_through_decorators():
    def endpoint(bad):
        return bad

    @functools.wraps(endpoint)
    def wrapper(*arguments):
        return endpoint(*arguments)

    line = inspect.getsourcelines(endpoint)[1]
    for function in (wrapper, functools.partial(wrapper)):
        assert refusal(function).startswith(f"{__file__}:{line}: ")


JSON_ADVICE = r"If it is the JSON body, write Annotated\[.*, Body\(\)\]"

REFUSED = [
    (object, f"text does not become object. {JSON_ADVICE}"),
    (Any, f"text does not become .*Any. {JSON_ADVICE}"),
    (dict[str, int], rf"text does not become dict\[str, int\]. {JSON_ADVICE}"),
    (list[Item], f"text does not become Item. {JSON_ADVICE}"),
    (list[list[int]], rf"text does not become list\[int\]. {JSON_ADVICE}"),
    (list, r"list does not say of what: write list\[str\]"),
    (set | None, r"set does not say of what: write set\[str\]"),
    (tuple[()], "does not say of what"),
    (Item | int, f"text does not become Item. {JSON_ADVICE}"),
    (bytes, r"text does not become bytes. Take a Request, and `await request.body.read\(\)`"),
    (Octets, "text does not become bytes"),
    (Text, "text does not become Text"),
    (ItemT, "text does not become ~ItemT"),
    (None, "text does not become None"),
    (MyRequest, "Nothing makes a MyRequest: take the class of the framework"),
    (psgi.Request, "text does not become Request"),
    (WebSocket, "this endpoint answers requests: take a Request, or make it a WebSocket's"),
    (Literal[b"a"], "has no text"),
    (Annotated[str, Query], r"a marker is an object: write Query\(\), and not Query"),
    (Annotated[str, Query(), Header()], "it can't be both Query and Header: keep one marker"),
    (Annotated[Request, Query()], "Request is given as it is: remove the marker"),
    (Annotated[UploadFile, Query()], r"only a form holds files: Form\(\)"),
    (Annotated[list[UploadFile], Header()], r"only a form holds files: Form\(\)"),
    (Annotated[list[str], Cookie()], "a cookie has one value, which is no collection"),
    (Annotated[str, Header("a b")], "'a b' is no name of a header: give it one by alias"),
    (Annotated[str, Cookie("a=b")], "'a=b' is no name of a cookie"),
    (Annotated[str, Cookie("")], "'' is no name of a cookie"),
    (Annotated[Item, Query("q")], "the fields of a model have names of their own"),
    (Annotated[Nested, Query()], "text does not become Item"),
    (Annotated[Unresolved, Query()], "'Nowhere' is not defined"),
    (Annotated[dict[str, int], Form()], "text does not become dict"),
    (Annotated[bytes, Form()], "text does not become bytes"),
    (
        Annotated[int, annotated_types.Ge(1)],
        "of annotated_types would not be obeyed: write msgspec.Meta",
    ),
    (Annotated[int, pydantic.Field(ge=1)], "of pydantic would not be obeyed"),
    (Annotated[int, msgspec.Meta(max_length=1)], "Can only set `max_length`"),
    (Unreadable, "Unreadable can't be read from JSON: msgspec does not know complex"),
    (Unresolved, "Unresolved can't be read from JSON: name 'Nowhere' is not defined"),
    (Item | Page, "can't be read from JSON: Type unions may not contain more than one"),
    (Annotated[complex, Body()], "complex.* can't be read from JSON"),
    (Annotated[typing.LiteralString, Body()], "can't be read from JSON"),
    ("Nowhere", "its annotation 'Nowhere' can't be evaluated: name 'Nowhere' is not defined"),
    ("list[Nowhere]", "'Nowhere' is not defined"),
    ("1 +", "its annotation '1 \\+' can't be evaluated"),
    ("int.nothing", "its annotation 'int.nothing' can't be evaluated"),
]


@pytest.mark.parametrize(("annotation", "reason"), REFUSED, ids=lambda value: str(value)[:60])
def test_annotations_that_are_refused(annotation, reason):
    assert re.search(f"parameter 'it': .*{reason}", refusal(endpoint_for(annotation)))


def test_a_default_does_not_help():
    assert "text does not become object" in refusal(endpoint_for(object, None))


def test_no_annotation():
    def endpoint(request):
        return request

    assert "it has no annotation, and no placeholder of the path has its name" in refusal(endpoint)


@pytest.mark.parametrize("default", [Query("q"), Header(), Query], ids=str)
def test_a_marker_as_default(default):
    name = getattr(default, "__name__", type(default).__name__)
    reason = f"{name}() is no default: it belongs into the annotation, as Annotated[str, {name}()]"
    assert reason in refusal(endpoint_for(str, default))


def test_parameters_that_take_anything():
    def positional(*it: int):
        return it

    def named(**it: int):
        return it

    for function in (positional, named):
        assert "decorate that with functools.wraps" in refusal(function)


def test_a_placeholder_with_a_marker():
    reason = "it is a placeholder of the path, and Query() says another place"
    assert reason in refusal(endpoint_for(Annotated[int, Query()]), ["it"])


def test_two_bodies():
    def endpoint(first: Item, second: Page):
        return first, second

    assert "parameter 'second': 'first' is the JSON body already" in refusal(endpoint)


def test_a_body_and_a_form():
    def endpoint(name: Annotated[str, Form()], item: Item):
        return name, item

    assert "parameter 'item': a request has a JSON body or a form" in refusal(endpoint)


def test_names_for_type_checkers_only():
    for function, name in ((postponed.unknown, "Number"), (postponed.unknown_request, "Request")):
        reason = refusal(function)
        assert f"name '{name}' is not defined" in reason
        assert "Import the name outside of `if TYPE_CHECKING:`" in reason


def test_a_class_in_a_function():
    assert "a class that is defined in a function has to move" in refusal(postponed.local())


def test_a_method_without_parameters():
    def method():
        pass

    def keyword(*, self: int):
        return self

    for function in (method, keyword):
        reason = refusal(function, skip_first=True)
        assert reason.endswith("a method begins with the parameter `self`")


def test_what_has_no_signature():
    assert "the signature can't be read" in refusal(dict)


def test_a_websocket_endpoint():
    def without(room: str):
        return room

    def with_body(websocket: WebSocket, item: Item):
        return websocket, item

    def with_form(websocket: WebSocket, name: Annotated[str, Form()]):
        return websocket, name

    assert "add a parameter `websocket: WebSocket`" in refusal(without, ["room"], websocket=True)
    for function in (with_body, with_form):
        assert "a WebSocket handshake has no content" in refusal(function, websocket=True)
