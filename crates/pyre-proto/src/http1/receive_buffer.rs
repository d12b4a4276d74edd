//! Octets that have arrived and are not yet consumed.
//!
//! A thousand idle connections must not cost a thousand buffers. So the buffer's storage is *lent*:
//! a host that serves one connection at a time keeps one large storage, lends it for the read, and
//! reclaims it afterwards. What is left of an incomplete message then moves to a store of its exact
//! size. A host that does not care calls [`ReceiveBuffer::extend`] and never lends.

use std::ops::Range;

use crate::span::Span;

/// Positions of a field line's name and value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FieldSpan {
    pub(crate) name: Span,
    pub(crate) value: Span,
}

/// Memory that a [`ReceiveBuffer`] works in, and the index of the head that was parsed there.
#[derive(Debug, Default)]
pub struct Storage {
    octets: Vec<u8>,
    pub(crate) field_lines: Vec<FieldSpan>,
}

impl Storage {
    /// Room for `capacity` octets, and for the largest incomplete part that may be put before them.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            octets: vec![0; capacity],
            field_lines: Vec::new(),
        }
    }
}

/// Room for a read that is always there, so that an empty read means the end of the peer and
/// nothing else. The limits of the messages bound how far that can grow.
const LEAST_SPARE: usize = 16 * 1024;

/// A queue of octets: filled at the end, consumed from the start.
#[derive(Debug, Default)]
pub struct ReceiveBuffer {
    storage: Storage,
    start: usize,
    end: usize,
    lent: bool,
}

impl ReceiveBuffer {
    /// Appends a copy of `bytes`.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.storage.octets.truncate(self.end);
        self.storage.octets.drain(..self.start);
        self.storage.octets.extend_from_slice(bytes);
        (self.start, self.end) = (0, self.storage.octets.len());
    }

    /// Works in `storage` until [`Self::reclaim`]; what was held moves to its front.
    pub fn lend(&mut self, mut storage: Storage) {
        let held = self.octets();
        let length = held.len();
        if storage.octets.len() < length + LEAST_SPARE {
            storage.octets.resize(length + LEAST_SPARE, 0);
        }
        if let Some(front) = storage.octets.get_mut(..length) {
            front.copy_from_slice(held);
        }
        *self = Self {
            storage,
            start: 0,
            end: length,
            lent: true,
        };
    }

    /// Gives the lent storage back and keeps only what is not consumed, in its exact size.
    pub fn reclaim(&mut self) -> Option<Storage> {
        if !self.lent {
            return None;
        }
        let octets = self.octets().to_vec();
        let end = octets.len();
        let kept = Self {
            storage: Storage {
                octets,
                ..Storage::default()
            },
            start: 0,
            end,
            lent: false,
        };
        Some(std::mem::replace(self, kept).storage)
    }

    /// Lets go of a store of its own once everything in it is consumed.
    pub fn release(&mut self) {
        if !self.lent && self.is_empty() {
            *self = Self::default();
        }
    }

    /// The room behind the last octet, for the next read. [`Self::commit`] says how much was filled.
    pub fn spare(&mut self) -> &mut [u8] {
        if self.start > 0 && self.lent {
            self.storage.octets.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.storage.octets.len() == self.end {
            self.storage.octets.resize(self.end + LEAST_SPARE, 0);
        }
        self.storage.octets.get_mut(self.end..).unwrap_or_default()
    }

    /// The first `length` octets of [`Self::spare`] have been filled.
    pub fn commit(&mut self, length: usize) {
        self.end = (self.end + length).min(self.storage.octets.len());
    }

    /// Whether everything that arrived is consumed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// What arrived and is not consumed.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.storage
            .octets
            .get(self.start..self.end)
            .unwrap_or_default()
    }

    pub(crate) fn octets_mut(&mut self) -> &mut [u8] {
        self.storage
            .octets
            .get_mut(self.start..self.end)
            .unwrap_or_default()
    }

    pub(crate) fn field_lines(&self) -> &[FieldSpan] {
        &self.storage.field_lines
    }

    /// Both halves at once: the octets to parse, and the index to fill.
    pub(crate) fn parts(&mut self) -> (&mut [u8], &mut Vec<FieldSpan>) {
        let octets = self
            .storage
            .octets
            .get_mut(self.start..self.end)
            .unwrap_or_default();
        (octets, &mut self.storage.field_lines)
    }

    /// Takes `length` octets from the front; they stay readable by position until the next read.
    pub fn consume(&mut self, length: usize) -> Range<usize> {
        let consumed = self.start..(self.start + length).min(self.end);
        self.start = consumed.end;
        consumed
    }

    /// Octets that [`Self::consume`] took.
    pub(crate) fn consumed(&self, range: Range<usize>) -> &[u8] {
        self.storage.octets.get(range).unwrap_or_default()
    }

    /// Where the next octet to consume stands.
    pub(crate) const fn position(&self) -> usize {
        self.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reclaim_keeps_the_unconsumed_rest_in_its_exact_size() {
        let mut buffer = ReceiveBuffer::default();
        buffer.lend(Storage::with_capacity(32 * 1024));
        buffer.spare()[..6].copy_from_slice(b"abcdef");
        buffer.commit(6);
        let taken = buffer.consume(4);
        assert_eq!(buffer.consumed(taken), b"abcd");
        let storage = buffer.reclaim().expect("it was lent");
        assert_eq!(storage.octets.len(), 32 * 1024);
        assert_eq!(buffer.octets(), b"ef");
        assert_eq!(buffer.storage.octets.capacity(), 2);
        assert!(buffer.reclaim().is_none());
    }

    #[test]
    fn a_lent_storage_starts_with_what_was_held() {
        let mut buffer = ReceiveBuffer::default();
        buffer.extend(b"GET ");
        buffer.lend(Storage::with_capacity(32 * 1024));
        assert_eq!(buffer.spare().len(), 32 * 1024 - 4);
        buffer.spare()[..1].copy_from_slice(b"/");
        buffer.commit(1);
        assert_eq!(buffer.octets(), b"GET /");
    }

    #[test]
    fn extend_forgets_what_is_consumed() {
        let mut buffer = ReceiveBuffer::default();
        for _ in 0..1000 {
            buffer.extend(b"abcdef");
            let held = buffer.octets().len();
            buffer.consume(held - 1);
            assert_eq!(buffer.octets(), b"f");
        }
        assert!(buffer.storage.octets.capacity() < 64);
    }

    #[test]
    fn a_storage_too_small_for_a_read_grows() {
        let mut buffer = ReceiveBuffer::default();
        buffer.extend(&[7; 40]);
        buffer.lend(Storage::with_capacity(8));
        assert_eq!(buffer.octets(), [7; 40]);
        assert_eq!(buffer.spare().len(), LEAST_SPARE);
        buffer.commit(LEAST_SPARE);
        assert_eq!(buffer.spare().len(), LEAST_SPARE);
    }
}
