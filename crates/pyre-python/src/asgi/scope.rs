//! The connection scope of ASGI HTTP.

use pyo3::{
    intern,
    prelude::*,
    types::{PyBytes, PyDict, PyList, PyString, PyTuple},
};
use pyre_runtime::{
    Scheme,
    http1::{RequestHead, Version},
};

use crate::{
    ends::Ends,
    names::{self, FieldNames},
};

/// What the template says already.
const USUAL_METHOD: &str = "GET";
const USUAL_VERSION: Version = Version::Http11;

/// What the scopes of a host say about it, where that is a choice.
#[derive(Debug)]
pub(crate) struct Announced {
    /// The version of the HTTP specification. From 2.4 on, frameworks rely on `send` to raise when the
    /// client leaves, and do not listen for `http.disconnect` beside a stream: one that waits for its
    /// next piece is not ended then. So uvicorn announces 2.3 too.
    pub(crate) spec_version: String,
    /// `http.response.pathsend`.
    pub(crate) pathsend: bool,
}

impl Default for Announced {
    fn default() -> Self {
        Self {
            spec_version: "2.3".into(),
            pathsend: true,
        }
    }
}

/// Makes the scopes of one host.
#[derive(Debug)]
pub(crate) struct Scopes {
    /// A scope with every key in place and the values that all requests share: copying it costs less
    /// than filling an empty dictionary.
    template: Py<PyDict>,
    /// The value of `asgi`; each scope gets a copy of its own.
    versions: Py<PyDict>,
    state: Option<Py<PyDict>>,
    root_path: String,
    extensions: Extensions,
    field_names: FieldNames,
}

/// The `extensions` of scopes, to be copied. The inner dictionaries are shared and therefore read-only.
#[derive(Debug)]
struct Extensions {
    /// A 1.0 peer takes neither interim responses nor trailers.
    http10: Py<PyDict>,
    usual: Py<PyDict>,
    with_trailers: Py<PyDict>,
}

impl Extensions {
    fn new(py: Python<'_>, announced: &Announced) -> PyResult<Self> {
        let announcement = py
            .import("pyre.server.asgi")?
            .getattr("Announcement")?
            .call0()?;
        let http10 = PyDict::new(py);
        if announced.pathsend {
            http10.set_item("http.response.pathsend", &announcement)?;
        }
        if cfg!(unix) {
            http10.set_item("http.response.zerocopysend", &announcement)?;
        }
        let usual = http10.copy()?;
        usual.set_item("http.response.early_hint", &announcement)?;
        let with_trailers = usual.copy()?;
        with_trailers.set_item("http.response.trailers", &announcement)?;
        Ok(Self {
            http10: http10.unbind(),
            usual: usual.unbind(),
            with_trailers: with_trailers.unbind(),
        })
    }

    fn of<'py>(&self, py: Python<'py>, head: &RequestHead<'_>) -> PyResult<Bound<'py, PyDict>> {
        let known = match (head.version, head.takes_trailers) {
            (Version::Http10, _) => &self.http10,
            (Version::Http11, false) => &self.usual,
            (Version::Http11, true) => &self.with_trailers,
        };
        known.bind(py).copy()
    }
}

impl Scopes {
    pub(super) fn new(
        py: Python<'_>,
        root_path: &str,
        state: Option<&Py<PyDict>>,
        announced: &Announced,
    ) -> PyResult<Self> {
        let versions = PyDict::new(py);
        versions.set_item("version", "3.0")?;
        versions.set_item("spec_version", &announced.spec_version)?;
        let template = PyDict::new(py);
        template.set_item("type", intern!(py, "http"))?;
        template.set_item("scheme", intern!(py, "http"))?;
        template.set_item("root_path", root_path)?;
        // The usual request needs no other values for these.
        template.set_item("http_version", names::http_version(py, USUAL_VERSION))?;
        template.set_item("method", names::method(py, USUAL_METHOD))?;
        template.set_item("query_string", PyBytes::new(py, b""))?;
        for key in [
            "asgi",
            "path",
            "raw_path",
            "headers",
            "client",
            "server",
            "extensions",
        ] {
            template.set_item(PyString::intern(py, key), py.None())?;
        }
        Ok(Self {
            template: template.unbind(),
            versions: versions.unbind(),
            state: state.map(|state| state.clone_ref(py)),
            root_path: root_path.into(),
            extensions: Extensions::new(py, announced)?,
            field_names: FieldNames::new(py),
        })
    }

    /// The scope of one request. Runs no Python code: the keys are strings, the values are plain.
    pub(crate) fn scope<'py>(
        &self,
        py: Python<'py>,
        head: &RequestHead<'_>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let scope = self.template.bind(py).copy()?;
        scope.set_item(intern!(py, "asgi"), self.versions.bind(py).copy()?)?;
        if head.version != USUAL_VERSION {
            scope.set_item(
                intern!(py, "http_version"),
                names::http_version(py, head.version),
            )?;
        }
        if head.method != USUAL_METHOD {
            scope.set_item(intern!(py, "method"), names::method(py, head.method))?;
        }
        scope.set_item(intern!(py, "path"), self.path(py, head))?;
        scope.set_item(intern!(py, "raw_path"), PyBytes::new(py, head.target.path))?;
        if !head.target.query.is_empty() {
            scope.set_item(
                intern!(py, "query_string"),
                PyBytes::new(py, head.target.query),
            )?;
        }
        scope.set_item(intern!(py, "headers"), self.headers(py, head)?)?;
        scope.set_item(intern!(py, "extensions"), self.extensions.of(py, head)?)?;
        if let Some(state) = &self.state {
            scope.set_item(intern!(py, "state"), state.bind(py).copy()?)?;
        }
        Ok(scope)
    }

    fn path<'py>(&self, py: Python<'py>, head: &RequestHead<'_>) -> Bound<'py, PyString> {
        let path = head.target.decoded_path();
        if self.root_path.is_empty() {
            return PyString::new(py, &path);
        }
        PyString::new(py, &format!("{}{path}", self.root_path))
    }

    fn headers<'py>(
        &self,
        py: Python<'py>,
        head: &RequestHead<'_>,
    ) -> PyResult<Bound<'py, PyList>> {
        let pair = |(name, value): (&[u8], &[u8])| {
            PyTuple::new(
                py,
                [self.field_names.bytes(py, name), PyBytes::new(py, value)],
            )
        };
        let pairs = head.fields().map(pair).collect::<PyResult<Vec<_>>>()?;
        PyList::new(py, pairs)
    }
}

/// Sets who is at both ends.
pub(super) fn set_ends(scope: &Bound<'_, PyDict>, ends: Ends) -> PyResult<()> {
    let py = scope.py();
    scope.set_item(intern!(py, "client"), ends.client)?;
    scope.set_item(intern!(py, "server"), ends.server)?;
    if ends.scheme != Scheme::Http {
        scope.set_item(intern!(py, "scheme"), names::scheme(py, ends.scheme))?;
    }
    Ok(())
}

/// `GET /path?query HTTP/1.1`, for a log.
pub(super) fn request_line(scope: &Bound<'_, PyDict>) -> PyResult<String> {
    let py = scope.py();
    let text = |key: &Bound<'_, PyString>| -> PyResult<String> {
        Ok(scope
            .get_item(key)?
            .map(|value| value.to_string())
            .unwrap_or_default())
    };
    let octets = |key: &Bound<'_, PyString>| -> PyResult<String> {
        let value = scope.get_item(key)?;
        let value = value
            .as_ref()
            .and_then(|value| value.cast::<PyBytes>().ok());
        Ok(value
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default())
    };
    let query = octets(intern!(py, "query_string"))?;
    let mark = if query.is_empty() { "" } else { "?" };
    let (method, path) = (
        text(intern!(py, "method"))?,
        octets(intern!(py, "raw_path"))?,
    );
    Ok(format!(
        "{method} {path}{mark}{query} HTTP/{}",
        text(intern!(py, "http_version"))?
    ))
}
