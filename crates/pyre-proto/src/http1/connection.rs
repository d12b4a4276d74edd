//! One connection of a peer: requests in, responses out, in order.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;

use super::{
    Content, DefaultFields, Framing, Limits, ReceiveBuffer, RequestError, RequestHead,
    ResponseError, Version,
    chunked::ChunkedDecoder,
    head_scanner::HeadScanner,
    output::Output,
    request_head::{self, ParsedHead},
    response::{Asked, Response},
};

/// What a peer did.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request begins.
    RequestHead(RequestHead<'a>),
    /// A part of its content, never empty.
    Data(&'a [u8]),
    /// Its content is complete. Follows every head, also one without content.
    EndOfMessage,
}

/// An event by position, so that a caller may look twice without holding a borrow.
#[derive(Debug, Clone)]
pub enum EventSpan {
    /// See [`Event::RequestHead`].
    RequestHead(HeadSpan),
    /// See [`Event::Data`].
    Data(Range<usize>),
    /// See [`Event::EndOfMessage`].
    EndOfMessage,
}

/// A parsed head and where it lies.
#[derive(Debug, Clone)]
pub struct HeadSpan {
    parsed: ParsedHead,
    range: Range<usize>,
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

/// Where the reading of the current request stands.
#[derive(Debug)]
enum Reading {
    Head(HeadScanner),
    Length(u64),
    Chunked(ChunkedDecoder),
    Complete,
    Closed,
}

/// Octets of empty lines that are ignored before a request line (RFC 9112 §2.2).
const LEADING_EMPTY_LINES: u8 = 4;

/// The state of one HTTP/1 connection.
///
/// The calling order: [`Self::handle_input`] (or the buffer from [`Self::receive_buffer`]) when octets
/// arrive, [`Self::handle_eof`] when the peer ends its side; then [`Self::poll_event`] until it gives
/// `None`. Each [`Event::RequestHead`] is answered by [`Self::send_head`] and [`Self::send_data`], and the
/// next one comes only after that. After any call, what [`Self::poll_output`] shows is to be written.
/// [`Phase::Closed`] says when to close.
#[derive(Debug)]
pub struct Connection {
    limits: Arc<Limits>,
    input: ReceiveBuffer,
    output: Output,
    reading: Reading,
    response: Option<Response>,
    /// Octets of content that were taken from the current request.
    content_received: u64,
    /// Octets of it that nobody read.
    content_dropped: u64,
    /// What is wrong behind the content that was taken.
    fault: Option<RequestError>,
    leading_empty_lines: u8,
    expects_continue: bool,
    eof: bool,
    is_cut_short: bool,
}

impl Connection {
    /// A connection on which nothing has happened yet.
    #[must_use]
    pub fn new(limits: Arc<Limits>) -> Self {
        Self {
            limits,
            input: ReceiveBuffer::default(),
            output: Output::default(),
            reading: Reading::Head(HeadScanner::default()),
            response: None,
            content_received: 0,
            content_dropped: 0,
            fault: None,
            leading_empty_lines: 0,
            expects_continue: false,
            eof: false,
            is_cut_short: false,
        }
    }

    // ---- from below

    /// Octets have arrived.
    pub fn handle_input(&mut self, bytes: &[u8]) {
        self.input.extend(bytes);
    }

    /// The peer will send nothing more; it may still read (RFC 9112 §9.6).
    pub const fn handle_eof(&mut self) {
        self.eof = true;
    }

    /// Where octets arrive, for a host that reads into it directly.
    pub const fn receive_buffer(&mut self) -> &mut ReceiveBuffer {
        &mut self.input
    }

    /// Whether octets are left that no event has shown yet.
    #[must_use]
    pub const fn has_input(&self) -> bool {
        !self.input.is_empty()
    }

    // ---- events

    /// The next event, or `None` until more arrives or the response is complete.
    ///
    /// # Errors
    /// The peer broke a rule. Reading is over; [`Self::send_error`] answers where that is possible.
    pub fn poll_event(&mut self) -> Result<Option<Event<'_>>, RequestError> {
        match self.poll_event_span()? {
            Some(span) => Ok(Some(self.event(&span))),
            None => Ok(None),
        }
    }

    /// As [`Self::poll_event`], by position.
    ///
    /// # Errors
    /// See [`Self::poll_event`].
    pub fn poll_event_span(&mut self) -> Result<Option<EventSpan>, RequestError> {
        self.settle();
        let polled = match &mut self.reading {
            Reading::Head(_) => self.poll_head(),
            Reading::Length(_) | Reading::Chunked(_) => self.poll_content(),
            Reading::Complete | Reading::Closed => Ok(None),
        };
        if polled.is_err() {
            self.cut_short();
        }
        polled
    }

    /// The event that [`Self::poll_event_span`] gave, until the next input.
    #[must_use]
    pub fn event(&self, span: &EventSpan) -> Event<'_> {
        match span {
            EventSpan::RequestHead(head) => {
                let octets = self.input.consumed(head.range.clone());
                Event::RequestHead(RequestHead::new(
                    &head.parsed,
                    octets,
                    self.input.field_lines(),
                ))
            }
            EventSpan::Data(range) => Event::Data(self.input.consumed(range.clone())),
            EventSpan::EndOfMessage => Event::EndOfMessage,
        }
    }

    fn poll_head(&mut self) -> Result<Option<EventSpan>, RequestError> {
        self.skip_empty_lines();
        let Reading::Head(scanner) = &mut self.reading else {
            return Ok(None);
        };
        let Some(length) = scanner.scan(self.input.octets(), &self.limits)? else {
            return self.starved();
        };
        let (octets, field_lines) = self.input.parts();
        let head = octets.get_mut(..length).unwrap_or_default();
        let parsed = request_head::parse(head, field_lines, &self.limits)?;
        let is_head = parsed.method.of(head) == b"HEAD";
        let range = self.input.consume(length);
        self.begin_request(&parsed, is_head)?;
        Ok(Some(EventSpan::RequestHead(HeadSpan { parsed, range })))
    }

    /// RFC 9112 §2.2: a CRLF before the request line is ignored, as old clients send one after a form.
    fn skip_empty_lines(&mut self) {
        while self.leading_empty_lines < LEADING_EMPTY_LINES
            && self.input.octets().starts_with(b"\r\n")
        {
            self.input.consume(2);
            self.leading_empty_lines += 1;
            self.reading = Reading::Head(HeadScanner::default());
        }
    }

    /// Not enough octets for an event: the peer may have ended where it must not.
    fn starved(&mut self) -> Result<Option<EventSpan>, RequestError> {
        if !self.eof {
            return Ok(None);
        }
        if matches!(self.reading, Reading::Head(_)) && self.input.is_empty() {
            self.reading = Reading::Closed;
            return Ok(None);
        }
        Err(RequestError::Incomplete)
    }

    fn begin_request(&mut self, head: &ParsedHead, is_head: bool) -> Result<(), RequestError> {
        let semantics = head.semantics;
        self.reading = match semantics.framing {
            Framing::Length(length) => Reading::Length(length),
            Framing::Chunked => Reading::Chunked(ChunkedDecoder::new()),
        };
        if let (Framing::Length(length), Some(limit)) = (semantics.framing, self.limits.content)
            && length > limit
        {
            return Err(RequestError::ContentTooLarge);
        }
        self.content_received = 0;
        self.content_dropped = 0;
        self.leading_empty_lines = 0;
        self.expects_continue =
            semantics.expects_continue && semantics.framing != Framing::Length(0);
        let asked = Asked {
            version: head.version,
            is_head,
            keep_alive: semantics.keep_alive,
        };
        self.response = Some(Response::new(asked));
        Ok(())
    }

    fn poll_content(&mut self) -> Result<Option<EventSpan>, RequestError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let (content, complete) = self.take_content();
        if !content.is_empty() {
            return Ok(Some(EventSpan::Data(content)));
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if complete {
            self.reading = Reading::Complete;
            return Ok(Some(EventSpan::EndOfMessage));
        }
        self.starved()
    }

    /// The content that has arrived, and whether no more of it comes. What is wrong with the octets
    /// behind it is kept in `fault`, so that the content does not depend on how they were split.
    fn take_content(&mut self) -> (Range<usize>, bool) {
        let (content, complete) = match &mut self.reading {
            Reading::Length(remaining) => {
                let available = self.input.octets().len();
                let length = usize::try_from(*remaining)
                    .unwrap_or(usize::MAX)
                    .min(available);
                *remaining -= length as u64;
                (self.input.consume(length), *remaining == 0)
            }
            Reading::Chunked(decoder) => {
                let position = self.input.position();
                let decoded = decoder.decode(self.input.octets_mut(), &self.limits);
                self.input.consume(decoded.consumed);
                self.fault = decoded.fault;
                let content = position + decoded.content.start..position + decoded.content.end;
                (content, decoder.is_complete())
            }
            _ => (0..0, false),
        };
        (self.bounded(content), complete)
    }

    /// `content` as far as the limit allows.
    fn bounded(&mut self, content: Range<usize>) -> Range<usize> {
        let received = self.content_received.saturating_add(content.len() as u64);
        let excess = received.saturating_sub(self.limits.content.unwrap_or(u64::MAX));
        if excess > 0 {
            self.fault = Some(RequestError::ContentTooLarge);
        }
        self.content_received = received - excess;
        // Each piece brings its own excess only: the pieces before were within the limit.
        content.start..content.end - usize::try_from(excess).unwrap_or(content.len())
    }

    // ---- from the application

    /// Tells a peer that waits with its content to send it. Without effect when it does not wait.
    pub fn send_continue(&mut self) {
        let waits = self.expects_continue && self.input.is_empty() && self.content_received == 0;
        if waits && self.response.as_ref().is_some_and(Response::awaits_head) {
            self.expects_continue = false;
            self.output
                .open()
                .extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            self.output.commit();
        }
    }

    /// Begins the response. The head is written with the first content.
    ///
    /// # Errors
    /// A status, name or value that HTTP can't carry, or a second head; nothing is written then.
    pub fn send_head<'f>(
        &mut self,
        status: u16,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
        defaults: &DefaultFields,
    ) -> Result<(), ResponseError> {
        let reusable = self.can_read_on_after_response();
        let response = self.response.as_mut().ok_or(ResponseError::Complete)?;
        response.head(status, fields, defaults, &mut self.output)?;
        if !reusable {
            response.disable_keep_alive();
        }
        Ok(())
    }

    /// Content of the response; `end` says that it is the last. Returns the octets of it that are
    /// sent: none in answer to HEAD, for one.
    ///
    /// # Errors
    /// More or less content than `content-length` said, no head yet, or a response that is complete.
    /// Nothing of this call is written then.
    pub fn send_data(&mut self, content: Content<'_>, end: bool) -> Result<usize, ResponseError> {
        let response = self.response.as_mut().ok_or(ResponseError::Complete)?;
        let sent = response.data(content, end, &mut self.output)?;
        if end {
            self.settle();
        }
        Ok(sent)
    }

    /// Answers a broken message, or one that can't be served, with `status` and a line of text, and
    /// closes. Returns whether that was still possible: not once a response is on its way.
    pub fn send_error(&mut self, status: u16, reason: &str, defaults: &DefaultFields) -> bool {
        let asked = Asked {
            version: Version::Http11,
            is_head: false,
            keep_alive: false,
        };
        let response = self.response.get_or_insert(Response::new(asked));
        if response.is_committed() {
            self.abort();
            return false;
        }
        response.take_back_head(&mut self.output);
        response.disable_keep_alive();
        let text = format!("{status} {reason}\n");
        let fields: [(&[u8], &[u8]); 1] = [(b"content-type", b"text/plain; charset=utf-8")];
        let sent = response
            .head(status, fields, defaults, &mut self.output)
            .is_ok()
            && response
                .data(Content::Shared(Bytes::from(text)), true, &mut self.output)
                .is_ok();
        self.cut_short();
        sent
    }

    /// Ends the connection where it stands, so that the peer sees a truncated response.
    pub fn abort(&mut self) {
        if let Some(response) = &mut self.response {
            response.abort(&mut self.output);
        }
        self.cut_short();
    }

    /// The current response is the last one, and says so where its head is not written yet.
    pub fn disable_keep_alive(&mut self) {
        if let Some(response) = &mut self.response {
            response.disable_keep_alive();
        } else if self.phase() == Phase::Idle {
            self.reading = Reading::Closed;
        }
    }

    // ---- to below

    /// What is to be written, in order.
    pub fn poll_output(&self) -> impl Iterator<Item = &[u8]> {
        self.output.slices()
    }

    /// Octets that wait to be written.
    #[must_use]
    pub fn output_len(&self) -> usize {
        self.output.len()
    }

    /// Whether nothing waits to be written.
    #[must_use]
    pub fn is_flushed(&self) -> bool {
        self.output.is_empty()
    }

    /// The first `length` octets of [`Self::poll_output`] have been written.
    pub fn handle_written(&mut self, length: usize) {
        self.output.advance(length);
    }

    /// What is going on.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.reading {
            Reading::Closed => Phase::Closed,
            Reading::Complete => Phase::Responding,
            Reading::Length(0) if !self.is_response_complete() => Phase::Responding,
            Reading::Length(_) | Reading::Chunked(_) => Phase::ReadingContent,
            Reading::Head(_) if self.input.is_empty() => Phase::Idle,
            Reading::Head(_) => Phase::ReadingHead,
        }
    }

    /// Whether the response to the current request is complete, or there is no current request.
    #[must_use]
    pub fn is_response_complete(&self) -> bool {
        self.response.as_ref().is_none_or(Response::is_complete)
    }

    /// Whether the current request has been shown to its end.
    #[must_use]
    pub const fn is_request_complete(&self) -> bool {
        matches!(self.reading, Reading::Complete)
    }

    /// Whether the connection ends before the peer's message does: it may be sending still.
    #[must_use]
    pub const fn is_cut_short(&self) -> bool {
        self.is_cut_short
    }

    /// Whether a part of the current response may have been written.
    #[must_use]
    pub fn is_response_committed(&self) -> bool {
        self.response.as_ref().is_some_and(Response::is_committed)
    }

    // ---- between requests

    /// After a complete response: drops the content that nobody read, then readies for the next request.
    fn settle(&mut self) {
        if !self.response.as_ref().is_some_and(Response::is_complete) {
            return;
        }
        let request_is_over = match self.reading {
            Reading::Length(_) | Reading::Chunked(_) => self.drop_unread_content(),
            Reading::Head(_) | Reading::Complete => true,
            Reading::Closed => false,
        };
        if !request_is_over {
            return;
        }
        let keep_alive = self
            .response
            .take()
            .is_some_and(|response| response.keep_alive());
        self.reading = if keep_alive {
            Reading::Head(HeadScanner::default())
        } else {
            Reading::Closed
        };
    }

    /// Whether the request is over. Content past the limit is not worth the connection.
    fn drop_unread_content(&mut self) -> bool {
        let (dropped, complete) = self.take_content();
        self.content_dropped += dropped.len() as u64;
        if self.fault.is_none() && complete {
            return true;
        }
        if self.fault.is_some() || !self.is_rest_worth_reading() {
            self.cut_short();
        }
        false
    }

    fn cut_short(&mut self) {
        self.reading = Reading::Closed;
        self.is_cut_short = true;
    }

    fn is_rest_worth_reading(&self) -> bool {
        let rest = if let Reading::Length(remaining) = self.reading {
            remaining
        } else {
            0
        };
        let keep_alive = self.response.as_ref().is_some_and(Response::keep_alive);
        keep_alive
            && !self.eof
            && self.content_dropped.saturating_add(rest) <= self.limits.unread_content
    }

    /// Whether the content that is still to come can be waited for; `connection: close` says so otherwise.
    fn can_read_on_after_response(&self) -> bool {
        match self.reading {
            Reading::Length(0) | Reading::Complete => true,
            // The peer may send its content or not, now that it is answered: there is no telling
            // where the next request begins (RFC 9110 §10.1.1).
            _ if self.expects_continue && self.input.is_empty() => false,
            Reading::Length(remaining) => {
                remaining <= self.limits.unread_content + self.input.octets().len() as u64
            }
            Reading::Chunked(_) => true,
            Reading::Head(_) | Reading::Closed => false,
        }
    }
}
