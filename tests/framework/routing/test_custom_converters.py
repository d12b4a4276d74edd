"""Converters of the application."""

import pytest
from pyre._core import Routes
from pyre.framework.converters import Converters
from pyre.framework.errors import RegistrationError
from pyre.framework.paths import parse_path
from pyre.framework.urls import build_url

from .tables import Row, parameters, table


@pytest.fixture
def converters():
    converters = Converters()
    converters.add("hex", lambda text: int(text, 16), "{:x}".format)
    converters.add("even", even)
    return converters


def even(text: str) -> int:
    number = int(text)
    if number % 2:
        raise ValueError(text)
    return number


def test_the_value_is_what_the_converter_makes(converters):
    routes = table(Row("/{x:hex}", "hex"), converters=converters)
    assert routes.find("GET", b"/f%46") == ("hex", (255,))
    assert routes.find("GET", b"/xyz") == (None, ())
    assert routes.find("GET", b"/") == (None, ())


def test_they_are_tried_in_their_order_before_texts(converters):
    rows = [Row("/{x:even}", "even"), Row("/{x:alnum}", "alnum"), Row("/{x:hex}", "hex")]
    routes = table(*rows, Row("/{x:float}", "float"), converters=converters)
    assert routes.find("GET", b"/10") == ("float", (10.0,))
    assert routes.find("GET", b"/ab") == ("hex", (0xAB,))
    assert routes.find("GET", b"/0010") == ("hex", (0x10,))
    assert routes.find("GET", b"/xy") == ("alnum", ("xy",))


def test_a_text_is_converted_once():
    texts = []
    converters = Converters()
    converters.add("own", lambda text: texts.append(text) or text.upper())
    routes = table(Row("/{x:own}/a", 1, ["PUT"]), Row("/{x:own}/{y}", 2), converters=converters)
    assert routes.find("GET", b"/v/a") == (2, ("V", "a"))
    assert texts == ["v"]


def test_what_is_no_value_error_goes_through():
    converters = Converters()
    converters.add("broken", lambda text: {}[text])
    routes = table(Row("/{x:broken}", "it"), converters=converters)
    with pytest.raises(KeyError, match="a"):
        routes.find("GET", b"/a")


def test_the_annotation_is_the_application_s_business(converters):
    routes = table(Row("/{x:hex}", "it", annotations={"x": bytes}), converters=converters)
    assert routes.find("GET", b"/1") == ("it", (1,))


def test_urls(converters):
    template = parse_path("/{x:hex}")
    its_parameters = parameters(template, {}, converters)
    assert build_url(template, its_parameters, {"x": 255}) == "/ff"
    with pytest.raises(ValueError, match="x"):
        build_url(template, its_parameters, {"x": "z"})


def test_an_empty_text_is_no_url():
    converters = Converters()
    converters.add("own", str, lambda _: "")
    template = parse_path("/{x:own}")
    with pytest.raises(ValueError, match="empty"):
        build_url(template, parameters(template, {}, converters), {"x": 1})


@pytest.mark.parametrize("name", ["int", "path", "hex", "", "a b", "a-b", "1a"])
def test_names_that_are_taken_or_that_no_path_can_have(converters, name):
    with pytest.raises(RegistrationError):
        converters.add(name, str)


def test_two_sets_of_converters_do_not_mix(converters):
    others = Converters()
    others.add("other", str)
    routes = Routes()
    routes.add(parameters(parse_path("/{x:hex}"), {}, converters), ["GET"], 1, [])
    with pytest.raises(ValueError, match="two converters have the order 0"):
        routes.add(parameters(parse_path("/{x:other}"), {}, others), ["GET"], 2, [])
