//! The chunked transfer coding (RFC 9112 §7.1).

use pyre_proto::http1::{Limits, RequestError};

use super::{
    Content, Faults, Reading, Trailers,
    grammar::{field_line, is_tchar, is_text, split_line},
};
use crate::support::text;

/// `*chunk last-chunk trailer-section CRLF`
pub(super) fn read<'a>(octets: &'a [u8], limits: &Limits) -> Content<'a> {
    let mut content = Vec::new();
    let end = read_chunks(octets, limits, &mut content);
    let limit = limits
        .content
        .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
    if content.len() <= limit {
        return Content {
            octets: content,
            end,
        };
    }
    content.truncate(limit);
    Content {
        octets: content,
        end: Reading::Refused(Faults::of(RequestError::ContentTooLarge)),
    }
}

fn read_chunks<'a>(
    octets: &'a [u8],
    limits: &Limits,
    content: &mut Vec<u8>,
) -> Reading<'a, Trailers> {
    let mut rest = octets;
    let mut extensions = 0;
    loop {
        let size = match read_size_line(rest, limits.chunk_extensions - extensions) {
            Reading::Complete(line, behind) => {
                rest = behind;
                extensions += line.extensions;
                line.size
            }
            Reading::Incomplete(foreseen) => return Reading::Incomplete(foreseen),
            Reading::Refused(faults) => return Reading::Refused(faults),
        };
        if size == 0 {
            return read_trailer_section(rest, limits);
        }
        let Some((data, behind)) = rest.split_at_checked(size) else {
            content.extend_from_slice(rest);
            return Reading::Incomplete(Faults::default());
        };
        content.extend_from_slice(data);
        rest = match behind {
            [] | [b'\r'] => return Reading::Incomplete(Faults::default()),
            [b'\r', b'\n', behind @ ..] => behind,
            _ => return Reading::Refused(Faults::of(RequestError::Chunk)),
        };
    }
}

struct SizeLine {
    size: usize,
    /// Octets.
    extensions: usize,
}

/// `chunk-size [ chunk-ext ] CRLF`; sixteen digits are enough for any size.
fn read_size_line(octets: &[u8], extensions_left: usize) -> Reading<'_, SizeLine> {
    let (line, behind) =
        split_line(octets).map_or((octets, None), |(line, behind)| (line, Some(behind)));
    let is_partial = behind.is_none();
    let line = if is_partial {
        line.strip_suffix(b"\r").unwrap_or(line)
    } else {
        line
    };
    let digits = line
        .iter()
        .take_while(|octet| octet.is_ascii_hexdigit())
        .count();
    let (digits, extensions) = line.split_at(digits);
    let mut excess = Faults::default();
    excess.note_unless(digits.len() <= 16, RequestError::Chunk);
    let fits = extensions.len() <= extensions_left;
    excess.note_unless(fits, RequestError::ChunkExtensionsTooLarge);
    let mut faults = excess.clone();
    let is_line = !line.contains(&b'\n');
    faults.note_unless(is_line, RequestError::Chunk);
    let Some(behind) = behind else {
        return if excess.is_empty() {
            Reading::Incomplete(faults)
        } else {
            Reading::Refused(faults)
        };
    };
    let is_valid = !digits.is_empty() && are_extensions(extensions);
    faults.note_unless(is_valid, RequestError::Chunk);
    if !faults.is_empty() {
        return Reading::Refused(faults);
    }
    let size = digits.iter().fold(0_usize, |size, &digit| {
        size * 16 + char::from(digit).to_digit(16).unwrap() as usize
    });
    let extensions = extensions.len();
    Reading::Complete(SizeLine { size, extensions }, behind)
}

/// `chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`
fn are_extensions(text: &[u8]) -> bool {
    text.is_empty() || after_extension(text).is_some_and(are_extensions)
}

fn after_extension(text: &[u8]) -> Option<&[u8]> {
    let name = without_blanks(without_blanks(text).strip_prefix(b";")?);
    let behind = after_token(name)?;
    match without_blanks(behind) {
        [b'=', value @ ..] => {
            let value = without_blanks(value);
            after_token(value).or_else(|| after_quoted_string(value))
        }
        _ => Some(behind),
    }
}

/// `BWS`
fn without_blanks(text: &[u8]) -> &[u8] {
    match text {
        [b' ' | b'\t', rest @ ..] => without_blanks(rest),
        _ => text,
    }
}

fn after_token(text: &[u8]) -> Option<&[u8]> {
    let length = text.iter().take_while(|&&octet| is_tchar(octet)).count();
    (length > 0).then(|| &text[length..])
}

/// `DQUOTE *( qdtext / quoted-pair ) DQUOTE`
fn after_quoted_string(text: &[u8]) -> Option<&[u8]> {
    let mut octets = text.iter().copied().enumerate();
    octets.next().filter(|(_, quote)| *quote == b'"')?;
    while let Some((position, octet)) = octets.next() {
        match octet {
            b'"' => return Some(&text[position + 1..]),
            b'\\' => octets
                .next()
                .filter(|(_, quoted)| is_text(*quoted))
                .map(drop)?,
            _ => is_text(octet).then_some(())?,
        }
    }
    None
}

/// `*( field-line CRLF ) CRLF`
fn read_trailer_section<'a>(octets: &'a [u8], limits: &Limits) -> Reading<'a, Trailers> {
    let mut rest = octets;
    let mut trailers = Vec::new();
    while let Some((line, behind)) = split_line(rest) {
        if line.is_empty() {
            return Reading::Complete(trailers, behind);
        }
        let field = field_line(line);
        let mut faults = Faults::default();
        faults.note_unless(field.is_some(), RequestError::TrailerLine);
        trailers.extend(field.map(|(name, value)| (text(&name.to_ascii_lowercase()), text(value))));
        let size = octets.len() - behind.len();
        let fits = size <= limits.trailer_section && trailers.len() <= limits.field_lines;
        faults.note_unless(fits, RequestError::TrailerSectionTooLarge);
        if !faults.is_empty() {
            return Reading::Refused(faults);
        }
        rest = behind;
    }
    incomplete_trailer_section(octets, rest, limits)
}

/// A partial line of two octets is not the empty line, and one octet is still to come.
fn incomplete_trailer_section<'a>(
    section: &[u8],
    partial: &[u8],
    limits: &Limits,
) -> Reading<'a, Trailers> {
    let mut faults = Faults::default();
    faults.note_unless(!partial.contains(&b'\n'), RequestError::TrailerLine);
    if partial.len() > 1 && section.len() + 1 > limits.trailer_section {
        faults.note(RequestError::TrailerSectionTooLarge);
        return Reading::Refused(faults);
    }
    Reading::Incomplete(faults)
}
