//! The elements of `Forwarded`, RFC 7239 §4.
//!
//! ```text
//! Forwarded         = 1#forwarded-element
//! forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
//! forwarded-pair    = token "=" ( token / quoted-string )
//! ```
//!
//! Read from its end, a list of well-formed elements is cut in the same way as from its start. But
//! there a quotation mark that a client leaves open can't swallow what the proxies wrote behind it.

use pyre_proto::http1;

/// What one proxy says of whoever sent it the request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// The value of `for`.
    pub(super) node: Option<&'a [u8]>,
    pub(super) proto: Option<&'a [u8]>,
    pub(super) host: Option<&'a [u8]>,
}

/// The elements of `value`, the last one first; `None` for one that is malformed.
pub(super) fn from_the_right(value: &[u8]) -> impl Iterator<Item = Option<Element<'_>>> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let list = rest?;
        let (before, last) = split_last(list);
        rest = before;
        Some(parse(last))
    })
}

/// Cuts at the last comma that is not quoted.
fn split_last(list: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let mut unread = list;
    while let [before @ .., octet] = unread {
        unread = match octet {
            b',' => return (Some(before), list.get(unread.len()..).unwrap_or_default()),
            b'"' => before_quoted_string(before),
            _ => before,
        };
    }
    (None, list)
}

/// What stands before the quoted string whose inside `text` ends with. Every mark inside is escaped, so
/// the first from the right that is not is the one that opens it.
fn before_quoted_string(text: &[u8]) -> &[u8] {
    let mut unread = text;
    while let [before @ .., octet] = unread {
        if *octet == b'"' && before.last() != Some(&b'\\') {
            return before;
        }
        unread = before;
    }
    unread
}

fn parse(text: &[u8]) -> Option<Element<'_>> {
    let mut element = Element::default();
    let mut rest = text.trim_ascii();
    while !rest.is_empty() {
        if let [b';', after @ ..] = rest {
            rest = after.trim_ascii_start();
            continue;
        }
        let name_end = rest.iter().position(|&octet| octet == b'=')?;
        let (name, after) = (rest.get(..name_end)?, rest.get(name_end + 1..)?);
        let (value, after) = split_value(after)?;
        element.set(name, value)?;
        rest = after.trim_ascii_start();
        if !matches!(rest, [] | [b';', ..]) {
            return None;
        }
    }
    Some(element)
}

impl<'a> Element<'a> {
    /// Names are case-insensitive, and each may occur once.
    fn set(&mut self, name: &[u8], value: &'a [u8]) -> Option<()> {
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        let place = if is(b"for") {
            &mut self.node
        } else if is(b"proto") {
            &mut self.proto
        } else if is(b"host") {
            &mut self.host
        } else {
            return http1::is_token(name).then_some(());
        };
        place.replace(value).is_none().then_some(())
    }
}

/// The value that `text` begins with, and what follows it. Escapes stay in it: nothing that is read here
/// has a use for them.
fn split_value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if let [b'"', quoted @ ..] = text {
        let end = closing_mark(quoted)?;
        return Some((quoted.get(..end)?, quoted.get(end + 1..)?));
    }
    let end = text
        .iter()
        .position(|octet| matches!(octet, b';' | b' ' | b'\t'));
    let (value, after) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let is_value = !value.is_empty() && value.iter().copied().all(is_value_octet);
    is_value.then_some((value, after))
}

/// A token, and what proxies leave unquoted that can only be configured with plain variables.
fn is_value_octet(octet: u8) -> bool {
    matches!(octet, b':' | b'[' | b']') || http1::is_token(&[octet])
}

fn closing_mark(quoted: &[u8]) -> Option<usize> {
    let mut is_escaped = false;
    quoted.iter().position(|&octet| {
        let closes = octet == b'"' && !is_escaped;
        is_escaped = octet == b'\\' && !is_escaped;
        closes
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nodes(value: &str) -> Vec<Option<&str>> {
        from_the_right(value.as_bytes())
            .map(|element| str::from_utf8(element?.node?).ok())
            .collect()
    }

    #[test]
    fn elements_of_the_rfc() {
        let element = |value: &'static str| {
            let mut elements = from_the_right(value.as_bytes());
            let element = elements.next().flatten().expect(value);
            assert_eq!(elements.next(), None, "{value}");
            let text = |part: Option<&'static [u8]>| part.map(|part| str::from_utf8(part).unwrap());
            (text(element.node), text(element.proto), text(element.host))
        };
        for (value, node, proto, host) in [
            ("for=\"_gazonk\"", Some("_gazonk"), None, None),
            (
                "For=\"[2001:db8:cafe::17]:4711\"",
                Some("[2001:db8:cafe::17]:4711"),
                None,
                None,
            ),
            (
                "for=192.0.2.60;proto=http;by=203.0.113.43",
                Some("192.0.2.60"),
                Some("http"),
                None,
            ),
            (
                "proto=https ; HOST=\"a.b:80\"",
                None,
                Some("https"),
                Some("a.b:80"),
            ),
            (
                ";for=1.2.3.4;;secret=\"a,\\\"b;for=c\";",
                Some("1.2.3.4"),
                None,
                None,
            ),
            ("for=[::1]:80", Some("[::1]:80"), None, None),
            ("for=\"\"", Some(""), None, None),
            ("", None, None, None),
            (" ; ", None, None, None),
        ] {
            assert_eq!(element(value), (node, proto, host), "{value}");
        }
    }

    #[test]
    fn malformed_elements() {
        for bad in [
            "for",
            "for=",
            "=a",
            "for=a b",
            "for = a",
            "for=a=b",
            "for=\"a",
            "for=a\"",
            "for=\"a\"b",
            "for=a;for=b",
            "for=a;FOR=b",
            "for=\\a",
            "a\"b=c",
            "for=\"a\\\"",
            "for=caf\u{e9}",
            "/=a",
        ] {
            assert_eq!(nodes(bad), [None], "{bad}");
        }
    }

    #[test]
    fn the_last_element_comes_first() {
        for (value, expected) in [
            ("for=a, for=b", vec![Some("b"), Some("a")]),
            ("for=a,,for=b,", vec![None, Some("b"), None, Some("a")]),
            ("for=\"a,b\",for=c;x=\"\\\\\"", vec![Some("c"), Some("a,b")]),
            ("x=\"\\\",for=a,\\\"\", for=b", vec![Some("b"), None]),
        ] {
            assert_eq!(nodes(value), expected, "{value}");
        }
    }

    #[test]
    fn what_a_client_sends_does_not_change_what_a_proxy_appends() {
        for sent in [
            "\"",
            "for=\"",
            "for=\"a",
            "for=\\",
            "for=\"\\",
            "x=\"a\"b",
            "\"\"\"",
            ",",
            ";",
            "for=\"a\\\"",
        ] {
            let value = format!("{sent}, for=\"[::1]:5\";proto=https");
            assert_eq!(nodes(&value).first(), Some(&Some("[::1]:5")), "{value}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn well_formed_lists_are_cut_as_from_the_left(
            values in prop::collection::vec("[ -~]{0,8}", 1..5),
        ) {
            let quoted = |value: &String| {
                format!("x=\"{}\";for=n", value.replace('\\', "\\\\").replace('"', "\\\""))
            };
            let list = values.iter().map(quoted).collect::<Vec<_>>().join(",");
            prop_assert_eq!(nodes(&list), vec![Some("n"); values.len()]);
        }

        #[test]
        fn no_octets_panic(value: Vec<u8>) {
            let pieces = value.split(|&octet| octet == b',').count();
            prop_assert!(from_the_right(&value).count() <= pieces);
        }

        #[test]
        fn nor_do_octets_of_the_grammar(value in "[\"\\\\,;=a: ]{0,40}") {
            let pieces = value.split(',').count();
            prop_assert!(from_the_right(value.as_bytes()).count() <= pieces);
        }
    }
}
