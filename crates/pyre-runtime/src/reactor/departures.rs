//! Responses that somebody waits for until their last octet is written.

use super::{ConnectionId, Reactor, RequestId};

/// Those of one connection.
#[derive(Debug, Default)]
pub(super) struct Departures {
    awaited: Vec<Departure>,
    /// The last response that was awaited and is out, while others are not. Responses leave in order, so
    /// those before it are out, too.
    last: Option<u32>,
}

#[derive(Debug)]
struct Departure {
    serial: u32,
    /// Octets that are to be written until it is out; `None` while it is not complete.
    octets: Option<u64>,
}

impl Departures {
    /// Whether the response is known to be out; serials go on with 0 after the largest.
    fn are_past(&self, serial: u32) -> bool {
        let is_past = |last: u32| last.wrapping_sub(serial) <= u32::MAX / 2;
        self.last.is_some_and(is_past)
    }

    fn wait_for(&mut self, serial: u32, octets: Option<u64>) {
        // What was known first is exact: other responses may have come behind this one.
        if self.awaited.iter().all(|other| other.serial != serial) {
            self.awaited.push(Departure { serial, octets });
        }
    }

    /// The response is complete with the last of `octets` that wait now.
    pub(super) fn complete(&mut self, serial: u32, octets: u64) {
        let mut awaited = self.awaited.iter_mut();
        if let Some(departure) = awaited.find(|departure| departure.serial == serial) {
            departure.octets.get_or_insert(octets);
        }
    }

    pub(super) fn has_written(&mut self, length: usize) {
        for departure in &mut self.awaited {
            if let Some(octets) = &mut departure.octets {
                *octets = octets.saturating_sub(length as u64);
            }
        }
    }

    /// The next response that has gone out.
    fn take_past(&mut self) -> Option<u32> {
        let mut awaited = self.awaited.iter();
        let place = awaited.position(|departure| departure.octets == Some(0))?;
        let serial = self.awaited.remove(place).serial;
        if !self.are_past(serial) {
            self.last = Some(serial);
        }
        Some(serial)
    }

    pub(super) fn forget(&mut self, serial: u32) {
        self.awaited.retain(|departure| departure.serial != serial);
    }

    /// All that are still awaited.
    pub(super) fn serials(&self) -> impl Iterator<Item = u32> {
        self.awaited.iter().map(|departure| departure.serial)
    }
}

impl Reactor {
    /// Whether the response has been written to its last octet, or never will be. If not,
    /// [`super::Event::Wake`] will say when to ask again.
    ///
    /// Who first asks when responses to pipelined requests have come behind this one waits for them, too.
    pub fn is_out(&mut self, id: RequestId) -> bool {
        let is_open = self.open_request(id).is_some();
        let Some(connection) = self.connection_mut(id.connection) else {
            return true;
        };
        if connection.is_broken || (!is_open && connection.http.is_flushed()) {
            return true;
        }
        let octets = (!is_open).then(|| connection.http.output_len());
        let departures = connection.departures.get_or_insert_default();
        let is_out = departures.are_past(id.serial);
        if !is_out {
            departures.wait_for(id.serial, octets);
        }
        is_out
    }

    /// Has those woken whose responses have gone out.
    pub(super) fn report_departures(&mut self, id: ConnectionId) {
        let Some(connection) = self
            .connections
            .get_mut(id.index)
            .filter(|connection| connection.generation == id.generation)
        else {
            return;
        };
        let Some(departures) = &mut connection.departures else {
            return;
        };
        while let Some(serial) = departures.take_past() {
            self.ended.push(RequestId {
                connection: id,
                serial,
            });
        }
        if departures.awaited.is_empty() && connection.http.is_flushed() {
            connection.departures = None;
        }
    }
}
