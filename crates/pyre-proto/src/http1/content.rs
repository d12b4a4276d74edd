//! Content of a response, and how it is framed on the wire (RFC 9112 §6 and §7).

use bytes::Bytes;

use super::{ResponseError, output::Output};

/// Content from the application.
#[derive(Debug)]
pub enum Content<'a> {
    /// Copied behind the head: the cheapest way for a few kilobytes.
    Copied(&'a [u8]),
    /// Kept until it is written: no copy, one reference count.
    Shared(Bytes),
    /// So many octets that the host writes itself when their turn comes, out of a file for one; see
    /// [`super::Connection::poll_external`].
    External(u64),
}

impl Content<'_> {
    /// Octets.
    #[must_use]
    pub const fn len(&self) -> u64 {
        match self {
            Self::Copied(bytes) => bytes.len() as u64,
            Self::Shared(bytes) => bytes.len() as u64,
            Self::External(length) => *length,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn write(self, output: &mut Output) {
        match self {
            Self::Copied(bytes) => output.open().extend_from_slice(bytes),
            Self::Shared(bytes) => output.push(bytes),
            Self::External(length) => output.push_external(length),
        }
    }
}

/// How the content is written (RFC 9112 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// HEAD, 204, 205, 304: taken from the application and not sent (RFC 9110 §6.4.1).
    Suppressed,
    /// Octets that are left of `content-length`.
    Length(u64),
    /// Octets that are left of a `content-length` that is not sent, where the application gave one.
    Chunked(Option<u64>),
    /// To a 1.0 peer: the end of the connection ends the content.
    UntilClose,
}

impl Coding {
    /// The coding once `length` more octets are sent; an error when that breaks `content-length`.
    pub(super) fn after(self, length: u64, end: bool) -> Result<Self, ResponseError> {
        let (Self::Length(remaining) | Self::Chunked(Some(remaining))) = self else {
            return Ok(self);
        };
        let remaining = remaining
            .checked_sub(length)
            .ok_or(ResponseError::ContentTooLong)?;
        if end && remaining > 0 {
            return Err(ResponseError::ContentTooShort);
        }
        Ok(match self {
            Self::Chunked(_) => Self::Chunked(Some(remaining)),
            _ => Self::Length(remaining),
        })
    }

    /// Writes a part of the content, and its end except for what follows the last chunk.
    pub(super) fn write(self, content: Content<'_>, end: bool, output: &mut Output) {
        match self {
            Self::Suppressed => {}
            Self::Length(_) | Self::UntilClose => {
                if !content.is_empty() {
                    content.write(output);
                }
            }
            Self::Chunked(_) => write_chunks(content, end, output),
        }
    }
}

/// A chunk of size 0 ends the content, so an empty one is not written (RFC 9112 §7.1).
fn write_chunks(content: Content<'_>, end: bool, output: &mut Output) {
    if !content.is_empty() {
        write_chunk_size(content.len(), output.open());
        content.write(output);
        output.open().extend_from_slice(b"\r\n");
    }
    if end {
        output.open().extend_from_slice(b"0\r\n");
    }
}

fn write_chunk_size(size: u64, output: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = (u64::BITS - size.leading_zeros()).div_ceil(4);
    for place in (0..digits).rev() {
        let [low, ..] = (size >> (place * 4)).to_le_bytes();
        output.extend(DIGITS.get(usize::from(low & 0xf)));
    }
    output.extend_from_slice(b"\r\n");
}
