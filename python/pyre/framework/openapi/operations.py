"""One operation: what an endpoint takes, and what it answers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyre.framework.openapi.docstrings import summary_and_description
from pyre.framework.openapi.parameters import parameters
from pyre.framework.openapi.problems import problem_responses
from pyre.framework.openapi.request_bodies import request_body
from pyre.framework.openapi.results import result_responses
from pyre.framework.openapi.schemas import Schemas

if TYPE_CHECKING:
    from pyre.framework.route import Route


def operation(route: "Route", names: Mapping[str, str], schemas: Schemas) -> dict[str, Any]:
    """The Operation Object of a route, but for its tags and its id.

    ``names`` are those that the document has for the placeholders of the route.
    """
    described: dict[str, Any] = {}
    summary, description = summary_and_description(route.endpoint.__doc__)
    if summary:
        described["summary"] = summary
    if description:
        described["description"] = description
    if hasattr(route.endpoint.function, "__deprecated__"):  # PEP 702
        described["deprecated"] = True
    if taken := parameters(route, names, schemas):
        described["parameters"] = taken
    if body := request_body(route.plan, schemas):
        described["requestBody"] = body
    described["responses"] = result_responses(route.endpoint.function, schemas) | problem_responses(
        route
    )
    return described
