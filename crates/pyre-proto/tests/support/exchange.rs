//! One connection and the application behind it.

use pyre_proto::http1::{
    Connection, Content, DefaultFields, Event, Limits, Phase, RequestError, RequestHead, Storage,
};

use super::{Message, Transcript, text};

/// When the application answers. The answer's content is the path that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answering {
    AtEndOfMessage,
    /// Without looking at the content.
    AtHead,
}

/// A connection that is fed, polled until it is dry, answered and written out.
pub(crate) struct Exchange {
    connection: Connection,
    answering: Answering,
    messages: Vec<Message>,
    fault: Option<RequestError>,
    /// The refusal has no content, as the method is HEAD.
    is_refusal_empty: bool,
    output: Vec<u8>,
}

enum Step {
    Head,
    Data,
    End,
}

impl Exchange {
    pub(crate) fn new(limits: Limits, answering: Answering) -> Self {
        Self {
            connection: Connection::new(limits.into()),
            answering,
            messages: Vec::new(),
            fault: None,
            is_refusal_empty: false,
            output: Vec::new(),
        }
    }

    pub(crate) fn receive(&mut self, octets: &[u8]) {
        self.connection.handle_input(octets);
        self.serve();
    }

    /// As a host that keeps one storage for all of its connections.
    pub(crate) fn lend(&mut self, storage: &mut Storage) {
        let buffer = self.connection.receive_buffer();
        buffer.lend(std::mem::take(storage));
    }

    pub(crate) fn reclaim(&mut self, storage: &mut Storage) {
        let reclaimed = self.connection.receive_buffer().reclaim();
        *storage = reclaimed.expect("it was lent");
    }

    /// Reads into the storage that is lent.
    pub(crate) fn receive_lent(&mut self, octets: &[u8]) {
        let buffer = self.connection.receive_buffer();
        buffer.spare()[..octets.len()].copy_from_slice(octets);
        buffer.commit(octets.len());
        self.serve();
    }

    pub(crate) fn half_close(&mut self) {
        self.connection.handle_eof();
        self.serve();
    }

    pub(crate) fn into_transcript(self) -> Transcript {
        Transcript {
            phase: self.connection.phase(),
            messages: self.messages,
            fault: self.fault,
            is_refusal_empty: self.is_refusal_empty,
            output: self.output,
        }
    }

    /// Octets that were received and that no event has accounted for.
    pub(crate) fn has_input(&self) -> bool {
        self.connection.has_input()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.connection.phase() == Phase::Closed
    }

    /// Requests, pieces of content and ends that were shown so far.
    pub(crate) fn progress(&self) -> usize {
        let per_message = |m: &Message| 1 + m.content.len() + usize::from(m.is_complete);
        self.messages.iter().map(per_message).sum()
    }

    fn serve(&mut self) {
        while let Some(step) = self.step() {
            let answers = match step {
                Step::Head => self.answering == Answering::AtHead,
                Step::End => self.answering == Answering::AtEndOfMessage,
                Step::Data => false,
            };
            if answers {
                self.answer();
            }
        }
        self.write();
    }

    fn step(&mut self) -> Option<Step> {
        match self.connection.poll_event() {
            Ok(None) => None,
            Ok(Some(Event::RequestHead(head))) => {
                let seen = message(&head);
                assert_eq!(message(&head.to_owned().head()), seen);
                self.messages.push(seen);
                Some(Step::Head)
            }
            Ok(Some(Event::Data(octets))) => {
                assert!(!octets.is_empty(), "content that is none");
                let content = text(octets);
                assert_eq!(self.connection.trailers().count(), 0, "it is not the end");
                self.last().content.push_str(&content);
                Some(Step::Data)
            }
            Ok(Some(Event::EndOfMessage)) => {
                let trailers = pairs(self.connection.trailers());
                self.last().trailers = trailers;
                self.last().is_complete = true;
                Some(Step::End)
            }
            Err(fault) => {
                self.refuse(fault);
                None
            }
        }
    }

    fn last(&mut self) -> &mut Message {
        self.messages.last_mut().expect("a head goes first")
    }

    fn answer(&mut self) {
        let path = self.last().path.clone();
        let fields: [(&[u8], &[u8]); 1] = [(b"content-type", b"text/plain")];
        self.connection
            .send_head(200, fields, &defaults())
            .expect("a request awaits it");
        self.connection
            .send_data(Content::Copied(path.as_bytes()), true)
            .expect("it is the first");
    }

    fn refuse(&mut self, fault: RequestError) {
        assert_eq!(self.fault, None, "the first fault is the last event");
        self.fault = Some(fault);
        let (status, reason) = fault.response();
        let sent = self.connection.send_error(status, reason, &defaults());
        self.is_refusal_empty = sent.expect("no response is on its way") == 0;
        assert_eq!(self.connection.phase(), Phase::Closed);
    }

    fn write(&mut self) {
        let written = self.output.len();
        self.connection
            .poll_output()
            .for_each(|slice| self.output.extend_from_slice(slice));
        let length = self.output.len() - written;
        assert_eq!(self.connection.output_len(), length as u64);
        self.connection.handle_written(length);
        assert!(self.connection.is_flushed());
    }
}

fn defaults() -> DefaultFields {
    DefaultFields {
        date: b"date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".to_vec(),
        server: b"server: pyre\r\n".to_vec(),
    }
}

fn message(head: &RequestHead<'_>) -> Message {
    Message {
        method: head.method.to_owned(),
        raw_target: text(head.target.raw),
        path: text(head.target.path),
        query: text(head.target.query),
        version: head.version,
        framing: head.framing,
        fields: pairs(head.fields()),
        expects_continue: head.expects_continue,
        is_websocket: head.is_websocket,
        takes_trailers: head.takes_trailers,
        content: String::new(),
        trailers: Vec::new(),
        is_complete: false,
    }
}

fn pairs<'a>(fields: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<(String, String)> {
    fields
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}
