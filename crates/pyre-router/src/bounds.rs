//! `min` and `max` of a parameter.

use std::{cmp::Ordering, fmt};

use crate::{
    grammar::number::{self, compare},
    kind::Kind,
};

/// The least and the greatest that a parameter takes: a value for numbers, a length in characters for texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    minimum: Option<Box<str>>,
    maximum: Option<Box<str>>,
}

/// Bounds that a kind can't have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundsError {
    /// What has no order that a path could ask for.
    Unbounded,
    /// For a number: it must be one as [`Kind::Decimal`] has them, for integers as [`Kind::Int`] has them.
    Number,
    /// For a text: a length is an integer, not negative.
    Length,
    /// Nothing lies between them.
    Empty,
}

impl Bounds {
    /// # Errors
    /// When nothing of this kind can lie within them.
    pub fn new(
        kind: Kind,
        minimum: Option<&str>,
        maximum: Option<&str>,
    ) -> Result<Self, BoundsError> {
        for bound in minimum.iter().chain(&maximum) {
            check(kind, bound)?;
        }
        let is_empty = matches!((minimum, maximum), (Some(minimum), Some(maximum))
            if compare(minimum, maximum).is_gt());
        let is_empty = is_empty || (measures_length(kind) && maximum == Some("0"));
        if is_empty {
            return Err(BoundsError::Empty);
        }
        Ok(Self {
            minimum: minimum.map(Box::from),
            maximum: maximum.map(Box::from),
        })
    }

    pub(crate) const fn is_none(&self) -> bool {
        self.minimum.is_none() && self.maximum.is_none()
    }

    /// Whether `text`, which `kind` accepts, lies within.
    pub(crate) fn contain(&self, kind: Kind, text: &str) -> bool {
        if self.is_none() {
            return true;
        }
        if kind == Kind::Float {
            return self.contain_double(text);
        }
        if measures_length(kind) {
            let length = text.chars().count();
            return self.order_is(|bound| Some(length.cmp(&bound.parse().unwrap_or(usize::MAX))));
        }
        self.order_is(|bound| Some(compare(text, bound)))
    }

    /// Whether some number lies within both.
    pub(crate) fn meet(&self, other: &Self) -> bool {
        let disjoint = |low: &Self, high: &Self| {
            let (end, start) = (low.maximum.as_deref(), high.minimum.as_deref());
            end.zip(start)
                .is_some_and(|(end, start)| compare(end, start).is_lt())
        };
        !disjoint(self, other) && !disjoint(other, self)
    }

    fn contain_double(&self, text: &str) -> bool {
        let double = number::float(text);
        self.order_is(|bound| double?.partial_cmp(&number::float(bound)?))
    }

    /// Whether what `order` compares with a bound is on the right side of each.
    fn order_is(&self, order: impl Fn(&str) -> Option<Ordering>) -> bool {
        let minimum = self.minimum.as_deref();
        let maximum = self.maximum.as_deref();
        minimum.is_none_or(|bound| order(bound).is_some_and(Ordering::is_ge))
            && maximum.is_none_or(|bound| order(bound).is_some_and(Ordering::is_le))
    }
}

fn check(kind: Kind, bound: &str) -> Result<(), BoundsError> {
    match kind {
        Kind::Int if !number::is_int(bound) => Err(BoundsError::Number),
        Kind::Decimal | Kind::Float if !number::is_decimal(bound) => Err(BoundsError::Number),
        Kind::Int | Kind::Decimal | Kind::Float => Ok(()),
        _ if !measures_length(kind) => Err(BoundsError::Unbounded),
        _ if !number::is_int(bound) || bound.starts_with('-') => Err(BoundsError::Length),
        _ => Ok(()),
    }
}

const fn measures_length(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Alpha | Kind::Alnum | Kind::Slug | Kind::String | Kind::Path
    )
}

impl fmt::Display for BoundsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unbounded => "takes neither min nor max",
            Self::Number => "takes only finite numbers of its kind as min and max",
            Self::Length => "takes only lengths as min and max: integers from 0",
            Self::Empty => "has a min and a max that nothing lies between",
        })
    }
}

impl std::error::Error for BoundsError {}

#[cfg(test)]
mod tests {
    use super::{Bounds, BoundsError, Kind};

    /// A kind with its bounds, what lies within, what does not.
    type Case<'a> = (
        Kind,
        Option<&'a str>,
        Option<&'a str>,
        &'a [&'a str],
        &'a [&'a str],
    );

    #[test]
    fn what_lies_within() {
        #[rustfmt::skip]
        let cases: [Case<'_>; 6] = [
            (Kind::Int, Some("1"), Some("9"), &["1", "9"], &["0", "10", "-5", "100000000000000000000"]),
            (Kind::Int, Some("-5"), None, &["-5", "0", "100000000000000000000"], &["-6", "-100000000000000000000"]),
            (Kind::Decimal, None, Some("0.1"), &["0.1", "0.10", "-3"], &["0.1000000000000000000000001", "1"]),
            (Kind::Float, Some("0.5"), Some("1000"), &["0.5", "1e3", "5e-1"], &["0.4", "1e4", "-1"]),
            (Kind::String, Some("2"), Some("3"), &["ab", "äöü"], &["a", "abcd", "äöüß"]),
            (Kind::Path, None, Some("3"), &["a/b"], &["a/bc"]),
        ];
        for (kind, minimum, maximum, within, outside) in cases {
            let bounds = Bounds::new(kind, minimum, maximum).unwrap();
            for text in within {
                assert!(bounds.contain(kind, text), "{bounds:?} {text}");
            }
            for text in outside {
                assert!(!bounds.contain(kind, text), "{bounds:?} {text}");
            }
        }
    }

    #[test]
    fn what_no_kind_can_have() {
        for (kind, minimum, maximum, error) in [
            (Kind::Uuid, Some("1"), None, BoundsError::Unbounded),
            (Kind::Bool, None, Some("1"), BoundsError::Unbounded),
            (Kind::Custom(0), None, Some("1"), BoundsError::Unbounded),
            (Kind::Int, Some("1.5"), None, BoundsError::Number),
            (Kind::Float, Some("inf"), None, BoundsError::Number),
            (Kind::Slug, Some("-1"), None, BoundsError::Length),
            (Kind::Slug, Some("1.5"), None, BoundsError::Length),
            (Kind::Slug, None, Some("0"), BoundsError::Empty),
            (Kind::Int, Some("10"), Some("9"), BoundsError::Empty),
        ] {
            assert_eq!(Bounds::new(kind, minimum, maximum), Err(error), "{kind:?}");
        }
    }

    #[test]
    fn what_meets() {
        let bounds = |minimum, maximum| Bounds::new(Kind::Int, minimum, maximum).unwrap();
        for (one, other, meet) in [
            ((Some("1"), Some("5")), (Some("5"), Some("9")), true),
            ((Some("1"), Some("4")), (Some("5"), Some("9")), false),
            ((None, Some("4")), (Some("5"), None), false),
            ((None, None), (Some("5"), None), true),
        ] {
            let (one, other) = (bounds(one.0, one.1), bounds(other.0, other.1));
            assert_eq!(one.meet(&other), meet, "{one:?} {other:?}");
            assert_eq!(other.meet(&one), meet, "{other:?} {one:?}");
        }
    }
}
