import logging

import pytest
from pyre.server import logs


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
