//! The reactor over real sockets on loopback: what a peer sees, and what a host is told.

#![cfg(test)]
#![cfg(unix)]

#[path = "../support/mod.rs"]
mod support;

mod access_log;
mod content;
mod deadlines;
mod departures;
mod early_answers;
mod ends;
mod files;
mod leaving;
mod notices;

mod output;
mod peers;
mod pollers;
mod proxies;
mod refusals;
mod serving;
mod sockets;
mod stopping;
