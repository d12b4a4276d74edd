"""Messages that no application may send. The tests read the names, the application the rest."""

from typing import Any

Headers = list[tuple[object, ...]]

BAD_HEADERS: dict[str, Headers] = {
    "name-empty": [(b"", b"v")],
    "name-space": [(b"x y", b"v")],
    "name-colon": [(b"x:", b"v")],
    "name-cr": [(b"x\r", b"v")],
    "name-lf": [(b"x\ny", b"v")],
    "name-nul": [(b"x\0", b"v")],
    "name-tab": [(b"\tx", b"v")],
    "name-non-ascii": [(b"caf\xc3\xa9", b"v")],
    "name-delimiter": [(b"x(y)", b"v")],
    "name-str": [("x-str", b"v")],
    "value-cr": [(b"x-v", b"a\rb")],
    "value-lf": [(b"x-v", b"a\nb")],
    "value-crlf": [(b"x-v", b"a\r\nset-cookie: evil=1")],
    "value-nul": [(b"x-v", b"a\0b")],
    "value-str": [(b"x-v", "v")],
    "second-of-two": [(b"x-good", b"1"), (b"x-v", b"a\r\nb")],
    "not-a-pair": [(b"x-v",)],
    "content-length-word": [(b"content-length", b"five")],
    "content-length-negative": [(b"content-length", b"-1")],
    "content-length-twice": [(b"content-length", b"1"), (b"content-length", b"2")],
}

START: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": []}
CHUNK: dict[str, Any] = {"type": "http.response.body", "body": b"chunk", "more_body": True}
END: dict[str, Any] = {"type": "http.response.body", "body": b""}

WRONG_MESSAGES: dict[str, list[dict[str, Any]]] = {
    "body-first": [END],
    "start-twice": [START, START],
    "start-within-body": [START, CHUNK, START],
    "unknown-type": [{"type": "http.response.bogus"}],
    "websocket-type": [{"type": "websocket.accept"}],
    "no-type": [{"status": 200}],
    "no-status": [{"type": "http.response.start", "headers": []}],
    "status-str": [{"type": "http.response.start", "status": "200"}],
    "body-str": [START, {"type": "http.response.body", "body": "text"}],
}
"""Of each sequence, only the last message is wrong."""
