"""The JSON body: decoded by msgspec, or by a pydantic model itself."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from pyre.framework.binding.annotations import describe, is_pydantic_model, take_apart
from pyre.framework.binding.faults import Faults, Unbindable
from pyre.framework.binding.json_faults import json_faults
from pyre.framework.binding.json_types import decode_model, read_json_type
from pyre.framework.binding.pydantic_faults import pydantic_faults
from pyre.framework.errors import FieldError, HTTPError

JSON: Final = "application/json"


class JsonBody:
    """How a request's body becomes a value of one type. Raises ``Unbindable`` if it can't.

    ``absent`` gives the value when there is no body, or raises ``ValueError``.
    """

    __slots__ = ("_absent", "_decode", "_explain")

    def __init__(self, annotation: object, absent: Callable[[], object]) -> None:
        self._absent = absent
        inner = take_apart(annotation)
        if is_pydantic_model(inner.type) and not inner.is_optional and not inner.constraints:
            model: Any = inner.type
            self._decode: Callable[[bytes], object] = model.model_validate_json
            self._explain: Callable[[bytes, Exception], list[FieldError]] = pydantic_faults
        else:
            json_type = read_json_type(annotation)
            self._decode = _decoder(annotation).decode
            self._explain = lambda octets, error: json_faults(octets, json_type, error)

    def check(self, content_type: str | None) -> None:
        """Refuse what is said to be something else. Raises ``HTTPError`` with status 415."""
        if content_type is not None and not is_json(content_type):
            raise _unsupported()

    def value(self, octets: bytes, content_type: str | None) -> object:
        """What the body says. Raises ``Faults``, and ``HTTPError`` with status 415."""
        if content_type is None and octets:
            raise _unsupported()
        try:
            return self._decode(octets)
        # TypeError is for what can't be hashed, as an element of a set.
        except (ValueError, TypeError, RecursionError) as error:
            if not octets:
                return self._without()
            raise Faults(self._explain(octets, error)) from None

    def _without(self) -> object:
        try:
            return self._absent()
        except ValueError:
            error = FieldError("body", "#", "is missing: the request has no content")
            raise Faults([error]) from None


def is_json(content_type: str) -> bool:
    """Whether content of that type is JSON (RFC 8259 §11, RFC 6839 §3.1)."""
    media_type = content_type.partition(";")[0].strip(" \t").lower()
    return media_type == JSON or (media_type.endswith("+json") and "/" in media_type)


def _decoder(annotation: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401 - an annotation
    try:
        return msgspec.json.Decoder(annotation, dec_hook=decode_model)
    except TypeError as error:
        raise Unbindable(f"{describe(annotation)} can't be read from JSON: {error}") from error


def _unsupported() -> HTTPError:
    """What a body without, or with another, content type gets: RFC 9110 §15.5.16.

    A page of another origin may send content without a type, or with one of plain text, and the
    browser does not ask first; so JSON has to be called JSON.
    """
    return HTTPError(
        415, "The body has to be JSON, content-type: application/json.", headers=[("accept", JSON)]
    )
