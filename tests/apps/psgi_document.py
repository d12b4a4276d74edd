"""The specification of PSGI, which is executed."""

import ast
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "spec" / "psgi.md"


def last_definition(code: str) -> str:
    """The name of the last function or class that a block of Python defines."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [node.name for node in ast.parse(code).body if isinstance(node, definitions)]
    return found[-1]
