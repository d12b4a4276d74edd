//! Tables of routes as tests write them down.

#![allow(dead_code, reason = "not every test needs all of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "only tests come here"
)]

use std::{convert::Infallible, sync::Arc};

use pyre_router::{
    Alternative, Bounds, Conflict, Converters, Kind, Match, Parameter, Pattern, PatternError,
    Refusal, Routes, Segment, Segments, Table,
};

/// Converter 0 takes hexadecimal digits, converter 1 everything.
#[derive(Default)]
pub(crate) struct Application {
    /// What was asked.
    pub(crate) texts: Vec<String>,
}

impl Converters for Application {
    type Error = Infallible;

    fn accepts(&mut self, converter: u32, text: &str) -> Result<bool, Infallible> {
        self.texts.push(text.to_owned());
        Ok(converter == 1 || text.bytes().all(|octet| octet.is_ascii_hexdigit()))
    }

    fn max_digits(&mut self) -> Result<usize, Infallible> {
        Ok(20)
    }
}

/// Reads `/a/{int}/{int 1..9}/{choice a,b}/{int|string}/{custom 0}/{path}`.
pub(crate) fn pattern(text: &str) -> Result<Pattern, PatternError> {
    let segments = text.strip_prefix('/').expect("a path begins with /");
    Pattern::new(segments.split('/').map(segment).collect())
}

fn segment(text: &str) -> Segment {
    match text.strip_prefix('{') {
        None => Segment::Literal(text.into()),
        Some(parameter) => {
            let alternatives = parameter.trim_end_matches('}').split('|');
            let parameter = Parameter::new(alternatives.map(alternative).collect());
            Segment::Parameter(Arc::new(parameter.expect("the alternatives are valid")))
        }
    }
}

fn alternative(text: &str) -> Alternative {
    let (name, arguments) = text.split_once(' ').unwrap_or((text, ".."));
    match name {
        "choice" => Alternative::choice(arguments.split(',').map(Box::from).collect()),
        "custom" => Alternative::Kind(
            Kind::Custom(arguments.parse().expect("a number")),
            Bounds::default(),
        ),
        _ => {
            let kind = Kind::named(name).expect("the name of a kind");
            let (low, high) = arguments.split_once("..").expect("a range");
            let bound = |bound: &'static str| (!bound.is_empty()).then_some(bound);
            let (low, high) = (bound(low.to_owned().leak()), bound(high.to_owned().leak()));
            Alternative::Kind(kind, Bounds::new(kind, low, high).expect("valid bounds"))
        }
    }
}

/// Adds `GET,POST /path`; the method is GET when there is none.
pub(crate) fn add(routes: &mut Routes, route: &str) -> Result<usize, Refusal> {
    let (methods, path) = route
        .split_once(' ')
        .filter(|(methods, _)| !methods.contains('/'))
        .unwrap_or(("GET", route));
    let methods: Vec<&str> = methods.split(',').collect();
    routes.add(pattern(path).expect("a valid pattern"), &methods)
}

pub(crate) fn table(routes: &[&str]) -> Table {
    let mut collected = Routes::default();
    for route in routes {
        add(&mut collected, route).expect("the route is new");
    }
    collected.table()
}

pub(crate) fn conflict(one: &str, other: &str) -> Option<Conflict> {
    let mut routes = Routes::default();
    add(&mut routes, one).expect("the first");
    match add(&mut routes, other) {
        Ok(_) => None,
        Err(Refusal::Conflict(conflict)) => Some(conflict),
        Err(refusal) => panic!("{refusal:?}"),
    }
}

/// What a request finds: the route as it was written, the allowed methods, or `404`.
pub(crate) fn found(routes: &[&str], method: &str, path: &str) -> String {
    let table = table(routes);
    let Some(segments) = Segments::of(path.as_bytes()) else {
        return "404".to_owned();
    };
    let Ok(found) = table.find(method, &segments, &mut Application::default());
    match found {
        Match::Route(number) => routes
            .get(number)
            .map_or_else(String::new, |route| (*route).to_owned()),
        Match::Methods(methods) => methods.join(" "),
        Match::None => "404".to_owned(),
    }
}
