//! Finds where a request head ends, however its octets are split, and refuses what can't become one.
//!
//! The scan is a sequence of decisions that depend on the octets before it alone, never on where a
//! read happened to end. So a fault is the same fault in any split. It is also what bounds the
//! memory of a head: nothing is kept past a limit.

use super::{Limits, RequestError};

/// Where the scan of the current head stands. Positions count from the head's first octet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HeadScanner {
    /// Octets that need not be looked at again.
    scanned: u32,
    /// Where the current line began.
    line_start: u32,
    /// Where the first field line begins; 0 while the request line is incomplete.
    section_start: u32,
    field_lines: u32,
}

impl HeadScanner {
    /// The length of the head with its empty line, once all of it has arrived.
    pub(crate) fn scan(
        &mut self,
        head: &[u8],
        limits: &Limits,
    ) -> Result<Option<usize>, RequestError> {
        while let Some(line_end) = self.next_line_end(head) {
            if self.section_start == 0 {
                self.end_request_line(head, line_end, limits)?;
            } else if self.end_field_line(head, line_end, limits)? {
                return Ok(Some(line_end + 1));
            }
        }
        self.check_incomplete_line(head, limits)?;
        self.scanned = to_u32(head.len());
        Ok(None)
    }

    /// Field lines that have been seen.
    pub(crate) const fn field_lines(&self) -> usize {
        self.field_lines as usize
    }

    /// The position of the next LF.
    fn next_line_end(&self, head: &[u8]) -> Option<usize> {
        let from = self.scanned as usize;
        memchr::memchr(b'\n', head.get(from..)?).map(|offset| from + offset)
    }

    fn line<'a>(&self, head: &'a [u8], end: usize) -> &'a [u8] {
        head.get(self.line_start as usize..end).unwrap_or_default()
    }

    fn start_line_after(&mut self, line_end: usize) {
        self.line_start = to_u32(line_end + 1);
        self.scanned = self.line_start;
    }

    fn end_request_line(
        &mut self,
        head: &[u8],
        line_end: usize,
        limits: &Limits,
    ) -> Result<(), RequestError> {
        let line = self.line(head, line_end);
        let without_cr = line.strip_suffix(b"\r");
        check_request_line(without_cr.unwrap_or(line), limits)?;
        if without_cr.is_none() {
            return Err(RequestError::LineTerminator);
        }
        if without_cr == Some(b"") {
            return Err(RequestError::RequestLine);
        }
        self.start_line_after(line_end);
        self.section_start = self.line_start;
        Ok(())
    }

    /// Whether this line was the empty one that ends the head.
    fn end_field_line(
        &mut self,
        head: &[u8],
        line_end: usize,
        limits: &Limits,
    ) -> Result<bool, RequestError> {
        let line = self.line(head, line_end);
        if line == b"\r" {
            return Ok(true);
        }
        if line_end + 1 - self.section_start as usize > limits.field_section {
            return Err(RequestError::FieldSectionTooLarge);
        }
        if !line.ends_with(b"\r") {
            return Err(RequestError::LineTerminator);
        }
        self.field_lines += 1;
        if self.field_lines as usize > limits.field_lines {
            return Err(RequestError::TooManyFields);
        }
        self.start_line_after(line_end);
        Ok(false)
    }

    /// Limits hold for a line that never ends, too.
    fn check_incomplete_line(self, head: &[u8], limits: &Limits) -> Result<(), RequestError> {
        let line = self.line(head, head.len());
        if self.section_start == 0 {
            return check_request_line(line.strip_suffix(b"\r").unwrap_or(line), limits);
        }
        let section = head.len() - self.section_start as usize;
        if line != b"\r" && section > limits.field_section {
            return Err(RequestError::FieldSectionTooLarge);
        }
        Ok(())
    }
}

/// The octets first, as far as the limit allows; so the verdict is the same for every prefix.
fn check_request_line(line: &[u8], limits: &Limits) -> Result<(), RequestError> {
    let within = line.get(..limits.request_line).unwrap_or(line);
    if within.iter().any(|octet| !(0x20..0x7f).contains(octet)) {
        return Err(RequestError::RequestLine);
    }
    if line.len() > limits.request_line {
        return Err(RequestError::RequestLineTooLong);
    }
    Ok(())
}

/// Heads are bounded by limits that fit; a larger option than 4 GiB saturates and is refused there.
fn to_u32(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        request_line: 20,
        field_section: 16,
        field_lines: 2,
        content: None,
        chunk_extensions: 0,
        trailer_section: 0,
        unread_content: 0,
    };

    /// The verdict on the whole, after having seen that each split gives the same.
    fn verdict(head: &[u8]) -> Result<Option<usize>, RequestError> {
        let whole = HeadScanner::default().scan(head, &LIMITS);
        let mut scanner = HeadScanner::default();
        let bytewise = (0..=head.len())
            .map(|length| scanner.scan(&head[..length], &LIMITS))
            .find(|verdict| !matches!(verdict, Ok(None)))
            .unwrap_or(Ok(None));
        assert_eq!(whole, bytewise, "{}", head.escape_ascii());
        whole
    }

    #[test]
    fn the_head_ends_with_its_empty_line() {
        assert_eq!(verdict(b"GET / HTTP/1.1\r\n\r\nrest"), Ok(Some(18)));
        assert_eq!(verdict(b"GET / HTTP/1.1\r\na: b\r\n\r\n"), Ok(Some(24)));
        assert_eq!(verdict(b"GET / HTTP/1.1\r\na: b\r\n\r"), Ok(None));
        assert_eq!(verdict(b""), Ok(None));
    }

    #[test]
    fn limits_hold_at_n_and_break_at_n_plus_one() {
        assert_eq!(verdict(b"GET /aaaaaa HTTP/1.1\r\n\r\n"), Ok(Some(24)));
        assert_eq!(
            verdict(b"GET /aaaaaaa HTTP/1.1\r\n\r\n"),
            Err(RequestError::RequestLineTooLong)
        );
        assert_eq!(
            verdict(b"GET / HTTP/1.1\r\na: 45678901234\r\n\r\n"),
            Ok(Some(34))
        );
        assert_eq!(
            verdict(b"GET / HTTP/1.1\r\na: 456789012345\r\n\r\n"),
            Err(RequestError::FieldSectionTooLarge)
        );
        assert_eq!(
            verdict(b"GET / HTTP/1.1\r\na:1\r\nb:2\r\n\r\n"),
            Ok(Some(28))
        );
        assert_eq!(
            verdict(b"GET / HTTP/1.1\r\na:\r\nb:\r\nc:\r\n\r\n"),
            Err(RequestError::TooManyFields)
        );
    }

    #[test]
    fn endless_lines_are_cut_off_at_the_limit() {
        assert_eq!(verdict(&[b'a'; 21]), Err(RequestError::RequestLineTooLong));
        let mut head = b"GET / HTTP/1.1\r\n".to_vec();
        head.extend([b'a'; 17]);
        assert_eq!(verdict(&head), Err(RequestError::FieldSectionTooLarge));
    }

    #[test]
    fn bare_line_feeds_and_control_octets_are_refused_at_once() {
        assert_eq!(
            verdict(b"GET / HTTP/1.1\n"),
            Err(RequestError::LineTerminator)
        );
        assert_eq!(
            verdict(b"GET / HTTP/1.1\r\na: b\n"),
            Err(RequestError::LineTerminator)
        );
        assert_eq!(verdict(b"\x16\x03\x01"), Err(RequestError::RequestLine));
        assert_eq!(
            verdict(b"GET /\r HTTP/1.1\r\n"),
            Err(RequestError::RequestLine)
        );
        assert_eq!(verdict(b"GET /\xc3\xa9"), Err(RequestError::RequestLine));
    }
}
