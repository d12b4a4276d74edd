"""Whatever octets a peer sends, the answer is no 5xx, and the same by PSGI and by ASGI."""

import asyncio
import logging
from collections.abc import Iterator
from urllib.parse import quote_from_bytes

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework import App
from support.examples import many_examples

from framework.calls import Call, by_asgi, by_psgi
from framework.everything import CONVERTERS, ROUTED, application

JSON = b"application/json"
URLENCODED = b"application/x-www-form-urlencoded"
MULTIPART = b"multipart/form-data; boundary=x"

GETS = [
    *("/query", "/query-model", "/headers", "/cookies", "/request", "/event", "/native", "*", "/"),
    *("/files/", "/files/a.txt", "/files/docs"),
]

POSTS = {
    **{f"/{name}": [JSON] for name in ("struct", "dataclass", "typed-dict", "pydantic", "union")},
    **{f"/read/{how}": [JSON] for how in ("read", "text", "json", "pieces")},
    **{f"/{name}": [URLENCODED, MULTIPART] for name in ("form", "form-model", "read-form")},
    "/multipart": [MULTIPART],
}
"""The paths that take a body, with the content types that they take."""

OPEN = [
    *("/back/", "/rest/", "/either/", "/files/", "/native/", "/request/"),
    *(f"{ROUTED}{number}/" for number in range(len(CONVERTERS))),
]
"""What other segments follow."""

GOOD = st.sampled_from(["1", "x", "red", "true", "2024-02-29", "1.5", "a-b", "ff"])
TEXTS = (
    GOOD
    | st.text(max_size=8)
    | st.sampled_from(
        [
            *("-5", "1e999", "9" * 5000, "null", "٣", "..", ".", "%", "a.txt", "../everything.py"),
            *("2024-02-29T10:15:30Z", "9999-12-31T23:59:59-23:59", "1e-5", "\0", "a\\b", "a:b"),
            *(
                "12345678-1234-5678-1234-567812345678",
                "docs/",
                "//host",
                "\ud7ff",
                "\U0010ffff",
                "/end",
            ),
        ]
    )
)

OCTETS = st.binary(max_size=8) | TEXTS.map(str.encode)

ESCAPED = OCTETS.map(lambda octets: quote_from_bytes(octets).encode())

# Octets that no server refuses in a path, escaped or not.
IN_TARGETS = [octet for octet in range(0x21, 0x100) if octet not in b"?#\x7f"]
RAW = st.lists(st.sampled_from(IN_TARGETS), max_size=8).map(bytes)

SEGMENTS = ESCAPED | RAW

NAMES = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "it", "data", "name", ""]).map(
    str.encode
)

FIELD_VALUES = st.lists(
    st.sampled_from([octet for octet in range(0x20, 0x100) if octet != 0x7F]), max_size=12
).map(bytes)

PAIRS = st.lists(st.tuples(NAMES, GOOD.map(str.encode) | ESCAPED | RAW), max_size=5)

JSON_NAMES = st.sampled_from(
    ["name", "number", "children", "day", "x", "y", "width", "texts", "a", "\ud7ff"]
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(JSON_NAMES, inner, max_size=4),
    max_leaves=8,
)
ITEMS = st.recursive(
    st.fixed_dictionaries({"name": TEXTS}, optional={"number": st.integers(-9, 9)}),
    lambda inner: st.fixed_dictionaries({"name": TEXTS, "children": st.lists(inner, max_size=2)}),
    max_leaves=4,
)
FITTING = ITEMS | st.fixed_dictionaries(
    {"x": st.floats(-1, 1), "width": st.integers(), "number": st.integers()},
    optional={"y": st.integers(), "texts": st.lists(TEXTS)},
)
JSON_TEXTS = (FITTING | JSON_VALUES).map(msgspec.json.encode)

AWKWARD = st.sampled_from(
    [
        *(
            b"",
            b"[" * 5000,
            b'{"a":' * 5000,
            b"1e999",
            b"1" * 5000,
            b'"\\ud800"',
            b'{"name":"\\ud800"}',
        ),
        *(b"\xef\xbb\xbf{}", b"a=%", b"a=%ff&b=%zz", b"&" * 2000, b"a=1;b=2", b"--x--", b"--x"),
        b'--x\r\ncontent-disposition: form-data; name="c"; filename=""\r\n\r\n\r\n--x--\r\n',
        b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
        b"--x\r\ncontent-disposition: form-data\r\n\r\n1\r\n--x--\r\n",
        b"--x\r\ncontent-type: text/plain; charset=nothing\r\n\r\n1\r\n--x--\r\n",
    ]
)


@st.composite
def multipart_bodies(draw: st.DrawFn) -> bytes:
    parts = draw(st.lists(st.tuples(NAMES, st.none() | OCTETS, OCTETS), max_size=3))
    body = b""
    for name, filename, content in parts:
        file = b"" if filename is None else b'; filename="%b"' % filename
        head = b'content-disposition: form-data; name="%b"%b' % (name, file)
        body += b"--x\r\n%b\r\n\r\n%b\r\n" % (head, content)
    return body + b"--x--\r\n"


@st.composite
def cut(draw: st.DrawFn, octets: st.SearchStrategy[bytes]) -> bytes:
    """The octets with one more, less, or another."""
    whole = bytearray(draw(octets))
    place = draw(st.integers(0, len(whole)))
    return bytes(whole[:place] + draw(st.binary(max_size=2)) + whole[place + 1 :])


FORMS = PAIRS.map(lambda pairs: b"&".join(b"=".join(pair) for pair in pairs))
BODIES = {JSON: JSON_TEXTS, URLENCODED: FORMS, MULTIPART: multipart_bodies()}

CONTENT_TYPES = FIELD_VALUES | st.sampled_from(
    [
        *(JSON, b"application/json; charset=latin-1", b"application/x+json", URLENCODED),
        *(b"application/x-www-form-urlencoded; charset=x", MULTIPART, b"multipart/form-data"),
        b'multipart/form-data; boundary="',
        *(b"text/plain; charset=utf-16", b"text/plain; charset=idna", b"text/plain; charset=\xff"),
    ]
)

FIELD_NAMES = st.sampled_from(
    [
        *(
            b"a",
            b"b",
            b"x-c",
            b"cookie",
            b"host",
            b"range",
            b"if-range",
            b"if-none-match",
            b"accept",
        ),
        *(b"if-modified-since", b"accept-encoding", b"if-match", b"content-disposition", b"expect"),
    ]
)
COOKIES = PAIRS.map(lambda pairs: b"; ".join(b"=".join(pair) for pair in pairs))


FIELDS = st.lists(st.tuples(FIELD_NAMES, st.just(b"1") | FIELD_VALUES), max_size=4)


@st.composite
def gets(draw: st.DrawFn) -> Call:
    """Without a body that anybody wants."""
    path = draw(st.sampled_from(GETS)).encode()
    fields = [*draw(FIELDS), (b"cookie", draw(COOKIES))]
    return Call(path, draw(FORMS | RAW), fields=fields)


@st.composite
def values(draw: st.DrawFn) -> Call:
    """With values in the path."""
    path = draw(st.sampled_from(OPEN)).encode()
    path += b"/".join(draw(st.lists(SEGMENTS, min_size=1, max_size=2)))
    return Call(path, draw(FORMS))


@st.composite
def posts(draw: st.DrawFn) -> Call:
    """With a body, in one piece or two, that is mostly of the type that it says."""
    path = draw(st.sampled_from(list(POSTS)))
    content_type = draw(st.sampled_from(POSTS[path]))
    content = draw(BODIES[content_type] | cut(BODIES[content_type]) | AWKWARD)
    if draw(st.integers(0, 4)) == 0:
        content_type = draw(CONTENT_TYPES)
    middle = draw(st.integers(0, len(content)))
    pieces = [piece for piece in (content[:middle], content[middle:]) if piece]
    fields = [(b"content-type", content_type), *draw(FIELDS)]
    return Call(path.encode(), draw(FORMS), "POST", fields, pieces)


@st.composite
def calls(draw: st.DrawFn) -> Call:
    call = draw(posts() | gets() | values())
    if draw(st.integers(0, 9)) == 0:
        call.method = draw(st.sampled_from(["HEAD", "OPTIONS", "PUT", "X", "GET", "POST"]))
    return call


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    folder = tmp_path_factory.mktemp("files")
    (folder / "a.txt").write_text("a file")
    (folder / "docs").mkdir()
    (folder / "docs" / "index.html").write_text("an index")
    app = application(folder)
    asyncio.run(app.prepare())
    return app


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


class Complaints(logging.Handler):
    """What is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(self.format(record))


@pytest.fixture(scope="module")
def complaints() -> Iterator[Complaints]:
    handler = Complaints()
    for name in ("pyre.framework", "asyncio"):
        logging.getLogger(name).addHandler(handler)
    yield handler
    for name in ("pyre.framework", "asyncio"):
        logging.getLogger(name).removeHandler(handler)


@many_examples(300)
@given(call=calls())
def test_no_request_is_an_error_of_the_application(
    app: App, runner: asyncio.Runner, complaints: Complaints, call: Call
) -> None:
    complaints.records.clear()
    answer = runner.run(by_psgi(app, call))
    assert 200 <= answer.status < 500
    assert answer == runner.run(by_asgi(app, call))
    assert complaints.records == []
