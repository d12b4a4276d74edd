"""What a docstring says about an operation."""

import inspect


def summary_and_description(docstring: str | None) -> tuple[str, str]:
    """The first paragraph in one line, and what follows it; both may be empty."""
    summary, _, description = inspect.cleandoc(docstring or "").partition("\n\n")
    return " ".join(summary.split()), description.strip()
