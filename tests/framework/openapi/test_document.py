"""The document as a whole: paths, methods, names, tags; and when it is made."""

import gc
import json
import weakref
from collections.abc import Sequence
from typing import Any

import pytest
from pyre import framework
from pyre.framework import App, RegistrationError, Request, WebSocket

from framework.calls import Call, by_psgi
from framework.openapi.described import document_of, valid
from framework.request.host import in_loop


class Books(framework.Blueprint, prefix="/books"):
    """Books.

    And *more*.
    """

    @framework.endpoint("/{number:int}")
    async def show(self, number: int) -> None:
        """Show
        one.

        Or none.

        - at all
        """

    @framework.endpoint("/{number:int}", methods=["DELETE"])
    @framework.endpoint("/old/{number:int}", methods=["DELETE", "POST"])
    async def remove(self, number: int) -> None: ...


class Lent(Books, prefix="/lent"):
    pass


async def with_request(request: Request): ...


def app_of(*paths: str, methods: tuple[str, ...] = ("GET",)) -> App:
    app = App()
    for path in paths:
        app.endpoint(path, methods=methods)(with_request)
    return app


def document(**options: Any) -> dict[str, Any]:
    return valid(app_of("/").openapi("It", **options).document())


async def get(app: App, path: bytes) -> Any:
    answer = await by_psgi(app, Call(path))
    assert answer.status == 200, answer
    return json.loads(answer.content)


def test_info_and_servers() -> None:
    assert document() == {
        "openapi": "3.1.0",
        "info": {"title": "It", "version": "1.0.0"},
        "paths": {
            "/": {
                "get": {"operationId": "with_request", "responses": {"200": {"description": "OK"}}}
            }
        },
    }
    described = document(description="*It*", servers=["https://a.example", "/b"])
    assert described["info"]["description"] == "*It*"
    assert described["servers"] == [{"url": "https://a.example"}, {"url": "/b"}]


def test_an_app_without_routes_has_a_document() -> None:
    assert document_of(App())["paths"] == {}


def test_docstrings_tags_and_ids() -> None:
    app = App()
    app.add_blueprint(Books())
    app.add_blueprint(Lent())
    described = document_of(app)
    assert described["tags"] == [
        {"name": "Books", "description": "Books.\n\nAnd *more*."},
        {"name": "Lent"},
    ]
    show = described["paths"]["/books/{number}"]["get"]
    assert show["summary"] == "Show one."
    assert show["description"] == "Or none.\n\n- at all"
    assert show["tags"] == ["Books"]
    ids = [
        operation["operationId"]
        for item in described["paths"].values()
        for operation in item.values()
    ]
    assert ids == [
        "Books.show",
        "Books.remove",
        "Books.remove_delete",
        "Books.remove_post",
        "Lent.show",
        "Lent.remove",
        "Lent.remove_delete",
        "Lent.remove_post",
    ]


def test_ids_are_unique_and_do_not_change_with_what_follows() -> None:
    def ids(*paths: str) -> list[str]:
        items = document_of(app_of(*paths, methods=("GET", "PUT")))["paths"].values()
        return [operation["operationId"] for item in items for operation in item.values()]

    few, many = ids("/a"), ids("/a", "/b", "/c")
    assert few == ["with_request", "with_request_put"]
    assert many[:2] == few
    assert len(set(many)) == 6


def test_a_deprecated_endpoint() -> None:
    async def old() -> None: ...

    old.__deprecated__ = "Use another."  # type: ignore[attr-defined]
    app = app_of("/")
    app.endpoint("/old")(old)
    paths = document_of(app)["paths"]
    assert paths["/old"]["get"]["deprecated"] is True
    assert "deprecated" not in paths["/"]["get"]


@pytest.mark.parametrize(
    ("path", "described"),
    [
        ("/", "/"),
        ("/a/", "/a/"),
        ("/a/{b:int}/{c}", "/a/{b}/{c}"),
        ("/files/{rest:path}", "/files/{rest}"),
        ("/caf%C3%A9/a%20b/@x;y=1", "/caf%C3%A9/a%20b/@x;y=1"),
        ("/é", "/%C3%A9"),
        ("/%7Bno%7D", "/%7Bno%7D"),
        ("/{größe}", "/{größe}"),
    ],
)
def test_how_a_path_is_written(path: str, described: str) -> None:
    assert list(document_of(app_of(path))["paths"]) == [described]


def test_methods_that_openapi_does_not_have_are_left_out() -> None:
    methods = ("GET", "HEAD", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "CONNECT")
    (item,) = document_of(app_of("/", methods=methods))["paths"].values()
    assert list(item) == ["get", "head", "options", "trace", "patch"]
    assert document_of(app_of("/", methods=("QUERY",)))["paths"] == {}


def test_paths_that_differ_in_their_placeholders_only(caplog: pytest.LogCaptureFixture) -> None:
    app = App()

    @app.endpoint("/{a:int}/b/{c}")
    async def first(a: int, c: str) -> None: ...

    @app.endpoint("/{c:int}/b/{a}", methods=["PUT"])
    async def second(a: str, c: int) -> None: ...

    @app.endpoint("/{x:uuid}/b/{y}")
    async def third(request: Request) -> None: ...

    paths = document_of(app)["paths"]
    assert list(paths) == ["/{a}/b/{c}"]
    item = paths["/{a}/b/{c}"]
    assert item["get"]["operationId"] == "first"
    assert [(each["name"], each["schema"]) for each in item["put"]["parameters"]] == [
        ("a", {"type": "integer"}),
        ("c", {"type": "string"}),
    ]
    (record,) = caplog.records
    assert record.message.endswith(
        ": third: GET /{x:uuid}/b/{y} is /{a}/b/{c} once more to OpenAPI"
    )


def test_what_the_framework_registers_is_left_out(tmp_path) -> None:
    app = app_of("/mine")
    app.static("/files", tmp_path)
    app.openapi("First", path="/a.json", ui="/a")

    @app.websocket("/live")
    async def live(websocket: WebSocket) -> None: ...

    assert list(document_of(app)["paths"]) == ["/mine"]


@pytest.mark.parametrize("options", [{"path": "/{a}"}, {"ui": "/{a}/docs"}, {"path": "no"}])
def test_paths_that_it_cannot_have(options: dict[str, str]) -> None:
    with pytest.raises(RegistrationError):
        App().openapi("It", **options)


def test_a_path_that_is_taken() -> None:
    with pytest.raises(RegistrationError):
        app_of("/openapi.json").openapi("It")


def test_an_edit_changes_the_document() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["x-mine"] = True
        del document["paths"]["/"]

    described = document(edit=edit)
    assert described["x-mine"] is True
    assert described["paths"] == {}


@in_loop
async def test_it_is_made_when_the_routes_have_changed() -> None:
    made: list[object] = []
    app = app_of("/a")
    app.openapi("It", edit=made.append)
    assert made == []
    assert list((await get(app, b"/openapi.json"))["paths"]) == ["/a"]
    await get(app, b"/openapi.json")
    assert len(made) == 1
    app.endpoint("/b")(with_request)
    assert list((await get(app, b"/openapi.json"))["paths"]) == ["/a", "/b"]
    assert len(made) == 2


@in_loop
async def test_an_error_of_an_edit_is_answered_and_not_kept() -> None:
    fails = True

    def edit(document: dict[str, Any]) -> None:
        if fails:
            raise LookupError(document["info"])

    app = app_of("/a")
    app.openapi("It", edit=edit)
    assert (await by_psgi(app, Call(b"/openapi.json"))).status == 500
    fails = False
    assert await get(app, b"/openapi.json")


@in_loop
async def test_a_mount_is_the_server() -> None:
    inner, outer = app_of("/a"), App()
    inner.openapi("It")
    outer.mount("/a b", inner)
    assert "servers" not in await get(inner, b"/openapi.json")
    assert (await get(outer, b"/a%20b/openapi.json"))["servers"] == [{"url": "/a%20b"}]
    assert "servers" not in await get(inner, b"/openapi.json")


def test_servers_are_not_changed_by_a_mount() -> None:
    description = app_of("/").openapi("It", servers=["https://a.example"])
    assert description.document("/b")["servers"] == [{"url": "https://a.example"}]


class Changing(App):
    """An app that says which routes it has."""

    shown: Sequence[Any] = ()

    @property
    def routes(self) -> Sequence[Any]:
        return self.shown


@in_loop
async def test_it_does_not_keep_routes_that_are_gone() -> None:
    app = Changing()
    app.openapi("It")
    app.shown = app_of("/a", "/b").routes
    assert list((await get(app, b"/openapi.json"))["paths"]) == ["/a", "/b"]
    gone = [weakref.ref(route) for route in app.shown]
    app.shown = ()
    gc.collect()
    assert [seen() for seen in gone] == [None, None]
    assert (await get(app, b"/openapi.json"))["paths"] == {}


@in_loop
async def test_other_routes_at_the_same_places_are_noticed() -> None:
    made: list[object] = []
    app = Changing()
    app.openapi("It", edit=made.append)
    for _ in range(3):
        app.shown = app_of("/a").routes
        gc.collect()
        await get(app, b"/openapi.json")
        await get(app, b"/openapi.json")
    assert len(made) == 3
