//! Which routes can't be told apart.

mod support;

use pyre_router::{Conflict, Pattern, PatternError, Refusal, Routes, Segment};
use support::{add, conflict, pattern};

/// Two routes, and the segment whose parameters nothing tells apart; `None` when they match the same paths.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, Option<usize>)] = &[
    ("/a", "/a", None),
    ("/{int}/a", "/{int}/a", None),
    ("GET,POST /a", "PUT,POST /a", None),
    ("/x/{int 1..5}", "/x/{int 5..9}", Some(1)),
    ("/{int 1..}", "/{int ..9}", Some(0)),
    ("/{int|string}", "/{string}", Some(0)),
    ("/{float|int}", "/{int|float}", Some(0)),
    ("/{choice a,b}", "/{choice b,c}", Some(0)),
    ("GET /{string ..5}", "HEAD /{string ..4}", Some(0)),
    ("/{string ..5}/x", "/{string ..4}/{string}", Some(0)),
    ("/{string ..5}/{int}", "/{string ..4}/{float}", Some(0)),
    ("/{string ..5}/{path}", "/{string ..4}/x", Some(0)),
    ("/{string ..5}/{path}", "/{string ..4}/x/y", Some(0)),
    ("/{string ..5}/{path}/y", "/{string ..4}/x/{string}", Some(0)),
    ("/{string ..5}/{path}/y", "/{string ..4}/x/{path}", Some(0)),
    ("/{path ..5}/x", "/{path ..4}/{string}", Some(0)),
];

const TOLD_APART: &[(&str, &str)] = &[
    ("/a", "/A"),
    ("/a", "/a/"),
    ("GET /a", "POST /a"),
    ("GET /a", "HEAD /a"),
    ("/{int}", "/{string}"),
    ("/{int 1..4}", "/{int 5..}"),
    ("/{int 1..4}", "/{int}"),
    ("/{choice a,b}", "/{choice c}"),
    ("/{path}", "/{path}/x"),
    ("/{int|string}/x", "/{string}/y"),
    ("/{string ..5}/{int}", "/{string ..4}/{alpha}"),
    ("GET /{string ..5}", "POST /{string ..4}"),
    ("/{string ..5}/{path}", "/{string ..4}/"),
    ("/{string ..5}/{path}", "/{string ..4}"),
    ("/{string ..5}/{path}/x/y", "/{string ..4}/x/y"),
    ("/{string ..5}/{path}/x", "/{string ..4}/z/y"),
    ("/{string ..5}/{path}/x", "/{string ..4}/{path}/y"),
    ("/{string ..5}/a/{path}", "/{string ..4}/b/{path}"),
];

#[test]
fn what_is_refused() {
    for &(one, other, segment) in REFUSED {
        let existing = 0;
        let expected = Some(Conflict { existing, segment });
        assert_eq!(conflict(one, other), expected, "{one} {other}");
        assert_eq!(conflict(other, one), expected, "{other} {one}");
    }
}

#[test]
fn what_is_told_apart() {
    for (one, other) in TOLD_APART {
        assert_eq!(conflict(one, other), None, "{one} {other}");
        assert_eq!(conflict(other, one), None, "{other} {one}");
    }
}

#[test]
fn a_path_is_looked_for_below_every_rival() {
    let mut routes = Routes::default();
    for route in [
        "/{string ..5}/a/b/c",
        "/{string ..5}/{int}/b",
        "/{string ..5}/{int}/{int}/c",
    ] {
        add(&mut routes, route).unwrap();
    }
    let conflict = Conflict {
        existing: 2,
        segment: Some(0),
    };
    assert_eq!(
        add(&mut routes, "/{string ..4}/1/2/{string}"),
        Err(Refusal::Conflict(conflict))
    );
}

#[test]
fn what_is_no_route() {
    let mut routes = Routes::default();
    let literal = || pattern("/a").unwrap();
    assert_eq!(routes.add(literal(), &[]), Err(Refusal::NoMethod));
    for method in ["", "get", "G ET", "GÉT", "GET\0", "GET,POST"] {
        assert_eq!(
            routes.add(literal(), &["GET", method]),
            Err(Refusal::Method(method.into()))
        );
    }
    assert_eq!(routes.add(literal(), &["M-SEARCH", "M-SEARCH"]), Ok(0));
}

#[test]
fn what_is_no_pattern() {
    assert_eq!(Pattern::new(Vec::new()).err(), Some(PatternError::Empty));
    assert_eq!(
        pattern("/{path}/a/{path}").err(),
        Some(PatternError::TwoPaths)
    );
    let of_length = |length| Pattern::new(vec![Segment::Literal("a".into()); length]).err();
    assert_eq!(of_length(255), None);
    assert_eq!(of_length(256), Some(PatternError::TooLong));
}
