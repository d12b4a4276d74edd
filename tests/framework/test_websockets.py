"""WebSocket endpoints: what they get, how they refuse, and what closes the WebSocket."""

import base64
import json

import pytest
from pyre.framework.testing import WebSocketClosed, WebSocketRefused
from support.waiting import wait_for

APP = "framework_websockets:app"

HANDSHAKE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-key": base64.b64encode(b"sixteen octets !").decode(),
    "sec-websocket-version": "13",
}


def closure(connection) -> WebSocketClosed:
    """How the application closes, when it sends nothing before."""
    with pytest.raises(WebSocketClosed) as closed:
        connection.receive()
    return closed.value


def refusal(websocket, path: str):
    """The response that there is instead of a WebSocket."""
    with pytest.raises(WebSocketRefused) as refused, websocket(path):
        pass
    return refused.value.response


def test_messages_come_back(websocket) -> None:
    with websocket("/live/echo/a%20room") as connection:
        assert connection.receive() == "room a room"
        for message in ["text é", b"\x00\xff", "", "x" * 100_000]:
            connection.send(message)
            assert connection.receive() == message


def test_values_of_path_and_query(websocket) -> None:
    with websocket("/live/bound/7?tag=a&tag=b") as connection:
        assert json.loads(connection.receive()) == [7, ["a", "b"], {"number": 7}, "GET"]
        assert closure(connection).code == 1000


def test_a_function_of_the_app(websocket) -> None:
    with websocket("/function/caf%C3%A9") as connection:
        assert connection.receive() == "café"


def test_json_a_subprotocol_and_a_close_code(websocket) -> None:
    with websocket("/live/json?times=2", subprotocols=["other", "chat"]) as connection:
        assert connection.subprotocol == "chat"
        connection.send("a")
        assert json.loads(connection.receive()) == ["a", "a"]
        closed = closure(connection)
        assert (closed.code, closed.reason) == (4000, "done")


@pytest.mark.needs("fields-of-handshakes")
def test_fields_of_the_handshake(websocket) -> None:
    with websocket("/live/json", subprotocols=["chat"]) as connection:
        assert connection.headers["x-room"] == "1"


def test_an_endpoint_that_returns_closes(websocket) -> None:
    with websocket("/live/checked?token=1") as connection:
        assert connection.receive() == "checked"
        assert closure(connection).code == 1000


@pytest.mark.needs("codes-of-peers")
def test_the_peer_closes(websocket, site) -> None:
    with websocket("/live/closings") as connection:
        connection.send("a")
        connection.close(4001)
    wait_for(lambda: "closed with 4001 after ['a']" in site.events, "the endpoint to see it")


@pytest.mark.needs("code-of-leaving")
def test_the_peer_leaves(websocket, site) -> None:
    with websocket("/live/closings") as connection:
        connection.leave()
    wait_for(lambda: "closed with 1006 after []" in site.events, "the endpoint to see it")


def test_that_the_peer_has_closed_is_no_error_of_the_endpoint(websocket, site) -> None:
    """There must be no traceback of it in the log: the site looks for that at its end."""
    with websocket("/live/receives") as connection:
        wait_for(lambda: "accepted" in site.events, "the endpoint to wait")
        connection.close()
    wait_for(lambda: "received nothing" in site.events, "the endpoint to see it")


def test_both_directions_at_once(websocket) -> None:
    with websocket("/live/both-ways") as connection:
        for number in range(3):
            connection.send(str(number))
        assert [connection.receive() for _ in range(3)] == ["0", "1", "2"]


@pytest.mark.needs("closing-while-receiving")
def test_closing_while_another_task_receives(websocket) -> None:
    with websocket("/live/both-ways?close=1") as connection:
        for _ in range(3):
            connection.send("message")
            assert connection.receive() == "message"
        assert closure(connection).code == 4001


def test_middleware_refuses_or_lets_in(websocket, site) -> None:
    response = refusal(websocket, "/live/guarded")
    assert (response.status_code, response.text) == (403, "members only")
    assert response.headers["seen"] == "yes"
    with websocket("/live/guarded?member=yes") as connection:
        assert connection.receive() == "welcome"
        assert closure(connection).code == 1000
    outcomes = ["/live/guarded 403", "/live/guarded 101"]
    wait_for(lambda: [e for e in site.events if "guarded" in e] == outcomes, "the middleware")


def test_a_check_before_the_endpoint_refuses(websocket) -> None:
    response = refusal(websocket, "/live/checked")
    assert (response.status_code, response.text) == (401, "no token")


def test_an_error_before_the_handshake_is_its_answer(websocket) -> None:
    response = refusal(websocket, "/live/refused")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Basic"
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(response.content)["detail"] == "who are you?"


@pytest.mark.parametrize(
    ("path", "status", "content"),
    [
        ("/live/answered", 503, b'{"reason":"full"}'),
        ("/live/handled", 404, b"missing"),
        ("/live/page", 200, b"only a page"),
    ],
)
def test_a_response_refuses(websocket, path: str, status: int, content: bytes) -> None:
    response = refusal(websocket, path)
    assert (response.status_code, response.content) == (status, content)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/live/ignored", 403),
        ("/live/too-early", 409),
        ("/live/nowhere", 404),
        ("/live/bound/x", 404),
        ("/live/json?times=x", 400),
        ("/live/bound/1", 400),
    ],
)
def test_what_leads_to_no_websocket_is_refused(websocket, path: str, status: int) -> None:
    response = refusal(websocket, path)
    assert response.status_code == status
    assert json.loads(response.content)["status"] == status


def test_a_defect_before_the_handshake(websocket, site) -> None:
    assert refusal(websocket, "/live/defect").status_code == 500
    site.expect_error("ZeroDivisionError")


def test_a_defect_after_the_handshake(websocket, site) -> None:
    with websocket("/live/breaks") as connection:
        assert closure(connection).code == 1011
    site.expect_error("ZeroDivisionError: after the handshake")


def test_an_http_error_after_the_handshake(websocket, site) -> None:
    with websocket("/live/raises") as connection:
        assert closure(connection).code == 1011
    site.expect_error("too late to say it")


@pytest.mark.parametrize(("query", "messages"), [("", ["still fine"]), ("?early=1", [])])
def test_a_defect_of_a_layer_after_the_handshake(
    websocket, site, query: str, messages: list[str]
) -> None:
    with websocket(f"/live/within-a-layer{query}") as connection:
        assert [connection.receive() for _ in messages] == messages
        assert closure(connection).code == 1011
    site.expect_error("ZeroDivisionError: in a layer")


def test_a_request_to_a_path_of_websockets(client) -> None:
    response = client.get("/live/json")
    assert response.status_code == 426
    assert response.headers["upgrade"] == "websocket"
    assert client.post("/live/json").status_code == 426
    assert client.get("/live/json/more").status_code == 404


def test_the_websocket_at_a_path_of_both(websocket) -> None:
    with websocket("/live/both") as connection:
        assert connection.receive() == "the socket"


def test_the_page_at_a_path_of_both(client) -> None:
    assert client.get("/live/both").text == "the page"
    response = client.post("/live/both")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_mounted_application(websocket) -> None:
    with websocket("/old/talk") as connection:
        connection.send("hi")
        assert connection.receive() == "/old /old/talk hi"
        assert closure(connection).code == 4002


def test_a_host_without_websocket_says_so(client, host) -> None:
    if "websocket" not in host.lacks:
        pytest.skip("it has WebSocket")
    if host.name == "asgi":
        pytest.skip("as an ASGI server without WebSocket, ours refuses handshakes by itself")
    for path in ["/live/json", "/live/both"]:
        response = client.get(path, headers=HANDSHAKE)
        assert response.status_code == 501
        assert response.json()["detail"] == "This server has no WebSocket."
    assert client.get("/live/page", headers=HANDSHAKE).text == "only a page"
