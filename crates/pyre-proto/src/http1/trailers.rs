//! The trailer section of a request (RFC 9112 §7.1.2), as far as it has come.

use super::receive_buffer::FieldSpan;
use crate::span::Span;

/// Field lines, copied out of the receive buffer. The limits on the section bound them.
#[derive(Debug, Default)]
pub(super) struct Trailers {
    octets: Vec<u8>,
    lines: Vec<FieldSpan>,
}

impl Trailers {
    /// Appends a line that is checked; its value is without white space around it.
    pub(super) fn push(&mut self, name: &[u8], value: &[u8]) {
        let line = FieldSpan {
            name: self.append(name.iter().map(u8::to_ascii_lowercase)),
            value: self.append(value.iter().copied()),
        };
        self.lines.push(line);
    }

    fn append(&mut self, part: impl Iterator<Item = u8>) -> Span {
        let start = self.octets.len();
        self.octets.extend(part);
        Span::new(start..self.octets.len()).unwrap_or_default()
    }

    /// Names in lower case and values, in wire order.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let pair = |line: &FieldSpan| (line.name.of(&self.octets), line.value.of(&self.octets));
        self.lines.iter().map(pair)
    }
}
