"""Converters: which texts a placeholder takes, and what value a text has.

The converter decides whether the route matches; the annotation of the endpoint's parameter decides
what the value is. With an annotation alone the converter is inferred; with neither it is
``string``.

| converter | takes | value |
|---|---|---|
| ``string`` | any segment that is not empty | ``str`` |
| ``alpha`` | ASCII letters | ``str`` |
| ``alnum`` | ASCII letters and digits | ``str`` |
| ``slug`` | words of ``a`` to ``z`` and digits, joined by single hyphens | ``str`` |
| ``int`` | an integer of any length, in its one spelling: no ``007``, ``+7``, ``-0`` | ``int`` |
| ``float`` | a number of JSON (RFC 8259 §6), unless it is too large for a double | ``float`` |
| ``decimal`` | a number of JSON without an exponent | ``decimal.Decimal`` |
| ``bool`` | ``true``, ``false`` | ``bool`` |
| ``uuid`` | groups of 8-4-4-4-12 hexadecimal digits (RFC 9562 §4) | ``uuid.UUID`` |
| ``date`` | ``2024-02-29`` (RFC 3339 §5.6) | ``datetime.date`` |
| ``datetime`` | ``2024-02-29T12:30:00``, with or without an offset | ``datetime.datetime`` |
| ``path`` | one or more segments, of which the first is not empty | ``str`` |

``min`` and ``max`` bound the value of numbers, and the length in characters of texts. A path that
several converters take goes to the first of: a choice (``Literal``, ``Enum``), ``int``, ``uuid``,
``date``, ``datetime``, ``bool``, ``decimal``, ``float``, the application's own in the order of
their registration, ``alpha``, ``alnum``, ``slug``, ``string``, ``path``.
"""

import inspect
from collections import ChainMap
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from pyre._core import Parameter
from pyre.framework.alternatives import BUILT_IN, Alternative, Converter
from pyre.framework.errors import RegistrationError
from pyre.framework.inference import annotated, inferred
from pyre.framework.paths import Placeholder

__all__ = ["Alternative", "Converter", "Converters", "Parameter"]


class Converters:
    """The converters of one application: those that are built in, and its own.

    ``own`` takes what is added; ``others`` are those that were added by other parts of the app.
    """

    def __init__(
        self,
        own: MutableMapping[str, Converter] | None = None,
        others: Iterable[MutableMapping[str, Converter]] = (),
    ) -> None:
        self._converters = ChainMap({} if own is None else own, *others, dict(BUILT_IN))

    def add(
        self,
        name: str,
        to_python: Callable[[str], object],
        to_url: Callable[[Any], str] = str,
    ) -> None:
        """Add a converter.

        ``to_python`` makes a value of a text, which is one decoded segment and not empty; it
        raises ``ValueError`` when the text is none, and the route does not match then.
        ``to_url`` makes the text of a value. Raises ``RegistrationError`` for a name that is
        taken, or that no path can have.

            converters.add("hex", lambda text: int(text, 16), "{:x}".format)
        """
        if not name.isidentifier():
            raise RegistrationError(f"{name!r} is no name that a converter can have in a path")
        if name in self._converters:
            raise RegistrationError(f"there is a converter {name!r} already")
        orders = [converter.order for converter in self._converters.values()]
        order = max((order + 1 for order in orders if order is not None), default=0)
        self._converters[name] = Converter(name, None, to_url, order=order, to_python=to_python)

    def parameter(self, placeholder: Placeholder, annotation: object) -> Parameter:
        """What a placeholder takes, when the endpoint annotates its parameter so.

        ``annotation`` is ``inspect.Parameter.empty`` when there is none; it has been evaluated.
        Raises ``RegistrationError`` for a converter that is unknown or has other arguments, for an
        annotation that no converter makes, and when both contradict each other.
        """
        try:
            return Parameter(placeholder.name, self._alternatives(placeholder, annotation))
        except (ValueError, TypeError) as error:
            raise RegistrationError(f"{placeholder}: {error}") from None

    def _alternatives(self, placeholder: Placeholder, annotation: object) -> list[Alternative]:
        if placeholder.converter is None:
            is_bare = annotation is inspect.Parameter.empty
            return inferred(object if is_bare else annotation)
        alternative = self._named(placeholder.converter).alternative(placeholder.arguments)
        if annotation is inspect.Parameter.empty:
            return [alternative]
        return annotated(alternative, annotation)

    def _named(self, name: str) -> Converter:
        try:
            return self._converters[name]
        except KeyError:
            known = ", ".join(self._converters)
            raise ValueError(f"there is no converter {name!r}; there are {known}") from None
