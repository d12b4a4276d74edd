//! What peers speak that is not spoken here: worth a line for who runs the server, once.

use super::{ConnectionId, Reactor};

/// A kind of request that can't be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A record of TLS, whose first is a handshake (RFC 8446 §5.1).
    Tls,
    /// The preface of a client that knows a server of HTTP/2 (RFC 9113 §3.4).
    Http2,
    /// A WebSocket handshake (RFC 6455 §4.2.1).
    WebSocket,
}

/// The notices of a reactor: each is given once, however many peers give cause to it.
#[derive(Debug, Default)]
pub(super) struct Notices {
    seen: Vec<Notice>,
    /// How many of `seen` have been taken.
    taken: usize,
}

impl Notice {
    /// What octets that are no request look like.
    fn of(octets: &[u8]) -> Option<Self> {
        match octets {
            [0x16, ..] => Some(Self::Tls),
            _ if octets.starts_with(b"PRI * HTTP/2") => Some(Self::Http2),
            _ => None,
        }
    }
}

impl Reactor {
    /// Keeps a notice for [`Self::take_notice`], the first time.
    pub fn note(&mut self, notice: Notice) {
        if !self.notices.seen.contains(&notice) {
            self.notices.seen.push(notice);
        }
    }

    /// A notice that has not been taken yet.
    pub fn take_notice(&mut self) -> Option<Notice> {
        let notice = self.notices.seen.get(self.notices.taken)?;
        self.notices.taken += 1;
        Some(*notice)
    }

    /// Looks what a connection speaks whose request is refused.
    pub(super) fn note_refused(&mut self, id: ConnectionId) {
        let connection = self.connection_mut(id);
        let notice =
            connection.and_then(|connection| Notice::of(connection.http.receive_buffer().octets()));
        if let Some(notice) = notice {
            self.note(notice);
        }
    }
}
