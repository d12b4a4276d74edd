//! A path, cut and decoded.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// Segments of most paths: the positions of so many cost no allocation.
const INLINE: usize = 16;

/// The segments of a path as it came, percent-encoded.
///
/// ```
/// # use pyre_router::Segments;
/// let segments = Segments::of(b"/a%2Fb/caf%C3%A9/").unwrap();
/// let texts: Vec<&str> = (0..segments.len()).filter_map(|index| segments.text(index, 1)).collect();
/// assert_eq!(texts, ["a/b", "café", ""]);
/// assert_eq!(Segments::of(b"/50%").unwrap().text(0, 1), Some("50%"));
/// assert_eq!(Segments::of(b"/%ff"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments<'a> {
    /// Decoded, with the `/` in front of each segment.
    text: Cow<'a, str>,
    ends: Ends,
}

impl<'a> Segments<'a> {
    /// `None` for what does not begin with `/`, and for a path with a segment that is not UTF-8: no route
    /// matches it. A `%` without two hexadecimal digits stands for itself, as browsers mean it.
    #[must_use]
    pub fn of(raw_path: &'a [u8]) -> Option<Self> {
        let path = raw_path.strip_prefix(b"/")?;
        let mut ends = Ends::default();
        for (at, &octet) in path.iter().enumerate() {
            match octet {
                b'/' => ends.push(at + 1),
                b'%' => return Self::decode(path),
                _ => {}
            }
        }
        ends.push(raw_path.len());
        let text = str::from_utf8(raw_path).ok()?.into();
        Some(Self { text, ends })
    }

    /// A `/` that was encoded is no end, so the ends are noted while it still can be told.
    fn decode(path: &[u8]) -> Option<Self> {
        let mut text = Vec::with_capacity(path.len() + 1);
        let mut ends = Ends::default();
        for segment in path.split(|&octet| octet == b'/') {
            text.push(b'/');
            text.extend(percent_decode(segment));
            ends.push(text.len());
        }
        // No character spans two segments, as there is a `/` between them.
        let text = String::from_utf8(text).ok()?.into();
        Some(Self { text, ends })
    }

    /// How many there are: at least one.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "they are never empty")]
    pub fn len(&self) -> usize {
        self.ends.len
    }

    /// The decoded text of `count` segments from the one at `index`, joined by `/`.
    #[must_use]
    pub fn text(&self, index: usize, count: usize) -> Option<&str> {
        let start = match index.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before)?,
        };
        let end = self.ends.get((index + count).checked_sub(1)?)?;
        self.text.get(start + 1..end)
    }
}

/// Where the segments end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Ends {
    len: usize,
    inline: [usize; INLINE],
    /// Those that have no place in `inline`.
    others: Vec<usize>,
}

impl Ends {
    fn push(&mut self, end: usize) {
        match self.inline.get_mut(self.len) {
            Some(place) => *place = end,
            None => self.others.push(end),
        }
        self.len += 1;
    }

    fn get(&self, index: usize) -> Option<usize> {
        if index >= self.len {
            return None;
        }
        match self.inline.get(index) {
            Some(end) => Some(*end),
            None => self.others.get(index - INLINE).copied(),
        }
    }
}
