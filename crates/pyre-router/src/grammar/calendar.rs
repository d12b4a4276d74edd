//! Dates and times of RFC 3339 §5.6, as far as Python's `datetime` has them.

/// A day of the proleptic Gregorian calendar, from the year 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// 1 to 9999
    pub year: u16,
    /// 1 to 12
    pub month: u8,
    /// 1 to 31
    pub day: u8,
}

/// A date and a time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// 0 to 23
    pub hour: u8,
    /// 0 to 59
    pub minute: u8,
    /// 0 to 59: a leap second has no place in a `datetime`.
    pub second: u8,
    /// 0 to 999 999
    pub microsecond: u32,
    /// Minutes east of UTC; `None` when the text says nothing.
    pub offset: Option<i16>,
}

/// `full-date`
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    let mut scanner = Scanner(text);
    let date = scanner.date()?;
    scanner.is_at_end().then_some(date)
}

/// `full-date "T" full-time`, where the offset may be missing. The fraction has up to six digits:
/// what a `datetime` can't hold is refused rather than cut off.
#[must_use]
pub fn datetime(text: &str) -> Option<DateTime> {
    let mut scanner = Scanner(text);
    let date = scanner.date()?;
    scanner.one_of(['T', 't'])?;
    let hour = scanner.field(2, 0..=23)?;
    scanner.one_of([':'])?;
    let minute = scanner.field(2, 0..=59)?;
    scanner.one_of([':'])?;
    let datetime = DateTime {
        date,
        hour: hour.try_into().ok()?,
        minute: minute.try_into().ok()?,
        second: scanner.field(2, 0..=59)?.try_into().ok()?,
        microsecond: scanner.fraction()?,
        offset: scanner.offset()?,
    };
    scanner.is_at_end().then_some(datetime)
}

/// What of the text is still to be read.
struct Scanner<'a>(&'a str);

impl Scanner<'_> {
    fn date(&mut self) -> Option<Date> {
        let year = self.field(4, 1..=9999)?;
        self.one_of(['-'])?;
        let month = self.field(2, 1..=12)?;
        self.one_of(['-'])?;
        let day = self.field(2, 1..=days_in(year, month))?;
        Some(Date {
            year: year.try_into().ok()?,
            month: month.try_into().ok()?,
            day: day.try_into().ok()?,
        })
    }

    /// `[ "." 1*6DIGIT ]` in microseconds.
    fn fraction(&mut self) -> Option<u32> {
        if self.one_of(['.']).is_none() {
            return Some(0);
        }
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let scale = 10_u32.pow(6_usize.checked_sub(digits)?.try_into().ok()?);
        self.field(digits, 0..=999_999).map(|digits| digits * scale)
    }

    /// `[ time-offset ]`; `-00:00` is UTC too (RFC 3339 §4.3).
    #[expect(
        clippy::option_option,
        reason = "no offset is something else than a malformed one"
    )]
    fn offset(&mut self) -> Option<Option<i16>> {
        if self.one_of(['Z', 'z']).is_some() {
            return Some(Some(0));
        }
        let Some(sign) = self.one_of(['+', '-']) else {
            return Some(None);
        };
        let hours = self.field(2, 0..=23)?;
        self.one_of([':'])?;
        let minutes = i16::try_from(hours * 60 + self.field(2, 0..=59)?).ok()?;
        Some(Some(if sign == '-' { -minutes } else { minutes }))
    }

    /// A number of exactly so many digits.
    fn field(&mut self, digits: usize, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let (field, rest) = self.0.split_at_checked(digits)?;
        if !field.bytes().all(|octet| octet.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        field.parse().ok().filter(|number| range.contains(number))
    }

    fn one_of<const N: usize>(&mut self, characters: [char; N]) -> Option<char> {
        let first = self.0.chars().next()?;
        self.0 = self.0.strip_prefix(characters)?;
        Some(first)
    }

    const fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// RFC 3339, appendix C
const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::{Date, DateTime, date, datetime};

    #[test]
    fn dates() {
        for (text, year, month, day) in [
            ("2024-02-29", 2024, 2, 29),
            ("2000-02-29", 2000, 2, 29),
            ("0001-01-01", 1, 1, 1),
            ("9999-12-31", 9999, 12, 31),
            ("2023-04-30", 2023, 4, 30),
        ] {
            assert_eq!(date(text), Some(Date { year, month, day }), "{text}");
        }
        #[rustfmt::skip]
        let refused = [
            "", "2023-02-29", "1900-02-29", "0000-01-01", "2024-13-01", "2024-00-01", "2024-04-31", "2024-01-00",
            "2024-1-01", "2024-01-1", "24-01-01", "02024-01-01", "2024/01/01", "2024-01-01T", "20240101",
            "2024-01-01Z", "+024-01-01", "2024-+1-01", "2024-01- 1", "２024-01-01", "2024-W01-1",
        ];
        for text in refused {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn datetimes() {
        let noon = |microsecond, offset| DateTime {
            date: Date {
                year: 2024,
                month: 2,
                day: 29,
            },
            hour: 12,
            minute: 30,
            second: 59,
            microsecond,
            offset,
        };
        for (text, expected) in [
            ("2024-02-29T12:30:59", noon(0, None)),
            ("2024-02-29t12:30:59z", noon(0, Some(0))),
            ("2024-02-29T12:30:59Z", noon(0, Some(0))),
            ("2024-02-29T12:30:59-00:00", noon(0, Some(0))),
            ("2024-02-29T12:30:59.5+05:30", noon(500_000, Some(330))),
            ("2024-02-29T12:30:59.000001-23:59", noon(1, Some(-1439))),
        ] {
            assert_eq!(datetime(text), Some(expected), "{text}");
        }
        #[rustfmt::skip]
        let refused = [
            "", "2024-02-29", "2024-02-29T", "2024-02-29 12:30:59", "2023-02-29T12:30:59", "2024-02-29T24:00:00",
            "2024-02-29T12:60:00", "2024-02-29T12:30:60", "2024-02-29T12:30", "2024-02-29T123059",
            "2024-02-29T12:30:59.", "2024-02-29T12:30:59.1234567", "2024-02-29T12:30:59,5",
            "2024-02-29T12:30:59+24:00", "2024-02-29T12:30:59+05:60", "2024-02-29T12:30:59+0530",
            "2024-02-29T12:30:59+05", "2024-02-29T12:30:59ZZ", "2024-02-29T12:30:59Z ", "2024-02-29T1é:30:59",
        ];
        for text in refused {
            assert_eq!(datetime(text), None, "{text}");
        }
    }
}
