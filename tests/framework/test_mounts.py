"""Applications of others below a path, and middleware of others around the app."""

APP = "framework_mounts:app"


def test_a_mounted_application_knows_where_it_is(client) -> None:
    response = client.post("/old/show/me", content=b"a body")
    assert response.json() == {
        "path": "/old/show/me",
        "root_path": "/old",
        "started": True,
        "body": "a body",
        "link": "/old/show/x",
    }


def test_middleware_of_the_app_runs_around_it(client) -> None:
    assert client.get("/old/show/me").headers["marked"] == "/old/show/me"
    response = client.get("/old/nowhere")
    assert (response.status_code, response.headers["marked"]) == (404, "/old/nowhere")


def test_the_longest_path_counts(client) -> None:
    assert client.get("/old/native/a%20b?c").text == "/old/native /a b b'c'"
    assert client.get("/old/native").text == "/old/native / b''"


def test_endpoints_come_first(client) -> None:
    assert client.get("/old/route").text == "the app's own"


def test_a_prefix_is_whole_segments(client) -> None:
    response = client.get("/older")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_middleware_of_asgi_is_around_it_all(client) -> None:
    response = client.get("/long", headers={"accept-encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert response.text == "long " * 1000
    assert "content-encoding" not in client.get("/old/route").headers
