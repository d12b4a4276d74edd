"""Who answers an error, and what the peer is told of it."""

import pytest

APP = "framework_errors:app"


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("value", 200, "endpoint: v Handled"),
        ("key", 409, "blueprint: KeyError"),
        ("gone", 409, "blueprint: HTTPError"),
        ("odder", 200, "app: Odder"),
        ("raises", 200, "app: Odd"),
    ],
)
def test_the_innermost_handler_answers(client, kind: str, status: int, text: str) -> None:
    response = client.get(f"/handled/{kind}")
    assert (response.status_code, response.text) == (status, text)


def test_a_handler_may_raise_an_answer(client) -> None:
    response = client.get("/handled/raises-again")
    assert (response.status_code, response.json()["detail"]) == (451, "by law")


def test_a_path_without_an_endpoint_has_a_handler_too(client) -> None:
    response = client.get("/nowhere")
    assert (response.status_code, response.text) == (404, "app: no /nowhere")


@pytest.mark.parametrize(
    ("status", "title"),
    [(401, "Unauthorized"), (418, "I'm a Teapot"), (503, "Service Unavailable")],
)
def test_an_http_error_is_problem_details(client, status: int, title: str) -> None:
    response = client.get(f"/http/{status}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"] == "Basic"
    problem = response.json()
    assert (problem["status"], problem["title"].lower()) == (status, title.lower())
    assert problem["detail"] == "the detail"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/defect", "ZeroDivisionError: secret"),
        ("/unencodable", "TypeError"),
        ("/handled/defect", "ZeroDivisionError"),
    ],
)
def test_a_defect_is_answered_without_telling_what_it_is(
    client, site, path: str, error: str
) -> None:
    response = client.get(path)
    site.expect_error(error)
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "Internal Server Error"
    assert "secret" not in response.text


def test_a_500_on_purpose_says_its_detail(client) -> None:
    assert client.get("/base").json()["detail"] == "said on purpose"
