"""What every framework builds on the interface: one table of behaviours for all of the sites."""

import asyncio
import contextlib
import hashlib
import itertools
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from apps.payload import BLOCK, blocks, digest
from support.client import encoded
from support.process import open_descriptors
from support.server import Server
from support.waiting import wait_for

from interop.clients import Curl
from interop.sites import lacked_by, options, wait_until_finished

UPLOAD = 48 * BLOCK
"""3 MiB: more than any of the frameworks keeps in memory, or reads at once."""

DOWNLOAD = 256 * BLOCK
"""16 MiB: more than the buffers of two sockets."""

ALPHABET = b"abcdefghijklmnopqrstuvwxyz\n"
"""The static file."""


def test_path_and_query(client: httpx.Client) -> None:
    response = client.get("/hello/w%C3%B6rld?a=1&b=x%20y")
    assert response.json() == {"hello": "wörld", "query": {"a": "1", "b": "x y"}}


def test_json(client: httpx.Client) -> None:
    sent = {"text": "naïve ☃", "numbers": [1, 2.5, None], "nested": {"a": {}}}
    assert client.post("/echo", json=sent).json() == sent


def test_form(client: httpx.Client) -> None:
    assert client.post("/note", data={"note": "ä & b"}).json() == {"note": "ä & b"}


def test_form_with_file(client: httpx.Client) -> None:
    content = b"".join(blocks(UPLOAD))
    files, data = {"file": ("file.bin", content)}, {"note": "a note"}
    assert client.post("/form", files=files, data=data).json() == {
        "name": "file.bin",
        "size": UPLOAD,
        "digest": digest([content]),
        "note": "a note",
    }


def test_chunked_body(client: httpx.Client) -> None:
    expected = {"size": UPLOAD, "digest": digest(blocks(UPLOAD))}
    assert client.put("/upload", content=blocks(UPLOAD)).json() == expected


@pytest.mark.parametrize("size", [1, 2_000_000])
def test_curl_waits_for_continue(site: Server, size: int) -> None:
    client = Curl(site.url("").rstrip("/"))
    options = ("--header", "Expect: 100-continue", "--data-binary", "@-")
    log = client.run_verbosely(*options, path="/upload", stdin=b"x" * size)
    received = [line[2:].strip() for line in log.splitlines() if line.startswith("< HTTP/")]
    assert received == ["HTTP/1.1 100 Continue", "HTTP/1.1 200 OK"]


def test_repeated_request_headers(site: Server) -> None:
    response = site.request("GET /headers", b"", "X-Tag: one", "X-Tag: two")
    assert json.loads(response.body) == ["one", "two"]


def test_cookie_goes_round(client: httpx.Client) -> None:
    visits = [client.get("/cookie").json().get("visited") for _ in range(2)]
    assert visits == [None, "yes"]


@lacked_by("falcon", "Falcon has no sessions")
def test_session(client: httpx.Client) -> None:
    assert [client.get("/visits").json() for _ in range(3)] == [1, 2, 3]


@lacked_by("django", "Django has no lifespan")
def test_state_of_the_lifespan(client: httpx.Client) -> None:
    assert client.get("/state").json() == {"greeting": "from the lifespan"}


def test_head(client: httpx.Client) -> None:
    response, head = client.get("/hello/world"), client.head("/hello/world")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == response.headers["content-length"]


def test_header_of_middleware(client: httpx.Client) -> None:
    paths = ["/hello/world", "/numbers/3", "/static/alphabet.txt"]
    names = {client.get(path).headers["x-site"] for path in paths}
    assert len(names) == 1


def test_pieces_keep_their_order(client: httpx.Client) -> None:
    response = client.get("/numbers/2000")
    assert response.headers["transfer-encoding"] == "chunked"
    assert response.text.split() == [str(number) for number in range(2000)]


def test_pieces_are_sent_as_they_come(client: httpx.Client, tag: str) -> None:
    """The second piece is made when another request, after the first piece, asks for it."""
    with client.stream("GET", f"/held/{tag}") as response:
        pieces = response.iter_bytes()
        assert next(pieces) == b"held"
        assert client.post(f"/gates/{tag}").status_code == 204
        assert b"".join(pieces) == b"released"


def test_large_download(client: httpx.Client) -> None:
    found = hashlib.sha256()
    with client.stream("GET", f"/download/{DOWNLOAD}") as response:
        for piece in response.iter_bytes():
            found.update(piece)
    assert found.hexdigest() == digest(blocks(DOWNLOAD))


def test_background_task(client: httpx.Client, tag: str) -> None:
    """It ends after a request that the client makes when it has the whole response."""
    assert client.get(f"/in-background/{tag}").text == "later"
    assert tag not in client.get("/finished").json()
    assert client.post(f"/gates/{tag}").status_code == 204
    wait_until_finished(client, tag)


def test_static_file(client: httpx.Client) -> None:
    response = client.get("/static/alphabet.txt")
    assert response.content == ALPHABET
    assert response.headers["content-type"].startswith("text/plain")


@lacked_by("blacksheep", "BlackSheep gives the head of a static file two lengths, 27 and 0")
def test_head_of_a_static_file(client: httpx.Client) -> None:
    head = client.head("/static/alphabet.txt")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(ALPHABET))


@lacked_by("litestar", "Litestar sends a file whatever the conditions of the request are")
def test_static_file_that_the_client_has(client: httpx.Client) -> None:
    found = client.get("/static/alphabet.txt").headers
    conditions = {"If-Modified-Since": found["last-modified"]}
    if "etag" in found:
        conditions["If-None-Match"] = found["etag"]
    response = client.get("/static/alphabet.txt", headers=conditions)
    assert (response.status_code, response.content) == (304, b"")
    assert client.get("/static/alphabet.txt").content == ALPHABET


@lacked_by("django", "django.views.static does not know ranges")
@lacked_by("litestar", "Litestar does not know ranges")
def test_range_of_a_static_file(client: httpx.Client) -> None:
    response = client.get("/static/alphabet.txt", headers={"Range": "bytes=2-5"})
    assert (response.status_code, response.content) == (206, b"cdef")
    assert response.headers["content-range"] == f"bytes 2-5/{len(ALPHABET)}"


def test_not_found(client: httpx.Client) -> None:
    assert client.get("/nowhere").status_code == 404
    assert client.get("/static/nothing.txt").status_code == 404


def test_exception_in_a_handler(site: Server, client: httpx.Client) -> None:
    assert client.get("/broken").status_code == 500
    site.expect_error("RuntimeError: broken on purpose")
    assert client.get("/hello/again").status_code == 200


@lacked_by("fastapi", "BaseHTTPMiddleware completes a response whose handler has failed")
def test_exception_within_a_response(site: Server, client: httpx.Client) -> None:
    received = []
    with (
        client.stream("GET", "/broken-midway") as response,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        received.extend(response.iter_bytes())
    assert b"".join(received) == b"begun"
    site.expect_error("RuntimeError: broken midway")
    assert client.get("/hello/again").status_code == 200


def test_client_that_leaves_a_stream(client: httpx.Client, tag: str) -> None:
    with client.stream("GET", f"/endless/{tag}") as response:
        assert next(response.iter_bytes())
    wait_until_finished(client, tag)


@lacked_by("falcon", "Falcon listens for the client of server-sent events only")
@lacked_by("blacksheep", "BlackSheep does not listen while it streams")
def test_clients_that_leave_an_idle_stream(site: Server, client: httpx.Client, tag: str) -> None:
    """Nothing is ever sent to them but the head, which comes at once."""
    tags = [f"{tag}-{number}" for number in range(50)]
    with contextlib.ExitStack() as stack:
        for each in tags:
            connection = stack.enter_context(site.connect())
            connection.send(encoded(f"GET /idle/{each}"))
            assert connection.open_response().status == 200
    wait_for(lambda: set(tags) <= set(client.get("/finished").json()), "the streams to end")


def test_client_that_ends_its_side_gets_the_whole_stream(
    site: Server, client: httpx.Client, tag: str
) -> None:
    with site.connect() as connection:
        connection.send(encoded(f"GET /held/{tag}"))
        connection.socket.shutdown(socket.SHUT_WR)
        response = connection.open_response()
        assert response.read_some() == b"held"
        # A request of its own after it: the server has seen the end by then.
        assert client.post(f"/gates/{tag}").status_code == 204
        assert response.read().body == b"released"


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


@pytest.mark.parametrize("path", ["/upload", "/form"])
def test_client_that_leaves_an_upload(site: Server, client: httpx.Client, path: str) -> None:
    fields = "Content-Length: 1000000", "Content-Type: multipart/form-data; boundary=limit"
    part = b'--limit\r\nContent-Disposition: form-data; name="file"; filename="file.bin"\r\n\r\n'
    open_before = open_descriptors(site.pid)
    with site.connect() as connection:
        connection.send(encoded(f"POST {path}", b"", *fields) + part + b"x" * 500_000)
    wait_for(lambda: open_descriptors(site.pid) <= open_before, "the connection to be gone")
    content = b"x" * 100_000
    assert client.post("/upload", content=content).json()["digest"] == digest([content])


def test_concurrent_requests(site: Server) -> None:
    async def run() -> list[str]:
        async with httpx.AsyncClient(**options(site)) as client:
            paths = [f"/hello/{number}" for number in range(20)]
            responses = await asyncio.gather(*map(client.get, paths))
        return [response.json()["hello"] for response in responses]

    assert asyncio.run(run()) == [str(number) for number in range(20)]


def test_concurrent_uploads(client: httpx.Client) -> None:
    def upload(number: int) -> bool:
        content = b"%d," % number * 100_000
        return client.post("/upload", content=content).json()["digest"] == digest([content])

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(upload, range(20)))


def test_pipelined_requests(site: Server) -> None:
    paths = [f"/hello/{number}" for number in range(50)]
    with site.connect() as connection:
        connection.send(b"".join(encoded(f"GET {path}") for path in paths))
        answers = [json.loads(connection.read_response().body)["hello"] for _ in paths]
    assert answers == [str(number) for number in range(50)]


def test_pipelined_bodies(site: Server) -> None:
    """Requests with and without bodies, whose handlers run in threads in some of the frameworks."""
    numbers = range(20)
    json_type = "Content-Type: application/json"
    posts = [encoded("POST /echo", b"%d" % number, json_type) for number in numbers]
    gets = [encoded(f"GET /hello/{number}") for number in numbers]
    with site.connect() as connection:
        connection.send(b"".join(itertools.chain(*zip(posts, gets, strict=True))))
        answers = [json.loads(connection.read_response().body) for _ in posts + gets]
    assert answers[::2] == list(numbers)
    assert [answer["hello"] for answer in answers[1::2]] == [str(number) for number in numbers]
