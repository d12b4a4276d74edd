//! Whether awaited content comes fast enough.
//!
//! Waiting puts the peer behind, octets catch up, and nobody can be ahead: a trickle is as late as
//! silence, in the end, and a burst does not pay for a later trickle.

use std::time::{Duration, Instant};

use crate::config::Timeouts;

/// How far a peer is behind with the content of one request.
#[derive(Debug, Default)]
pub(super) struct Pace {
    behind: Duration,
    awaited_since: Option<Instant>,
    /// Octets that have arrived since `behind` was reckoned.
    octets: u64,
}

impl Pace {
    /// Octets have arrived, whether or not they were awaited.
    pub(super) const fn has_read(&mut self, octets: usize) {
        self.octets = self.octets.saturating_add(octets as u64);
    }

    /// From now on it is the peer's time that passes.
    pub(super) fn begin_wait(&mut self, now: Instant, timeouts: &Timeouts) {
        self.catch_up(timeouts);
        self.awaited_since = Some(now);
    }

    /// What passes from now on is not the peer's time.
    pub(super) fn end_wait(&mut self, now: Instant) {
        if let Some(since) = self.awaited_since.take() {
            self.behind = self.behind.saturating_add(now.duration_since(since));
        }
    }

    /// How long more content may be awaited; zero when it is late already.
    pub(super) fn allowance(&self, timeouts: &Timeouts) -> Option<Duration> {
        timeouts.body.map(|body| body.saturating_sub(self.behind))
    }

    fn catch_up(&mut self, timeouts: &Timeouts) {
        let octets = std::mem::take(&mut self.octets);
        let bought = match timeouts.body_rate {
            Some(rate) => Duration::from_nanos(octets.saturating_mul(1_000_000_000) / rate),
            None if octets > 0 => Duration::MAX,
            None => Duration::ZERO,
        };
        self.behind = self.behind.saturating_sub(bought);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn timeouts(body_rate: u64) -> Timeouts {
        Timeouts {
            body: Some(10 * SECOND),
            body_rate: NonZeroU64::new(body_rate),
            ..Timeouts::default()
        }
    }

    /// What is left after waits of so many seconds, each of which has brought so many octets.
    fn left(timeouts: &Timeouts, waits: &[(u32, usize)]) -> Option<Duration> {
        let (mut pace, now) = (Pace::default(), Instant::now());
        for &(seconds, octets) in waits {
            pace.begin_wait(now, timeouts);
            pace.end_wait(now + seconds * SECOND);
            pace.has_read(octets);
        }
        pace.begin_wait(now, timeouts);
        pace.allowance(timeouts)
    }

    #[test]
    fn waiting_puts_behind_and_octets_catch_up() {
        for (waits, expected) in [
            (&[][..], 10_000),
            (&[(1, 0)], 9_000),
            (&[(1, 1)], 9_010),
            (&[(1, 99)], 9_990),
            (&[(1, 100)], 10_000),
            (&[(1, 101)], 10_000),
            (&[(1, 1000), (2, 0)], 8_000),
            (&[(4, 100), (4, 100)], 4_000),
            (&[(10, 0)], 0),
            (&[(11, 0)], 0),
            (&[(11, 100)], 0),
            (&[(11, 101)], 10),
            (&[(3600, usize::MAX)], 10_000),
        ] {
            let expected = Some(Duration::from_millis(expected));
            assert_eq!(left(&timeouts(100), waits), expected, "{waits:?}");
        }
    }

    #[test]
    fn without_a_rate_one_octet_catches_up_with_everything() {
        assert_eq!(left(&timeouts(0), &[(9, 1)]), Some(10 * SECOND));
        assert_eq!(left(&timeouts(0), &[(9, 0)]), Some(SECOND));
    }

    #[test]
    fn without_a_timeout_there_is_no_rate() {
        let timeouts = Timeouts {
            body: None,
            ..timeouts(100)
        };
        assert_eq!(left(&timeouts, &[(3600, 0)]), None);
    }
}
