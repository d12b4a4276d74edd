//! Octets that wait to be written, in order: small ones copied together, large ones shared.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};

/// What is not copied.
#[derive(Debug)]
enum Piece {
    Shared(Bytes),
    /// So many octets that the host has and this queue has not; more than none.
    External(u64),
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Self::Shared(octets) => octets.len() as u64,
            Self::External(length) => *length,
        }
    }

    /// Takes off up to `length` octets; returns how many.
    fn advance(&mut self, length: u64) -> u64 {
        let taken = length.min(self.len());
        match self {
            Self::Shared(octets) => octets.advance(usize::try_from(taken).unwrap_or(octets.len())),
            Self::External(length) => *length -= taken,
        }
        taken
    }

    fn octets(&self) -> Option<&[u8]> {
        match self {
            Self::Shared(octets) => Some(octets),
            Self::External(_) => None,
        }
    }
}

/// A queue of octets with an open end: what is behind the last [`Output::commit`] can be taken back.
#[derive(Debug, Default)]
pub(crate) struct Output {
    /// Whole pieces that go before `tail`.
    pieces: VecDeque<Piece>,
    tail: Vec<u8>,
    /// Octets of `tail` that are written already; only its first, once no piece is before it.
    written: usize,
    /// Octets of `tail` that may be written.
    committed: usize,
    /// Octets that were written before what they are the beginning of; that is appended next.
    ahead: usize,
}

/// Octets of a tail that are worth being moved over those that are written.
const WORTH_MOVING: usize = 16 * 1024;

/// Room for a usual head and a small content in one allocation.
const USUAL_TAIL: usize = 512;

impl Output {
    /// The open end, to append to.
    pub(crate) fn open(&mut self) -> &mut Vec<u8> {
        if self.tail.capacity() == 0 {
            self.tail.reserve(USUAL_TAIL);
        }
        &mut self.tail
    }

    /// What was appended may be written.
    pub(crate) fn commit(&mut self) {
        if self.ahead > 0 {
            self.skip_ahead();
        }
        self.committed = self.tail.len();
    }

    /// Appends the beginning of what will be appended next, which may be written now. Without effect when
    /// that has been done.
    pub(crate) fn send_ahead(&mut self, beginning: &[u8]) {
        if self.ahead == 0 {
            self.open().extend_from_slice(beginning);
            self.commit();
            self.ahead = beginning.len();
        }
    }

    fn skip_ahead(&mut self) {
        let open = self.committed.min(self.tail.len());
        let skipped = self.ahead.min(self.tail.len() - open);
        self.tail.drain(open..open + skipped);
        self.ahead -= skipped;
    }

    /// Takes out what was appended since the last commit.
    pub(crate) fn take_open(&mut self) -> Vec<u8> {
        self.tail.split_off(self.committed.min(self.tail.len()))
    }

    /// Forgets what was appended since the last commit.
    pub(crate) fn roll_back(&mut self) {
        self.tail.truncate(self.committed);
    }

    /// Appends a piece without copying it, and commits.
    pub(crate) fn push(&mut self, piece: Bytes) {
        self.push_piece(Piece::Shared(piece));
    }

    /// Keeps the place of `length` octets that the host writes when it comes to them, and commits.
    pub(crate) fn push_external(&mut self, length: u64) {
        self.push_piece(Piece::External(length));
    }

    fn push_piece(&mut self, piece: Piece) {
        self.commit();
        if self.written < self.tail.len() {
            let mut tail = Bytes::from(std::mem::take(&mut self.tail));
            tail.advance(self.written);
            self.pieces.push_back(Piece::Shared(tail));
        }
        self.tail.clear();
        (self.written, self.committed) = (0, 0);
        self.pieces.push_back(piece);
    }

    /// What may be written now, in order, up to the first octets that are the host's.
    pub(crate) fn slices(&self) -> impl Iterator<Item = &[u8]> {
        let is_behind = self.pieces.iter().any(|piece| piece.octets().is_none());
        let tail = if is_behind {
            &[]
        } else {
            self.tail
                .get(self.written..self.committed)
                .unwrap_or_default()
        };
        self.pieces
            .iter()
            .map_while(Piece::octets)
            .chain([tail])
            .filter(|slice| !slice.is_empty())
    }

    /// How many octets of its own the host has to write now, before anything else.
    pub(crate) fn external(&self) -> Option<u64> {
        match self.pieces.front() {
            Some(Piece::External(length)) => Some(*length),
            _ => None,
        }
    }

    /// Octets that wait, with those that the host has.
    pub(crate) fn len(&self) -> u64 {
        let tail = (self.committed - self.written) as u64;
        self.pieces.iter().map(Piece::len).sum::<u64>() + tail
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.written == self.committed
    }

    /// A peer that never quite catches up must not make the tail grow by all it was sent.
    fn forget_written(&mut self) {
        self.tail.drain(..self.written);
        self.committed -= self.written;
        self.written = 0;
    }

    /// The next `length` octets are written. An empty queue owns no memory.
    pub(crate) fn advance(&mut self, length: usize) {
        let mut length = length as u64;
        while let Some(piece) = self.pieces.front_mut() {
            length -= piece.advance(length);
            if piece.len() > 0 {
                return;
            }
            self.pieces.pop_front();
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        self.written = self.written.saturating_add(length).min(self.committed);
        if self.written == self.tail.len() {
            let ahead = self.ahead;
            *self = Self {
                ahead,
                ..Self::default()
            };
        } else if self.written >= WORTH_MOVING && self.written * 2 >= self.tail.len() {
            self.forget_written();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(output: &Output) -> Vec<u8> {
        output.slices().flatten().copied().collect()
    }

    #[test]
    fn an_uncommitted_end_is_neither_written_nor_kept() {
        let mut output = Output::default();
        output.open().extend_from_slice(b"one");
        output.commit();
        output.open().extend_from_slice(b"two");
        assert_eq!(written(&output), b"one");
        output.advance(3);
        assert!(output.is_empty());
        output.roll_back();
        output.open().extend_from_slice(b"three");
        output.commit();
        assert_eq!(written(&output), b"three");
    }

    #[test]
    fn a_peer_that_never_catches_up_costs_what_it_lags_behind() {
        let mut output = Output::default();
        for _ in 0..100 {
            output.open().extend_from_slice(&[b'a'; 10_000]);
            output.commit();
            output.advance(9_000);
        }
        assert_eq!(output.len(), 100_000);
        assert!(
            output.tail.capacity() < 400_000,
            "{}",
            output.tail.capacity()
        );
    }

    #[test]
    fn pieces_keep_their_place_whatever_was_written() {
        for cut in 0..=12 {
            let mut output = Output::default();
            output.open().extend_from_slice(b"head");
            output.commit();
            output.advance(cut.min(2));
            output.push(Bytes::from_static(b"large"));
            output.open().extend_from_slice(b"end");
            output.commit();
            output.advance(cut.saturating_sub(2));
            assert_eq!(written(&output), b"headlargeend"[cut..], "{cut}");
            assert_eq!(output.len(), 12 - cut as u64);
        }
    }
}
