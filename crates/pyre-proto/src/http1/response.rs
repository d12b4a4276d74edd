//! The encoder of one response: checks what the application says, frames its content.
//!
//! ```text
//! AwaitingHead --send_head--> HeadOpen --first send_data--> SendingContent --end--> Complete
//! ```
//!
//! The head stays open until the first content is known: a response whose content is complete by
//! then gets a `content-length` without the application counting, and nothing of a head is written
//! that may still be taken back.

use bytes::Bytes;

use super::{ResponseError, Version, output::Output};
use crate::{status, syntax};

/// Content from the application.
#[derive(Debug)]
pub enum Content<'a> {
    /// Copied behind the head: the cheapest way for a few kilobytes.
    Copied(&'a [u8]),
    /// Kept until it is written: no copy, one reference count.
    Shared(Bytes),
}

impl Content<'_> {
    /// Octets.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Copied(bytes) => bytes.len(),
            Self::Shared(bytes) => bytes.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn write(self, output: &mut Output) {
        match self {
            Self::Copied(bytes) => output.open().extend_from_slice(bytes),
            Self::Shared(bytes) => output.push(bytes),
        }
    }
}

/// Field lines that the server adds where the application gave none: complete with CRLF, or empty.
#[derive(Debug, Default, Clone)]
pub struct DefaultFields {
    /// `date: …`, RFC 9110 §6.6.1; of the current second.
    pub date: Vec<u8>,
    /// `server: …`, RFC 9110 §10.2.4.
    pub server: Vec<u8>,
}

/// What a response has to know of its request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) version: Version,
    pub(crate) is_head: bool,
    pub(crate) keep_alive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    AwaitingHead,
    HeadOpen(OpenHead),
    SendingContent(Coding),
    Complete,
}

/// A head that lacks the fields that depend on the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OpenHead {
    status: u16,
    content_length: Option<u64>,
}

/// The content that is known when the head is closed.
#[derive(Debug, Clone, Copy)]
struct First {
    octets: u64,
    /// No more will come.
    is_all: bool,
}

/// How the content is written (RFC 9112 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    /// HEAD, 204, 205, 304: taken from the application and not sent (RFC 9110 §6.4.1).
    Suppressed,
    /// Octets that are left of `content-length`.
    Length(u64),
    Chunked,
    /// To a 1.0 peer: the end of the connection ends the content.
    UntilClose,
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

    /// Whether nothing has been said yet.
    pub(crate) fn awaits_head(&self) -> bool {
        self.state == State::AwaitingHead
    }

    /// Whether a part may have been written, so that no other response can take its place.
    pub(crate) const fn is_committed(&self) -> bool {
        !matches!(self.state, State::AwaitingHead | State::HeadOpen(_))
    }

    /// Whether the connection can be used again after this response.
    pub(crate) const fn keep_alive(&self) -> bool {
        self.asked.keep_alive
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

    /// `send_head`: the status line and the application's fields, each checked.
    pub(crate) fn head<'f>(
        &mut self,
        status: u16,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
        defaults: &DefaultFields,
        output: &mut Output,
    ) -> Result<(), ResponseError> {
        match self.state {
            State::AwaitingHead => {}
            State::Complete => return Err(ResponseError::Complete),
            _ => return Err(ResponseError::HeadAlreadySent),
        }
        let written = write_head(status, fields, defaults, output.open());
        match written {
            Ok(head) => {
                self.asked.keep_alive &= !head.close;
                self.state = State::HeadOpen(OpenHead {
                    status,
                    content_length: head.content_length,
                });
                Ok(())
            }
            Err(error) => {
                output.roll_back();
                Err(error)
            }
        }
    }

    /// `send_data`: content, and whether it is the last. Returns the octets of it that are sent.
    pub(crate) fn data(
        &mut self,
        content: Content<'_>,
        end: bool,
        output: &mut Output,
    ) -> Result<usize, ResponseError> {
        let first = First {
            octets: content.len() as u64,
            is_all: end,
        };
        let coding = match self.state {
            State::AwaitingHead => return Err(ResponseError::HeadMissing),
            State::Complete => return Err(ResponseError::Complete),
            State::HeadOpen(head) => head.coding(self.asked, first),
            State::SendingContent(coding) => coding,
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
        output.commit();
        self.state = if end {
            State::Complete
        } else {
            State::SendingContent(coding)
        };
        Ok(sent)
    }
}

/// What the application's fields say to the server.
#[derive(Default)]
struct Head {
    content_length: Option<u64>,
    close: bool,
    has_date: bool,
    has_server: bool,
}

fn write_head<'f>(
    status: u16,
    fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
    defaults: &DefaultFields,
    output: &mut Vec<u8>,
) -> Result<Head, ResponseError> {
    if !(200..=999).contains(&status) {
        return Err(ResponseError::Status);
    }
    status::write_status_line(status, output);
    let mut head = Head::default();
    for (name, value) in fields {
        if !syntax::is_token(name) {
            return Err(ResponseError::FieldName);
        }
        if !syntax::is_field_value(value) {
            return Err(ResponseError::FieldValue);
        }
        if head.hear(name, value)? {
            write_field(name, value, output);
        }
    }
    if !head.has_date {
        output.extend_from_slice(&defaults.date);
    }
    if !head.has_server {
        output.extend_from_slice(&defaults.server);
    }
    Ok(head)
}

fn write_field(name: &[u8], value: &[u8], output: &mut Vec<u8>) {
    output.extend_from_slice(name);
    output.extend_from_slice(b": ");
    output.extend_from_slice(value);
    output.extend_from_slice(b"\r\n");
}

impl Head {
    /// Whether the field is the application's to send; framing and persistence are the server's.
    fn hear(&mut self, name: &[u8], value: &[u8]) -> Result<bool, ResponseError> {
        // The length tells the few apart from the many without comparing.
        match name.len() {
            4 => self.has_date |= name.eq_ignore_ascii_case(b"date"),
            6 => self.has_server |= name.eq_ignore_ascii_case(b"server"),
            10 if name.eq_ignore_ascii_case(b"connection") => {
                self.close |=
                    syntax::list_members(value).any(|option| option.eq_ignore_ascii_case(b"close"));
                return Ok(false);
            }
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                self.hear_content_length(value)?;
                return Ok(false);
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => return Ok(false),
            _ => {}
        }
        Ok(true)
    }

    fn hear_content_length(&mut self, value: &[u8]) -> Result<(), ResponseError> {
        let length =
            syntax::decimal(syntax::trim_ows(value)).ok_or(ResponseError::ContentLength)?;
        if self.content_length.is_some_and(|other| other != length) {
            return Err(ResponseError::ContentLength);
        }
        self.content_length = Some(length);
        Ok(())
    }
}

impl OpenHead {
    /// RFC 9112 §6.3 from the sender's side.
    fn coding(self, asked: Asked, first: First) -> Coding {
        if asked.is_head || matches!(self.status, 204 | 205 | 304) {
            return Coding::Suppressed;
        }
        match (self.content_length, first.is_all, asked.version) {
            (Some(length), ..) => Coding::Length(length),
            (None, true, _) => Coding::Length(first.octets),
            (None, false, Version::Http11) => Coding::Chunked,
            (None, false, Version::Http10) => Coding::UntilClose,
        }
    }

    /// Writes the fields that were left open, and the empty line.
    fn close(self, asked: Asked, coding: Coding, first: First, output: &mut Vec<u8>) {
        if let Some(length) = self.announced_length(asked, coding, first) {
            output.extend_from_slice(b"content-length: ");
            output.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
            output.extend_from_slice(b"\r\n");
        }
        if coding == Coding::Chunked {
            output.extend_from_slice(b"transfer-encoding: chunked\r\n");
        }
        match (asked.keep_alive, asked.version) {
            (false, _) => output.extend_from_slice(b"connection: close\r\n"),
            (true, Version::Http10) => output.extend_from_slice(b"connection: keep-alive\r\n"),
            (true, Version::Http11) => {}
        }
        output.extend_from_slice(b"\r\n");
    }

    /// The value of `content-length`, RFC 9110 §8.6.
    fn announced_length(self, asked: Asked, coding: Coding, first: First) -> Option<u64> {
        match (self.status, coding) {
            (204, _) => None,
            (205, _) => Some(0),
            (_, Coding::Suppressed) => {
                // A HEAD answered with the content of its GET; an empty one says nothing of it.
                let is_counted = asked.is_head && first.is_all && first.octets > 0;
                self.content_length.or(is_counted.then_some(first.octets))
            }
            (_, Coding::Length(_)) => Some(self.content_length.unwrap_or(first.octets)),
            (_, Coding::Chunked | Coding::UntilClose) => None,
        }
    }
}

impl Coding {
    /// The coding once `length` more octets are sent; an error when that breaks `content-length`.
    fn after(self, length: usize, end: bool) -> Result<Self, ResponseError> {
        let Self::Length(remaining) = self else {
            return Ok(self);
        };
        match remaining.checked_sub(length as u64) {
            None => Err(ResponseError::ContentTooLong),
            Some(remaining) if end && remaining > 0 => Err(ResponseError::ContentTooShort),
            Some(remaining) => Ok(Self::Length(remaining)),
        }
    }

    fn write(self, content: Content<'_>, end: bool, output: &mut Output) {
        match self {
            Self::Suppressed => {}
            Self::Length(_) | Self::UntilClose => {
                if !content.is_empty() {
                    content.write(output);
                }
            }
            Self::Chunked => write_chunks(content, end, output),
        }
    }
}

/// A chunk of size 0 would end the content, so an empty one is not written (RFC 9112 §7.1).
fn write_chunks(content: Content<'_>, end: bool, output: &mut Output) {
    if !content.is_empty() {
        write_chunk_size(content.len(), output.open());
        content.write(output);
        output.open().extend_from_slice(b"\r\n");
    }
    if end {
        output.open().extend_from_slice(b"0\r\n\r\n");
    }
}

fn write_chunk_size(size: usize, output: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = (usize::BITS - size.leading_zeros()).div_ceil(4);
    for place in (0..digits).rev() {
        output.extend(DIGITS.get((size >> (place * 4)) & 0xf));
    }
    output.extend_from_slice(b"\r\n");
}
