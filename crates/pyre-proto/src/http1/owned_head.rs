//! A request head that outlives the connection's buffer.

use super::{
    Framing, RequestHead, Version, receive_buffer::FieldSpan, request_head::Host,
    target::TargetSpans,
};
use crate::span::Span;

/// What a host keeps of a request for an application that reads its head later, on any thread.
///
/// ```
/// use pyre_proto::http1::{Connection, Event, Limits};
///
/// let mut connection = Connection::new(Limits::default().into());
/// connection.handle_input(b"GET /hello HTTP/1.1\r\nHost: example.org\r\n\r\n");
/// let Some(Event::RequestHead(head)) = connection.poll_event()? else { panic!() };
///
/// let kept = head.to_owned();
/// drop(connection);
/// assert_eq!((kept.head().method, kept.head().target.path), ("GET", &b"/hello"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct OwnedHead {
    method: Span,
    target: TargetSpans,
    version: Version,
    framing: Framing,
    expects_continue: bool,
    is_websocket: bool,
    takes_trailers: bool,
    host: Host<Span>,
    /// The head as it stands in the buffer, and behind it what else counts as `Host`.
    octets: Box<[u8]>,
    lines: Box<[FieldSpan]>,
}

impl OwnedHead {
    pub(super) fn of(head: &RequestHead<'_>) -> Self {
        let host = head.host.value().unwrap_or_default();
        let behind = head.buffer.len()..head.buffer.len() + host.len();
        let behind = Span::new(behind).unwrap_or_default();
        Self {
            method: Span::within(head.method.as_bytes(), head.buffer).unwrap_or_default(),
            target: TargetSpans::within(&head.target, head.buffer),
            version: head.version,
            framing: head.framing,
            expects_continue: head.expects_continue,
            is_websocket: head.is_websocket,
            takes_trailers: head.takes_trailers,
            host: head.host.map(|_| behind),
            octets: [head.buffer, host].concat().into(),
            lines: head.lines.into(),
        }
    }

    /// The same head, as it was.
    #[must_use]
    pub fn head(&self) -> RequestHead<'_> {
        RequestHead {
            method: str::from_utf8(self.method.of(&self.octets)).unwrap_or_default(),
            target: self.target.of(&self.octets),
            version: self.version,
            framing: self.framing,
            expects_continue: self.expects_continue,
            is_websocket: self.is_websocket,
            takes_trailers: self.takes_trailers,
            host: self.host.map(|host| host.of(&self.octets)),
            buffer: &self.octets,
            lines: &self.lines,
        }
    }
}
