"""Every command that a document shows could be typed: its options, targets and files exist.

Those of the walk-throughs are run as well, in ``test_walkthroughs.py``.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import pytest
from apps.documents import DOCS, DOCUMENTS, ROOT
from packaging.requirements import Requirement
from pyre.server import cli, routes
from uvicorn import main as uvicorn_command

from docs.consoles import Command, commands

COMMANDS = [command for document in DOCUMENTS for command in commands(document)]

OURS = "pyre-http"

PLACEHOLDERS = {"your-server"}
"""What readers have their own for."""

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def check_pyre(words: Sequence[str]) -> None:
    if words[:1] == ["routes"]:
        parsed(routes.command, words[1:])
    else:
        parsed(cli.command, words)


def check_uvicorn(words: Sequence[str]) -> None:
    parsed(uvicorn_command, words)


def parsed(command: click.Command, words: Sequence[str]) -> None:
    command.make_context(command.name, list(words))


def check_make(words: Sequence[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    variables = {word.partition("=")[0] for word in words if "=" in word}
    assert {word for word in words if "=" not in word} <= targets
    assert all(f"$({name})" in makefile for name in variables)


def check_pip(words: Sequence[str]) -> None:
    assert words[0] == "install"
    for requirement in map(Requirement, set(words[1:]) - PLACEHOLDERS):
        if requirement.name == OURS:
            assert requirement.extras <= extras()
        else:
            assert requirement.name in known_packages()


def extras() -> set[str]:
    """What may stand in brackets behind our name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return set(project["optional-dependencies"])


def known_packages() -> set[str]:
    """The names of what the project itself installs."""
    files = (ROOT / "requirements").glob("*.txt")
    lines = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return set(re.findall(r"^([\w.-]+)(?=\[|==|>=)", lines, re.MULTILINE))


def check_python(words: Sequence[str]) -> None:
    match words:
        case ["-m", "venv", _] | ["-m", "json.tool"] | ["-m", "pytest"]:
            pass
        case ["-m", "pip", *rest]:
            check_pip(rest)
        case ["-c", program, *_]:
            compile(program, "-c", "exec")
        case [path, *_]:
            assert (ROOT / path).exists()
        case _:
            pytest.fail(f"nothing checks {words}")


def check_pytest(words: Sequence[str]) -> None:
    conftest = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    assert (ROOT / words[0]).exists()
    assert all(f'"{word}"' in conftest for word in words if word.startswith("--"))


CHECKS: dict[str, Callable[[Sequence[str]], None]] = {
    "make": check_make,
    "pip": check_pip,
    "pyre": check_pyre,
    "pytest": check_pytest,
    "python": check_python,
    "python3": check_python,
    "uvicorn": check_uvicorn,
}

UNCHECKED = {
    ".": "the activation of an environment, which a test has already",
    "apt": "scripts/bare_debian.py installs what it names",
    "cd": "a shell's own",
    "curl": "each is run, by test_walkthroughs.py",
    "git": "it would need the network",
    "journalctl": "it would need systemd",
    "mkdir": "a directory of the reader's",
    "sed": "it is run, by test_walkthroughs.py",
    "systemctl": "it would need systemd",
}
"""Commands without a check, and why."""


def test_commands_are_found() -> None:
    assert {Path(command.words[0]).name for command in COMMANDS} >= {"pyre", "make", "pip", "curl"}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.place)
def test_command(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for name, *words in command.parts:
        program = Path(name).name if name != "." else name
        assert (program in CHECKS) != (program in UNCHECKED), f"nothing checks {program}"
        if program in CHECKS:
            CHECKS[program](words)


def test_only_walkthroughs_use_curl() -> None:
    """Nobody would run it elsewhere."""
    typed = {command.place for command in COMMANDS if command.words[0] == "curl"}
    assert {place.partition(":")[0] for place in typed} == {
        "index.md",
        "getting-started.md",
        "tutorial.md",
    }


def test_the_command_line_is_documented() -> None:
    page = (DOCS / "command-line.md").read_text(encoding="utf-8")
    documented = set(OPTION.findall(page))
    spellings = [
        {*parameter.opts, *parameter.secondary_opts}
        for command in (cli.command, routes.command)
        for parameter in command.params
        if isinstance(parameter, click.Option)
    ]
    assert [names for names in spellings if not names & documented] == []
    assert documented <= set[str]().union(*spellings) | {"--help"}
