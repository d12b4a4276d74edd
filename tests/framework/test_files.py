"""Files, directories and templates, as a peer gets them; middleware sees what is sent."""

import gzip
import re

import pytest
from support.server import APPS

APP = "framework_files:app"

ALPHABET = (APPS / "static" / "alphabet.txt").read_bytes()

STYLE = "p {}\n" * 100


def test_a_file(client) -> None:
    response = client.get("/file")
    assert (response.status_code, response.content) == (200, ALPHABET)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["content-length"] == str(len(ALPHABET))
    assert response.headers["accept-ranges"] == "bytes"
    assert {"etag", "last-modified"} <= response.headers.keys()


def test_the_head_of_a_file(client) -> None:
    response = client.head("/file")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(ALPHABET))


@pytest.mark.parametrize(
    ("value", "part"),
    [("bytes=0-4", slice(0, 5)), ("bytes=3-", slice(3, None)), ("bytes=-2", slice(-2, None))],
)
def test_a_range_of_a_file(client, value: str, part: slice) -> None:
    response = client.get("/file", headers={"range": value})
    assert (response.status_code, response.content) == (206, ALPHABET[part])
    first, last, _ = part.indices(len(ALPHABET))
    assert response.headers["content-range"] == f"bytes {first}-{last - 1}/{len(ALPHABET)}"
    assert response.headers["content-length"] == str(last - first)
    assert response.headers["marked"] == "206"


def test_a_range_that_is_not_there(client) -> None:
    response = client.get("/file", headers={"range": "bytes=100000-"})
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{len(ALPHABET)}"


def test_a_file_that_the_peer_has(client) -> None:
    fields = client.get("/file").headers
    for name, value in [
        ("if-none-match", fields["etag"]),
        ("if-modified-since", fields["last-modified"]),
    ]:
        for method in ["GET", "HEAD"]:
            response = client.request(method, "/file", headers={name: value})
            assert (response.status_code, response.content) == (304, b"")
            assert response.headers["etag"] == fields["etag"]
            assert response.headers["marked"] == "304"
    assert client.get("/file", headers={"if-none-match": '"other"'}).content == ALPHABET
    assert client.get("/file", headers={"if-match": '"other"'}).status_code == 412


def test_a_range_of_the_file_that_it_was(client) -> None:
    tag = client.get("/file").headers["etag"]
    fields = {"range": "bytes=0-1", "if-range": tag}
    assert client.get("/file", headers=fields).status_code == 206
    assert client.get("/file", headers=fields | {"if-range": '"other"'}).content == ALPHABET


def test_the_name_that_a_file_is_saved_as(client) -> None:
    value = client.get("/download").headers["content-disposition"]
    assert value.startswith("attachment")
    assert "filename*=UTF-8''%C3%A4.txt" in value


def test_a_file_that_is_not_there_is_an_error_like_any_other(client) -> None:
    response = client.get("/missing")
    assert (response.status_code, response.text) == (404, "no /missing")
    assert response.headers["marked"] == "404"


def test_a_directory(client) -> None:
    response = client.get("/assets/style.css")
    assert response.text == STYLE
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert response.headers["cache-control"] == "max-age=60"
    assert response.headers["marked"] == "200"


def test_a_precompressed_file(client) -> None:
    with client.stream("GET", "/assets/style.css") as response:
        compressed = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in response.headers["vary"].lower()
    assert gzip.decompress(compressed).decode() == STYLE
    plain = client.get("/assets/style.css", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert "accept-encoding" in plain.headers["vary"].lower()
    assert plain.headers["etag"] != response.headers["etag"]


def test_the_index_of_a_directory(client) -> None:
    assert client.get("/assets/docs/").text == "<h1>docs"
    response = client.get("/assets/docs", follow_redirects=True)
    assert (response.url.path, response.text) == ("/assets/docs/", "<h1>docs")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing",
        "/assets/",
        "/assets",
        "/assets/docs/nothing",
        "/assets/style.css/",
        "/assets/%2e%2e/framework_files.py",
        "/assets/..%2fframework_files.py",
        "/assets/%2fetc%2fpasswd",
        "/assets/a%00b",
        "/assets/%ff",
    ],
)
def test_what_a_directory_does_not_have(client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_directory_has_files_only_to_get(client) -> None:
    response = client.put("/assets/style.css")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.head("/assets/style.css").status_code == 200


def test_the_url_of_a_file(client) -> None:
    assert client.get("/assets-url").text == "/assets/docs/a%20b.html"


def test_a_template(client) -> None:
    response = client.get("/page/<b>")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text == "<p>&lt;b&gt; /page/&lt;b&gt; /page/a%2Fb"


@pytest.mark.parametrize(
    ("path", "error"), [("/broken-page", "UndefinedError"), ("/no-page", "TemplateNotFound")]
)
def test_a_template_that_cannot_be_rendered(client, site, path: str, error: str) -> None:
    response = client.get(path)
    site.expect_error(error)
    assert (response.status_code, response.headers["marked"]) == (500, "500")


def test_early_hints_do_no_harm_where_there_are_none(client) -> None:
    assert client.get("/hinted").text == "hinted"


@pytest.mark.needs("informational")
def test_early_hints(server) -> None:
    with server.connect() as connection:
        connection.send(b"GET /hinted HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        interim, _, response = connection.read_to_end().partition(b"\r\n\r\n")
    assert interim.startswith(b"HTTP/1.1 103 ")
    assert re.search(rb"(?im)^link: </assets/style.css>; rel=preload; as=style$", interim)
    assert response.startswith(b"HTTP/1.1 200 ")
