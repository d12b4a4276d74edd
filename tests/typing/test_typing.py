"""What type checkers say about programs that use the package, in their strict modes.

``accepted`` holds what they must find nothing wrong with; the examples of the documents are treated
alike, so that documents and types can't drift apart. In
``refused`` they must find an error in each line that ends with ``# error``, and in no other.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from apps.documents import PAGES, PSGI, SPECIFICATION, WALKTHROUGHS, Block, blocks

FOLDER = Path(__file__).parent

ROOT = FOLDER.parents[1]

ACCEPTED = sorted((FOLDER / "accepted").glob("*.py"))

REFUSED = sorted((FOLDER / "refused").glob("*.py"))

EXAMPLES = list(blocks(SPECIFICATION, "python"))

PROGRAMS = [*PAGES, *(document for document in PSGI if document != SPECIFICATION)]
"""Each page is one."""

FILES = [
    block
    for document in WALKTHROUGHS
    if document.name != "moving.md"  # it joins two packages whose types for WSGI do not agree
    for block in blocks(document, "python")
]
"""Each is a program of its own."""

Faults = dict[str, dict[int, str]]
"""What is said about the lines of each file, by the name of the file."""


def mypy(folder: Path) -> Faults:
    """What mypy says, with the configuration of the project."""
    printed = run("mypy", "--output", "json", str(folder))
    faults: Faults = defaultdict(dict)
    for line in printed.splitlines():
        fault = json.loads(line)
        if fault["severity"] == "error":
            faults[Path(fault["file"]).name][fault["line"]] = fault["message"]
    return faults


def pyright(folder: Path) -> Faults:
    """What pyright says; the configuration of the project is about the tree of the project."""
    configuration = {
        "extraPaths": [str(ROOT / "python")],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(configuration))
    options = ("--outputjson", "--pythonpath", sys.executable, "--project", str(folder))
    report = json.loads(run("pyright", *options))
    faults: Faults = defaultdict(dict)
    for fault in report["generalDiagnostics"]:
        line = fault["range"]["start"]["line"] + 1
        faults[Path(fault["file"]).name][line] = fault["message"]
    return faults


def run(module: str, *arguments: str) -> str:
    """What a checker prints; that it finds faults is no failure."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.stdout


CHECKERS = {"mypy": mypy, "pyright": pyright}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All the files in one place, the examples of the documents among them."""
    folder = tmp_path_factory.mktemp("checked")
    for file in ACCEPTED + REFUSED:
        shutil.copy(file, folder)
    for block in EXAMPLES:
        (folder / name_of(block)).write_text(module_of(block), encoding="utf-8")
    for block in FILES:
        lines = "\n" * block.line
        (folder / name_of(block)).write_text(lines + block.text, encoding="utf-8")
    # What the tests of a walk-through import.
    (folder / "main.py").write_text("from pyre.framework import App\n\napp = App()\n")
    for page in PROGRAMS:
        (folder / name_of_page(page)).write_text(module_of_page(page), encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=CHECKERS)
def faults(request: pytest.FixtureRequest, folder: Path) -> Faults:
    """What a checker, run once, says about all files."""
    pytest.importorskip(request.param, reason="the tools of `make lint` are not installed")
    return CHECKERS[request.param](folder)


def name_of(block: Block) -> str:
    stem = re.sub(r"\W", "_", "_".join(block.document.with_suffix("").parts[-2:]))
    return f"example_{stem}_{block.line}.py"


def module_of(block: Block) -> str:
    """The block on the lines that it has in the document, after the imports that it relies on."""
    imports = "".join(f"{line}\n" for line in imports_before(block))
    return imports + "\n" * (block.line - imports.count("\n")) + block.text


def name_of_page(page: Path) -> str:
    return f"page_{page.stem}.py"


def module_of_page(page: Path) -> str:
    """All blocks of a page, which is one program, on the lines that they have there."""
    module = ""
    for block in blocks(page, "python"):
        module += "\n" * (block.line - module.count("\n")) + block.text
    return module


def imports_before(block: Block) -> list[str]:
    """Those of earlier blocks whose names this one uses without importing them itself."""
    used = {node.id for node in ast.walk(ast.parse(block.text)) if isinstance(node, ast.Name)}
    wanted = used - imports_of(block).keys()
    before: dict[str, str] = {}
    for earlier in EXAMPLES[: EXAMPLES.index(block)]:
        before |= imports_of(earlier)
    return [statement for name, statement in before.items() if name in wanted]


def imports_of(block: Block) -> dict[str, str]:
    """An import statement for each name that a block imports."""
    found: dict[str, str] = {}
    for node in ast.parse(block.text).body:
        if isinstance(node, ast.Import):
            found |= {alias.name: f"import {alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {a.name: f"from {node.module} import {a.name}" for a in node.names}
    return found


@pytest.mark.parametrize("file", ACCEPTED, ids=lambda file: file.stem)
def test_accepted(faults: Faults, file: Path) -> None:
    assert faults[file.name] == {}


@pytest.mark.parametrize("block", EXAMPLES + FILES, ids=name_of)
def test_examples_of_documents(faults: Faults, block: Block) -> None:
    assert faults[name_of(block)] == {}


@pytest.mark.parametrize("page", PROGRAMS, ids=lambda page: page.stem)
def test_pages(faults: Faults, page: Path) -> None:
    assert faults[name_of_page(page)] == {}


@pytest.mark.parametrize("file", REFUSED, ids=lambda file: file.stem)
def test_refused(faults: Faults, file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if line.endswith("# error")}
    assert wrong
    found = faults[file.name]
    missed = {number: lines[number - 1] for number in wrong - found.keys()}
    assert missed == {}
    assert {number: found[number] for number in found.keys() - wrong} == {}
