"""The signature of an endpoint, with its annotations as objects and its place in the source."""

import functools
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import Parameter
from types import SimpleNamespace
from typing import Any, cast

from pyre.framework.errors import RegistrationError


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters that are to be bound, and how to speak about the function."""

    location: str
    parameters: tuple[Parameter, ...]

    def error(self, parameter: str, problem: str) -> RegistrationError:
        """What is wrong with one parameter."""
        return RegistrationError(f"{self.location}: parameter {parameter!r}: {problem}")


def read_signature(function: Callable[..., object], *, skip_first: bool = False) -> Signature:
    """Read a function, through its decorators, or a callable object.

    Raises ``RegistrationError`` for what has no signature, and for an annotation that can't be
    evaluated.
    """
    inner = _innermost(function)
    location = _location(inner)
    try:
        parameters = list(_parameters(function))
    except (NameError, TypeError, ValueError) as error:
        raise RegistrationError(f"{location}: the signature can't be read: {error}") from error
    if skip_first:
        if not parameters or parameters[0].kind > Parameter.POSITIONAL_OR_KEYWORD:
            raise RegistrationError(f"{location}: a method begins with the parameter `self`")
        del parameters[0]
    names = _Names(inner)
    signature = Signature(location, tuple(parameters))
    return Signature(
        location, tuple(_with_annotation(each, names, signature) for each in parameters)
    )


def return_annotation(function: Callable[..., object]) -> object:
    """The annotation of what a function returns; ``inspect.Signature.empty`` if there is none.

    Raises whatever evaluating it raises: ``NameError`` for a name that only type checkers see.
    """
    annotation = inspect.signature(function).return_annotation
    if annotation is inspect.Signature.empty:
        return annotation
    return _evaluated(annotation, _Names(_innermost(function)))


def _innermost(function: Callable[..., object]) -> Callable[..., object]:
    """The function that a programmer wrote: under decorators, partials and callable objects."""
    while True:
        function = inspect.unwrap(function)
        if isinstance(function, functools.partial):
            function = cast("functools.partial[object]", function).func
        elif inspect.ismethod(function):
            function = function.__func__
        elif inspect.isroutine(function) or inspect.isclass(function):
            return function
        else:
            function = type(function).__call__


def _location(function: Callable[..., object]) -> str:
    name = f"{getattr(function, '__qualname__', repr(function))}()"
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}: {name}" if code else name


def _parameters(function: Callable[..., object]) -> Iterator[Parameter]:
    """The parameters, without those that a partial has given: they are not the peer's to change."""
    given = _given(function)
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in given:
            yield parameter


def _given(function: object) -> Mapping[str, object]:
    is_partial = isinstance(function, functools.partial)
    return cast("functools.partial[object]", function).keywords if is_partial else {}


class _Names:
    """What a function's annotations may name."""

    def __init__(self, function: Callable[..., object]) -> None:
        self.globals: dict[str, Any] = getattr(function, "__globals__", {})
        self.locals = {**self._of_class(function), **_enclosed(function)}

    def _of_class(self, function: Callable[..., object]) -> Mapping[str, object]:
        """The names in the body of its class, unless that stands in a function."""
        *owners, _ = getattr(function, "__qualname__", "").split(".")
        owner: object = None
        for name in owners:
            owner = self.globals.get(name) if owner is None else getattr(owner, name, None)
        return vars(owner) if isinstance(owner, type) else {}


def _enclosed(function: Callable[..., object]) -> Mapping[str, object]:
    """The names of the functions around it that it uses."""
    return inspect.getclosurevars(function).nonlocals if inspect.isfunction(function) else {}


def _with_annotation(parameter: Parameter, names: _Names, signature: Signature) -> Parameter:
    """The parameter, with what a string or a forward reference in its annotation names."""
    if parameter.annotation is Parameter.empty:
        return parameter
    try:
        annotation = _evaluated(parameter.annotation, names)
    except NameError as error:
        raise signature.error(
            parameter.name,
            f"its annotation {parameter.annotation!r} can't be evaluated: {error}. "
            "Import the name outside of `if TYPE_CHECKING:`; a class that is defined in a function "
            "has to move to its module",
        ) from error
    except Exception as error:
        raise signature.error(
            parameter.name, f"its annotation {parameter.annotation!r} can't be evaluated: {error}"
        ) from error
    return parameter.replace(annotation=annotation)


def _evaluated(annotation: object, names: _Names) -> object:
    holder = SimpleNamespace(__annotations__={"it": annotation})
    return typing.get_type_hints(holder, names.globals, names.locals, include_extras=True)["it"]
