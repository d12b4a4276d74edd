//! A part of a buffer by its position, so that it survives the buffer's next borrow.

use std::ops::Range;

/// Positions of the first octet and of the one after the last, in the buffer that it was cut from.
///
/// Heads are at most a few hundred kilobytes, so 32 bits are enough and an index of a hundred
/// field lines stays in the first-level cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// `None` when a position does not fit 32 bits.
    pub(crate) fn new(range: Range<usize>) -> Option<Self> {
        Some(Self {
            start: range.start.try_into().ok()?,
            end: range.end.try_into().ok()?,
        })
    }

    /// Where `part` lies in `whole`; `None` when it was not cut from it.
    pub(crate) fn within(part: &[u8], whole: &[u8]) -> Option<Self> {
        let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
        let end = start.checked_add(part.len())?;
        (end <= whole.len())
            .then(|| Self::new(start..end))
            .flatten()
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The octets; empty when the span was not cut from this buffer.
    pub(crate) fn of(self, buf: &[u8]) -> &[u8] {
        buf.get(self.range()).unwrap_or_default()
    }
}
