//! What the peer reads, part by part, and what the application is told.

use pyre_proto::http1::ResponseError;

use super::expected::Expected;
use crate::support::strict_response::{Response, parse_cut_off};

/// A part of what is written.
pub(super) enum Item {
    Continue,
    /// Its status and its fields.
    Interim(u16, Vec<(String, String)>),
    Response(Expected),
}

/// `written` is made of `items` and nothing else.
pub(super) fn assert_read(written: &[u8], items: &[Item]) {
    let is_written = |item: &&Item| match item {
        Item::Continue | Item::Interim(..) => true,
        Item::Response(response) => response.is_written(),
    };
    let items: Vec<_> = items.iter().filter(is_written).collect();
    let methods = items.iter().filter_map(|item| match item {
        Item::Continue | Item::Interim(..) => None,
        Item::Response(response) => Some(response.method()),
    });
    let read = parse_cut_off(written, &methods.collect::<Vec<_>>());
    assert_eq!(read.len(), items.len());
    for (response, item) in read.iter().zip(items) {
        match item {
            Item::Continue => assert_continue(response),
            Item::Interim(status, fields) => {
                assert_eq!((response.status, &response.fields), (*status, fields));
            }
            Item::Response(expected) => expected.assert_read_as(response),
        }
    }
}

fn assert_continue(response: &Response) {
    assert_eq!((response.status, &*response.reason), (100, "Continue"));
    assert_eq!(response.fields, []);
}

/// A refusal names one of the rules that are broken.
pub(super) fn assert_verdict(got: Result<(), ResponseError>, wrong: &[ResponseError]) {
    match got {
        Ok(()) => assert_eq!(wrong, []),
        Err(error) => assert!(
            wrong.contains(&error),
            "{error:?} where {wrong:?} is expected"
        ),
    }
}
