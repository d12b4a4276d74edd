//! The head of a response: what the application says in it, checked, and what the server adds.

use super::{
    ResponseError, Version,
    content::Coding,
    response::{Asked, First},
};
use crate::{status, syntax};

/// Field lines that the server adds where the application gave none: complete with CRLF, or empty.
#[derive(Debug, Default, Clone)]
pub struct DefaultFields {
    /// `date: …`, RFC 9110 §6.6.1; of the current second.
    pub date: Vec<u8>,
    /// `server: …`, RFC 9110 §10.2.4.
    pub server: Vec<u8>,
}

/// A head that lacks the fields that depend on the content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct OpenHead {
    pub(super) status: u16,
    pub(super) content_length: Option<u64>,
    /// A trailer section follows the content.
    pub(super) has_trailers: bool,
    has_upgrade: bool,
}

/// What the application's fields say to the server.
#[derive(Default)]
pub(super) struct Head {
    pub(super) open: OpenHead,
    pub(super) close: bool,
    has_date: bool,
    has_server: bool,
}

/// Writes the status line and the fields that are the application's to send, each checked.
pub(super) fn write_head<'f>(
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
    head.open.status = status;
    for (name, value) in fields {
        check_field(name, value)?;
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

/// Writes a whole interim response (RFC 9110 §15.2).
pub(super) fn write_interim<'f>(
    status: u16,
    fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
    output: &mut Vec<u8>,
) -> Result<(), ResponseError> {
    // 101 ends HTTP on this connection, which is nothing that an interim response may do here.
    if !(100..=199).contains(&status) || status == 101 {
        return Err(ResponseError::InterimStatus);
    }
    status::write_status_line(status, output);
    for (name, value) in fields {
        check_field(name, value)?;
        if is_framing(name) {
            return Err(ResponseError::InterimField);
        }
        write_field(name, value, output);
    }
    output.extend_from_slice(b"\r\n");
    Ok(())
}

/// Writes field lines of a trailer section (RFC 9110 §6.5).
pub(super) fn write_trailers<'f>(
    fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
    output: &mut Vec<u8>,
) -> Result<(), ResponseError> {
    for (name, value) in fields {
        check_field(name, value)?;
        if is_framing(name) {
            return Err(ResponseError::TrailerField);
        }
        write_field(name, value, output);
    }
    Ok(())
}

fn check_field(name: &[u8], value: &[u8]) -> Result<(), ResponseError> {
    if !syntax::is_token(name) {
        return Err(ResponseError::FieldName);
    }
    if !syntax::is_field_value(value) {
        return Err(ResponseError::FieldValue);
    }
    Ok(())
}

/// Whether the field is about the message's end or the connection: it has no place but in a head
/// (RFC 9110 §6.5.1).
fn is_framing(name: &[u8]) -> bool {
    const FRAMING: [&[u8]; 6] = [
        b"connection",
        b"content-length",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    ];
    FRAMING
        .iter()
        .any(|framing| name.eq_ignore_ascii_case(framing))
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
            7 => self.open.has_upgrade |= name.eq_ignore_ascii_case(b"upgrade"),
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
        let other = self.open.content_length.replace(length);
        if other.is_some_and(|other| other != length) {
            return Err(ResponseError::ContentLength);
        }
        Ok(())
    }
}

impl OpenHead {
    /// RFC 9112 §6.3 from the sender's side.
    pub(super) fn coding(self, asked: Asked, first: First) -> Coding {
        if asked.is_head || matches!(self.status, 204 | 205 | 304) {
            return Coding::Suppressed;
        }
        match (self.content_length, first.is_all, asked.version) {
            // Only the last chunk has room for trailers behind it (RFC 9112 §7.1.2).
            (length, _, Version::Http11) if self.has_trailers && asked.takes_trailers => {
                Coding::Chunked(length)
            }
            (Some(length), ..) => Coding::Length(length),
            (None, true, _) => Coding::Length(first.octets),
            (None, false, Version::Http11) => Coding::Chunked(None),
            (None, false, Version::Http10) => Coding::UntilClose,
        }
    }

    /// Writes the fields that were left open, and the empty line.
    pub(super) fn close(self, asked: Asked, coding: Coding, first: First, output: &mut Vec<u8>) {
        if let Some(length) = self.announced_length(asked, coding, first) {
            output.extend_from_slice(b"content-length: ");
            output.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
            output.extend_from_slice(b"\r\n");
        }
        if matches!(coding, Coding::Chunked(_)) {
            output.extend_from_slice(b"transfer-encoding: chunked\r\n");
        }
        // `Upgrade` is for this connection only, and `Connection` has to say so (RFC 9110 §7.8).
        output.extend_from_slice(match (asked.keep_alive, asked.version, self.has_upgrade) {
            (false, _, false) => b"connection: close\r\n",
            (false, _, true) => b"connection: close, upgrade\r\n",
            (true, Version::Http10, false) => b"connection: keep-alive\r\n",
            (true, Version::Http10, true) => b"connection: keep-alive, upgrade\r\n",
            (true, Version::Http11, false) => b"",
            (true, Version::Http11, true) => b"connection: upgrade\r\n",
        });
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
            (_, Coding::Chunked(_) | Coding::UntilClose) => None,
        }
    }
}
