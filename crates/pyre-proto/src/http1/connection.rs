//! One connection of a peer: requests in, responses out, in order.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Content, DefaultFields, Event, EventSpan, Limits, Phase, ReceiveBuffer, RequestError,
    ResponseError, Version,
    output::Output,
    request_reader::RequestReader,
    response::{Asked, Response},
};

/// The state of one HTTP/1 connection.
///
/// The calling order: [`Self::handle_input`] (or the buffer from [`Self::receive_buffer`]) when octets
/// arrive, [`Self::handle_eof`] when the peer ends its side; then [`Self::poll_event`] until it gives
/// `None`. Each [`Event::RequestHead`] is answered by [`Self::send_head`] and [`Self::send_data`], and the
/// next one comes only after that. After any call, what [`Self::poll_output`] shows is to be written.
/// [`Phase::Closed`] says when to close.
#[derive(Debug)]
pub struct Connection {
    reader: RequestReader,
    response: Option<Response>,
    output: Output,
    /// The host wants the connection to end with the current request.
    is_last_request: bool,
    /// The last response ends the connection although the peer wants to go on.
    ends_unasked: bool,
    /// See [`Self::must_reset`].
    must_reset: bool,
}

impl Connection {
    /// A connection on which nothing has happened yet.
    #[must_use]
    pub fn new(limits: Arc<Limits>) -> Self {
        Self {
            reader: RequestReader::new(limits),
            response: None,
            output: Output::default(),
            is_last_request: false,
            ends_unasked: false,
            must_reset: false,
        }
    }

    // ---- from below

    /// Octets have arrived.
    pub fn handle_input(&mut self, bytes: &[u8]) {
        self.reader.input.extend(bytes);
    }

    /// The peer will send nothing more; it may still read (RFC 9112 §9.6).
    pub const fn handle_eof(&mut self) {
        self.reader.handle_eof();
    }

    /// Where octets arrive, for a host that reads into it directly.
    pub const fn receive_buffer(&mut self) -> &mut ReceiveBuffer {
        &mut self.reader.input
    }

    /// Whether octets are left that no event has shown yet.
    #[must_use]
    pub const fn has_input(&self) -> bool {
        !self.reader.input.is_empty()
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
        let polled = self.reader.poll()?;
        if let Some(EventSpan::RequestHead(head)) = &polled {
            let (version, semantics) = (head.parsed.version, head.parsed.semantics);
            let keep_alive = semantics.keep_alive && !self.is_last_request;
            let asked = Asked {
                version,
                is_head: semantics.is_head,
                keep_alive,
                peer_persists: semantics.keep_alive,
                takes_trailers: semantics.takes_trailers,
            };
            self.response = Some(Response::new(asked));
        }
        Ok(polled)
    }

    /// The event that [`Self::poll_event_span`] gave, until the next input.
    #[must_use]
    pub fn event(&self, span: &EventSpan) -> Event<'_> {
        self.reader.event(span)
    }

    /// The trailer section of the current request: names in lower case and values without surrounding white
    /// space, in wire order. Empty before [`Event::EndOfMessage`], and after the response is complete.
    ///
    /// A trailer is no header, whatever its name says (RFC 9110 §6.5.1).
    pub fn trailers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.reader.trailers()
    }

    // ---- from the application

    /// Tells a peer that waits with its content to send it. Without effect when it does not wait, or when
    /// a part of the response is written.
    pub fn send_continue(&mut self) {
        let Some(response) = self.response.as_ref() else {
            return;
        };
        if !response.is_committed() && self.reader.take_expectation() {
            Response::go_on(&mut self.output);
        }
    }

    /// An interim response, such as 103, before the response itself: until its first content. A 1.0 peer
    /// does not get it.
    ///
    /// # Errors
    /// A status outside of 100–199 or 101, a field that HTTP can't carry there, or a response whose head
    /// is written; nothing is written then.
    pub fn send_interim<'f>(
        &mut self,
        status: u16,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
    ) -> Result<(), ResponseError> {
        let response = self.response.as_mut().ok_or(ResponseError::Complete)?;
        response.interim(status, fields, &mut self.output)
    }

    /// Begins the response. The head is written with the first content, or by [`Self::flush_head`].
    ///
    /// # Errors
    /// A status, name or value that HTTP can't carry, or a second head; nothing is written then.
    pub fn send_head<'f>(
        &mut self,
        status: u16,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
        defaults: &DefaultFields,
    ) -> Result<(), ResponseError> {
        let reusable = self.reader.can_read_on();
        let response = self.response.as_mut().ok_or(ResponseError::Complete)?;
        response.head(status, fields, defaults, &mut self.output)?;
        if !reusable {
            response.disable_keep_alive();
        }
        Ok(())
    }

    /// Writes a head whose content is not known yet. Without a `content-length` of the application the
    /// content is chunked then, or ends with the connection in 1.0. Returns whether there was such a head.
    pub fn flush_head(&mut self) -> bool {
        let Some(response) = self.response.as_mut().filter(|it| it.has_open_head()) else {
            return false;
        };
        response
            .data(Content::Copied(&[]), false, &mut self.output)
            .is_ok()
    }

    /// Writes the beginning of what the response goes on with, so that a peer shows whether it is there. To
    /// one that is, nothing is different. Returns false where nothing can be written.
    pub fn send_ahead(&mut self) -> bool {
        let response = self.response.as_mut();
        response.is_some_and(|response| response.send_ahead(&mut self.output))
    }

    /// Content of the response; `end` says that it is the last. Returns the octets of it that are
    /// sent: none in answer to HEAD, for one.
    ///
    /// # Errors
    /// More or less content than `content-length` said, no head yet, or a response that is complete.
    /// Nothing of this call is written then.
    pub fn send_data(&mut self, content: Content<'_>, end: bool) -> Result<u64, ResponseError> {
        let response = self.response.as_mut().ok_or(ResponseError::Complete)?;
        let sent = response.data(content, end, &mut self.output)?;
        if end {
            self.settle();
        }
        Ok(sent)
    }

    /// After [`Self::send_head`]: the response is complete only with [`Self::send_trailers`].
    pub fn announce_trailers(&mut self) {
        if let Some(response) = &mut self.response {
            response.announce_trailers();
        }
    }

    /// Trailer fields after the last content; `end` says that they are the last. They are checked, and
    /// dropped where the peer does not take them: without `TE: trailers`, in 1.0, after HEAD.
    ///
    /// # Errors
    /// A field that HTTP can't carry there, trailers that were not announced, or content that is not
    /// complete. Nothing of this call is written then.
    pub fn send_trailers<'f>(
        &mut self,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
        end: bool,
    ) -> Result<(), ResponseError> {
        let response = self.response.as_mut().ok_or(ResponseError::Complete)?;
        response.trailers(fields, end, &mut self.output)?;
        if end {
            self.settle();
        }
        Ok(())
    }

    /// Answers a broken message, or one that can't be served, with `status` and a line of text, and
    /// closes. Returns the octets of the text that are sent; `None` when a response is on its way
    /// already, which is cut off instead, or when nobody waits for one.
    pub fn send_error(
        &mut self,
        status: u16,
        reason: &str,
        defaults: &DefaultFields,
    ) -> Option<u64> {
        if self.response.is_none() && self.phase() == Phase::Closed && !self.is_cut_short() {
            // The last response is complete; nobody waits for another.
            return None;
        }
        let asked = self.asked_unread();
        let response = self.response.get_or_insert(Response::new(asked));
        if response.is_committed() {
            self.abort();
            return None;
        }
        response.take_back_head(&mut self.output);
        response.disable_keep_alive();
        let text = format!("{status} {reason}\n");
        let fields: [(&[u8], &[u8]); 1] = [(b"content-type", b"text/plain; charset=utf-8")];
        let text = Content::Shared(Bytes::from(text));
        let sent = response
            .head(status, fields, defaults, &mut self.output)
            .and_then(|()| response.data(text, true, &mut self.output));
        self.reader.cut_short();
        sent.ok()
    }

    /// Ends the connection where it stands, so that the peer sees a truncated response, or none.
    pub fn abort(&mut self) {
        let asked = self.asked_unread();
        let response = self.response.get_or_insert(Response::new(asked));
        self.must_reset = response.ends_with_connection();
        response.abort(&mut self.output);
        self.reader.cut_short();
    }

    /// Whether the peer would take the end of the connection for the end of the content: only a reset
    /// tells it that something is missing (RFC 9112 §8).
    #[must_use]
    pub const fn must_reset(&self) -> bool {
        self.must_reset
    }

    /// The current request, or the next one, is the last; its response says so where its head is not
    /// written yet.
    pub fn disable_keep_alive(&mut self) {
        self.is_last_request = true;
        if let Some(response) = &mut self.response {
            response.disable_keep_alive();
        }
    }

    /// Ends the connection if it is between two requests.
    pub fn close_if_idle(&mut self) {
        if self.phase() == Phase::Idle {
            self.reader.close();
        }
    }

    // ---- to below

    /// What is to be written, in order, up to [`Content::External`].
    pub fn poll_output(&self) -> impl Iterator<Item = &[u8]> {
        self.output.slices()
    }

    /// Whether [`Content::External`] is to be written next, and how many octets are left of it.
    #[must_use]
    pub fn poll_external(&self) -> Option<u64> {
        self.output.external()
    }

    /// Octets that wait to be written.
    #[must_use]
    pub fn output_len(&self) -> u64 {
        self.output.len()
    }

    /// Whether nothing waits to be written.
    #[must_use]
    pub fn is_flushed(&self) -> bool {
        self.output.is_empty()
    }

    /// The next `length` octets, of [`Self::poll_output`] or of [`Self::poll_external`], have been written.
    pub fn handle_written(&mut self, length: usize) {
        self.output.advance(length);
    }

    /// What is going on.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.reader.phase(!self.is_response_complete())
    }

    /// Whether all content of the current request has been shown, or it has none.
    #[must_use]
    pub const fn is_content_read(&self) -> bool {
        self.reader.is_content_read()
    }

    /// Whether the connection ends before the peer's message does: it may be sending still.
    #[must_use]
    pub const fn is_cut_short(&self) -> bool {
        self.reader.is_cut_short()
    }

    /// Whether the peer may be sending when the connection ends: the rest of a message, or the next one,
    /// as the end is not what it asked for.
    #[must_use]
    pub const fn may_be_sent_more(&self) -> bool {
        self.has_input() || self.is_cut_short() || self.ends_unasked
    }

    /// Whether the response to the current request is complete, or there is no current request.
    #[must_use]
    pub fn is_response_complete(&self) -> bool {
        self.response.as_ref().is_none_or(Response::is_complete)
    }

    /// What is known of a request that was not shown.
    const fn asked_unread(&self) -> Asked {
        Asked {
            version: Version::Http11,
            is_head: self.reader.is_head(),
            keep_alive: false,
            peer_persists: false,
            takes_trailers: false,
        }
    }

    // ---- between requests

    /// After a complete response: drops the content that nobody read, then readies for the next request.
    fn settle(&mut self) {
        let Some(response) = self
            .response
            .as_ref()
            .filter(|response| response.is_complete())
        else {
            return;
        };
        let keep_alive = response.keep_alive();
        self.ends_unasked = response.ends_unasked();
        if !self.reader.drop_rest(keep_alive) {
            return;
        }
        self.response = None;
        if keep_alive {
            self.reader.next_request();
        } else {
            self.reader.close();
        }
    }
}
