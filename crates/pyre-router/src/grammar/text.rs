//! Letters, digits and hyphens.

/// The lengths of the groups of a UUID (RFC 9562 §4).
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

pub(crate) fn is_alpha(text: &str) -> bool {
    text.bytes().all(|octet| octet.is_ascii_alphabetic())
}

pub(crate) fn is_alnum(text: &str) -> bool {
    text.bytes().all(|octet| octet.is_ascii_alphanumeric())
}

pub(crate) fn is_slug(text: &str) -> bool {
    text.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|octet| matches!(octet, b'a'..=b'z' | b'0'..=b'9'))
    })
}

pub(crate) fn is_uuid(text: &str) -> bool {
    let is_hex = |group: &str| group.bytes().all(|octet| octet.is_ascii_hexdigit());
    let mut groups = text.split('-');
    UUID_GROUPS.iter().all(|&length| {
        groups
            .next()
            .is_some_and(|group| group.len() == length && is_hex(group))
    }) && groups.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::{is_alnum, is_alpha, is_slug, is_uuid};

    /// A form, texts that have it, texts that do not.
    type Case<'a> = (fn(&str) -> bool, &'a [&'a str], &'a [&'a str]);

    #[test]
    fn words() {
        #[rustfmt::skip]
        let cases: [Case<'_>; 3] = [
            (is_alpha, &["a", "Zz"], &["a1", "a-b", "é", "a b"]),
            (is_alnum, &["a", "Z9", "007"], &["a-b", "a_b", "é", "١"]),
            (is_slug, &["a", "7", "a-b", "2024-02-29-x"], &["A", "-", "a-", "-a", "a--b", "a_b", "é"]),
        ];
        for (accepts, taken, refused) in cases {
            for text in taken {
                assert!(accepts(text), "{text}");
            }
            for text in refused {
                assert!(!accepts(text), "{text}");
            }
        }
    }

    #[test]
    fn uuids() {
        assert!(is_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"));
        assert!(is_uuid("6BA7B810-9DAD-11D1-80B4-00C04FD430C8"));
        for refused in [
            "6ba7b8109dad11d180b400c04fd430c8",
            "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
            "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "6ba7b810-9dad-11d1-80b4-00c04fd430c",
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8-",
            "6ba7b81-09dad-11d1-80b4-00c04fd430c8",
            "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
        ] {
            assert!(!is_uuid(refused), "{refused}");
        }
    }
}
