//! The same octets, however they are cut, give the same events, faults and output.

use pyre_proto::http1::Phase;

use crate::{
    input::Options,
    support::{Answering, Message, NEXT, Scenario, Transcript, strict_response},
};

/// Every delivery gives one transcript.
pub fn check(data: &[u8]) {
    let (options, octets) = Options::split(data);
    let mut scenario = Scenario::new(octets).with_limits(options.limits_that_fit(NEXT));
    if options.half_closes {
        scenario = scenario.then_half_close();
    }
    let whole = scenario.transcript();
    assert_eq!(whole, scenario.play_in_pieces(&options.pieces()));
    if options.answers_at_head {
        check_unread(&scenario.answered(Answering::AtHead), &whole, &options);
    }
}

/// An application that answers without reading sees the same requests. Where the answer finds the rest of
/// the content not worth waiting for, which depends on what has arrived, it sees fewer, never another.
fn check_unread(scenario: &Scenario, read: &Transcript, options: &Options) {
    for unread in [
        scenario.play_whole(),
        scenario.play_bytewise(),
        scenario.play_in_pieces(&options.pieces()),
    ] {
        let seen: Vec<_> = unread.messages.iter().map(head).collect();
        let all: Vec<_> = read.messages.iter().map(head).collect();
        assert!(
            all.starts_with(&seen),
            "{seen:?} is not the beginning of {all:?}"
        );
        check_responses(&unread);
    }
}

/// What does not depend on the content.
fn head(message: &Message) -> Message {
    Message {
        content: String::new(),
        trailers: Vec::new(),
        is_complete: false,
        ..message.clone()
    }
}

/// Every request is answered at once, so a fault is that of a request of its own.
fn check_responses(transcript: &Transcript) {
    let messages = transcript.messages.iter();
    let mut methods: Vec<_> = messages.map(|message| message.method.as_str()).collect();
    if transcript.fault.is_some() {
        methods.push(if transcript.is_refusal_empty {
            "HEAD"
        } else {
            ""
        });
    }
    let responses = strict_response::parse_all(&transcript.output, &methods);
    assert_eq!(responses.len(), methods.len());
    let mut closing = responses.iter().map(|response| response.says("close"));
    let is_over = closing.next_back().unwrap_or_default();
    assert!(
        !closing.any(|says_close| says_close),
        "a response after the last"
    );
    assert!(!is_over || transcript.phase == Phase::Closed);
}
