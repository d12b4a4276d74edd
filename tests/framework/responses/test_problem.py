"""Errors as problem details (RFC 9457)."""

import json

import pytest
from pyre.framework.errors import FieldError, HTTPError
from pyre.framework.responses import problem

from framework.responses.exchange import get


def test_a_status_alone() -> None:
    answer = get(problem(HTTPError(404)))
    assert answer.status == 404
    assert answer["content-type"] == "application/problem+json"
    assert json.loads(answer.content) == {"title": "Not Found", "status": 404}


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (413, "Content Too Large"),
        (414, "URI Too Long"),
        (416, "Range Not Satisfiable"),
        (422, "Unprocessable Content"),
        (499, "Client Error"),
        (599, "Server Error"),
    ],
)
def test_the_title_does_not_depend_on_the_version_of_python(status: int, title: str) -> None:
    assert json.loads(get(problem(HTTPError(status))).content)["title"] == title


def test_all_there_is_to_say() -> None:
    errors = [FieldError("query", "page", "must be a number"), FieldError("body", "#/a", "missing")]
    error = HTTPError(400, "Two fields are wrong.", errors=errors)
    assert json.loads(get(problem(error)).content) == {
        "title": "Bad Request",
        "status": 400,
        "detail": "Two fields are wrong.",
        "errors": [
            {"source": "query", "name": "page", "detail": "must be a number"},
            {"source": "body", "name": "#/a", "detail": "missing"},
        ],
    }


def test_the_headers_of_the_error() -> None:
    answer = get(problem(HTTPError(405, headers=[("Allow", "GET"), ("x-a", "1")])))
    assert (answer["allow"], answer["x-a"]) == ("GET", "1")


@pytest.mark.parametrize("detail", ["é", "\ud800", '"\\\r\n\0'])
def test_any_text(detail: str) -> None:
    assert json.loads(get(problem(HTTPError(400, detail))).content)["detail"] == detail
