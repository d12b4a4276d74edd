//! What an application may say in a head, in an interim response and in trailers.

use pyre_proto::http1::ResponseError;

use super::script::{Field, ResponseHead};
use crate::support::text;

/// Every rule that the head breaks.
pub(super) fn wrong_with(head: &ResponseHead<'_>) -> Vec<ResponseError> {
    let lengths = content_lengths(head);
    let is_one = |length: &Option<u64>| length.is_some() && *length == lengths[0];
    let rules = [
        (ResponseError::Status, (200..1000).contains(&head.status())),
        (ResponseError::FieldName, head.fields.iter().all(has_name)),
        (ResponseError::FieldValue, head.fields.iter().all(has_value)),
        (ResponseError::ContentLength, lengths.iter().all(is_one)),
    ];
    let broken = rules.into_iter().filter(|(_, is_kept)| !is_kept);
    broken.map(|(error, _)| error).collect()
}

/// Every rule that fields break which stand outside of a head.
pub(super) fn wrong_with_fields(
    fields: &[Field<'_>],
    misplaced: ResponseError,
) -> Vec<ResponseError> {
    let rules = [
        (ResponseError::FieldName, fields.iter().all(has_name)),
        (ResponseError::FieldValue, fields.iter().all(has_value)),
        (misplaced, fields.iter().all(has_its_place)),
    ];
    let broken = rules.into_iter().filter(|(_, is_kept)| !is_kept);
    broken.map(|(error, _)| error).collect()
}

/// RFC 9110 §6.5.1: not about the message's end or the connection.
fn has_its_place(field: &Field<'_>) -> bool {
    let name = text(field.name()).to_ascii_lowercase();
    !matches!(
        &*name,
        "connection" | "content-length" | "te" | "trailer" | "transfer-encoding" | "upgrade"
    )
}

pub(super) fn said(field: &Field<'_>) -> (String, String) {
    (text(field.name()), text(&field.value()))
}

/// RFC 9110 §5.1.
fn has_name(field: &Field<'_>) -> bool {
    let is_tchar = |octet: &u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(octet);
    !field.name().is_empty() && field.name().iter().all(is_tchar)
}

/// RFC 9110 §5.5.
fn has_value(field: &Field<'_>) -> bool {
    let is_text = |octet: &u8| *octet == b'\t' || !octet.is_ascii_control();
    field.value().iter().all(is_text)
}

fn values(head: &ResponseHead<'_>, name: &str) -> Vec<String> {
    let fields = head.fields.iter();
    let named = fields.filter(|field| field.name().eq_ignore_ascii_case(name.as_bytes()));
    named.map(|field| text(&field.value())).collect()
}

/// Without optional white space.
fn trimmed(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}

/// Each that is said, `None` for one that is no number.
pub(super) fn content_lengths(head: &ResponseHead<'_>) -> Vec<Option<u64>> {
    let number = |value: &String| {
        let digits = trimmed(value);
        let is_number = digits.bytes().all(|octet| octet.is_ascii_digit());
        is_number.then(|| digits.parse().ok()).flatten()
    };
    values(head, "content-length").iter().map(number).collect()
}

pub(super) fn says_close(head: &ResponseHead<'_>) -> bool {
    let options = values(head, "connection").join(",");
    options
        .split(',')
        .any(|option| trimmed(option).eq_ignore_ascii_case("close"))
}

/// Framing and persistence are the server's to say.
pub(super) fn applications_own(head: &ResponseHead<'_>) -> Vec<(String, String)> {
    let servers = ["connection", "content-length", "transfer-encoding"];
    let fields = head.fields.iter().map(said);
    fields
        .filter(|(name, _)| !servers.contains(&&*name.to_ascii_lowercase()))
        .collect()
}
