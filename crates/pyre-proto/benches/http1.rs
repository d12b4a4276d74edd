//! What reading a request and writing a response cost, without sockets: `cargo bench -p pyre-proto`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark reports to nobody"
)]

use std::{hint::black_box, sync::Arc};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use pyre_proto::http1::{Connection, Content, DefaultFields, Event, Limits};

const PLAIN: &[u8] = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

/// What a browser sends.
const BROWSER: &[u8] = b"GET /catalogue/4711?page=2&sort=name HTTP/1.1\r\n\
    Host: example.org\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Referer: https://example.org/catalogue?page=1\r\n\
    Cookie: session=3b1f8a52c0d94e7e; theme=dark; consent=all\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    Sec-Fetch-Dest: document\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-Site: same-origin\r\n\
    Priority: u=0, i\r\n\r\n";

const FIELDS: [(&[u8], &[u8]); 2] = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"content-length", b"13"),
];

const SHORT: &[u8] = b"Hello, World!";

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    let content = format!("1000\r\n{}\r\n", "x".repeat(0x1000)).repeat(16);
    let chunked = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{content}0\r\n\r\n"
    );
    let sized = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n{}",
        "x".repeat(65_536)
    );
    for (name, request) in [
        ("one field", PLAIN),
        ("12 fields", BROWSER),
        ("64 KiB", sized.as_bytes()),
        ("64 KiB in chunks", chunked.as_bytes()),
    ] {
        group.throughput(Throughput::Bytes(request.len() as u64));
        group.bench_function(name, |bencher| {
            let limits = Arc::new(Limits::default());
            bencher.iter_batched_ref(
                || Connection::new(Arc::clone(&limits)),
                |connection| read(connection, request),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    let long = vec![b'x'; 65_536];
    let limits = Arc::new(Limits::default());
    let asked = || {
        let mut connection = Connection::new(Arc::clone(&limits));
        read(&mut connection, PLAIN);
        connection
    };
    group.bench_function("content-length", |bencher| {
        bencher.iter_batched_ref(
            asked,
            |connection| write(connection, &FIELDS, &[SHORT]),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("16 chunks", |bencher| {
        let pieces: Vec<&[u8]> = long.chunks(4096).collect();
        bencher.iter_batched_ref(
            asked,
            |connection| write(connection, &FIELDS[..1], &pieces),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// Reading and writing on one connection that persists, as a server does it.
fn exchange(criterion: &mut Criterion) {
    let mut connection = Connection::new(Limits::default().into());
    criterion.bench_function("exchange", |bencher| {
        bencher.iter(|| {
            read(&mut connection, PLAIN);
            write(&mut connection, &FIELDS, &[SHORT]);
        });
    });
}

fn read(connection: &mut Connection, request: &[u8]) {
    connection.handle_input(black_box(request));
    loop {
        match connection.poll_event().expect("the request is valid") {
            Some(Event::EndOfMessage) => break,
            Some(event) => _ = black_box(event),
            None => panic!("the request is whole"),
        }
    }
}

fn write(connection: &mut Connection, fields: &[(&[u8], &[u8])], pieces: &[&[u8]]) {
    let defaults = DefaultFields::default();
    let sent = connection.send_head(200, fields.iter().copied(), &defaults);
    sent.expect("the head is valid");
    for (index, piece) in pieces.iter().enumerate() {
        let is_last = index + 1 == pieces.len();
        let sent = connection.send_data(Content::Copied(black_box(piece)), is_last);
        sent.expect("there is a head, and no length that differs");
    }
    let written = connection
        .poll_output()
        .map(|slice| black_box(slice).len())
        .sum();
    connection.handle_written(written);
}

criterion_group!(benches, parse, encode, exchange);
criterion_main!(benches);
