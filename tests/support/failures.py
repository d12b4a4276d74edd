"""Failures by name at the moment at which they are known, also those of other processes."""

import pytest


class FailureNames:
    """Names each failed test in a line of its own: without it, a letter does until the summary."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.failed or self._terminal.verbosity > 0:
            return
        crash = getattr(report.longrepr, "reprcrash", None)
        said = (crash.message if crash else report.longreprtext).strip()
        reason = said.partition("\n")[0]
        what = "FAILED" if report.when == "call" else f"ERROR at {report.when} of"
        if self._terminal.currentfspath:
            self._terminal.ensure_newline()
        else:  # with several processes, a line has the letters of all files
            self._terminal.write_line("")
        self._terminal.write_line(f"{what} {report.nodeid}: {reason}", red=True)
