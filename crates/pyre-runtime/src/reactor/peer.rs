//! Who is at the other end of a connection, and for whom it speaks.

use pyre_proto::http1::RequestHead;

use super::{ConnectionId, Reactor, RequestId};
use crate::{
    Address, Origin, TrustedPeers,
    config::Proxies,
    forwarded::Forwarded,
    proxy_protocol::{self, Header},
};

/// The peer of one connection.
#[derive(Debug)]
pub(super) struct Peer {
    /// Its own address, or whose connection it forwards by the PROXY protocol.
    address: Address,
    /// Where that connection leads.
    destination: Option<Address>,
    /// The connection has to begin with a header of the PROXY protocol, which is not complete yet.
    owes_header: bool,
    /// What its requests say of their origin counts.
    is_heard: bool,
    /// Of the current request, where it says something.
    origin: Option<Origin>,
}

impl Peer {
    /// The peer at `address`; `None` when it has no right to be here.
    pub(super) fn admitted(address: Address, proxies: &Proxies) -> Option<Self> {
        let is_trusted = proxies.trusted.trusts(&address);
        let is_admitted = is_trusted || !proxies.protocol;
        is_admitted.then_some(Self {
            address,
            destination: None,
            owes_header: proxies.protocol,
            is_heard: proxies.headers && is_trusted,
            origin: None,
        })
    }

    /// Without what a request says.
    pub(super) const fn address(&self) -> &Address {
        &self.address
    }

    /// For whom the current request is.
    pub(super) fn client(&self) -> &Address {
        let origin = self.origin.as_ref();
        let client = origin.and_then(|origin| origin.client.as_ref());
        client.unwrap_or(&self.address)
    }

    pub(super) const fn owes_header(&self) -> bool {
        self.owes_header
    }

    /// From here on it is the one that the header names who speaks.
    fn introduce(&mut self, header: Header, proxies: &Proxies) {
        self.owes_header = false;
        if let Some(ends) = header.ends {
            self.is_heard = proxies.headers && proxies.trusted.trusts(&ends.source);
            self.address = ends.source;
            self.destination = Some(ends.destination);
        }
    }

    /// Takes what `head` says of its origin, where that counts, and sets the host in it.
    pub(super) fn hear(&mut self, head: &mut RequestHead<'_>, trusted: &TrustedPeers) {
        if !self.is_heard {
            return;
        }
        self.origin = None;
        // The usual request is nobody else's.
        if Forwarded::is_in(head) {
            let forwarded = Forwarded::read(head, trusted);
            self.origin = forwarded.origin();
            if let Some(host) = forwarded.host {
                *head = head.with_host(host);
            }
        }
    }
}

impl Reactor {
    /// The peer's address; by the PROXY protocol, its own peer's.
    #[must_use]
    pub fn peer(&self, id: RequestId) -> Option<&Address> {
        self.connection(id.connection)
            .map(|connection| connection.peer.address())
    }

    /// Where the request comes from, if a trusted proxy says so.
    #[must_use]
    pub fn origin(&self, id: RequestId) -> Option<&Origin> {
        self.connection(id.connection)?.peer.origin.as_ref()
    }

    /// The address that the peer has connected to.
    #[must_use]
    pub fn local_address(&self, id: RequestId) -> Option<Address> {
        let connection = self.connection(id.connection)?;
        if let Some(destination) = &connection.peer.destination {
            return Some(destination.clone());
        }
        let listening = self.acceptor.address(connection.listener)?;
        let exact = if listening.is_unspecified() {
            connection.stream.local_address()
        } else {
            None
        };
        exact.or_else(|| Some(listening.clone()))
    }

    /// Reads the header of the PROXY protocol; returns whether requests may follow. Without a complete
    /// and well-formed one the connection is closed, as nobody can tell whose it is.
    pub(super) fn take_proxy_header(&mut self, id: ConnectionId) -> bool {
        loop {
            let Some(connection) = self.connections.get_mut(id.index) else {
                return false;
            };
            let buffer = connection.http.receive_buffer();
            match proxy_protocol::parse(buffer.octets()) {
                Ok(Some(header)) => {
                    buffer.consume(header.length);
                    connection.peer.introduce(header, &self.config.proxies);
                    return true;
                }
                Ok(None) if connection.wants_input() => self.fill(id),
                Ok(None) if !connection.has_ended() => return false,
                Ok(None) | Err(_) => {
                    self.close(id);
                    return false;
                }
            }
        }
    }
}
