//! What a reactor is told once.

use std::{
    net::{IpAddr, Ipv4Addr},
    num::NonZeroU64,
    time::Duration,
};

use pyre_proto::http1::Limits;

use crate::TrustedPeers;

/// How long a peer may take. `None` turns a deadline off.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// From the first octet of a head to its last, in total; and from the accept to the first octet.
    /// nginx and Apache take 60 s and 20 s, Go leaves it to the user, node takes 60 s.
    pub header: Option<Duration>,
    /// Without awaited content arriving. nginx takes 60 s.
    pub body: Option<Duration>,
    /// Octets of awaited content in a second. A peer may be behind by [`Self::body`] and no more, so a
    /// trickle does not last for ever. Kestrel takes 240, Apache 500. `None`: each octet starts
    /// [`Self::body`] anew.
    pub body_rate: Option<NonZeroU64>,
    /// Between two requests. uvicorn and Apache take 5 s.
    pub keep_alive: Option<Duration>,
    /// Without the peer taking anything of what is written. nginx takes 60 s.
    pub write: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            header: Some(Duration::from_secs(10)),
            body: Some(Duration::from_secs(30)),
            body_rate: NonZeroU64::new(240),
            keep_alive: Some(Duration::from_secs(5)),
            write: Some(Duration::from_secs(30)),
        }
    }
}

/// How much output may wait for a peer, in octets. asyncio takes 64 KiB and a quarter of it.
#[derive(Debug, Clone, Copy)]
pub struct WaterMarks {
    /// With so many an application has to wait.
    pub high: u64,
    /// With so many, or fewer, it may go on. Not above [`Self::high`].
    pub low: u64,
}

impl Default for WaterMarks {
    fn default() -> Self {
        Self {
            high: 64 * 1024,
            low: 16 * 1024,
        }
    }
}

/// Proxies in front: peers that speak for others.
#[derive(Debug, Clone)]
pub struct Proxies {
    /// Who may.
    pub trusted: TrustedPeers,
    /// Whether they do in `X-Forwarded-For`, `-Proto` and `-Host`, or in `Forwarded`.
    pub headers: bool,
    /// Whether each connection begins with a header of the PROXY protocol. Peers that are not trusted
    /// are closed then.
    pub protocol: bool,
}

impl Default for Proxies {
    fn default() -> Self {
        Self {
            trusted: TrustedPeers::from(IpAddr::from(Ipv4Addr::LOCALHOST)),
            headers: true,
            protocol: false,
        }
    }
}

/// The rules of one reactor.
#[derive(Debug, Clone)]
pub struct Config {
    /// What a message may cost.
    pub limits: Limits,
    /// Octets that one read may bring: as much of pipelined requests and of unread content is held for a
    /// connection while a request of it is answered. At least [`Config::LEAST_READ_AHEAD`].
    pub read_ahead: usize,
    /// How much output may wait in a connection.
    pub write_marks: WaterMarks,
    /// How long a peer may take.
    pub timeouts: Timeouts,
    /// Who may speak for others, and how.
    pub proxies: Proxies,
    /// The value of `server`, where the application gives none; `None` sends none.
    pub server_header: Option<String>,
    /// Whether `date` is sent where the application gives none (RFC 9110 §6.6.1).
    pub date_header: bool,
}

impl Config {
    /// Less would make the reading of a large head or content many small steps.
    pub const LEAST_READ_AHEAD: usize = 16 * 1024;
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            read_ahead: 256 * 1024,
            write_marks: WaterMarks::default(),
            timeouts: Timeouts::default(),
            proxies: Proxies::default(),
            server_header: Some("pyre".into()),
            date_header: true,
        }
    }
}
