//! The encoder of one response: which call may follow which, and what each of them writes.
//!
//! ```text
//! AwaitingHead --send_head--> HeadOpen --first send_data--> SendingContent --end--> Complete
//!   │    ▲                    │    ▲                              │                    ▲
//!   └────┘ send_interim       └────┘         end, with trailers   ▼                    │
//!                                                           SendingTrailers --end------┘
//! ```
//!
//! The head stays open until the first content is known, or until the host closes it: a response
//! whose content is complete by then gets a `content-length` without the application counting, and
//! nothing of a head is written that may still be taken back.

use super::{
    Content, DefaultFields, ResponseError, Version,
    content::Coding,
    output::Output,
    response_head::{OpenHead, write_head, write_interim, write_trailers},
};

/// What a response has to know of its request.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, of the request and of the host"
)]
pub(crate) struct Asked {
    pub(crate) version: Version,
    pub(crate) is_head: bool,
    pub(crate) keep_alive: bool,
    /// The peer has asked for the connection to persist, and may send more.
    pub(crate) peer_persists: bool,
    /// `TE: trailers`: the peer does not throw them away.
    pub(crate) takes_trailers: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    AwaitingHead,
    HeadOpen(OpenHead),
    SendingContent { coding: Coding, has_trailers: bool },
    SendingTrailers(Coding),
    Complete,
}

/// The content that is known when the head is closed.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    pub(super) octets: u64,
    /// No more will come.
    pub(super) is_all: bool,
}

/// The response to one request.
#[derive(Debug)]
pub(crate) struct Response {
    asked: Asked,
    state: State,
}

impl Response {
    pub(crate) const fn new(asked: Asked) -> Self {
        Self {
            asked,
            state: State::AwaitingHead,
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.state == State::Complete
    }

    /// Whether a part may have been written, so that no other response can take its place.
    pub(crate) const fn is_committed(&self) -> bool {
        !matches!(self.state, State::AwaitingHead | State::HeadOpen(_))
    }

    /// Whether the head waits for the first content.
    pub(crate) const fn has_open_head(&self) -> bool {
        matches!(self.state, State::HeadOpen(_))
    }

    /// Writes a byte of what comes next in any case: the first of a status line, or a leading zero of a
    /// chunk size (RFC 9112 §7.1). Returns false where nothing is known of what comes.
    pub(crate) fn send_ahead(&mut self, output: &mut Output) -> bool {
        match self.state {
            State::AwaitingHead => output.send_ahead(b"H"),
            State::HeadOpen(_) => return self.data(Content::Copied(&[]), false, output).is_ok(),
            State::SendingContent {
                coding: Coding::Chunked(_),
                ..
            } => {
                output.open().push(b'0');
                output.commit();
            }
            State::SendingContent { .. } | State::SendingTrailers(_) | State::Complete => {
                return false;
            }
        }
        true
    }

    /// Whether the connection can be used again after this response.
    pub(crate) const fn keep_alive(&self) -> bool {
        self.asked.keep_alive
    }

    /// Whether the connection ends after this response although the peer wants to go on.
    pub(crate) const fn ends_unasked(&self) -> bool {
        self.asked.peer_persists && !self.asked.keep_alive
    }

    pub(crate) fn disable_keep_alive(&mut self) {
        self.asked.keep_alive = false;
    }

    /// Takes an open head back, so that another can be sent.
    pub(crate) fn take_back_head(&mut self, output: &mut Output) {
        output.roll_back();
        self.state = State::AwaitingHead;
    }

    /// Ends it where it stands: an open head is taken back, content is left without its end.
    pub(crate) fn abort(&mut self, output: &mut Output) {
        output.roll_back();
        self.asked.keep_alive = false;
        self.state = State::Complete;
    }

    /// Whether the end of the connection is to be the end of the content.
    pub(crate) const fn ends_with_connection(&self) -> bool {
        matches!(
            self.state,
            State::SendingContent {
                coding: Coding::UntilClose,
                ..
            }
        )
    }

    /// `100 Continue`, also while the head of the response is open.
    pub(crate) fn go_on(output: &mut Output) {
        let open_head = output.take_open();
        output
            .open()
            .extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
        output.commit();
        output.open().extend_from_slice(&open_head);
    }

    /// `send_interim`: a 1xx response before this one, also while the head of this one is open. A 1.0 peer
    /// is spared it (RFC 9110 §15.2).
    pub(crate) fn interim<'f>(
        &mut self,
        status: u16,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
        output: &mut Output,
    ) -> Result<(), ResponseError> {
        if !matches!(self.state, State::HeadOpen(_)) {
            self.check_awaits_head()?;
        }
        let open_head = output.take_open();
        let written = write_interim(status, fields, output.open());
        if written.is_err() || self.asked.version == Version::Http10 {
            output.roll_back();
        } else {
            output.commit();
        }
        output.open().extend_from_slice(&open_head);
        written
    }

    /// `send_head`: the status line and the application's fields, each checked.
    pub(crate) fn head<'f>(
        &mut self,
        status: u16,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
        defaults: &DefaultFields,
        output: &mut Output,
    ) -> Result<(), ResponseError> {
        self.check_awaits_head()?;
        match write_head(status, fields, defaults, output.open()) {
            Ok(head) => {
                self.asked.keep_alive &= !head.close;
                self.state = State::HeadOpen(head.open);
                Ok(())
            }
            Err(error) => {
                output.roll_back();
                Err(error)
            }
        }
    }

    fn check_awaits_head(&self) -> Result<(), ResponseError> {
        match self.state {
            State::AwaitingHead => Ok(()),
            State::Complete => Err(ResponseError::Complete),
            _ => Err(ResponseError::HeadAlreadySent),
        }
    }

    /// A trailer section will follow the content of the head that was just sent.
    pub(crate) fn announce_trailers(&mut self) {
        if let State::HeadOpen(head) = &mut self.state {
            head.has_trailers = true;
        }
    }

    /// `send_data`: content, and whether it is the last. Returns the octets of it that are sent.
    pub(crate) fn data(
        &mut self,
        content: Content<'_>,
        end: bool,
        output: &mut Output,
    ) -> Result<u64, ResponseError> {
        let first = First {
            octets: content.len(),
            is_all: end,
        };
        let (coding, has_trailers) = match self.state {
            State::AwaitingHead => return Err(ResponseError::HeadMissing),
            State::SendingTrailers(_) => return Err(ResponseError::ContentComplete),
            State::Complete => return Err(ResponseError::Complete),
            State::HeadOpen(head) => (head.coding(self.asked, first), head.has_trailers),
            State::SendingContent {
                coding,
                has_trailers,
            } => (coding, has_trailers),
        };
        let coding = coding.after(content.len(), end)?;
        if let State::HeadOpen(head) = self.state {
            self.asked.keep_alive &= coding != Coding::UntilClose;
            head.close(self.asked, coding, first, output.open());
        }
        let sent = if coding == Coding::Suppressed {
            0
        } else {
            content.len()
        };
        coding.write(content, end, output);
        self.state = match (end, has_trailers) {
            (false, _) => State::SendingContent {
                coding,
                has_trailers,
            },
            (true, true) => State::SendingTrailers(coding),
            (true, false) => {
                end_trailers(coding, output);
                State::Complete
            }
        };
        output.commit();
        Ok(sent)
    }

    /// `send_trailers`: field lines after the content, and whether they are the last. Dropped where the
    /// content is not chunked, or the peer does not take them.
    pub(crate) fn trailers<'f>(
        &mut self,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
        end: bool,
        output: &mut Output,
    ) -> Result<(), ResponseError> {
        let coding = match self.state {
            State::SendingTrailers(coding) => coding,
            State::Complete => return Err(ResponseError::Complete),
            _ => return Err(ResponseError::TrailersTooEarly),
        };
        let written = write_trailers(fields, output.open());
        if written.is_err() || !self.asked.takes_trailers || !matches!(coding, Coding::Chunked(_)) {
            output.roll_back();
        }
        written?;
        if end {
            end_trailers(coding, output);
            self.state = State::Complete;
        }
        output.commit();
        Ok(())
    }
}

/// The empty line after the trailer section, which is there also when the section is empty.
fn end_trailers(coding: Coding, output: &mut Output) {
    if matches!(coding, Coding::Chunked(_)) {
        output.open().extend_from_slice(b"\r\n");
    }
}
