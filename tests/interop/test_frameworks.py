"""What frameworks build on the interface, seen with the raw client."""

import json

import pytest
from support.client import encoded
from support.process import open_descriptors
from support.server import Server
from support.waiting import wait_for

from interop.clients import Curl


def test_state_of_the_lifespan(site: Server) -> None:
    assert json.loads(site.request("GET /state").body) == "from the lifespan"


def test_repeated_request_headers(site: Server) -> None:
    response = site.request("GET /headers", b"", "X-Tag: one", "X-Tag: two")
    assert json.loads(response.body) == ["one", "two"]


def test_cookie_goes_round(site: Server) -> None:
    response = site.request("GET /cookie")
    assert json.loads(response.body) == {}
    cookie = (response.header(b"set-cookie") or b"").decode().split(";")[0]
    response = site.request("GET /cookie", b"", f"Cookie: {cookie}")
    assert json.loads(response.body) == {"visited": "yes"}


def test_background_task(site: Server) -> None:
    assert site.request("GET /in-background").body == b"later"
    wait_for(lambda: json.loads(site.request("GET /finished").body), "the background task")


def test_exception_in_a_handler(site: Server) -> None:
    assert site.request("GET /broken").status == 500
    site.expect_error("RuntimeError: broken on purpose")


def test_client_that_leaves_a_stream_is_no_error(site: Server) -> None:
    """Nothing is logged for it before the next error that does deserve it."""
    logged, open_before = site.stderr, open_descriptors(site.pid)
    with site.connect() as connection:
        connection.send(encoded("GET /download/655360000"))
        assert connection.open_response().read_some()
    wait_for(lambda: open_descriptors(site.pid) <= open_before, "the connection to be gone")
    assert site.request("GET /broken").status == 500
    wait_for(lambda: "on purpose" in site.stderr.removeprefix(logged), "the error to be logged")
    assert "Disconnect" not in site.stderr.removeprefix(logged)


def test_pipelined_requests(site: Server) -> None:
    paths = [f"/hello/{number}" for number in range(50)]
    with site.connect() as connection:
        connection.send(b"".join(encoded(f"GET {path}") for path in paths))
        answers = [json.loads(connection.read_response().body)["hello"] for _ in paths]
    assert answers == [str(number) for number in range(50)]


def test_pipelined_bodies(site: Server) -> None:
    """Requests with and without bodies, whose handlers run in threads in one of the frameworks."""
    numbers = range(20)
    json_type = "Content-Type: application/json"
    posts = [encoded("POST /echo", b"%d" % number, json_type) for number in numbers]
    gets = [encoded(f"GET /hello/{number}") for number in numbers]
    with site.connect() as connection:
        connection.send(b"".join(post + get for post, get in zip(posts, gets, strict=True)))
        answers = [json.loads(connection.read_response().body) for _ in posts + gets]
    assert answers[::2] == list(numbers)
    assert [answer["hello"] for answer in answers[1::2]] == [str(number) for number in numbers]


@pytest.mark.parametrize("size", [1, 2_000_000])
def test_curl_waits_for_continue(site: Server, size: int) -> None:
    client = Curl(site.url("").rstrip("/"))
    options = ("--header", "Expect: 100-continue", "--data-binary", "@-")
    log = client.run_verbosely(*options, path="/upload", stdin=b"x" * size)
    received = [line[2:].strip() for line in log.splitlines() if line.startswith("< HTTP/")]
    assert received == ["HTTP/1.1 100 Continue", "HTTP/1.1 200 OK"]
