//! The ways in which the network may hand over the same octets.

use std::cell::RefCell;

use pyre_proto::http1::Storage;

use super::Exchange;

thread_local! {
    /// Lent to one connection after the other, as a host does; what the last one left is still in it.
    static STORAGE: RefCell<Storage> = RefCell::new(Storage::with_capacity(128 * 1024));
}

/// How octets are cut, and through which door they enter.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Delivery {
    Whole,
    Bytewise,
    /// Cut at places that the seed chooses.
    Split(Seed),
    /// As `Split`, into a storage that is lent for each read and reclaimed after it.
    LentForEachRead(Seed),
    /// As `Split`, into a storage that is lent for all of the reads.
    LentOnce(Seed),
}

impl Delivery {
    /// All but [`Delivery::Whole`], with seeds that `raw` itself gives.
    pub(crate) fn others(raw: &[u8]) -> [Self; 4] {
        let seed = Seed::of(raw);
        [
            Self::Bytewise,
            Self::Split(seed),
            Self::LentForEachRead(seed.next()),
            Self::LentOnce(seed.next().next()),
        ]
    }

    pub(crate) fn split_of(raw: &[u8]) -> Self {
        Self::Split(Seed::of(raw))
    }

    pub(crate) fn deliver(self, raw: &[u8], exchange: &mut Exchange) {
        match self {
            Self::Whole => exchange.receive(raw),
            Self::Bytewise => raw.chunks(1).for_each(|octet| exchange.receive(octet)),
            Self::Split(seed) => seed.cut(raw, |piece| exchange.receive(piece)),
            Self::LentForEachRead(seed) => STORAGE.with_borrow_mut(|storage| {
                seed.cut(raw, |piece| {
                    exchange.lend(storage);
                    exchange.receive_lent(piece);
                    exchange.reclaim(storage);
                });
            }),
            Self::LentOnce(seed) => STORAGE.with_borrow_mut(|storage| {
                exchange.lend(storage);
                seed.cut(raw, |piece| exchange.receive_lent(piece));
                exchange.reclaim(storage);
            }),
        }
    }
}

/// Chooses cuts, the same each time (xorshift64).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    /// FNV-1a of the octets, so that each case is cut at places of its own.
    fn of(raw: &[u8]) -> Self {
        Self(raw.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    const fn next(self) -> Self {
        let mut state = self.0;
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Self(state)
    }

    /// Pieces of one to sixteen octets.
    fn cut(mut self, mut rest: &[u8], mut receive: impl FnMut(&[u8])) {
        while !rest.is_empty() {
            let length = 1 + (self.0 % 16) as usize;
            let (piece, behind) = rest.split_at(length.min(rest.len()));
            receive(piece);
            rest = behind;
            self = self.next();
        }
    }
}
