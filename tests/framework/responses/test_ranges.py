"""Parts of files (RFC 9110 §14)."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.responses import FileResponse
from pyre.framework.responses.ranges import Part, UnsatisfiableError, requested_part

from framework.responses.exchange import get

CONTENT = b"0123456789"
MODIFIED = 784111777
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
TAG = '"ae1b981bc490a00-a"'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_bytes(CONTENT)
    os.utime(path, (MODIFIED, MODIFIED))
    return path


@pytest.mark.parametrize(
    ("value", "part", "content"),
    [
        ("bytes=0-0", "0-0", b"0"),
        ("bytes=0-", "0-9", CONTENT),
        ("bytes=3-5", "3-5", b"345"),
        ("bytes=9-", "9-9", b"9"),
        ("bytes=5-99999999999999999999999", "5-9", b"56789"),
        ("bytes=-1", "9-9", b"9"),
        ("bytes=-10", "0-9", CONTENT),
        ("bytes=-99999999999999999999999", "0-9", CONTENT),
        ("BYTES=0-0", "0-0", b"0"),
        ("bytes= 0-0 ,", "0-0", b"0"),
        ("bytes=0-0,99-", "0-0", b"0"),
        ("bytes=0-3,2-5", "0-5", b"012345"),
        ("bytes=4-5,0-3", "0-5", b"012345"),
        ("bytes=0-,-1", "0-9", CONTENT),
    ],
)
def test_parts(file: Path, value: str, part: str, content: bytes) -> None:
    answer = get(FileResponse(file), ("range", value))
    assert (answer.status, answer.content) == (206, content)
    assert answer["content-range"] == f"bytes {part}/10"
    assert answer["content-length"] == str(len(content))
    assert (answer["etag"], answer["content-type"]) == (TAG, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "value",
    [
        *("", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=0", "bytes=5-3"),
        *("octets=0-0", "bytes=0-0,x", "bytes=0-0,5-3", "bytes 0-0", "bytes=0 - 0", "bytes=--1"),
        *("bytes=²-³", "bytes=+1-2", "bytes=0-0,5-5", "bytes=0-0;5-5", "lines=1-"),
    ],
)
def test_what_is_answered_by_all(file: Path, value: str) -> None:
    """What breaks the grammar, another unit, and parts that are apart."""
    request = (
        [("range", value)] if value.isascii() else [("range", value.encode().decode("latin-1"))]
    )
    answer = get(FileResponse(file), *request)
    assert (answer.status, answer.content, answer["content-range"]) == (200, CONTENT, None)


@pytest.mark.parametrize("value", ["bytes=10-", "bytes=10-20,30-", "bytes=-0", "bytes=10-,-0"])
def test_what_can_not_be_satisfied(file: Path, value: str) -> None:
    answer = get(FileResponse(file), ("range", value))
    assert (answer.status, answer["content-range"]) == (416, "bytes */10")


@pytest.mark.parametrize("value", ["bytes=0-", "bytes=-1", "bytes=5-"])
def test_an_empty_file_has_no_parts(file: Path, value: str) -> None:
    file.write_bytes(b"")
    assert get(FileResponse(file), ("range", value)).status == 200


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        *((TAG, 206), (f"W/{TAG}", 200), ('"other"', 200), (TAG.strip('"'), 200), ("*", 200)),
        *((DATE, 206), ("Sun, 06 Nov 1994 08:49:38 GMT", 200), ("", 200), (f"{TAG}, {TAG}", 200)),
        ("Sun, 06 Nov 1994 08:49:36 GMT", 200),
    ],
)
def test_if_range(file: Path, condition: str, status: int) -> None:
    headers = [("range", "bytes=0-0"), ("if-range", condition)]
    assert get(FileResponse(file), *headers).status == status


def test_only_get_has_parts(file: Path) -> None:
    for method in ("HEAD", "POST"):
        assert get(FileResponse(file), ("range", "bytes=0-0"), method=method).status == 200
    assert get(FileResponse(file, status=201), ("range", "bytes=0-0")).status == 201


ranges = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: f"{pair[0]}-{pair[1]}"),
        st.integers(0, 12).map(lambda first: f"{first}-"),
        st.integers(0, 12).map(lambda suffix: f"-{suffix}"),
    ),
    min_size=1,
    max_size=4,
)


@given(ranges, st.integers(1, 10))
def test_a_naive_reading_of_the_grammar_agrees(members: list[str], size: int) -> None:
    """Octets are marked one by one, as §14.1.2 says which are meant."""
    wanted: set[int] = set()
    is_valid = True
    for member in members:
        first, last = member.split("-")
        if not first:
            wanted |= {position for position in range(size) if position >= size - int(last)}
        else:
            is_valid = is_valid and (not last or int(first) <= int(last))
            end = int(last) if last else size
            wanted |= {position for position in range(size) if int(first) <= position <= end}
    is_one = bool(wanted) and wanted == set(range(min(wanted), max(wanted) + 1))
    try:
        part = requested_part(f"bytes={','.join(members)}", size)
    except UnsatisfiableError:
        assert is_valid
        assert not wanted
    else:
        expected = Part(min(wanted), max(wanted)) if is_valid and is_one else None
        assert part == expected
        assert wanted or not is_valid


@given(
    st.one_of(st.text(), st.from_regex(re.compile(r"\A(?i:bytes=)[0-9, \t-]*\Z"))), st.integers(0)
)
def test_any_value(value: str, size: int) -> None:
    try:
        part = requested_part(value, size)
    except UnsatisfiableError:
        return
    if part is not None:
        assert 0 <= part.first <= part.last < size
