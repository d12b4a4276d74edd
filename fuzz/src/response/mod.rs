//! The application's calls in any order: what the peer reads is what was said, and what was refused is not.

mod expected;
mod reading;
mod rules;
mod script;

use arbitrary::{Arbitrary, Unstructured};
use pyre_proto::http1::{Connection, Content, DefaultFields, Event, Limits, Phase, ResponseError};

use crate::support::{NEXT, application::output, text};
use expected::{DATE, Expected, SERVER};
use reading::{Item, assert_read, assert_verdict};
use script::{ErrorStatus, Field, Piece, Report, Request, ResponseHead, Step, Trailers};

/// The peer reads every response as the application sent it.
pub fn check(data: &[u8]) {
    let mut data = Unstructured::new(data);
    let Ok(steps) = Vec::<Step<'_>>::arbitrary(&mut data) else {
        return;
    };
    let report = Report(&steps);
    let mut exchange = Exchange::new();
    for step in report.0 {
        exchange.take(step);
    }
    exchange.finish();
}

/// A connection, and what is known of it from outside.
struct Exchange {
    connection: Connection,
    /// Of which the first `shown` are known to the application.
    requests: Vec<Request>,
    shown: usize,
    /// All content of the last request has arrived.
    has_content: bool,
    /// Another request may be shown.
    is_open: bool,
    is_last_request: bool,
    current: Option<Current>,
    /// What goes before the response to the current request.
    expected: Vec<Item>,
    written: Vec<u8>,
}

/// The response to a request, until both are over.
struct Current {
    response: Expected,
    waits_for_continue: bool,
}

impl Exchange {
    fn new() -> Self {
        Self {
            connection: Connection::new(Limits::default().into()),
            requests: Vec::new(),
            shown: 0,
            has_content: true,
            is_open: true,
            is_last_request: false,
            current: None,
            expected: Vec::new(),
            written: Vec::new(),
        }
    }

    fn take(&mut self, step: &Step<'_>) {
        match step {
            Step::Request(request) => self.request(*request),
            Step::RequestContent => self.request_content(),
            Step::Poll => self.poll(),
            Step::SendContinue => self.send_continue(),
            Step::SendHead(head) => self.send_head(head),
            Step::SendData(piece) => self.send_data(piece),
            Step::SendError(status) => self.send_error(*status),
            Step::DisableKeepAlive => self.disable_keep_alive(),
            Step::CloseIfIdle => self.close_if_idle(),
            Step::Abort => self.abort(),
            Step::Write(length) => self.write(usize::from(*length)),
            Step::SendInterim(head) => self.send_interim(head),
            Step::AnnounceTrailers => self.announce_trailers(),
            Step::SendTrailers(trailers) => self.send_trailers(trailers),
            Step::SendExternal(length, is_last) => self.send_external(*length, *is_last),
        }
        self.settle();
    }

    // ---- the peer

    fn request(&mut self, request: Request) {
        self.request_content();
        self.connection.handle_input(request.head().as_bytes());
        self.requests.push(request);
        self.has_content = request.content().is_empty();
        self.poll();
    }

    fn request_content(&mut self) {
        if let (false, Some(request)) = (self.has_content, self.requests.last()) {
            self.connection.handle_input(&request.content());
            self.has_content = true;
            self.poll();
        }
    }

    fn write(&mut self, length: usize) {
        let mut room = length;
        while room > 0 && !self.connection.is_flushed() {
            let mut octets = match self.connection.poll_external() {
                Some(length) => external(usize::try_from(length).expect("64 bits")),
                None => output(&self.connection),
            };
            assert!(octets.len() as u64 <= self.connection.output_len());
            octets.truncate(room);
            room -= octets.len();
            assert!(
                !octets.is_empty(),
                "there is more to write, and nothing is shown"
            );
            self.connection.handle_written(octets.len());
            self.written.extend(octets);
        }
    }

    // ---- the host

    fn poll(&mut self) {
        self.settle();
        loop {
            let event = self.connection.poll_event();
            match event.expect("the requests are valid") {
                Some(Event::RequestHead(head)) => {
                    let method = head.method.to_owned();
                    self.begin_response(&method);
                }
                Some(Event::Data(_) | Event::EndOfMessage) => {}
                None => return,
            }
        }
    }

    fn begin_response(&mut self, method: &str) {
        assert!(self.is_open && self.current.is_none());
        let request = self.requests[self.shown];
        assert_eq!(method, request.method.name());
        self.shown += 1;
        let mut response = Expected::new(request);
        response.persists &= !self.is_last_request;
        self.current = Some(Current {
            response,
            waits_for_continue: request.waits_for_continue(),
        });
    }

    fn disable_keep_alive(&mut self) {
        self.connection.disable_keep_alive();
        self.is_last_request = true;
        if let Some(current) = &mut self.current {
            current.response.persists = false;
        }
    }

    fn close_if_idle(&mut self) {
        let is_idle = self.is_open && self.current.is_none() && self.shown == self.requests.len();
        assert_eq!(self.connection.phase() == Phase::Idle, is_idle);
        self.connection.close_if_idle();
        self.is_open &= !is_idle;
    }

    fn abort(&mut self) {
        self.silently(Connection::abort);
        if let Some(current) = &mut self.current {
            current.response.abort();
        }
        self.is_open = false;
    }

    /// A text takes the place of a response that is not written; one that is, is cut off.
    fn send_error(&mut self, status: ErrorStatus) {
        if self.shown < self.requests.len() {
            // What has arrived is to be looked at first, as it may be a request to answer.
            self.poll();
        }
        let text = format!("{} sorry\n", status.code());
        let expected = match &mut self.current {
            Some(current) if current.response.is_over() || current.response.is_written() => {
                current.response.abort();
                None
            }
            Some(current) => Some(current.response.send_error(status.code(), &text)),
            None if self.is_open => {
                let mut response = Expected::without_request();
                let sent = response.send_error(status.code(), &text);
                self.expected.push(Item::Response(response));
                Some(sent)
            }
            None => None,
        };
        self.is_open = false;
        let before = self.connection.output_len();
        let sent = self
            .connection
            .send_error(status.code(), "sorry", &defaults(true));
        assert_eq!(sent, expected);
        assert_eq!(self.connection.output_len() > before, expected.is_some());
    }

    // ---- the application

    fn send_continue(&mut self) {
        let waits = self.waits_for_continue();
        let current = self.current.as_mut().filter(|_| waits);
        if let Some(current) = current.filter(|current| current.response.awaits_head()) {
            current.waits_for_continue = false;
            self.expected.push(Item::Continue);
            self.connection.send_continue();
        } else {
            self.silently(Connection::send_continue);
        }
    }

    /// The peer waits with its content, and may never send it.
    fn waits_for_continue(&self) -> bool {
        let current = self.current.as_ref();
        !self.has_all_content() && current.is_some_and(|current| current.waits_for_continue)
    }

    /// The current request has arrived as a whole.
    fn has_all_content(&self) -> bool {
        self.has_content || self.shown < self.requests.len()
    }

    fn send_head(&mut self, head: &ResponseHead<'_>) {
        let fields: Vec<_> = head
            .fields
            .iter()
            .map(|field| (field.name(), field.value()))
            .collect();
        let defaults = defaults(head.has_defaults);
        let got = self.silently(|connection| {
            let fields = fields.iter().map(|(name, value)| (*name, &value[..]));
            connection.send_head(head.status(), fields, &defaults)
        });
        let waits = self.waits_for_continue();
        let Some(current) = &mut self.current else {
            assert_eq!(got, Err(ResponseError::Complete));
            return;
        };
        let wrong = current.response.send_head(head);
        current.response.persists &= !(waits && got.is_ok());
        assert_verdict(got, &wrong);
    }

    fn send_data(&mut self, piece: &Piece<'_>) {
        let octets = piece.octets();
        let current = self.current.as_mut();
        let wrong = current.map_or(vec![ResponseError::Complete], |current| {
            current.response.send_data(&octets, piece.is_last)
        });
        let call = |connection: &mut Connection| {
            connection.send_data(piece.content(&octets), piece.is_last)
        };
        let got = if wrong.is_empty() {
            call(&mut self.connection)
        } else {
            self.silently(call)
        };
        assert_verdict(got.map(drop), &wrong);
        if let (Ok(sent), Some(current)) = (got, &self.current) {
            let expected = if current.response.is_without_content() {
                0
            } else {
                octets.len() as u64
            };
            assert_eq!(sent, expected);
        }
    }

    fn send_interim(&mut self, head: &ResponseHead<'_>) {
        let said = said(&head.fields);
        let before = self.connection.output_len();
        let fields = said.iter().map(|(name, value)| (&name[..], &value[..]));
        let got = self.connection.send_interim(head.interim_status(), fields);
        let current = self.current.as_ref();
        let wrong = current.map_or(vec![ResponseError::Complete], |current| {
            current.response.send_interim(head)
        });
        let is_told = got.is_ok() && current.is_some_and(|current| current.response.is_http11());
        assert_eq!(self.connection.output_len() > before, is_told);
        assert_verdict(got, &wrong);
        if is_told {
            let said = said.iter().map(|(name, value)| (text(name), text(value)));
            let interim = Item::Interim(head.interim_status(), said.collect());
            self.expected.push(interim);
        }
    }

    fn announce_trailers(&mut self) {
        self.silently(Connection::announce_trailers);
        if let Some(current) = &mut self.current {
            current.response.announce_trailers();
        }
    }

    fn send_trailers(&mut self, trailers: &Trailers<'_>) {
        let said = said(&trailers.fields);
        let current = self.current.as_mut();
        let wrong = current.map_or(vec![ResponseError::Complete], |current| {
            current.response.send_trailers(trailers)
        });
        let call = |connection: &mut Connection| {
            let fields = said.iter().map(|(name, value)| (&name[..], &value[..]));
            connection.send_trailers(fields, trailers.are_last)
        };
        let got = if wrong.is_empty() {
            call(&mut self.connection)
        } else {
            self.silently(call)
        };
        assert_verdict(got, &wrong);
    }

    fn send_external(&mut self, length: u16, is_last: bool) {
        let octets = external(length.into());
        let current = self.current.as_mut();
        let wrong = current.map_or(vec![ResponseError::Complete], |current| {
            current.response.send_data(&octets, is_last)
        });
        let content = Content::External(length.into());
        let got = self.connection.send_data(content, is_last);
        assert_verdict(got.map(drop), &wrong);
    }

    /// What `call` returns, after having seen that it wrote nothing.
    fn silently<T>(&mut self, call: impl FnOnce(&mut Connection) -> T) -> T {
        let before = output(&self.connection);
        let returned = call(&mut self.connection);
        assert_eq!(before, output(&self.connection));
        returned
    }

    // ---- what comes of it

    /// After a complete response the rest of its request is awaited, unless no other may follow.
    fn settle(&mut self) {
        let has_all_content = self.has_all_content();
        let Some(current) = self.current.take_if(|current| current.response.is_over()) else {
            return;
        };
        self.is_open &= current.response.persists;
        if has_all_content || !self.is_open {
            self.expected.push(Item::Response(current.response));
        } else {
            self.current = Some(current);
        }
    }

    fn finish(mut self) {
        self.poll();
        if self.current.is_none() {
            self.assert_follower();
        }
        self.write(usize::MAX);
        let items = self.expected.into_iter();
        let current = self.current.map(|current| Item::Response(current.response));
        assert_read(&self.written, &items.chain(current).collect::<Vec<_>>());
    }

    /// The next request is shown exactly when the last response left room for it.
    fn assert_follower(&mut self) {
        self.connection.handle_input(NEXT);
        let event = self.connection.poll_event().expect("it is valid");
        let is_next =
            |event| matches!(event, Event::RequestHead(head) if head.target.path == b"/next");
        assert_eq!(event.is_some_and(is_next), self.is_open);
        assert_eq!(self.connection.phase() == Phase::Closed, !self.is_open);
    }
}

fn defaults(are_given: bool) -> DefaultFields {
    if !are_given {
        return DefaultFields::default();
    }
    DefaultFields {
        date: format!("date: {DATE}\r\n").into(),
        server: format!("server: {SERVER}\r\n").into(),
    }
}

/// What the host has, where the connection knows only the length.
fn external(length: usize) -> Vec<u8> {
    vec![b'e'; length]
}

/// Names and values.
fn said(fields: &[Field<'_>]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pair = |field: &Field<'_>| (field.name().to_vec(), field.value());
    fields.iter().map(pair).collect()
}
