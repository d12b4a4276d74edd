"""Files as bodies: section 3, Files."""

import os
from pathlib import Path

import pytest
from apps.payload import BLOCK, blocks, digest
from support.client import encoded
from support.process import open_descriptors
from support.scenarios import reported
from support.server import Server
from support.waiting import wait_for

from psgi.log import Log

APP = "psgi_files:app"

DIGITS = b"0123456789"

LARGE = 48 * BLOCK
"""More than a MiB, and more than any buffer takes at once."""

PATHS = ["text-path", "path-object", "plain-function", "after-a-while"]

OPENED = ["descriptor", "file-object"]


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    file = tmp_path / "digits"
    file.write_bytes(DIGITS)
    return file


@pytest.fixture
def large(tmp_path: Path) -> Path:
    file = tmp_path / "large"
    file.write_bytes(b"".join(blocks(LARGE)))
    return file


def target(name: str, path: Path | str, part: str = "0,") -> str:
    return f"/{name}?{path},{part}"


@pytest.mark.parametrize("name", PATHS + OPENED)
@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("0,", DIGITS),
        ("0,10", DIGITS),
        ("3,", DIGITS[3:]),
        ("3,4", DIGITS[3:7]),
        ("9,1", DIGITS[9:]),
        ("0,0", b""),
        ("10,", b""),
        ("10,0", b""),
    ],
)
def test_octets_of_a_file(
    server: Server, digits: Path, name: str, part: str, content: bytes
) -> None:
    """Twice on one connection: what is left of a file would show in the next response."""
    with server.connect() as connection:
        for _ in range(2):
            response = connection.request(f"GET {target(name, digits, part)}")
            assert (response.status, response.body) == (200, content)
            assert response.header(b"content-length") == str(len(content)).encode()
            assert response.header(b"transfer-encoding") is None
            if name in OPENED:
                assert (
                    reported(server, name) == {"descriptor": True, "file-object": (False, 2)}[name]
                )


@pytest.mark.parametrize("name", ["text-path", "descriptor", "file-object"])
def test_a_large_file(server: Server, large: Path, name: str) -> None:
    response = server.request(f"GET {target(name, large)}")
    assert len(response.body) == LARGE
    assert digest([response.body]) == digest(blocks(LARGE))


def test_a_part_of_a_large_file(server: Server, large: Path) -> None:
    offset, count = BLOCK + 1, 20 * BLOCK
    body = server.request(f"GET {target('text-path', large, f'{offset},{count}')}").body
    assert body == large.read_bytes()[offset : offset + count]


def test_pipelined_files(server: Server, digits: Path, large: Path) -> None:
    with server.connect() as connection:
        for path in (digits, large, digits):
            connection.send(encoded(f"GET {target('text-path', path)}"))
        assert connection.read_response().body == DIGITS
        assert digest([connection.read_response().body]) == digest(blocks(LARGE))
        assert connection.read_response().body == DIGITS


@pytest.mark.parametrize("name", PATHS[:1] + OPENED)
@pytest.mark.parametrize("part", ["0,", "3,4"])
def test_head_of_a_file(server: Server, digits: Path, name: str, part: str) -> None:
    length = b"4" if part == "3,4" else b"10"
    with server.connect() as connection:
        response = connection.request(f"HEAD {target(name, digits, part)}")
        assert (response.status, response.body) == (200, b"")
        assert response.header(b"content-length") == length
        assert connection.request(f"GET {target('text-path', digits)}").body == DIGITS


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ("-1,", ["offset", "-1"]),
        ("0,-2", ["count", "-2"]),
        ("0,11", ["10", "11"]),
        ("5,6", ["10", "11"]),
        ("11,", ["10", "11"]),
        ("11,0", ["10", "11"]),
    ],
)
def test_a_part_that_the_file_has_not(
    server: Server, log: Log, digits: Path, part: str, named: list[str]
) -> None:
    response = server.request(f"GET {target('text-path', digits, part)}")
    assert response.status == 500
    assert b"digits" not in response.body
    log.expect_error("ValueError", *named)


def test_head_of_a_part_that_the_file_has_not(server: Server, log: Log, digits: Path) -> None:
    assert server.request(f"HEAD {target('text-path', digits, '5,6')}").status == 500
    log.expect_error("ValueError", "10", "11")


def test_a_file_that_can_not_be_opened(server: Server, log: Log, tmp_path: Path) -> None:
    path = tmp_path / "missing"
    assert server.request(f"GET {target('text-path', path)}").status == 500
    log.expect_error("FileNotFoundError", str(path))


@pytest.mark.parametrize("kind", ["directory", "pipe", "device"])
def test_what_is_not_a_regular_file(server: Server, log: Log, tmp_path: Path, kind: str) -> None:
    """Opening a pipe would wait for a writer, and hold up everything on the loop."""
    path = tmp_path / kind
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path = Path(os.devnull)
    assert server.request(f"GET {target('text-path', path)}").status == 500
    log.expect_error("ValueError", "regular")


@pytest.mark.parametrize("name", PATHS[:1] + OPENED)
def test_no_descriptor_is_left_open(server: Server, digits: Path, name: str) -> None:
    def exchange() -> int:
        assert server.request(f"GET {target(name, digits)}").body == DIGITS
        if name in OPENED:
            reported(server, name)
        return open_descriptors(server.pid)

    before = exchange()
    for _ in range(5):
        exchange()
    wait_for(lambda: open_descriptors(server.pid) <= before, "files to be closed")


def test_a_peer_that_leaves_leaves_no_descriptor_open(server: Server, large: Path) -> None:
    server.request(f"GET {target('text-path', large, '0,1')}")
    before = open_descriptors(server.pid)
    for _ in range(3):
        with server.connect(receive_buffer=BLOCK) as connection:
            connection.send(encoded(f"GET {target('text-path', large)}"))
            assert connection.open_response().read_some()
    wait_for(lambda: open_descriptors(server.pid) <= before, "files to be closed")
