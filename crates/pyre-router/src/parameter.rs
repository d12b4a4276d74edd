//! What may stand in place of a literal segment.

use crate::{Bounds, Kind};

/// What only the application knows about a text.
pub trait Converters {
    /// What the application may raise instead of an answer.
    type Error;

    /// Whether the application's converter at this place takes `text`.
    ///
    /// # Errors
    /// Of the application: the search ends with it.
    fn accepts(&mut self, converter: u32, text: &str) -> Result<bool, Self::Error>;

    /// How many digits an integer may have.
    ///
    /// # Errors
    /// As above.
    fn max_digits(&mut self) -> Result<usize, Self::Error>;
}

/// Integers of up to this many digits fit in an `i64`: nobody is asked about them.
const SURE_DIGITS: usize = 18;

/// What one segment, or the segments of a path, may be: one or more alternatives, tried in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    alternatives: Box<[Alternative]>,
    precedence: Precedence,
}

/// One thing that a parameter may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alternative {
    /// One of these texts, which are sorted.
    Choice(Box<[Box<str>]>),
    /// A text of this kind, within these bounds.
    Kind(Kind, Bounds),
}

/// Where a parameter stands among those at its position: the least is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Precedence {
    /// A choice is little else than several literals.
    Choice,
    Kind(Kind, Width),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Width {
    Bounded,
    Unbounded,
}

impl Parameter {
    /// `None` without alternatives, and when a path is an alternative to something else: they would differ in the
    /// number of their segments.
    #[must_use]
    pub fn new(alternatives: Vec<Alternative>) -> Option<Self> {
        let weakest = alternatives.iter().map(Alternative::precedence).max()?;
        let parameter = Self {
            alternatives: alternatives.into(),
            precedence: weakest,
        };
        let is_mixed = parameter.is_path() && parameter.alternatives.len() > 1;
        (!is_mixed).then_some(parameter)
    }

    /// What it may be.
    #[must_use]
    pub const fn alternatives(&self) -> &[Alternative] {
        &self.alternatives
    }

    /// Whether it takes several segments.
    #[must_use]
    pub const fn is_path(&self) -> bool {
        matches!(self.precedence, Precedence::Kind(Kind::Path, _))
    }

    /// The index of the first alternative that takes `text`; none takes an empty one.
    ///
    /// # Errors
    /// What the application's converters raise.
    pub fn alternative_for<C: Converters>(
        &self,
        text: &str,
        converters: &mut C,
    ) -> Result<Option<usize>, C::Error> {
        if text.is_empty() {
            return Ok(None);
        }
        for (index, alternative) in self.alternatives.iter().enumerate() {
            if alternative.accepts(text, converters)? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    pub(crate) const fn precedence(&self) -> Precedence {
        self.precedence
    }

    /// Whether some text may be taken by both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        (self.alternatives.iter()).any(|one| other.alternatives.iter().any(|two| one.meets(two)))
    }

    /// Whether `text` may be taken, as far as one knows without the application.
    pub(crate) fn may_accept(&self, text: &str) -> bool {
        self.alternatives.iter().any(|one| one.may_accept(text))
    }
}

impl Alternative {
    /// A choice of these texts.
    #[must_use]
    pub fn choice(mut texts: Vec<Box<str>>) -> Self {
        texts.sort_unstable();
        Self::Choice(texts.into())
    }

    fn accepts<C: Converters>(&self, text: &str, converters: &mut C) -> Result<bool, C::Error> {
        match self {
            Self::Kind(Kind::Custom(converter), _) => converters.accepts(*converter, text),
            Self::Kind(Kind::Int, _) if text.len() > SURE_DIGITS => {
                let digits = text.len() - usize::from(text.starts_with('-'));
                Ok(self.may_accept(text) && digits <= converters.max_digits()?)
            }
            _ => Ok(self.may_accept(text)),
        }
    }

    fn may_accept(&self, text: &str) -> bool {
        match self {
            Self::Choice(texts) => texts.binary_search_by(|one| (**one).cmp(text)).is_ok(),
            Self::Kind(kind, bounds) => {
                !text.is_empty() && kind.accepts(text) && bounds.contain(*kind, text)
            }
        }
    }

    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Choice(texts), other) | (other, Self::Choice(texts)) => {
                texts.iter().any(|text| other.may_accept(text))
            }
            (Self::Kind(one, bounds), Self::Kind(other, other_bounds)) if one == other => {
                bounds.meet(other_bounds)
            }
            (Self::Kind(one, _), Self::Kind(other, _)) => one.meets(*other),
        }
    }

    const fn precedence(&self) -> Precedence {
        match self {
            Self::Choice(_) => Precedence::Choice,
            Self::Kind(kind, bounds) if bounds.is_none() => {
                Precedence::Kind(*kind, Width::Unbounded)
            }
            Self::Kind(kind, _) => Precedence::Kind(*kind, Width::Bounded),
        }
    }
}
