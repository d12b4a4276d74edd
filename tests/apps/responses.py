"""Scenarios about the responses that an application may send."""

import contextlib

from scenarios import Receive, Scenarios, Scope, Send, query, respond, start

app = Scenarios()


async def send_body(send: Send, *chunks: bytes) -> None:
    """Send chunks, of which the last one ends the response."""
    for chunk in chunks[:-1]:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": chunks[-1]})


@app.add
async def plain(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"plain")


@app.add
async def start_without_headers(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 202})
    await send_body(send, b"accepted")


@app.add
async def body_without_keys(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send)
    await send({"type": "http.response.body"})


@app.add
async def status(scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, (b"content-length", b"0"), status=int(query(scope)))
    await send_body(send, b"")


@app.add
async def one_message(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send)
    await send_body(send, b"one message")


@app.add
async def stream(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send)
    await send_body(send, b"a", b"bc", b"", b"def", b"")


@app.add
async def stream_with_length(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, (b"content-length", b"6"))
    await send_body(send, b"a", b"bc", b"", b"def", b"")


@app.add
async def stream_on_demand(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send)
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    await app.gate("stream-on-demand")
    await send_body(send, b"second")


@app.add
async def large(scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send)
    await send_body(send, b"x" * int(query(scope)))


@app.add
async def own_transfer_encoding(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, (b"transfer-encoding", b"chunked"))
    await send_body(send, b"a", b"b")


@app.add
async def own_transfer_encoding_and_length(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, (b"transfer-encoding", b"chunked"), (b"content-length", b"2"))
    await send_body(send, b"a", b"b")


@app.add
async def no_content(scope: Scope, _receive: Receive, send: Send) -> None:
    """A body for a status that has none."""
    await start(send, status=int(query(scope)))
    await send_body(send, b"not", b"for", b"you")


@app.add
async def not_modified_with_length(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, (b"content-length", b"10"), (b"etag", b'"1"'), status=304)
    await send_body(send, b"")


@app.add
async def repeated_headers(_scope: Scope, _receive: Receive, send: Send) -> None:
    headers = [(b"set-cookie", b"a=1"), (b"x-between", b"-"), (b"set-cookie", b"b=2")]
    await start(send, *headers, (b"content-length", b"0"))
    await send_body(send, b"")


@app.add
async def many_headers(_scope: Scope, _receive: Receive, send: Send) -> None:
    headers = [(b"x-%d" % n, b"v" * 40) for n in range(200)]
    await start(send, *headers, (b"content-length", b"0"))
    await send_body(send, b"")


@app.add
async def headers_as_lists(_scope: Scope, _receive: Receive, send: Send) -> None:
    headers = [[b"x-a", b"1"], [b"x-b", b"1"]]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send_body(send, b"")


@app.add
async def unusual_values(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, (b"x-empty", b""), (b"x-octets", b"caf\xe9 \xf0\x9f\x94\xa5"))
    await send_body(send, b"")


@app.add
async def headers_from_a_generator(_scope: Scope, _receive: Receive, send: Send) -> None:
    headers = ([name, b"1"] for name in (b"x-a", b"x-b"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send_body(send, b"")


@app.add
async def extra_keys(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Messages with keys that no server knows, as a later version of a specification may have."""
    extra = {"com.example.extra": {"key": [1, None]}}
    await send({"type": "http.response.start", "status": 200, "headers": [], **extra})
    await send({"type": "http.response.body", "body": b"extra", **extra})


@app.add
async def messages_after_the_end(_scope: Scope, _receive: Receive, send: Send) -> None:
    await respond(send, b"complete")
    for message in (
        {"type": "http.response.body", "body": b"more", "more_body": True},
        {"type": "http.response.body", "body": b"and more"},
    ):
        with contextlib.suppress(Exception):
            await send(message)
    app.report("messages-after-the-end", None)


@app.add
async def returned_by_send(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Report what ``send`` returns."""
    first = await send({"type": "http.response.start", "status": 200, "headers": []})
    second = await send({"type": "http.response.body", "body": b""})
    app.report("returned-by-send", [first, second])


@app.add
async def own_date_and_server(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, (b"date", b"Thu, 01 Jan 1970 00:00:00 GMT"), (b"server", b"mine"))
    await send_body(send, b"")


@app.add
async def asks_to_close(_scope: Scope, _receive: Receive, send: Send) -> None:
    await start(send, (b"connection", b"close"), (b"content-length", b"3"))
    await send_body(send, b"bye")


@app.add
async def slow(_scope: Scope, _receive: Receive, send: Send) -> None:
    await app.gate("slow")
    await respond(send, b"slow")
