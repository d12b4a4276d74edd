//! The request line and the header section (RFC 9112 §3, §5, §6, §9; RFC 9110 §7.2, §10.1.1).

use pyre_proto::http1::{Framing, Limits, RequestError, Version};

use super::{
    Faults, Reading,
    grammar::{field_line, find, is_token, members, number, split_line},
    target::{self, Target},
};
use crate::support::{Message, text};

/// A request without its content.
pub(super) struct Head {
    pub(super) message: Message,
    /// The connection outlives the request (RFC 9112 §9.3).
    pub(super) persists: bool,
}

/// `request-line CRLF *( field-line CRLF ) CRLF`
pub(super) fn read<'a>(octets: &'a [u8], limits: &Limits) -> Reading<'a, Head> {
    let Some(end) = find(octets, b"\r\n\r\n") else {
        return incomplete(octets, limits);
    };
    let mut faults = Faults::default();
    let mut lines = split_lines(&octets[..end]).into_iter();
    let request_line = lines.next().unwrap_or_default();
    check_request_line_length(request_line, limits, &mut faults);
    check_section_size(lines.as_slice(), limits, &mut faults);
    let head = head(request_line, lines.as_slice(), limits, &mut faults);
    match head {
        Some(head) if faults.is_empty() => Reading::Complete(head, &octets[end + 4..]),
        _ => Reading::Refused(faults),
    }
}

/// A limit that is exceeded has to be said at once, since what it bounds is kept until then.
fn incomplete<'a>(octets: &[u8], limits: &Limits) -> Reading<'a, Head> {
    let mut lines = split_lines(octets);
    let partial = lines.pop().unwrap_or_default();
    let partial = partial.strip_suffix(b"\r").unwrap_or(partial);
    let mut excess = Faults::default();
    let mut foreseen = Faults::default();
    if let Some((request_line, section)) = lines.split_first() {
        check_request_line_length(request_line, limits, &mut excess);
        let section_size = octets.len() - request_line.len() - 2;
        let fits = partial.is_empty() || section_size <= limits.field_section;
        excess.note_unless(fits, RequestError::FieldSectionTooLarge);
        check_section_size(section, limits, &mut excess);
        read_request_line(request_line, &mut foreseen);
        Fields::read(section, &mut foreseen);
    } else {
        check_request_line_length(partial, limits, &mut excess);
        let is_visible = partial.iter().all(|octet| (b' '..=b'~').contains(octet));
        foreseen.note_unless(is_visible, RequestError::RequestLine);
    }
    foreseen.note_unless(!partial.contains(&b'\n'), RequestError::LineTerminator);
    if excess.is_empty() {
        return Reading::Incomplete(foreseen);
    }
    excess.0.extend(foreseen.0);
    Reading::Refused(excess)
}

fn split_lines(mut octets: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    while let Some((line, behind)) = split_line(octets) {
        lines.push(line);
        octets = behind;
    }
    lines.push(octets);
    lines
}

fn check_request_line_length(line: &[u8], limits: &Limits, faults: &mut Faults) {
    let fits = line.len() <= limits.request_line;
    faults.note_unless(fits, RequestError::RequestLineTooLong);
}

fn check_section_size(lines: &[&[u8]], limits: &Limits, faults: &mut Faults) {
    let size: usize = lines.iter().map(|line| line.len() + 2).sum();
    let fits = size <= limits.field_section;
    faults.note_unless(fits, RequestError::FieldSectionTooLarge);
    let are_few = lines.len() <= limits.field_lines;
    faults.note_unless(are_few, RequestError::TooManyFields);
}

fn head(
    request_line: &[u8],
    section: &[&[u8]],
    limits: &Limits,
    faults: &mut Faults,
) -> Option<Head> {
    let line = read_request_line(request_line, faults);
    let fields = Fields::read(section, faults);
    // A rule of the fields alone may be named although the request line is no better.
    let version = version_said(request_line).unwrap_or(Version::Http10);
    let framing = framing(&fields, version, limits, faults);
    check_host(&fields, version, faults);
    let expects_continue = expects_continue(&fields, faults);
    let (line, framing) = line.zip(framing)?;
    let is_http11 = version == Version::Http11;
    Some(Head {
        persists: fields.persist(version),
        message: Message {
            method: text(line.method),
            raw_target: text(line.target),
            path: text(&line.parts.path),
            query: text(&line.parts.query),
            version,
            framing,
            fields: fields.shown(line.parts.authority.as_deref()),
            expects_continue: is_http11 && expects_continue,
            is_websocket: is_http11 && line.method == b"GET" && fields.ask_for_websocket(),
            takes_trailers: is_http11 && fields.have(b"te", b"trailers"),
            content: String::new(),
            trailers: Vec::new(),
            is_complete: false,
        },
    })
}

struct RequestLine<'a> {
    method: &'a [u8],
    target: &'a [u8],
    parts: Target,
}

/// `method SP request-target SP HTTP-version`
fn read_request_line<'a>(line: &'a [u8], faults: &mut Faults) -> Option<RequestLine<'a>> {
    let parts: Vec<_> = line.split(|&octet| octet == b' ').collect();
    let [method, target, version] = parts[..] else {
        faults.note(RequestError::RequestLine);
        return None;
    };
    let is_visible = target.iter().all(u8::is_ascii_graphic);
    faults.note_unless(is_token(method) && is_visible, RequestError::RequestLine);
    // Every registered method is in upper case (RFC 9110 §9.1), and ASGI has no others.
    let is_upper = !method.iter().any(u8::is_ascii_lowercase);
    faults.note_unless(is_upper, RequestError::MethodNotImplemented);
    let version = read_version(version).map_err(|fault| faults.note(fault));
    let parts = target::read(method, target).map_err(|fault| faults.note(fault));
    version.ok()?;
    Some(RequestLine {
        method,
        target,
        parts: parts.ok()?,
    })
}

/// Also where the rest of the line is wrong: what must be a 400 is one beside what may be a 501.
fn version_said(line: &[u8]) -> Option<Version> {
    let mut parts = line.split(|&octet| octet == b' ');
    read_version(parts.nth(2)?).ok()
}

/// `"HTTP/" DIGIT "." DIGIT`; a higher minor version is read as 1.1 (RFC 9110 §2.5).
fn read_version(version: &[u8]) -> Result<Version, RequestError> {
    match version {
        b"HTTP/1.0" => Ok(Version::Http10),
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            if *major == b'1' {
                Ok(Version::Http11)
            } else {
                Err(RequestError::Version)
            }
        }
        _ => Err(RequestError::RequestLine),
    }
}

/// Names as they were sent, and values without white space around them.
struct Fields<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> Fields<'a> {
    fn read(section: &[&'a [u8]], faults: &mut Faults) -> Self {
        let lines: Vec<_> = section.iter().map(|line| field_line(line)).collect();
        faults.note_unless(lines.iter().all(Option::is_some), RequestError::FieldLine);
        Self(lines.into_iter().flatten().collect())
    }

    fn values(&self, name: &[u8]) -> Vec<&'a [u8]> {
        let lines = self.0.iter();
        lines
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|&(_, value)| value)
            .collect()
    }

    /// Whether a list holds `member`, in any case of letters.
    fn have(&self, name: &[u8], member: &[u8]) -> bool {
        members(self.values(name))
            .iter()
            .any(|other| other == member)
    }

    /// RFC 9112 §9.3.
    fn persist(&self, version: Version) -> bool {
        let is_default = version == Version::Http11;
        let keeps_alive = self.have(b"connection", b"keep-alive");
        !self.have(b"connection", b"close") && (is_default || keeps_alive)
    }

    /// RFC 6455 §4.2.1.
    fn ask_for_websocket(&self) -> bool {
        self.have(b"connection", b"upgrade") && self.have(b"upgrade", b"websocket")
    }

    /// As an application sees them: the authority of the absolute form stands for `Host`, also where 1.0 has
    /// none (RFC 9112 §3.2.2).
    fn shown(&self, authority: Option<&[u8]>) -> Vec<(String, String)> {
        let lines = self.0.iter().map(|&(name, value)| {
            let name = name.to_ascii_lowercase();
            let value = authority.filter(|_| name == b"host").unwrap_or(value);
            (text(&name), text(value))
        });
        let missing = authority.filter(|_| self.values(b"host").is_empty());
        let added = missing.map(|host| ("host".to_owned(), text(host)));
        added.into_iter().chain(lines).collect()
    }
}

/// RFC 9112 §3.2: one, and a valid one; a 1.0 request may have none.
fn check_host(fields: &Fields<'_>, version: Version, faults: &mut Faults) {
    let is_kept = match fields.values(b"host")[..] {
        [] => version == Version::Http10,
        [host] => target::is_authority(host),
        _ => false,
    };
    faults.note_unless(is_kept, RequestError::Host);
}

/// RFC 9112 §6.3.
fn framing(
    fields: &Fields<'_>,
    version: Version,
    limits: &Limits,
    faults: &mut Faults,
) -> Option<Framing> {
    let lengths = fields.values(b"content-length");
    let codings = fields.values(b"transfer-encoding");
    if !lengths.is_empty() && !codings.is_empty() {
        faults.note(RequestError::AmbiguousLength);
    }
    let framing = if codings.is_empty() {
        content_length(&lengths, limits)
    } else {
        transfer_coding(&codings, version)
    };
    framing.map_err(|fault| faults.note(fault)).ok()
}

fn content_length(values: &[&[u8]], limits: &Limits) -> Result<Framing, RequestError> {
    let length = match values {
        [] => 0,
        [value] => number(value).ok_or(RequestError::ContentLength)?,
        _ => return Err(RequestError::ContentLength),
    };
    if limits.content.is_some_and(|limit| length > limit) {
        return Err(RequestError::ContentTooLarge);
    }
    Ok(Framing::Length(length))
}

/// RFC 9112 §6.1: `chunked` goes last and once; nothing else is implemented.
fn transfer_coding(values: &[&[u8]], version: Version) -> Result<Framing, RequestError> {
    let codings = members(values.iter().copied());
    let is_chunked = |coding: &Vec<u8>| coding == b"chunked";
    let ends_well = codings.last().is_some_and(is_chunked);
    let is_once = codings.iter().filter(|coding| is_chunked(coding)).count() == 1;
    if version == Version::Http10 || !ends_well || !is_once {
        return Err(RequestError::TransferEncoding);
    }
    if codings.len() > 1 {
        return Err(RequestError::TransferCodingNotImplemented);
    }
    Ok(Framing::Chunked)
}

fn expects_continue(fields: &Fields<'_>, faults: &mut Faults) -> bool {
    let expected = members(fields.values(b"expect"));
    let are_known = expected.iter().all(|member| member == b"100-continue");
    faults.note_unless(are_known, RequestError::Expectation);
    !expected.is_empty()
}
