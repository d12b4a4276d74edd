//! What one message may cost. Every limit has a precedent; none is off by default but the content's.

/// Bounds on what a peer may send. A message that keeps to the bound is served, one octet more is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of a request line without its CRLF. RFC 9112 §3 asks for at least 8000; Apache and
    /// nginx take 8 KiB. Above it: 414.
    pub request_line: usize,
    /// Octets of the field section: every field line with its CRLF. Go takes 1 MiB, h11 and node
    /// 16 KiB, nginx 32 KiB. Above it: 431.
    pub field_section: usize,
    /// Field lines in a header section, and again in a trailer section. Apache and httparse's
    /// users take 100. Above it: 431.
    pub field_lines: usize,
    /// Octets of content, chunk framing not counted. `None`: the application decides. Above it: 413.
    pub content: Option<u64>,
    /// Octets of chunk extensions in one message. Go and hyper take 16 KiB (CVE-2023-39326).
    /// Above it: 400.
    pub chunk_extensions: usize,
    /// Octets of a trailer section. Above it: 431.
    pub trailer_section: usize,
    /// Octets of content that the application has left unread and that are read and dropped so
    /// that the connection can be kept. Go takes 256 KiB. Above it the connection is closed.
    pub unread_content: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_line: 8 * 1024,
            field_section: 64 * 1024,
            field_lines: 100,
            content: None,
            chunk_extensions: 16 * 1024,
            trailer_section: 8 * 1024,
            unread_content: 256 * 1024,
        }
    }
}
