"""What a run found, check by check, for ``scripts/asgi_conformance.py`` to make a table of."""

import json
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from asgi.specification import SECTIONS, Check, check_of

OK, FAILS, NOT_OFFERED = "ok", "fails", "not offered"

VERDICTS = {"passed": OK, "failed": FAILS, "skipped": NOT_OFFERED}

GRAVITY = [NOT_OFFERED, OK, FAILS]
"""Of several verdicts on one check, such as those of its rows, the last one of these counts."""


class Report:
    """Collects the verdicts of a run, and writes them when it ends."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._file = file
        self._folder = folder
        self._found: dict[Check, dict[str, Any]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        is_verdict = report.when == "call" or report.outcome != "passed"
        if is_verdict and item.path.is_relative_to(self._folder):
            self._add(item, report)
        return report

    def pytest_sessionfinish(self) -> None:
        order = {section: place for place, section in enumerate(SECTIONS)}
        found = sorted(self._found.items(), key=lambda entry: order[entry[0].section])
        checks = [described(check) | verdict for check, verdict in found]
        self._file.write_text(json.dumps(checks, indent=1) + "\n", encoding="utf-8")

    def _add(self, item: pytest.Item, report: pytest.TestReport) -> None:
        verdict = VERDICTS[report.outcome]
        found = self._found.setdefault(
            check_of(item), {"test": test_name(item), "verdict": NOT_OFFERED, "reasons": []}
        )
        found["verdict"] = max(found["verdict"], verdict, key=GRAVITY.index)
        if verdict != OK:
            found["reasons"].append(f"{item.name}: {reason(report)}")


def described(check: Check) -> dict[str, str]:
    """A check, ready for JSON."""
    return {**check.section._asdict(), "rule": check.rule, "level": check.level}


def test_name(item: pytest.Item) -> str:
    """The test without its parameters."""
    return f"{item.path.name}::{getattr(item, 'originalname', item.name)}"


def reason(report: pytest.TestReport) -> str:
    """The last line of what went wrong, or what is not offered."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2]
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message if crash else str(report.longrepr)


def twofold(items: Iterable[pytest.Item]) -> set[Check]:
    """Checks that two tests claim: one of them says the wrong thing."""
    claimed: dict[Check, str] = {}
    return {
        check
        for item in items
        if claimed.setdefault(check := check_of(item), test_name(item)) != test_name(item)
    }
