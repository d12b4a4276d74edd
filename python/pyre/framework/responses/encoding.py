"""What values become: JSON, and the content types that go with what an endpoint returns."""

from collections.abc import Callable
from typing import Final

try:
    import msgspec
except ModuleNotFoundError:  # only who sends JSON needs it
    _encode: Callable[[object], bytes] | None = None
else:

    def _encode_other(value: object) -> object:
        """What msgspec does not know: pydantic's models, known by their method."""
        dump = getattr(type(value), "model_dump_json", None)
        if dump is None:
            raise TypeError(
                f"{type(value).__qualname__} is neither known to msgspec nor to pydantic"
            )
        return msgspec.Raw(dump(value).encode())

    _encode = msgspec.json.Encoder(enc_hook=_encode_other).encode

JSON: Final = "application/json"
OCTETS: Final = "application/octet-stream"
PLAIN_TEXT: Final = "text/plain; charset=utf-8"


def encode_json(value: object) -> bytes:
    """JSON in UTF-8, without blanks.

    Raises ``TypeError`` that names the type of what can't be encoded, and ``ImportError`` without
    msgspec.
    """
    if _encode is None:
        raise ImportError(
            "JSON needs msgspec, which is not installed: pip install 'pyre-http[framework]'"
        )
    try:
        return _encode(value)
    except TypeError as error:
        raise TypeError(
            f"an object of type {type(value).__qualname__} can't be sent as JSON: {error}"
        ) from error
