//! What a reactor is told once.

use std::time::Duration;

use pyre_proto::http1::Limits;

/// How long a peer may take. `None` turns a deadline off.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// From the first octet of a head to its last, in total; and from the accept to the first octet.
    /// nginx and Apache take 60 s and 20 s, Go leaves it to the user, node takes 60 s.
    pub header: Option<Duration>,
    /// Between two pieces of awaited content. nginx takes 60 s.
    pub body: Option<Duration>,
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
            keep_alive: Some(Duration::from_secs(5)),
            write: Some(Duration::from_secs(30)),
        }
    }
}

/// The rules of one reactor.
#[derive(Debug, Clone)]
pub struct Config {
    /// What a message may cost.
    pub limits: Limits,
    /// How long a peer may take.
    pub timeouts: Timeouts,
    /// The value of `server`, where the application gives none; `None` sends none.
    pub server_header: Option<String>,
    /// Whether `date` is sent where the application gives none (RFC 9110 §6.6.1).
    pub date_header: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            server_header: Some("pyre".into()),
            date_header: true,
        }
    }
}
