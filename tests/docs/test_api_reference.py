"""The reference has every public name, as it is, with links that lead somewhere."""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import api_markdown
import api_reference
import api_source
import pytest
from api_reference import PublicName

NAMES = list(api_reference.public_names())

HOMES = [name for name in NAMES if name.home == name.module != api_reference.GIVEN]

LINK = re.compile(r"\]\(([\w.]+\.md)(?:#([\w.]+))?\)")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages by the names of their files."""
    folder = tmp_path_factory.mktemp("reference")
    assert api_reference.main(folder) == 0
    return {page.name: page.read_text(encoding="utf-8") for page in folder.iterdir()}


def test_a_page_for_each_module(pages: dict[str, str]) -> None:
    names = {*api_reference.MODULES, api_reference.GIVEN}
    assert pages.keys() == {f"{name}.md" for name in names}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name.module}.{name.name}")
def test_each_name_is_described_once(pages: dict[str, str], name: PublicName) -> None:
    described = [file for file, text in pages.items() if f"{{ #{name.anchor} " in text]
    assert described == [f"{name.home}.md"]


@pytest.mark.parametrize("module", [*api_reference.MODULES, api_reference.GIVEN])
def test_every_link_leads_somewhere(pages: dict[str, str], module: str) -> None:
    for file, anchor in LINK.findall(pages[f"{module}.md"]):
        assert file in pages
        assert not anchor or f"{{ #{anchor} " in pages[file]


def public_members(name: PublicName) -> Iterator[str]:
    """What the interpreter finds, of classes that are written in Python."""
    found = getattr(importlib.import_module(name.module), name.name)
    if inspect.isclass(found) and found.__module__ != "pyre._core":
        for cls in found.__mro__:
            if cls.__module__.startswith("pyre."):
                yield from (
                    member
                    for member, value in vars(cls).items()
                    if not member.startswith("_")
                    and (inspect.isfunction(value) or isinstance(value, property))
                )


@pytest.mark.parametrize("name", HOMES, ids=lambda name: name.anchor)
def test_no_member_is_missing(pages: dict[str, str], name: PublicName) -> None:
    everything = "\n".join(pages.values())
    for member in public_members(name):
        assert f".{member}" in everything


@pytest.mark.parametrize("name", HOMES, ids=lambda name: name.anchor)
def test_signatures_have_the_parameters_that_are_called(name: PublicName) -> None:
    found = getattr(importlib.import_module(name.module), name.name)
    if inspect.isfunction(found):
        written = api_markdown.signature(name.definition)
        parameters = inspect.signature(found).parameters
        assert [each for each in parameters if not re.search(rf"\b{each}\b", written)] == []


def test_a_name_without_a_docstring_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package").mkdir()
    source = '"""A package."""\n\n__all__ = ["bare"]\n\ndef bare() -> None: ...\n'
    (tmp_path / "package" / "__init__.py").write_text(source)
    monkeypatch.setattr(api_source, "PACKAGES", tmp_path)
    monkeypatch.setattr(api_reference, "MODULES", ("package",))
    monkeypatch.setattr(api_reference, "GIVEN_NAMES", ())
    assert api_reference.main(tmp_path / "reference") == 1
    assert capsys.readouterr().out == "package.bare has no docstring\n"
    assert not (tmp_path / "reference").exists()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("A ``Name`` here.", "A [`Name`](x.md#Name) here."),
        ("``other`` and `single`", "``other`` and `single`"),
        ("a*b_c <d> [e]", r"a\*b\_c &lt;d> \[e\]"),
        (
            "See:\n\n    x = 1\n\n    y = 2\n\nThat.",
            "See:\n\n```python\nx = 1\n\ny = 2\n```\n\nThat.",
        ),
        ("See:\n\n    ├── a tree", "See:\n\n```text\n├── a tree\n```"),
    ],
)
def test_docstrings_become_markdown(written: str, shown: str) -> None:
    assert api_markdown.text(written, {"Name": "x.md#Name"}) == shown
