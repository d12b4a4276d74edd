import io
import logging

import pytest
from pyre.server import colours, logs


@pytest.fixture
def quiet_logging(monkeypatch):
    """The loggers of a process in which nobody has set up logging."""
    root = logging.RootLogger(logging.WARNING)
    monkeypatch.setattr(logs.logger, "parent", root)
    monkeypatch.setattr(logs.logger, "handlers", [])
    monkeypatch.setattr(logs.logger, "propagate", True)
    yield root
    logs.logger.setLevel(logging.NOTSET)


@pytest.mark.usefixtures("quiet_logging")
def test_information_is_written_bare(capsys):
    logs.configure("info")
    logs.logger.info("serves %s", "main:app")
    logs.logger.debug("unseen")
    assert capsys.readouterr().err == "serves main:app\n"


@pytest.mark.usefixtures("quiet_logging")
def test_a_warning_begins_with_its_level(capsys):
    logs.configure("warning")
    logs.logger.info("unseen")
    logs.logger.warning("cut off")
    assert capsys.readouterr().err == "warning: cut off\n"


@pytest.fixture
def terminal(monkeypatch):
    """What standard output is taken for; the variables for colours are not set."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WT_SESSION", "1")
    stream = Terminal()
    monkeypatch.setattr("sys.__stdout__", stream)
    return stream


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.usefixtures("quiet_logging")
def test_levels_have_colours_on_a_terminal(monkeypatch, terminal):
    monkeypatch.setattr("sys.stderr", terminal)
    logs.configure("debug")
    for name in ("debug", "info", "warning", "error", "critical"):
        getattr(logs.logger, name)("text")
    assert terminal.getvalue().splitlines() == [
        "text",
        "text",
        "\x1b[33mwarning\x1b[0m: text",
        "\x1b[1;31merror\x1b[0m: text",
        "\x1b[1;31mcritical\x1b[0m: text",
    ]


@pytest.mark.parametrize(
    ("variables", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_the_environment_decides_about_colours(
    monkeypatch, terminal, variables, on_terminal, in_pipe
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert colours.shows_colours(terminal) == on_terminal
    assert colours.shows_colours(io.StringIO()) == in_pipe
    assert not colours.shows_colours(None)
    closed = io.StringIO()
    closed.close()
    assert colours.shows_colours(closed) == in_pipe


def test_the_access_log_is_for_people_on_a_terminal(monkeypatch, terminal):
    assert logs.access_log_format("auto", None) == "dev-coloured"
    assert logs.access_log_format("dev", None) == "dev-coloured"
    monkeypatch.setenv("NO_COLOR", "1")
    assert logs.access_log_format("auto", None) == "dev"
    assert terminal.isatty()


def test_the_access_log_is_for_programs_elsewhere(monkeypatch, terminal):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert logs.access_log_format("auto", "access.log") == "common"
    assert logs.access_log_format("dev", "access.log") == "dev"
    assert logs.access_log_format("json", None) == "json"
    for stream in (io.StringIO(), None):
        monkeypatch.setattr("sys.__stdout__", stream)
        assert logs.access_log_format("auto", None) == "common"
    assert terminal.isatty()


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 requests"), (1, "1 request"), (2, "2 requests")]
)
def test_numbers_agree_with_their_nouns(number, text):
    assert logs.counted(number, "request") == text


@pytest.mark.usefixtures("quiet_logging")
def test_configuring_twice_writes_once(capsys):
    logs.configure("info")
    logs.configure("info")
    logs.logger.info("once")
    assert capsys.readouterr().err == "once\n"


def test_a_program_that_logs_already_keeps_its_handlers(quiet_logging, capsys):
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("mine %(message)s"))
    quiet_logging.addHandler(handler)
    logs.configure("info")
    logs.logger.info("hello")
    assert capsys.readouterr().err == "mine hello\n"


@pytest.mark.parametrize("interface", ["asgi", "psgi"])
def test_an_application_error_names_the_request_and_keeps_the_traceback(caplog, interface):
    with pytest.raises(ZeroDivisionError) as raised:
        _ = 1 / 0
    logs.log_application_error(interface, raised.value, "GET /x HTTP/1.1")
    message = f"Exception in {interface.upper()} application while answering GET /x HTTP/1.1"
    assert caplog.messages == [message]
    assert "in test_an_application_error" in caplog.text
    assert caplog.text.rstrip().endswith("ZeroDivisionError: division by zero")


@pytest.mark.usefixtures("quiet_logging")
@pytest.mark.parametrize("method", ["debug", "info", "warning", "error"])
def test_a_record_names_the_caller(monkeypatch, method):
    logs.configure("debug")
    records = []
    monkeypatch.setattr(logs.logger, "handle", records.append)
    getattr(logs.logger, method)("text %s", "argument")
    assert [record.funcName for record in records] == ["test_a_record_names_the_caller"]
    assert [record.getMessage() for record in records] == ["text argument"]
