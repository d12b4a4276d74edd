//! Which route a request finds.

mod support;

use pyre_router::{Match, Place, Routes, Segments};
use support::{Application, add, found, pattern, table};

/// Routes; then requests, each with the route that it finds.
type Case = (
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Literals, compared after decoding.
    (&["/", "/a", "/a/", "/a/b", "/ü"], &[
        ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/%61/b", "/a/b"), ("/%C3%BC", "/ü"), ("/ü", "/ü"),
        ("/A", "404"), ("//", "404"), ("/a//", "404"), ("/a%2Fb", "404"), ("", "404"), ("*", "404"), ("a", "404"),
    ]),
    // A segment that can't be decoded matches nothing.
    (&["/{string}", "/{path}", "/%"], &[
        ("/%ff", "404"), ("/%C3", "404"), ("/%C3/%BC", "404"), ("/%/%ff", "404"),
        ("/%25", "/%"), ("/%", "/%"), ("/%4", "/{string}"), ("/%zz", "/{string}"), ("/50%/%", "/{path}"),
    ]),
    // Neither a parameter nor the first segment of a path is empty.
    (&["/{string}", "/x/{path}", "/{choice a}/{custom 1}"], &[
        ("/", "404"), ("/x/", "404"), ("/x//y", "404"), ("/x/y//", "/x/{path}"), ("/a/", "404"),
        ("/a/b", "/{choice a}/{custom 1}"),
    ]),
    // Precedence at one position.
    (&["/{path}", "/{string}", "/{slug}", "/{alnum}", "/{alpha}", "/{custom 1}", "/{custom 0}", "/{float}",
       "/{decimal}", "/{bool}", "/{datetime}", "/{date}", "/{uuid}", "/{int}", "/{int 1..9}", "/{choice 2,3}", "/3"], &[
        ("/3", "/3"), ("/2", "/{choice 2,3}"), ("/9", "/{int 1..9}"), ("/10", "/{int}"),
        ("/6ba7b810-9dad-11d1-80b4-00c04fd430c8", "/{uuid}"), ("/2024-02-29", "/{date}"),
        ("/2024-02-29T00:00:00", "/{datetime}"), ("/true", "/{bool}"), ("/1.5", "/{decimal}"), ("/1e5", "/{float}"),
        ("/ff", "/{custom 0}"), ("/fg", "/{custom 1}"), ("/a/b", "/{path}"),
    ]),
    (&["/{path}", "/{string}", "/{slug}", "/{alnum}", "/{alpha}", "/{alpha 1..1}"], &[
        ("/a", "/{alpha 1..1}"), ("/ab", "/{alpha}"), ("/a1", "/{alnum}"), ("/a-1", "/{slug}"), ("/a_1", "/{string}"),
    ]),
    // Several alternatives stand where the weakest does.
    (&["/{int|string}", "/{slug}", "/{choice a|int}", "/{bool}"], &[
        ("/a", "/{choice a|int}"), ("/1", "/{choice a|int}"), ("/true", "/{bool}"), ("/b", "/{slug}"), ("/B", "/{int|string}"),
    ]),
    // The first position where routes differ decides; what leads nowhere is taken back.
    (&["/a/b/c", "/a/{string}/d", "/{string}/b/e", "/{path}/f", "/{int}/{string}", "/{string}/x"], &[
        ("/a/b/c", "/a/b/c"), ("/a/b/d", "/a/{string}/d"), ("/a/b/e", "/{string}/b/e"), ("/a/b/f", "/{path}/f"),
        ("/1/x", "/{int}/{string}"), ("/a/x", "/{string}/x"), ("/a/b/g", "404"),
    ]),
    // The shorter path is tried first; another one when what follows does not fit.
    (&["/{path}/x", "/{path}/x/{string}", "/{path}/y/{string}/z"], &[
        ("/a/x/x", "/{path}/x/{string}"), ("/a/b/x", "/{path}/x"), ("/a/y/x", "/{path}/x"),
        ("/a/y/b/z", "/{path}/y/{string}/z"), ("/x/x", "/{path}/x"), ("/x", "404"),
    ]),
    (&["/{path ..3}", "/{path}"], &[("/a/b", "/{path ..3}"), ("/a/bc", "/{path}")]),
    // Integers that the application's language would not read.
    (&["/{int}", "/{int 5..}/x"], &[
        ("/12345678901234567890", "/{int}"), ("/-12345678901234567890", "/{int}"), ("/123456789012345678901", "404"),
        ("/12345678901234567890/x", "/{int 5..}/x"), ("/-12345678901234567890/x", "404"),
        ("/1234567890123456789x", "404"),
    ]),
];

#[test]
fn what_is_found() {
    for (routes, requests) in CASES {
        for (path, expected) in *requests {
            assert_eq!(found(routes, "GET", path), *expected, "{path}");
        }
        // The order in which they are added decides nothing.
        let reversed: Vec<&str> = routes.iter().rev().copied().collect();
        for (path, expected) in *requests {
            assert_eq!(found(&reversed, "GET", path), *expected, "{path}");
        }
    }
}

#[test]
fn the_method_takes_part() {
    let routes = [
        "GET /{int}",
        "POST /{string}",
        "GET,PUT /a",
        "HEAD /a",
        "OPTIONS,HEAD /b",
    ];
    for (request, expected) in [
        ("GET /5", "GET /{int}"),
        ("HEAD /5", "GET /{int}"),
        ("POST /5", "POST /{string}"),
        ("PUT /5", "GET HEAD OPTIONS POST"),
        ("OPTIONS /5", "GET HEAD OPTIONS POST"),
        ("PUT /x", "OPTIONS POST"),
        ("GET /a", "GET,PUT /a"),
        ("HEAD /a", "HEAD /a"),
        ("DELETE /a", "GET HEAD OPTIONS POST PUT"),
        ("OPTIONS /b", "OPTIONS,HEAD /b"),
        ("GET /b", "HEAD OPTIONS POST"),
        ("get /b", "HEAD OPTIONS POST"),
        ("GET /c/d", "404"),
    ] {
        let (method, path) = request.split_once(' ').unwrap();
        assert_eq!(found(&routes, method, path), expected, "{request}");
    }
}

#[test]
fn many_literals() {
    let names: Vec<String> = (0..1000).map(|number| format!("/n{number}")).collect();
    let routes: Vec<&str> = names.iter().map(String::as_str).collect();
    for name in ["/n0", "/n7", "/n999"] {
        assert_eq!(found(&routes, "GET", name), name);
    }
    assert_eq!(found(&routes, "GET", "/n1000"), "404");
}

#[test]
fn a_table_does_not_change() {
    let mut routes = Routes::default();
    add(&mut routes, "/a").unwrap();
    let before = routes.table();
    add(&mut routes, "/b").unwrap();
    let segments = Segments::of(b"/b").unwrap();
    let mut application = Application::default();
    assert_eq!(
        before.find("GET", &segments, &mut application),
        Ok(Match::None)
    );
    let after = routes.table();
    assert_eq!(
        after.find("GET", &segments, &mut application),
        Ok(Match::Route(1))
    );
}

#[test]
fn where_values_stand() {
    for (path, places, texts) in [
        (
            "/a/{int}/{string}",
            vec![Place::Segment(1), Place::Segment(2)],
            ["b", "c"],
        ),
        (
            "/a/{path}/{int}",
            vec![Place::Path(1, 1), Place::BeforeLast(0)],
            ["b/c/d", "e"],
        ),
        (
            "/{string}/{path}/d/e",
            vec![Place::Segment(0), Place::Path(1, 2)],
            ["a", "b/c"],
        ),
        (
            "/{path}/{string}/e",
            vec![Place::Path(0, 2), Place::BeforeLast(1)],
            ["a/b/c", "d"],
        ),
    ] {
        let pattern = pattern(path).unwrap();
        assert_eq!(pattern.places().collect::<Vec<_>>(), places, "{path}");
        let segments = Segments::of(b"/a/b/c/d/e").unwrap();
        let got: Vec<&str> = places.iter().map(|place| place.text(&segments)).collect();
        assert_eq!(got, texts, "{path}");
    }
}

/// However a peer writes a path, each node is looked at once for each length that a path may have.
#[test]
fn a_search_is_bounded_by_the_table() {
    let routes = table(&[
        "/{custom 1}/x",
        "/{path}/{custom 1}/x",
        "/{path}/{custom 1}/y/z",
    ]);
    let segments = "/a".repeat(10_000);
    let segments = Segments::of(segments.as_bytes()).unwrap();
    let mut application = Application::default();
    assert_eq!(
        routes.find("GET", &segments, &mut application),
        Ok(Match::None)
    );
    assert_eq!(application.texts.len(), 3);
}
