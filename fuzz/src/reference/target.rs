//! The request target and the authority (RFC 9112 §3.2, RFC 3986).

use pyre_proto::http1::RequestError;

use super::grammar::{find, is_percent_encoded, is_unreserved_or_sub_delim, number};

/// What a target asks for.
pub(super) struct Target {
    pub(super) path: Vec<u8>,
    pub(super) query: Vec<u8>,
    /// Of the absolute form.
    pub(super) authority: Option<Vec<u8>>,
}

/// Every browser sends these as they are, and so they are taken, though no rule of RFC 3986 has them.
const TOLERATED: &[u8] = b"[]{}|^`";
/// In a query, which no one here decodes, these too.
const TOLERATED_IN_QUERY: &[u8] = b"\\%";

/// Reads `target` in the form that `method` asks for.
pub(super) fn read(method: &[u8], target: &[u8]) -> Result<Target, RequestError> {
    let found = match method {
        b"CONNECT" if is_authority_with_port(target) => {
            return Err(RequestError::MethodNotImplemented);
        }
        b"CONNECT" => None,
        b"OPTIONS" if target == b"*" => Some(Target {
            path: target.to_vec(),
            query: Vec::new(),
            authority: None,
        }),
        _ if target.starts_with(b"/") => path_and_query(target),
        _ => absolute_form(target),
    };
    found.ok_or(RequestError::RequestTarget)
}

/// `absolute-path [ "?" query ]`
fn path_and_query(text: &[u8]) -> Option<Target> {
    let mark = text.iter().position(|&octet| octet == b'?');
    let (path, query) = (
        &text[..mark.unwrap_or(text.len())],
        mark.map_or(&b""[..], |mark| &text[mark + 1..]),
    );
    // A stray percent sign stands for itself.
    let is_path = path
        .iter()
        .all(|&octet| b"/%".contains(&octet) || is_pchar(octet));
    let is_query = query.iter().all(|&octet| {
        b"/?".contains(&octet) || is_pchar(octet) || TOLERATED_IN_QUERY.contains(&octet)
    });
    (is_path && is_query).then(|| Target {
        path: path.to_vec(),
        query: query.to_vec(),
        authority: None,
    })
}

/// `pchar` without `pct-encoded`.
fn is_pchar(octet: u8) -> bool {
    is_unreserved_or_sub_delim(octet) || b":@".contains(&octet) || TOLERATED.contains(&octet)
}

/// `( "http" / "https" ) "://" authority [ absolute-path ] [ "?" query ]`
fn absolute_form(target: &[u8]) -> Option<Target> {
    let colon = find(target, b"://")?;
    let scheme = target[..colon].to_ascii_lowercase();
    if scheme != b"http" && scheme != b"https" {
        return None;
    }
    let rest = &target[colon + 3..];
    let end = rest.iter().position(|octet| b"/?".contains(octet));
    let (authority, rest) = rest.split_at(end.unwrap_or(rest.len()));
    let mut parts = path_and_query(rest)?;
    if parts.path.is_empty() {
        parts.path = b"/".to_vec();
    }
    parts.authority = Some(authority.to_vec());
    is_authority(authority).then_some(parts)
}

/// `uri-host [ ":" port ]`, with a host (RFC 9110 §4.2.1) and without user information (§4.2.4).
pub(super) fn is_authority(text: &[u8]) -> bool {
    let (host, port) = split_port(text);
    is_host(host) && port.is_none_or(is_port)
}

/// RFC 9112 §3.2.3: the target of CONNECT has a port.
fn is_authority_with_port(text: &[u8]) -> bool {
    let (_, port) = split_port(text);
    is_authority(text) && port.is_some_and(|port| !port.is_empty())
}

/// Cut at the last colon, unless that is inside of brackets.
fn split_port(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    match text.iter().rposition(|octet| b":]".contains(octet)) {
        Some(colon) if text[colon] == b':' => (&text[..colon], Some(&text[colon + 1..])),
        _ => (text, None),
    }
}

/// `port = *DIGIT`; TCP has no more than 65535.
fn is_port(port: &[u8]) -> bool {
    port.is_empty() || number(port).is_some_and(|number| number < 1 << 16)
}

/// `host = IP-literal / IPv4address / reg-name`; every `IPv4address` is a `reg-name` too.
fn is_host(host: &[u8]) -> bool {
    match host {
        [b'[', literal @ .., b']'] => is_ipv6_address(literal) || is_ip_future(literal),
        _ => !host.is_empty() && is_percent_encoded(host, is_unreserved_or_sub_delim),
    }
}

/// Eight groups of 16 bits, of which `::` leaves out one or more.
fn is_ipv6_address(literal: &[u8]) -> bool {
    match find(literal, b"::") {
        None => groups(literal, true) == Some(8),
        Some(gap) => {
            let before = groups(&literal[..gap], false);
            let after = groups(&literal[gap + 2..], true);
            before
                .zip(after)
                .is_some_and(|(before, after)| before + after <= 7)
        }
    }
}

/// How many groups `text` is, `None` when it is none; its last two may be an `IPv4address` at the address's end.
fn groups(text: &[u8], is_end: bool) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let parts: Vec<_> = text.split(|&octet| octet == b':').collect();
    let (last, before) = parts.split_last()?;
    let last = match last {
        last if is_h16(last) => 1,
        last if is_end && is_ipv4_address(last) => 2,
        _ => return None,
    };
    before
        .iter()
        .all(|part| is_h16(part))
        .then_some(before.len() + last)
}

/// `h16 = 1*4HEXDIG`
fn is_h16(text: &[u8]) -> bool {
    (1..=4).contains(&text.len()) && text.iter().all(u8::is_ascii_hexdigit)
}

/// Four `dec-octet`, which have no leading zeros.
fn is_ipv4_address(text: &[u8]) -> bool {
    let parts: Vec<_> = text.split(|&octet| octet == b'.').collect();
    let is_dec_octet = |part: &&[u8]| {
        number(part).is_some_and(|value| value < 256 && value.to_string().len() == part.len())
    };
    parts.len() == 4 && parts.iter().all(is_dec_octet)
}

/// `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`
fn is_ip_future(literal: &[u8]) -> bool {
    let Some((b'v' | b'V', rest)) = literal.split_first() else {
        return false;
    };
    let Some(dot) = rest.iter().position(|&octet| octet == b'.') else {
        return false;
    };
    let (version, address) = (&rest[..dot], &rest[dot + 1..]);
    let is_address = |&octet: &u8| octet == b':' || is_unreserved_or_sub_delim(octet);
    let are_filled = !version.is_empty() && !address.is_empty();
    are_filled && version.iter().all(u8::is_ascii_hexdigit) && address.iter().all(is_address)
}
