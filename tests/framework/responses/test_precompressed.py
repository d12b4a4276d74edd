"""Siblings that are compressed already (RFC 9110 §12.5.3)."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.responses import FileResponse
from pyre.framework.responses.codings import preferred_coding

from framework.responses.exchange import get

MODIFIED = 784111777


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """One with every sibling; all have the same size and time."""
    for end in ("", ".br", ".zst", ".gz"):
        path = tmp_path / f"a.css{end}"
        path.write_text(f"as {end}"[:6].ljust(6))
        os.utime(path, (MODIFIED, MODIFIED))
    return tmp_path / "a.css"


ALL = ("br", "zstd", "gzip")


@pytest.mark.parametrize(
    ("value", "coding"),
    [
        (None, None),
        ("", None),
        ("gzip, deflate, br, zstd", "br"),
        ("zstd, gzip", "zstd"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "br"),
        ("gzip;q=0.5, zstd;q=0.8", "zstd"),
        ("br;q=0, *", "zstd"),
        ("br ; q=0.001", "br"),
        ("br;q=0", None),
        ("br;q=0.000, gzip;q=0.001", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0, *;q=0", None),
        ("*;q=0, gzip", "gzip"),
        ("gzip;q=2", None),
        ("gzip;q=0.1234", None),
        ("gzip;level=9", None),
        ("gzip gzip", None),
        (",, gzip ,", "gzip"),
    ],
)
def test_what_peers_like_best(value: str | None, coding: str | None) -> None:
    assert preferred_coding(value, ALL) == coding


def test_what_is_not_there_is_not_chosen() -> None:
    assert preferred_coding("br, gzip;q=0.1", ["gzip"]) == "gzip"
    assert preferred_coding("br", []) is None


@given(st.text(), st.lists(st.sampled_from(ALL), unique=True))
def test_any_value(value: str, available: list[str]) -> None:
    assert preferred_coding(value, available) in {None, *available}


@pytest.mark.parametrize(("coding", "end"), [("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz")])
def test_a_sibling_is_sent(file: Path, coding: str, end: str) -> None:
    answer = get(FileResponse(file), ("accept-encoding", coding))
    assert answer.content == (file.parent / f"a.css{end}").read_bytes()
    assert answer["content-encoding"] == coding
    assert answer["content-type"] == "text/css; charset=utf-8"
    assert answer["vary"] == "accept-encoding"


def test_each_has_its_own_entity_tag(file: Path) -> None:
    tags = {
        get(FileResponse(file), ("accept-encoding", value))["etag"] for value in (*ALL, "identity")
    }
    assert len(tags) == 4
    for value in ALL:
        headers = ("accept-encoding", value)
        tag = get(FileResponse(file), headers)["etag"]
        assert tag is not None
        answer = get(FileResponse(file), headers, ("if-none-match", tag))
        assert (answer.status, answer["vary"], answer["etag"]) == (304, "accept-encoding", tag)
        assert get(FileResponse(file), ("if-none-match", tag)).status == 200


def test_an_entity_tag_of_the_application_is_told_apart(file: Path) -> None:
    response = FileResponse(file, headers={"etag": '"v1"'})
    assert get(response)["etag"] == '"v1"'
    assert get(response, ("accept-encoding", "br"))["etag"] == '"v1-br"'


def test_parts_are_those_of_the_sibling(file: Path) -> None:
    answer = get(FileResponse(file), ("accept-encoding", "gzip"), ("range", "bytes=3-5"))
    assert (answer.status, answer.content) == (206, b".gz")
    assert answer["content-encoding"] == "gzip"


def test_one_who_accepts_none_is_told_that_there_are_others(file: Path) -> None:
    answer = get(FileResponse(file, headers={"vary": "cookie"}))
    assert (answer.content, answer["content-encoding"]) == (b"as    ", None)
    assert answer["vary"] == "cookie, accept-encoding"


def test_when_it_is_turned_off(file: Path) -> None:
    accept = ("accept-encoding", "br")
    for response in (
        FileResponse(file, precompressed=False),
        FileResponse(file, headers={"content-encoding": "x"}),
    ):
        answer = get(response, accept)
        assert (answer.content, answer["vary"]) == (b"as    ", None)


def test_a_sibling_that_is_no_file(file: Path) -> None:
    for end in (".br", ".zst", ".gz"):
        (file.parent / f"a.css{end}").unlink()
    (file.parent / "a.css.gz").mkdir()
    assert get(FileResponse(file), ("accept-encoding", "gzip")).content == b"as    "


def test_a_sibling_that_is_a_link_is_followed_only_where_links_are(file: Path) -> None:
    secret = file.parent / "secret"
    secret.write_text("secret")
    (file.parent / "a.css.br").unlink()
    (file.parent / "a.css.br").symlink_to(secret)
    accept = ("accept-encoding", "br")
    assert get(FileResponse(file), accept).content == b"secret"
    answer = get(FileResponse(file, follow_symlinks=False), accept)
    assert answer.content != b"secret"
