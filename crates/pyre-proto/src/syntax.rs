//! The character classes of RFC 9110 §5.6 and RFC 3986, as tables made at compile time.

const TOKEN: u8 = 1;
const FIELD_VALUE: u8 = 2;
const PATH: u8 = 4;
const QUERY: u8 = 8;
const REG_NAME: u8 = 16;

/// One bit for each class that the octet belongs to.
const CLASSES: [u8; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "an octet is less than 256")]
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut octet = 0_u8;
    loop {
        table[octet as usize] = class_of(octet);
        if octet == u8::MAX {
            return table;
        }
        octet += 1;
    }
}

const fn class_of(octet: u8) -> u8 {
    let mut class = 0;
    if is_tchar(octet) {
        class |= TOKEN;
    }
    if octet == b'\t' || (octet >= b' ' && octet != 0x7f) {
        class |= FIELD_VALUE;
    }
    if is_reg_name(octet) || matches!(octet, b':' | b'@' | b'/') || is_tolerated(octet) {
        class |= PATH | QUERY;
    }
    if octet == b'%' {
        class |= PATH | QUERY;
    }
    if matches!(octet, b'?' | b'\\') {
        class |= QUERY;
    }
    if is_reg_name(octet) {
        class |= REG_NAME;
    }
    class
}

/// `tchar`, RFC 9110 §5.6.2.
const fn is_tchar(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+'
        )
        || matches!(octet, b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

/// `unreserved` and `sub-delims`, RFC 3986 §2.
const fn is_reg_name(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\''
        )
        || matches!(octet, b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

/// Not in RFC 3986's grammar, but sent as they are by every browser (WHATWG URL, percent-encode
/// sets), and without meaning for framing or routing.
const fn is_tolerated(octet: u8) -> bool {
    matches!(octet, b'[' | b']' | b'{' | b'}' | b'|' | b'^' | b'`')
}

#[expect(clippy::indexing_slicing, reason = "an octet is less than 256")]
fn all(bytes: &[u8], class: u8) -> bool {
    // Without an early exit the loop has no branch; tokens and values are short.
    bytes
        .iter()
        .fold(class, |seen, &octet| seen & CLASSES[octet as usize])
        == class
}

/// `token`, RFC 9110 §5.6.2: not empty, `tchar` only.
#[must_use]
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && all(bytes, TOKEN)
}

/// `field-value` octets, RFC 9110 §5.5: visible, space, tab, and opaque `obs-text`.
pub(crate) fn is_field_value(bytes: &[u8]) -> bool {
    all(bytes, FIELD_VALUE)
}

/// A path: `pchar` and `/`. A `%` without two hexadecimal digits stands for itself, as in WHATWG URL:
/// browsers send it.
pub(crate) fn is_path(bytes: &[u8]) -> bool {
    all(bytes, PATH)
}

/// A query, with stray `%` too. It is handed on undecoded.
pub(crate) fn is_query(bytes: &[u8]) -> bool {
    all(bytes, QUERY)
}

/// `reg-name`, RFC 3986 §3.2.2.
pub(crate) fn is_reg_name_text(bytes: &[u8]) -> bool {
    all_percent_encoded(bytes, REG_NAME)
}

fn all_percent_encoded(bytes: &[u8], class: u8) -> bool {
    // The class does not hold the percent sign, so the usual text is done with at a glance.
    all(bytes, class) || all_with_percent_signs(bytes, class)
}

fn all_with_percent_signs(bytes: &[u8], class: u8) -> bool {
    let mut parts = bytes.split(|&octet| octet == b'%');
    let literal = parts.next().unwrap_or_default();
    all(literal, class) && parts.all(|part| starts_with_hex_pair(part) && all(part, class))
}

fn starts_with_hex_pair(part: &[u8]) -> bool {
    matches!(part, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// Without the optional white space around it (`OWS`, RFC 9110 §5.6.3: only space and tab).
pub(crate) fn trim_ows(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Members of a comma-separated list, RFC 9110 §5.6.1.2: empty ones are ignored.
pub(crate) fn list_members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .split(|&octet| octet == b',')
        .map(trim_ows)
        .filter(|member| !member.is_empty())
}

/// A decimal number of digits only: no sign, no space, no overflow.
pub(crate) fn decimal(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0_u64, |number, octet| {
        let digit = octet.is_ascii_digit().then(|| u64::from(octet - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_the_fifteen_marks_and_alphanumerics() {
        let accepted: Vec<u8> = (0..=255).filter(|&octet| is_token(&[octet])).collect();
        assert_eq!(
            accepted,
            b"!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~"
        );
        assert!(!is_token(b""));
    }

    #[test]
    fn field_values_hold_no_control_octet_but_tab() {
        for octet in 0..=255_u8 {
            let control = (octet < 0x20 && octet != b'\t') || octet == 0x7f;
            assert_eq!(is_field_value(&[b'a', octet]), !control, "{octet:#x}");
        }
    }

    #[test]
    fn percent_signs_need_two_digits_in_a_name_only() {
        for (text, valid) in [
            ("a%20b", true),
            ("%", false),
            ("%2", false),
            ("%zz", false),
            ("%2F%", false),
        ] {
            assert_eq!(is_reg_name_text(text.as_bytes()), valid, "{text}");
            assert!(is_path(text.as_bytes()), "{text}");
            assert!(is_query(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn decimal_takes_digits_only() {
        assert_eq!(decimal(b"0"), Some(0));
        assert_eq!(decimal(b"0018446744073709551615"), Some(u64::MAX));
        for bad in ["", "+1", "-1", "1 ", "1_0", "0x1", "18446744073709551616"] {
            assert_eq!(decimal(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn lists_drop_empty_members() {
        let members: Vec<_> = list_members(b", a ,,\tb\t,").collect();
        assert_eq!(members, [b"a", b"b"]);
    }
}
