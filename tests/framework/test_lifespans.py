"""What runs at the start and at the end of serving."""

APP = "framework_lifespans:app"


def test_hooks_run_before_the_first_request(client) -> None:
    assert client.get("/seen").json() == [["lifespan", "plain", "coroutine"], "a pool"]
