//! Python objects that every request shares: made once, never changed.

use pyo3::{
    intern,
    prelude::*,
    types::{PyBytes, PyString},
};
use pyre_runtime::{Scheme, http1::Version};

/// Field names of usual requests, in lower case.
#[rustfmt::skip]
const FIELD_NAMES: [&[u8]; 46] = [
    b"accept", b"accept-encoding", b"accept-language", b"access-control-request-headers",
    b"access-control-request-method", b"authorization", b"cache-control", b"connection", b"content-encoding",
    b"content-length", b"content-type", b"cookie", b"dnt", b"expect", b"forwarded", b"host", b"if-match",
    b"if-modified-since", b"if-none-match", b"if-range", b"if-unmodified-since", b"keep-alive", b"origin",
    b"pragma", b"priority", b"range", b"referer", b"sec-ch-ua", b"sec-ch-ua-mobile", b"sec-ch-ua-platform",
    b"sec-fetch-dest", b"sec-fetch-mode", b"sec-fetch-site", b"sec-fetch-user", b"te", b"traceparent",
    b"tracestate", b"transfer-encoding", b"upgrade", b"upgrade-insecure-requests", b"user-agent", b"via",
    b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-request-id",
];

/// A power of two, large enough that few of the names share a place.
const PLACES: usize = 256;

/// Byte strings of the usual field names, found without hashing: names that share a place with
/// an earlier one are simply made anew each time.
#[derive(Debug)]
pub(crate) struct FieldNames {
    places: Vec<Option<(&'static [u8], Py<PyBytes>)>>,
}

impl FieldNames {
    pub(crate) fn new(py: Python<'_>) -> Self {
        let mut places: Vec<Option<(&'static [u8], Py<PyBytes>)>> =
            (0..PLACES).map(|_| None).collect();
        for name in FIELD_NAMES {
            if let Some(place @ None) = places.get_mut(place_of(name)) {
                *place = Some((name, PyBytes::new(py, name).unbind()));
            }
        }
        Self { places }
    }

    /// The byte string of `name`, which is in lower case.
    pub(crate) fn bytes<'py>(&self, py: Python<'py>, name: &[u8]) -> Bound<'py, PyBytes> {
        match self.places.get(place_of(name)) {
            Some(Some((known, bytes))) if *known == name => bytes.bind(py).clone(),
            _ => PyBytes::new(py, name),
        }
    }
}

fn place_of(name: &[u8]) -> usize {
    let (first, last) = (
        name.first().copied().unwrap_or_default(),
        name.last().copied().unwrap_or_default(),
    );
    (name.len() * 37 + usize::from(first) * 11 + usize::from(last) * 5) % PLACES
}

pub(crate) fn method<'py>(py: Python<'py>, method: &str) -> Bound<'py, PyString> {
    match method {
        "GET" => intern!(py, "GET").clone(),
        "POST" => intern!(py, "POST").clone(),
        "HEAD" => intern!(py, "HEAD").clone(),
        "PUT" => intern!(py, "PUT").clone(),
        "PATCH" => intern!(py, "PATCH").clone(),
        "DELETE" => intern!(py, "DELETE").clone(),
        "OPTIONS" => intern!(py, "OPTIONS").clone(),
        _ => PyString::new(py, method),
    }
}

pub(crate) fn http_version(py: Python<'_>, version: Version) -> &Bound<'_, PyString> {
    match version {
        Version::Http10 => intern!(py, "1.0"),
        Version::Http11 => intern!(py, "1.1"),
    }
}

pub(crate) fn scheme(py: Python<'_>, scheme: Scheme) -> &Bound<'_, PyString> {
    match scheme {
        Scheme::Http => intern!(py, "http"),
        Scheme::Https => intern!(py, "https"),
    }
}
