//! What has to become of an application's calls, by the rules of RFC 9110 and RFC 9112.

use pyre_proto::http1::ResponseError;

use super::{
    rules::{applications_own, content_lengths, said, says_close, wrong_with, wrong_with_fields},
    script::{Method, Request, ResponseHead, Trailers},
};
use crate::support::strict_response::{Framing, Response};

pub(super) const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
pub(super) const SERVER: &str = "pyre";

/// The response to one request, as far as it was accepted.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub(super) struct Expected {
    method: Method,
    is_http11: bool,
    takes_trailers: bool,
    /// Another request may follow on the connection.
    pub(super) persists: bool,
    head: Option<Head>,
    /// What the head says since it is written.
    written: Option<Written>,
    content: Vec<u8>,
    has_trailers: bool,
    is_content_complete: bool,
    trailers: Vec<(String, String)>,
    end: Option<End>,
}

/// The application's part.
#[derive(Debug, Clone)]
struct Head {
    status: u16,
    /// Those that are not the server's to write.
    fields: Vec<(String, String)>,
    content_length: Option<u64>,
    has_defaults: bool,
}

/// What is decided with the first content.
#[derive(Debug, Clone)]
struct Written {
    framing: Framing,
    content_length: Option<u64>,
    persists: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Complete,
    CutOff,
}

impl Expected {
    pub(super) fn new(request: Request) -> Self {
        Self {
            method: request.method,
            is_http11: request.is_http11,
            takes_trailers: request.takes_trailers(),
            persists: request.persists(),
            ..Self::without_request()
        }
    }

    /// The server's own, where there is no request.
    pub(super) fn without_request() -> Self {
        Self {
            method: Method::Get,
            is_http11: true,
            takes_trailers: false,
            persists: false,
            head: None,
            written: None,
            content: Vec::new(),
            has_trailers: false,
            is_content_complete: false,
            trailers: Vec::new(),
            end: None,
        }
    }

    pub(super) fn method(&self) -> &'static str {
        self.method.name()
    }

    /// Nothing more is taken from the application.
    pub(super) fn is_over(&self) -> bool {
        self.end.is_some()
    }

    pub(super) fn awaits_head(&self) -> bool {
        self.head.is_none() && !self.is_over()
    }

    /// It can't be taken back.
    pub(super) fn is_written(&self) -> bool {
        self.written.is_some()
    }

    /// What is wrong with the call; it is accepted when that is nothing, and changes nothing otherwise.
    pub(super) fn send_head(&mut self, head: &ResponseHead<'_>) -> Vec<ResponseError> {
        if self.is_over() {
            return vec![ResponseError::Complete];
        }
        if self.head.is_some() {
            return vec![ResponseError::HeadAlreadySent];
        }
        let wrong = wrong_with(head);
        if wrong.is_empty() {
            self.persists &= !says_close(head);
            self.head = Some(Head {
                status: head.status(),
                fields: applications_own(head),
                content_length: content_lengths(head).first().copied().flatten(),
                has_defaults: head.has_defaults,
            });
        }
        wrong
    }

    /// As [`Self::send_head`]; whether it is written is [`Self::is_http11`]'s to say.
    pub(super) fn send_interim(&self, head: &ResponseHead<'_>) -> Vec<ResponseError> {
        if self.is_over() {
            return vec![ResponseError::Complete];
        }
        if self.is_written() {
            return vec![ResponseError::HeadAlreadySent];
        }
        let status = head.interim_status();
        let is_interim = (100..200).contains(&status) && status != 101;
        let mut wrong = wrong_with_fields(&head.fields, ResponseError::InterimField);
        wrong.extend((!is_interim).then_some(ResponseError::InterimStatus));
        wrong
    }

    pub(super) fn is_http11(&self) -> bool {
        self.is_http11
    }

    pub(super) fn announce_trailers(&mut self) {
        self.has_trailers |= self.head.is_some() && !self.is_written() && !self.is_over();
    }

    /// As [`Self::send_head`].
    pub(super) fn send_trailers(&mut self, trailers: &Trailers<'_>) -> Vec<ResponseError> {
        if self.is_over() {
            return vec![ResponseError::Complete];
        }
        if !self.is_content_complete {
            return vec![ResponseError::TrailersTooEarly];
        }
        let wrong = wrong_with_fields(&trailers.fields, ResponseError::TrailerField);
        if wrong.is_empty() {
            let is_chunked = self.written.as_ref().map(|written| written.framing);
            if is_chunked == Some(Framing::Chunked) && self.takes_trailers {
                self.trailers.extend(trailers.fields.iter().map(said));
            }
            self.end = trailers.are_last.then_some(End::Complete);
        }
        wrong
    }

    /// As [`Self::send_head`].
    pub(super) fn send_data(&mut self, octets: &[u8], is_last: bool) -> Vec<ResponseError> {
        if self.is_over() {
            return vec![ResponseError::Complete];
        }
        if self.is_content_complete {
            return vec![ResponseError::ContentComplete];
        }
        let Some(head) = self.head.clone() else {
            return vec![ResponseError::HeadMissing];
        };
        let written = self.written.clone();
        let written = written.unwrap_or_else(|| self.decided(&head, octets.len(), is_last));
        let length = match written.framing {
            Framing::ContentLength(length) => Some(length as u64),
            // Not sent, beside trailers, and kept all the same.
            Framing::Chunked => head.content_length,
            Framing::None | Framing::UntilClose => None,
        };
        if let Some(length) = length.filter(|_| !self.is_without_content()) {
            let sent = (self.content.len() + octets.len()) as u64;
            if sent > length {
                return vec![ResponseError::ContentTooLong];
            }
            if is_last && sent < length {
                return vec![ResponseError::ContentTooShort];
            }
        }
        self.persists &= written.persists;
        self.written = Some(written);
        if !self.is_without_content() {
            self.content.extend_from_slice(octets);
        }
        self.is_content_complete = is_last;
        if is_last && !self.has_trailers {
            self.end = Some(End::Complete);
        }
        Vec::new()
    }

    /// The server's own takes the place of a head that is not written. Returns how much of `content` is sent.
    pub(super) fn send_error(&mut self, status: u16, content: &str) -> u64 {
        let content_type = "text/plain; charset=utf-8";
        self.head = Some(Head {
            status,
            fields: vec![("content-type".to_owned(), content_type.to_owned())],
            content_length: None,
            has_defaults: true,
        });
        self.has_trailers = false;
        self.persists = false;
        assert_eq!(self.send_data(content.as_bytes(), true), []);
        self.content.len() as u64
    }

    /// It ends where it stands.
    pub(super) fn abort(&mut self) {
        self.persists = false;
        self.end.get_or_insert(End::CutOff);
    }

    /// RFC 9110 §6.4.1; RFC 9110 §15.3.6 for 205.
    pub(super) fn is_without_content(&self) -> bool {
        let status = self.head.as_ref().map(|head| head.status);
        self.method == Method::Head || matches!(status, Some(204 | 205 | 304))
    }

    /// RFC 9112 §6.3 and RFC 9110 §8.6, where `first` octets are known when the head is written.
    fn decided(&self, head: &Head, first: usize, is_all: bool) -> Written {
        let announced = head.content_length;
        let is_to_head = self.method == Method::Head;
        let counted = (is_all && first > 0 && is_to_head).then_some(first as u64);
        let (framing, content_length) = match head.status {
            204 => (Framing::None, None),
            205 if is_to_head => (Framing::None, Some(0)),
            205 => (Framing::ContentLength(0), Some(0)),
            304 => (Framing::None, announced.or(counted)),
            _ if is_to_head => (Framing::None, announced.or(counted)),
            _ if self.has_trailers && self.takes_trailers => (Framing::Chunked, None),
            _ => {
                let known = announced.or(is_all.then_some(first as u64));
                (self.framing_of(known), known)
            }
        };
        Written {
            framing,
            content_length,
            persists: self.persists && framing != Framing::UntilClose,
        }
    }

    fn framing_of(&self, length: Option<u64>) -> Framing {
        match length {
            Some(length) => Framing::ContentLength(usize::try_from(length).expect("64 bits")),
            None if self.is_http11 => Framing::Chunked,
            None => Framing::UntilClose,
        }
    }

    /// What the peer read is what was said.
    pub(super) fn assert_read_as(&self, read: &Response) {
        let head = self.head.as_ref().expect("a head was sent");
        let written = self.written.as_ref().expect("it is written");
        assert_eq!(read.status, head.status);
        assert_eq!(read.framing, written.framing);
        assert_eq!(read.content, self.content);
        assert_eq!(read.trailers, self.trailers);
        let fields = read.fields.split_at_checked(head.fields.len());
        let (applications, servers) = fields.expect("every field of the application");
        assert_eq!(applications, head.fields);
        let mut servers = servers.to_vec();
        servers.sort();
        assert_eq!(servers, self.servers_own(head, written));
        let is_whole = match written.framing {
            Framing::None | Framing::UntilClose => true,
            Framing::ContentLength(length) => self.content.len() == length,
            Framing::Chunked => self.end == Some(End::Complete),
        };
        assert_eq!(read.is_whole, is_whole);
    }

    /// What the server adds, in the order of the names.
    fn servers_own(&self, head: &Head, written: &Written) -> Vec<(String, String)> {
        let has = |name: &str| {
            let mut fields = head.fields.iter();
            fields.any(|(other, _)| other.eq_ignore_ascii_case(name))
        };
        let persistence = match (written.persists, self.is_http11) {
            (false, _) => Some("close"),
            (true, false) => Some("keep-alive"),
            (true, true) => None,
        };
        let upgrade = has("upgrade").then_some("upgrade");
        let options: Vec<_> = persistence.into_iter().chain(upgrade).collect();
        let connection = (!options.is_empty()).then(|| options.join(", "));
        let default = |name, value| (head.has_defaults && !has(name)).then_some(value);
        let is_chunked = written.framing == Framing::Chunked;
        let fields = [
            ("connection", connection),
            (
                "content-length",
                written.content_length.map(|length| length.to_string()),
            ),
            ("date", default("date", DATE).map(str::to_owned)),
            ("server", default("server", SERVER).map(str::to_owned)),
            (
                "transfer-encoding",
                is_chunked.then(|| "chunked".to_owned()),
            ),
        ];
        let said = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        said.collect()
    }
}
