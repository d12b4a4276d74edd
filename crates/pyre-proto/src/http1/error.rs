//! What can be wrong, and whose fault it is. The one place that maps a fault to a status.

use std::{error, fmt};

/// The rule that a peer's message breaks.
///
/// After any of these the connection can't be trusted to be in step with the peer: it is answered
/// where an answer is possible, and closed (RFC 9112 §2.2, §6.3, §9.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestError {
    /// The request line is not `method SP request-target SP HTTP-version` (RFC 9112 §3).
    RequestLine,
    /// The request line is longer than [`super::Limits::request_line`].
    RequestLineTooLong,
    /// A method that this server does not implement: `CONNECT`, or one with lower-case letters.
    MethodNotImplemented,
    /// The request target is in none of the four forms, or not in the one that the method asks for (RFC 9112 §3.2).
    RequestTarget,
    /// Another major version than 1 (RFC 9110 §15.6.6).
    Version,
    /// A line ends with LF alone, or CR stands alone (RFC 9112 §2.2).
    LineTerminator,
    /// A field line is not `token ":" OWS value OWS`; white space before the colon and folded
    /// lines included (RFC 9112 §5).
    FieldLine,
    /// The field section is longer than [`super::Limits::field_section`].
    FieldSectionTooLarge,
    /// There are more field lines than [`super::Limits::field_lines`].
    TooManyFields,
    /// `Host` is missing in a 1.1 request, stands twice, or is not `uri-host [":" port]` (RFC 9112 §3.2).
    Host,
    /// `Content-Length` is not one decimal number (RFC 9110 §8.6, RFC 9112 §6.3).
    ContentLength,
    /// `Transfer-Encoding` does not end with exactly one `chunked`, or stands in a 1.0 message (RFC 9112 §6.1).
    TransferEncoding,
    /// A transfer coding other than `chunked` (RFC 9112 §6.1).
    TransferCodingNotImplemented,
    /// Both `Transfer-Encoding` and `Content-Length` (RFC 9112 §6.3, rule 3).
    AmbiguousLength,
    /// `Expect` asks for something other than `100-continue` (RFC 9110 §10.1.1).
    Expectation,
    /// A chunk size, extension or terminator is malformed (RFC 9112 §7.1).
    Chunk,
    /// Chunk extensions are longer than [`super::Limits::chunk_extensions`].
    ChunkExtensionsTooLarge,
    /// A line of the trailer section is malformed (RFC 9112 §7.1.2).
    TrailerLine,
    /// The trailer section is longer than [`super::Limits::trailer_section`].
    TrailerSectionTooLarge,
    /// The content is longer than [`super::Limits::content`].
    ContentTooLarge,
    /// The peer ended its side of the connection in the middle of a message (RFC 9112 §8).
    Incomplete,
    /// The message did not arrive in time (RFC 9110 §15.5.9).
    Timeout,
}

impl RequestError {
    /// The status that answers it, and the rule in words that echo nothing of the input.
    #[rustfmt::skip]
    #[must_use]
    pub const fn response(self) -> (u16, &'static str) {
        match self {
            Self::RequestLine => (400, "malformed request line"),
            Self::RequestLineTooLong => (414, "request line too long"),
            Self::MethodNotImplemented => (501, "method not implemented"),
            Self::RequestTarget => (400, "malformed request target"),
            Self::Version => (505, "only HTTP/1 is spoken here"),
            Self::LineTerminator => (400, "a line must end with CRLF"),
            Self::FieldLine => (400, "malformed header field"),
            Self::FieldSectionTooLarge => (431, "header section too large"),
            Self::TooManyFields => (431, "too many header fields"),
            Self::Host => (400, "missing, repeated or malformed Host"),
            Self::ContentLength => (400, "malformed or repeated Content-Length"),
            Self::TransferEncoding => (400, "Transfer-Encoding must end with one chunked"),
            Self::TransferCodingNotImplemented => (501, "transfer coding not implemented"),
            Self::AmbiguousLength => (400, "both Transfer-Encoding and Content-Length"),
            Self::Expectation => (417, "only 100-continue can be expected"),
            Self::Chunk => (400, "malformed chunk"),
            Self::ChunkExtensionsTooLarge => (400, "chunk extensions too large"),
            Self::TrailerLine => (400, "malformed trailer field"),
            Self::TrailerSectionTooLarge => (431, "trailer section too large"),
            Self::ContentTooLarge => (413, "content too large"),
            Self::Incomplete => (400, "incomplete message"),
            Self::Timeout => (408, "the message did not arrive in time"),
        }
    }

    /// The status code alone.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.response().0
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.response().1)
    }
}

impl error::Error for RequestError {}

/// What the application asked for and can't have. Nothing of the refused call is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseError {
    /// The status is not in 200–999.
    Status,
    /// A field name is not a token (RFC 9110 §5.1).
    FieldName,
    /// An interim response whose status is not in 100–199, or is 101.
    InterimStatus,
    /// A field of an interim response that is about the message's end or the connection.
    InterimField,
    /// A trailer field that is about the message's end or the connection (RFC 9110 §6.5.1).
    TrailerField,
    /// A field value holds CR, LF, NUL or another control octet (RFC 9110 §5.5).
    FieldValue,
    /// `content-length` is not one decimal number.
    ContentLength,
    /// More content than `content-length` announced.
    ContentTooLong,
    /// Less content than `content-length` announced.
    ContentTooShort,
    /// A second head.
    HeadAlreadySent,
    /// Content before the head.
    HeadMissing,
    /// Content after the end of it, while trailers are awaited.
    ContentComplete,
    /// Trailers before the end of the content, or none were announced.
    TrailersTooEarly,
    /// Anything after the end of the response.
    Complete,
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Status => "the status must be an integer from 200 to 999",
            Self::InterimStatus => {
                "the status of an interim response must be an integer from 100 to 199, and not 101"
            }
            Self::InterimField => "this header has no place in an interim response",
            Self::TrailerField => {
                "this header has no place among trailers (RFC 9110 section 6.5.1)"
            }
            Self::FieldName => "a header name must be a token (RFC 9110 section 5.1)",
            Self::FieldValue => {
                "a header value must not hold control characters such as CR, LF or NUL"
            }
            Self::ContentLength => "content-length must be one decimal number",
            Self::ContentTooLong => "the body is longer than its content-length",
            Self::ContentTooShort => "the body is shorter than its content-length",
            Self::HeadAlreadySent => "the response has started already",
            Self::HeadMissing => "the response has not started yet",
            Self::ContentComplete => "the body is complete already",
            Self::TrailersTooEarly => {
                "trailers follow a complete body, and the start of the response announces them"
            }
            Self::Complete => "the response is complete already",
        })
    }
}

impl error::Error for ResponseError {}
