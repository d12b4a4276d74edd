//! Deadlines by the tenth of a second, for as many keys as there are.
//!
//! A deadline that moves costs nothing here: the owner keeps the true one and the wheel an entry
//! that is never later. When the entry comes up and the true deadline has moved on, the owner puts
//! it in again. So a busy connection touches the wheel once per timeout, not once per request.

use std::time::{Duration, Instant};

/// The length of a tick. No deadline of a server is finer.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// Ticks that one turn covers: 51.2 s. A later entry comes up early and is put in again.
const SLOTS: u64 = 512;

/// Ticks since the wheel was made.
pub(crate) type Tick = u64;

/// A hashed wheel of keys.
#[derive(Debug)]
pub(crate) struct TimerWheel<K> {
    slots: Vec<Vec<K>>,
    origin: Instant,
    /// The first tick that has not been taken out yet.
    next: Tick,
    /// No entry is earlier than this; `None` when there is no entry.
    earliest: Option<Tick>,
}

impl<K: Copy> TimerWheel<K> {
    pub(crate) fn new(origin: Instant) -> Self {
        Self {
            slots: (0..SLOTS).map(|_| Vec::new()).collect(),
            origin,
            next: 0,
            earliest: None,
        }
    }

    /// The first tick that begins at `time` or later.
    pub(crate) fn tick_at(&self, time: Instant) -> Tick {
        let elapsed = time.saturating_duration_since(self.origin).as_millis();
        u64::try_from(elapsed.div_ceil(TICK.as_millis())).unwrap_or(Tick::MAX)
    }

    fn time_of(&self, tick: Tick) -> Instant {
        self.origin + TICK * u32::try_from(tick).unwrap_or(u32::MAX)
    }

    /// Lets `key` come up at `tick`, or before when that is more than a turn away. Returns when.
    pub(crate) fn insert(&mut self, tick: Tick, key: K) -> Tick {
        let tick = tick.clamp(self.next, self.next + SLOTS - 1);
        if let Some(slot) = self.slot(tick) {
            slot.push(key);
        }
        self.earliest = Some(self.earliest.map_or(tick, |earliest| earliest.min(tick)));
        tick
    }

    /// Takes every key that has come up by `now`, with the tick of its entry.
    pub(crate) fn expire(&mut self, now: Instant, expired: &mut Vec<(Tick, K)>) {
        let elapsed = now.saturating_duration_since(self.origin).as_millis() / TICK.as_millis();
        let last = u64::try_from(elapsed).unwrap_or(Tick::MAX);
        let earliest = self.earliest.filter(|&earliest| earliest <= last);
        self.next = self.next.max(last + 1);
        let Some(earliest) = earliest else { return };
        for tick in earliest..=last.min(earliest + SLOTS - 1) {
            if let Some(slot) = self.slot(tick) {
                expired.extend(slot.drain(..).map(|key| (tick, key)));
            }
        }
        self.earliest = (self.next..self.next + SLOTS)
            .find(|&tick| self.slot(tick).is_some_and(|slot| !slot.is_empty()));
    }

    /// When [`Self::expire`] has something to do next.
    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        self.earliest.map(|tick| self.time_of(tick))
    }

    fn slot(&mut self, tick: Tick) -> Option<&mut Vec<K>> {
        self.slots.get_mut(usize::try_from(tick % SLOTS).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expired(wheel: &mut TimerWheel<u8>, now: Instant) -> Vec<(Tick, u8)> {
        let mut keys = Vec::new();
        wheel.expire(now, &mut keys);
        keys
    }

    #[test]
    fn keys_come_up_at_their_tick_and_once() {
        let origin = Instant::now();
        let mut wheel = TimerWheel::new(origin);
        assert_eq!(wheel.next_expiry(), None);
        wheel.insert(wheel.tick_at(origin + Duration::from_millis(250)), 1);
        wheel.insert(wheel.tick_at(origin + Duration::from_millis(100)), 2);
        assert_eq!(wheel.next_expiry(), Some(origin + TICK));
        assert_eq!(expired(&mut wheel, origin + Duration::from_millis(99)), []);
        assert_eq!(
            expired(&mut wheel, origin + Duration::from_millis(100)),
            [(1, 2)]
        );
        assert_eq!(wheel.next_expiry(), Some(origin + TICK * 3));
        assert_eq!(
            expired(&mut wheel, origin + Duration::from_secs(9)),
            [(3, 1)]
        );
        assert_eq!(wheel.next_expiry(), None);
        assert_eq!(expired(&mut wheel, origin + Duration::from_secs(90)), []);
    }

    #[test]
    fn a_deadline_past_the_turn_comes_up_early() {
        let origin = Instant::now();
        let mut wheel = TimerWheel::new(origin);
        assert_eq!(wheel.insert(10_000, 1), SLOTS - 1);
        assert_eq!(expired(&mut wheel, origin + TICK * 511), [(511, 1)]);
        assert_eq!(wheel.insert(10_000, 1), 511 + SLOTS);
    }

    #[test]
    fn a_late_look_finds_every_key_of_many_turns() {
        let origin = Instant::now();
        let mut wheel = TimerWheel::new(origin);
        for tick in 0..SLOTS {
            wheel.insert(tick, u8::try_from(tick % 200).unwrap());
        }
        assert_eq!(expired(&mut wheel, origin + TICK * 5000).len(), 512);
        assert_eq!(wheel.insert(7, 1), 5001, "the past is now");
    }
}
