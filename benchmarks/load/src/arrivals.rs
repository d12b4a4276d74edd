//! When requests are due.

use std::time::{Duration, Instant};

/// Any but zero does; the same for every server.
const SEED: u32 = 0x9E37_79B9;

/// A Poisson process: the intervals between arrivals are exponentially distributed around their mean.
///
/// Equal intervals would be kinder than users are, and a server could fall into step with them.
#[derive(Debug)]
pub(crate) struct Arrivals {
    next: Instant,
    mean: f64,
    state: u32,
}

impl Arrivals {
    pub(crate) const fn new(start: Instant, rate: f64) -> Self {
        Self {
            next: start,
            mean: 1.0 / rate,
            state: SEED,
        }
    }

    /// The next arrival, if it is due by `now`.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Instant> {
        if self.next > now {
            return None;
        }
        let due = self.next;
        let interval = self.interval();
        self.next += Duration::from_secs_f64(interval);
        Some(due)
    }

    fn interval(&mut self) -> f64 {
        // Between 0 and 1, without either: the logarithm is finite.
        let uniform = f64::from(self.random()) / (f64::from(u32::MAX) + 1.0);
        -uniform.ln() * self.mean
    }

    /// Marsaglia's xorshift, which never gives zero.
    const fn random(&mut self) -> u32 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        self.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_the_rate_says_and_always_the_same() {
        let start = Instant::now();
        let all = || {
            let mut arrivals = Arrivals::new(start, 1000.0);
            let end = start + Duration::from_secs(100);
            std::iter::from_fn(|| arrivals.due(end)).collect::<Vec<_>>()
        };
        let first = all();
        assert!((98_000..102_000).contains(&first.len()), "{}", first.len());
        assert!(first.is_sorted());
        assert_eq!(first, all());
    }

    #[test]
    fn intervals_differ() {
        let start = Instant::now();
        let mut arrivals = Arrivals::new(start, 1000.0);
        let end = start + Duration::from_secs(100);
        let all: Vec<_> = std::iter::from_fn(|| arrivals.due(end)).collect();
        let mean = Duration::from_millis(1);
        let short = all.windows(2).filter(|two| two[1] - two[0] < mean).count();
        // 1 - 1/e of an exponential distribution is below its mean.
        assert!((60..66).contains(&(short * 100 / all.len())));
    }

    #[test]
    fn none_before_it_is_due() {
        let start = Instant::now();
        let mut arrivals = Arrivals::new(start, 1.0);
        assert_eq!(arrivals.due(start), Some(start));
        assert_eq!(arrivals.due(start), None);
    }
}
