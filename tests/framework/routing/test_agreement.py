"""The router and the naive reading of its rules agree on generated tables and paths."""

import itertools
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import many_examples

from . import reference
from .generated import TEXTS_OF_SEGMENTS, WITNESSES, added, tables, tables_with_requests
from .reference import FORMS, One, Route, rank


@many_examples(500)
@given(tables_with_requests())
def test_every_request_finds_what_the_reference_finds(generated):
    candidates, asked = generated
    builder, kept, _ = added(candidates)
    table = builder.table()
    for method, raw_path in asked:
        expected = reference.find(kept, method, raw_path)
        assert comparable(table.find(method, raw_path)) == comparable(expected)


@many_examples(500)
@given(tables_with_requests(), st.randoms(use_true_random=False))
def test_the_order_of_registration_decides_nothing(generated, random):
    candidates, asked = generated
    _, kept, _ = added(candidates)
    shuffled = random.sample(kept, len(kept))
    builder, all_of_them, refused = added(shuffled)
    assert (all_of_them, refused) == (shuffled, [])
    one, other = added(kept)[0].table(), builder.table()
    for method, raw_path in asked:
        endpoint, values = one.find(method, raw_path)
        other_endpoint, other_values = other.find(method, raw_path)
        assert comparable(values) == comparable(other_values)
        if endpoint is not None:
            assert kept[endpoint] == shuffled[other_endpoint]
        else:
            assert other_endpoint is None


@many_examples(500)
@given(tables())
def test_what_is_refused_differs_first_where_nothing_decides(candidates):
    _, _, refused = added(candidates)
    for route, existing in refused:
        assert serves_the_same(route, existing)
        assert first_difference(route, existing) in {None, "tie"}


@pytest.mark.parametrize(("one", "other"), [*itertools.permutations(FORMS, 2)])
def test_every_pair_of_kinds(one, other):
    rivals = [Route(((One(one),),), ("GET",)), Route(((One(other),),), ("GET",))]
    table = added(rivals)[0].table()
    for text in {*TEXTS_OF_SEGMENTS, *itertools.chain(*WITNESSES.values())}:
        raw_path = b"/" + quote(text, safe="").encode()
        expected = reference.find(rivals, "GET", raw_path)
        assert comparable(table.find("GET", raw_path)) == comparable(expected)


def serves_the_same(one: Route, other: Route) -> bool:
    def served(route: Route) -> set[str]:
        return {*route.methods, *(["HEAD"] if "GET" in route.methods else [])}

    return bool(served(one) & served(other))


def first_difference(one: Route, other: Route) -> str | None:
    """Whether the first segments that are not equal have the same rank."""
    for segment, other_segment in zip(one.segments, other.segments, strict=False):
        if segment != other_segment and set(segment) != set(other_segment):
            return "tie" if rank(segment) == rank(other_segment) else "decided"
    return None


def comparable(value: object) -> object:
    """With types, as ``1 == 1.0 == True``."""
    if isinstance(value, tuple):
        return tuple(map(comparable, value))
    return (type(value), value)
