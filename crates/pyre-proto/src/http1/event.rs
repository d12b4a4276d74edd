//! What a connection tells its host.

use super::RequestHead;

/// What a peer did.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request begins.
    RequestHead(RequestHead<'a>),
    /// A part of its content, never empty.
    Data(&'a [u8]),
    /// Its content is complete. Follows every head, also one without content, unless the response was
    /// complete first.
    EndOfMessage,
}

/// What the connection is doing, for the host that keeps its deadlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Between messages; nothing of the next has arrived.
    Idle,
    /// Some octets of a head have arrived.
    ReadingHead,
    /// The content of a request is awaited by somebody.
    ReadingContent,
    /// The request is complete, its response is not.
    Responding,
    /// No further event will come: write what is left, then close.
    Closed,
}
