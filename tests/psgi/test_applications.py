"""How an application is called: section 1."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from support.client import encoded
from support.scenarios import open_gate, reported
from support.server import Server

from psgi.asking import Leave, begun, sign, value_in
from psgi.hosts import Host
from psgi.log import Log

APP = "psgi_applications:app"


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("coroutine_function", b"coroutine function: body"),
        ("plain_function", b"plain function: POST"),
        ("plain_site", b"plain object: POST"),
        ("both", b"object: body"),
        ("bound_method", b"bound method: body"),
        ("callable_object", b"callable: body"),
        ("partial_function", b"partial: body"),
    ],
)
def test_forms(host: Host, attribute: str, expected: bytes) -> None:
    with host.serve(f"psgi_forms:{attribute}") as server, server.connect() as connection:
        for _ in range(3):
            assert connection.request("POST /", b"body").body == expected


@pytest.mark.parametrize("kind", ["coroutine", "task", "future", "done future", "awaitable"])
def test_awaitables(server: Server, kind: str) -> None:
    assert value_in(server.request(f"GET /returns-{kind.replace(' ', '-')}")) == kind


@pytest.mark.parametrize("name", ["plain-visit", "visit-at-once", "visit-after-a-while"])
def test_each_request_has_a_context_of_its_own(server: Server, name: str) -> None:
    with server.connect() as connection:
        for number in range(3):
            assert value_in(connection.request(f"GET /{name}?{number}")) == "nobody"
        connection.send(b"".join(encoded(f"GET /{name}?{number}") for number in range(3)))
        for _ in range(3):
            assert value_in(connection.read_response()) == "nobody"


def test_contexts_of_requests_at_the_same_time(server: Server) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda name: value_in(server.request(f"GET /meet?{name}")), ["one", "two"])
        assert list(found) == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("current-task", [True, True, True]),
        ("current-task-after-a-while", True),
        ("timeout", "timed out"),
        ("timeout-that-is-not-needed", "in time"),
        ("task-group", [0, 1, 2]),
        ("task-group-that-fails", "the error of the child"),
        ("cancel-scope", True),
        ("cancels-itself", 0),
        ("worker-thread", [True, False]),
        ("plain-thread", [True, True]),
    ],
)
def test_asyncio_works(server: Server, name: str, expected: object) -> None:
    """Twice on one connection: the second one may run in the task of the first."""
    with server.connect() as connection:
        assert value_in(connection.request(f"GET /{name}")) == expected
        assert value_in(connection.request(f"GET /{name}")) == expected


def test_a_task_that_is_kept_is_done_and_not_used_again(server: Server) -> None:
    with server.connect() as connection:
        for number in range(4):
            before, distinct = value_in(connection.request("GET /keep-task"))
            assert before == [True] * number
            assert distinct == number + 1


def test_a_task_that_was_named_is_not_used_again(server: Server) -> None:
    with server.connect() as connection:
        for number in range(4):
            assert value_in(connection.request(f"GET /name-task?{number}")) is False


def test_callbacks_of_a_task_are_called_when_the_request_is_over(server: Server) -> None:
    with server.connect() as connection:
        for name in (sign(), sign()):
            assert connection.request(f"GET /call-back?{name}").status == 200
            assert reported(server, name) == "done"


@pytest.mark.parametrize(
    "name", ["raises-before", "raises-at-once", "raises-after-a-while", "raises-in-a-group"]
)
def test_exceptions_are_500_and_logged_with_the_request_line(
    server: Server, log: Log, name: str
) -> None:
    message = sign()
    with server.connect() as connection:
        response = connection.request(f"GET /{name}?{message}")
    assert response.status == 500
    assert message.encode() not in response.body
    assert b"Traceback" not in response.body
    log.expect(f"ExpectedError: {message}", f"GET /{name}?{message}", "psgi_applications.py")


@pytest.mark.parametrize("name", ["exits-before", "exits-at-once", "exits-after-a-while"])
def test_a_request_does_not_end_the_host(server: Server, log: Log, name: str) -> None:
    message = sign()
    with server.connect() as connection:
        assert connection.request(f"GET /{name}?{message}").status == 500
    log.expect(f"SystemExit: {message}", f"GET /{name}?{message}")
    assert server.request("GET /current-task").status == 200


def test_the_host_goes_on_after_an_exception(server: Server, log: Log) -> None:
    message = sign()
    assert server.request(f"GET /raises-at-once?{message}").status == 500
    log.expect(f"ExpectedError: {message}")
    assert server.request("GET /current-task").status == 200


def test_an_application_is_not_cancelled_when_the_peer_leaves(server: Server, leave: Leave) -> None:
    connection = begun(server, "GET /not-cancelled")
    reported(server, "begun")
    leave(connection)
    open_gate(server, "not-cancelled")
    assert reported(server, "not-cancelled") == "went on"


def test_requests_of_one_connection_are_called_in_order(server: Server) -> None:
    """The next one is answered after the first, whatever it waits for."""
    with server.connect() as connection:
        connection.send(encoded("GET /not-cancelled") + encoded("GET /timeout"))
        reported(server, "begun")
        open_gate(server, "not-cancelled")
        assert value_in(connection.read_response()) == "to nobody"
        assert value_in(connection.read_response()) == "timed out"
    assert reported(server, "not-cancelled") == "went on"
