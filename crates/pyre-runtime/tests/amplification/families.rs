//! Inputs that are each as costly as one idea makes them, and what may be done to any of them.

use proptest::{collection::vec, prelude::*, sample::Index};

/// The most that an input has.
pub(crate) const INPUT: usize = 10 * 1024;

/// Inputs of one idea.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) octets: Vec<u8>,
    /// How many requests an application sees that echoes each.
    pub(crate) requests: usize,
    /// The status of the last response then; `None` while there is none.
    pub(crate) last_status: Option<u16>,
}

/// As many whole `unit`s between `start` and `end` as make up an input.
fn filled(start: &str, unit: &str, end: &str) -> Vec<u8> {
    let count = (INPUT - start.len() - end.len()) / unit.len();
    [start, &unit.repeat(count), end].concat().into()
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n";
const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const ENDLESS: &str = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n";
const SMALLEST: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const EXPECTING: &str =
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx";
const SMALLEST_CHUNKED: &str =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";

/// Ninety-nine fields beside `Host`, as many as are allowed.
fn most_fields() -> Vec<u8> {
    let value = "v".repeat((INPUT - GET.len() - 2) / 99 - "a: \r\n".len());
    filled(GET, &format!("a: {value}\r\n"), "\r\n")
}

/// A large chunk, and fields behind it that take nearly all that trailers may.
fn most_trailers() -> Vec<u8> {
    let start = format!("{CHUNKED}7d0\r\n{}\r\n0\r\n", "a".repeat(2000));
    let value = "v".repeat(95);
    filled(&start, &format!("a: {value}\r\n"), "\r\n")
}

/// Whole requests, one behind the other.
fn pipelined(name: &'static str, request: &str) -> Family {
    served(name, INPUT / request.len(), filled("", request, ""))
}

fn served(name: &'static str, requests: usize, octets: Vec<u8>) -> Family {
    let last_status = (requests > 0).then_some(200);
    Family {
        name,
        octets,
        requests,
        last_status,
    }
}

fn waiting(name: &'static str, octets: Vec<u8>) -> Family {
    served(name, 0, octets)
}

/// Refused before it is a request.
fn refused(name: &'static str, status: u16, octets: Vec<u8>) -> Family {
    Family {
        name,
        octets,
        requests: 0,
        last_status: Some(status),
    }
}

/// Refused for what is behind the head.
fn refused_content(name: &'static str, status: u16, octets: Vec<u8>) -> Family {
    Family {
        requests: 1,
        ..refused(name, status, octets)
    }
}

#[rustfmt::skip]
pub(crate) fn families() -> Vec<Family> {
    let field = format!("{GET}a: ");
    let logged = format!("{GET}Referer: ");
    let target = format!("GET /{} HTTP/1.1\r\nHost: a\r\na: ", "%41".repeat(2700));
    let chunk = format!("{CHUNKED}ffffffffffffffff\r\n");
    let trailers = format!("{CHUNKED}1\r\na\r\n0\r\n");
    let trailer = format!("{trailers}a: ");
    vec![
        served("most fields", 1, most_fields()),
        refused("shortest fields", 431, filled(GET, "a:\r\n", "")),
        served("one field", 1, filled(&field, "v", "\r\n\r\n")),
        waiting("a field without end", filled(&field, "v", "")),
        waiting("a name without end", filled(GET, "a", "")),
        served("a field that a log escapes", 1, filled(&logged, "\u{e9}", "\r\n\r\n")),
        served("longest target", 1, filled(&target, "v", "\r\n\r\n")),
        refused("target without end", 414, filled("GET /", "%41", "")),
        pipelined("smallest requests", SMALLEST),
        pipelined("requests that expect 100", EXPECTING),
        pipelined("smallest chunked requests", SMALLEST_CHUNKED),
        served("chunks of one octet", 1, filled(CHUNKED, "1\r\na\r\n", "0\r\n\r\n")),
        served("chunks without end", 1, filled(CHUNKED, "1\r\na\r\n", "")),
        served("chunk extensions", 1, filled(CHUNKED, "1;a;b=\"c\"\r\na\r\n", "0\r\n\r\n")),
        served("longest chunk", 1, filled(&chunk, "a", "")),
        served("most trailers", 1, most_trailers()),
        refused_content("shortest trailers", 431, filled(&trailers, "a:\r\n", "")),
        refused_content("a trailer without end", 431, filled(&trailer, "v", "")),
        served("longest content", 1, filled(ENDLESS, "a", "")),
        refused("empty lines", 400, filled("", "\r\n", "")),
        refused("zeros", 400, filled("", "\0", "")),
    ]
}

/// What a hostile peer does to an input.
#[derive(Debug, Clone)]
enum Mutation {
    Replace(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Repeat(Index, usize),
    /// Goes on with another family from there.
    Splice(Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, octet)| Mutation::Replace(at, octet)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, octet)| Mutation::Insert(at, octet)),
        any::<Index>().prop_map(Mutation::Remove),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Mutation::Repeat(at, length)),
        (any::<Index>(), any::<Index>()).prop_map(|(at, with)| Mutation::Splice(at, with)),
    ]
}

/// An input that no family has, and its every octet may come from one.
pub(crate) fn mutated() -> impl Strategy<Value = Vec<u8>> {
    (any::<Index>(), vec(mutation(), 1..8)).prop_map(|(family, mutations)| {
        let families = families();
        let mut octets = family.get(&families).octets.clone();
        for mutation in mutations {
            mutate(&mut octets, &mutation, &families);
        }
        octets.truncate(INPUT);
        octets
    })
}

fn mutate(octets: &mut Vec<u8>, mutation: &Mutation, families: &[Family]) {
    let length = octets.len();
    match *mutation {
        Mutation::Replace(at, octet) => octets[at.index(length)] = octet,
        Mutation::Insert(at, octet) => octets.insert(at.index(length), octet),
        Mutation::Remove(at) => drop(octets.remove(at.index(length))),
        Mutation::Repeat(at, count) => {
            let start = at.index(length);
            let part = octets[start..length.min(start + count)].to_vec();
            octets.splice(start..start, part);
        }
        Mutation::Splice(at, with) => {
            let start = at.index(length);
            octets.splice(start.., with.get(families).octets.iter().copied());
        }
    }
}
