//! The requests of one connection, read in order: heads, content, and what ends them.
//!
//! ```text
//! Head ──RequestHead──► Length / Chunked ──EndOfMessage──► Complete ──next_request──► Head
//!   └───────── fault, end of the peer, end of persistence ─────────► Closed
//! ```

use std::{ops::Range, sync::Arc};

use super::{
    Event, Framing, Limits, Phase, ReceiveBuffer, RequestError, RequestHead,
    chunked::ChunkedDecoder,
    head_scanner::HeadScanner,
    request_head::{self, ParsedHead},
    trailers::Trailers,
};

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
    pub(super) parsed: ParsedHead,
    range: Range<usize>,
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

/// Empty lines that are ignored before a request line (RFC 9112 §2.2).
const LEADING_EMPTY_LINES: u8 = 4;

/// Reads one request after the other; the next only after [`Self::next_request`].
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each set by another event"
)]
pub(super) struct RequestReader {
    limits: Arc<Limits>,
    pub(super) input: ReceiveBuffer,
    reading: Reading,
    /// Octets of content that were taken from the current request.
    content_received: u64,
    /// Octets of it that nobody read.
    content_dropped: u64,
    /// What has come of the trailer section; `None` while there is none.
    trailers: Option<Box<Trailers>>,
    /// What is wrong behind the content that was taken.
    fault: Option<RequestError>,
    leading_empty_lines: u8,
    is_head: bool,
    expects_continue: bool,
    eof: bool,
    is_cut_short: bool,
}

impl RequestReader {
    pub(super) fn new(limits: Arc<Limits>) -> Self {
        Self {
            limits,
            input: ReceiveBuffer::default(),
            reading: Reading::Head(HeadScanner::default()),
            content_received: 0,
            content_dropped: 0,
            trailers: None,
            fault: None,
            leading_empty_lines: 0,
            is_head: false,
            expects_continue: false,
            eof: false,
            is_cut_short: false,
        }
    }

    /// The peer will send nothing more.
    pub(super) const fn handle_eof(&mut self) {
        self.eof = true;
    }

    /// The next event of the current request; reading is over after an error.
    pub(super) fn poll(&mut self) -> Result<Option<EventSpan>, RequestError> {
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

    /// The event at `span`, until the next input.
    pub(super) fn event(&self, span: &EventSpan) -> Event<'_> {
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
        // Known before the head is, so that a refusal of it has no content either (RFC 9110 §9.3.2).
        self.is_head = self.input.octets().starts_with(b"HEAD ");
        let Some(length) = scanner.scan(self.input.octets(), &self.limits)? else {
            return self.starved();
        };
        let line_count = scanner.field_lines();
        let (octets, field_lines) = self.input.parts();
        let head = octets.get_mut(..length).unwrap_or_default();
        let parsed = request_head::parse(head, field_lines, line_count)?;
        let range = self.input.consume(length);
        self.begin_content(&parsed)?;
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

    fn begin_content(&mut self, head: &ParsedHead) -> Result<(), RequestError> {
        let framing = head.semantics.framing;
        self.reading = match framing {
            Framing::Length(length) => Reading::Length(length),
            Framing::Chunked => Reading::Chunked(ChunkedDecoder::new()),
        };
        if let (Framing::Length(length), Some(limit)) = (framing, self.limits.content)
            && length > limit
        {
            return Err(RequestError::ContentTooLarge);
        }
        self.content_received = 0;
        self.content_dropped = 0;
        self.leading_empty_lines = 0;
        self.expects_continue = head.semantics.expects_continue && framing != Framing::Length(0);
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

    /// The trailer section of the current request, once its end has been shown.
    pub(super) fn trailers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let is_complete = matches!(self.reading, Reading::Complete);
        let trailers = self.trailers.as_deref().filter(|_| is_complete);
        trailers.into_iter().flat_map(Trailers::fields)
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
                let input = self.input.octets_mut();
                let decoded = decoder.decode(input, &self.limits, &mut self.trailers);
                self.input.consume(decoded.consumed);
                self.fault = self.fault.or(decoded.fault);
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

    /// Whether the peer waits for `100 Continue` with the content; it is told once.
    pub(super) fn take_expectation(&mut self) -> bool {
        let waits = self.waits_for_continue();
        self.expects_continue &= !waits;
        waits
    }

    /// A peer that has begun to send does not wait any more.
    const fn waits_for_continue(&self) -> bool {
        self.expects_continue && self.input.is_empty() && self.content_received == 0
    }

    /// Whether the current request, or what was to become one, is a HEAD.
    pub(super) const fn is_head(&self) -> bool {
        self.is_head
    }

    /// Readies for the next request, which is not looked at before.
    pub(super) fn next_request(&mut self) {
        self.reading = Reading::Head(HeadScanner::default());
        self.trailers = None;
        self.is_head = false;
    }

    /// Reading is over, and nothing is lost by it.
    pub(super) fn close(&mut self) {
        self.reading = Reading::Closed;
    }

    /// Reading is over in the middle of what the peer sends.
    pub(super) fn cut_short(&mut self) {
        self.reading = Reading::Closed;
        self.is_cut_short = true;
    }

    pub(super) const fn is_cut_short(&self) -> bool {
        self.is_cut_short
    }

    /// Whether all content of the current request has been shown, or it has none.
    pub(super) const fn is_content_read(&self) -> bool {
        matches!(self.reading, Reading::Complete | Reading::Length(0))
    }

    /// After the response: drops the content that nobody read. Returns whether the request is over.
    /// Content past the limit is not worth the connection, and none is when it ends anyway.
    pub(super) fn drop_rest(&mut self, keep_alive: bool) -> bool {
        if !matches!(self.reading, Reading::Length(_) | Reading::Chunked(_)) {
            return !matches!(self.reading, Reading::Closed);
        }
        let (dropped, complete) = self.take_content();
        self.content_dropped += dropped.len() as u64;
        if self.fault.is_none() && complete {
            return true;
        }
        let is_worth_it = keep_alive && !self.eof && self.fault.is_none();
        let rest = self.content_dropped.saturating_add(self.announced_rest());
        if !is_worth_it || rest > self.limits.unread_content {
            self.cut_short();
        }
        false
    }

    /// Octets of content that the peer has announced and not sent; 0 when it did not say.
    const fn announced_rest(&self) -> u64 {
        match self.reading {
            Reading::Length(remaining) => remaining,
            _ => 0,
        }
    }

    /// Whether the content that is still to come can be waited for; `connection: close` says so otherwise.
    pub(super) fn can_read_on(&self) -> bool {
        match self.reading {
            Reading::Length(0) | Reading::Complete => true,
            // The peer may send its content or not, now that it is answered: there is no telling
            // where the next request begins (RFC 9110 §10.1.1).
            _ if self.waits_for_continue() => false,
            Reading::Length(remaining) => {
                remaining
                    <= self
                        .limits
                        .unread_content
                        .max(self.input.octets().len() as u64)
            }
            Reading::Chunked(_) => true,
            Reading::Head(_) | Reading::Closed => false,
        }
    }

    /// What is going on; `awaits_content` says whether somebody may still ask for content.
    pub(super) const fn phase(&self, awaits_content: bool) -> Phase {
        match self.reading {
            Reading::Closed => Phase::Closed,
            Reading::Complete => Phase::Responding,
            Reading::Length(0) if awaits_content => Phase::Responding,
            Reading::Length(_) | Reading::Chunked(_) => Phase::ReadingContent,
            Reading::Head(_) if self.input.is_empty() => Phase::Idle,
            Reading::Head(_) => Phase::ReadingHead,
        }
    }
}
