import pytest
from pyre.server.errors import (
    ApplicationImportError,
    BindError,
    ConfigError,
    StartupError,
    UsageError,
    report,
)


@pytest.mark.parametrize(
    ("exception", "status"),
    [
        (UsageError("what to do"), 2),
        (ConfigError("what to do"), 2),
        (BindError("what to do"), 2),
        (ApplicationImportError("what to do"), 3),
        (StartupError("what to do"), 3),
    ],
)
def test_an_expected_failure_is_one_line(capsys, exception, status):
    assert report(exception) == status
    assert capsys.readouterr().err == "pyre: what to do\n"


def test_line_breaks_in_a_message_do_not_break_the_line(capsys):
    report(UsageError("one\ntwo"))
    assert capsys.readouterr().err == "pyre: one two\n"


def test_the_traceback_of_the_application_stands_above_the_line(capsys):
    error = ApplicationImportError("importing 'main' raised")
    error.__cause__ = ZeroDivisionError("in the application")
    report(error)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["ZeroDivisionError: in the application", "pyre: importing 'main' raised"]


def test_a_cause_that_is_not_the_applications_stays_untold(capsys):
    error = BindError("in use")
    error.__cause__ = OSError("errno 98")
    report(error)
    assert capsys.readouterr().err == "pyre: in use\n"


def test_anything_else_is_a_crash_with_its_traceback(capsys):
    with pytest.raises(ZeroDivisionError) as crash:
        _ = 1 / 0
    assert report(crash.value) == 1
    written = capsys.readouterr().err
    assert written.startswith("Traceback")
    assert written.splitlines()[-1].startswith("pyre: crashed: ZeroDivisionError")


def test_an_interrupt_is_silent(capsys):
    assert report(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == ""
