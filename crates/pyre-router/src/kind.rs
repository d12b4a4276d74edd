//! The kinds of parameters, in the order in which they are tried.

use crate::grammar::{calendar, number, text};

/// What a parameter takes. The order of declaration is the precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An integer of any length, in its only spelling: no `+`, no leading zeros, no `-0`.
    Int,
    /// Hexadecimal digits in groups of 8-4-4-4-12, in either case (RFC 9562 §4).
    Uuid,
    /// `full-date` (RFC 3339 §5.6) from the year 1.
    Date,
    /// `full-date "T" full-time` (RFC 3339 §5.6), with or without an offset, to the microsecond.
    DateTime,
    /// `true` or `false`.
    Bool,
    /// `number` without an exponent (RFC 8259 §6).
    Decimal,
    /// `number` (RFC 8259 §6), unless it is too large for a double.
    Float,
    /// What the application's converter takes that has this place among them.
    Custom(u32),
    /// ASCII letters.
    Alpha,
    /// ASCII letters and digits.
    Alnum,
    /// Words of `a` to `z` and digits, joined by single hyphens.
    Slug,
    /// Any segment that is not empty.
    String,
    /// One or more segments, of which the first is not empty.
    Path,
}

impl Kind {
    /// The kind of a converter that is built in.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "int" => Self::Int,
            "uuid" => Self::Uuid,
            "date" => Self::Date,
            "datetime" => Self::DateTime,
            "bool" => Self::Bool,
            "decimal" => Self::Decimal,
            "float" => Self::Float,
            "alpha" => Self::Alpha,
            "alnum" => Self::Alnum,
            "slug" => Self::Slug,
            "string" => Self::String,
            "path" => Self::Path,
            _ => return None,
        })
    }

    /// Whether `text`, which is not empty, has the form of this kind. Of a custom one nothing is known here.
    #[must_use]
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Int => number::is_int(text),
            Self::Uuid => text::is_uuid(text),
            Self::Date => calendar::date(text).is_some(),
            Self::DateTime => calendar::datetime(text).is_some(),
            Self::Bool => matches!(text, "true" | "false"),
            Self::Decimal => number::is_decimal(text),
            Self::Float => number::float(text).is_some(),
            Self::Alpha => text::is_alpha(text),
            Self::Alnum => text::is_alnum(text),
            Self::Slug => text::is_slug(text),
            Self::Custom(_) | Self::String | Self::Path => true,
        }
    }

    /// Whether some text may have the form of both.
    pub(crate) fn meets(self, other: Self) -> bool {
        WITNESSES
            .iter()
            .any(|text| self.accepts(text) && other.accepts(text))
    }
}

/// Any two kinds that have a text in common have one of these in common.
const WITNESSES: [&str; 6] = [
    "1",
    "true",
    "1.5",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "2024-02-29",
    "2024-02-29T12:00:00",
];

#[cfg(test)]
mod tests {
    use super::{Kind, WITNESSES};

    /// Each kind with the witnesses that it takes.
    #[rustfmt::skip]
    const TAKEN: [(Kind, &[usize]); 12] = [
        (Kind::Int, &[0]),
        (Kind::Uuid, &[3]),
        (Kind::Date, &[4]),
        (Kind::DateTime, &[5]),
        (Kind::Bool, &[1]),
        (Kind::Decimal, &[0, 2]),
        (Kind::Float, &[0, 2]),
        (Kind::Alpha, &[1]),
        (Kind::Alnum, &[0, 1]),
        (Kind::Slug, &[0, 1, 3, 4]),
        (Kind::String, &[0, 1, 2, 3, 4, 5]),
        (Kind::Path, &[0, 1, 2, 3, 4, 5]),
    ];

    #[test]
    fn witnesses() {
        for (kind, taken) in TAKEN {
            let accepted: Vec<usize> = (0..WITNESSES.len())
                .filter(|&index| kind.accepts(WITNESSES[index]))
                .collect();
            assert_eq!(accepted, taken, "{kind:?}");
        }
    }

    #[test]
    fn kinds_that_have_no_text_in_common() {
        for (one, other) in [
            (Kind::Int, Kind::Uuid),
            (Kind::Int, Kind::Alpha),
            (Kind::Date, Kind::DateTime),
            (Kind::Bool, Kind::Float),
            (Kind::Uuid, Kind::Alnum),
        ] {
            assert!(!one.meets(other) && !other.meets(one), "{one:?} {other:?}");
        }
    }
}
