//! What an input says before the octets that the peer sends.

use arbitrary::{Arbitrary, Unstructured};
use pyre_proto::http1::Limits;

/// How the octets are received.
#[derive(Debug, Default, Arbitrary)]
pub(crate) struct Options {
    limits: Option<SmallLimits>,
    pub(crate) half_closes: bool,
    pub(crate) answers_at_head: bool,
    /// Lengths of the pieces that arrive at once, less one.
    pieces: [u8; 4],
}

/// Limits that a short input can reach.
#[derive(Debug, Clone, Copy, Arbitrary)]
struct SmallLimits {
    request_line: u8,
    field_section: u8,
    field_lines: u8,
    content: Option<u8>,
    chunk_extensions: u8,
    trailer_section: u8,
    unread_content: u8,
}

impl Options {
    /// The options and the octets. No request begins with an octet above 127, so such a one announces
    /// options; that way a plain request is an input too.
    pub(crate) fn split(data: &[u8]) -> (Self, &[u8]) {
        let [0x80..=0xff, announced @ ..] = data else {
            return (Self::default(), data);
        };
        let mut announced = Unstructured::new(announced);
        let options = Self::arbitrary(&mut announced).unwrap_or_default();
        (options, announced.take_rest())
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
            .map_or_else(Limits::default, SmallLimits::widened)
    }

    /// The limits, none so small that `head` would be refused.
    pub(crate) fn limits_that_fit(&self, head: &[u8]) -> Limits {
        let limits = self.limits();
        let field_lines = head.split(|&octet| octet == b'\n').count();
        Limits {
            request_line: limits.request_line.max(head.len()),
            field_section: limits.field_section.max(head.len()),
            field_lines: limits.field_lines.max(field_lines),
            ..limits
        }
    }

    pub(crate) fn pieces(&self) -> [usize; 4] {
        self.pieces.map(|length| usize::from(length) + 1)
    }
}

impl SmallLimits {
    fn widened(self) -> Limits {
        Limits {
            request_line: self.request_line.into(),
            field_section: self.field_section.into(),
            field_lines: self.field_lines.into(),
            content: self.content.map(u64::from),
            chunk_extensions: self.chunk_extensions.into(),
            trailer_section: self.trailer_section.into(),
            unread_content: self.unread_content.into(),
        }
    }
}
