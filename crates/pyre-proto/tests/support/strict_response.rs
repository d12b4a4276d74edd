//! A client's parser of responses that forgives nothing. It shares no code with the encoder.

use super::text;

/// How the end of the content was found (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Rule 1: the status or the method leaves no room for content.
    None,
    Chunked,
    ContentLength(usize),
    UntilClose,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) framing: Framing,
    pub(crate) content: Vec<u8>,
    /// Of the trailer section, as far as it came.
    pub(crate) trailers: Vec<(String, String)>,
    pub(crate) is_to_head: bool,
    /// The peer can tell that all of the content has arrived.
    pub(crate) is_whole: bool,
}

impl Response {
    /// The values of every field with this name, in any case of letters.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let lines = self.fields.iter();
        lines
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The value of the field with this name, which stands once.
    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let values = self.values(name);
        assert!(values.len() <= 1, "{name} is repeated: {values:?}");
        values.first().copied()
    }

    /// Whether `Connection` holds this option.
    pub(crate) fn says(&self, option: &str) -> bool {
        self.field("connection") == Some(option)
    }
}

/// Every response in `octets`, the final ones in answer to `methods` in order.
#[track_caller]
pub(crate) fn parse_all(octets: &[u8], methods: &[&str]) -> Vec<Response> {
    let responses = parse_cut_off(octets, methods);
    assert!(responses.iter().all(|response| response.is_whole));
    responses
}

/// As [`parse_all`], where the content of the last one may lack its end.
#[track_caller]
pub(crate) fn parse_cut_off(octets: &[u8], methods: &[&str]) -> Vec<Response> {
    let mut reader = Reader { rest: octets };
    let mut methods = methods.iter();
    let mut responses = Vec::new();
    while !reader.rest.is_empty() {
        let mut response = reader.head();
        if response.status >= 200 {
            let method = methods.next().expect("a response that nobody asked for");
            response.is_to_head = *method == "HEAD";
            reader.content(&mut response);
        }
        responses.push(response);
    }
    responses
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn head(&mut self) -> Response {
        let line = self.line();
        let after_version = line.strip_prefix("HTTP/1.1 ").expect("a status line");
        let (status, reason) = after_version.split_once(' ').expect("a second space");
        assert!(status.len() == 3 && status.bytes().all(|octet| octet.is_ascii_digit()));
        let mut fields = Vec::new();
        loop {
            let line = self.line();
            if line.is_empty() {
                break;
            }
            fields.push(field(&line));
        }
        Response {
            status: status.parse().expect("three digits"),
            reason: reason.to_owned(),
            fields,
            framing: Framing::None,
            content: Vec::new(),
            trailers: Vec::new(),
            is_to_head: false,
            is_whole: true,
        }
    }

    fn content(&mut self, response: &mut Response) {
        response.framing = framing(response);
        match response.framing {
            Framing::None => {}
            Framing::ContentLength(length) => {
                response.content = self.take(length.min(self.rest.len())).to_vec();
                response.is_whole = response.content.len() == length;
            }
            Framing::Chunked => response.is_whole = self.chunks(response),
            Framing::UntilClose => response.content = std::mem::take(&mut self.rest).to_vec(),
        }
    }

    /// Whether the end of the trailer section was among them.
    fn chunks(&mut self, response: &mut Response) -> bool {
        while !self.rest.is_empty() {
            let line = self.line();
            assert!(!line.starts_with('+') && (line == "0" || !line.starts_with('0')));
            let size = usize::from_str_radix(&line, 16).expect("a chunk size");
            if size == 0 {
                return self.trailers(&mut response.trailers);
            }
            response.content.extend_from_slice(self.take(size));
            assert_eq!(self.line(), "", "what ends a chunk");
        }
        false
    }

    /// Whether the empty line behind them was there.
    fn trailers(&mut self, trailers: &mut Vec<(String, String)>) -> bool {
        while !self.rest.is_empty() {
            let line = self.line();
            if line.is_empty() {
                return true;
            }
            trailers.push(field(&line));
        }
        false
    }

    /// Up to the next CRLF, which is consumed too.
    fn line(&mut self) -> String {
        let end = self.rest.windows(2).position(|pair| pair == b"\r\n");
        let end = end.unwrap_or_else(|| panic!("no CRLF in {}", self.rest.escape_ascii()));
        let line = self.take(end);
        self.take(2);
        assert!(!line.contains(&b'\r') && !line.contains(&b'\n'));
        text(line)
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at_checked(length).expect("more octets");
        self.rest = rest;
        taken
    }
}

fn field(line: &str) -> (String, String) {
    let (name, value) = line.split_once(": ").expect("a colon and a space");
    let is_tchar = |mark: char| mark.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(mark);
    assert!(!name.is_empty() && name.chars().all(is_tchar), "{name:?}");
    (name.to_owned(), value.to_owned())
}

/// RFC 9112 §6.3 from the client's side, and what a sender must not do (RFC 9110 §8.6, RFC 9112 §6.1).
fn framing(response: &Response) -> Framing {
    let length = response
        .field("content-length")
        .map(|digits| digits.parse::<usize>().expect("a decimal number"));
    let coding = response.field("transfer-encoding");
    assert!(coding.is_none() || length.is_none(), "both framings");
    assert!(coding.is_none_or(|coding| coding == "chunked"));
    if response.status == 204 {
        assert_eq!((length, coding), (None, None));
    }
    if response.is_to_head || matches!(response.status, 204 | 304) {
        return Framing::None;
    }
    match (coding, length) {
        (Some(_), _) => Framing::Chunked,
        (None, Some(length)) => Framing::ContentLength(length),
        (None, None) => {
            assert!(response.says("close"), "content without an end");
            Framing::UntilClose
        }
    }
}
