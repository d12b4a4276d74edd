//! The four forms of a request target (RFC 9112 §3.2) and the authority of `Host`.

use core::net::Ipv6Addr;
use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::RequestError;
use crate::{span::Span, syntax};

/// A request target, cut into what an application asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// As received.
    pub raw: &'a [u8],
    /// The path, still percent-encoded; `*` for the asterisk form, `/` for an empty path.
    pub path: &'a [u8],
    /// What follows the first `?`, without it; empty when there is none.
    pub query: &'a [u8],
}

impl<'a> Target<'a> {
    /// The path, percent-decoded once; a stray `%` stands for itself, and octets that are not UTF-8 become
    /// U+FFFD.
    #[must_use]
    pub fn decoded_path(&self) -> Cow<'a, str> {
        percent_decode(self.path).decode_utf8_lossy()
    }
}

/// Positions of the parts of a target that has been checked.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TargetSpans {
    pub(crate) raw: Span,
    /// Empty when the target has none (`http://example.org`).
    pub(crate) path: Span,
    pub(crate) query: Span,
    /// Of the absolute form: it replaces `Host` (RFC 9112 §3.2.2).
    pub(crate) authority: Option<Span>,
}

impl TargetSpans {
    pub(crate) fn of<'a>(&self, head: &'a [u8]) -> Target<'a> {
        let path = self.path.of(head);
        let path = if path.is_empty() { b"/" } else { path };
        Target {
            raw: self.raw.of(head),
            path,
            query: self.query.of(head),
        }
    }

    /// Where `target` lies in the head that it was cut from. Its authority has done its part.
    pub(crate) fn within(target: &Target<'_>, head: &[u8]) -> Self {
        let span = |part| Span::within(part, head).unwrap_or_default();
        Self {
            raw: span(target.raw),
            // The path of a target that has none lies nowhere.
            path: span(target.path),
            query: span(target.query),
            authority: None,
        }
    }
}

/// Checks `target`, which was cut from `head`, in the form that `method` asks for.
pub(crate) fn parse(
    method: &[u8],
    target: &[u8],
    head: &[u8],
) -> Result<TargetSpans, RequestError> {
    let parts = match (method, target) {
        (b"CONNECT", _) => return Err(connect(target)),
        (_, [b'/', ..]) => origin_form(target)?,
        (b"OPTIONS", b"*") => Parts {
            path: target,
            ..Parts::default()
        },
        _ => absolute_form(target)?,
    };
    let span = |part: &[u8]| Span::within(part, head).ok_or(RequestError::RequestTarget);
    Ok(TargetSpans {
        raw: span(target)?,
        path: if parts.path.is_empty() {
            Span::default()
        } else {
            span(parts.path)?
        },
        query: if parts.query.is_empty() {
            Span::default()
        } else {
            span(parts.query)?
        },
        authority: parts.authority.map(span).transpose()?,
    })
}

#[derive(Default)]
struct Parts<'a> {
    path: &'a [u8],
    query: &'a [u8],
    authority: Option<&'a [u8]>,
}

/// `absolute-path [ "?" query ]`; a fragment is never sent (RFC 9110 §7.1).
fn origin_form(target: &[u8]) -> Result<Parts<'_>, RequestError> {
    let (path, query) = match memchr::memchr(b'?', target) {
        Some(mark) => {
            let (path, query) = target.split_at(mark);
            (path, query.get(1..).unwrap_or_default())
        }
        None => (target, <&[u8]>::default()),
    };
    let valid = syntax::is_path(path) && syntax::is_query(query);
    valid
        .then_some(Parts {
            path,
            query,
            authority: None,
        })
        .ok_or(RequestError::RequestTarget)
}

/// `http://authority/path?query`; `https` too, as a proxy that ends TLS may forward it.
fn absolute_form(target: &[u8]) -> Result<Parts<'_>, RequestError> {
    let after_scheme = strip_prefix_ignoring_case(target, b"http://")
        .or_else(|| strip_prefix_ignoring_case(target, b"https://"))
        .ok_or(RequestError::RequestTarget)?;
    let end = after_scheme
        .iter()
        .position(|octet| matches!(octet, b'/' | b'?'))
        .unwrap_or(after_scheme.len());
    let (authority, rest) = after_scheme.split_at(end);
    if !is_authority(authority) {
        return Err(RequestError::RequestTarget);
    }
    Ok(Parts {
        authority: Some(authority),
        ..origin_form(rest)?
    })
}

/// A tunnel is not offered; a malformed request for one is still a malformed request (RFC 9110 §9.3.6).
fn connect(target: &[u8]) -> RequestError {
    let has_port = !matches!(split_port(target), Some((_, None | Some(b""))) | None);
    if has_port && is_authority(target) {
        RequestError::MethodNotImplemented
    } else {
        RequestError::RequestTarget
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// `uri-host [ ":" port ]` without user information, RFC 9110 §7.2 and §4.2.4; the host not empty (§4.2.1).
#[must_use]
pub fn is_authority(authority: &[u8]) -> bool {
    split_port(authority).is_some_and(|(host, port)| is_host(host) && port.is_none_or(is_port))
}

/// The host, and the port when there is a colon; `None` when a bracket is not closed.
fn split_port(authority: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let host_end = match authority {
        [b'[', ..] => memchr::memchr(b']', authority)? + 1,
        _ => memchr::memchr(b':', authority).unwrap_or(authority.len()),
    };
    match authority.split_at(host_end) {
        (host, []) => Some((host, None)),
        (host, [b':', port @ ..]) => Some((host, Some(port))),
        _ => None,
    }
}

fn is_host(host: &[u8]) -> bool {
    match host {
        [] => false,
        [b'[', literal @ .., b']'] => is_ip_literal(literal),
        _ => syntax::is_reg_name_text(host),
    }
}

/// `IPv6address / IPvFuture`, RFC 3986 §3.2.2.
fn is_ip_literal(literal: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(literal) else {
        return false;
    };
    text.parse::<Ipv6Addr>().is_ok() || is_future_ip(text)
}

fn is_future_ip(text: &str) -> bool {
    let Some((version, address)) = text
        .strip_prefix(['v', 'V'])
        .and_then(|rest| rest.split_once('.'))
    else {
        return false;
    };
    let is_hex = !version.is_empty() && version.bytes().all(|octet| octet.is_ascii_hexdigit());
    let is_address = |octet| octet == b':' || (octet != b'%' && syntax::is_reg_name_text(&[octet]));
    is_hex && !address.is_empty() && address.bytes().all(is_address)
}

/// `*DIGIT`, at most 65535; empty means the scheme's default (RFC 3986 §3.2.3).
fn is_port(port: &[u8]) -> bool {
    port.is_empty() || syntax::decimal(port).is_some_and(|number| number <= 65_535)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed<'a>(method: &str, target: &'a str) -> Result<Target<'a>, RequestError> {
        parse(method.as_bytes(), target.as_bytes(), target.as_bytes())
            .map(|spans| spans.of(target.as_bytes()))
    }

    #[test]
    fn the_forms_that_are_served() {
        for (method, target, path, query) in [
            ("GET", "/", "/", ""),
            ("GET", "/a%20b?x=%zz&y[]={1|2}", "/a%20b", "x=%zz&y[]={1|2}"),
            ("GET", "/a?b?c", "/a", "b?c"),
            ("GET", "//a//b", "//a//b", ""),
            ("GET", "/sale-50%?%", "/sale-50%", "%"),
            ("GET", "http://example.org", "/", ""),
            ("GET", "HTTP://example.org:80/p?q", "/p", "q"),
            ("GET", "https://[::1]?q", "/", "q"),
            ("OPTIONS", "*", "*", ""),
        ] {
            let got = parsed(method, target).unwrap();
            assert_eq!(
                (got.path, got.query),
                (path.as_bytes(), query.as_bytes()),
                "{target}"
            );
        }
    }

    #[test]
    fn the_forms_that_are_refused() {
        for (method, target) in [
            ("GET", "*"),
            ("GET", "index.html"),
            ("GET", "!"),
            ("GET", "/a#b"),
            ("GET", "/a\\b"),
            ("GET", "/<a>"),
            ("GET", "http://"),
            ("GET", "http:///p"),
            ("GET", "http://user@example.org/"),
            ("GET", "ftp://example.org/"),
            ("GET", "http://a b/"),
            ("CONNECT", "/x"),
            ("CONNECT", "example.org"),
            ("CONNECT", "example.org:"),
        ] {
            assert_eq!(
                parsed(method, target),
                Err(RequestError::RequestTarget),
                "{method} {target}"
            );
        }
        assert_eq!(
            parsed("CONNECT", "example.org:443"),
            Err(RequestError::MethodNotImplemented)
        );
    }

    #[test]
    fn authorities() {
        for valid in [
            "localhost",
            "a.b:80",
            "a:",
            "[::1]",
            "[::1]:8000",
            "[v1.a:b]",
            "1.2.3.4",
            "a_b",
            "%41",
            "a,b",
        ] {
            assert!(is_authority(valid.as_bytes()), "{valid}");
        }
        for bad in [
            "", ":80", "a/b", "a b", "a@b", "[::1", "::1", "[::1]x", "[]", "a:b", "a:65536",
            "a:1:2", "a\0", "%4", "[v.a]",
        ] {
            assert!(!is_authority(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn paths_are_decoded_once() {
        let target = Target {
            raw: b"",
            path: b"/caf%C3%A9/%2525/%ff/%/%2/%zz/%%20/%%32%65/%00",
            query: b"",
        };
        let decoded = "/caf\u{e9}/%25/\u{fffd}/%/%2/%zz/% /%2e/\0";
        assert_eq!(target.decoded_path(), decoded);
    }
}
