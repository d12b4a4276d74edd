"""Sessions on each host: what is remembered, when it is saved, and which fields say so."""

import pytest
from pyre.framework.testing import WebSocketRefused

from framework.sessions.clients import cookie

APP = "framework_sessions:app"


def values(client) -> dict[str, object]:
    return client.get("/session").json()["values"]


@pytest.mark.parametrize("path", ["/visits", "/thread"])
def test_a_visitor_is_remembered(client, path: str) -> None:
    assert [client.get(path).json() for _ in range(3)] == [1, 2, 3]


def test_visitors_are_told_apart(client, site) -> None:
    client.get("/visits")
    with site.client() as other:
        assert other.get("/visits").json() == 1
        assert client.get("/visits").json() == 2


def test_a_session_among_other_parameters(client) -> None:
    client.put("/visits", json={"a": 1, "b": None})
    assert client.get("/number/7").json() == [7, 2]


def test_a_new_session_is_known_as_such(client) -> None:
    assert client.get("/session").json() == {"is_new": True, "values": {}}
    client.get("/visits")
    assert client.get("/session").json() == {"is_new": False, "values": {"visits": 1}}


def test_what_json_has_comes_back(client) -> None:
    kept = {"text": "é\u2028;\"'\\", "number": -1.5e300, "all": [None, True, {"a": [[]]}], "": ""}
    client.put("/visits", json=kept)
    assert values(client) == kept


def test_the_cookie(client) -> None:
    line = client.get("/visits").headers["set-cookie"]
    attributes = line.split("; ")[1:]
    assert attributes == ["Path=/", "Max-Age=3600", "HttpOnly", "SameSite=Lax"]


def test_nothing_is_set_where_nothing_was_touched(client) -> None:
    client.get("/visits")
    for path in ["/untouched", "/path-only", "/static/alphabet.txt", "/nowhere"]:
        response = client.get(path)
        assert "set-cookie" not in response.headers
        assert "vary" not in response.headers


def test_what_is_only_read_is_not_saved(client) -> None:
    client.get("/visits")
    response = client.get("/session")
    assert response.headers["vary"] == "cookie"
    assert "set-cookie" not in response.headers
    assert "cache-control" not in response.headers


def test_a_new_session_that_stays_empty_is_not_saved(client) -> None:
    response = client.get("/session")
    assert response.headers["vary"] == "cookie"
    assert "set-cookie" not in response.headers


def test_a_change_deep_inside_is_saved(client) -> None:
    for _ in range(3):
        assert "set-cookie" in client.get("/deep").headers
    assert values(client) == {"deep": {"er": [0, 1, 2]}}


@pytest.mark.parametrize(("method", "path"), [("POST", "/cleared"), ("GET", "/emptied")])
def test_an_emptied_session_is_ended(client, method: str, path: str) -> None:
    client.get("/visits")
    response = client.request(method, path)
    assert cookie(response) == ""
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert not client.cookies
    assert client.get("/session").json()["is_new"]


def test_nothing_is_deleted_that_was_not_there(client) -> None:
    assert "set-cookie" not in client.post("/cleared").headers


def test_renewing_keeps_the_values(client) -> None:
    client.get("/visits")
    assert cookie(client.post("/renewed"))
    assert values(client) == {"visits": 1}


def test_an_error_saves_what_was_changed_before(client) -> None:
    assert client.get("/refused").status_code == 403
    assert client.get("/missing").status_code == 404
    assert values(client) == {"refused": True, "missed": True}


def test_what_handles_an_error_has_the_session(client) -> None:
    answers = [client.get("/raises/key") for _ in range(2)]
    assert [(each.status_code, each.text) for each in answers] == [(400, "1"), (400, "2")]


def test_a_stream_reads_and_can_not_change_it(client) -> None:
    assert client.get("/stream").text.startswith("True the session is saved already, before")
    assert values(client) == {"streamed": True}


def test_a_stream_that_touches_it_first_can_not_change_it_either(client) -> None:
    client.get("/visits")
    assert client.get("/late-stream").text.startswith("1 the session is saved already, before")
    assert values(client) == {"visits": 1}


def test_fields_of_the_response_are_respected(client) -> None:
    response = client.get("/public")
    assert response.headers["vary"] == "accept, cookie"
    assert response.headers["cache-control"] == "private"  # as it sets a cookie
    response = client.get("/public")
    assert response.headers["vary"] == "accept, cookie"
    assert response.headers["cache-control"] == "max-age=9"


@pytest.mark.parametrize("path", ["/shared", "/layered/shared"])
def test_of_a_shared_response_each_has_a_copy(client, site, path: str) -> None:
    mine = [cookie(client.get(path)) for _ in range(3)]
    with site.client() as other:
        theirs = cookie(other.get(path))
        assert theirs
        assert theirs not in mine[1:]  # the first of theirs may be as the first of mine


def test_a_cookie_is_for_no_shared_cache(client) -> None:
    assert client.get("/visits").headers["cache-control"] == "private"
    assert client.post("/cleared").headers["cache-control"] == "private"


@pytest.mark.parametrize("path", ["/layered/values/7", "/layered/stream", "/layered/fails"])
def test_a_layer_touches_it_on_the_way_out(client, path: str) -> None:
    assert [client.get(path).headers["passed"] for _ in range(3)] == ["1", "2", "3"]


def test_values_that_json_does_not_have(client, site) -> None:
    client.get("/visits")
    response = client.get("/unfit")
    site.expect_error("the session can't be saved: 'unfit': an object of type dict")
    assert response.status_code == 500
    assert "set-cookie" not in response.headers
    assert values(client) == {"visits": 1}


def test_a_session_that_no_cookie_holds(client, site) -> None:
    client.get("/visits")
    assert client.get("/large/2800").status_code == 204
    response = client.get("/large/3100")
    site.expect_error("which makes a cookie of 4215, and browsers drop it beyond 4096")
    assert response.status_code == 500
    assert "set-cookie" not in response.headers
    assert len(values(client)["large"]) == 2800


def test_a_websocket_saves_it_at_the_handshake(websocket) -> None:
    with websocket("/live") as connection:
        assert int(connection.receive()) > 0
        assert connection.receive().startswith("the session is saved already")


def test_a_websocket_that_touches_it_first_can_not_change_it_either(websocket) -> None:
    with websocket("/late") as connection:
        assert connection.receive().startswith("the session is saved already")


@pytest.mark.needs("fields-of-handshakes")
def test_the_cookie_comes_with_the_handshake(websocket) -> None:
    with websocket("/live") as connection:
        assert connection.headers["x-room"] == "1"
        first = int(connection.receive())
        value = connection.headers["set-cookie"].partition(";")[0]
    with websocket("/live", headers={"cookie": value}) as connection:
        assert int(connection.receive()) == first + 1


def test_a_refused_handshake_saves_it_too(websocket) -> None:

    with pytest.raises(WebSocketRefused) as refused, websocket("/refusing"):
        pass
    response = refused.value.response
    assert response.status_code == 403
    assert "set-cookie" in response.headers
