//! A request head: from a complete block of octets to what it means.
//!
//! `httparse` cuts the block into lines and tokens. What it lets through and RFC 9112 does not is
//! refused here; what the fields say about framing and persistence is [`super::framing`]'s.

use std::mem::MaybeUninit;

use super::{
    OwnedHead, RequestError, Target,
    framing::{Framing, Semantics},
    receive_buffer::FieldSpan,
    target::{self, TargetSpans},
};
use crate::{span::Span, syntax};

/// The minor version of HTTP/1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1
    Http11,
}

impl Version {
    /// As ASGI and PSGI write it: `"1.0"` or `"1.1"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http10 => "1.0",
            Self::Http11 => "1.1",
        }
    }
}

/// A request head that keeps to every rule, as positions in the buffer that it was parsed from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParsedHead {
    pub(crate) method: Span,
    pub(crate) target: TargetSpans,
    pub(crate) version: Version,
    pub(crate) semantics: Semantics,
    pub(super) host: Host<Span>,
}

/// What counts as `Host`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Host<T> {
    AsReceived,
    /// No line says it: the authority of a 1.0 request's target, or what a proxy knows.
    Added(T),
    /// In place of what the line says.
    Replaced(T),
}

impl<T> Host<T> {
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::AsReceived => None,
            Self::Added(host) | Self::Replaced(host) => Some(host),
        }
    }

    pub(super) fn map<U>(self, map: impl FnOnce(T) -> U) -> Host<U> {
        match self {
            Self::AsReceived => Host::AsReceived,
            Self::Added(host) => Host::Added(map(host)),
            Self::Replaced(host) => Host::Replaced(map(host)),
        }
    }
}

/// A request head, borrowed from the connection's buffer.
#[derive(Debug, Clone, Copy)]
pub struct RequestHead<'a> {
    /// A token, case-sensitive (RFC 9110 §9.1).
    pub method: &'a str,
    /// What is asked for.
    pub target: Target<'a>,
    /// The version that the peer speaks.
    pub version: Version,
    /// How the content is delimited (RFC 9112 §6.3).
    pub framing: Framing,
    /// The peer waits for `100 Continue` before it sends the content.
    pub expects_continue: bool,
    /// A WebSocket handshake (RFC 6455 §4.2.1): GET, 1.1, `Connection: upgrade`, `Upgrade: websocket`.
    pub is_websocket: bool,
    /// `TE: trailers`: the peer takes a trailer section (RFC 9110 §10.1.4).
    pub takes_trailers: bool,
    pub(super) host: Host<&'a [u8]>,
    pub(super) buffer: &'a [u8],
    pub(super) lines: &'a [FieldSpan],
}

impl<'a> RequestHead<'a> {
    pub(crate) fn new(parsed: &ParsedHead, buffer: &'a [u8], lines: &'a [FieldSpan]) -> Self {
        Self {
            // A token is ASCII, so this never falls back.
            method: str::from_utf8(parsed.method.of(buffer)).unwrap_or_default(),
            target: parsed.target.of(buffer),
            version: parsed.version,
            framing: parsed.semantics.framing,
            expects_continue: parsed.semantics.expects_continue,
            is_websocket: parsed.semantics.is_websocket,
            takes_trailers: parsed.semantics.takes_trailers,
            host: parsed.host.map(|host| host.of(buffer)),
            buffer,
            lines,
        }
    }

    /// Names in lower case and values without surrounding white space, in wire order, duplicates kept.
    /// `host` is the authority of an absolute-form target, where there is one (RFC 9112 §3.2.2).
    #[must_use]
    pub fn fields(&self) -> impl DoubleEndedIterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let (buffer, host) = (self.buffer, self.host);
        let added = match host {
            Host::Added(host) => Some((&b"host"[..], host)),
            Host::AsReceived | Host::Replaced(_) => None,
        };
        let lines = self.lines.iter().map(move |line| {
            let (name, value) = (line.name.of(buffer), line.value.of(buffer));
            match host {
                Host::Replaced(host) if name == b"host" => (name, host),
                _ => (name, value),
            }
        });
        added.into_iter().chain(lines)
    }

    /// The value of the first field with this name, given in lower case.
    #[must_use]
    pub fn field(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.fields()
            .find_map(|(other, value)| (other == name).then_some(value))
    }

    /// For whom the request is: the authority of an absolute-form target, or else the value of `Host`; a
    /// proxy may [know better](Self::with_host). Empty where a 1.0 request says neither.
    #[must_use]
    pub fn authority(&self) -> &'a [u8] {
        self.field(b"host").unwrap_or_default()
    }

    /// The same request for `host`, in place of the one that it was sent for. A proxy in front may know
    /// better; whether `host` [is one](super::is_authority) is the caller's to check.
    #[must_use]
    pub fn with_host(mut self, host: &'a [u8]) -> Self {
        let mut names = self.lines.iter().map(|line| line.name.of(self.buffer));
        self.host = if names.any(|name| name == b"host") {
            Host::Replaced(host)
        } else {
            Host::Added(host)
        };
        self
    }

    /// A copy that outlives the connection's buffer. It costs two allocations, and nothing is decoded.
    #[must_use]
    pub fn to_owned(&self) -> OwnedHead {
        OwnedHead::of(self)
    }
}

/// Field lines that fit on the stack; the default limit does.
const USUAL_FIELD_LINES: usize = 128;

/// Parses `head`, which ends with its empty line and has `line_count` field lines; lower-cases its
/// field names in place.
///
/// `lines` receives the positions of the field lines in `head`.
pub(crate) fn parse(
    head: &mut [u8],
    lines: &mut Vec<FieldSpan>,
    line_count: usize,
) -> Result<ParsedHead, RequestError> {
    lines.clear();
    read_as_http11(head);
    let parsed = if line_count <= USUAL_FIELD_LINES {
        scan(
            head,
            lines,
            &mut [const { MaybeUninit::uninit() }; USUAL_FIELD_LINES],
        )?
    } else {
        scan(head, lines, &mut vec![MaybeUninit::uninit(); line_count])?
    };
    for line in lines.iter() {
        head.get_mut(line.name.range())
            .unwrap_or_default()
            .make_ascii_lowercase();
    }
    interpret(&parsed, head, lines)
}

/// A higher minor version is processed as the highest that is spoken here (RFC 9110 §2.5).
fn read_as_http11(head: &mut [u8]) {
    let end = memchr::memchr(b'\r', head).unwrap_or_default();
    let line = head.get_mut(..end).unwrap_or_default();
    if let [
        ..,
        b' ',
        b'H',
        b'T',
        b'T',
        b'P',
        b'/',
        b'1',
        b'.',
        minor @ b'2'..=b'9',
    ] = line
    {
        *minor = b'1';
    }
}

struct Scanned {
    method: Span,
    target: Span,
    version: Version,
}

fn scan<'a>(
    head: &'a [u8],
    lines: &mut Vec<FieldSpan>,
    slots: &mut [MaybeUninit<httparse::Header<'a>>],
) -> Result<Scanned, RequestError> {
    let mut request = httparse::Request::new(&mut []);
    let status = request
        .parse_with_uninit_headers(head, slots)
        .map_err(|error| fault(error, head))?;
    if status != httparse::Status::Complete(head.len()) {
        // An empty line ended the head before the scanner's did: a line began with CR alone.
        return Err(RequestError::LineTerminator);
    }
    for header in request.headers.iter() {
        lines.push(field_line(header, head).ok_or(RequestError::FieldLine)?);
    }
    let span = |part: Option<&str>| Span::within(part?.as_bytes(), head);
    let version = if request.version == Some(1) {
        Version::Http11
    } else {
        Version::Http10
    };
    let method = span(request.method).ok_or(RequestError::RequestLine)?;
    let target = span(request.path).ok_or(RequestError::RequestTarget)?;
    Ok(Scanned {
        method,
        target,
        version,
    })
}

/// The name and the trimmed value of one line, each in its grammar (RFC 9110 §5.1, §5.5).
fn field_line(header: &httparse::Header<'_>, head: &[u8]) -> Option<FieldSpan> {
    let (name, value) = (header.name.as_bytes(), syntax::trim_ows(header.value));
    if !syntax::is_token(name) || !syntax::is_field_value(value) {
        return None;
    }
    Some(FieldSpan {
        name: Span::within(name, head)?,
        value: Span::within(value, head)?,
    })
}

/// `httparse`'s verdict in the words of the RFC. It stops at the first octet that it can't use, which
/// does not always tell which part is wrong.
fn fault(error: httparse::Error, head: &[u8]) -> RequestError {
    use httparse::Error;
    match error {
        Error::HeaderName | Error::HeaderValue => RequestError::FieldLine,
        Error::TooManyHeaders => RequestError::TooManyFields,
        Error::Version => match version_of(head) {
            Some([b'0'..=b'9', b'.', b'0'..=b'9']) => RequestError::Version,
            _ => RequestError::RequestLine,
        },
        Error::NewLine if matches!(version_of(head), Some(b"1.0" | b"1.1")) => {
            RequestError::LineTerminator
        }
        Error::NewLine | Error::Token | Error::Status => RequestError::RequestLine,
    }
}

/// The version that a request line of three parts ends with: what follows `HTTP/` (RFC 9112 §2.3).
fn version_of(head: &[u8]) -> Option<&[u8]> {
    let line = head.split(|&octet| octet == b'\r').next()?;
    let mut parts = line.split(|&octet| octet == b' ').skip(2);
    let version = parts.next()?.strip_prefix(b"HTTP/")?;
    parts.next().is_none().then_some(version)
}

/// What the parts mean together. The fields go first: what is wrong with them must be answered with
/// 400 (RFC 9112 §3.2, §6.3), also when the method is one that is answered with 501.
fn interpret(
    scanned: &Scanned,
    head: &[u8],
    lines: &mut [FieldSpan],
) -> Result<ParsedHead, RequestError> {
    let method = scanned.method.of(head);
    let semantics = Semantics::read(method, scanned.version, lines, head)?;
    // Methods are case-sensitive and every registered one is upper-case (RFC 9110 §9.1); ASGI can't
    // tell `get` from `GET`, so a method in lower case is one that is not implemented.
    if method.iter().any(u8::is_ascii_lowercase) {
        return Err(RequestError::MethodNotImplemented);
    }
    let target = target::parse(method, scanned.target.of(head), head)?;
    Ok(ParsedHead {
        method: scanned.method,
        target,
        version: scanned.version,
        semantics,
        host: match target.authority {
            Some(authority) if !replace_host(authority, lines, head) => Host::Added(authority),
            _ => Host::AsReceived,
        },
    })
}

/// RFC 9112 §3.2.2: the absolute form's authority replaces what `Host` says. Whether there was one.
fn replace_host(authority: Span, lines: &mut [FieldSpan], head: &[u8]) -> bool {
    let host = lines.iter_mut().find(|line| line.name.of(head) == b"host");
    host.map(|line| line.value = authority).is_some()
}
