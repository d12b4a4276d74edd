//! The command line.

use std::{str::FromStr, time::Duration};

/// What to ask, how often, and for how long.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Arguments {
    pub(crate) port: u16,
    pub(crate) path: String,
    /// Requests per second.
    pub(crate) rate: f64,
    pub(crate) connections: usize,
    /// How long is measured, after the warm-up.
    pub(crate) measured: Duration,
    pub(crate) warm_up: Duration,
}

impl Arguments {
    /// Reads pairs of an option and its value.
    ///
    /// # Errors
    /// An option that is not known, or a value that is missing or out of range.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Self {
            port: 8000,
            path: "/".into(),
            rate: 1000.0,
            connections: 64,
            measured: Duration::from_secs(5),
            warm_up: Duration::from_secs(1),
        };
        let mut arguments = arguments.into_iter();
        while let Some(option) = arguments.next() {
            let value = arguments
                .next()
                .ok_or_else(|| format!("{option} needs a value"))?;
            parsed.set(&option, &value)?;
        }
        Ok(parsed)
    }

    fn set(&mut self, option: &str, value: &str) -> Result<(), String> {
        match option {
            "--port" => self.port = number(option, value, |port| port > 0)?,
            "--path" => self.path = value.into(),
            "--rate" => self.rate = number(option, value, is_positive)?,
            "--connections" => self.connections = number(option, value, |count| count > 0)?,
            "--seconds" => self.measured = seconds(option, value)?,
            "--warm-up" => self.warm_up = seconds(option, value)?,
            _ => return Err(format!("{option} is no option")),
        }
        Ok(())
    }
}

fn number<T: FromStr + Copy>(
    option: &str,
    value: &str,
    allowed: fn(T) -> bool,
) -> Result<T, String> {
    let number = value.parse().ok().filter(|number| allowed(*number));
    number.ok_or_else(|| format!("{option} can't be {value}"))
}

fn is_positive(rate: f64) -> bool {
    rate.is_finite() && rate > 0.0
}

fn seconds(option: &str, value: &str) -> Result<Duration, String> {
    let seconds = number(option, value, |_| true)?;
    Duration::try_from_secs_f64(seconds).map_err(|_| format!("{option} can't be {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn every_option() {
        let line = "--port 80 --path /a --rate 2.5 --connections 3 --seconds 4 --warm-up 0.5";
        let expected = Arguments {
            port: 80,
            path: "/a".into(),
            rate: 2.5,
            connections: 3,
            measured: Duration::from_secs(4),
            warm_up: Duration::from_millis(500),
        };
        assert_eq!(parse(line), Ok(expected));
    }

    #[test]
    fn what_can_not_be_run() {
        for (line, message) in [
            ("--rate 0", "--rate can't be 0"),
            ("--rate inf", "--rate can't be inf"),
            ("--connections 0", "--connections can't be 0"),
            ("--port 65536", "--port can't be 65536"),
            ("--seconds -1", "--seconds can't be -1"),
            ("--path", "--path needs a value"),
            ("--speed 1", "--speed is no option"),
        ] {
            assert_eq!(parse(line), Err(message.into()));
        }
    }
}
