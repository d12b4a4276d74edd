//! What was measured.

use std::time::Duration;

/// Every latency, in no order.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn record(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The latencies that `per_mille` of all do not exceed, in microseconds; 0 when there are none.
    pub(crate) fn percentiles<const N: usize>(&mut self, per_mille: [usize; N]) -> [u128; N] {
        self.0.sort_unstable();
        per_mille.map(|share| {
            let rank = (self.0.len() * share).div_ceil(1000).max(1);
            self.0.get(rank - 1).map_or(0, Duration::as_micros)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_one_to_a_thousand() {
        let mut latencies = Latencies::default();
        for microseconds in (1..=1000).rev() {
            latencies.record(Duration::from_micros(microseconds));
        }
        assert_eq!(
            latencies.percentiles([0, 500, 990, 999, 1000]),
            [1, 500, 990, 999, 1000]
        );
    }

    #[test]
    fn percentiles_of_few() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentiles([500]), [0]);
        latencies.record(Duration::from_micros(7));
        assert_eq!(latencies.percentiles([0, 500, 999]), [7, 7, 7]);
    }
}
