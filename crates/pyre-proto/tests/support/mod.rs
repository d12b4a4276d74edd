//! Plays a peer and an application against a [`Connection`](pyre_proto::http1::Connection).
//!
//! A [`Scenario`] is what the peer sends and how the application answers. It is played in every
//! [`Delivery`]; whatever the split, the [`Transcript`] must be the same.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "each test crate uses a part of it"
)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a broken expectation is a failed test"
)]

pub(crate) mod application;
mod delivery;
mod exchange;
pub(crate) mod strict_response;

pub(crate) use exchange::{Answering, Exchange};

use delivery::Delivery;
use pyre_proto::http1::{Framing, Limits, Phase, RequestError, Version};

/// A valid request that follows another one; served exactly when the connection persists.
pub(crate) const NEXT: &[u8] = b"GET /next HTTP/1.1\r\nHost: next\r\n\r\n";

/// A request as the application saw it. Octets are shown as the characters of the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub(crate) struct Message {
    pub(crate) method: String,
    pub(crate) raw_target: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) version: Version,
    pub(crate) framing: Framing,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) expects_continue: bool,
    pub(crate) is_websocket: bool,
    pub(crate) takes_trailers: bool,
    pub(crate) content: String,
    pub(crate) trailers: Vec<(String, String)>,
    pub(crate) is_complete: bool,
}

impl Message {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What came out of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transcript {
    pub(crate) messages: Vec<Message>,
    /// The refusal has no content.
    pub(crate) is_refusal_empty: bool,
    pub(crate) fault: Option<RequestError>,
    /// What the connection is doing after everything has arrived.
    pub(crate) phase: Phase,
    pub(crate) output: Vec<u8>,
}

impl Transcript {
    /// The one request that was served whole.
    #[track_caller]
    pub(crate) fn only(&self) -> &Message {
        assert_eq!(self.fault, None, "{:?}", self.messages);
        assert_eq!(self.messages.len(), 1, "{:?}", self.messages);
        assert!(self.messages[0].is_complete, "{:?}", self.messages);
        &self.messages[0]
    }

    /// Path and content of every request that was served whole.
    pub(crate) fn served(&self) -> Vec<(&str, &str)> {
        let complete = self.messages.iter().filter(|message| message.is_complete);
        complete
            .map(|message| (message.path.as_str(), message.content.as_str()))
            .collect()
    }

    /// Methods of the requests that are answered, in order; a fault before a head has none.
    fn answered_methods(&self) -> Vec<&str> {
        let mut methods: Vec<_> = self.messages.iter().map(|m| m.method.as_str()).collect();
        if self.fault.is_some() && self.messages.iter().all(|message| message.is_complete) {
            methods.push(if self.is_refusal_empty { "HEAD" } else { "" });
        }
        methods
    }

    pub(crate) fn responses(&self) -> Vec<strict_response::Response> {
        strict_response::parse_all(&self.output, &self.answered_methods())
    }
}

/// What a peer sends, and how it is answered.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    raw: Vec<u8>,
    limits: Limits,
    half_closes: bool,
    answering: Answering,
}

impl Scenario {
    pub(crate) fn new(raw: impl AsRef<[u8]>) -> Self {
        Self {
            raw: raw.as_ref().to_vec(),
            limits: Limits::default(),
            half_closes: false,
            answering: Answering::AtEndOfMessage,
        }
    }

    pub(crate) fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The peer ends its side after the last octet.
    pub(crate) fn then_half_close(self) -> Self {
        Self {
            half_closes: true,
            ..self
        }
    }

    pub(crate) fn answered(self, answering: Answering) -> Self {
        Self { answering, ..self }
    }

    /// The transcript, after having seen that it is the same in every delivery, that its output is
    /// sound, and that what follows is served exactly when it should be.
    #[track_caller]
    pub(crate) fn transcript(&self) -> Transcript {
        let transcript = self.same_in_every_delivery();
        if self.answering == Answering::AtEndOfMessage {
            self.check_responses(&transcript);
        }
        if !self.half_closes {
            self.check_follower(&transcript);
        }
        transcript
    }

    /// One delivery alone, for what is too long to be cut everywhere.
    pub(crate) fn play_whole(&self) -> Transcript {
        self.play(Delivery::Whole)
    }

    /// One octet at a time alone, where what has arrived at an answer decides.
    pub(crate) fn play_bytewise(&self) -> Transcript {
        self.play(Delivery::Bytewise)
    }

    /// In pieces of these lengths, over and over.
    pub(crate) fn play_in_pieces(&self, lengths: &[usize]) -> Transcript {
        let mut exchange = Exchange::new(self.limits, self.answering);
        let mut rest = &self.raw[..];
        for &length in lengths.iter().cycle() {
            let (piece, behind) = rest.split_at(length.min(rest.len()));
            exchange.receive(piece);
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        if self.half_closes {
            exchange.half_close();
        }
        exchange.into_transcript()
    }

    #[track_caller]
    fn same_in_every_delivery(&self) -> Transcript {
        let whole = self.play(Delivery::Whole);
        for delivery in Delivery::others(&self.raw) {
            let other = self.play(delivery);
            assert_eq!(whole, other, "{delivery:?} of {}", self.raw.escape_ascii());
        }
        whole
    }

    fn play(&self, delivery: Delivery) -> Transcript {
        let mut exchange = Exchange::new(self.limits, self.answering);
        delivery.deliver(&self.raw, &mut exchange);
        if self.half_closes {
            exchange.half_close();
        }
        exchange.into_transcript()
    }

    /// One response for each request, in order, and the fault's at the end.
    #[track_caller]
    fn check_responses(&self, transcript: &Transcript) {
        let served = transcript.served();
        let responses = transcript.responses();
        let raw = self.raw.escape_ascii();
        let answered = served.len() + usize::from(transcript.fault.is_some());
        assert_eq!(responses.len(), answered, "{raw}");
        // RFC 9110 §6.6.1: refusals have a date, too.
        assert!(responses.iter().all(|r| r.field("date").is_some()), "{raw}");
        for (response, (path, _)) in responses.iter().zip(served) {
            assert_eq!(response.status, 200, "{raw}");
            let expected = if response.is_to_head { "" } else { path };
            assert_eq!(response.content, expected.as_bytes(), "{raw}");
        }
        if let (Some(fault), Some(last)) = (transcript.fault, responses.last()) {
            assert_eq!(last.status, fault.status(), "{raw}");
            assert_eq!(last.field("connection"), Some("close"), "{raw}");
        }
        let says_close = responses.last().is_some_and(|last| last.says("close"));
        let must_close = says_close || self.half_closes;
        assert_eq!(transcript.phase == Phase::Closed, must_close, "{raw}");
    }

    /// Octets behind a connection that is over change nothing; behind one that idles they are served.
    #[track_caller]
    fn check_follower(&self, transcript: &Transcript) {
        let longer = Self {
            raw: [&self.raw[..], NEXT].concat(),
            ..self.clone()
        };
        for delivery in [Delivery::Whole, Delivery::split_of(&self.raw)] {
            match transcript.phase {
                Phase::Idle => {
                    let followed = longer.play(delivery);
                    let (last, before) = followed.messages.split_last().expect("it is served");
                    assert_eq!(before, transcript.messages);
                    assert_eq!((&*last.path, followed.fault), ("/next", None));
                }
                Phase::Closed => assert_eq!(longer.play(delivery), *transcript),
                Phase::ReadingHead | Phase::ReadingContent | Phase::Responding => {}
            }
        }
    }
}

/// The transcript of `raw` under the default limits.
#[track_caller]
pub(crate) fn check(raw: impl AsRef<[u8]>) -> Transcript {
    Scenario::new(raw).transcript()
}

/// `raw` is refused with `fault`, and nothing of it is served whole.
#[track_caller]
pub(crate) fn check_refused(raw: impl AsRef<[u8]>, fault: RequestError) -> Transcript {
    let raw = raw.as_ref();
    let transcript = check(raw);
    assert_eq!(transcript.fault, Some(fault), "{}", raw.escape_ascii());
    assert_eq!(transcript.served(), [], "{}", raw.escape_ascii());
    transcript
}

/// `raw` is one request without a fault.
#[track_caller]
pub(crate) fn check_served(raw: impl AsRef<[u8]>) -> Message {
    check(raw).only().clone()
}

/// Octets as the characters of the same number.
pub(crate) fn text(octets: &[u8]) -> String {
    octets.iter().map(|&octet| char::from(octet)).collect()
}

/// Concatenates what is written as text or as octets.
macro_rules! octets {
    ($($part:expr),+ $(,)?) => {
        [$(AsRef::<[u8]>::as_ref(&$part)),+].concat()
    };
}
pub(crate) use octets;
