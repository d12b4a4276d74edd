//! The time, read once per tick, and the texts that depend on the second only.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A clock that stands still between two calls of [`Clock::refresh`].
#[derive(Debug)]
pub(crate) struct Clock {
    now: Instant,
    second: u64,
    texts: Texts,
}

/// The current second, written as its readers want it.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// IMF-fixdate, RFC 9110 §5.6.7: `Sun, 22 Nov 2026 19:31:00 GMT`.
    pub(crate) http_date: String,
    /// As Apache's `%t`, in UTC: `22/Nov/2026:19:31:00 +0000`.
    pub(crate) common_log: String,
    /// RFC 3339: `2026-11-22T19:31:00Z`.
    pub(crate) rfc3339: String,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let mut clock = Self {
            now: Instant::now(),
            second: 0,
            texts: Texts::default(),
        };
        clock.refresh();
        clock
    }

    /// Reads the time; returns whether a new second has begun.
    pub(crate) fn refresh(&mut self) -> bool {
        self.now = Instant::now();
        let today = SystemTime::now();
        let second = today
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        if second == self.second {
            return false;
        }
        self.second = second;
        self.texts = Texts::of(today);
        true
    }

    pub(crate) const fn now(&self) -> Instant {
        self.now
    }

    pub(crate) const fn texts(&self) -> &Texts {
        &self.texts
    }
}

impl Texts {
    fn of(time: SystemTime) -> Self {
        let http_date = httpdate::fmt_http_date(time);
        let part = |from, to| http_date.get(from..to).unwrap_or_default();
        let (day, month, year, hour) = (part(5, 7), part(8, 11), part(12, 16), part(17, 25));
        let number = MONTHS
            .iter()
            .position(|&name| name == month)
            .map_or(0, |index| index + 1);
        Self {
            common_log: format!("{day}/{month}/{year}:{hour} +0000"),
            rfc3339: format!("{year}-{number:02}-{day}T{hour}Z"),
            http_date,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_second_is_written_in_three_ways() {
        let texts = Texts::of(UNIX_EPOCH + Duration::from_secs(1_795_375_860));
        assert_eq!(texts.http_date, "Sun, 22 Nov 2026 19:31:00 GMT");
        assert_eq!(texts.common_log, "22/Nov/2026:19:31:00 +0000");
        assert_eq!(texts.rfc3339, "2026-11-22T19:31:00Z");
    }
}
