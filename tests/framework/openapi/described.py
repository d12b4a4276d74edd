"""What the document says of one endpoint; every document that a test makes has to be valid."""

from collections.abc import Callable, Sequence
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator
from pyre.framework import App


def document_of(app: App) -> dict[str, Any]:
    """The document of an app, which is described here."""
    return valid(app.openapi("It", ui=None).document())


def valid(document: dict[str, Any]) -> dict[str, Any]:
    """The document, if OpenAPI 3.1 and JSON Schema allow it."""
    OpenAPIV31SpecValidator(document).validate()
    return document


def operation_of(
    function: Callable[..., object], path: str = "/", methods: Sequence[str] = ("GET",)
) -> dict[str, Any]:
    """The operation of a function that is the only endpoint."""
    app = App()
    app.endpoint(path, methods=methods)(function)
    (item,) = document_of(app)["paths"].values()
    operation: dict[str, Any] = item[methods[0].lower()]
    return operation


def parameters_of(function: Callable[..., object], path: str = "/") -> list[dict[str, Any]]:
    """Its parameters."""
    parameters: list[dict[str, Any]] = operation_of(function, path).get("parameters", [])
    return parameters


def schema_of(annotation: Any, path: str = "/", default: Any = ...) -> Any:
    """The schema of a parameter with that annotation."""

    async def endpoint(value, *, other=None):
        """Its annotations are set below."""

    endpoint.__annotations__ = {"value": annotation, "other": str | None}
    if default is not ...:
        endpoint.__defaults__ = (default,)
    found = {each["name"]: each["schema"] for each in parameters_of(endpoint, path)}
    return found["value"]
