//! The access log: lines are put together on the request path and written by a thread of their own.

mod format;
mod writer;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use pyre_proto::http1::RequestHead;

pub use self::{format::Format, writer::Writer};
use crate::{Address, clock::Clock};

/// The status of a request whose peer left before it was answered, as nginx has it.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// Buffers that are kept for entries; requests that are answered in the same tick need one.
const SPARE_TEXTS: usize = 64;

/// A buffer that a request has made larger is not kept: peers would decide what stays.
const SPARE_OCTETS: usize = 4 * 1024;

/// A line that lacks what only the end of the response tells.
#[derive(Debug)]
pub(crate) struct Entry {
    text: Vec<u8>,
    /// Where in `text` the status and the size belong.
    split: usize,
    started: Instant,
    /// 0 while there is none.
    pub(crate) status: u16,
    /// Octets of content that were sent.
    pub(crate) octets: u64,
}

/// Records the requests of one reactor.
#[derive(Debug)]
pub struct Recorder {
    format: Format,
    writer: Arc<Writer>,
    /// Whole lines of this tick.
    lines: Vec<u8>,
    /// Buffers of entries that have ended, for those to come.
    spare: Vec<Vec<u8>>,
}

impl Recorder {
    /// Lines in `format` go to `writer`, which several reactors may share.
    #[must_use]
    pub const fn new(format: Format, writer: Arc<Writer>) -> Self {
        Self {
            format,
            writer,
            lines: Vec::new(),
            spare: Vec::new(),
        }
    }

    pub(crate) fn begin(&mut self, head: &RequestHead<'_>, peer: &Address, clock: &Clock) -> Entry {
        let mut text = self.spare.pop().unwrap_or_default();
        let split = self.format.begin(head, peer, clock.texts(), &mut text);
        Entry {
            text,
            split,
            started: clock.now(),
            status: 0,
            octets: 0,
        }
    }

    pub(crate) fn end(&mut self, mut entry: Entry) {
        let (before, after) = entry.text.split_at_checked(entry.split).unwrap_or_default();
        let status = if entry.status == 0 {
            CLIENT_CLOSED_REQUEST
        } else {
            entry.status
        };
        let duration = if self.format.has_duration() {
            entry.started.elapsed()
        } else {
            Duration::ZERO
        };
        self.lines.extend_from_slice(before);
        self.format
            .end(status, entry.octets, duration, &mut self.lines);
        self.lines.extend_from_slice(after);
        self.lines.push(b'\n');
        if self.spare.len() < SPARE_TEXTS && entry.text.capacity() <= SPARE_OCTETS {
            entry.text.clear();
            self.spare.push(entry.text);
        }
    }

    /// A request that was refused before it was one: all that is known is who sent it.
    pub(crate) fn refused(&mut self, peer: &Address, status: u16, octets: u64, clock: &Clock) {
        let mut text = Vec::with_capacity(128);
        let split = self.format.begin_refused(peer, clock.texts(), &mut text);
        self.end(Entry {
            text,
            split,
            started: clock.now(),
            status,
            octets,
        });
    }

    /// Passes the lines of this tick on.
    pub(crate) fn hand_over(&mut self) {
        if !self.lines.is_empty() {
            self.writer.append(&mut self.lines);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn entry(length: usize) -> Entry {
        Entry {
            text: vec![b'a'; length],
            split: 0,
            started: Instant::now(),
            status: 200,
            octets: 0,
        }
    }

    #[test]
    fn large_buffers_are_not_kept() {
        let writer = Writer::open(Some("/dev/null".into())).expect("it can be written to");
        let mut recorder = Recorder::new(Format::Common, Arc::new(writer));
        for (length, kept) in [(SPARE_OCTETS, 1), (SPARE_OCTETS + 1, 1), (10, 2)] {
            recorder.end(entry(length));
            assert_eq!(recorder.spare.len(), kept, "{length}");
        }
    }
}
