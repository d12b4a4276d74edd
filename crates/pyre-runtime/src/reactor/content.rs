//! Content of requests, taken when the application asks for it: what it does not ask for stays in
//! the socket, where it holds the peer back.

use pyre_proto::http1::{self, EventSpan, RequestError};

use super::{Reactor, RequestId};

/// What has come of a request's content.
#[derive(Debug)]
pub enum Received<'a> {
    /// Octets, and whether they are the last.
    Data(&'a [u8], bool),
    /// Nothing yet: [`super::Event::Wake`] will say when to ask again.
    Pending,
    /// The peer has gone, broke the protocol, or the response is complete: nothing will come.
    Disconnected,
}

enum Taken {
    Data(EventSpan, bool),
    End,
    Pending,
    Disconnected,
}

impl Reactor {
    /// The next part of the content; tells a peer that waits for it to go on.
    pub fn receive(&mut self, id: RequestId) -> Received<'_> {
        match self.take_content(id) {
            Taken::Pending => Received::Pending,
            Taken::Disconnected => Received::Disconnected,
            Taken::End => Received::Data(&[], true),
            Taken::Data(span, end) => {
                match self
                    .connection(id.connection)
                    .map(|connection| connection.http.event(&span))
                {
                    Some(http1::Event::Data(octets)) => Received::Data(octets, end),
                    _ => Received::Disconnected,
                }
            }
        }
    }

    fn take_content(&mut self, id: RequestId) -> Taken {
        loop {
            let Some(connection) = self.open_request(id) else {
                return Taken::Disconnected;
            };
            match connection.http.poll_event_span() {
                Ok(Some(span @ EventSpan::Data(_))) => return self.with_end(id, span),
                Ok(Some(EventSpan::EndOfMessage)) => return Taken::End,
                Ok(Some(EventSpan::RequestHead(_))) => return Taken::Disconnected,
                Ok(None) if connection.is_broken => return Taken::Disconnected,
                Ok(None) if connection.http.is_request_complete() => return self.await_end(id),
                Ok(None) if !connection.wants_input() => return self.await_content(id),
                Ok(None) if connection.has_had_its_turn() => return self.await_turn(id),
                Ok(None) => self.fill(id.connection),
                Err(error) => return self.refuse_content(id, error),
            }
        }
    }

    /// Looks whether the end has come with the last of the content, to save the application a call.
    fn with_end(&mut self, id: RequestId, span: EventSpan) -> Taken {
        let Some(connection) = self.open_request(id) else {
            return Taken::Disconnected;
        };
        let end = match connection.http.poll_event_span() {
            Ok(next) => matches!(next, Some(EventSpan::EndOfMessage)),
            Err(error) => {
                self.refuse(id.connection, error);
                false
            }
        };
        Taken::Data(span, end)
    }

    fn await_content(&mut self, id: RequestId) -> Taken {
        if let Some(connection) = self.open_request(id) {
            connection.awaits_content = true;
            connection.http.send_continue();
        }
        self.flush_or_defer(id.connection);
        self.update_deadline(id.connection);
        self.expire_if_late(id.connection);
        if self.open_request(id).is_none() {
            return Taken::Disconnected;
        }
        Taken::Pending
    }

    /// More has come, but others come first.
    fn await_turn(&mut self, id: RequestId) -> Taken {
        if let Some(connection) = self.open_request(id) {
            connection.awaits_content = true;
        }
        self.queue_for_next_tick(id.connection);
        Taken::Pending
    }

    /// After the content: the application waits for the peer to leave. Once it has been told so, the
    /// connection is over for it; before, a peer that has merely ended its side is still answered
    /// (RFC 9112 §9.6).
    fn await_end(&mut self, id: RequestId) -> Taken {
        if self.reports_peers_gone {
            return Taken::Disconnected;
        }
        let Some(connection) = self.open_request(id) else {
            return Taken::Disconnected;
        };
        if !connection.peer_finished {
            connection.awaits_content = true;
            return Taken::Pending;
        }
        connection.is_broken = true;
        self.queue(id.connection);
        Taken::Disconnected
    }

    fn refuse_content(&mut self, id: RequestId, error: RequestError) -> Taken {
        self.refuse(id.connection, error);
        Taken::Disconnected
    }
}
