//! A naive reading of RFC 9112: it looks at all octets at once, copies what it likes, and asks of every rule
//! whether it is broken. It takes the engine's types for its words and none of its code.
//!
//! Where a message breaks several rules, a server may name any of them. So a refusal is the set of them
//! all, and the engine's has to be one of the set.

mod chunked;
mod grammar;
mod request_head;
mod target;

use pyre_proto::http1::{Framing, Limits, RequestError};

use crate::support::{Message, text};
use request_head::Head;

/// What a server has to make of all octets of a connection.
#[derive(Debug)]
pub(crate) struct Conversation {
    /// The last one may be incomplete.
    pub(crate) messages: Vec<Message>,
    pub(crate) end: End,
    /// The last message of all, whole or not, is a HEAD: a refusal of it has no content.
    pub(crate) is_head: bool,
    /// The last complete message says that no other follows.
    pub(crate) is_last_request: bool,
}

/// Where the conversation stands behind the last octet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// More octets are awaited.
    Open {
        /// Between two messages.
        is_idle: bool,
        /// What is wrong already, whatever follows. A server may wait with the refusal.
        foreseen: Faults,
    },
    Refused(Faults),
    /// The last message was that of a peer, or of a version, that ends the connection with it.
    Closed,
}

/// Every rule that a message breaks.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Faults(Vec<RequestError>);

impl Faults {
    fn of(fault: RequestError) -> Self {
        Self(vec![fault])
    }

    fn note(&mut self, fault: RequestError) {
        self.0.push(fault);
    }

    fn note_unless(&mut self, is_kept: bool, fault: RequestError) {
        if !is_kept {
            self.note(fault);
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `status` answers one of them.
    pub(crate) fn have(&self, status: u16) -> bool {
        self.0.iter().any(|fault| fault.status() == status)
    }
}

/// A part of a message, and the octets behind it.
enum Reading<'a, T> {
    Complete(T, &'a [u8]),
    /// With what is wrong already.
    Incomplete(Faults),
    Refused(Faults),
}

/// Content as far as it is good, and how it ended.
struct Content<'a> {
    octets: Vec<u8>,
    end: Reading<'a, Trailers>,
}

/// Names in lower case, and values.
type Trailers = Vec<(String, String)>;

/// Reads `octets` to their end, as a server under `limits` that answers each request when it is complete.
pub(crate) fn read(octets: &[u8], limits: &Limits) -> Conversation {
    let mut messages = Vec::new();
    let mut rest = octets;
    let mut is_last_request = false;
    loop {
        rest = without_leading_empty_lines(rest);
        let is_head = rest.starts_with(b"HEAD ");
        let conversation = |messages, end| Conversation {
            messages,
            end,
            is_head,
            is_last_request,
        };
        if is_last_request {
            return conversation(messages, End::Closed);
        }
        let head = match request_head::read(rest, limits) {
            Reading::Complete(head, behind) => {
                rest = behind;
                head
            }
            unfinished => return conversation(messages, end(unfinished, rest.is_empty())),
        };
        let content = read_content(head.message.framing, rest, limits);
        messages.push(message(&head, &content));
        match content.end {
            Reading::Complete(_, behind) => rest = behind,
            unfinished => return conversation(messages, end(unfinished, false)),
        }
        is_last_request = !head.persists;
    }
}

/// RFC 9112 §2.2: at least one is to be ignored; four are.
fn without_leading_empty_lines(octets: &[u8]) -> &[u8] {
    (0..4).fold(octets, |rest, _| rest.strip_prefix(b"\r\n").unwrap_or(rest))
}

fn end<T>(unfinished: Reading<'_, T>, is_idle: bool) -> End {
    match unfinished {
        Reading::Refused(faults) => End::Refused(faults),
        Reading::Incomplete(foreseen) => End::Open { is_idle, foreseen },
        Reading::Complete(..) => unreachable!("it is not finished"),
    }
}

fn message(head: &Head, content: &Content<'_>) -> Message {
    let trailers = match &content.end {
        Reading::Complete(trailers, _) => Some(trailers.clone()),
        Reading::Incomplete(_) | Reading::Refused(_) => None,
    };
    Message {
        content: text(&content.octets),
        is_complete: trailers.is_some(),
        trailers: trailers.unwrap_or_default(),
        ..head.message.clone()
    }
}

fn read_content<'a>(framing: Framing, octets: &'a [u8], limits: &Limits) -> Content<'a> {
    match framing {
        Framing::Chunked => chunked::read(octets, limits),
        Framing::Length(length) => {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let (content, end) = match octets.split_at_checked(length) {
                Some((content, behind)) => (content, Reading::Complete(Vec::new(), behind)),
                None => (octets, Reading::Incomplete(Faults::default())),
            };
            Content {
                octets: content.to_vec(),
                end,
            }
        }
    }
}

impl Conversation {
    /// The peer sends nothing more (RFC 9112 §8).
    pub(crate) fn half_close(&mut self) {
        match &mut self.end {
            End::Open { is_idle: true, .. } => self.end = End::Closed,
            End::Open { foreseen, .. } => {
                foreseen.note(RequestError::Incomplete);
                self.end = End::Refused(foreseen.clone());
            }
            End::Refused(_) | End::Closed => {}
        }
    }
}
