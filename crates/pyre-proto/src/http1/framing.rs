//! What the header fields say about the message itself: where its content ends, whether the
//! connection persists, what the peer waits for (RFC 9112 §6.3, §9.3; RFC 9110 §10.1.1, §7.8).

use super::{RequestError, Version, receive_buffer::FieldSpan, target};
use crate::syntax;

/// How the content of a request is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Octets that `Content-Length` announces; 0 when there is no content.
    Length(u64),
    /// The chunked transfer coding.
    Chunked,
}

/// The meaning of the fields that are the server's to obey.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, read by different parts"
)]
pub(crate) struct Semantics {
    pub(crate) framing: Framing,
    pub(crate) keep_alive: bool,
    pub(crate) is_head: bool,
    pub(crate) expects_continue: bool,
    pub(crate) is_websocket: bool,
    pub(crate) takes_trailers: bool,
}

/// Everything that the field lines said, before the rules are applied to it.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that a field may say"
)]
struct Said {
    has_host: bool,
    content_length: Option<u64>,
    transfer_codings: Option<TransferCodings>,
    close: bool,
    keep_alive: bool,
    upgrade: bool,
    websocket: bool,
    expects_continue: bool,
    expects_more: bool,
    takes_trailers: bool,
}

impl Semantics {
    /// Reads `lines`, whose names are in lower case.
    pub(crate) fn read(
        method: &[u8],
        version: Version,
        lines: &[FieldSpan],
        head: &[u8],
    ) -> Result<Self, RequestError> {
        let mut said = Said::default();
        for line in lines {
            said.hear(line.name.of(head), line.value.of(head))?;
        }
        if version == Version::Http11 && !said.has_host {
            return Err(RequestError::Host);
        }
        let framing = said.framing(version)?;
        // It may be answered with 417; what must be answered with 400 goes before it.
        if said.expects_more {
            return Err(RequestError::Expectation);
        }
        let is_http11 = version == Version::Http11;
        Ok(Self {
            framing,
            keep_alive: !said.close && (is_http11 || said.keep_alive),
            is_head: method == b"HEAD",
            expects_continue: is_http11 && said.expects_continue,
            is_websocket: is_http11 && method == b"GET" && said.upgrade && said.websocket,
            takes_trailers: is_http11 && said.takes_trailers,
        })
    }
}

impl Said {
    fn hear(&mut self, name: &[u8], value: &[u8]) -> Result<(), RequestError> {
        match name {
            b"host" => self.hear_host(value),
            b"content-length" => self.hear_content_length(value),
            b"transfer-encoding" => {
                self.transfer_codings.get_or_insert_default().hear(value);
                Ok(())
            }
            b"connection" => {
                self.hear_connection(value);
                Ok(())
            }
            b"expect" => {
                self.hear_expect(value);
                Ok(())
            }
            b"te" => {
                self.takes_trailers |= contains_token(value, b"trailers");
                Ok(())
            }
            b"upgrade" => {
                self.websocket |= contains_token(value, b"websocket");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// RFC 9112 §3.2: more than one, or one that is invalid, is refused in any version.
    fn hear_host(&mut self, value: &[u8]) -> Result<(), RequestError> {
        if self.has_host || !target::is_authority(value) {
            return Err(RequestError::Host);
        }
        self.has_host = true;
        Ok(())
    }

    /// RFC 9110 §8.6 allows to fold equal values into one; repeating it is refused, as no honest
    /// sender does it and every hop that reads it otherwise is a way to smuggle.
    fn hear_content_length(&mut self, value: &[u8]) -> Result<(), RequestError> {
        if self.content_length.is_some() {
            return Err(RequestError::ContentLength);
        }
        self.content_length = Some(syntax::decimal(value).ok_or(RequestError::ContentLength)?);
        Ok(())
    }

    fn hear_connection(&mut self, value: &[u8]) {
        for option in syntax::list_members(value) {
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
            self.upgrade |= option.eq_ignore_ascii_case(b"upgrade");
        }
    }

    fn hear_expect(&mut self, value: &[u8]) {
        for expectation in syntax::list_members(value) {
            let is_continue = expectation.eq_ignore_ascii_case(b"100-continue");
            self.expects_continue |= is_continue;
            self.expects_more |= !is_continue;
        }
    }

    /// RFC 9112 §6.3, the rules that concern a request.
    fn framing(&self, version: Version) -> Result<Framing, RequestError> {
        match (&self.transfer_codings, self.content_length) {
            // Rule 3, as strict as it may be: both is an error, as a sender must not send both.
            (Some(_), Some(_)) => Err(RequestError::AmbiguousLength),
            // §6.1: a 1.0 message with Transfer-Encoding has faulty framing.
            (Some(_), None) if version == Version::Http10 => Err(RequestError::TransferEncoding),
            // Rule 4.
            (Some(codings), None) => codings.framing(),
            // Rules 5 and 6; the syntax has been checked.
            (None, Some(length)) => Ok(Framing::Length(length)),
            // Rule 7.
            (None, None) => Ok(Framing::Length(0)),
        }
    }
}

/// The codings of all `Transfer-Encoding` lines, in order (RFC 9112 §6.1).
#[derive(Default)]
struct TransferCodings {
    chunked: u32,
    others: u32,
    last_is_chunked: bool,
}

impl TransferCodings {
    fn hear(&mut self, value: &[u8]) {
        for coding in syntax::list_members(value) {
            self.last_is_chunked = coding.eq_ignore_ascii_case(b"chunked");
            if self.last_is_chunked {
                self.chunked = self.chunked.saturating_add(1);
            } else {
                self.others = self.others.saturating_add(1);
            }
        }
    }

    fn framing(&self) -> Result<Framing, RequestError> {
        match self {
            Self {
                last_is_chunked: true,
                chunked: 1,
                others: 0,
            } => Ok(Framing::Chunked),
            Self {
                last_is_chunked: true,
                chunked: 1,
                ..
            } => Err(RequestError::TransferCodingNotImplemented),
            _ => Err(RequestError::TransferEncoding),
        }
    }
}

fn contains_token(value: &[u8], token: &[u8]) -> bool {
    syntax::list_members(value).any(|member| member.eq_ignore_ascii_case(token))
}
