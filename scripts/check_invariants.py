"""Check what no compiler and no linter checks: the architecture's invariants, the named tests.

Clippy does the rest: it wants a `SAFETY` comment at each `unsafe` block, bounds the length of a
function, and by `crates/pyre-proto/clippy.toml` keeps that crate from clocks, threads and sockets.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CRATES = (*sorted((ROOT / "crates").glob("*/")), ROOT / "benchmarks" / "load", ROOT / "fuzz")

# The only files that may contain `unsafe`. A new one is a decision: name it in ARCHITECTURE.md too.
UNSAFE_FILES = frozenset(
    {
        "crates/pyre-python/src/interpreter.rs",
        "crates/pyre-python/src/on_thread.rs",
        "crates/pyre-python/src/descriptors.rs",
        "crates/pyre-python/src/exit_timer.rs",
    }
)

# Crates that must not appear anywhere below ours.
FORBIDDEN_DEPENDENCIES = {
    "pyre-proto": {"libc", "mio", "pyo3", "socket2", "tokio"},
    "pyre-router": {"libc", "mio", "pyo3", "socket2", "tokio"},
    "pyre-runtime": {"pyo3", "tokio"},
}

# Crates that compute, and nothing else.
PURE_CRATES = ("pyre-proto", "pyre-router")

# Addresses are values, which `core::net` has too.
IMPURE_MODULE = re.compile(r"\bstd::(env|fs|net|os|process|thread)\b")

RUST_LINES = 400
PYTHON_LINES = 350
PYTHON_FOLDERS = ("benchmarks", "python", "scripts")
# A table may be longer; the file says so, and why, in a comment that holds these words.
LENGTH_EXEMPTION = "longer than the limit because"

# The page that names code and test of each requirement as `end/of/its/path.rs::name`.
REQUIREMENTS = ROOT / "docs" / "supported-http.md"
REFERENCE = re.compile(r"`([\w/.]+(\.rs|\.py|\.json))::([\w-]+)`")
DEFINITIONS = {
    ".rs": r"\b(const|fn|struct) {}\b",
    ".py": r"\bdef {}\b",
    ".json": r'"id": "{}"',
}

# Comments, string literals, and character literals, since one of those may be a quotation mark.
NOT_CODE = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | "(?:\\.|[^"\\])*" | '(?:\\.[^']*|[^'\\])' """,
    re.DOTALL | re.VERBOSE,
)


def main() -> int:
    """Print each violation; the exit status says whether there was one."""
    violations = [
        *forbidden_dependencies(),
        *crates_without_workspace_lints(),
        *impure_crates(),
        *unlisted_unsafe(),
        *long_files(),
        *stale_references(),
    ]
    for violation in violations:
        print(violation)
    return 1 if violations else 0


def forbidden_dependencies() -> Iterator[str]:
    """Find layers that link another's tools: they would soon do its work."""
    for crate, forbidden in FORBIDDEN_DEPENDENCIES.items():
        for name in sorted(forbidden & dependencies(crate)):
            yield f"{crate} depends on {name}"


def dependencies(crate: str) -> set[str]:
    """Name every crate that `crate` links or builds with, at any depth."""
    command = ["cargo", "tree", "--package", crate, "--edges", "normal,build"]
    tree = subprocess.run(
        [*command, "--prefix", "none", "--format", "{p}"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return {line.split()[0] for line in tree.splitlines() if line}


def crates_without_workspace_lints() -> Iterator[str]:
    """Find crates that only the default lints check."""
    for crate in CRATES:
        manifest = crate / "Cargo.toml"
        lints = tomllib.loads(manifest.read_text()).get("lints", {})
        if not lints.get("workspace"):
            yield f"{relative(manifest)}: `[lints] workspace = true` is missing"


def impure_crates() -> Iterator[str]:
    """Find what mere computing has no use for: I/O, the environment, threads, `unsafe`."""
    for crate in PURE_CRATES:
        source = ROOT / "crates" / crate / "src"
        if "#![forbid(unsafe_code)]" not in (source / "lib.rs").read_text():
            yield f"{relative(source / 'lib.rs')}: `#![forbid(unsafe_code)]` is missing"
        for path in sorted(source.rglob("*.rs")):
            for match in IMPURE_MODULE.finditer(code(path)):
                yield f"{relative(path)}: uses {match[0]}"


def unlisted_unsafe() -> Iterator[str]:
    """Find `unsafe` outside the named files, and names that are out of date."""
    sources = (path for crate in CRATES for path in crate.rglob("*.rs"))
    with_unsafe = {relative(path) for path in sources if re.search(r"\bunsafe\b", code(path))}
    for name in sorted(with_unsafe - UNSAFE_FILES):
        yield f"{name}: has `unsafe`, and is not in UNSAFE_FILES of {relative(Path(__file__))}"
    for name in sorted(UNSAFE_FILES - with_unsafe):
        yield f"{name}: is in UNSAFE_FILES of {relative(Path(__file__))}, and needs it no more"


def long_files() -> Iterator[str]:
    """Find files that hold more than one concept, by their length."""
    rust = (path for crate in CRATES for path in (crate / "src").rglob("*.rs"))
    python = (path for top in PYTHON_FOLDERS for path in (ROOT / top).rglob("*.py"))
    for limit, paths in ((RUST_LINES, rust), (PYTHON_LINES, python)):
        for path in sorted(paths):
            text = path.read_text().partition("#[cfg(test)]")[0]
            lines = text.count("\n")
            if lines > limit and LENGTH_EXEMPTION not in text:
                yield f"{relative(path)}: {lines} lines, the limit is {limit}"


def stale_references() -> Iterator[str]:
    """Find what is named beside a requirement and is not, or no longer, there."""
    page = relative(REQUIREMENTS)
    texts = {
        f"/{relative(path)}": path.read_text()
        for folder in (ROOT / "crates", ROOT / "tests")
        for suffix in DEFINITIONS
        for path in folder.rglob(f"*{suffix}")
    }
    for file, suffix, name in REFERENCE.findall(REQUIREMENTS.read_text()):
        found = [text for path, text in texts.items() if path.endswith(f"/{file}")]
        if len(found) != 1:
            yield f"{page}: {file} is the name of {len(found)} files"
        elif not re.search(DEFINITIONS[suffix].format(re.escape(name)), found[0]):
            yield f"{page}: {file} has no {name}"


def code(path: Path) -> str:
    """Return the text without comments and literals."""
    return NOT_CODE.sub("", path.read_text())


def relative(path: Path) -> str:
    """Name a file as it is named from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.exit(main())
