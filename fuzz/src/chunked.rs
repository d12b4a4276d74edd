//! Content in the chunked transfer coding, as the engine and the reference read it.

use crate::{input::Options, request_head};

const HEAD: &[u8] = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The engine shows the content that the reference reads, and what follows it is the next request.
pub fn check(data: &[u8]) {
    let (options, octets) = Options::split(data);
    let limits = options.limits_that_fit(HEAD);
    request_head::compare(&[HEAD, octets].concat(), limits, options.half_closes);
}
