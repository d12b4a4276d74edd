//! The protocol half of Pyre: bytes in, events out; responses in, bytes out.
//!
//! Nothing here opens a socket, reads a clock, spawns a thread or knows Python. A host feeds a
//! [`http1::Connection`] what arrived, takes the events that it yields, answers them, and writes
//! what the connection wants written. That is why every rule of RFC 9112 can be tested in a table.
//!
//! **Architecture invariant:** the same bytes, however the network splits them, give the same
//! events.

#![forbid(unsafe_code)]

pub mod http1;
mod span;
mod status;
mod syntax;
