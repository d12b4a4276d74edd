"""The application runs in a real asyncio task: everything that builds on one works."""

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.client import encoded
from support.scenarios import open_gate, reported, tally
from support.server import Launcher, Server
from support.waiting import wait_for

from asgi.specification import (
    APPLICATIONS,
    ASYNCIO_TASKS,
    ASYNCIO_THREADS,
    CONTEXT_VARIABLES,
    PRACTICE,
    proves,
)


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("tasks:app") as server:
        yield server


@proves(
    CONTEXT_VARIABLES, "each request of a connection begins with a context of its own", PRACTICE
)
def test_context_is_fresh_for_each_request_of_a_connection(server: Server) -> None:
    with server.connect() as connection:
        answers = [connection.request(f"GET /context?{name}").body for name in ("ada", "bob")]
    assert answers == [b"nobody ada", b"nobody bob"]


@proves(CONTEXT_VARIABLES, "each pipelined request begins with a context of its own", PRACTICE)
def test_context_is_fresh_for_each_pipelined_request(server: Server) -> None:
    names = [f"n{number}" for number in range(20)]
    with server.connect() as connection:
        connection.send(b"".join(encoded(f"GET /context?{name}") for name in names))
        answers = [connection.read_response().body.decode() for _ in names]
    assert answers == [f"nobody {name}" for name in names]


@proves(CONTEXT_VARIABLES, "the context of a request survives waiting for the body", PRACTICE)
def test_context_survives_waiting_for_the_body(server: Server) -> None:
    """Two requests wait for their bodies at once, and do not see each other."""
    with server.connect() as one, server.connect() as other:
        one.send(encoded("POST /context?one", b"", "Content-Length: 1"))
        other.send(encoded("POST /context?other", b"", "Content-Length: 1"))
        other.send(b"x")
        assert other.read_response().body == b"nobody other"
        one.send(b"x")
        assert one.read_response().body == b"nobody one"


@proves(ASYNCIO_TASKS, "the application runs in an `asyncio.Task`, one and the same", PRACTICE)
def test_current_task_is_a_task_of_the_loop(server: Server) -> None:
    response = server.request("GET /current-task")
    assert ast.literal_eval(response.body.decode()) == [True, True, True]


@proves(
    ASYNCIO_TASKS, "futures, `gather`, callbacks and threads work in the running loop", PRACTICE
)
def test_loop_is_running(server: Server) -> None:
    response = server.request("GET /running-loop")
    assert ast.literal_eval(response.body.decode()) == ["thread", "soon", "gather"]


@proves(ASYNCIO_TASKS, "a `receive` that times out loses nothing of the body", PRACTICE)
def test_body_comes_whole_after_a_receive_that_timed_out(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /timeout-then-body", b"", "Content-Length: 5"))
        reported(server, "timed-out")
        connection.send(b"hello")
        assert connection.read_response().body == b"hello"
        assert connection.request("POST /task-group", b"next").body == b"next"


@proves(ASYNCIO_TASKS, "a body that arrives together with the timeout is not lost", PRACTICE)
def test_body_that_arrives_in_the_tick_of_the_timeout_is_not_lost(
    server: Server, tmp_path: Path
) -> None:
    flag = tmp_path / "body-is-sent"
    with server.connect() as connection:
        head = encoded(f"POST /timeout-in-the-same-tick?{flag}", b"", "Content-Length: 5")
        connection.send(head)
        response = connection.open_response()
        assert response.read_some() == b"ready"
        connection.send(b"hello")
        flag.touch()
        assert response.read().body == b"hello"


@proves(ASYNCIO_TASKS, "many timeouts lose nothing of a body that arrives meanwhile", PRACTICE)
def test_body_is_not_lost_to_many_timeouts(server: Server) -> None:
    pieces = [bytes([65 + number % 26]) * 1000 for number in range(100)]
    size = sum(map(len, pieces))
    with server.connect() as connection:
        connection.send(encoded("POST /impatient", b"", f"Content-Length: {size}"))
        for number, piece in enumerate(pieces):
            if number % 10 == 0:
                wait_for_another_timeout(server)
            connection.send(piece)
        assert connection.read_response().body == b"".join(pieces)


def wait_for_another_timeout(server: Server) -> None:
    before = tally(server, "impatient")
    wait_for(lambda: tally(server, "impatient") > before, "a timeout to expire")


@proves(
    ASYNCIO_TASKS, "a task that waits in `receive` can be cancelled, and nothing is lost", PRACTICE
)
def test_body_comes_whole_after_a_receive_that_was_cancelled(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("POST /cancelled-receiver", b"", "Content-Length: 5"))
        assert reported(server, "cancelled-receiver") is True
        connection.send(b"hello")
        assert connection.read_response().body == b"hello"


@proves(ASYNCIO_TASKS, "children of a task group may receive and send", PRACTICE)
def test_task_group(server: Server) -> None:
    assert server.request("POST /task-group", b"grouped").body == b"grouped"


@proves(ASYNCIO_TASKS, "a task may wait for the disconnect while another one streams", PRACTICE)
def test_streaming_beside_a_listener_for_the_disconnect(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /listen-for-disconnect"))
        response = connection.open_response()
        assert response.read_some() == b"first"
        open_gate(server, "listen-for-disconnect")
        assert response.read().body == b"last"


@proves(ASYNCIO_TASKS, "that task hears of a peer that leaves", PRACTICE)
def test_listener_ends_the_streaming_of_a_client_that_left(server: Server) -> None:
    with server.connect() as connection:
        connection.send(encoded("GET /listen-for-disconnect"))
        assert connection.open_response().read_some() == b"first"
    assert reported(server, "heard") == "http.disconnect"


@proves(
    APPLICATIONS,
    "the response is complete when it has been sent, not when the application returns",
    PRACTICE,
)
def test_response_is_delivered_before_the_application_returns(server: Server) -> None:
    with server.connect() as connection:
        assert connection.request("GET /background").body == b"response"
        open_gate(server, "background")
        assert reported(server, "background") == "done"


@proves(APPLICATIONS, "work after the response holds up no request of the connection", PRACTICE)
def test_connection_serves_on_while_the_application_works_on(server: Server) -> None:
    """What comes after the response does not hold up the next request of the connection."""
    with server.connect() as connection:
        assert connection.request("GET /background").body == b"response"
        assert connection.request("GET /context?next").body == b"nobody next"
        open_gate(server, "background")
        assert reported(server, "background") == "done"


@proves(APPLICATIONS, "work after the response goes on when the connection has closed", PRACTICE)
def test_work_after_the_response_outlives_the_connection(server: Server) -> None:
    assert server.request("GET /background").body == b"response"
    open_gate(server, "background")
    assert reported(server, "background") == "done"


@proves(ASYNCIO_TASKS, "a task that the application leaves behind runs on", PRACTICE)
def test_task_that_is_left_behind_runs_on(server: Server) -> None:
    assert server.request("GET /background-task").body == b"response"
    open_gate(server, "background-task")
    assert reported(server, "background-task") == "done"


@proves(ASYNCIO_TASKS, "one task may receive while another one sends", PRACTICE)
def test_receive_and_send_run_at_the_same_time(server: Server) -> None:
    """Each piece is answered before the next one is sent."""
    with server.connect() as connection:
        connection.send(encoded("POST /both-ways", b"", "Content-Length: 50") + b"piece-0...")
        response = connection.open_response()
        assert response.read_some() == b"PIECE-0..."
        for number in range(1, 5):
            connection.send(b"piece-%d..." % number)
            assert response.read_some() == b"PIECE-%d..." % number
        assert response.read_some() == b""


@proves(ASYNCIO_TASKS, "messages that two tasks send stay whole", PRACTICE)
def test_messages_of_two_senders_stay_whole(server: Server) -> None:
    body = server.request("GET /two-senders").body
    runs = [(letter, len(list(run))) for letter, run in itertools.groupby(body)]
    assert sum(length for _, length in runs) == 100 * 70_000
    assert all(length % 70_000 == 0 for _, length in runs)


@proves(
    APPLICATIONS, "`receive` and `send` return coroutines, of which tasks can be made", PRACTICE
)
def test_calls_in_tasks(server: Server) -> None:
    assert server.request("POST /calls-in-tasks", b"tasks").body == b"tasks"


@proves(ASYNCIO_THREADS, "a thread may receive and send through the loop", PRACTICE)
def test_calls_from_a_thread(server: Server) -> None:
    assert server.request("POST /calls-from-a-thread", b"thread").body == b"THREAD"


@proves(APPLICATIONS, "the application runs on the main thread")
def test_main_thread(server: Server) -> None:
    assert server.request("GET /thread").body == b"True"


@proves(ASYNCIO_TASKS, "timers of the loop wake an application whose peer is silent", PRACTICE)
def test_timers(server: Server) -> None:
    assert server.request("GET /timers").body == b"abc"
