//! The server half of Pyre without its language: sockets, readiness, deadlines, the access log.
//!
//! A [`Reactor`] serves any number of connections on the thread that calls it and never blocks. Its
//! [`Reactor::fd`] becomes readable when there is something to do, so it nests in any event loop.
//! Per tick a host calls [`Reactor::begin_tick`], takes [`Reactor::poll_event`] until it gives `None`, and
//! ends with [`Reactor::end_tick`]; in between, and at any other time, it answers requests.
//!
//! **Architecture invariant:** nothing here depends on Python, and nothing on the request path
//! takes a lock, spawns a thread or allocates without a bound.

#![forbid(unsafe_code)]

pub mod access_log;
mod address;
mod clock;
mod config;
mod file_content;
mod forwarded;
mod poller;
mod proxy_protocol;
mod reactor;
mod stream;
mod timer_wheel;
mod trusted_peers;

pub use address::Address;
pub use config::{Config, Proxies, Timeouts, WaterMarks};
pub use file_content::FileContent;
pub use forwarded::{Origin, Scheme};
pub use poller::Poller;
pub use pyre_proto::http1;
pub use reactor::{Event, Notice, Reactor, Received, RequestId, SendError};
pub use trusted_peers::TrustedPeers;
