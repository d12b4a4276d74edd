"""Whatever can be registered has a valid document."""

from typing import Annotated, Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework import App, Body, Cookie, Form, Header, Query, RegistrationError, UploadFile
from support.examples import many_examples

from framework.everything import Colour, Filter, Item, Model, Point, Size
from framework.openapi.described import valid

SEGMENTS = ("a", "b%20c", "{x}", "{y:int}", "{z:slug(min=2)}", "{x:uuid}", "{y:path}", "{größe}")

METHODS = ("GET", "POST", "PUT", "HEAD", "OPTIONS", "X")

SCALARS = (str, int, float, bool, Colour)

MODELS = (Filter, Item, Model, Point, Size)

paths = st.lists(st.sampled_from(SEGMENTS), max_size=4).map(lambda parts: "/" + "/".join(parts))

scalars = st.one_of(
    st.sampled_from(SCALARS),
    st.sampled_from(SCALARS).map(lambda it: it | None),
    st.sampled_from(SCALARS).map(lambda it: list[it]),
    st.integers(-5, 5).map(lambda low: Annotated[int, msgspec.Meta(ge=low, description="It.")]),
)

markers = st.sampled_from([Query, Header, Cookie, Form])

taken = st.one_of(
    scalars,
    st.tuples(scalars, markers).map(lambda it: Annotated[it[0], it[1]()]),
    st.tuples(st.sampled_from(MODELS), markers).map(lambda it: Annotated[it[0], it[1]()]),
    st.sampled_from([*MODELS, UploadFile, list[UploadFile], Annotated[list[Item], Body()]]),
)

returned = st.one_of(
    scalars,
    st.sampled_from([*MODELS, None, bytes, Item | Point | None, list[Model], object, complex]),
)

endpoints = st.tuples(
    paths,
    st.lists(st.sampled_from(METHODS), min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(["x", "y", "z", "q", "r"]), taken, max_size=4),
    returned,
)


def function(parameters: dict[str, Any], result: Any) -> Any:
    """A function with these annotations."""
    namespace: dict[str, Any] = {}
    exec(f"async def it({', '.join(parameters)}): ...", namespace)
    made = namespace["it"]
    made.__annotations__ = {**parameters, "return": result}
    return made


@many_examples(75)
@given(st.lists(endpoints, min_size=1, max_size=6))
def test_any_application_has_a_valid_document(described: list[Any]) -> None:
    app = App()
    for path, methods, parameters, result in described:
        try:
            app.endpoint(path, methods=methods)(function(parameters, result))
        except RegistrationError:
            continue
    document = valid(app.openapi("It").document())
    operations = [each for item in document["paths"].values() for each in item.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
