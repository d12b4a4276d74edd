"""The configurations that the documents show work: nginx in front of the server, with its options.

systemd is not there; that its part is done by what the test does instead is all that is left open.
"""

import ast
import configparser
import grp
import os
import pwd
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from apps.documents import DOCS, Block, blocks
from pyre.server.cli import command
from pyre.server.config import Config
from support.client import Connection
from support.programs import needed
from support.server import APPS
from support.waiting import PATIENCE, wait_for

PAGE = DOCS / "deployment.md"

COMMAND_LINE = DOCS / "command-line.md"

SOCKET = "/run/shop.sock"
"""Where the page has the socket."""

ASSETS = "/srv/shop/assets/"

FIRST_INHERITED = 3
"""The descriptor of the first socket that systemd hands over (sd_listen_fds(3))."""

NGINX = """\
daemon off;
user {user} {group};
worker_processes 1;
error_log stderr;
pid {directory}/nginx.pid;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
{site}
}}
"""
"""What is around the files of a site, for an nginx that runs beside others and as anybody."""

UNIT = dict[str, str]
"""A unit of systemd: its settings, of all sections."""


def unit(suffix: str) -> UNIT:
    [block] = [each for each in blocks(PAGE, "ini") if first_line(each).endswith(suffix)]
    parser = configparser.ConfigParser(interpolation=None, delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(block.text)
    return {name: value for section in parser.values() for name, value in section.items()}


def first_line(block: Block) -> str:
    return block.text.partition("\n")[0]


@pytest.fixture
def service() -> UNIT:
    return unit(".service")


@pytest.fixture
def words(service: UNIT) -> list[str]:
    """The command line, behind the name of the program."""
    program, *words = shlex.split(service["ExecStart"])
    assert Path(program).name == "pyre"
    return words


@pytest.fixture
def config(words: list[str]) -> Config:
    parsed = command.main(words, standalone_mode=False)
    assert isinstance(parsed, Config)
    return parsed


def test_systemd_waits_for_longer_than_a_stop_takes(service: UNIT, config: Config) -> None:
    assert config.timeout_graceful_shutdown
    assert int(service["TimeoutStopSec"]) > config.timeout_graceful_shutdown


def test_the_server_takes_the_socket_of_systemd(config: Config) -> None:
    assert config.fd == FIRST_INHERITED
    assert config.forwarded_allow_ips == "unix"
    assert unit(".socket")["ListenStream"] == SOCKET


def test_mistakes_are_not_started_again(service: UNIT) -> None:
    assert service["RestartPreventExitStatus"].split() == ["2", "3"]


def test_connections_outlive_those_of_nginx(config: Config) -> None:
    assert config.timeout_keep_alive
    assert config.timeout_keep_alive > 60, "the default of its keepalive_timeout"


@contextmanager
def inherited(path: Path, words: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The server, with a socket that somebody else has opened, as systemd does."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        options = ["scope_app:app", "--app-dir", str(APPS), *words[1:]]

        def hand_over() -> None:
            os.dup2(listener.fileno(), FIRST_INHERITED)

        process = subprocess.Popen(
            [sys.executable, "-m", "pyre", *options],
            pass_fds=(FIRST_INHERITED,),
            preexec_fn=hand_over,  # noqa: PLW1509 - descriptor 3 is what systemd promises
        )
        try:
            yield process
            process.terminate()
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
            process.wait()


@contextmanager
def proxied(directory: Path, site: str, port: int) -> Iterator[httpx.Client]:
    """A client of nginx."""
    program = needed("nginx")
    configuration = directory / "nginx.conf"
    user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    text = NGINX.format(directory=directory, site=site, user=user, group=group)
    configuration.write_text(text, encoding="utf-8")
    process = subprocess.Popen([program, "-p", str(directory), "-c", str(configuration)])
    try:
        wait_for(lambda: accepts(port, process), "nginx to accept")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield client
    finally:
        process.terminate()
        process.wait(PATIENCE)


def accepts(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "nginx has ended"
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago: nginx can't be handed one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def scope_seen(client: httpx.Client) -> dict[str, Any]:
    """What the application sees of a request that claims to be somebody else's."""
    claims = {
        "host": "shop.example",
        "x-forwarded-host": "evil.example",
        "x-forwarded-for": "192.0.2.1",
        "forwarded": "for=192.0.2.2;proto=https",
    }
    seen: dict[str, Any] = ast.literal_eval(client.get("/orders", headers=claims).text)
    return seen


def test_nginx(tmp_path: Path, words: list[str], port: int) -> None:
    [block] = blocks(PAGE, "nginx")
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "style.css").write_text("h1 {}", encoding="utf-8")
    site = replaced(
        block.text,
        {SOCKET: f"{tmp_path}/shop.sock", ASSETS: f"{assets}/", "listen 80;": f"listen {port};"},
    )
    with inherited(tmp_path / "shop.sock", words), proxied(tmp_path, site, port) as client:
        assert client.get("/assets/style.css").text == "h1 {}"
        seen = scope_seen(client)
        assert (seen["client"][0], seen["scheme"]) == ("127.0.0.1", "http")
        fields = dict(seen["headers"])
        assert fields[b"host"] == b"shop.example"
        assert not {b"x-forwarded-host", b"forwarded"} & fields.keys()


def test_nginx_of_the_command_line(tmp_path: Path, words: list[str], port: int) -> None:
    [block] = blocks(COMMAND_LINE, "nginx")
    upstream = f"http://unix:{tmp_path}/shop.sock"
    location = replaced(block.text, {"http://127.0.0.1:8000": upstream})
    site = f"server {{ listen {port}; {location} }}"
    with inherited(tmp_path / "shop.sock", words), proxied(tmp_path, site, port) as client:
        seen = scope_seen(client)
        assert (seen["client"][0], seen["scheme"]) == ("127.0.0.1", "http")


def replaced(text: str, places: dict[str, str]) -> str:
    """The text with other places, each of which it has to name."""
    for shown, used in places.items():
        assert shown in text
        text = text.replace(shown, used)
    return text


def test_a_rotation_of_the_log(tmp_path: Path, words: list[str]) -> None:
    [block] = blocks(PAGE, "logrotate")
    [name] = re.findall(r"--signal=(\w+)", block.text)
    assert "create" in block.text
    log, rotated = tmp_path / "access.log", tmp_path / "access.log.1"
    options = [*words, "--access-log-file", str(log)]
    with (
        inherited(tmp_path / "shop.sock", options) as process,
        Connection(str(tmp_path / "shop.sock")) as connection,
    ):
        assert connection.request("GET /before").status == 200
        wait_for(log.read_bytes, "the first line")
        log.rename(rotated)
        log.touch()
        process.send_signal(signal.Signals[name])

        def is_followed() -> bool:
            assert connection.request("GET /after").status == 200
            return b"/after" in log.read_bytes()

        wait_for(is_followed, "a line in the new file")
    assert b"/before" in rotated.read_bytes()
