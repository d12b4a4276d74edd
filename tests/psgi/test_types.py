"""The types that every host shares: they need none."""

import pytest
from pyre import psgi


def test_version() -> None:
    assert psgi.VERSION == "1.0"


def test_response_defaults() -> None:
    response = psgi.Response()
    assert (response.status, list(response.headers)) == (200, [])
    assert response.body is None
    assert response.trailers is None


def test_response_arguments() -> None:
    headers = [("a", "b")]
    response = psgi.Response(404, headers, b"body", trailers=list)
    assert response.status == 404
    assert response.headers is headers
    assert response.body == b"body"
    assert response.trailers is list


def test_response_arguments_by_name() -> None:
    response = psgi.Response(status=201, headers={"a": "b"}, body="body")
    assert (response.status, response.headers, response.body) == (201, {"a": "b"}, "body")


def test_trailers_are_given_by_name_only() -> None:
    with pytest.raises(TypeError):
        psgi.Response(200, [], None, list)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("status", 404), ("headers", [("a", "b")]), ("body", "body"), ("trailers", list)],
)
def test_attributes_may_be_changed(attribute: str, value: object) -> None:
    response = psgi.Response()
    setattr(response, attribute, value)
    assert getattr(response, attribute) == value


def test_what_a_response_has_is_not_shared() -> None:
    first, second = psgi.Response(), psgi.Response()
    first.status = 404
    first.headers = [("a", "b")]
    assert (second.status, list(second.headers)) == (200, [])


def test_disconnected_is_an_os_error() -> None:
    assert issubclass(psgi.Disconnected, OSError)


def test_body_error_has_a_status() -> None:
    assert issubclass(psgi.BodyError, Exception)
    assert not issubclass(psgi.BodyError, OSError)
    assert psgi.BodyError(413).status == 413


@pytest.mark.parametrize("arguments", [(), (1,), (0, 2), (1, 0)])
def test_file_takes_offset_and_count(arguments: tuple[int, ...]) -> None:
    assert isinstance(psgi.File(__file__, *arguments), psgi.File)


def test_file_takes_offset_and_count_by_name() -> None:
    assert isinstance(psgi.File(__file__, offset=1, count=2), psgi.File)


def test_adapters_make_what_the_other_one_takes() -> None:
    def app(_request: psgi.Request) -> psgi.Response:
        return psgi.Response()

    adapted = psgi.from_asgi(psgi.to_asgi(app))
    assert hasattr(adapted, "__psgi__")
    assert hasattr(adapted, "__psgi_lifespan__")
