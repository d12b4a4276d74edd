"""Which route a request finds."""

import pytest

from .tables import Row, found, paths, table

UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


def test_literal_paths():
    found(
        paths("/", "/a", "/a/", "/a/b", "//", "/caf%C3%A9", "/a%2Fb", "/ü"),
        [
            ("GET", b"/", ("/", ())),
            ("GET", b"/a", ("/a", ())),
            ("GET", b"/a/", ("/a/", ())),
            ("GET", b"/a/b", ("/a/b", ())),
            ("GET", b"//", ("//", ())),
            ("GET", b"/%61/%62", ("/a/b", ())),
            ("GET", b"/caf%c3%a9", ("/caf%C3%A9", ())),
            ("GET", "/café".encode(), ("/caf%C3%A9", ())),
            ("GET", b"/a%2fb", ("/a%2Fb", ())),
            ("GET", b"/%C3%BC", ("/ü", ())),
            ("GET", b"/A", (None, ())),
            ("GET", b"/a/b/", (None, ())),
            ("GET", b"///", (None, ())),
            ("GET", b"/a//b", (None, ())),
            ("GET", b"/./a", (None, ())),
            ("GET", b"/b/../a", (None, ())),
        ],
    )


@pytest.mark.parametrize("raw_path", [b"", b"*", b"a", b"http://a/", b"%2Fa", b"?", b"\xff"])
def test_what_does_not_begin_with_a_slash_is_unknown(raw_path):
    assert paths("/", "/a", "/{name}", "/{rest:path}").find("GET", raw_path) == (None, ())


@pytest.mark.parametrize(
    "raw_path",
    [
        b"/%ff",
        b"/%/%ff",
        b"/%c3",
        b"/\xff",
        b"/%c3/%a9",
        b"/%ed%a0%80",
    ],
)
def test_what_can_t_be_decoded_matches_nothing(raw_path):
    routes = paths("/{name}", "/{rest:path}", "/{name}/x", "/%25")
    assert routes.find("GET", raw_path) == (None, ())
    assert routes.find("PUT", raw_path) == (None, ())


def test_a_segment_is_decoded_once_and_by_itself():
    found(
        paths("/x/{name}"),
        [
            ("GET", b"/x/a%2Fb", ("/x/{name}", ("a/b",))),
            ("GET", b"/x/%252F", ("/x/{name}", ("%2F",))),
            ("GET", b"/x/a+b", ("/x/{name}", ("a+b",))),
            ("GET", b"/x/%00", ("/x/{name}", ("\0",))),
            ("GET", b"/x/%F0%9F%94%A5", ("/x/{name}", ("🔥",))),
            ("GET", b"/x/..", ("/x/{name}", ("..",))),
            ("GET", b"/x/", (None, ())),
            ("GET", b"/x//", (None, ())),
            ("GET", b"/x/a/", (None, ())),
        ],
    )


def test_a_path_takes_one_or_more_segments():
    everything = paths("/{rest:path}", "/x/{rest:path}/end", "/y/{rest:path}/{last}")
    found(
        everything,
        [
            ("GET", b"/a", ("/{rest:path}", ("a",))),
            ("GET", b"/a/b%2Fc//", ("/{rest:path}", ("a/b/c//",))),
            ("GET", b"/a/", ("/{rest:path}", ("a/",))),
            ("GET", b"/", (None, ())),
            ("GET", b"//a", (None, ())),
            ("GET", b"/x/end", ("/{rest:path}", ("x/end",))),
            ("GET", b"/x/a/end", ("/x/{rest:path}/end", ("a",))),
            ("GET", b"/x/end/end/end", ("/x/{rest:path}/end", ("end/end",))),
            ("GET", b"/x//a/end", ("/{rest:path}", ("x//a/end",))),
            ("GET", b"/y/a/b/c", ("/y/{rest:path}/{last}", ("a/b", "c"))),
            ("GET", b"/y/a/", ("/{rest:path}", ("y/a/",))),
        ],
    )


def test_the_shorter_path_is_tried_first():
    found(
        paths("/{rest:path}/x", "/{rest:path}/x/{name}", "/{rest:path}/y/{name}/z"),
        [
            ("GET", b"/a/x/x", ("/{rest:path}/x/{name}", ("a", "x"))),
            ("GET", b"/a/b/x/c", ("/{rest:path}/x/{name}", ("a/b", "c"))),
            ("GET", b"/a/y/b/z", ("/{rest:path}/y/{name}/z", ("a", "b"))),
            ("GET", b"/a/y/x", ("/{rest:path}/x", ("a/y",))),
        ],
    )


PRECEDENCE = (
    ("/1", b"/1"),
    ("/{v:int(max=2)}", b"/2"),
    ("/{v:int}", b"/3"),
    ("/{v:uuid}", f"/{UUID}".encode()),
    ("/{v:date}", b"/2024-02-29"),
    ("/{v:datetime}", b"/2024-02-29T12:30:59"),
    ("/{v:bool}", b"/true"),
    ("/{v:decimal}", b"/1.5"),
    ("/{v:float}", b"/1e5"),
    ("/{v:alpha(max=2)}", b"/ab"),
    ("/{v:alpha}", b"/Abc"),
    ("/{v:alnum}", b"/Abc1"),
    ("/{v:slug}", b"/abc-1"),
    ("/{v:string}", b"/abc_1"),
    ("/{v:path}", b"/abc/1"),
)


@pytest.mark.parametrize("step", [1, -1])
def test_precedence_at_one_position(step):
    routes = paths(*(template for template, _ in PRECEDENCE[::step]))
    for template, raw_path in PRECEDENCE:
        assert routes.find("GET", raw_path)[0] == template


def test_the_first_position_where_routes_differ_decides():
    found(
        paths("/{a}/x", "/{a:int}/{b}", "/lit/{b}", "/{a}/{b:int}"),
        [
            ("GET", b"/1/x", ("/{a:int}/{b}", (1, "x"))),
            ("GET", b"/lit/x", ("/lit/{b}", ("x",))),
            ("GET", b"/other/x", ("/{a}/x", ("other",))),
            ("GET", b"/other/5", ("/{a}/{b:int}", ("other", 5))),
        ],
    )


def test_what_leads_nowhere_is_taken_back():
    found(
        paths("/a/b/c", "/a/{x}/d", "/{y}/b/e", "/{z:path}/f"),
        [
            ("GET", b"/a/b/c", ("/a/b/c", ())),
            ("GET", b"/a/b/d", ("/a/{x}/d", ("b",))),
            ("GET", b"/a/b/e", ("/{y}/b/e", ("a",))),
            ("GET", b"/a/b/f", ("/{z:path}/f", ("a/b",))),
            ("GET", b"/a/b/g", (None, ())),
        ],
    )


def test_the_method_takes_part():
    found(
        table(Row("/{id:int}", "int", ["GET"]), Row("/{name}", "string", ["POST"])),
        [
            ("GET", b"/5", ("int", (5,))),
            ("POST", b"/5", ("string", ("5",))),
            ("HEAD", b"/5", ("int", (5,))),
            ("PUT", b"/5", (None, ("GET", "HEAD", "OPTIONS", "POST"))),
            ("PUT", b"/a", (None, ("OPTIONS", "POST"))),
            ("GET", b"/a", (None, ("OPTIONS", "POST"))),
            ("OPTIONS", b"/5", (None, ("GET", "HEAD", "OPTIONS", "POST"))),
            ("OPTIONS", b"/a/b", (None, ())),
        ],
    )


def test_what_is_registered_for_head_and_options_wins():
    found(
        table(
            Row("/a", "get", ["GET"]),
            Row("/a", "head", ["HEAD"]),
            Row("/a", "options", ["OPTIONS"]),
            Row("/b", "only head", ["HEAD"]),
            Row("/c", "both", ["HEAD", "GET"]),
        ),
        [
            ("GET", b"/a", ("get", ())),
            ("HEAD", b"/a", ("head", ())),
            ("OPTIONS", b"/a", ("options", ())),
            ("PUT", b"/a", (None, ("GET", "HEAD", "OPTIONS"))),
            ("HEAD", b"/b", ("only head", ())),
            ("GET", b"/b", (None, ("HEAD", "OPTIONS"))),
            ("HEAD", b"/c", ("both", ())),
        ],
    )


@pytest.mark.parametrize("method", ["get", "", "\ud800", "G ET", "GET\0", "Ünknown"])
def test_odd_methods_are_no_route_s(method):
    assert paths("/a").find(method, b"/a") == (None, ("GET", "HEAD", "OPTIONS"))


def test_methods_may_be_any_token():
    routes = table(Row("/a", "search", ["M-SEARCH", "PURGE"]))
    assert routes.find("M-SEARCH", b"/a") == ("search", ())
    assert routes.find("GET", b"/a") == (None, ("M-SEARCH", "OPTIONS", "PURGE"))


def test_many_literals_and_many_segments():
    names = [f"n{number}" for number in range(1000)]
    deep = "/" + "/".join(["d"] * 255)
    routes = paths(*(f"/{name}/{{x}}" for name in names), deep, "/p/{rest:path}")
    for name in names:
        assert routes.find("GET", f"/{name}/1".encode()) == (f"/{name}/{{x}}", ("1",))
    assert routes.find("GET", deep.encode()) == (deep, ())
    assert routes.find("GET", deep.encode() + b"/d") == (None, ())
    assert routes.find("GET", b"/p" + b"/q" * 5000) == ("/p/{rest:path}", ("q/" * 4999 + "q",))
    assert routes.find("GET", b"/" * 5000) == (None, ())
