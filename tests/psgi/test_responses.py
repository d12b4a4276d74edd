"""What a response is sent as: section 3."""

import pytest
from support.server import Server

from psgi.asking import evaluate, received

APP = "psgi_evaluated:app"

Fields = list[tuple[bytes, bytes]]


def fields_of(server: Server, expression: str) -> Fields:
    """The fields of the response that begin with ``x-``, or that frame it."""
    headers = evaluate(server, expression).headers
    return [(name, value) for name, value in headers if name.startswith(b"x-")]


def without_body(server: Server, method: str, expression: str) -> tuple[bytes, Fields]:
    """The status line of a response after whose head nothing comes, and its fields."""
    raw = received(server, f"{method} /", f"Expression: {expression}")
    head, end, rest = raw.partition(b"\r\n\r\n")
    assert (end, rest) == (b"\r\n\r\n", b"")
    line, *fields = head.split(b"\r\n")
    pairs = [field.partition(b":")[::2] for field in fields]
    return line, [(name.lower(), value.strip()) for name, value in pairs]


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("None", b""),
        ("b''", b""),
        ("''", b""),
        ("b'octets \\xff'", b"octets \xff"),
        ("bytearray(b'octets')", b"octets"),
        ("memoryview(b'octets')", b"octets"),
        ("memoryview(b'octets')[1:4]", b"cte"),
        ("memoryview(b'octets')[::2]", b"ott"),
        ("memoryview(b'octets').cast('H')", b"octets"),
        ("memoryview(b'octets').cast('B', (2, 3))", b"octets"),
        ("'text'", b"text"),
        ("'caf\\xe9 \\u20ac \\U0001f525'", "café € 🔥".encode()),
        ("b'x' * 1_000_000", b"x" * 1_000_000),
    ],
)
def test_bodies_of_known_length(server: Server, body: str, content: bytes) -> None:
    response = evaluate(server, f"Response(body={body})")
    assert (response.status, response.body) == (200, content)
    assert response.header(b"content-length") == str(len(content)).encode()
    assert response.header(b"transfer-encoding") is None


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("[]", b""),
        ("[b'a', 'b', bytearray(b'c'), memoryview(b'd')]", b"abcd"),
        ("(b'tuple', b'!')", b"tuple!"),
        ("['', b'', 'a', '', bytearray(), 'b', memoryview(b''), '']", b"ab"),
        ("['caf\\xe9', b'\\xff']", b"caf\xc3\xa9\xff"),
        ("(str(number) for number in range(5))", b"01234"),
        ("map(str, range(3))", b"012"),
        ("iter([b'a', b'b'])", b"ab"),
        ("{'set'}", b"set"),
        ("(letter async for letter in letters())", b"abc"),
        ("letters()", b"abc"),
        ("[memoryview(b'octets').cast('H')]", b"octets"),
        ("[b'x' * 300_000] * 3", b"x" * 900_000),
    ],
)
def test_streams(server: Server, body: str, content: bytes) -> None:
    response = evaluate(server, f"Response(body={body})")
    assert (response.status, response.body) == (200, content)


@pytest.mark.needs("streams-to-1.0")
@pytest.mark.parametrize("body", ["['a', 'b']", "letters()"])
def test_a_stream_to_http_1_0_ends_with_the_connection(server: Server, body: str) -> None:
    with server.connect() as connection:
        lines = ["GET / HTTP/1.0", f"Expression: Response(body={body})", "", ""]
        connection.send("\r\n".join(lines).encode())
        head, _, content = connection.read_to_end().partition(b"\r\n\r\n")
    assert content in {b"ab", b"abc"}
    assert b"transfer-encoding" not in head.lower()


@pytest.mark.parametrize("status", [200, 201, 299, 300, 307, 400, 404, 418, 451, 500, 599])
def test_status(server: Server, status: int) -> None:
    assert evaluate(server, f"Response({status}, body='text')").status == status


@pytest.mark.needs("statuses-from-600")
@pytest.mark.parametrize("status", [600, 777, 999])
def test_status_without_a_class(server: Server, status: int) -> None:
    assert evaluate(server, f"Response({status}, body='text')").status == status


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ("()", []),
        ("{}", []),
        ("[('X-A', '1')]", [(b"x-a", b"1")]),
        ("[(b'x-a', b'1')]", [(b"x-a", b"1")]),
        ("[('x-a', b'1'), (b'x-b', '2')]", [(b"x-a", b"1"), (b"x-b", b"2")]),
        (
            "[('x-a', '1'), ('x-b', '2'), ('x-a', '3')]",
            [(b"x-a", b"1"), (b"x-b", b"2"), (b"x-a", b"3")],
        ),
        ("{'x-a': '1', b'x-b': b'2'}", [(b"x-a", b"1"), (b"x-b", b"2")]),
        ("types.MappingProxyType({'x-a': '1'})", [(b"x-a", b"1")]),
        ("(('x-a', str(number)) for number in range(2))", [(b"x-a", b"0"), (b"x-a", b"1")]),
        ("{'x-a': '1'}.items()", [(b"x-a", b"1")]),
        ("[['x-a', '1']]", [(b"x-a", b"1")]),
        ("[('x-a', 'caf\\xe9'), ('x-b', b'\\xff')]", [(b"x-a", b"caf\xe9"), (b"x-b", b"\xff")]),
        ("[('x-a', ''), ('x-b', 'a\\tb')]", [(b"x-a", b""), (b"x-b", b"a\tb")]),
        ("[('x-!#$%&*+.^_`|~1', '1')]", [(b"x-!#$%&*+.^_`|~1", b"1")]),
    ],
)
def test_headers(server: Server, headers: str, fields: Fields) -> None:
    assert fields_of(server, f"Response(200, {headers}, 'text')") == fields


def test_headers_of_a_request_are_headers_of_a_response(server: Server) -> None:
    """They have ``items``, so they are a mapping whose names may come twice."""
    expression = "Response(200, headers.items())"
    headers = evaluate(server, expression, "GET /", "X-A: 1", "X-A: 2").headers
    assert [value for name, value in headers if name == b"x-a"] == [b"1", b"2"]


def test_attributes_may_be_changed_until_it_is_returned(server: Server) -> None:
    changes = "status=404, headers=[('x-a', '1')], body='changed'"
    response = evaluate(server, f"changed(Response(body='text'), {changes})")
    assert (response.status, response.body) == (404, b"changed")
    assert response.header(b"x-a") == b"1"
    assert response.header(b"content-length") == b"7"


@pytest.mark.parametrize(
    ("body", "content"), [("'text'", b"text"), ("['te', 'xt']", b"text"), ("None", b"")]
)
def test_a_length_that_is_right(server: Server, body: str, content: bytes) -> None:
    """A stream whose length is known needs no chunks."""
    length = f"[('Content-Length', '{len(content)}')]"
    response = evaluate(server, f"Response(200, {length}, {body})")
    assert response.body == content
    assert response.header(b"content-length") == str(len(content)).encode()
    assert response.header(b"transfer-encoding") is None


@pytest.mark.parametrize("name", ["transfer-encoding", "Transfer-Encoding"])
@pytest.mark.parametrize("body", ["'text'", "['te', 'xt']"])
def test_transfer_coding_is_the_hosts(server: Server, name: str, body: str) -> None:
    """Twice: whoever took the application by its word would be out of step now."""
    field = f"Expression: Response(200, [('{name}', 'gzip, chunked')], {body})"
    with server.connect() as connection:
        for _ in range(2):
            response = connection.request("GET /", b"", field)
            assert response.body == b"text"
            assert response.header(b"transfer-encoding") in {None, b"chunked"}


@pytest.mark.parametrize("value", ["close", "Close", "x-a, close"])
def test_the_application_may_close_the_connection(server: Server, value: str) -> None:
    with server.connect() as connection:
        field = f"Expression: Response(200, [('connection', '{value}')], 'text')"
        response = connection.request("GET /", b"", field)
        assert response.body == b"text"
        assert b"close" in (response.header(b"connection") or b"").lower()
        assert connection.read_to_end() == b""


def test_connection_is_the_hosts(server: Server) -> None:
    with server.connect() as connection:
        field = "Expression: Response(200, [('connection', 'x-a'), ('x-a', '1')], 'text')"
        for _ in range(2):
            response = connection.request("GET /", b"", field)
            assert b"x-a" not in (response.header(b"connection") or b"")


@pytest.mark.parametrize("body", ["'text'", "b'text'", "File(__file__, 0, 4)"])
def test_head_has_the_length_and_no_content(server: Server, body: str) -> None:
    line, fields = without_body(server, "HEAD", f"Response(200, [('x-a', '1')], {body})")
    assert line.startswith(b"HTTP/1.1 200 ")
    assert (b"content-length", b"4") in fields
    assert (b"x-a", b"1") in fields


def test_head_of_a_stream(server: Server) -> None:
    line, fields = without_body(server, "HEAD", "Response(200, [('x-a', '1')], letters())")
    assert line.startswith(b"HTTP/1.1 200 ")
    assert (b"x-a", b"1") in fields
    assert b"content-length" not in dict(fields)


def test_head_of_a_stream_whose_length_is_given(server: Server) -> None:
    headers = "[('content-length', '3')]"
    _, fields = without_body(server, "HEAD", f"Response(200, {headers}, letters())")
    assert (b"content-length", b"3") in fields


@pytest.mark.parametrize("status", [204, 205, 304])
@pytest.mark.parametrize("body", ["None", "'text'", "['te', 'xt']", "letters()", "File(__file__)"])
def test_statuses_without_content(server: Server, status: int, body: str) -> None:
    line, fields = without_body(server, "GET", f"Response({status}, [('x-a', '1')], {body})")
    assert line.startswith(f"HTTP/1.1 {status} ".encode())
    assert (b"x-a", b"1") in fields
    assert b"transfer-encoding" not in dict(fields)
    if status == 204:
        assert b"content-length" not in dict(fields)
    if status == 205:
        assert (b"content-length", b"0") in fields


def test_the_connection_goes_on_after_no_content(server: Server) -> None:
    with server.connect() as connection:
        for status in (204, 205, 304):
            field = f"Expression: Response({status}, body='text')"
            assert connection.request("GET /", b"", field).status == status
        field = "Expression: Response(body='text')"
        assert connection.request("HEAD /", b"", field).status == 200
        assert connection.request("GET /", b"", field).body == b"text"
