//! The PROXY protocol, versions 1 and 2, the receiver's side (haproxy.org, `proxy-protocol.txt`).
//!
//! A proxy that does not look into what it forwards says with the first octets of a connection for whom
//! it has opened it:
//!
//! ```text
//! 1:  PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 CRLF           the source, the destination, their ports
//! 2:  signature (12)  version, command  family, transport  length (2)  addresses  vectors
//! ```
//!
//! Out of scope: what the vectors of version 2 tell, of TLS for one; they are skipped.

use std::net::{IpAddr, SocketAddr};

use crate::Address;

/// What a connection begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// Octets that it takes; what follows is the forwarded connection's.
    pub(crate) length: usize,
    /// `None` where the proxy speaks for itself, or for somebody without an address.
    pub(crate) ends: Option<Ends>,
}

/// The two ends of the connection that is forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) source: Address,
    pub(crate) destination: Address,
}

/// It is none, or not one that may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Octets of a line of version 1 with its CRLF (§2.1).
const LONGEST_LINE: usize = 107;

/// Octets of a header of version 2 behind its length. It could announce 64 KiB; nginx takes as much in all.
const MOST_ADDRESSES_AND_VECTORS: usize = 4096;

const LINE_START: &[u8] = b"PROXY ";
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Reads the header that `octets` begin with; `None` until it is complete.
///
/// # Errors
/// The connection has to be closed, and as soon as that is certain.
pub(crate) fn parse(octets: &[u8]) -> Result<Option<Header>, Malformed> {
    if begins_as(LINE_START, octets) {
        parse_line(octets)
    } else if begins_as(SIGNATURE, octets) {
        parse_binary(octets)
    } else {
        Err(Malformed)
    }
}

/// Whether `octets`, as far as they have come, are `start` and perhaps more.
fn begins_as(start: &[u8], octets: &[u8]) -> bool {
    start
        .iter()
        .zip(octets)
        .all(|(expected, octet)| expected == octet)
}

// ---- version 1

fn parse_line(octets: &[u8]) -> Result<Option<Header>, Malformed> {
    let within = octets.get(..LONGEST_LINE).unwrap_or(octets);
    let Some(end) = within.windows(2).position(|pair| pair == b"\r\n") else {
        let may_end = octets.len() < LONGEST_LINE;
        return if may_end { Ok(None) } else { Err(Malformed) };
    };
    let line = within
        .get(..end)
        .and_then(|line| line.strip_prefix(LINE_START));
    let line = str::from_utf8(line.ok_or(Malformed)?).map_err(|_| Malformed)?;
    Ok(Some(Header {
        length: end + 2,
        ends: line_ends(line)?,
    }))
}

/// What the line says behind its first word. Exactly one space parts the words.
fn line_ends(line: &str) -> Result<Option<Ends>, Malformed> {
    let mut words = line.split(' ');
    let is_family: fn(IpAddr) -> bool = match words.next() {
        Some("TCP4") => |address| address.is_ipv4(),
        Some("TCP6") => |address| address.is_ipv6(),
        // Whatever follows is to be ignored.
        Some("UNKNOWN") => return Ok(None),
        _ => return Err(Malformed),
    };
    let words: Vec<&str> = words.collect();
    let [source, destination, source_port, destination_port] = words[..] else {
        return Err(Malformed);
    };
    let end = |address: &str, port: &str| {
        let address: IpAddr = address.parse().map_err(|_| Malformed)?;
        let address = SocketAddr::new(address, line_port(port)?);
        is_family(address.ip())
            .then(|| address.into())
            .ok_or(Malformed)
    };
    Ok(Some(Ends {
        source: end(source, source_port)?,
        destination: end(destination, destination_port)?,
    }))
}

/// A port without a sign and without zeros in front.
fn line_port(text: &str) -> Result<u16, Malformed> {
    let port: u16 = text.parse().map_err(|_| Malformed)?;
    (port.to_string() == text).then_some(port).ok_or(Malformed)
}

// ---- version 2

fn parse_binary(octets: &[u8]) -> Result<Option<Header>, Malformed> {
    let Some((start, rest)) = octets.split_at_checked(SIGNATURE.len() + 4) else {
        return Ok(None);
    };
    let [.., command, family, high, low] = *start else {
        return Err(Malformed);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > MOST_ADDRESSES_AND_VECTORS {
        return Err(Malformed);
    }
    let Some(block) = rest.get(..length) else {
        return Ok(None);
    };
    Ok(Some(Header {
        length: start.len() + length,
        ends: binary_ends(command, family, block)?,
    }))
}

fn binary_ends(command: u8, family: u8, block: &[u8]) -> Result<Option<Ends>, Malformed> {
    match command {
        // LOCAL: the proxy's own connection, to see whether the server is well. The family is ignored.
        0x20 => return Ok(None),
        0x21 => {}
        _ => return Err(Malformed),
    }
    let (family, transport) = (family >> 4, family & 0x0f);
    let ends = match (family, transport) {
        (4.., _) | (_, 3..) => return Err(Malformed),
        (0, _) | (_, 0) => return Ok(None),
        (1, _) => ip_ends::<4>(block),
        (2, _) => ip_ends::<16>(block),
        _ => unix_ends(block),
    };
    ends.map(Some).ok_or(Malformed)
}

fn ip_ends<const LENGTH: usize>(block: &[u8]) -> Option<Ends>
where
    IpAddr: From<[u8; LENGTH]>,
{
    let (source, rest) = block.split_first_chunk::<LENGTH>()?;
    let (destination, rest) = rest.split_first_chunk::<LENGTH>()?;
    let (source_port, rest) = rest.split_first_chunk()?;
    let destination_port = rest.first_chunk()?;
    let end =
        |address: [u8; LENGTH], port| SocketAddr::new(address.into(), u16::from_be_bytes(port));
    Some(Ends {
        source: end(*source, *source_port).into(),
        destination: end(*destination, *destination_port).into(),
    })
}

/// Octets of a path, as much as `sockaddr_un` holds.
const UNIX_PATH: usize = 108;

fn unix_ends(block: &[u8]) -> Option<Ends> {
    let (source, rest) = block.split_first_chunk::<UNIX_PATH>()?;
    let destination = rest.first_chunk::<UNIX_PATH>()?;
    Some(Ends {
        source: unix_end(source),
        destination: unix_end(destination),
    })
}

/// What stands before the first zero; a socket without a name has none.
fn unix_end(path: &[u8]) -> Address {
    let path = path.split(|&octet| octet == 0).next().unwrap_or_default();
    if path.is_empty() {
        return Address::Unix(None);
    }
    Address::Unix(Some(String::from_utf8_lossy(path).into_owned().into()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What follows a header in these tests, and must not matter.
    const BEHIND: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

    /// The header of version 2, without its length's being checked.
    fn binary(command: u8, family: u8, block: &[u8]) -> Vec<u8> {
        let length = u16::try_from(block.len()).unwrap().to_be_bytes();
        [SIGNATURE, &[command, family], &length, block].concat()
    }

    fn ip_block(source: &str, destination: &str) -> Vec<u8> {
        let ends: [SocketAddr; 2] = [source.parse().unwrap(), destination.parse().unwrap()];
        let octets = ends.map(|end| match end.ip() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        });
        let ports = ends.map(|end| end.port().to_be_bytes());
        [octets.concat(), ports.concat()].concat()
    }

    fn unix_block(source: &[u8], destination: &[u8]) -> Vec<u8> {
        let mut block = vec![0; 2 * UNIX_PATH];
        block[..source.len()].copy_from_slice(source);
        block[UNIX_PATH..][..destination.len()].copy_from_slice(destination);
        block
    }

    fn between(source: &str, destination: &str) -> Ends {
        let end = |text: &str| Address::from(text.parse::<SocketAddr>().unwrap());
        Ends {
            source: end(source),
            destination: end(destination),
        }
    }

    /// Each is complete with its last octet, at no earlier one, and whatever follows.
    fn check_accepted(header: &[u8], ends: Option<&Ends>) {
        let whole = [header, BEHIND].concat();
        for length in 0..header.len() {
            assert_eq!(parse(&whole[..length]), Ok(None), "{length} of {header:x?}");
        }
        for length in header.len()..=whole.len() {
            let parsed = parse(&whole[..length])
                .expect("well-formed")
                .expect("complete");
            assert_eq!(parsed.length, header.len());
            assert_eq!(parsed.ends.as_ref(), ends, "{header:x?}");
        }
    }

    /// Each is refused at some octet, and at every later one.
    fn check_refused(header: &[u8]) {
        let whole = [header, BEHIND].concat();
        let refused = (0..=whole.len()).find(|&length| parse(&whole[..length]) == Err(Malformed));
        let refused = refused.unwrap_or_else(|| panic!("accepted: {header:x?}"));
        for length in refused..=whole.len() {
            assert_eq!(
                parse(&whole[..length]),
                Err(Malformed),
                "{length} of {header:x?}"
            );
        }
    }

    #[test]
    fn lines() {
        let widest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        let widest_end = format!("[{widest}]:65535");
        for (line, ends) in [
            (
                "TCP4 192.0.2.1 198.51.100.1 56324 443",
                Some(between("192.0.2.1:56324", "198.51.100.1:443")),
            ),
            (
                "TCP4 255.255.255.255 0.0.0.0 65535 0",
                Some(between("255.255.255.255:65535", "0.0.0.0:0")),
            ),
            (
                "TCP6 2001:db8::1 ::1 1 2",
                Some(between("[2001:db8::1]:1", "[::1]:2")),
            ),
            (
                "TCP6 ::ffff:192.0.2.1 ::FFFF:c000:202 1 2",
                Some(between("192.0.2.1:1", "192.0.2.2:2")),
            ),
            (
                &format!("TCP6 {widest} {widest} 65535 65535"),
                Some(between(&widest_end, &widest_end)),
            ),
            ("UNKNOWN", None),
            ("UNKNOWN ", None),
            ("UNKNOWN what ever \r it \n is", None),
            (&format!("UNKNOWN {widest} {widest} 65535 65535"), None),
        ] {
            check_accepted(format!("PROXY {line}\r\n").as_bytes(), ends.as_ref());
        }
    }

    #[test]
    fn a_line_has_at_most_107_octets() {
        let line = |length: usize| format!("PROXY UNKNOWN {:>1$}\r\n", "x", length - 16);
        assert_eq!(line(107).len(), 107);
        check_accepted(line(107).as_bytes(), None);
        check_refused(line(108).as_bytes());
    }

    #[test]
    fn malformed_lines() {
        for line in [
            "",
            "TCP4",
            "TCP4 ",
            "UDP4 1.2.3.4 1.2.3.4 1 2",
            "tcp4 1.2.3.4 1.2.3.4 1 2",
            "UNKNOWNX",
            "TCP4 1.2.3.4 1.2.3.4 1",
            "TCP4 1.2.3.4 1.2.3.4 1 2 3",
            "TCP4 1.2.3.4 1.2.3.4 1 2 ",
            "TCP4  1.2.3.4 1.2.3.4 1 2",
            " TCP4 1.2.3.4 1.2.3.4 1 2",
            "TCP4 1.2.3.4\t1.2.3.4 1 2",
            "TCP4 ::1 ::1 1 2",
            "TCP6 1.2.3.4 1.2.3.4 1 2",
            "TCP4 1.2.3.4 ::1 1 2",
            "TCP4 1.2.3 1.2.3.4 1 2",
            "TCP4 01.2.3.4 1.2.3.4 1 2",
            "TCP4 1.2.3.256 1.2.3.4 1 2",
            "TCP6 [::1] ::1 1 2",
            "TCP6 :: ::1%1 1 2",
            "TCP4 1.2.3.4 1.2.3.4 65536 2",
            "TCP4 1.2.3.4 1.2.3.4 01 2",
            "TCP4 1.2.3.4 1.2.3.4 +1 2",
            "TCP4 1.2.3.4 1.2.3.4 -1 2",
            "TCP4 1.2.3.4 1.2.3.4 1 ",
            "TCP4 1.2.3.4 1.2.3.4 1 2\n",
            "UNKNOWN\n",
        ] {
            check_refused(format!("PROXY {line}\r\n").as_bytes());
        }
        check_refused(b"PROXY TCP4 \xff\r\n");
        check_refused(&[b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", &[b'x'; 107][..]].concat());
    }

    #[test]
    fn what_is_no_header_is_refused_at_its_first_octet() {
        for start in [
            "GET / HTTP/1.1\r\n",
            "PRI * HTTP/2.0\r\n",
            "proxy TCP4",
            "\r\n\r\nGET",
            "\u{16}\u{3}\u{1}",
            " PROXY",
        ] {
            check_refused(start.as_bytes());
        }
        assert_eq!(parse(b"G"), Err(Malformed));
        assert_eq!(parse(b"PRI"), Err(Malformed));
        assert_eq!(parse(b"\r\n\r\nG"), Err(Malformed));
        assert_eq!(parse(b""), Ok(None));
    }

    #[test]
    fn binary_addresses() {
        let v4 = ip_block("192.0.2.1:56324", "198.51.100.1:443");
        let v4_ends = between("192.0.2.1:56324", "198.51.100.1:443");
        let v6 = ip_block("[2001:db8::1]:1", "[::1]:65535");
        let v6_ends = between("[2001:db8::1]:1", "[::1]:65535");
        let mapped = ip_block("[::ffff:192.0.2.1]:1", "[::1]:2");
        for (family, block, ends) in [
            (0x11, &v4, &v4_ends),
            (0x12, &v4, &v4_ends),
            (0x21, &v6, &v6_ends),
            (0x22, &v6, &v6_ends),
            (0x21, &mapped, &between("192.0.2.1:1", "[::1]:2")),
        ] {
            check_accepted(&binary(0x21, family, block), Some(ends));
            let with_vectors = [&block[..], b"\x04\x00\x01\x00junk"].concat();
            check_accepted(&binary(0x21, family, &with_vectors), Some(ends));
        }
    }

    #[test]
    fn binary_paths() {
        let named = |path: &str| Address::Unix(Some(path.into()));
        let longest = "x".repeat(UNIX_PATH);
        for (source, destination, ends) in [
            (
                &b"/run/a"[..],
                &b"/run/b"[..],
                (named("/run/a"), named("/run/b")),
            ),
            (
                b"",
                b"\0abstract",
                (Address::Unix(None), Address::Unix(None)),
            ),
            (b"/a\0b", b"/\xff", (named("/a"), named("/\u{fffd}"))),
            (longest.as_bytes(), b"/b", (named(&longest), named("/b"))),
        ] {
            let (source_end, destination_end) = ends;
            let ends = Ends {
                source: source_end,
                destination: destination_end,
            };
            for family in [0x31, 0x32] {
                let header = binary(0x21, family, &unix_block(source, destination));
                check_accepted(&header, Some(&ends));
            }
        }
    }

    #[test]
    fn the_proxy_may_speak_for_itself() {
        let block = ip_block("192.0.2.1:1", "192.0.2.2:2");
        for (command, family, block) in [
            (0x20, 0x00, &[][..]),
            (0x20, 0x11, &block),
            (0x20, 0x11, &[1, 2]),
            (0x20, 0xff, &block),
            (0x21, 0x00, &[]),
            (0x21, 0x00, &block),
            (0x21, 0x01, &block),
            (0x21, 0x10, &[]),
        ] {
            check_accepted(&binary(command, family, block), None);
        }
    }

    #[test]
    fn malformed_binary_headers() {
        let block = ip_block("192.0.2.1:1", "192.0.2.2:2");
        for (command, family) in [
            (0x22, 0x11),
            (0x2f, 0x11),
            (0x11, 0x11),
            (0x31, 0x11),
            (0x01, 0x11),
        ] {
            check_refused(&binary(command, family, &block));
        }
        for family in [0x13, 0x1f, 0x41, 0x40, 0xf0, 0x03] {
            check_refused(&binary(0x21, family, &[0; 300]));
        }
        for (family, least) in [(0x11, 12), (0x21, 36), (0x31, 216)] {
            check_refused(&binary(0x21, family, &vec![0; least - 1]));
            assert!(
                parse(&binary(0x21, family, &vec![0; least])).is_ok_and(|header| header.is_some())
            );
        }
    }

    #[test]
    fn a_binary_header_has_at_most_4096_octets_behind_its_length() {
        let block = |length: usize| {
            [
                &ip_block("192.0.2.1:1", "192.0.2.2:2")[..],
                &vec![0; length - 12],
            ]
            .concat()
        };
        check_accepted(
            &binary(0x21, 0x11, &block(4096)),
            Some(&between("192.0.2.1:1", "192.0.2.2:2")),
        );
        check_refused(&binary(0x21, 0x11, &block(4097)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_octets_panic(octets: Vec<u8>) {
            let _ = parse(&octets);
        }

        #[test]
        fn nor_do_octets_behind_a_valid_start(
            is_line: bool,
            command in 0x1f_u8..0x23,
            family: u8,
            length in 0_u16..300,
            block in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let header = if is_line {
                [LINE_START, &block].concat()
            } else {
                [SIGNATURE, &[command, family], &length.to_be_bytes(), &block].concat()
            };
            // Once it is certain, it stays so with every octet that follows.
            let mut verdict = Ok(None);
            for end in 0..=header.len() {
                let next = parse(&header[..end]);
                prop_assert!(verdict == Ok(None) || verdict == next);
                verdict = next;
            }
        }
    }
}
