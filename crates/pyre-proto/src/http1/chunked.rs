//! The chunked transfer coding (RFC 9112 §7.1), decoded where it lies.
//!
//! ```text
//!          +--> Size --size 0--> Trailer --empty line--> Complete
//!          |      | size > 0
//!          |      v
//!     CRLF +---- Data
//! ```
//!
//! The data of all chunks that have arrived is moved together inside the buffer, so that a thousand
//! one-octet chunks are one piece of content.

use std::ops::Range;

use super::{Limits, RequestError, trailers::Trailers};
use crate::syntax;

/// Sixteen digits hold every 64-bit size; more would only pad it (CVE-2019-15605 and its kin).
const MAX_SIZE_DIGITS: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    ReadingSize,
    ReadingData(u64),
    ReadingDataEnd,
    ReadingTrailer,
    Complete,
}

/// Where the decoding of one message stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkedDecoder {
    state: State,
    extension_octets: usize,
    trailer_octets: usize,
    trailer_lines: usize,
}

/// What one call of [`ChunkedDecoder::decode`] did.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    /// Octets of the input that are done with, framing included.
    pub(super) consumed: usize,
    /// Where the content lies now, in the consumed part of the input.
    pub(super) content: Range<usize>,
    /// What is wrong with the octet after them. The content before it is good.
    pub(super) fault: Option<RequestError>,
}

impl ChunkedDecoder {
    pub(super) const fn new() -> Self {
        Self {
            state: State::ReadingSize,
            extension_octets: 0,
            trailer_octets: 0,
            trailer_lines: 0,
        }
    }

    /// Whether the empty line after the trailer section has been read.
    pub(super) fn is_complete(&self) -> bool {
        self.state == State::Complete
    }

    /// Decodes as much of `input` as has arrived; what it leaves is needed again with more behind it.
    /// What comes of the trailer section goes to `trailers`.
    pub(super) fn decode(
        &mut self,
        input: &mut [u8],
        limits: &Limits,
        trailers: &mut Option<Box<Trailers>>,
    ) -> Decoded {
        let mut decoded = Decoded {
            consumed: 0,
            content: 0..0,
            fault: None,
        };
        loop {
            match self.step(input, &mut decoded, limits, trailers) {
                Ok(Some(length)) => decoded.consumed += length,
                Ok(None) => return decoded,
                Err(fault) => {
                    return Decoded {
                        fault: Some(fault),
                        ..decoded
                    };
                }
            }
        }
    }

    /// The length of the next part that is done with; `None` when it has not arrived.
    fn step(
        &mut self,
        input: &mut [u8],
        decoded: &mut Decoded,
        limits: &Limits,
        trailers: &mut Option<Box<Trailers>>,
    ) -> Result<Option<usize>, RequestError> {
        let rest = input.get(decoded.consumed..).unwrap_or_default();
        match self.state {
            State::ReadingSize => self.read_size(rest, limits),
            State::ReadingData(remaining) => Ok(self.take_data(remaining, input, decoded)),
            State::ReadingDataEnd => self.read_data_end(rest),
            State::ReadingTrailer => self.read_trailer_line(rest, limits, trailers),
            State::Complete => Ok(None),
        }
    }

    /// `chunk-size [ chunk-ext ] CRLF`
    fn read_size(&mut self, rest: &[u8], limits: &Limits) -> Result<Option<usize>, RequestError> {
        let extensions_left = limits.chunk_extensions - self.extension_octets;
        let Some(line_end) = memchr::memchr(b'\n', rest) else {
            let line = rest.strip_suffix(b"\r").unwrap_or(rest);
            return check_size_line_length(line, extensions_left).map(|()| None);
        };
        let line = rest.get(..line_end).unwrap_or_default();
        check_size_line_length(line.strip_suffix(b"\r").unwrap_or(line), extensions_left)?;
        let line = line.strip_suffix(b"\r").ok_or(RequestError::Chunk)?;
        let (digits, extensions) = line.split_at(size_digits(line));
        let size = chunk_size(digits).ok_or(RequestError::Chunk)?;
        if !are_extensions(extensions) {
            return Err(RequestError::Chunk);
        }
        self.extension_octets += extensions.len();
        self.state = if size == 0 {
            State::ReadingTrailer
        } else {
            State::ReadingData(size)
        };
        Ok(Some(line_end + 1))
    }

    /// Moves what has arrived of a chunk behind the content that was decoded before it.
    fn take_data(
        &mut self,
        remaining: u64,
        input: &mut [u8],
        decoded: &mut Decoded,
    ) -> Option<usize> {
        let available = input.len() - decoded.consumed;
        let length = usize::try_from(remaining)
            .unwrap_or(usize::MAX)
            .min(available);
        if length == 0 {
            return None;
        }
        if decoded.content.is_empty() {
            decoded.content = decoded.consumed..decoded.consumed;
        }
        input.copy_within(
            decoded.consumed..decoded.consumed + length,
            decoded.content.end,
        );
        decoded.content.end += length;
        let remaining = remaining - length as u64;
        self.state = if remaining == 0 {
            State::ReadingDataEnd
        } else {
            State::ReadingData(remaining)
        };
        Some(length)
    }

    fn read_data_end(&mut self, rest: &[u8]) -> Result<Option<usize>, RequestError> {
        match rest {
            [] | [b'\r'] => Ok(None),
            [b'\r', b'\n', ..] => {
                self.state = State::ReadingSize;
                Ok(Some(2))
            }
            _ => Err(RequestError::Chunk),
        }
    }

    /// `field-line CRLF`, kept apart: a trailer never becomes a header (RFC 9110 §6.5.1).
    fn read_trailer_line(
        &mut self,
        rest: &[u8],
        limits: &Limits,
        trailers: &mut Option<Box<Trailers>>,
    ) -> Result<Option<usize>, RequestError> {
        let Some(line_end) = memchr::memchr(b'\n', rest) else {
            return self.check_trailer_size(rest.len(), limits).map(|()| None);
        };
        self.check_trailer_size(line_end, limits)?;
        let line = rest
            .get(..line_end)
            .and_then(|line| line.strip_suffix(b"\r"));
        let line = line.ok_or(RequestError::TrailerLine)?;
        if line.is_empty() {
            self.state = State::Complete;
            return Ok(Some(line_end + 1));
        }
        let (name, value) = field_line(line).ok_or(RequestError::TrailerLine)?;
        self.trailer_octets += line_end + 1;
        self.trailer_lines += 1;
        if self.trailer_lines > limits.field_lines {
            return Err(RequestError::TrailerSectionTooLarge);
        }
        trailers.get_or_insert_default().push(name, value);
        Ok(Some(line_end + 1))
    }

    /// `line` counts the octets of the current line before its LF.
    fn check_trailer_size(&self, line: usize, limits: &Limits) -> Result<(), RequestError> {
        let fits = line <= 1 || self.trailer_octets + line < limits.trailer_section;
        fits.then_some(())
            .ok_or(RequestError::TrailerSectionTooLarge)
    }
}

fn size_digits(line: &[u8]) -> usize {
    line.iter()
        .take_while(|octet| octet.is_ascii_hexdigit())
        .count()
}

/// The verdict on a prefix of the line must be the one on the whole, so digits come first.
fn check_size_line_length(line: &[u8], extensions_left: usize) -> Result<(), RequestError> {
    let digits = size_digits(line);
    if digits > MAX_SIZE_DIGITS {
        return Err(RequestError::Chunk);
    }
    if line.len() - digits > extensions_left {
        return Err(RequestError::ChunkExtensionsTooLarge);
    }
    Ok(())
}

/// `1*HEXDIG`
fn chunk_size(digits: &[u8]) -> Option<u64> {
    u64::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

/// `*( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`, RFC 9112 §7.1.1.
fn are_extensions(mut text: &[u8]) -> bool {
    while !text.is_empty() {
        let Some(rest) = extension(text) else {
            return false;
        };
        text = rest;
    }
    true
}

/// What follows one extension; `None` when there is none at the front.
fn extension(text: &[u8]) -> Option<&[u8]> {
    let text = trim_start_ows(text).strip_prefix(b";")?;
    let text = after_token(trim_start_ows(text))?;
    match trim_start_ows(text).strip_prefix(b"=") {
        None => Some(text),
        Some(value) => after_value(trim_start_ows(value)),
    }
}

fn trim_start_ows(text: &[u8]) -> &[u8] {
    let blanks = text
        .iter()
        .take_while(|octet| matches!(octet, b' ' | b'\t'))
        .count();
    text.get(blanks..).unwrap_or_default()
}

fn after_token(text: &[u8]) -> Option<&[u8]> {
    let length = text
        .iter()
        .take_while(|&&octet| syntax::is_token(&[octet]))
        .count();
    (length > 0).then(|| text.get(length..)).flatten()
}

/// `token / quoted-string`
fn after_value(text: &[u8]) -> Option<&[u8]> {
    let Some(mut rest) = text.strip_prefix(b"\"") else {
        return after_token(text);
    };
    loop {
        rest = match rest {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', quoted, rest @ ..] if syntax::is_field_value(&[*quoted]) => rest,
            [octet, rest @ ..] if *octet != b'\\' && syntax::is_field_value(&[*octet]) => rest,
            _ => return None,
        }
    }
}

/// `field-name ":" OWS field-value OWS`
fn field_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = line.split_at(memchr::memchr(b':', line)?);
    let value = syntax::trim_ows(rest.strip_prefix(b":")?);
    (syntax::is_token(name) && syntax::is_field_value(value)).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        request_line: 0,
        field_section: 0,
        field_lines: 2,
        content: None,
        chunk_extensions: 8,
        trailer_section: 16,
        unread_content: 0,
    };

    /// The content, the octets left over, and whether the message ended; or the fault and the
    /// content before it.
    type Outcome = Result<(Vec<u8>, Vec<u8>, bool), (RequestError, Vec<u8>)>;

    /// Feeds pieces of `step` octets, as a connection would.
    fn decoded(input: &[u8], step: usize) -> Outcome {
        let (mut decoder, mut pending, mut content) =
            (ChunkedDecoder::new(), Vec::new(), Vec::new());
        for piece in input.chunks(step) {
            pending.extend_from_slice(piece);
            let decoded = decoder.decode(&mut pending, &LIMITS, &mut None);
            content.extend_from_slice(&pending[decoded.content]);
            pending.drain(..decoded.consumed);
            if let Some(fault) = decoded.fault {
                return Err((fault, content));
            }
        }
        Ok((content, pending, decoder.is_complete()))
    }

    fn fault(input: &[u8]) -> Option<RequestError> {
        outcome(input).err().map(|(fault, _)| fault)
    }

    fn outcome(input: &[u8]) -> Outcome {
        let whole = decoded(input, input.len());
        for step in 1..5 {
            assert_eq!(
                whole,
                decoded(input, step),
                "{} by {step}",
                input.escape_ascii()
            );
        }
        whole
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is compared with an outcome")]
    fn complete(content: &str, rest: &str) -> Outcome {
        Ok((content.into(), rest.into(), true))
    }

    #[test]
    fn chunks_become_one_piece() {
        assert_eq!(outcome(b"5\r\nhello\r\n0\r\n\r\n"), complete("hello", ""));
        assert_eq!(
            outcome(b"1\r\na\r\n02\r\nbc\r\nA\r\n0123456789\r\n0\r\n\r\nGET"),
            complete("abc0123456789", "GET")
        );
        assert_eq!(outcome(b"0\r\n\r\n"), complete("", ""));
        assert_eq!(outcome(b"5\r\nhel"), Ok((b"hel".to_vec(), vec![], false)));
    }

    #[test]
    fn extensions_are_checked_and_dropped() {
        assert_eq!(outcome(b"1;a=b\r\nx\r\n0;c\r\n\r\n"), complete("x", ""));
        assert_eq!(
            fault(b"1 ; a=\t\"\\\"\"\r\nx\r\n0\r\n\r\n"),
            Some(RequestError::ChunkExtensionsTooLarge)
        );
        assert_eq!(
            outcome(b"1;a=\"\\\"\"\r\nx\r\n0\r\n\r\n"),
            complete("x", "")
        );
    }

    #[test]
    fn no_trailers_cost_nothing() {
        let mut trailers = None;
        let mut input = *b"1\r\nx\r\n0\r\n\r\n";
        ChunkedDecoder::new().decode(&mut input, &LIMITS, &mut trailers);
        assert!(trailers.is_none());
    }

    #[test]
    fn malformed_chunks_are_refused() {
        for bad in [
            "\r\n",
            "+5\r\n",
            "-1\r\n",
            "0x5\r\n",
            "5_0\r\n",
            " 5\r\n",
            "5 \r\n",
            "g\r\n",
            "5\n",
            "5\rhello\r\n",
            "5;\r\n",
            "5;a=\r\n",
            "5;a b\r\n",
            "5;[\r\n",
            "5;a=\"\r\n",
            "5;a\rb\r\n",
            "5\r\r;A\r\n",
            "1\r\nxy\r\n",
            "1\r\nx\n0\r\n\r\n",
            "11111111111111111\r\n",
        ] {
            assert_eq!(fault(bad.as_bytes()), Some(RequestError::Chunk), "{bad:?}");
        }
        for bad in [
            "0\r\nX\r\n\r\n",
            "0\r\n: x\r\n\r\n",
            "0\r\na : x\r\n\r\n",
            "0\r\na: \0\r\n\r\n",
            "0\r\na:x\n\r\n",
            "0\r\n\n",
        ] {
            assert_eq!(
                fault(bad.as_bytes()),
                Some(RequestError::TrailerLine),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn limits_hold_at_n_and_break_at_n_plus_one() {
        assert_eq!(
            fault(b"1;23456789\r\nx\r\n0\r\n\r\n"),
            Some(RequestError::ChunkExtensionsTooLarge)
        );
        assert_eq!(outcome(b"1;2345678\r\nx\r\n0\r\n\r\n"), complete("x", ""));
        assert_eq!(outcome(b"0\r\na:34567\r\nb:234\r\n\r\n"), complete("", ""));
        assert_eq!(
            fault(b"0\r\na:34567\r\nb:2345\r\n\r\n"),
            Some(RequestError::TrailerSectionTooLarge)
        );
        assert_eq!(
            fault(b"0\r\na:\r\nb:\r\nc:\r\n\r\n"),
            Some(RequestError::TrailerSectionTooLarge)
        );
        assert_eq!(fault(&[b'0'; 17]), Some(RequestError::Chunk));
    }

    #[test]
    fn the_largest_size_does_not_overflow() {
        assert_eq!(
            outcome(b"FFFFFFFFFFFFFFFF\r\nab"),
            Ok((b"ab".to_vec(), vec![], false))
        );
    }
}
