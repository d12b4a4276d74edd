//! Rules of RFC 9110 §5.6 and RFC 3986, transcribed from their ABNF.

/// `tchar` without letters and digits.
const TCHAR_MARKS: &[u8] = b"!#$%&'*+-.^_`|~";
/// `unreserved` without letters and digits.
const UNRESERVED_MARKS: &[u8] = b"-._~";
const SUB_DELIMS: &[u8] = b"!$&'()*+,;=";

/// `token = 1*tchar`
pub(super) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&octet| is_tchar(octet))
}

pub(super) fn is_tchar(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || TCHAR_MARKS.contains(&octet)
}

/// `HTAB / SP / VCHAR / obs-text`: what a field value and a quoted string may hold.
pub(super) fn is_text(octet: u8) -> bool {
    matches!(octet, b'\t' | b' '..=b'~' | 0x80..)
}

pub(super) fn is_unreserved_or_sub_delim(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || UNRESERVED_MARKS.contains(&octet)
        || SUB_DELIMS.contains(&octet)
}

/// `*( allowed / pct-encoded )`
pub(super) fn is_percent_encoded(text: &[u8], allowed: impl Fn(u8) -> bool) -> bool {
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return true,
            [b'%', high, low, rest @ ..]
                if [high, low].iter().all(|digit| digit.is_ascii_hexdigit()) =>
            {
                rest
            }
            [octet, rest @ ..] if allowed(*octet) => rest,
            _ => return false,
        };
    }
}

/// Without `OWS = *( SP / HTAB )` on both sides.
pub(super) fn trimmed(text: &[u8]) -> &[u8] {
    let is_ink = |octet: &u8| !b" \t".contains(octet);
    let Some(first) = text.iter().position(is_ink) else {
        return b"";
    };
    let last = text.iter().rposition(is_ink).unwrap_or(first);
    &text[first..=last]
}

/// `field-line = field-name ":" OWS field-value OWS`
pub(super) fn field_line(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|&octet| octet == b':')?;
    let (name, value) = (&line[..colon], trimmed(&line[colon + 1..]));
    (is_token(name) && value.iter().all(|&octet| is_text(octet))).then_some((name, value))
}

/// The members of a list (RFC 9110 §5.6.1.2), in lower case; empty ones do not count.
pub(super) fn members<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let all = values
        .into_iter()
        .flat_map(|value| value.split(|&octet| octet == b','));
    let members = all.map(|member| trimmed(member).to_ascii_lowercase());
    members.filter(|member| !member.is_empty()).collect()
}

/// `1*DIGIT`, when 64 bits hold it.
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let text = str::from_utf8(digits).ok()?;
    is_number.then(|| text.parse().ok()).flatten()
}

/// Where `part` begins in `text`.
pub(super) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// The line before the first CRLF, and what is behind it.
pub(super) fn split_line(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = find(octets, b"\r\n")?;
    Some((&octets[..end], &octets[end + 2..]))
}
