"""What ``receive`` gives exactly: where the specification leaves a choice, this is ours."""

import ast
from collections.abc import Iterator

import pytest
from support.client import encoded
from support.server import Launcher, Server


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("bodies:app") as server:
        yield server


@pytest.mark.parametrize(
    ("head", "fields", "body"),
    [
        ("GET", (), b""),
        ("POST", (), b""),
        ("POST", ("Content-Length: 0",), b""),
        ("POST", ("Content-Length: 5",), b"hello"),
    ],
)
def test_body_that_is_there_comes_in_one_message_with_all_keys(
    server: Server, head: str, fields: tuple[str, ...], body: bytes
) -> None:
    with server.connect() as connection:
        connection.send(encoded(f"{head} /first-message", b"", *fields) + body)
        message = ast.literal_eval(connection.read_response().body.decode())
    assert message == {"type": "http.request", "body": body, "more_body": False}


def test_part_of_a_chunk_is_given_as_it_arrives(server: Server) -> None:
    with server.connect() as connection:
        chunked = "Transfer-Encoding: chunked"
        connection.send(encoded("POST /piece-by-piece", b"", chunked) + b"3\r\nt")
        response = connection.open_response()
        assert response.read_some() == b"t"
        connection.send(b"wo\r\n0\r\n\r\n")
        assert response.read().body == b"wo"
