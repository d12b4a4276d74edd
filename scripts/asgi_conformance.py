"""Run `tests/asgi` against this server and its peers, and write `docs/asgi-conformance.md`.

What a run finds is kept as JSON, so that `--only pyre` has to run nothing else again. Why a peer
fails a check is written by hand, in `tests/asgi/findings.toml`: a failure without its reason is an
error here, and so is a reason without its failure.
"""

import argparse
import importlib.metadata
import itertools
import json
import platform
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "asgi-conformance.md"
FINDINGS = ROOT / "tests" / "asgi" / "findings.toml"
REPORTS = ROOT / "target" / "asgi-conformance"

BEGIN = "<!-- written by scripts/asgi_conformance.py -->"

LEVELS = ("must", "should", "practice")

Check = dict[str, Any]


@dataclass(frozen=True)
class Server:
    """A column of the table: the distributions that make the server, and how it is started.

    Without command lines it is this project's server, which `tests/asgi` runs by itself.
    """

    name: str
    distributions: tuple[str, ...]
    tcp: str = ""
    uds: str = ""
    root_path: str = ""

    @property
    def options(self) -> list[str]:
        """The options of pytest that choose this server."""
        chosen = {"server": self.tcp, "server-uds": self.uds, "server-root-path": self.root_path}
        return [f"--{option}={command}" for option, command in chosen.items() if command]

    @property
    def versions(self) -> str:
        """What is installed."""
        return ", ".join(f"{name} {version_of(name)}" for name in self.distributions)


SERVERS = (
    Server("pyre", ("pyre-http",)),
    Server(
        "uvicorn",
        ("uvicorn", "httptools", "uvloop"),
        "uvicorn {app} --host 127.0.0.1 --port {port}",
        "uvicorn {app} --uds {uds}",
        "uvicorn {app} --host 127.0.0.1 --port {port} --root-path {root_path}",
    ),
    Server(
        "granian",
        ("granian", "uvloop"),
        "granian --interface asgi --host 127.0.0.1 --port {port} {app}",
        "granian --interface asgi --uds {uds} {app}",
        "granian --interface asgi --host 127.0.0.1 --port {port}"
        " --url-path-prefix {root_path} {app}",
    ),
    Server(
        "hypercorn",
        ("hypercorn", "h11"),
        "hypercorn {app} --workers 0 --bind 127.0.0.1:{port}",
        "hypercorn {app} --workers 0 --bind unix:{uds}",
        "hypercorn {app} --workers 0 --bind 127.0.0.1:{port} --root-path {root_path}",
    ),
)


def main() -> int:
    """Run what is asked for, and write the page; the exit status says whether all is explained."""
    names = [server.name for server in SERVERS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="servers to run")
    chosen = parser.parse_args().only
    REPORTS.mkdir(parents=True, exist_ok=True)
    for server in SERVERS:
        if server.name in chosen:
            run(server)
    columns = [Column(server) for server in SERVERS]
    page = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    PAGE.write_text("\n".join([page + BEGIN, *results(columns)]) + "\n", encoding="utf-8")
    errors = [error for column in columns for error in column.errors()]
    print(*errors, sep="\n", end="\n" if errors else "")
    return 1 if errors else 0


def run(server: Server) -> None:
    """Run the suite, and keep what it found together with the versions that it found it of."""
    report = report_of(server)
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "tests/asgi", "--quiet", "--tb=no", "-rN"]
    print(server.name, flush=True)
    subprocess.run(
        [*command, f"--conformance-report={report}", *server.options], cwd=ROOT, check=False
    )
    found = {"versions": server.versions, "checks": json.loads(report.read_text(encoding="utf-8"))}
    report.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def report_of(server: Server) -> Path:
    """Name the file that keeps what a run found."""
    return REPORTS / f"{server.name}.json"


def version_of(distribution: str) -> str:
    """Tell which version of a distribution runs here."""
    return importlib.metadata.version(distribution)


class Column:
    """What one server did, check by check, and why it failed where it did."""

    def __init__(self, server: Server) -> None:
        self.server = server
        report = json.loads(report_of(server).read_text(encoding="utf-8"))
        self.versions: str = report["versions"]
        self.checks: list[Check] = report["checks"]
        found = tomllib.loads(FINDINGS.read_text(encoding="utf-8"))
        self.findings: list[dict[str, Any]] = found.get(server.name, [])
        self._verdicts = {identity(check): check["verdict"] for check in self.checks}

    def cell(self, check: Check) -> str:
        """The verdict on a check, with the number of the reason."""
        verdict = self._verdicts.get(identity(check), "not run")
        number = self._reason(check["rule"])
        if verdict != "fails" or number is None:
            return f"**{verdict}**" if verdict == "fails" else verdict
        return f"**fails** [{number}](#{self.server.name})"

    def passed(self, level: str) -> str:
        """How many checks of a level are passed, of those that apply."""
        verdicts = Counter(check["verdict"] for check in self.checks if check["level"] == level)
        return f"{verdicts['ok']} of {verdicts['ok'] + verdicts['fails']}"

    def not_offered(self) -> int:
        """Count the checks of what is optional and not there."""
        return sum(check["verdict"] == "not offered" for check in self.checks)

    def errors(self) -> Iterator[str]:
        """Failures that nobody has explained, and explanations of what doesn't fail."""
        failed = {check["rule"] for check in self.checks if check["verdict"] == "fails"}
        explained = {rule for finding in self.findings for rule in finding["rules"]}
        for rule in sorted(failed - explained):
            yield f"{self.server.name} fails without a reason: {rule}"
        for rule in sorted(explained - failed):
            yield f"{self.server.name} does not fail any more: {rule}"

    def _reason(self, rule: str) -> int | None:
        for number, finding in enumerate(self.findings, start=1):
            if rule in finding["rules"]:
                return number
        return None


def identity(check: Check) -> tuple[str, ...]:
    """Tell what is the same about a check in the reports of all servers."""
    return check["document"], check["name"], check["rule"]


def results(columns: list[Column]) -> Iterator[str]:
    """The generated part of the page."""
    yield from summary(columns)
    yield from reasons(columns)
    yield "\n## Every check"
    checks = columns[0].checks
    for (document, name, url), rows in itertools.groupby(
        checks, key=lambda check: (check["document"], check["name"], check["url"])
    ):
        yield f"\n### {document}: [{name}]({url})"
        yield from table(["check", "level", *(column.server.name for column in columns)])
        for check in rows:
            cells = [column.cell(check) for column in columns]
            yield row([check["rule"], check["level"], *cells])


def summary(columns: list[Column]) -> Iterator[str]:
    """The versions, the commands, and the counts."""
    where = f"CPython {platform.python_version()}, {platform.system()}"
    yield f"{where}. How many checks are passed, of those that apply:\n"
    yield from table(["", *(column.server.name for column in columns)])
    for level in LEVELS:
        yield row([level, *(column.passed(level) for column in columns)])
    yield row(["not offered", *(str(column.not_offered()) for column in columns)])
    yield ""
    yield from table(["server", "versions", "command"])
    for column in columns:
        command = column.server.tcp or "pyre {app} --host 127.0.0.1 --port {port}"
        yield row([column.server.name, column.versions, f"`{command}`"])


def reasons(columns: list[Column]) -> Iterator[str]:
    """Why the servers fail where they do."""
    yield "\n## Why"
    for column in columns:
        if column.findings:
            yield f"\n### {column.server.name}"
        for number, finding in enumerate(column.findings, start=1):
            yield f"{number}. {finding['why']}"


def table(titles: list[str]) -> Iterable[str]:
    """The first two lines of a table."""
    return row(titles), row(["---"] * len(titles))


def row(cells: list[str]) -> str:
    """Format one line of a table."""
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
