"""A session, as endpoints and middleware see it."""

from collections.abc import Iterator, MutableMapping
from typing import Any, ClassVar

from pyre.framework.binding.interface import GivenKind
from pyre.framework.responses.encoding import encode_json
from pyre.framework.sessions.keeping import Kept


class Session(MutableMapping[str, Any]):
    """What is remembered of a visitor: a mapping of names to values that are saved as JSON.

    It is saved before the head of the response is sent, when anything in it was changed, also deep
    inside. The next request reads what JSON makes of a value: of a tuple a list, of a date a
    ``str``, of NaN ``None``.
    An empty session is none: its cookie is deleted, and its entry in the store.

    Changes raise ``RuntimeError`` when it was saved already: in the body of a stream, in a
    WebSocket that is accepted, after the response. Those inside a value can't be seen then, and
    are lost.

        request.session["cart"] = [7]
        request.session["cart"].append(9)
    """

    __binding__: ClassVar[GivenKind] = "session"
    __slots__ = ("_is_cleared", "_is_renewed", "_is_sealed", "_values", "kept")

    def __init__(self, values: dict[str, Any], kept: Kept | None = None) -> None:
        self.kept = kept
        """What the request came with. For the framework, as ``seal``."""
        self._values = values
        self._is_cleared = False
        self._is_renewed = False
        self._is_sealed = False

    @property
    def is_new(self) -> bool:
        """Whether the request came without a session, or with one that is not valid any more."""
        return self.kept is None

    @property
    def is_renewed(self) -> bool:
        """Whether ``renew`` was called."""
        return self._is_renewed

    @property
    def is_sealed(self) -> bool:
        """Whether it was saved, or that has failed: it can't be changed any more."""
        return self._is_sealed

    @property
    def is_cleared(self) -> bool:
        """Whether ``clear`` was called: nothing is left of what the request came with."""
        return self._is_cleared

    def renew(self) -> None:
        """Go on under a new identity; what the session holds stays.

        To be called where rights change, at signing in above all: who has planted a session on the
        visitor before, or seen it, does not get the rights with it (session fixation).
        """
        self._check_open()
        self._is_renewed = True

    def clear(self) -> None:
        """End the session, at signing out say; what is put into it afterwards begins another."""
        self.renew()
        self._is_cleared = True
        self._values.clear()

    def seal(self) -> bytes:
        """Allow no more changes. Returns the values as JSON, to be saved.

        Raises ``TypeError`` that names the value that can't be written as JSON.
        """
        self._is_sealed = True
        try:
            return encode_json(self._values)
        except Exception as error:
            raise TypeError(f"the session can't be saved: {self._culprit()}") from error

    def get(self, name: str, /, default: Any = None) -> Any:  # noqa: ANN401 - whatever JSON has
        """The value of that name, or ``default``."""
        return self._values.get(name, default)

    def __contains__(self, name: object, /) -> bool:
        return name in self._values

    def __getitem__(self, name: str, /) -> Any:  # noqa: ANN401 - whatever JSON has
        return self._values[name]

    def __setitem__(self, name: str, value: object, /) -> None:
        self._check_open()
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"the names in a session are str, and not {type(name).__name__}")
        self._values[name] = value

    def __delitem__(self, name: str, /) -> None:
        self._check_open()
        del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {', '.join(self._values) or 'nothing'}>"

    def _check_open(self) -> None:
        if self._is_sealed:
            raise RuntimeError(
                "the session is saved already, before the head of the response: "
                "change it before the endpoint returns, or the WebSocket is accepted"
            )

    def _culprit(self) -> str:
        for name, value in self._values.items():
            try:
                encode_json(value)
            except Exception as error:  # noqa: BLE001 - whatever keeps it from being encoded
                return f"{name!r}: {error}"
        return "its values change while they are encoded"
