"""Files: what is sent, and what is sent instead when a peer has it already (RFC 9110 §13)."""

import gc
import os
import sys
from pathlib import Path

import pytest
from pyre.framework.errors import HTTPError
from pyre.framework.responses import FileResponse
from pyre.framework.responses.open_file import OpenFile

from framework.responses.exchange import App, Request, Sent, get, sent

MODIFIED = 784111777
"""Sun, 06 Nov 1994 08:49:37 GMT"""
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
EARLIER = "Sun, 06 Nov 1994 08:49:36 GMT"
LATER = "Sun, 06 Nov 1994 08:49:38 GMT"
TAG = '"ae1b981bc490a00-a"'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_bytes(b"0123456789")
    os.utime(path, (MODIFIED, MODIFIED))
    return path


def test_a_file(file: Path) -> None:
    answer = get(FileResponse(file))
    assert (answer.status, answer.content) == (200, b"0123456789")
    assert answer["content-type"] == "text/html; charset=utf-8"
    assert answer["last-modified"] == DATE
    assert answer["accept-ranges"] == "bytes"
    assert answer["content-disposition"] is None
    assert answer["vary"] is None


def test_the_entity_tag_is_made_of_time_and_size(file: Path) -> None:
    tags = {get(FileResponse(file))["etag"]}
    assert all(tag is not None and tag.startswith('"') for tag in tags)
    file.write_bytes(b"0123456789a")
    os.utime(file, (MODIFIED, MODIFIED))
    tags.add(get(FileResponse(file))["etag"])
    os.utime(file, ns=(0, MODIFIED * 10**9 + 1))
    tags.add(get(FileResponse(file))["etag"])
    assert len(tags) == 3


def test_a_file_that_has_just_changed_has_a_weak_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next change can come in the same tick of the clock of the file system."""
    set_clock(monkeypatch, MODIFIED + 0.5)
    answer = get(FileResponse(file))
    tag = answer["etag"]
    assert tag == f"W/{TAG}"
    assert get(FileResponse(file), ("if-none-match", tag)).status == 304
    assert get(FileResponse(file), ("if-match", tag)).status == 412
    for condition in (tag, TAG, DATE):
        headers = [("range", "bytes=0-0"), ("if-range", condition)]
        assert get(FileResponse(file), *headers).status == 200
    set_clock(monkeypatch, MODIFIED + 1)
    assert get(FileResponse(file))["etag"] == TAG
    assert get(FileResponse(file), *headers).status == 206


def test_a_file_of_the_future_is_of_now(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9110 §8.8.2.1."""
    set_clock(monkeypatch, MODIFIED - 1)
    answer = get(FileResponse(file))
    assert (answer["etag"], answer["last-modified"]) == (f"W/{TAG}", EARLIER)


def set_clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    name = "pyre.framework.responses.open_file.time.time_ns"
    monkeypatch.setattr(name, lambda: int(seconds * 10**9))


def test_head_has_the_same_fields(file: Path) -> None:
    answer = get(FileResponse(file), method="HEAD")
    assert answer.content == b""
    assert answer.fields == get(FileResponse(file)).fields


def test_a_time_beyond_the_calendar(file: Path) -> None:
    opened = OpenFile.at(str(file), follow_symlinks=True)
    opened.modified_ns = -(10**21)
    assert opened.validators().modified is None


CONDITIONS = [
    # one condition each
    ({"if-none-match": TAG}, 304),
    ({"if-none-match": f'"x" , W/{TAG},'}, 304),
    ({"if-none-match": f'"a,b", {TAG}'}, 304),
    ({"if-none-match": "*"}, 304),
    ({"if-none-match": '"x"'}, 200),
    ({"if-none-match": ""}, 200),
    ({"if-none-match": TAG.strip('"')}, 200),
    ({"if-none-match": f"x {TAG}"}, 200),
    ({"if-modified-since": DATE}, 304),
    ({"if-modified-since": LATER}, 304),
    ({"if-modified-since": EARLIER}, 200),
    ({"if-modified-since": "Sun Nov  6 08:49:37 1994"}, 304),
    ({"if-modified-since": "yesterday"}, 200),
    ({"if-match": TAG}, 200),
    ({"if-match": f'"x", {TAG}'}, 200),
    ({"if-match": "*"}, 200),
    ({"if-match": '"x"'}, 412),
    ({"if-match": f"W/{TAG}"}, 412),
    ({"if-match": ""}, 412),
    ({"if-unmodified-since": DATE}, 200),
    ({"if-unmodified-since": LATER}, 200),
    ({"if-unmodified-since": EARLIER}, 412),
    ({"if-unmodified-since": "yesterday"}, 200),
    # which goes before which (RFC 9110 §13.2.2)
    ({"if-match": TAG, "if-unmodified-since": EARLIER}, 200),
    ({"if-match": '"x"', "if-unmodified-since": LATER}, 412),
    ({"if-match": TAG, "if-none-match": TAG}, 304),
    ({"if-match": '"x"', "if-none-match": TAG}, 412),
    ({"if-unmodified-since": EARLIER, "if-modified-since": LATER}, 412),
    ({"if-unmodified-since": LATER, "if-modified-since": LATER}, 304),
    ({"if-none-match": '"x"', "if-modified-since": LATER}, 200),
    ({"if-none-match": TAG, "if-modified-since": EARLIER}, 304),
    ({"if-none-match": TAG, "range": "bytes=0-0"}, 304),
    ({"if-match": '"x"', "range": "bytes=0-0"}, 412),
    ({"if-match": TAG, "range": "bytes=0-0"}, 206),
]


@pytest.mark.parametrize(("headers", "status"), CONDITIONS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions(file: Path, headers: dict[str, str], status: int, method: str) -> None:
    answer = get(FileResponse(file), *headers.items(), method=method)
    expected = 200 if (status, method) == (206, "HEAD") else status
    assert answer.status == expected
    has_content = method == "GET" and status != 304
    assert bool(answer.content) == has_content


def test_several_lines_of_a_condition_are_one_list(file: Path) -> None:
    headers = [("if-none-match", '"x"'), ("if-none-match", TAG)]
    assert get(FileResponse(file), *headers).status == 304


@pytest.mark.parametrize("headers", [headers for headers, status in CONDITIONS if status != 200])
def test_other_methods_and_statuses_have_no_conditions(file: Path, headers: dict[str, str]) -> None:
    assert get(FileResponse(file), *headers.items(), method="POST").status == 200
    answer = get(FileResponse(file, status=404), *headers.items())
    assert (answer.status, answer["etag"], answer.content) == (404, None, b"0123456789")


FIELDS = {
    "cache-control": "max-age=60",
    "content-language": "de",
    "vary": "cookie",
    "set-cookie": "a=b",
    "content-security-policy": "default-src 'self'",
}


def test_304_has_what_caches_need(file: Path) -> None:
    answer = get(FileResponse(file, headers=FIELDS), ("if-none-match", "*"))
    assert dict(answer.fields) == {
        "cache-control": "max-age=60",
        "vary": "cookie",
        "set-cookie": "a=b",
        "content-security-policy": "default-src 'self'",
        "etag": TAG,
        "last-modified": DATE,
        "content-length": "0",
    }


def refused(file: Path, *headers: tuple[str, str]) -> Sent:
    answer = get(FileResponse(file, headers=FIELDS), *headers)
    assert answer["content-type"] == "application/problem+json"
    names = {name for name, _ in answer.fields}
    assert {"vary", "set-cookie", "content-security-policy"} <= names
    assert not names & {"cache-control", "content-language", "etag", "last-modified"}
    return answer


def test_412_is_a_problem_that_is_not_kept(file: Path) -> None:
    answer = refused(file, ("if-match", '"x"'))
    assert answer.status == 412
    assert b"Precondition Failed" in answer.content


def test_416_says_how_long_the_file_is(file: Path) -> None:
    answer = refused(file, ("range", "bytes=10-"))
    assert (answer.status, answer["content-range"]) == (416, "bytes */10")


def test_validators_of_the_application(file: Path) -> None:
    headers = {"ETag": '"own"', "Last-Modified": LATER}
    answer = get(FileResponse(file, headers=headers))
    assert (answer["etag"], answer["last-modified"]) == ('"own"', LATER)
    assert get(FileResponse(file, headers=headers), ("if-none-match", '"own"')).status == 304
    assert get(FileResponse(file, headers=headers), ("if-none-match", TAG)).status == 200
    assert get(FileResponse(file, headers=headers), ("if-modified-since", DATE)).status == 200


def test_a_response_may_be_sent_again(file: Path) -> None:
    response = FileResponse(file)
    before = response.headers.lines.copy()
    assert get(response).fields == get(response).fields
    assert response.headers.lines == before


@pytest.mark.parametrize("name", ["none", "page.html/none", "a" * 300, "a\0b", "\ud800", ""])
def test_what_is_not_there(file: Path, name: str) -> None:
    with pytest.raises(HTTPError) as caught:
        get(FileResponse(file.parent / name))
    assert caught.value.status == 404


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "loop"):
        with pytest.raises(HTTPError) as caught:
            get(FileResponse(path))
        assert caught.value.status == 404


def test_a_file_that_must_not_be_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pyre.framework.responses.open_file.os.open", refuse)
    with pytest.raises(HTTPError) as caught:
        get(FileResponse(file))
    assert caught.value.status == 403


def test_too_many_open_files_is_no_fault_of_the_peer(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("pyre.framework.responses.open_file.os.open", fail)
    with pytest.raises(OSError, match="Too many"):
        get(FileResponse(file))


OPEN_FILES = Path("/proc/self/fd")


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="open files can't be counted")
@pytest.mark.parametrize("headers", [{}, {"if-none-match": "*"}, {"range": "bytes=99-"}])
def test_the_file_is_closed_with_the_response(file: Path, headers: dict[str, str]) -> None:
    gc.collect()
    before = len(list(OPEN_FILES.iterdir()))
    for _ in range(3):
        get(FileResponse(file), *headers.items())
    with pytest.raises(HTTPError) as caught:
        get(FileResponse(file.parent))
    assert caught.value.__cause__, "an error that is kept must not keep the file"
    assert len(list(OPEN_FILES.iterdir())) == before


def test_what_is_sent_is_what_the_head_tells_of(file: Path) -> None:
    """Another file may take the name before the host sends."""
    response = FileResponse(file).to_psgi(App(), Request())
    new = file.with_suffix(".new")
    new.write_bytes(b"longer than the old one")
    new.replace(file)
    assert sent(response).content == b"0123456789"


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ({"filename": "a.txt"}, 'attachment; filename="a.txt"'),
        ({"filename": "a.txt", "disposition": "inline"}, 'inline; filename="a.txt"'),
        ({"disposition": "attachment"}, 'attachment; filename="page.html"'),
        ({"filename": "ä"}, "attachment; filename=\"_\"; filename*=UTF-8''%C3%A4"),
        ({"headers": {"content-disposition": "x"}, "filename": "a"}, "x"),
    ],
)
def test_names_for_saving(file: Path, arguments: dict[str, str], value: str) -> None:
    assert get(FileResponse(file, **arguments))["content-disposition"] == value


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.html", "text/html; charset=utf-8"),
        ("a.CSS", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.svg", "image/svg+xml"),
        ("a.wasm", "application/wasm"),
        ("a.webp", "image/webp"),
        ("a.woff2", "font/woff2"),
        ("a.tar.gz", "application/gzip"),
        ("a.svgz", "application/gzip"),
        ("a.txt.br", "application/octet-stream"),
        ("a.zst", "application/zstd"),
        ("a", "application/octet-stream"),
        ("a.unknown", "application/octet-stream"),
        ("data:text,a.html", "text/html; charset=utf-8"),
        (".html", "application/octet-stream"),
    ],
)
def test_content_types(name: str, content_type: str) -> None:
    assert FileResponse(Path("/folder.html") / name).headers["content-type"] == content_type


def test_content_types_that_are_given() -> None:
    given = FileResponse("a.html", content_type="text/x")
    assert given.headers["content-type"] == "text/x"
    given = FileResponse("a.html", headers={"content-type": "text/y"})
    assert given.headers["content-type"] == "text/y"
