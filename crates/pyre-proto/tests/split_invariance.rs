//! Generated requests, valid and mutated: the same octets give the same events, whatever the split.

#![allow(clippy::indexing_slicing, reason = "the index was made for the length")]

mod support;

use proptest::{collection::vec, prelude::*, sample::Index, sample::select};
use pyre_proto::http1::{Limits, Phase};
use support::{Answering, Exchange, Scenario, octets};

/// A request and what the application must see of it.
#[derive(Debug, Clone)]
struct Request {
    raw: Vec<u8>,
    path: String,
    content: String,
    trailers: usize,
}

#[derive(Debug, Clone)]
enum Body {
    None,
    Length(Vec<u8>),
    Chunks(Vec<(Vec<u8>, &'static str)>, &'static str),
}

fn body() -> impl Strategy<Value = Body> {
    let extensions = select(vec!["", ";a", ";a=b", " ; a = \"b;c\"", ";a=\"\\\"\";b"]);
    let trailers = select(vec!["", "a: b\r\n", "Content-Length: 9\r\nx:\r\n"]);
    let chunk = (vec(octet(), 1..20), extensions);
    prop_oneof![
        Just(Body::None),
        vec(octet(), 0..40).prop_map(Body::Length),
        (vec(chunk, 0..4), trailers).prop_map(|(chunks, trailers)| Body::Chunks(chunks, trailers)),
    ]
}

/// Octets that mean something to the engine are as likely as all others together.
fn octet() -> impl Strategy<Value = u8> {
    prop_oneof![
        select(&b"\r\n\r\n :;,\"\\=\t\0x05aF\x7f\x80HT/1.+-"[..]),
        any::<u8>()
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let methods = select(vec!["GET", "POST", "HEAD", "PUT", "OPTIONS", "BREW"]);
    let paths = select(vec!["/", "/a", "/a/b%20c", "/x;y=z", "/~[|]"]);
    let queries = select(vec!["", "?", "?a=b&c", "?%zz?"]);
    let fields = select(vec![
        "",
        "Accept: */*\r\n",
        "X-A: 1\r\nx-a: 2\r\n",
        "Connection: keep-alive\r\n",
        "X-Empty:\r\nX-Tab:\t\u{e9} \r\n",
        "Upgrade: h2c\r\nConnection: upgrade\r\n",
    ]);
    let before = select(vec!["", "", "\r\n", "\r\n\r\n"]);
    (before, methods, paths, queries, fields, body()).prop_map(
        |(before, method, path, query, fields, body)| {
            let line = format!("{before}{method} {path}{query} HTTP/1.1\r\n");
            let head = format!("{line}Host: example.org\r\n{fields}");
            Request {
                raw: octets!(head, with_framing(&body)),
                path: path.to_owned(),
                content: content(&body),
                trailers: trailers(&body),
            }
        },
    )
}

fn with_framing(body: &Body) -> Vec<u8> {
    match body {
        Body::None => b"\r\n".to_vec(),
        Body::Length(content) => {
            let length = format!("Content-Length: {}\r\n\r\n", content.len());
            octets!(length, content)
        }
        Body::Chunks(chunks, trailers) => {
            let chunks = chunks.iter().map(|(data, extensions)| {
                octets!(format!("{:x}{extensions}\r\n", data.len()), data, "\r\n")
            });
            let chunks = chunks.collect::<Vec<_>>().concat();
            octets!(
                "Transfer-Encoding: chunked\r\n\r\n",
                chunks,
                "0\r\n",
                trailers,
                "\r\n"
            )
        }
    }
}

fn content(body: &Body) -> String {
    match body {
        Body::None => String::new(),
        Body::Length(content) => support::text(content),
        Body::Chunks(chunks, _) => chunks.iter().map(|(data, _)| support::text(data)).collect(),
    }
}

fn trailers(body: &Body) -> usize {
    match body {
        Body::Chunks(_, trailers) => trailers.lines().count(),
        Body::None | Body::Length(_) => 0,
    }
}

fn pipeline() -> impl Strategy<Value = Vec<Request>> {
    vec(request(), 1..5)
}

fn raw(requests: &[Request]) -> Vec<u8> {
    let parts = requests.iter().map(|request| &request.raw[..]);
    parts.collect::<Vec<_>>().concat()
}

/// What a hostile or broken peer does to its octets.
#[derive(Debug, Clone)]
enum Mutation {
    Replace(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Repeat(Index, usize),
    Splice(Index, &'static str),
    Truncate(Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let splices = select(vec![
        "\r\n",
        "\n",
        "\r\n ",
        "0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 3\r\n",
        "Connection: close\r\n",
        " HTTP/1.0\r\n",
        "GET / HTTP/1.1\r\n",
        "00000000000000000",
    ]);
    prop_oneof![
        4 => (any::<Index>(), octet()).prop_map(|(at, octet)| Mutation::Replace(at, octet)),
        3 => (any::<Index>(), octet()).prop_map(|(at, octet)| Mutation::Insert(at, octet)),
        3 => any::<Index>().prop_map(Mutation::Remove),
        2 => (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Mutation::Repeat(at, length)),
        2 => (any::<Index>(), splices).prop_map(|(at, text)| Mutation::Splice(at, text)),
        1 => any::<Index>().prop_map(Mutation::Truncate),
    ]
}

fn mutate(raw: &mut Vec<u8>, mutation: &Mutation) {
    let length = raw.len();
    if length == 0 {
        return;
    }
    match *mutation {
        Mutation::Replace(at, octet) => raw[at.index(length)] = octet,
        Mutation::Insert(at, octet) => raw.insert(at.index(length), octet),
        Mutation::Remove(at) => drop(raw.remove(at.index(length))),
        Mutation::Repeat(at, count) => {
            let start = at.index(length);
            let part = raw[start..length.min(start + count)].to_vec();
            raw.splice(start..start, part);
        }
        Mutation::Splice(at, text) => {
            let start = at.index(length);
            raw.splice(start..start, text.bytes());
        }
        Mutation::Truncate(at) => raw.truncate(at.index(length)),
    }
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    (pipeline(), vec(mutation(), 1..4)).prop_map(|(requests, mutations)| {
        let mut raw = raw(&requests);
        for mutation in &mutations {
            mutate(&mut raw, mutation);
        }
        raw
    })
}

/// Lengths of the pieces, used over and over.
fn pieces() -> impl Strategy<Value = Vec<usize>> {
    vec(prop_oneof![1..4_usize, 1..60_usize], 1..8)
}

/// Limits so small that generated requests break them, or the defaults.
fn limits() -> impl Strategy<Value = Limits> {
    let small = Limits {
        request_line: 24,
        field_section: 80,
        field_lines: 4,
        content: Some(24),
        chunk_extensions: 12,
        trailer_section: 20,
        unread_content: 16,
    };
    select(vec![Limits::default(), small])
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn valid_pipelines_are_served_whole_in_order(requests in pipeline(), pieces in pieces()) {
        let transcript = Scenario::new(raw(&requests)).play_in_pieces(&pieces);
        let expected: Vec<_> = requests.iter().map(|r| (&*r.path, &*r.content)).collect();
        prop_assert_eq!(transcript.served(), expected);
        let trailers = transcript.messages.iter().map(|message| message.trailers.len());
        prop_assert!(trailers.eq(requests.iter().map(|request| request.trailers)));
        prop_assert_eq!((transcript.fault, transcript.phase), (None, Phase::Idle));
        prop_assert_eq!(transcript.responses().len(), requests.len());
    }

    #[test]
    fn mutated_pipelines_have_one_transcript(
        raw in mutated(),
        pieces in pieces(),
        limits in limits(),
        half_closes in any::<bool>(),
    ) {
        let mut scenario = Scenario::new(raw).with_limits(limits);
        if half_closes {
            scenario = scenario.then_half_close();
        }
        let whole = scenario.play_whole();
        prop_assert_eq!(&whole, &scenario.play_in_pieces(&pieces));
        prop_assert_eq!(&whole, &scenario.play_bytewise());
        prop_assert!(whole.responses().len() >= whole.served().len());
    }

    #[test]
    fn octets_at_random_have_one_transcript(raw in vec(octet(), 0..200), pieces in pieces()) {
        let scenario = Scenario::new(raw);
        let whole = scenario.play_whole();
        prop_assert_eq!(&whole, &scenario.play_in_pieces(&pieces));
    }

    #[test]
    fn unread_mutated_content_never_becomes_a_request(raw in mutated(), pieces in pieces()) {
        let scenario = Scenario::new(raw);
        let read = scenario.play_whole();
        let unread = scenario.answered(Answering::AtHead).play_in_pieces(&pieces);
        let paths = |transcript: &support::Transcript| -> Vec<_> {
            transcript.messages.iter().map(|message| message.raw_target.clone()).collect()
        };
        prop_assert_eq!(paths(&read), paths(&unread));
    }

    #[test]
    fn what_is_held_back_is_bounded(raw in mutated()) {
        let limits = Limits {
            request_line: 24,
            field_section: 80,
            chunk_extensions: 12,
            trailer_section: 20,
            ..Limits::default()
        };
        let mut exchange = Exchange::new(limits, Answering::AtEndOfMessage);
        let (mut held_back, mut progress) = (0, 0);
        for octet in raw {
            exchange.receive(&[octet]);
            let is_silent = exchange.has_input() && exchange.progress() == progress;
            held_back = if is_silent { held_back + 1 } else { 0 };
            progress = exchange.progress();
            if exchange.is_closed() {
                break;
            }
            prop_assert!(held_back <= 24 + 80 + 4, "{held_back} octets");
        }
    }
}
