"""Endpoints of every form: what they get, and what is made of what they return."""

import uuid

import pytest

APP = "framework_endpoints:app"

KEY = uuid.UUID(int=7)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "root"),
        ("/hello/you", "Hello, you!"),
        ("/hello/caf%C3%A9", "Hello, café!"),
        ("/hello/a%2Fb", "Hello, a/b!"),
        ("/hell%6F/you", "Hello, you!"),
        ("/plain/you", "plain you"),
        (
            "/first/12345678901234567890123",
            "GET /first/12345678901234567890123 12345678901234567890123",
        ),
        ("/swapped/1/2", "a='1' b='2'"),
        ("/either/12", "12"),
        ("/either/1x", "'1x'"),
        ("/rest/a/b/c", "a/b/c"),
        ("/custom/ff", "255"),
        ("/calls-another", "HELLO, ME!"),
        ("/slow", "slept"),
    ],
)
def test_values_of_the_path(client, path: str, text: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.text) == (200, text)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


def test_values_are_of_the_types_of_the_signature(client) -> None:
    assert client.get(f"/typed/red/2024-02-29/{KEY}").json() == ["UUID", "RED", "2024-02-29"]
    assert client.get("/args/7/x").json() == {"a": 7, "b": "x"}


@pytest.mark.parametrize(
    "path",
    [
        "/hello",
        "/hello/",
        "/hello/a/b",
        "/hello/%FF",
        "/first/1.0",
        "/first/x",
        "/typed/green/2024-02-29/00000000-0000-0000-0000-000000000007",
        "/typed/red/2023-02-29/00000000-0000-0000-0000-000000000007",
        "/custom/xyz",
        "/nowhere",
    ],
)
def test_a_path_that_does_not_match_is_404(client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_each_path_has_its_methods(client, method: str) -> None:
    assert client.request(method, "/second/5").text == f"{method} /second/5 5"
    response = client.request(method, "/first/5")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_head_is_get_without_content(client) -> None:
    response = client.head("/hello/you")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == "11"


def test_options_says_which_methods_there_are(client) -> None:
    response = client.options("/second/5")
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["allow"] == "DELETE, OPTIONS, PUT"


def test_a_blocking_function_runs_in_a_thread(client) -> None:
    assert client.get("/thread").json() is False
    response = client.get("/thread/taken")
    assert (response.status_code, response.json()["detail"]) == (409, "taken")


@pytest.mark.parametrize(
    ("kind", "status", "content_type", "content"),
    [
        ("str", 200, "text/plain; charset=utf-8", "text é".encode()),
        ("bytes", 200, "application/octet-stream", b"\x00\xff"),
        ("none", 204, None, b""),
        ("dict", 200, "application/json", b'{"a":[1,2.5,null]}'),
        ("list", 200, "application/json", b"[1]"),
        ("int", 200, "application/json", b"7"),
        ("struct", 200, "application/json", b'{"x":1,"y":2}'),
        ("dataclass", 200, "application/json", b'{"width":3}'),
        ("response", 201, "application/json", b'{"b":1}'),
        ("html", 200, "text/html; charset=utf-8", "<p>é".encode()),
        ("empty", 200, None, b""),
    ],
)
def test_what_an_endpoint_returns(
    client, kind: str, status: int, content_type: str | None, content: bytes
) -> None:
    for _ in range(2):  # a response may be returned more than once
        response = client.get(f"/result/{kind}")
        assert (response.status_code, response.content) == (status, content)
        assert response.headers.get("content-type") == content_type


def test_a_redirect_is_not_followed_by_the_server(client) -> None:
    response = client.get("/result/redirect")
    assert response.headers["location"] == "/hello/you"
    assert response.is_redirect


def test_arguments_of_the_query(client) -> None:
    assert client.get("/query?page=2&tag=a&tag=b").json() == [2, ["a", "b"], 10]


def test_each_field_that_is_wrong_is_named(client) -> None:
    response = client.get("/query?size=x")
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["name"] for error in response.json()["errors"]] == ["page", "size"]


def test_a_json_body_in_and_out(client) -> None:
    assert client.post("/json", json={"x": 1, "y": 2}).json() == {"x": 2, "y": 1}
    response = client.put("/json/a?twice=true", json={"width": 3})
    assert response.text == "a 3 True PUT"


def test_each_part_of_a_json_body_that_is_wrong_is_named(client) -> None:
    response = client.post("/json", json={"x": "1"})
    assert response.status_code == 400
    assert [error["name"] for error in response.json()["errors"]] == ["#/x", "#/y"]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"{}", "text/plain", 415),
    ],
)
def test_a_body_that_is_no_json(client, content: bytes, content_type: str, status: int) -> None:
    response = client.post("/json", content=content, headers={"content-type": content_type})
    assert response.status_code == status


def test_a_body_that_is_not_read_does_no_harm(client) -> None:
    for _ in range(2):
        assert client.post("/unused", content=b"x" * 10_000).text == "not read"


def test_a_body_is_read_more_than_once(client) -> None:
    assert client.post("/bodies", content=b"[1]").json() == ["[1]", [1], 3]


def test_a_body_in_pieces(client) -> None:
    assert client.post("/pieces", content=b"x" * 300_000).json() == 300_000


def test_forms_of_both_kinds(client) -> None:
    data = {"a": ["1", "2"], "b": "é"}
    expected = {"a": ["1", "2"], "b": ["é"]}
    assert client.post("/form", data=data).json() == expected
    files = {"f": ("name.txt", b"content")}
    assert client.post("/form", data=data, files=files).json() == expected


def test_an_upload_part_by_part(client) -> None:
    files = {"f": ("é.txt", b"x" * 100_000), "g": ("g", b"")}
    response = client.post("/upload", data={"a": "1"}, files=files)
    assert response.json() == [["a", None, 1], ["f", "é.txt", 100_000], ["g", "g", 0]]


def test_a_cookie_comes_back(client) -> None:
    client.cookies.clear()
    for number in ("1", "2"):
        client.get("/cookie")
        assert client.cookies["seen"] == number


def test_paths_are_made_of_endpoints(client) -> None:
    assert client.get("/urls").json() == [
        "/hello/a%2Fb%20%C3%A9",
        "/custom/ff",
        "/rest/a/b%20c?page=2",
        "/result/str",
        "/first/1",
    ]
