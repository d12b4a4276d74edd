"""The scope of an HTTP request: every key, its type, and whose it is."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from support.client import Connection, Response
from support.server import Launcher, Server, not_offered

from asgi.specification import (
    ABSOLUTE_FORM,
    CONNECTION_SCOPE,
    EXTENSIONS,
    FIELD_VALUES,
    HTTP_SCOPE,
    METHODS,
    PRACTICE,
    SHOULD,
    WSGI,
    proves,
)

SPEC_VERSIONS = {"2.0", "2.1", "2.2", "2.3", "2.4", "2.5"}


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("scope_app:app") as server:
        yield server


@pytest.fixture(scope="module")
def mounted(serve: Launcher) -> Iterator[Server]:
    """A server of an application that is mounted at ``/api``."""
    with serve.under("/api")("scope_app:app") as server:
        yield server


@pytest.fixture(scope="module")
def unix_server(serve: Launcher) -> Iterator[Server]:
    with serve("scope_app:app", uds=True) as server:
        yield server


@pytest.fixture(scope="module")
def spoiled(serve: Launcher) -> list[dict[str, Any]]:
    """The scopes of two requests of one connection; the application empties what it is given."""
    with serve("scope_app:spoiling") as server, server.connect() as connection:
        return [scope_in(connection.request("GET /", b"", "X-A: 1")) for _ in range(2)]


def scope_in(response: Response) -> dict[str, Any]:
    assert response.status == 200, response.body
    scope = ast.literal_eval(response.body.decode())
    assert type(scope) is dict
    return scope


def scope_of(server: Server, head: str, *fields: str) -> dict[str, Any]:
    return scope_in(server.request(head, b"", *fields))


def optional(scope: dict[str, Any], key: str) -> Any:
    """A key that a server may leave out."""
    if scope.get(key) is None:
        not_offered(f"`{key}`")
    return scope[key]


def header_pairs(server: Server, *fields: str) -> list[tuple[bytes, bytes]]:
    """The fields as the application sees them, without ``Host``, which every request has."""
    headers = scope_of(server, "GET /", *fields)["headers"]
    return [(name, value) for name, value in headers if name.lower() != b"host"]


@proves(CONNECTION_SCOPE, "`type` is there, and is `http` for a request")
def test_type(server: Server) -> None:
    assert scope_of(server, "GET /")["type"] == "http"


@proves(CONNECTION_SCOPE, "every key is a `str`")
def test_keys_are_strings(server: Server) -> None:
    scope = scope_of(server, "GET /")
    assert {type(key) for mapping in (scope, scope["asgi"]) for key in mapping} == {str}


@proves(CONNECTION_SCOPE, '`asgi["version"]` is `"3.0"`')
def test_version(server: Server) -> None:
    assert scope_of(server, "GET /")["asgi"]["version"] == "3.0"


@proves(HTTP_SCOPE, '`asgi["spec_version"]` is a version of the HTTP specification')
def test_spec_version(server: Server) -> None:
    assert optional(scope_of(server, "GET /")["asgi"], "spec_version") in SPEC_VERSIONS


@pytest.mark.parametrize(
    "version",
    [
        pytest.param("1.0", marks=proves(HTTP_SCOPE, '`http_version` of HTTP/1.0 is `"1.0"`')),
        pytest.param("1.1", marks=proves(HTTP_SCOPE, '`http_version` of HTTP/1.1 is `"1.1"`')),
    ],
)
def test_http_version(server: Server, version: str) -> None:
    with server.connect() as connection:
        connection.send(f"GET / HTTP/{version}\r\nHost: localhost\r\n\r\n".encode())
        assert scope_in(connection.read_response())["http_version"] == version


@proves(HTTP_SCOPE, "`method` is the method as a `str`")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_method(server: Server, method: str) -> None:
    assert scope_of(server, f"{method} /")["method"] == method


@proves(METHODS, "a method that is rare, such as `PROPFIND`, reaches the application", PRACTICE)
def test_rare_method(server: Server) -> None:
    assert scope_of(server, "PROPFIND /")["method"] == "PROPFIND"


@proves(METHODS, "a method that nobody has registered reaches the application", PRACTICE)
def test_unknown_method(server: Server) -> None:
    assert scope_of(server, "X-Y /")["method"] == "X-Y"


@proves(HTTP_SCOPE, "`method` is upper-case: a lower-case one is converted, or refused")
def test_method_in_lower_case_is_refused_or_made_upper_case(server: Server) -> None:
    response = server.request("get /")
    assert response.status in {400, 405, 501} or scope_in(response)["method"] == "GET"


@proves(HTTP_SCOPE, "`scheme` is `http`, or left out")
def test_scheme(server: Server) -> None:
    assert scope_of(server, "GET /").get("scheme", "http") == "http"


PATHS = [
    pytest.param("/a/b", "/a/b", marks=proves(HTTP_SCOPE, "`path` is a `str`")),
    *(
        pytest.param(target, path, marks=proves(HTTP_SCOPE, "`path` is decoded from UTF-8"))
        for target, path in [
            ("/caf%C3%A9", "/café"),
            ("/caf%c3%a9", "/café"),
            ("/%F0%9F%94%A5", "/🔥"),
        ]
    ),
    *(
        pytest.param(target, path, marks=proves(HTTP_SCOPE, "`path` is percent-decoded"))
        for target, path in [("/a%20b", "/a b"), ("/a%3Fb", "/a?b"), ("/%7Ea", "/~a")]
    ),
    pytest.param("/a%2Fb", "/a/b", marks=proves(HTTP_SCOPE, "`%2F` in `path` is decoded too")),
    pytest.param("/a%252Fb", "/a%2Fb", marks=proves(HTTP_SCOPE, "`path` is decoded only once")),
    pytest.param("/a+b", "/a+b", marks=proves(HTTP_SCOPE, "`+` in `path` is no space")),
    *(
        pytest.param(
            target, path, marks=proves(HTTP_SCOPE, "`path` is not normalised otherwise", PRACTICE)
        )
        for target, path in [
            ("//a//b", "//a//b"),
            ("/a/../b/./c", "/a/../b/./c"),
            ("/a;b=c", "/a;b=c"),
        ]
    ),
]


@pytest.mark.parametrize(("target", "path"), PATHS)
def test_path(server: Server, target: str, path: str) -> None:
    assert scope_of(server, f"GET {target}")["path"] == path


@proves(HTTP_SCOPE, "a path that is not UTF-8 is refused or replaced, and does no harm", PRACTICE)
def test_path_that_is_not_utf_8_does_no_harm(server: Server) -> None:
    with server.connect() as connection:
        response = connection.request("GET /%ff%fe")
        assert response.status == 400 or type(scope_in(response)["path"]) is str
    assert scope_of(server, "GET /next")["path"] == "/next"


@proves(HTTP_SCOPE, "`raw_path` is the path as received, in bytes")
@pytest.mark.parametrize("target", ["/", "/caf%c3%A9", "/a%20b+c", "/a%2Fb", "//a/../b", "/%7Ea"])
def test_raw_path(server: Server, target: str) -> None:
    assert optional(scope_of(server, f"GET {target}"), "raw_path") == target.encode()


@proves(HTTP_SCOPE, "`raw_path` does not contain the query string")
def test_raw_path_has_no_query(server: Server) -> None:
    assert optional(scope_of(server, "GET /a%20b?c=d"), "raw_path") == b"/a%20b"


@proves(HTTP_SCOPE, "`path` does not contain the query string")
@pytest.mark.parametrize("target", ["/p?a=b", "/p?", "/p??"])
def test_path_has_no_query(server: Server, target: str) -> None:
    assert scope_of(server, f"GET {target}")["path"] == "/p"


@proves(HTTP_SCOPE, "`query_string` is in bytes, and still percent-encoded")
@pytest.mark.parametrize("query", ["a=1&b=%20&c=+", "a=/%2F", "%3F"])
def test_query_string_is_kept_as_sent(server: Server, query: str) -> None:
    assert scope_of(server, f"GET /p?{query}")["query_string"] == query.encode()


@proves(HTTP_SCOPE, "`query_string` begins after the first `?`; another one is part of it")
def test_query_string_with_a_question_mark(server: Server) -> None:
    assert scope_of(server, "GET /p?a?b")["query_string"] == b"a?b"


@proves(HTTP_SCOPE, '`query_string` is `b""` when there is no query')
@pytest.mark.parametrize("target", ["/p", "/p?"])
def test_query_string_is_empty(server: Server, target: str) -> None:
    assert scope_of(server, f"GET {target}")["query_string"] == b""


@proves(ABSOLUTE_FORM, "an absolute target is accepted")
def test_absolute_form(server: Server) -> None:
    scope = scope_of(server, "GET http://localhost/p%20q?r=s")
    assert scope["query_string"] == b"r=s"


@proves(ABSOLUTE_FORM, "`path` of an absolute target is its path", PRACTICE)
def test_path_of_absolute_form(server: Server) -> None:
    assert scope_of(server, "GET http://localhost/p%20q?r=s")["path"] == "/p q"


@proves(HTTP_SCOPE, "`root_path` is empty by default")
def test_root_path_is_empty_by_default(server: Server) -> None:
    assert scope_of(server, "GET /").get("root_path", "") == ""


@proves(HTTP_SCOPE, "`root_path` is where the application is mounted")
def test_root_path(mounted: Server) -> None:
    assert scope_of(mounted, "GET /api/p")["root_path"] == "/api"


@proves(WSGI, "`path` begins with `root_path`, which can be stripped from it")
def test_root_path_is_part_of_the_path(mounted: Server) -> None:
    """Some servers expect that a proxy has stripped it from the target, and some that none has."""
    paths = [scope_of(mounted, f"GET {target}")["path"] for target in ("/p%20q", "/api/p%20q")]
    assert "/api/p q" in paths


@proves(HTTP_SCOPE, "`headers` are pairs of `bytes`")
def test_headers_are_bytes(server: Server) -> None:
    assert header_pairs(server, "x-a: 1") == [(b"x-a", b"1")]


@proves(HTTP_SCOPE, "names in `headers` are lower-case", SHOULD)
def test_header_names_are_lower_case(server: Server) -> None:
    assert header_pairs(server, "X-Mixed-Case: Value") == [(b"x-mixed-case", b"Value")]


@proves(HTTP_SCOPE, "duplicates in `headers` are preserved, in order")
def test_headers_keep_duplicates(server: Server) -> None:
    fields = ("x-a: 1", "x-b: 2", "x-a: 3", "x-a: 1")
    values = [value for name, value in header_pairs(server, *fields) if name == b"x-a"]
    assert values == [b"1", b"3", b"1"]


@proves(HTTP_SCOPE, "headers of different names keep their order", PRACTICE)
def test_headers_keep_their_order(server: Server) -> None:
    names = [name for name, _ in header_pairs(server, "x-b: 1", "x-a: 2", "x-c: 3")]
    assert names == [b"x-b", b"x-a", b"x-c"]


@proves(HTTP_SCOPE, 'a header without a value is `b""`')
def test_header_without_a_value(server: Server) -> None:
    assert header_pairs(server, "x-empty:") == [(b"x-empty", b"")]


@proves(FIELD_VALUES, "white space around a header's value is no part of it")
def test_white_space_around_a_header(server: Server) -> None:
    assert header_pairs(server, "x-space: \t v w \t ") == [(b"x-space", b"v w")]


@proves(FIELD_VALUES, "octets outside of ASCII in a header's value are preserved", SHOULD)
def test_header_value_outside_ascii(server: Server) -> None:
    assert header_pairs(server, "x-name: caf\xe9") == [(b"x-name", b"caf\xe9")]


@proves(HTTP_SCOPE, "headers that the server itself obeys are in `headers` too", PRACTICE)
def test_well_known_headers_are_kept_too(server: Server) -> None:
    fields = ("Accept: */*", "Connection: keep-alive", "User-Agent: t", "Content-Length: 0")
    names = {name.lower() for name, _ in header_pairs(server, *fields)}
    assert names == {b"accept", b"connection", b"user-agent", b"content-length"}


@proves(HTTP_SCOPE, "`headers` contain `host`")
def test_host_is_a_header(server: Server) -> None:
    headers = scope_of(server, "GET /")["headers"]
    assert [value for name, value in headers if name.lower() == b"host"] == [b"localhost"]


@proves(HTTP_SCOPE, "`client` is the address and the port of the peer, `str` and `int`")
def test_client(server: Server) -> None:
    with server.connect() as connection:
        client = optional(scope_in(connection.request("GET /")), "client")
        assert client == ("127.0.0.1", connection.port)
        assert type(client[1]) is int


@proves(HTTP_SCOPE, "`client` is each connection's own")
def test_connections_have_their_own_client(server: Server) -> None:
    with Connection(server.address) as one, Connection(server.address) as other:
        clients = [optional(scope_in(each.request("GET /")), "client") for each in (one, other)]
        assert [int(port) for _, port in clients] == [one.port, other.port]


@proves(HTTP_SCOPE, "`server` is the address and the port that were connected to")
def test_server(server: Server) -> None:
    address = optional(scope_of(server, "GET /"), "server")
    assert address == server.address
    assert type(address[1]) is int


@proves(HTTP_SCOPE, "`server` on a unix socket is its path and `None`")
def test_server_on_a_unix_socket(unix_server: Server) -> None:
    address = optional(scope_of(unix_server, "GET /"), "server")
    assert address == (unix_server.address, None)


@proves(
    HTTP_SCOPE, "`client` on a unix socket claims no address: it is `None`, or left out", PRACTICE
)
def test_client_on_a_unix_socket(unix_server: Server) -> None:
    assert scope_of(unix_server, "GET /").get("client") is None


@proves(EXTENSIONS, "`extensions` is a dictionary of dictionaries")
def test_extensions_are_dictionaries(server: Server) -> None:
    extensions = optional(scope_of(server, "GET /"), "extensions")
    assert all(type(value) is dict for value in extensions.values())


@proves(CONNECTION_SCOPE, "each request of a connection has a scope of its own")
def test_scope_is_fresh_for_each_request(spoiled: list[dict[str, Any]]) -> None:
    first, second = spoiled
    assert first.keys() == second.keys()
    assert first["headers"] == second["headers"]


@proves(CONNECTION_SCOPE, "`asgi` is not shared: one request can't spoil it for others", PRACTICE)
def test_asgi_is_fresh_for_each_request(spoiled: list[dict[str, Any]]) -> None:
    first, second = spoiled
    assert first["asgi"] == second["asgi"]


@proves(CONNECTION_SCOPE, "each pipelined request has a scope of its own")
def test_scope_is_fresh_for_pipelined_requests(server: Server) -> None:
    with server.connect() as connection:
        connection.send(b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % n for n in range(5)))
        scopes = [scope_in(connection.read_response()) for _ in range(5)]
    assert [scope["path"] for scope in scopes] == ["/0", "/1", "/2", "/3", "/4"]
    assert all(scope["headers"] == ((b"host", b"h"),) for scope in scopes)
