//! Requests, one after the other, as the engine and the reference read them.

use pyre_proto::http1::{Limits, Phase, RequestError};

use crate::{
    input::Options,
    reference::{self, Conversation, End},
    support::{Answering, Exchange, Transcript},
};

/// The engine shows the requests that the reference reads, and refuses what it refuses.
pub fn check(data: &[u8]) {
    let (options, octets) = Options::split(data);
    compare(octets, options.limits(), options.half_closes);
}

/// Reads `octets` under `limits` in both ways.
pub(crate) fn compare(octets: &[u8], limits: Limits, half_closes: bool) {
    let transcript = played(octets, limits, half_closes);
    let mut expected = reference::read(octets, &limits);
    if half_closes {
        expected.half_close();
    }
    assert_same(&transcript, &expected, octets);
}

fn played(octets: &[u8], limits: Limits, half_closes: bool) -> Transcript {
    let mut exchange = Exchange::new(limits, Answering::AtEndOfMessage);
    exchange.receive(octets);
    if half_closes {
        exchange.half_close();
    }
    exchange.into_transcript()
}

fn assert_same(transcript: &Transcript, expected: &Conversation, octets: &[u8]) {
    let raw = octets.escape_ascii().to_string();
    assert_eq!(transcript.messages, expected.messages, "{raw}");
    let (fault, end) = (transcript.fault, &expected.end);
    let agrees = match (fault, end) {
        (None, End::Open { .. } | End::Closed) => true,
        (Some(fault), End::Open { foreseen, .. }) => foreseen.have(fault.status()),
        (Some(fault), End::Refused(faults)) => faults.have(fault.status()),
        (None, End::Refused(_)) | (Some(_), End::Closed) => false,
    };
    assert!(agrees, "{fault:?} where {end:?} is expected: {raw}");
    let is_over = fault.is_some() || *end == End::Closed;
    assert_eq!(transcript.phase == Phase::Closed, is_over, "{raw}");
    assert_answers(transcript, expected, &raw);
}

/// Each request has its response, and the last response says whether another request may follow.
fn assert_answers(transcript: &Transcript, expected: &Conversation, raw: &str) {
    let refusal = transcript.fault.map(RequestError::status);
    let served = expected
        .messages
        .iter()
        .filter(|message| message.is_complete);
    let statuses: Vec<u16> = served.map(|_| 200).chain(refusal).collect();
    let responses = transcript.responses();
    let answered: Vec<u16> = responses.iter().map(|response| response.status).collect();
    assert_eq!(answered, statuses, "{raw}");
    if let Some(last) = responses.last() {
        let is_over = refusal.is_some() || expected.is_last_request;
        assert_eq!(last.says("close"), is_over, "{raw}");
    }
    if refusal.is_some() {
        assert_eq!(transcript.is_refusal_empty, expected.is_head, "{raw}");
    }
}
