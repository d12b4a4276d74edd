//! How paths are cut and decoded.

use percent_encoding::percent_decode;
use proptest::prelude::*;
use pyre_router::Segments;

/// A path of any octets, with escapes, valid and not, more often than they would come by chance.
fn paths() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"/".to_vec()),
        Just(b"%2F".to_vec()),
        Just(b"%".to_vec()),
        Just("é".as_bytes().to_vec()),
        Just(b"%c3%A9".to_vec()),
        "[a-z%/]{0,3}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..3),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| [b"/".to_vec(), pieces.concat()].concat())
}

/// Segment by segment, as the rule says it.
fn decoded(path: &[u8]) -> Option<Vec<String>> {
    let segments = path.get(1..)?.split(|&octet| octet == b'/');
    let decode = |segment: &[u8]| String::from_utf8(percent_decode(segment).collect()).ok();
    segments.map(decode).collect()
}

proptest! {
    #[test]
    fn any_path(path in paths()) {
        let segments = Segments::of(&path);
        let got = segments.as_ref().map(|segments| {
            let text = |index| segments.text(index, 1).unwrap().to_owned();
            (0..segments.len()).map(text).collect::<Vec<_>>()
        });
        prop_assert_eq!(got.clone(), decoded(&path));
        let (Some(segments), Some(texts)) = (segments, got) else { return Ok(()) };
        prop_assert_eq!(segments.text(texts.len(), 1), None);
        for (index, _) in texts.iter().enumerate() {
            let rest = texts[index..].join("/");
            prop_assert_eq!(segments.text(index, texts.len() - index), Some(rest.as_str()));
        }
    }
}

#[test]
fn what_does_not_begin_with_a_slash() {
    for path in ["", "*", "a", "%2F", "http://a/"] {
        assert_eq!(Segments::of(path.as_bytes()), None, "{path}");
    }
}
