//! What peer and application do, made of any octets.

use arbitrary::Arbitrary;
use bytes::Bytes;
use pyre_proto::http1::Content;

/// One step, of either side.
#[derive(Debug, Arbitrary)]
pub(super) enum Step<'a> {
    /// A head arrives.
    Request(Request),
    /// What the last head announced arrives.
    RequestContent,
    /// The host looks for events.
    Poll,
    SendContinue,
    SendHead(ResponseHead<'a>),
    SendData(Piece<'a>),
    SendError(ErrorStatus),
    DisableKeepAlive,
    CloseIfIdle,
    Abort,
    /// The socket takes this many octets.
    Write(u16),
    SendInterim(ResponseHead<'a>),
    AnnounceTrailers,
    SendTrailers(Trailers<'a>),
    /// Content that the host has: so many octets, and whether they are the last.
    SendExternal(u16, bool),
}

#[derive(Debug, Clone, Copy, Arbitrary)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) is_http11: bool,
    connection: Connection,
    body: Body,
    takes_trailers: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
pub(super) enum Method {
    Get,
    Head,
    Post,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
enum Connection {
    Unsaid,
    Close,
    KeepAlive,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Body {
    None,
    Length(u8),
    Chunked(u8),
    /// The peer waits for `100 Continue` before it sends this many octets.
    Awaiting(u8),
}

impl Method {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
        }
    }
}

impl Request {
    pub(super) fn head(self) -> String {
        let method = self.method.name();
        let version = if self.is_http11 { "1.1" } else { "1.0" };
        let connection = match self.connection {
            Connection::Unsaid => "",
            Connection::Close => "Connection: close\r\n",
            Connection::KeepAlive => "Connection: keep-alive\r\n",
        };
        let length = |octets: u8| format!("Content-Length: {octets}\r\n");
        let framing = match self.body {
            Body::None => String::new(),
            Body::Chunked(_) if self.is_http11 => "Transfer-Encoding: chunked\r\n".to_owned(),
            Body::Length(octets) | Body::Chunked(octets) => length(octets),
            Body::Awaiting(octets) => length(octets) + "Expect: 100-continue\r\n",
        };
        let te = if self.takes_trailers {
            "TE: gzip, trailers\r\n"
        } else {
            ""
        };
        format!("{method} / HTTP/{version}\r\nHost: a\r\n{connection}{framing}{te}\r\n")
    }

    /// With its framing.
    pub(super) fn content(self) -> Vec<u8> {
        match self.body {
            Body::None => Vec::new(),
            Body::Chunked(0) if self.is_http11 => b"0\r\n\r\n".to_vec(),
            Body::Chunked(octets) if self.is_http11 => {
                let data = "x".repeat(octets.into());
                format!("{octets:x}\r\n{data}\r\n0\r\n\r\n").into()
            }
            Body::Length(octets) | Body::Chunked(octets) | Body::Awaiting(octets) => {
                vec![b'x'; octets.into()]
            }
        }
    }

    /// RFC 9112 §9.3.
    pub(super) fn persists(self) -> bool {
        match self.connection {
            Connection::Unsaid => self.is_http11,
            Connection::Close => false,
            Connection::KeepAlive => true,
        }
    }

    /// RFC 9110 §10.1.4.
    pub(super) fn takes_trailers(self) -> bool {
        self.is_http11 && self.takes_trailers
    }

    /// RFC 9110 §10.1.1.
    pub(super) fn waits_for_continue(self) -> bool {
        self.is_http11 && matches!(self.body, Body::Awaiting(1..))
    }
}

#[derive(Debug, Arbitrary)]
pub(super) struct ResponseHead<'a> {
    status: Status,
    pub(super) fields: Vec<Field<'a>>,
    pub(super) has_defaults: bool,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Status {
    Ok,
    NoContent,
    ResetContent,
    NotModified,
    Other(u16),
}

impl ResponseHead<'_> {
    pub(super) fn status(&self) -> u16 {
        match self.status {
            Status::Ok => 200,
            Status::NoContent => 204,
            Status::ResetContent => 205,
            Status::NotModified => 304,
            Status::Other(number) => number % 1100,
        }
    }

    /// Some of them are 1xx.
    pub(super) fn interim_status(&self) -> u16 {
        match self.status {
            Status::Ok => 103,
            Status::NoContent => 100,
            _ => self.status(),
        }
    }
}

#[derive(Debug, Arbitrary)]
pub(super) struct Trailers<'a> {
    pub(super) fields: Vec<Field<'a>>,
    pub(super) are_last: bool,
}

#[derive(Debug, Arbitrary)]
pub(super) struct Field<'a> {
    name: Name<'a>,
    value: Value<'a>,
}

#[derive(Debug, Arbitrary)]
enum Name<'a> {
    ContentLength,
    ContentLengthInCapitals,
    TransferEncoding,
    Connection,
    Date,
    Server,
    SetCookie,
    Other(&'a [u8]),
}

#[derive(Debug, Arbitrary)]
enum Value<'a> {
    Number(u8),
    Largest,
    Close,
    KeepAlive,
    Chunked,
    Other(&'a [u8]),
}

impl Field<'_> {
    pub(super) fn name(&self) -> &[u8] {
        match self.name {
            Name::ContentLength => b"content-length",
            Name::ContentLengthInCapitals => b"Content-Length",
            Name::TransferEncoding => b"transfer-encoding",
            Name::Connection => b"Connection",
            Name::Date => b"date",
            Name::Server => b"Server",
            Name::SetCookie => b"set-cookie",
            Name::Other(name) => name,
        }
    }

    pub(super) fn value(&self) -> Vec<u8> {
        match self.value {
            Value::Number(number) => number.to_string().into(),
            Value::Largest => u64::MAX.to_string().into(),
            Value::Close => b"x, Close".to_vec(),
            Value::KeepAlive => b"keep-alive".to_vec(),
            Value::Chunked => b"chunked".to_vec(),
            Value::Other(value) => value.to_vec(),
        }
    }
}

/// Content of a response.
#[derive(Debug, Arbitrary)]
pub(super) struct Piece<'a> {
    octets: &'a [u8],
    size: Size,
    is_shared: bool,
    pub(super) is_last: bool,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Size {
    AsItIs,
    /// Repeated to fill this much.
    Filled(u8),
    /// Enough that what is written of it is worth being moved out of the way.
    Large,
}

impl Piece<'_> {
    pub(super) fn octets(&self) -> Vec<u8> {
        let length = match self.size {
            Size::AsItIs => self.octets.len(),
            Size::Filled(length) => length.into(),
            Size::Large => 20_000,
        };
        self.octets.iter().copied().cycle().take(length).collect()
    }

    pub(super) fn content<'a>(&self, octets: &'a [u8]) -> Content<'a> {
        if self.is_shared {
            Content::Shared(Bytes::copy_from_slice(octets))
        } else {
            Content::Copied(octets)
        }
    }
}

/// What a host answers with where the application does not.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(super) enum ErrorStatus {
    Timeout,
    Internal,
}

impl ErrorStatus {
    pub(super) fn code(self) -> u16 {
        match self {
            Self::Timeout => 408,
            Self::Internal => 500,
        }
    }
}

/// Says at a finding what was done, as the octets tell nobody. libFuzzer's process ends before; a test's does not.
pub(super) struct Report<'a>(pub(super) &'a [Step<'a>]);

impl Drop for Report<'_> {
    #[expect(clippy::print_stderr, reason = "it is a part of the panic's message")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{:#?}", self.0);
        }
    }
}
