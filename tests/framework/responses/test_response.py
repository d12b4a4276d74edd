"""Responses whose content is there already."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

import msgspec
import pydantic
import pytest
from pyre import psgi
from pyre.framework.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    encoding,
)

from framework.responses.exchange import get


class Book(msgspec.Struct):
    title: str
    written: datetime


class Model(pydantic.BaseModel):
    name: str
    at: datetime


@pytest.mark.parametrize(
    ("body", "content_type", "content"),
    [
        (None, None, b""),
        ("é", "text/plain; charset=utf-8", "é".encode()),
        (b"\0", "application/octet-stream", b"\0"),
        (bytearray(b"a"), "application/octet-stream", b"a"),
        (memoryview(b"a"), "application/octet-stream", b"a"),
        (["a", b"b"], None, b"ab"),
    ],
)
def test_bodies(body: psgi.Body, content_type: str | None, content: bytes) -> None:
    answer = get(Response(body))
    assert (answer.status, answer["content-type"], answer.content) == (200, content_type, content)


def test_status_and_headers() -> None:
    answer = get(Response("a", status=201, headers={"X-A": "1"}))
    assert answer.status == 201
    assert answer["x-a"] == "1"


def test_a_content_type_that_is_given() -> None:
    assert get(Response("a", content_type="text/css"))["content-type"] == "text/css"
    for kind in (Response, PlainTextResponse, HTMLResponse, JSONResponse):
        answer = get(kind("a", headers={"Content-Type": "text/css"}))
        assert answer["content-type"] == "text/css"


def test_everything_may_be_changed_until_it_is_sent() -> None:
    response = Response("a")
    response.status = 404
    response.body = "b"
    response.headers["x-a"] = "1"
    answer = get(response)
    assert (answer.status, answer.content, answer["x-a"]) == (404, b"b", "1")


@pytest.mark.parametrize("status", [0, 100, 199, 1000, -1])
def test_statuses_that_are_none(status: int) -> None:
    with pytest.raises(ValueError, match=f"200 to 999, and not {status}"):
        Response(status=status)


def test_a_status_of_the_standard_library() -> None:
    response = Response(status=HTTPStatus.CREATED)
    assert get(response).status == 201
    assert repr(response) == "<Response 201>"


@pytest.mark.parametrize("body", [{}, 5, object()])
def test_what_is_no_body(body: object) -> None:
    with pytest.raises(TypeError, match=f"{type(body).__name__} is no body.*JSONResponse"):
        Response(body)


def test_text_and_html() -> None:
    assert get(PlainTextResponse("<a>"))["content-type"] == "text/plain; charset=utf-8"
    answer = get(HTMLResponse("<a>", status=500))
    assert answer["content-type"] == "text/html; charset=utf-8"
    assert (answer.status, answer.content) == (500, b"<a>")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, None, "é"]}, '{"a":[1,null,"é"]}'),
        ([], "[]"),
        (None, "null"),
        ("text", '"text"'),
        (UUID(int=0), '"00000000-0000-0000-0000-000000000000"'),
        (
            Book("Faust", datetime(1808, 1, 1, tzinfo=UTC)),
            '{"title":"Faust","written":"1808-01-01T00:00:00Z"}',
        ),
        (
            [Model(name="é", at=datetime(1808, 1, 1, tzinfo=UTC))],
            '[{"name":"é","at":"1808-01-01T00:00:00Z"}]',
        ),
    ],
)
def test_json(value: object, text: str) -> None:
    answer = get(JSONResponse(value, status=201))
    assert answer["content-type"] == "application/json"
    assert (answer.status, answer.content.decode()) == (201, text)


def test_what_can_not_be_json_is_an_error_where_the_response_is_made() -> None:
    with pytest.raises(TypeError, match=r"type dict can't be sent as JSON.*Connection"):
        JSONResponse({"a": Connection()})


class Connection:
    pass


def test_without_msgspec_only_json_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_encode", None)
    assert get(Response("a")).content == b"a"
    with pytest.raises(ImportError, match=r"pip install 'pyre-http\[framework\]'"):
        JSONResponse(5)


def test_json_is_what_others_read() -> None:
    assert json.loads(get(JSONResponse({"a": 1.5})).content) == {"a": 1.5}
