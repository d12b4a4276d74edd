//! The path of a route: what each of its segments may be.

use std::{fmt, sync::Arc};

use crate::Parameter;

/// Segments of a pattern: a search goes as deep as the longest one.
pub(crate) const MAX_SEGMENTS: usize = 255;

/// One segment of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// This text, not percent-encoded.
    Literal(Box<str>),
    /// What a parameter takes.
    Parameter(Arc<Parameter>),
}

/// A path with parameters.
#[derive(Debug, Clone)]
pub struct Pattern {
    segments: Vec<Segment>,
    path: Option<usize>,
}

/// Where the value of a parameter stands in a path that its pattern matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The segment with this index.
    Segment(usize),
    /// The segment with so many segments behind it.
    BeforeLast(usize),
    /// All segments from this index, up to so many at the end.
    Path(usize, usize),
}

/// What can't be a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternError {
    /// A path begins with `/`, after which there is a segment, even if it is empty.
    Empty,
    /// More than 255 segments.
    TooLong,
    /// Which of two path parameters took how many segments could not be told.
    TwoPaths,
}

impl Pattern {
    /// # Errors
    /// When no search could find it in a bounded time.
    pub fn new(segments: Vec<Segment>) -> Result<Self, PatternError> {
        if segments.is_empty() {
            return Err(PatternError::Empty);
        }
        if segments.len() > MAX_SEGMENTS {
            return Err(PatternError::TooLong);
        }
        let mut paths = (0..segments.len()).filter(|&at| segments.get(at).is_some_and(is_path));
        match (paths.next(), paths.next()) {
            (_, Some(_)) => Err(PatternError::TwoPaths),
            (path, None) => Ok(Self { segments, path }),
        }
    }

    /// Where the values of its parameters stand, in the order of the path.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        let is_parameter = |segment: &Segment| matches!(segment, Segment::Parameter(_));
        (self.segments.iter().enumerate())
            .filter(move |(_, segment)| is_parameter(segment))
            .map(|(at, _)| self.place(at))
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How many segments follow the one at `at`.
    pub(crate) fn behind(&self, at: usize) -> usize {
        self.segments.len().saturating_sub(at + 1)
    }

    /// Whether some path may match both of what follows the first `from` segments, as far as one knows.
    pub(crate) fn may_meet(&self, other: &Self, from: usize) -> bool {
        let (one, other) = (self.rest(from), other.rest(from));
        match (one.path, other.path) {
            (None, None) => {
                one.segments.len() == other.segments.len() && all_meet(one.segments, other.segments)
            }
            (Some(at), None) => one.may_span(at, other.segments),
            (None, Some(at)) => other.may_span(at, one.segments),
            // Between the ends that both have, one path can take what the other pattern has there.
            (Some(_), Some(_)) => {
                all_meet(one.head(), other.head())
                    && one.tail().zip(other.tail()).all(|(a, b)| a.meets(b))
            }
        }
    }

    fn rest(&self, from: usize) -> Rest<'_> {
        Rest {
            segments: self.segments.get(from..).unwrap_or_default(),
            path: self.path.and_then(|path| path.checked_sub(from)),
        }
    }

    fn place(&self, at: usize) -> Place {
        match self.path {
            Some(path) if path == at => Place::Path(at, self.behind(at)),
            Some(path) if path < at => Place::BeforeLast(self.behind(at)),
            _ => Place::Segment(at),
        }
    }
}

/// The end of a pattern.
struct Rest<'a> {
    segments: &'a [Segment],
    path: Option<usize>,
}

impl<'a> Rest<'a> {
    /// Whether the path at `at` can stretch so far that `other`, which has none, fits.
    fn may_span(&self, at: usize, other: &[Segment]) -> bool {
        let tail = self.segments.len() - at - 1;
        let Some(end) = other.len().checked_sub(tail).filter(|&end| end > at) else {
            return false;
        };
        let is_empty =
            |segment: &Segment| matches!(segment, Segment::Literal(text) if text.is_empty());
        all_meet(self.head(), other.get(..at).unwrap_or_default())
            && other.get(at).is_some_and(|first| !is_empty(first))
            && all_meet(
                self.segments.get(at + 1..).unwrap_or_default(),
                other.get(end..).unwrap_or_default(),
            )
    }

    /// What stands before the path.
    fn head(&self) -> &'a [Segment] {
        self.segments
            .get(..self.path.unwrap_or_default())
            .unwrap_or_default()
    }

    /// What stands behind the path, from the end.
    fn tail(&self) -> impl Iterator<Item = &'a Segment> {
        let tail = self
            .segments
            .get(self.path.map_or(0, |path| path + 1)..)
            .unwrap_or_default();
        tail.iter().rev()
    }
}

impl Segment {
    /// Whether some text may be taken by both.
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(one), Self::Literal(other)) => one == other,
            (Self::Literal(text), Self::Parameter(parameter))
            | (Self::Parameter(parameter), Self::Literal(text)) => parameter.may_accept(text),
            (Self::Parameter(one), Self::Parameter(other)) => one.meets(other),
        }
    }
}

/// Whether the segments meet pair by pair, as far as both go.
fn all_meet(one: &[Segment], other: &[Segment]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.meets(other))
}

fn is_path(segment: &Segment) -> bool {
    matches!(segment, Segment::Parameter(parameter) if parameter.is_path())
}

impl fmt::Display for PatternError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("a path has at least one segment"),
            Self::TooLong => write!(formatter, "a path has at most {MAX_SEGMENTS} segments"),
            Self::TwoPaths => formatter.write_str("a path has at most one parameter of kind path"),
        }
    }
}

impl std::error::Error for PatternError {}
