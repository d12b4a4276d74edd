//! What building a table and finding a route cost: `cargo bench -p pyre-router`.

#![expect(clippy::expect_used, reason = "a benchmark reports to nobody")]

use std::{convert::Infallible, hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use pyre_router::{
    Alternative, Bounds, Converters, Kind, Parameter, Pattern, Routes, Segment, Segments, Table,
};

/// Few routes, and many.
const SIZES: [usize; 2] = [10, 10_000];

/// Requests that are asked in turn, so that not everything is in the caches.
const REQUESTS: usize = 1024;

struct NoConverters;

impl Converters for NoConverters {
    type Error = Infallible;

    fn accepts(&mut self, _: u32, _: &str) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn max_digits(&mut self) -> Result<usize, Infallible> {
        Ok(4300)
    }
}

/// `/resource7/{id:int}/items/{name}`
fn collected(size: usize) -> Routes {
    let mut routes = Routes::default();
    let (int, string) = (parameter(Kind::Int), parameter(Kind::String));
    for number in 0..size {
        let segments = vec![
            Segment::Literal(format!("resource{number}").into()),
            Segment::Parameter(Arc::clone(&int)),
            Segment::Literal("items".into()),
            Segment::Parameter(Arc::clone(&string)),
        ];
        let pattern = Pattern::new(segments).expect("the pattern is valid");
        routes.add(pattern, &["GET"]).expect("the route is new");
    }
    routes
}

fn parameter(kind: Kind) -> Arc<Parameter> {
    let alternative = Alternative::Kind(kind, Bounds::default());
    Arc::new(Parameter::new(vec![alternative]).expect("there is an alternative"))
}

fn build(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build");
    group.sample_size(10);
    for size in SIZES {
        group.bench_function(format!("{size} routes"), |bencher| {
            bencher.iter(|| black_box(collected(size).table()));
        });
    }
    group.finish();
}

fn find(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("find");
    for size in SIZES {
        let table = collected(size).table();
        group.bench_function(format!("one path, {size} routes"), |bencher| {
            bencher.iter(|| look_up(&table, b"/resource7/42/items/book"));
        });
        let paths: Vec<String> = (0..REQUESTS)
            .map(|number| format!("/resource{}/42/items/book", number * 7919 % size))
            .collect();
        let mut next = paths.iter().cycle();
        group.bench_function(format!("paths in turn, {size} routes"), |bencher| {
            bencher.iter(|| next.next().map(|path| look_up(&table, path.as_bytes())));
        });
    }
    let table = collected(10).table();
    for (name, path) in [
        ("an escape", "/resource7/42/items/b%6Fok"),
        ("no route", "/resource7/42/items/book/page"),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| look_up(&table, path.as_bytes()));
        });
    }
    group.finish();
}

fn look_up(table: &Table, path: &[u8]) {
    let segments = Segments::of(black_box(path)).expect("the path can be decoded");
    _ = black_box(table.find("GET", &segments, &mut NoConverters));
}

criterion_group!(benches, build, find);
criterion_main!(benches);
