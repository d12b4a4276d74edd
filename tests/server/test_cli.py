import socket
import sys

import pytest
from click.testing import CliRunner
from pyre.server.cli import command
from pyre.server.config import Config
from pyre.server.errors import UsageError

from server.conftest import ECHO_APP


@pytest.fixture
def parse(monkeypatch):
    """The settings that a command line, with some environment variables, stands for."""

    def parse(*arguments: str, **variables: str) -> Config:
        runner = CliRunner(env=variables)
        result = runner.invoke(command, arguments, standalone_mode=False, catch_exceptions=False)
        return result.return_value

    for name in Config.__dataclass_fields__:
        monkeypatch.delenv(f"PYRE_{name.upper()}", raising=False)
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    return parse


def test_the_defaults_are_those_of_the_config(parse):
    assert parse("main:app") == Config("main:app", app_dir="")


def test_every_setting_has_an_option():
    parameters = {parameter.name for parameter in command.params} - {"version"}
    assert parameters == set(Config.__dataclass_fields__)


@pytest.mark.parametrize(
    ("arguments", "setting", "value"),
    [
        (["--host", "::1"], "host", "::1"),
        (["--port", "0"], "port", 0),
        (["--uds", "pyre.sock"], "uds", "pyre.sock"),
        (["--fd", "3"], "fd", 3),
        (["--loop", "asyncio"], "loop", "asyncio"),
        (["--factory"], "factory", True),
        (["--app-dir", "/"], "app_dir", "/"),
        (["--interface", "psgi"], "interface", "psgi"),
        (["--lifespan", "on"], "lifespan", "on"),
        (["--root-path", "/api"], "root_path", "/api"),
        (["--log-level", "debug"], "log_level", "debug"),
        (["--warn-blocked-loop", "250ms"], "warn_blocked_loop", 0.25),
        (["--warn-blocked-loop", "none"], "warn_blocked_loop", None),
        (["--no-access-log"], "access_log", False),
        (["--access-log-file", "a.log"], "access_log_file", "a.log"),
        (["--access-log-format", "json"], "access_log_format", "json"),
        (["--driver", "thread"], "driver", "thread"),
        (["--no-proxy-headers"], "proxy_headers", False),
        (["--forwarded-allow-ips", "10.0.0.0/8,unix"], "forwarded_allow_ips", "10.0.0.0/8,unix"),
        (["--proxy-protocol"], "proxy_protocol", True),
        (["--backlog", "7"], "backlog", 7),
        (["--timeout-keep-alive", "2.5"], "timeout_keep_alive", 2.5),
        (["--timeout-header", "none"], "timeout_header", None),
        (["--timeout-write", "none"], "timeout_write", None),
        (["--timeout-graceful-shutdown", "1"], "timeout_graceful_shutdown", 1),
        (["--disconnect-on-stop"], "disconnect_on_stop", True),
        (["--asgi-spec-version", "2.5"], "asgi_spec_version", "2.5"),
        (["--no-asgi-pathsend"], "asgi_pathsend", False),
        (["--write-high-water", "20000"], "write_high_water", 20000),
        (["--write-low-water", "0"], "write_low_water", 0),
        (["--limit-request-line", "100"], "limit_request_line", 100),
        (["--limit-header-size", "100"], "limit_header_size", 100),
        (["--limit-header-count", "100"], "limit_header_count", 100),
        (["--limit-body-size", "100"], "limit_body_size", 100),
        (["--limit-body-rate", "100"], "limit_body_rate", 100),
        (["--limit-body-rate", "none"], "limit_body_rate", None),
        (["--limit-chunk-extensions", "100"], "limit_chunk_extensions", 100),
        (["--limit-trailer-size", "100"], "limit_trailer_size", 100),
        (["--limit-unread-body", "0"], "limit_unread_body", 0),
        (["--limit-read-ahead", "16384"], "limit_read_ahead", 16384),
        (["--no-server-header"], "server_header", False),
        (["--no-date-header"], "date_header", False),
    ],
)
def test_an_option_sets_the_setting_of_its_name(parse, arguments, setting, value):
    assert getattr(parse("main:app", *arguments), setting) == value


def test_a_choice_is_read_in_any_case(parse):
    assert parse("main:app", "--log-level", "INFO").log_level == "info"
    assert parse("main:app", PYRE_LIFESPAN="Off").lifespan == "off"


@pytest.mark.parametrize(
    ("words", "app"),
    [
        (["main:app"], "main:app"),
        (["run", "main:app"], "main:app"),
        (["run", "--port", "1", "main:app"], "main:app"),
        (["run"], "run"),
    ],
)
def test_run_is_a_word_before_the_application_and_a_module_alone(parse, words, app):
    assert parse(*words).app == app


def test_the_application_may_come_from_the_environment(parse):
    assert parse(PYRE_APP="main:app").app == "main:app"
    assert parse("other:app", PYRE_APP="main:app").app == "other:app"


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("PYRE_PORT", "9000", 9000),
        ("PYRE_ACCESS_LOG", "false", False),
        ("PYRE_FACTORY", "1", True),
        ("PYRE_INTERFACE", "asgi", "asgi"),
        ("PYRE_TIMEOUT_WRITE", "none", None),
        ("PYRE_PROXY_HEADERS", "0", False),
        ("PYRE_FORWARDED_ALLOW_IPS", "::1", "::1"),
    ],
)
def test_an_option_may_come_from_the_environment(parse, variable, text, value):
    config = parse("main:app", **{variable: text})
    assert getattr(config, variable.removeprefix("PYRE_").lower()) == value


def test_the_command_line_beats_the_environment(parse):
    assert parse("main:app", "--port", "1", PYRE_PORT="2").port == 1


def test_the_variable_for_trusted_peers_that_other_servers_know_counts_too(parse):
    theirs = {"FORWARDED_ALLOW_IPS": "10.0.0.1"}
    assert parse("main:app", **theirs).forwarded_allow_ips == "10.0.0.1"
    both = {**theirs, "PYRE_FORWARDED_ALLOW_IPS": "10.0.0.2"}
    assert parse("main:app", **both).forwarded_allow_ips == "10.0.0.2"
    arguments = ("--forwarded-allow-ips", "10.0.0.3")
    assert parse("main:app", *arguments, **both).forwarded_allow_ips == "10.0.0.3"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--uds", "s", "--port", "8000"], "--uds and --port"),
        (["--uds", "s", "--host", "::"], "--uds and --host"),
        (["--fd", "3", "--port", "1"], "--fd and --port"),
        (["--fd", "3", "--uds", "s"], "--fd and --uds"),
        (["--access-log-file", "a", "--no-access-log"], "--access-log-file and --no-access-log"),
    ],
)
def test_options_that_contradict_each_other_are_refused(parse, arguments, names):
    with pytest.raises(UsageError, match=f"^{names} exclude each other"):
        parse("main:app", *arguments)


def test_variables_that_contradict_each_other_are_refused_by_their_names(parse):
    with pytest.raises(UsageError, match=r"^PYRE_UDS and PYRE_PORT exclude each other"):
        parse("main:app", PYRE_UDS="s", PYRE_PORT="1")


def test_a_variable_gives_way_to_an_option_that_excludes_it(parse):
    assert parse("main:app", "--port", "1", PYRE_UDS="s") == Config("main:app", app_dir="", port=1)
    assert parse("main:app", "--uds", "s", PYRE_FD="3").fd is None
    assert parse("main:app", "--no-access-log", PYRE_ACCESS_LOG_FILE="a").access_log_file is None


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Missing argument 'APP'"),
        (["main:app", "--prot", "1"], "--prot"),
        (["main:app", "--port"], "--port"),
        (["main:app", "--port", "http"], "--port"),
        (["main:app", "--port", "65536"], "port must be"),
        (["main:app", "--timeout-write", "soon"], "'soon' is not a time"),
        (["main:app", "--log-level", "loud"], "--log-level"),
        (["main:app", "--interface", "wsgi"], "--interface"),
        (["main", "app"], "APP is one word; write main:app"),
        (["dev", "main:app"], "dev is no command; write pyre main:app"),
        (["dev", "main.py"], "dev is no command; write pyre main ("),
        (["run", "main:app", "more"], "unexpected extra arguments (main:app more)"),
        (["main:app", "other:app"], "other:app"),
        (["main:"], "module:attribute"),
        (["main:app", "--uds", "s", "--fd", "3"], "exclude each other"),
        (["main:app", "--forwarded-allow-ips", "proxy.local"], "'proxy.local' is none of these"),
        (["main:app", "--uds", "s", "--proxy-protocol"], "add unix to forwarded_allow_ips"),
        (["main:app", "--loop", "winloop"], "winloop is not installed"),
        (["main:app", "--host", "no.such.host.invalid"], "can't be resolved"),
        (["main:app", "--port", "0", "--access-log-file", "absent/a"], "absent/a can't be opened"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="has winloop")
def test_wrong_usage_is_one_line_and_status_2(run_pyre, tmp_path, arguments, complaint):
    tmp_path.joinpath("main.py").write_text(ECHO_APP, encoding="utf-8")
    result = run_pyre(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("pyre: ")
    assert complaint in line


def test_a_port_in_use_is_one_line_and_status_2(run_pyre, tmp_path):
    tmp_path.joinpath("main.py").write_text(ECHO_APP, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run_pyre("main:app", PYRE_PORT=str(port))
    assert result.returncode == 2
    assert result.stderr == (
        f"pyre: 127.0.0.1:{port} is in use by another process; choose another --port\n"
    )


@pytest.mark.parametrize(
    ("app", "complaint"),
    [
        ("absent:app", "module 'absent' was not found"),
        ("main:absent", "no attribute 'absent'"),
        ("main:number", "not callable"),
        ("main:answer", "add --interface psgi"),
        ("main:create", "add --factory"),
    ],
)
def test_an_application_that_can_not_be_served_is_one_line_and_status_3(
    run_pyre, tmp_path, app, complaint
):
    source = "number = 7\ndef answer(request): ...\ndef create(): ...\n"
    tmp_path.joinpath("main.py").write_text(source, encoding="utf-8")
    result = run_pyre(app)
    assert result.returncode == 3
    (line,) = result.stderr.splitlines()
    assert complaint in line


def test_an_application_that_raises_shows_its_own_frames_only(run_pyre, tmp_path):
    tmp_path.joinpath("main.py").write_text("import dependency", encoding="utf-8")
    tmp_path.joinpath("dependency.py").write_text("import absent_package", encoding="utf-8")
    result = run_pyre("main:app")
    assert result.returncode == 3
    first, *traceback, last = result.stderr.splitlines()
    assert first == "Traceback (most recent call last):"
    frames = [line for line in traceback if line.lstrip().startswith("File ")]
    assert ["main.py" in frames[0], "dependency.py" in frames[1], len(frames)] == [True, True, 2]
    assert last.startswith("pyre: importing 'main' raised ModuleNotFoundError")


@pytest.mark.parametrize("option", ["-h", "--help", "--version"])
def test_help_and_version_are_status_0(run_pyre, option):
    result = run_pyre(option)
    assert (result.returncode, result.stderr) == (0, "")
    assert "pyre" in result.stdout.lower()


def test_a_variable_named_version_is_not_the_option(run_pyre):
    assert run_pyre("absent:app", PYRE_VERSION="1.2.3").returncode == 3
