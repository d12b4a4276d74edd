"""Middleware: its order, what it sees, and that an error is a response at every layer."""

import pytest

APP = "framework_middleware:app"


def left(response) -> list[str]:
    return response.headers.get_list("left")


def test_layers_are_nested_from_the_app_to_the_endpoint(client) -> None:
    response = client.get("/nested/all")
    assert response.json() == ["outer", "decorated", "blueprint", "endpoint", "before"]
    assert left(response) == ["endpoint", "blueprint", "decorated", "outer"]


def test_a_check_before_an_endpoint_can_answer(client) -> None:
    response = client.get("/nested/all?stop=1")
    assert response.text == "stopped"
    assert left(response) == ["endpoint", "blueprint", "decorated", "outer"]


def test_an_endpoint_without_a_request_gets_its_values_through_layers(client) -> None:
    assert client.get("/nested/one/7").text == "number 7"


def test_layers_as_an_attribute_of_the_class(client) -> None:
    assert left(client.get("/attributed")) == ["attribute", "decorated", "outer"]


@pytest.mark.parametrize(
    ("path", "status"), [("/nested/inner-error", 418), ("/nested/defect", 500)]
)
def test_an_error_is_a_response_for_each_layer_around_it(
    client, site, path: str, status: int
) -> None:
    response = client.get(path)
    if status == 500:
        site.expect_error("ZeroDivisionError")
    assert response.status_code == status
    assert left(response) == ["blueprint", "decorated", "outer"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/kept", 405), ("OPTIONS", "/kept", 204)],
)
def test_layers_of_the_app_run_without_an_endpoint(
    client, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert left(response) == ["decorated", "outer"]


def test_a_layer_may_answer_itself(client) -> None:
    assert client.get("/kept").status_code == 403
    assert client.get("/kept", headers={"let-me": "in"}).text == "inside"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/way-in", "ValueError: on the way in"),
        ("/way-out", "ValueError: on the way out"),
        ("/nothing", "TypeError: the middleware at"),
    ],
)
def test_what_a_layer_does_wrong_is_a_response_for_those_around_it(
    client, site, path: str, error: str
) -> None:
    response = client.get(path)
    site.expect_error(error)
    assert response.status_code == 500
    assert left(response) == ["decorated", "outer"]


def test_a_layer_sees_which_error_was_answered(client, site) -> None:
    response = client.get("/seen")
    site.expect_error("LookupError")
    assert response.headers["saw"] == "500 LookupError"


def test_context_variables_reach_the_endpoint_and_no_other_request(client) -> None:
    assert client.get("/context").text == "somebody"
    assert client.get("/context-before").text == "nobody"
