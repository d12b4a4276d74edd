"""Messages that no application may send. The tests read the names, the application the rest."""

from typing import Any

Headers = list[tuple[object, ...]]

BAD_NAMES: dict[str, Headers] = {
    "name-empty": [(b"", b"evil")],
    "name-space": [(b"x y", b"evil")],
    "name-colon": [(b"x:", b"evil")],
    "name-cr": [(b"x\r", b"evil")],
    "name-lf": [(b"x\ny", b"evil")],
    "name-nul": [(b"x\0", b"evil")],
    "name-tab": [(b"\tx", b"evil")],
    "name-non-ascii": [(b"caf\xc3\xa9", b"evil")],
    "name-delimiter": [(b"x(y)", b"evil")],
}

SPLIT_VALUES: dict[str, Headers] = {
    "value-cr": [(b"x-v", b"a\revil")],
    "value-lf": [(b"x-v", b"a\nevil")],
    "value-crlf": [(b"x-v", b"a\r\nset-cookie: evil=1")],
    "second-of-two": [(b"x-evil", b"1"), (b"x-v", b"a\r\nevil")],
}

NUL_VALUES: dict[str, Headers] = {"value-nul": [(b"x-v", b"evil\0")]}

BAD_LENGTHS: dict[str, Headers] = {
    "content-length-word": [(b"content-length", b"five")],
    "content-length-negative": [(b"content-length", b"-1")],
    "content-length-twice": [(b"content-length", b"1"), (b"content-length", b"2")],
}

WRONG_TYPES: dict[str, Headers] = {
    "name-str": [("x-evil", b"v")],
    "value-str": [(b"x-evil", "v")],
    "not-a-pair": [(b"x-evil",)],
}

BAD_HEADERS = {**BAD_NAMES, **SPLIT_VALUES, **NUL_VALUES, **BAD_LENGTHS, **WRONG_TYPES}

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
