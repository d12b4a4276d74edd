//! Whose word counts about whom they speak for.

use std::{net::IpAddr, str::FromStr};

use ipnet::{IpNet, Ipv4Net};

use crate::Address;

/// Proxies in front, by their addresses. Anybody else could claim to be anybody.
///
/// Written as a comma-separated list of addresses, networks (`10.0.0.0/8`, `fd00::/8`), `unix` for every
/// peer on a unix socket, and `*` for all; the empty text trusts nobody.
///
/// ```
/// use pyre_runtime::TrustedPeers;
///
/// let trusted: TrustedPeers = "127.0.0.1, fd00::/8, unix".parse()?;
/// assert!(trusted.trusts_ip("::ffff:127.0.0.1".parse().unwrap()));
/// assert!(!trusted.trusts_ip("127.0.0.2".parse().unwrap()));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedPeers {
    networks: Vec<IpNet>,
    unix: bool,
    all: bool,
}

impl TrustedPeers {
    /// Whether the peer at `address` may speak for others.
    #[must_use]
    pub fn trusts(&self, address: &Address) -> bool {
        match address {
            Address::Ip(address) => self.trusts_ip(address.ip()),
            Address::Unix(_) => self.unix || self.all,
        }
    }

    /// The same for an IP address; a v4 address counts as one, also when it is mapped into v6.
    #[must_use]
    pub fn trusts_ip(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.all || self.networks.iter().any(|net| net.contains(&address))
    }

    fn add(&mut self, member: &str) -> Result<(), String> {
        match member {
            "*" => self.all = true,
            "unix" => self.unix = true,
            _ => self.networks.push(network(member)?),
        }
        Ok(())
    }
}

/// This one and nobody else.
impl From<IpAddr> for TrustedPeers {
    fn from(address: IpAddr) -> Self {
        Self {
            networks: vec![address.to_canonical().into()],
            ..Self::default()
        }
    }
}

impl FromStr for TrustedPeers {
    type Err = String;

    fn from_str(list: &str) -> Result<Self, String> {
        let mut trusted = Self::default();
        if !list.is_empty() {
            for member in list.split(',') {
                trusted.add(member.trim_ascii())?;
            }
        }
        Ok(trusted)
    }
}

/// An address is the network of itself alone. Bits behind the prefix are a slip that would trust
/// more, or others, than was meant.
fn network(text: &str) -> Result<IpNet, String> {
    let net = match text.parse::<IpAddr>() {
        Ok(address) => Some(IpNet::from(address)),
        Err(_) => text.parse().ok(),
    };
    net.filter(|net| net.trunc() == *net)
        .map(unmapped)
        .ok_or_else(|| {
            format!("{text:?} is no address, no network like 10.0.0.0/8, not unix, and not *")
        })
}

/// A network of v4 addresses that are mapped into v6 is a v4 network.
fn unmapped(net: IpNet) -> IpNet {
    const MAPPED_PREFIX: u8 = 96;
    let IpNet::V6(v6) = net else { return net };
    let address = v6.addr().to_ipv4_mapped();
    let length = v6.prefix_len().checked_sub(MAPPED_PREFIX);
    match (address, length) {
        (Some(address), Some(length)) => Ipv4Net::new(address, length).map_or(net, IpNet::V4),
        _ => net,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusts(list: &str, address: &str) -> bool {
        let trusted: TrustedPeers = list.parse().expect("a list");
        trusted.trusts_ip(address.parse().expect("an address"))
    }

    #[test]
    fn addresses_and_networks() {
        for (list, inside, outside) in [
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("::1", "::1", "::2"),
            ("0:0:0:0:0:0:0:1", "::1", "127.0.0.1"),
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("10.0.0.0/8", "10.0.0.0", "9.255.255.255"),
            ("10.1.2.4/30", "10.1.2.7", "10.1.2.8"),
            ("fd00::/8", "fdff::1", "fe00::"),
            ("0.0.0.0/0", "1.2.3.4", "::1"),
            ("::/0", "2001:db8::1", "1.2.3.4"),
            ("192.0.2.1, 10.0.0.0/8", "10.1.1.1", "192.0.2.2"),
            ("10.0.0.0/8,::1", "::1", "::"),
            ("127.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1"),
            ("::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.0"),
            ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ] {
            assert!(trusts(list, inside), "{list} holds {inside}");
            assert!(!trusts(list, outside), "{list} does not hold {outside}");
        }
    }

    #[test]
    fn unix_sockets_are_trusted_by_name() {
        let peer = Address::Unix(None);
        for (list, expected) in [
            ("unix", true),
            ("*", true),
            ("127.0.0.1,unix", true),
            ("0.0.0.0/0,::/0", false),
            ("", false),
        ] {
            let trusted: TrustedPeers = list.parse().unwrap();
            assert_eq!(trusted.trusts(&peer), expected, "{list}");
        }
    }

    #[test]
    fn all_and_nobody() {
        assert!(trusts("*", "1.2.3.4") && trusts("*", "::1"));
        assert!(!trusts("unix", "1.2.3.4") && !trusts("", "127.0.0.1"));
    }

    #[test]
    fn what_can_not_be_read_is_refused_by_name() {
        for bad in [
            "localhost",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/255.0.0.0",
            "10.0.0",
            "010.0.0.1",
            "fe80::1%eth0",
            "[::1]",
            "127.0.0.1:80",
            "UNIX",
            "**",
            " ",
        ] {
            let error = format!("127.0.0.1,{bad}").parse::<TrustedPeers>();
            let error = error.expect_err(bad);
            assert!(
                error.starts_with(&format!("{:?} is", bad.trim_ascii())),
                "{error}"
            );
        }
        assert!("127.0.0.1,".parse::<TrustedPeers>().is_err());
    }
}
