//! Content of requests, taken when the application asks for it: what it does not ask for stays in
//! the socket, where it holds the peer back.

use pyre_proto::http1::{self, EventSpan, RequestError};

use super::{Reactor, RequestId};

/// What has come of a request's content.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<'a> {
    /// Octets, and whether they are the last.
    Data(&'a [u8], bool),
    /// Nothing yet: [`super::Event::Wake`] will say when to ask again.
    Pending,
    /// The peer broke a rule or was too slow, and is answered already: nothing will come.
    Refused(RequestError),
    /// The peer has gone, or the response is complete: nothing will come.
    Disconnected,
}

enum Taken {
    Data(EventSpan, bool),
    End,
    Pending,
    Over,
}

impl Reactor {
    /// The next part of the content; tells a peer that waits for it to go on.
    pub fn receive(&mut self, id: RequestId) -> Received<'_> {
        match self.take_content(id) {
            Taken::Pending => Received::Pending,
            Taken::Over => self.end_of(id),
            Taken::End => Received::Data(&[], true),
            Taken::Data(span, end) => {
                match self
                    .connection(id.connection)
                    .map(|connection| connection.http.event(&span))
                {
                    Some(http1::Event::Data(octets)) => Received::Data(octets, end),
                    _ => self.end_of(id),
                }
            }
        }
    }

    /// The trailer section, from the end of the content to that of the response.
    pub fn trailers(&self, id: RequestId) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.connection(id.connection)
            .filter(|connection| connection.in_request && connection.serial == id.serial)
            .into_iter()
            .flat_map(|connection| connection.http.trailers())
    }

    /// How a request has ended.
    fn end_of(&self, id: RequestId) -> Received<'_> {
        match self.refusals.get(&id.connection.index) {
            Some(&(refused, error)) if refused == id => Received::Refused(error),
            _ => Received::Disconnected,
        }
    }

    fn take_content(&mut self, id: RequestId) -> Taken {
        loop {
            let Some(connection) = self.open_request(id) else {
                return Taken::Over;
            };
            match connection.http.poll_event_span() {
                Ok(Some(span @ EventSpan::Data(_))) => return self.with_end(id, span),
                Ok(Some(EventSpan::EndOfMessage)) => {
                    self.end_content(id);
                    return Taken::End;
                }
                Ok(Some(EventSpan::RequestHead(_))) => return Taken::Over,
                Ok(None) if connection.is_broken => return Taken::Over,
                Ok(None) if connection.http.is_content_read() => return self.await_peer(id),
                Ok(None) if !connection.wants_input() => return self.await_content(id),
                Ok(None) if connection.has_had_its_turn() => return self.await_turn(id),
                Ok(None) => self.fill(id.connection),
                Err(error) => {
                    self.refuse(id.connection, error);
                    return Taken::Over;
                }
            }
        }
    }

    /// Looks whether the end has come with the last of the content, to save the application a call.
    fn with_end(&mut self, id: RequestId, span: EventSpan) -> Taken {
        let Some(connection) = self.open_request(id) else {
            return Taken::Over;
        };
        let end = match connection.http.poll_event_span() {
            Ok(next) => matches!(next, Some(EventSpan::EndOfMessage)),
            Err(error) => {
                self.refuse(id.connection, error);
                false
            }
        };
        if end {
            self.end_content(id);
        }
        Taken::Data(span, end)
    }

    /// From now on the end of the peer's side counts, also one that has come before.
    fn end_content(&mut self, id: RequestId) {
        if let Some(connection) = self.open_request(id)
            && connection.awaits_end
            && connection.peer_finished
        {
            self.queue(id.connection);
        }
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
            return Taken::Over;
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

    /// After the content: the application waits for the peer to leave.
    fn await_peer(&mut self, id: RequestId) -> Taken {
        if self.await_end(id) {
            Taken::Over
        } else {
            Taken::Pending
        }
    }
}
