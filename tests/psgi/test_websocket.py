"""WebSockets: section 5. What a host without the capability does comes first."""

import ast
from typing import Any

import pytest
from support.client import Response
from support.scenarios import reported, settled_tally, tally
from support.server import Server
from support.waiting import PATIENCE
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from psgi.asking import HANDSHAKE, sign
from psgi.hosts import Host
from psgi.log import Log

APP = "psgi_websockets:app"

websocket = pytest.mark.capable("websocket")


def opened(server: Server, path: str, **options: Any) -> ClientConnection:
    return connect(server.url(path).replace("http:", "ws:"), compression=None, **options)


def end_of(client: ClientConnection) -> tuple[int, str]:
    """The code and the reason with which the other end closes."""
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=PATIENCE)
    assert closed.value.rcvd
    return closed.value.rcvd.code, closed.value.rcvd.reason


def handshake(server: Server, target: str) -> Response:
    return server.request(f"GET {target}", b"", *HANDSHAKE)


@pytest.mark.needs("handshakes")
@pytest.mark.parametrize("status", [200, 403, 404, 426, 503])
def test_a_response_refuses_the_handshake(server: Server, status: int) -> None:
    response = handshake(server, f"/refuses?{status}")
    assert (response.status, response.body) == (status, b"refused")
    assert response.header(b"x-a") == b"1"


@pytest.mark.needs("handshakes")
def test_a_stream_refuses_the_handshake(server: Server) -> None:
    response = handshake(server, "/refuses-with-a-stream")
    assert (response.status, response.body) == (403, b"refused")
    assert response.header(b"x-a") == b"1"


@pytest.mark.needs("handshakes")
def test_an_exception_refuses_the_handshake(server: Server, log: Log) -> None:
    message = sign()
    response = handshake(server, f"/raises-before?{message}")
    assert response.status == 500
    assert message.encode() not in response.body
    log.expect(f"ExpectedError: {message}")


def test_accept_without_a_handshake(server: Server) -> None:
    assert server.request("GET /accept-refused").body == b"RuntimeError"


@pytest.mark.needs("handshakes")
def test_accept_on_a_host_that_can_not(server: Server, host: Host) -> None:
    if "websocket" in host.capabilities:
        with opened(server, "/returns") as client:
            assert end_of(client) == (1000, "")
    else:
        response = handshake(server, "/accept-refused")
        assert (response.status, response.body) == (200, b"RuntimeError")


@websocket
def test_capability(server: Server, host: Host) -> None:
    with opened(server, "/capabilities") as client:
        found = set(ast.literal_eval(str(client.recv(timeout=PATIENCE))))
    assert found & {"websocket"} == host.capabilities & {"websocket"}


@websocket
def test_messages_keep_their_kind_and_their_bounds(server: Server) -> None:
    messages = ["text", b"octets", "", b"", "café 🔥", b"\xff" * 200_000, "x" * 70_000]
    with opened(server, "/echo") as client:
        for message in messages:
            client.send(message)
        assert [client.recv(timeout=PATIENCE) for _ in messages] == messages
    assert reported(server, "echo") == (1000, "")


@websocket
@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1001, "away"), (3000, "café")])
def test_the_peer_closes(server: Server, code: int, reason: str) -> None:
    with opened(server, "/echo") as client:
        client.close(code, reason)
    assert reported(server, "echo") == (code, reason)


@websocket
@pytest.mark.needs("code-of-leaving")
def test_the_peer_leaves_without_closing(server: Server) -> None:
    with opened(server, "/echo") as client:
        client.socket.shutdown(2)
    assert reported(server, "echo") == (1006, "")


@websocket
def test_subprotocol_and_fields(server: Server) -> None:
    with opened(server, "/subprotocol", subprotocols=["first", "second"]) as client:
        assert client.subprotocol == "second"
        assert client.response
        assert client.response.headers["x-a"] == "1"
        assert client.response.headers["x-b"] == "2"
        offered, accepted = ast.literal_eval(str(client.recv(timeout=PATIENCE)))
    assert offered.replace(" ", "") == "first,second"
    assert accepted == "second"


@websocket
def test_no_subprotocol(server: Server) -> None:
    with opened(server, "/no-subprotocol", subprotocols=["first"]) as client:
        assert client.subprotocol is None
        assert client.recv(timeout=PATIENCE) == "None"


@websocket
@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("/close", (4000, "enough")),
        ("/close-by-default", (1000, "")),
        ("/returns", (1000, "")),
        ("/returns-response", (1000, "")),
    ],
)
def test_the_application_closes(server: Server, path: str, end: tuple[int, str]) -> None:
    with opened(server, path) as client:
        assert end_of(client) == end
    if path == "/close":
        assert reported(server, "close") == []


@websocket
def test_an_exception_closes_with_1011(server: Server, log: Log) -> None:
    message = sign()
    with (
        opened(server, f"/raises?{message}") as client,
        pytest.raises(ConnectionClosedError) as end,
    ):
        client.recv(timeout=PATIENCE)
    assert end.value.rcvd
    assert end.value.rcvd.code == 1011
    assert message not in end.value.rcvd.reason
    log.expect(f"ExpectedError: {message}")


@websocket
def test_refusal_of_a_real_client(server: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        opened(server, "/refuses?403")
    assert refused.value.response.status_code == 403
    assert refused.value.response.body == b"refused"


@websocket
def test_accept_twice(server: Server) -> None:
    with opened(server, "/accept-twice") as client:
        assert client.recv(timeout=PATIENCE) == "RuntimeError"


@websocket
def test_sending_when_it_is_closed(server: Server) -> None:
    with opened(server, "/send-when-closed"):
        pass
    assert reported(server, "send-when-closed") == 1000


@websocket
def test_a_message_of_a_wrong_type(server: Server) -> None:
    with opened(server, "/send-wrong-type") as client:
        message = str(client.recv(timeout=PATIENCE))
    assert message.startswith("TypeError: ")
    assert "int" in message


@websocket
def test_ping_does_no_harm(server: Server) -> None:
    with opened(server, "/ping") as client:
        assert client.recv(timeout=PATIENCE) == "done"


@websocket
def test_a_peer_that_does_not_read_holds_the_application_back(server: Server) -> None:
    name, count = sign(), 500
    with opened(server, f"/download?{count},{name}", max_queue=1) as client:
        held_back = settled_tally(server, name)
        assert 0 < held_back < count / 2
        for _ in range(count):
            client.recv(timeout=PATIENCE)
        assert end_of(client) == (1000, "")
    assert tally(server, name) == count


@websocket
def test_functions_are_called_afterwards(server: Server) -> None:
    with opened(server, "/afterwards") as client:
        assert end_of(client) == (1000, "")
    assert reported(server, "afterwards") is True


@websocket
def test_closed_returns_when_the_peer_has_left(server: Server) -> None:
    with opened(server, "/closed"):
        pass
    assert reported(server, "closed") is True
