"""Definitions as Markdown: their signatures as code, their docstrings as text with links.

A docstring is plain text with code between two backquotes, lists, tables, and examples that are
indented by four spaces.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import groupby

import api_source
from api_source import Definition, Function, Node

LINE_LENGTH = 88

_INDENT = "    "

# Code, which is kept; and what Markdown would take for a sign of its own.
_CODE_OR_SIGN = re.compile(
    r"``(?P<double>.+?)``|`(?P<single>[^`]+)`|(?P<sign>[*_<\[\]])", re.DOTALL
)


def signature(definition: Definition) -> str:
    """How a definition is used, as Python: a line for each overload."""
    return "\n".join(_signatures(definition))


def text(docstring: str, links: Mapping[str, str]) -> str:
    """A docstring; ``links`` are the places of the names that it may mention."""
    return "\n\n".join(
        _fenced(lines) if is_example else _linked("\n".join(lines), links)
        for is_example, lines in paragraphs(docstring)
    )


def parameter_names(definition: Definition) -> set[str]:
    """What the docstring of a function or a class means by a name that is a parameter's."""
    node = definition.node
    if isinstance(node, ast.ClassDef):
        arguments = api_source.constructor(definition)
    else:
        arguments = node.args if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None
    if arguments is None:
        return set()
    return {each.arg for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}


def paragraphs(docstring: str) -> Iterator[tuple[bool, list[str]]]:
    """The parts of a docstring: whether one is an example, and its lines without indentation."""
    for is_example, group in groupby(_blocks(docstring), key=_is_indented):
        if is_example:
            yield True, "\n\n".join(group).replace("\n" + _INDENT, "\n")[4:].split("\n")
        else:
            yield from ((False, block.split("\n")) for block in group)


def summary(docstring: str) -> str:
    """The first paragraph, on one line."""
    return " ".join(docstring.partition("\n\n")[0].split())


def is_python(example: str) -> bool:
    """Whether an example compiles, where ``await`` may stand anywhere."""
    try:
        compile(example, "example", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _blocks(docstring: str) -> list[str]:
    """What empty lines part."""
    return [block for block in re.split(r"\n(?:[ ]*\n)+", docstring.strip("\n")) if block]


def _is_indented(block: str) -> bool:
    return all(line.startswith(_INDENT) for line in block.split("\n"))


def _fenced(lines: list[str]) -> str:
    example = "\n".join(lines)
    language = "python" if is_python(example) else "text"
    return f"```{language}\n{example}\n```"


def _linked(paragraph: str, links: Mapping[str, str]) -> str:
    """A paragraph with links for the public names in it, and the rest as it is written."""

    def replaced(match: re.Match[str]) -> str:
        if match["sign"]:
            return "&lt;" if match["sign"] == "<" else "\\" + match["sign"]
        code = match["double"] or match["single"]
        place = links.get(code.removesuffix("()"))
        return f"[`{code}`]({place})" if place else match[0]

    return _CODE_OR_SIGN.sub(replaced, paragraph)


def _signatures(definition: Definition) -> Iterator[str]:
    for node in definition.nodes:
        match node:
            case ast.ClassDef():
                yield _class(definition)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                if not api_source.decorators(node) & {"setter", "deleter"}:
                    yield _function(definition, node)
            case ast.Assign() | ast.AnnAssign():
                yield _assignment(node)


def _class(definition: Definition) -> str:
    arguments = api_source.constructor(definition)
    if arguments is None or _is_protocol(definition.node):
        return f"class {definition.name}"
    return _laid_out(f"class {definition.name}", _parameters(definition.module, arguments), "")


def _is_protocol(node: Node) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        ast.unparse(base).partition("[")[0] == "Protocol" for base in node.bases
    )


def _function(definition: Definition, node: Function) -> str:
    if "property" in api_source.decorators(node):
        return f"{node.name}: {_annotation(node.returns)}" if node.returns else node.name
    keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    parameters = _parameters(definition.module, api_source.parameters(definition, node))
    returned = f" -> {_annotation(node.returns)}" if node.returns else ""
    return _laid_out(f"{keyword} {node.name}", parameters, returned)


def _assignment(node: ast.Assign | ast.AnnAssign) -> str:
    if isinstance(node, ast.Assign):
        return f"{ast.unparse(node.targets[0])} = {_value(node.value)}"
    name, annotation = ast.unparse(node.target), ast.unparse(node.annotation)
    if annotation == "TypeAlias" and node.value is not None:
        return f"{name} = {_annotation(node.value)}"
    if annotation == "Final" and node.value is not None:
        return f"{name} = {_value(node.value)}"
    return f"{name}: {_annotation(node.annotation)}"


def _laid_out(start: str, parameters: list[str], end: str) -> str:
    """A signature on one line, or a line for each parameter if that is too long."""
    line = f"{start}({', '.join(parameters)}){end}"
    if len(line) <= LINE_LENGTH or not parameters:
        return line
    return "\n".join([f"{start}(", *(f"{_INDENT}{each}," for each in parameters), f"){end}"])


def _parameters(module: str, arguments: ast.arguments) -> list[str]:
    """The parameters as they are written, without ``self``."""
    positional = [*arguments.posonlyargs, *arguments.args]
    without_default = [None] * (len(positional) - len(arguments.defaults))
    defaults: list[ast.expr | None] = [*without_default, *arguments.defaults]
    written = [
        _parameter(module, argument, default)
        for argument, default in zip(positional, defaults, strict=True)
    ]
    if arguments.posonlyargs:
        written.insert(len(arguments.posonlyargs), "/")
    if positional and positional[0].arg in {"self", "cls"}:
        written = written[1:] if written[1:2] != ["/"] else written[2:]
    if arguments.vararg:
        written.append("*" + _parameter(module, arguments.vararg))
    elif arguments.kwonlyargs:
        written.append("*")
    keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    written += [_parameter(module, argument, default) for argument, default in keywords]
    if arguments.kwarg:
        written.append("**" + _parameter(module, arguments.kwarg))
    return written


def _parameter(module: str, argument: ast.arg, default: ast.expr | None = None) -> str:
    value = None if default is None else _value(api_source.constant(module, default))
    if argument.annotation is None:
        return argument.arg if value is None else f"{argument.arg}={value}"
    written = f"{argument.arg}: {_annotation(argument.annotation)}"
    return written if value is None else f"{written} = {value}"


def _annotation(annotation: ast.expr) -> str:
    return _value(_Unquoted().visit(annotation))


def _value(expression: ast.expr) -> str:
    """An expression with the quotation marks that the package is written with."""
    written = ast.unparse(expression)
    return written if '"' in written else written.replace("'", '"')


class _Unquoted(ast.NodeTransformer):
    """Names a type without the quotation marks that defer its evaluation."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, str):
            return ast.parse(node.value, mode="eval").body
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if ast.unparse(node.value) in {"Literal", "Annotated"}:
            return node
        self.generic_visit(node)
        return node
