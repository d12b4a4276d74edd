//! Answers, from the application or from the server itself.

use std::{error, fmt, io};

use pyre_proto::http1::{Content, RequestError, ResponseError};

use super::{ConnectionId, Reactor, RequestId, connection::Connection};
use crate::{FileContent, access_log::Entry};

/// A part of a file that is not larger is read at once: it then leaves with the head, and costs no
/// more system calls.
const READ_AT_ONCE: u64 = 64 * 1024;

/// Why a part of a response was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendError {
    /// The peer has gone, or was refused: there is nobody to answer.
    Disconnected,
    /// The response can't be sent as it is.
    Response(ResponseError),
    /// The file can't be read, or is shorter than it was said to be.
    File(io::ErrorKind),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnected => f.write_str("the client has disconnected"),
            Self::Response(error) => error.fmt(f),
            Self::File(kind) => write!(f, "the file can't be sent: {kind}"),
        }
    }
}

impl error::Error for SendError {}

impl From<ResponseError> for SendError {
    fn from(error: ResponseError) -> Self {
        Self::Response(error)
    }
}

impl Reactor {
    /// Begins the response; it is written with its first content, or at the end of the tick. Between two
    /// ticks, [`Self::is_due`] asks for one.
    ///
    /// # Errors
    /// See [`SendError`]; nothing is written then.
    pub fn send_head<'f>(
        &mut self,
        id: RequestId,
        status: u16,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
    ) -> Result<(), SendError> {
        self.refresh_clock_between_ticks();
        // Not by a method: the default fields are borrowed beside the connection.
        let connection = self
            .connections
            .get_mut(id.connection.index)
            .filter(|connection| connection.is_answerable(id))
            .ok_or(SendError::Disconnected)?;
        connection
            .http
            .send_head(status, fields, &self.default_fields)?;
        if let Some(entry) = &mut connection.entry {
            entry.status = status;
        }
        self.open_heads.push(id);
        Ok(())
    }

    /// Writes the heads whose content has not followed at once: the application may be waiting for it,
    /// and the peer for the head.
    pub(super) fn flush_open_heads(&mut self) {
        while let Some(id) = self.open_heads.pop() {
            if let Some(connection) = self.open_request(id)
                && connection.http.flush_head()
            {
                self.flush_or_defer(id.connection);
            }
        }
    }

    /// Content of the response; `end` says that it is the last.
    ///
    /// # Errors
    /// See [`SendError`]; nothing of this call is written then.
    pub fn send_data(
        &mut self,
        id: RequestId,
        content: Content<'_>,
        end: bool,
    ) -> Result<(), SendError> {
        let connection = self.answerable(id)?;
        let sent = connection.http.send_data(content, end)?;
        if let Some(entry) = &mut connection.entry {
            entry.octets += sent;
        }
        let is_complete = connection.http.is_response_complete();
        self.after_send(id, is_complete);
        Ok(())
    }

    /// Content out of a file, by the system's own transfer where it has one.
    ///
    /// # Errors
    /// See [`SendError`]; nothing of this call is written then. A file that becomes shorter before it is
    /// written breaks the connection off, so that the peer sees that something is missing.
    pub fn send_file(
        &mut self,
        id: RequestId,
        content: FileContent,
        end: bool,
    ) -> Result<(), SendError> {
        let connection = self.answerable(id)?;
        if content.len() <= READ_AT_ONCE {
            let octets = content
                .read()
                .map_err(|error| SendError::File(error.kind()))?;
            return self.send_data(id, Content::Shared(octets.into()), end);
        }
        let sent = connection
            .http
            .send_data(Content::External(content.len()), end)?;
        if sent > 0 {
            connection.files.push_back(content);
        }
        if let Some(entry) = &mut connection.entry {
            entry.octets += sent;
        }
        let is_complete = connection.http.is_response_complete();
        self.after_send(id, is_complete);
        Ok(())
    }

    /// The response whose head was just sent is complete only with [`Self::send_trailers`].
    pub fn announce_trailers(&mut self, id: RequestId) {
        if let Some(connection) = self.open_request(id) {
            connection.http.announce_trailers();
        }
    }

    /// Trailer fields after the content; `end` says that they are the last.
    ///
    /// # Errors
    /// See [`SendError`]; nothing of this call is written then.
    pub fn send_trailers<'f>(
        &mut self,
        id: RequestId,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
        end: bool,
    ) -> Result<(), SendError> {
        self.answerable(id)?.http.send_trailers(fields, end)?;
        self.after_send(id, end);
        Ok(())
    }

    /// An interim response before the response, such as 103.
    ///
    /// # Errors
    /// See [`SendError`]; nothing is written then.
    pub fn send_interim<'f>(
        &mut self,
        id: RequestId,
        status: u16,
        fields: impl IntoIterator<Item = (&'f [u8], &'f [u8])>,
    ) -> Result<(), SendError> {
        self.answerable(id)?.http.send_interim(status, fields)?;
        self.flush_or_defer(id.connection);
        Ok(())
    }

    fn answerable(&mut self, id: RequestId) -> Result<&mut Connection, SendError> {
        self.open_request(id)
            .filter(|connection| !connection.is_broken)
            .ok_or(SendError::Disconnected)
    }

    fn after_send(&mut self, id: RequestId, is_complete: bool) {
        if is_complete {
            self.end_response(id.connection);
        }
        self.flush_or_defer(id.connection);
    }

    /// Whether the application may send on. If not, [`super::Event::Wake`] will say when.
    pub fn has_room(&mut self, id: RequestId) -> bool {
        let high_water = self.config.write_marks.high;
        let Some(connection) = self.open_request(id) else {
            return true;
        };
        if connection.is_broken {
            return true;
        }
        let has_had_its_turn = connection.has_had_its_turn();
        let has_room = connection.http.output_len() < high_water && !has_had_its_turn;
        connection.awaits_room |= !has_room;
        if has_had_its_turn {
            self.queue_for_next_tick(id.connection);
        }
        has_room
    }

    /// Whether the peer can still be answered.
    pub fn is_connected(&mut self, id: RequestId) -> bool {
        self.open_request(id)
            .is_some_and(|connection| !connection.is_broken)
    }

    /// Answers in the application's place, with a line of text, and closes. A response that is on
    /// its way is cut off instead, so that the peer sees that it is not whole.
    pub fn send_error(&mut self, id: RequestId, status: u16, reason: &str) {
        if self.open_request(id).is_some() {
            self.answer_with_error(id.connection, status, reason);
        }
    }

    /// A peer broke a rule: it is told which, where that is possible. One that has ended its side in the
    /// middle of a message has left, as far as the application is concerned.
    pub(super) fn refuse(&mut self, id: ConnectionId, error: RequestError) {
        let has_request = self
            .connection(id)
            .is_some_and(|connection| connection.in_request);
        if has_request && error != RequestError::Incomplete {
            self.refusals.insert(id.index, (self.request_id(id), error));
        }
        if !has_request {
            self.note_refused(id);
        }
        let (status, reason) = error.response();
        self.answer_with_error(id, status, reason);
    }

    fn answer_with_error(&mut self, id: ConnectionId, status: u16, reason: &str) {
        self.refresh_clock_between_ticks();
        let Some(connection) = self.connections.get_mut(id.index) else {
            return;
        };
        let sent = connection
            .http
            .send_error(status, reason, &self.default_fields);
        if connection.in_request {
            if let (Some(octets), Some(entry)) = (sent, &mut connection.entry) {
                (entry.status, entry.octets) = (status, octets);
            }
            self.ended.push(self.request_id(id));
            self.end_response(id);
        } else if let (Some(octets), Some(recorder)) = (sent, &mut self.recorder) {
            recorder.refused(connection.peer.address(), status, octets, &self.clock);
        }
        self.flush_or_defer(id);
    }

    /// The response is complete or given up: the connection is free for the next.
    fn end_response(&mut self, id: ConnectionId) {
        let Some(connection) = self.connection_mut(id) else {
            return;
        };
        if !connection.in_request {
            return;
        }
        let is_awaited = connection.stop_waiting();
        connection.in_request = false;
        if let Some(departures) = &mut connection.departures {
            departures.complete(connection.serial, connection.http.output_len());
        }
        let entry = connection.entry.take();
        self.requests -= 1;
        self.record(entry);
        if is_awaited {
            self.ended.push(self.request_id(id));
        }
        self.queue(id);
    }

    /// Writes now, unless a pipelined request is about to be answered in the same turn.
    pub(super) fn flush_or_defer(&mut self, id: ConnectionId) {
        let is_current = self.current == Some(id);
        let high_water = self.config.write_marks.high;
        let Some(connection) = self.connection_mut(id) else {
            return;
        };
        let more_to_come = is_current && !connection.in_request && connection.http.has_input();
        if !more_to_come || connection.http.output_len() >= high_water {
            self.flush(id);
        }
        if !is_current {
            self.update_deadline(id);
        }
    }

    pub(super) fn record(&mut self, entry: Option<Entry>) {
        if let (Some(recorder), Some(entry)) = (&mut self.recorder, entry) {
            recorder.end(entry);
        }
    }

    /// The application has given up waiting for something of the request.
    pub fn stop_waiting(&mut self, id: RequestId) {
        if let Some(connection) = self.connection_mut(id.connection)
            && let Some(departures) = &mut connection.departures
        {
            departures.forget(id.serial);
        }
        if let Some(connection) = self.open_request(id) {
            connection.stop_waiting();
            self.update_deadline(id.connection);
        }
    }

    /// Closes what is idle, and every other connection after its current response. What a peer has
    /// sent by now is still read, and answered.
    pub fn close_idle(&mut self) {
        self.is_stopping = true;
        for id in self.open_connections() {
            if let Some(connection) = self.connection_mut(id) {
                connection.http.disable_keep_alive();
                connection.is_readable = true;
                self.queue(id);
                self.shorten_lingering(id);
            }
        }
    }

    /// Whether applications are told that their peers have gone, although these may be there.
    #[must_use]
    pub const fn reports_peers_gone(&self) -> bool {
        self.reports_peers_gone
    }

    /// From now on a request whose content is complete is told that its peer has gone, so that a stream
    /// without an end finds one. What it still sends is sent.
    pub fn report_peers_gone(&mut self) {
        self.reports_peers_gone = true;
        for id in self.open_connections() {
            let Some(connection) = self.connection_mut(id) else {
                continue;
            };
            if connection.awaits_end && connection.http.is_content_read() {
                connection.awaits_end = false;
                self.ended.push(self.request_id(id));
            }
        }
    }

    /// Closes every connection now.
    pub fn close_all(&mut self) {
        for id in self.open_connections() {
            self.close(id);
        }
    }

    fn open_connections(&self) -> Vec<ConnectionId> {
        let id = |(index, connection): (usize, &Connection)| ConnectionId {
            index,
            generation: connection.generation,
        };
        self.connections.iter().map(id).collect()
    }
}
