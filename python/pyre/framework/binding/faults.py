"""What is wrong with one value, and with several."""

from collections.abc import Iterable, Sequence

from pyre.framework.errors import FieldError, HTTPError


class Unbindable(Exception):
    """An annotation that nothing in a request can become; says why, and what to write."""


class Faults(ValueError):
    """Several fields are wrong."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__()
        self.errors = tuple(errors)


def bad_request(errors: Sequence[FieldError]) -> HTTPError:
    """The response to a request with these faults."""
    count = f"{len(errors)} fields are" if len(errors) > 1 else "A field is"
    return HTTPError(400, f"{count} missing or wrong.", errors=errors)
