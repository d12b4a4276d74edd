"""Write the API reference, a page of Markdown for each public module: ``api_reference.py FOLDER``.

A public name is one in ``__all__`` of such a module. It is described where it is at home: the
longest of the modules' names that begins the name of the module that defines it. One page more has
what users are given without importing it. Exit status: 1 if a public name, or a module, has no
docstring.
"""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import api_markdown
import api_source
from api_source import Definition

MODULES = (
    "pyre",
    "pyre.psgi",
    "pyre.framework",
    "pyre.framework.responses",
    "pyre.framework.sessions",
    "pyre.framework.testing",
)

GIVEN = "given"
"""The page for what is given."""

GIVEN_NAMES = (
    ("pyre.framework.body", "Body"),
    ("pyre.framework.forms", "Form"),
    ("pyre.framework.multi_mapping", "MultiMapping"),
    ("pyre.framework.parts", "Part"),
    ("pyre.framework.parts", "Parts"),
    ("pyre.framework.query", "Query"),
    ("pyre.framework.route", "Route"),
)

GIVEN_TEXT = """\
What endpoints, middleware and applications are given.

Nobody imports or makes these: they are what attributes and methods of other objects return, such as
``request.body``, ``await request.body.form()``, ``request.query`` and ``app.routes``.
"""


@dataclass(frozen=True)
class PublicName:
    """A name that users know, and the page that describes it."""

    module: str
    name: str
    definition: Definition
    home: str

    @property
    def anchor(self) -> str:
        """Where on that page it is described."""
        return anchor(self.home, self.name)

    @property
    def place(self) -> str:
        """The target of a link to it, from any page of the reference."""
        return f"{self.home}.md#{self.anchor}"


def main(folder: Path) -> int:
    """Write the pages; the exit status says whether a docstring is missing."""
    names = list(public_names())
    missing = [*undocumented(names)]
    for name in missing:
        print(f"{name} has no docstring")
    if missing:
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = {name: api_source.read(name).docstring for name in MODULES} | {GIVEN: GIVEN_TEXT}
    for page, docstring in texts.items():
        text = "\n\n".join(written(page, docstring, names))
        (folder / f"{page}.md").write_text(text + "\n", encoding="utf-8")
    return 0


def anchor(owner: str, name: str) -> str:
    """The name of a place. Underscores around a word would be emphasis there."""
    return f"{owner}.{name.strip('_')}"


def public_names() -> Iterator[PublicName]:
    """All of them, in the order of the modules and of their ``__all__``."""
    for module in MODULES:
        for name in api_source.read(module).exports:
            if f"{module}.{name}" not in MODULES:
                definition = api_source.find(module, name)
                yield PublicName(module, name, definition, home(module, definition))
    for module, name in GIVEN_NAMES:
        yield PublicName(GIVEN, name, api_source.find(module, name), GIVEN)


def home(module: str, definition: Definition) -> str:
    """The page for a name of a module: that of the module which defines it, or of a part of it."""
    inside = [each for each in MODULES if f"{definition.module}.".startswith(f"{each}.")]
    exporting = [each for each in inside if definition.name in api_source.read(each).exports]
    return max(exporting, key=len, default=module)


def undocumented(names: list[PublicName]) -> Iterator[str]:
    """What has no docstring, which is an error."""
    yield from (name for name in MODULES if not api_source.read(name).docstring)
    yield from (f"{each.module}.{each.name}" for each in names if not each.definition.docstring)


def written(page: str, docstring: str, names: list[PublicName]) -> Iterator[str]:
    """A page, part by part."""
    shown = [each for each in names if each.module == page]
    links = places(names) | {each.name: each.place for each in shown}
    links.pop(page, None)
    yield f"# {page}" if page in MODULES else "# What is given"
    yield api_markdown.text(docstring, links)
    yield contents(shown, links)
    exported = {each.name for each in names}
    for each in shown:
        if each.home == page:
            yield from described(each, links, exported)


def places(names: list[PublicName]) -> dict[str, str]:
    """Where what a docstring may mention is described: ``Endpoint``, ``psgi.Response``, modules.

    A name that stands for several things is left out, unless it says which one.
    """
    homes = {(each.name, each.place) for each in names}
    times = Counter(name for name, _ in homes)
    found = {name: place for name, place in homes if times[name] == 1}
    found |= {f"{each.module.rpartition('.')[2]}.{each.name}": each.place for each in names}
    return found | {each: f"{each}.md" for each in MODULES}


def contents(names: list[PublicName], links: dict[str, str]) -> str:
    """A table of the names of a page, and of those that another page describes."""
    rows = [
        f"| [`{each.name}`]({each.place}) | {_cell(each.definition.docstring, links)} |"
        for each in names
    ]
    return "\n".join(["| name | |", "|---|---|", *rows])


def described(public: PublicName, links: dict[str, str], exported: set[str]) -> Iterator[str]:
    """A name, with its members if it is a class."""
    definition = public.definition
    yield heading(2, public.name, public.anchor, public.name)
    signature = api_markdown.signature(definition)
    if public.home == GIVEN:
        signature = f"class {public.name}"  # how it is made is the framework's affair
    yield f"```python\n{signature}\n```"
    based = [each.name for each in api_source.bases(definition) if each.name in exported]
    if based:
        yield "A subclass of " + ", ".join(f"[`{name}`]({links[name]})" for name in based) + "."
    yield explained(definition, links, public.name)
    for member in api_source.members(definition, exported=exported):
        if public.home == GIVEN and api_source.makes_objects(member):
            continue
        place = anchor(public.anchor, member.name)
        yield heading(3, f"{public.name}.{member.name}", place, member.name)
        yield f"```python\n{api_markdown.signature(member)}\n```"
        yield explained(member, links, public.name)


def heading(level: int, title: str, place: str, label: str) -> str:
    """A heading in code, with its place and, where it can be written, its label in the contents."""
    attributes = f"#{place}" if "__" in label else f'#{place} data-toc-label="{label}"'
    return f"{'#' * level} `{title}` {{ {attributes} }}"


def explained(definition: Definition, links: dict[str, str], name: str) -> str:
    """A docstring, in which neither the parameters nor what is explained itself become links."""
    own = {name, *api_markdown.parameter_names(definition)}
    others = {each: place for each, place in links.items() if each not in own}
    return api_markdown.text(definition.docstring, others)


def _cell(docstring: str, links: dict[str, str]) -> str:
    """The first sentence of a docstring, for a row of a table."""
    sentence = re.split(r"(?<=\.) ", api_markdown.summary(docstring))[0]
    return api_markdown.text(sentence, links).replace("|", r"\|")


if __name__ == "__main__":
    if len(sys.argv) != len(("program", "folder")):
        sys.exit("usage: api_reference.py FOLDER")
    sys.exit(main(Path(sys.argv[1])))
