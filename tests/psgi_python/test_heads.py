"""The head that ``to_asgi`` makes of a response: framing, and what is the host's."""

import pytest
from pyre import psgi

from psgi_python.asgi_server import LAST, AsgiServer, in_loop

TRAILERS = {
    "extensions": {"http.response.trailers": {}},
    "headers": [(b"te", b"trailers, deflate")],
}


async def answered(response, **scope):
    server = AsgiServer(psgi.to_asgi(lambda _: response), **scope)
    await server.run(LAST)
    return server


def length_of(server):
    return dict(server.headers).get(b"content-length")


@in_loop
@pytest.mark.parametrize(
    ("method", "response", "length", "content"),
    [
        ("GET", psgi.Response(200, {}, None), b"0", b""),
        ("GET", psgi.Response(200, {}, "text"), b"4", b"text"),
        ("GET", psgi.Response(200, {"Content-Length": "4"}, "text"), b"4", b"text"),
        ("GET", psgi.Response(200, {"Content-Length": "04"}, "text"), b"4", b"text"),
        ("GET", psgi.Response(200, {}, ["te", "xt"]), None, b"text"),
        ("GET", psgi.Response(200, {"Content-Length": "4"}, ["te", "xt"]), b"4", b"text"),
        ("GET", psgi.Response(404, {}, b"text"), b"4", b"text"),
        ("HEAD", psgi.Response(200, {}, "text"), b"4", b""),
        ("HEAD", psgi.Response(200, {}, None), None, b""),
        ("HEAD", psgi.Response(200, {"Content-Length": "5"}, None), b"5", b""),
        ("HEAD", psgi.Response(200, {}, ["text"]), None, b""),
        ("HEAD", psgi.Response(200, {"Content-Length": "5"}, ["text"]), b"5", b""),
        ("GET", psgi.Response(204, {}, "text"), None, b""),
        ("GET", psgi.Response(204, {"Content-Length": "4"}, "text"), None, b""),
        ("GET", psgi.Response(205, {}, "text"), b"0", b""),
        ("GET", psgi.Response(205, {}, ["text"]), b"0", b""),
        ("GET", psgi.Response(304, {}, None), None, b""),
        ("GET", psgi.Response(304, {}, "text"), None, b""),
        ("GET", psgi.Response(304, {"Content-Length": "5"}, None), b"5", b""),
        ("GET", psgi.Response(304, {"Content-Length": "4"}, "text"), b"4", b""),
    ],
)
async def test_lengths(method, response, length, content):
    server = await answered(response, method=method)
    assert (server.status, length_of(server), server.body) == (response.status, length, content)
    assert server.is_complete


@in_loop
@pytest.mark.parametrize(
    ("headers", "body", "method", "message"),
    [
        ({"content-length": "5"}, "text", "GET", "content-length is 5, and the body has 4"),
        ({"content-length": "5"}, "text", "HEAD", "content-length is 5, and the body has 4"),
        ({"content-length": "5"}, None, "GET", "content-length is 5, and the body has 0"),
        ({"content-length": "x"}, "text", "GET", "must be one number, not 'x'"),
        ({"content-length": "+4"}, "text", "GET", "must be one number, not '\\+4'"),
        ({"content-length": "4, 4"}, "text", "GET", "must be one number, not '4, 4'"),
        ({"content-length": ""}, "text", "GET", "must be one number, not ''"),
        ({"content-length": b"\xb2"}, "text", "GET", "must be one number, not "),
        ([("content-length", "4")] * 2, "text", "GET", "must be one number, not '4'"),
    ],
)
async def test_lengths_that_are_wrong(headers, body, method, message):
    with pytest.raises(ValueError, match=message):
        await answered(psgi.Response(200, headers, body), method=method)


@in_loop
@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ([("transfer-encoding", "chunked")], []),
        ([("connection", "x-a"), ("x-a", "1")], [(b"x-a", b"1")]),
        ([("connection", "close")], [(b"connection", b"close")]),
        ([("Connection", "x-a, Close")], [(b"connection", b"close")]),
        ([("connection", "closed")], []),
    ],
)
async def test_what_is_the_hosts(headers, sent):
    server = await answered(psgi.Response(200, headers, ["text"]))
    assert server.headers == sent


@in_loop
async def test_an_upgrade_that_is_offered_is_an_option_of_the_connection():
    """RFC 9110 §7.8."""
    server = await answered(psgi.Response(426, {"upgrade": "websocket"}))
    assert (b"connection", b"upgrade") in server.headers


@in_loop
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (bytearray(b"octets"), b"octets"),
        (memoryview(b"octets")[::2], b"ott"),
        (memoryview(b"octets").cast("H"), b"octets"),
        ("é€", "é€".encode()),
    ],
)
async def test_octets(body, expected):
    server = await answered(psgi.Response(body=body))
    assert (server.body, type(server.sent[1]["body"])) == (expected, bytes)


@pytest.mark.parametrize(
    ("attribute", "value", "kind", "message"),
    [
        ("status", "200", TypeError, "status must be int, not str"),
        ("status", 99, ValueError, "status must be from 200 to 999, not 99"),
        ("headers", 5, TypeError, "headers must be"),
        ("body", 5, TypeError, "body must be .*, not int"),
        ("body", {"a": "b"}, TypeError, "body must be .*, not dict"),
        ("trailers", (), TypeError, "trailers must be a callable, not tuple"),
    ],
)
def test_attributes_are_checked_when_they_are_changed(attribute, value, kind, message):
    response = psgi.Response()
    with pytest.raises(kind, match=message):
        setattr(response, attribute, value)


@in_loop
async def test_text_that_is_none_is_noticed_when_it_is_sent():
    with pytest.raises(ValueError, match="the body is not text"):
        await answered(psgi.Response(body="\ud800"))


def with_trailers(body="text", status=200, fields=(("x-a", "1"),)):
    return psgi.Response(status, body=body, trailers=lambda: fields)


@in_loop
@pytest.mark.parametrize("body", [None, "text", ["te", "xt"]])
async def test_trailers(body):
    server = await answered(with_trailers(body), **TRAILERS)
    assert server.sent[0]["trailers"] is True
    assert length_of(server) is None
    assert server.sent[-1] == {"type": "http.response.trailers", "headers": [(b"x-a", b"1")]}


@in_loop
@pytest.mark.parametrize(
    ("response", "scope"),
    [
        (with_trailers(), {**TRAILERS, "extensions": {}}),
        (with_trailers(), {**TRAILERS, "headers": []}),
        (with_trailers(), {**TRAILERS, "headers": [(b"te", b"deflate")]}),
        (with_trailers(), {**TRAILERS, "http_version": "1.0"}),
        (with_trailers(), {**TRAILERS, "method": "HEAD"}),
        (with_trailers(status=204), TRAILERS),
        (psgi.Response(body="text"), TRAILERS),
    ],
)
async def test_trailers_that_can_not_be_sent(response, scope):
    if response.trailers:
        response.trailers = lambda: pytest.fail("they are asked for")
    server = await answered(response, **scope)
    assert "trailers" not in server.sent[0]
    assert server.types[-1] == "http.response.body"


@in_loop
@pytest.mark.parametrize(
    ("fields", "kind"),
    [([("content-length", "4")], ValueError), ([("a b", "1")], ValueError), (5, TypeError)],
)
async def test_trailers_that_are_refused(fields, kind):
    server = AsgiServer(psgi.to_asgi(lambda _: with_trailers(fields=fields)), **TRAILERS)
    with pytest.raises(kind):
        await server.run(LAST)
    assert server.types == ["http.response.start", "http.response.body"]


@in_loop
async def test_a_length_is_checked_also_when_trailers_take_its_place():
    response = with_trailers(["te", "xt"])
    response.headers = {"content-length": "5"}
    with pytest.raises(ValueError, match="content-length is 5"):
        await answered(response, **TRAILERS)
