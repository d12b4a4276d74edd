//! What proxies in front say of a request: `X-Forwarded-For`, `-Proto` and `-Host`, and `Forwarded`
//! (RFC 7239).
//!
//! Each proxy appends what it knows to what it was given, and the first thing that was given may be
//! anybody's invention. So everything here is read **from the right**, and only as long as the one who
//! wrote it is trusted:
//!
//! ```text
//! X-Forwarded-For: 6.6.6.6,     192.0.2.1,        10.0.0.2         the peer: 10.0.0.1, trusted
//!                  whatever     by 10.0.0.2,  ◄── by 10.0.0.1, ◄── read from here
//!                  was sent     the client        a trusted proxy
//! ```
//!
//! What can't be read, also an empty member, ends the search: the one to the right of it is the last that
//! is known. A client can spoil what it writes itself, never what is written after it.
//!
//! `Forwarded` counts only where no `X-Forwarded-` field does. A proxy sets the one or the other and hands
//! the rest on as it came, so it has to remove what it does not set itself.

mod element;

use std::net::{IpAddr, SocketAddr};

use pyre_proto::http1::{self, RequestHead};

use crate::{Address, TrustedPeers};

/// How the client speaks to the outermost trusted proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `http`, or `ws`.
    Http,
    /// `https`, or `wss`.
    Https,
}

impl Scheme {
    fn named(name: &[u8]) -> Option<Self> {
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        if is(b"https") || is(b"wss") {
            Some(Self::Https)
        } else if is(b"http") || is(b"ws") {
            Some(Self::Http)
        } else {
            None
        }
    }
}

/// Where a request comes from, by the word of trusted proxies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Whom they speak for; port 0 where they don't tell.
    pub client: Option<Address>,
    /// How that one speaks to them.
    pub scheme: Option<Scheme>,
}

/// All that they say of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Forwarded<'a> {
    client: Option<SocketAddr>,
    scheme: Option<Scheme>,
    /// An authority, to take the place of `Host`.
    pub(crate) host: Option<&'a [u8]>,
}

impl<'a> Forwarded<'a> {
    /// Whether there is anything to read.
    pub(crate) fn is_in(head: &RequestHead<'_>) -> bool {
        head.fields().any(|(name, _)| {
            matches!(
                name,
                b"x-forwarded-for" | b"x-forwarded-proto" | b"x-forwarded-host" | b"forwarded"
            )
        })
    }

    /// Reads what the peer that sent `head` says; it is one of `trusted`.
    pub(crate) fn read(head: &RequestHead<'a>, trusted: &TrustedPeers) -> Self {
        let mut customary = Customary::default();
        let mut standard = Standard::default();
        for (name, value) in head.fields().rev() {
            match name {
                b"x-forwarded-for" => customary.hear_for(value, trusted),
                b"x-forwarded-proto" => customary.hear_proto(value),
                b"x-forwarded-host" => customary.hear_host(value),
                b"forwarded" => standard.hear(value, trusted),
                _ => {}
            }
        }
        customary.said().unwrap_or_else(|| standard.said())
    }

    pub(crate) fn origin(&self) -> Option<Origin> {
        if self.client.is_none() && self.scheme.is_none() {
            return None;
        }
        Some(Origin {
            client: self.client.map(Address::from),
            scheme: self.scheme,
        })
    }
}

/// The way back from the peer to the client.
#[derive(Debug, Default)]
struct Trail {
    last_known: Option<SocketAddr>,
    has_ended: bool,
}

impl Trail {
    /// The next one further away; `None` when it is not known who that is.
    fn follow(&mut self, address: Option<SocketAddr>, trusted: &TrustedPeers) {
        self.last_known = address.or(self.last_known);
        self.has_ended = address.is_none_or(|address| !trusted.trusts_ip(address.ip()));
    }
}

/// The `X-Forwarded-` fields.
#[derive(Debug, Default)]
struct Customary<'a> {
    trail: Trail,
    is_present: bool,
    proto: Option<&'a [u8]>,
    host: Option<&'a [u8]>,
}

impl<'a> Customary<'a> {
    fn hear_for(&mut self, value: &[u8], trusted: &TrustedPeers) {
        self.is_present = true;
        for member in value.rsplit(|&octet| octet == b',') {
            if self.trail.has_ended {
                return;
            }
            self.trail.follow(node(member.trim_ascii()), trusted);
        }
    }

    fn hear_proto(&mut self, value: &'a [u8]) {
        self.is_present = true;
        self.proto.get_or_insert(last_member(value));
    }

    fn hear_host(&mut self, value: &'a [u8]) {
        self.is_present = true;
        self.host.get_or_insert(last_member(value));
    }

    fn said(self) -> Option<Forwarded<'a>> {
        self.is_present.then(|| Forwarded {
            client: self.trail.last_known,
            scheme: self.proto.and_then(Scheme::named),
            host: self.host.filter(|host| http1::is_authority(host)),
        })
    }
}

/// The field `Forwarded`. Unlike the others it says which proxy has said what, so the scheme and the
/// host are those that the outermost trusted one was asked for.
#[derive(Debug, Default)]
struct Standard<'a> {
    trail: Trail,
    scheme: Option<Scheme>,
    host: Option<&'a [u8]>,
}

impl<'a> Standard<'a> {
    fn hear(&mut self, value: &'a [u8], trusted: &TrustedPeers) {
        for element in element::from_the_right(value) {
            if self.trail.has_ended {
                return;
            }
            let element = element.unwrap_or_default();
            let host = element.host.filter(|host| http1::is_authority(host));
            self.scheme = element.proto.and_then(Scheme::named).or(self.scheme);
            self.host = host.or(self.host);
            self.trail.follow(element.node.and_then(node), trusted);
        }
    }

    fn said(self) -> Forwarded<'a> {
        Forwarded {
            client: self.trail.last_known,
            scheme: self.scheme,
            host: self.host,
        }
    }
}

fn last_member(value: &[u8]) -> &[u8] {
    let mut members = value.rsplit(|&octet| octet == b',');
    members.next().unwrap_or_default().trim_ascii()
}

/// An address, perhaps with a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`. The port may
/// be obfuscated (RFC 7239 §6.3); an address that is, or that is `unknown`, is none.
fn node(text: &[u8]) -> Option<SocketAddr> {
    let text = str::from_utf8(text).ok()?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, 0));
    }
    let (host, port) = if text.ends_with(']') {
        (text, "0")
    } else {
        text.rsplit_once(':')?
    };
    let bracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let address = match bracketed {
        Some(address) => IpAddr::V6(address.parse().ok()?),
        None => IpAddr::V4(host.parse().ok()?),
    };
    Some(SocketAddr::new(address, node_port(port)?))
}

fn node_port(text: &str) -> Option<u16> {
    if text.starts_with('_') {
        return Some(0);
    }
    let is_number = text.bytes().all(|octet| octet.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
