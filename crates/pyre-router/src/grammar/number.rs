//! Numbers as JSON has them (RFC 8259 §6): one grammar that every language can write.

use std::cmp::Ordering;

/// `-?(0|[1-9][0-9]*)` without `-0`, so that each integer has one spelling, and each resource one path.
pub(crate) fn is_int(text: &str) -> bool {
    after_int(text).is_some_and(str::is_empty) && text != "-0"
}

/// A number without an exponent.
pub(crate) fn is_decimal(text: &str) -> bool {
    after_decimal(text).is_some_and(str::is_empty)
}

/// The double next to a number; `None` for what is no number, or too large.
#[must_use]
pub fn float(text: &str) -> Option<f64> {
    let exponent = after_decimal(text)?;
    if !exponent.is_empty() && !is_exponent(exponent) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// How two decimal numbers, of any length, are ordered.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    let (one, other) = (Parts::of(one), Parts::of(other));
    match (one.is_negative, other.is_negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => one.compare_magnitude(&other),
        (true, true) => other.compare_magnitude(&one),
    }
}

struct Parts<'a> {
    is_negative: bool,
    integer: &'a str,
    /// Without trailing zeros.
    fraction: &'a str,
}

impl<'a> Parts<'a> {
    fn of(number: &'a str) -> Self {
        let magnitude = number.strip_prefix('-');
        let (integer, fraction) = match magnitude.unwrap_or(number).split_once('.') {
            Some((integer, fraction)) => (integer, fraction.trim_end_matches('0')),
            None => (magnitude.unwrap_or(number), ""),
        };
        let is_zero = integer == "0" && fraction.is_empty();
        Self {
            is_negative: magnitude.is_some() && !is_zero,
            integer,
            fraction,
        }
    }

    /// Without leading zeros, the longer integer is the larger one.
    fn compare_magnitude(&self, other: &Self) -> Ordering {
        (self.integer.len().cmp(&other.integer.len()))
            .then_with(|| self.integer.cmp(other.integer))
            .then_with(|| self.fraction.cmp(other.fraction))
    }
}

/// What follows `[ minus ] int`.
fn after_int(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    match digits.as_bytes() {
        [b'0', ..] => digits.get(1..),
        [b'1'..=b'9', ..] => Some(after_digits(digits)),
        _ => None,
    }
}

/// What follows `[ minus ] int [ frac ]`.
fn after_decimal(text: &str) -> Option<&str> {
    let rest = after_int(text)?;
    match rest.strip_prefix('.') {
        Some(fraction) if starts_with_digit(fraction) => Some(after_digits(fraction)),
        Some(_) => None,
        None => Some(rest),
    }
}

fn is_exponent(text: &str) -> bool {
    text.strip_prefix(['e', 'E']).is_some_and(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        starts_with_digit(digits) && after_digits(digits).is_empty()
    })
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|character: char| character.is_ascii_digit())
}

fn after_digits(text: &str) -> &str {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.get(digits..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{compare, float, is_decimal, is_int};

    /// Text; whether it is an int, a decimal, a float.
    #[rustfmt::skip]
    const NUMBERS: &[(&str, bool, bool, bool)] = &[
        ("0", true, true, true),
        ("7", true, true, true),
        ("-7", true, true, true),
        ("10", true, true, true),
        ("123456789012345678901234567890", true, true, true),
        ("-0", false, true, true),
        ("007", false, false, false),
        ("-07", false, false, false),
        ("00", false, false, false),
        ("+7", false, false, false),
        ("--7", false, false, false),
        ("-", false, false, false),
        ("", false, false, false),
        ("1_000", false, false, false),
        (" 7", false, false, false),
        ("7 ", false, false, false),
        ("\u{661}", false, false, false),
        ("7a", false, false, false),
        ("1.5", false, true, true),
        ("-0.50", false, true, true),
        ("1.", false, false, false),
        (".5", false, false, false),
        ("1.5.2", false, false, false),
        ("1.a", false, false, false),
        ("1e5", false, false, true),
        ("1.5E-05", false, false, true),
        ("1e+5", false, false, true),
        ("1e", false, false, false),
        ("1e+", false, false, false),
        ("1e5.0", false, false, false),
        ("e5", false, false, false),
        ("1e308", false, false, true),
        ("1e309", false, false, false),
        ("-1e309", false, false, false),
        ("1e-999", false, false, true),
        ("nan", false, false, false),
        ("inf", false, false, false),
        ("-Infinity", false, false, false),
        ("0x10", false, false, false),
    ];

    #[test]
    fn numbers() {
        for &(text, int, decimal, double) in NUMBERS {
            assert_eq!(is_int(text), int, "{text}");
            assert_eq!(is_decimal(text), decimal, "{text}");
            assert_eq!(float(text).is_some(), double, "{text}");
        }
    }

    #[test]
    fn order() {
        let ascending = [
            "-123456789012345678901234567890",
            "-10",
            "-9.5",
            "-9",
            "-0.1",
            "0",
            "0.05",
            "0.1",
            "0.10000000000000000000001",
            "0.11",
            "1",
            "9",
            "10",
            "10.01",
            "123456789012345678901234567890",
        ];
        for (rank, one) in ascending.iter().enumerate() {
            for (other_rank, other) in ascending.iter().enumerate() {
                assert_eq!(compare(one, other), rank.cmp(&other_rank), "{one} {other}");
            }
        }
        for (one, other) in [("0", "-0.00"), ("1", "1.0"), ("-1.50", "-1.5")] {
            assert!(compare(one, other).is_eq(), "{one} {other}");
        }
    }
}
