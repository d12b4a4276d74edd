"""What the public modules of the package define, read from their source without importing it.

Source has what objects have not: annotations as they were written, the docstrings of constants and
of type aliases, and the stub of the Rust core.
"""

import ast
import contextlib
import functools
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

PACKAGES = Path(__file__).resolve().parent.parent / "python"

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Assignment: TypeAlias = ast.Assign | ast.AnnAssign
Node: TypeAlias = ast.ClassDef | Function | Assignment

# What the signature of the class tells, and what only the language calls.
_NOT_MEMBERS = {"__init__", "__new__", "__get__"}

# Classes whose fields are the parameters of their constructor.
_RECORDS = {"NamedTuple", "Struct", "TypedDict", "dataclass"}

# The decorator of a function that takes what the constructor of a class takes.
_BORROWING = "_with_arguments_of"


class UnknownNameError(Exception):
    """A name that a module exports, or a base of a class, is not where it should be."""


@dataclass(frozen=True)
class Definition:
    """What a name stands for: a class, a function, a constant or a type alias.

    ``nodes`` are more than one for a function with overloads, and for a property with a setter.
    """

    module: str
    name: str
    nodes: tuple[Node, ...]
    docstring: str

    @property
    def node(self) -> Node:
        """The definition itself: of overloads the first one."""
        return self.nodes[0]


@dataclass(frozen=True)
class Module:
    """The top level of one file."""

    name: str
    tree: ast.Module

    @property
    def docstring(self) -> str:
        """What the module says about itself."""
        return ast.get_docstring(self.tree) or ""

    @property
    def exports(self) -> list[str]:
        """The names in ``__all__``."""
        for statement in self.tree.body:
            if isinstance(statement, ast.Assign) and _assigned(statement) == "__all__":
                exported: list[str] = ast.literal_eval(statement.value)
                return exported
        raise UnknownNameError(f"{self.name} has no __all__")


def find(module: str, name: str) -> Definition:
    """The definition of a name, wherever the module has it from.

    Raises ``UnknownNameError`` when there is none.
    """
    statements = list(_flattened(read(module).tree.body))
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and statement.module:
            for alias in statement.names:
                if (alias.asname or alias.name) == name:
                    return find(statement.module, alias.name)
    for definition in _definitions(module, statements):
        if definition.name == name:
            return definition
    raise UnknownNameError(f"{module} has no {name}")


def members(definition: Definition, *, exported: Iterable[str]) -> Iterator[Definition]:
    """The public members of a class, and of its bases in the package that are not exported."""
    node = definition.node
    if not isinstance(node, ast.ClassDef):
        return
    found = {each.name: each for each in _definitions(definition.module, node.body)}
    for base in bases(definition):
        if base.name not in exported:
            for member in members(base, exported=exported):
                found.setdefault(member.name, member)
    yield from (each for each in found.values() if _is_public(each))


def bases(definition: Definition) -> Iterator[Definition]:
    """The base classes that the package defines."""
    node = definition.node
    if isinstance(node, ast.ClassDef):
        for base in node.bases:
            # A builtin, or another package's, is not found.
            with contextlib.suppress(UnknownNameError):
                yield find(definition.module, ast.unparse(base).partition("[")[0])


def constructor(definition: Definition) -> ast.arguments | None:
    """The parameters of a class; ``None`` for one that says nothing about them."""
    node = definition.node
    if not isinstance(node, ast.ClassDef):
        return None
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in {"__init__", "__new__"}:
            return statement.args
    if _is_record(node):
        return _fields(node)
    inherited = (constructor(base) for base in bases(definition))
    return next((arguments for arguments in inherited if arguments), None)


def parameters(definition: Definition, function: Function) -> ast.arguments:
    """What a function is called with."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == _BORROWING:
            lender = find(definition.module, ast.unparse(decorator.args[0]))
            return constructor(lender) or function.args
    return function.args


def constant(module: str, expression: ast.expr) -> ast.expr:
    """What a private name for a constant stands for; anything else as it is."""
    if isinstance(expression, ast.Name):
        with contextlib.suppress(UnknownNameError):
            found = find(module, expression.id)
            if isinstance(found.node, ast.Assign | ast.AnnAssign):
                value = found.node.value
                return value if isinstance(value, ast.Constant) else expression
    return expression


def makes_objects(member: Definition) -> bool:
    """Whether a member of a class is a constructor by another name."""
    node = member.node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return "classmethod" in decorators(node)
    return False


@functools.cache
def read(module: str) -> Module:
    """Parse a module, or its stub. Raises ``UnknownNameError`` when there is none."""
    path = PACKAGES.joinpath(*module.split("."))
    for file in (path / "__init__.py", path.with_suffix(".py"), path.with_suffix(".pyi")):
        if file.exists():
            return Module(module, ast.parse(file.read_text(encoding="utf-8")))
    raise UnknownNameError(f"there is no module {module}")


def decorators(node: ast.ClassDef | Function) -> set[str]:
    """The last names of what decorates a class or a function: ``setter``, ``overload``."""
    called = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return {ast.unparse(each).rpartition(".")[2] for each in called}


def _definitions(module: str, body: Iterable[ast.stmt]) -> Iterator[Definition]:
    """What the statements of a module or of a class define; overloads are one definition."""
    statements = list(_flattened(body))
    named: dict[str, list[Node]] = {}
    texts: dict[str, str] = {}
    for statement, following in zip(statements, [*statements[1:], None], strict=True):
        if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            named.setdefault(statement.name, []).append(statement)
            texts[statement.name] = texts.get(statement.name) or ast.get_docstring(statement) or ""
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            name = _assigned(statement)
            named[name] = [statement]
            texts[name] = _text_of(following)
    for name, nodes in named.items():
        overloads = [each for each in nodes if _is_overload(each)]
        yield Definition(module, name, tuple(overloads or nodes), texts[name])


def _flattened(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, those of ``if TYPE_CHECKING`` and of ``try`` among them."""
    for statement in body:
        if isinstance(statement, ast.If | ast.Try):
            yield from _flattened(statement.body)
        else:
            yield statement


def _assigned(statement: Assignment) -> str:
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    return ast.unparse(target)


def _text_of(statement: ast.stmt | None) -> str:
    """The docstring that follows an assignment."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        text = statement.value.value
        return inspect.cleandoc(text) if isinstance(text, str) else ""
    return ""


def _is_public(member: Definition) -> bool:
    """Whether users see it: a special method only when it says what it does here."""
    if member.name in _NOT_MEMBERS:
        return False
    if member.name.startswith("__") and member.name.endswith("__"):
        return bool(member.docstring)
    if isinstance(member.node, ast.Assign | ast.AnnAssign) and not member.docstring:
        return False  # a field that the docstring of the class tells about
    return not member.name.startswith("_")


def _is_overload(node: Node) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
        "overload" in decorators(node)
    )


def _is_record(node: ast.ClassDef) -> bool:
    names = {ast.unparse(base).rpartition(".")[2] for base in node.bases} | decorators(node)
    return not names.isdisjoint(_RECORDS)


def _fields(node: ast.ClassDef) -> ast.arguments:
    """The fields of a record, as the parameters that they become."""
    fields = [
        each
        for each in node.body
        if isinstance(each, ast.AnnAssign) and "ClassVar" not in ast.unparse(each.annotation)
    ]
    parameters = [ast.arg(_assigned(each), each.annotation) for each in fields]
    defaults = [each.value for each in fields if each.value is not None]
    return ast.arguments(
        posonlyargs=[],
        args=[ast.arg("self"), *parameters],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=defaults,
    )
