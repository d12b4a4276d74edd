//! `Headers` of PSGI: field lines as an immutable multi-mapping.

use pyo3::{
    exceptions::PyKeyError,
    prelude::*,
    types::{PyBytes, PyIterator, PyList, PyString, PyTuple},
};

use super::request::Request;

/// Field names and values in wire order; nothing is decoded before it is asked for (PSGI §2).
#[pyclass(frozen, freelist = 64, module = "pyre._core")]
#[derive(Debug)]
pub(crate) struct Headers {
    lines: Lines,
}

#[derive(Debug)]
enum Lines {
    OfHead(Py<Request>),
    Own(Vec<(Vec<u8>, Vec<u8>)>),
}

type Line<'a> = (&'a [u8], &'a [u8]);

impl Headers {
    pub(super) const fn of_head(request: Py<Request>) -> Self {
        Self {
            lines: Lines::OfHead(request),
        }
    }

    pub(super) const fn new(lines: Vec<(Vec<u8>, Vec<u8>)>) -> Self {
        Self {
            lines: Lines::Own(lines),
        }
    }

    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let (head, own) = match &self.lines {
            Lines::OfHead(request) => (Some(request.get().head.head().fields()), None),
            Lines::Own(lines) => (None, Some(lines)),
        };
        let own = own.into_iter().flatten();
        head.into_iter()
            .flatten()
            .chain(own.map(|(name, value)| (name.as_slice(), value.as_slice())))
    }

    /// Calls `take` with the value of each line that has this name.
    fn each_value<'a>(&'a self, name: &str, mut take: impl FnMut(&'a [u8])) {
        let mut look = |(other, value): Line<'a>| {
            if other.eq_ignore_ascii_case(name.as_bytes()) {
                take(value);
            }
        };
        // Not by `lines`: this is what applications do most.
        match &self.lines {
            Lines::OfHead(request) => request.get().head.head().fields().for_each(look),
            Lines::Own(lines) => lines.iter().for_each(|(name, value)| look((name, value))),
        }
    }

    /// The value of the field, made of all its lines (RFC 9110 §5.3; RFC 6265 §5.4 for cookies).
    fn field<'py>(&self, py: Python<'py>, name: &str) -> Option<Bound<'py, PyString>> {
        let (mut first, mut rest) = (None, Vec::new());
        self.each_value(name, |value| match first {
            None => first = Some(value),
            Some(_) => rest.push(value),
        });
        let first = first?;
        if rest.is_empty() {
            return Some(latin1(py, first));
        }
        let separator: &[u8] = if name.eq_ignore_ascii_case("cookie") {
            b"; "
        } else {
            b", "
        };
        rest.insert(0, first);
        Some(latin1(py, &rest.join(separator)))
    }

    fn items_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(
            py,
            self.lines()
                .map(|(name, value)| (latin1(py, name), latin1(py, value)))
                .collect::<Vec<_>>(),
        )
    }
}

#[pymethods]
impl Headers {
    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyString>> {
        self.field(py, name)
            .ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    #[pyo3(signature = (name, /, default = None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        default: Option<Bound<'py, PyAny>>,
    ) -> Option<Bound<'py, PyAny>> {
        self.field(py, name).map(Bound::into_any).or(default)
    }

    #[pyo3(signature = (name, /))]
    fn getall<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        let mut values = Vec::new();
        self.each_value(name, |value| values.push(latin1(py, value)));
        PyList::new(py, values)
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(name) = name.cast::<PyString>() else {
            return Ok(false);
        };
        let mut is_there = false;
        self.each_value(name.to_str()?, |_| is_there = true);
        Ok(is_there)
    }

    fn __len__(&self) -> usize {
        self.lines().count()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.keys(py)
    }

    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let names: Vec<_> = self.lines().map(|(name, _)| latin1(py, name)).collect();
        PyList::new(py, names)?.try_iter()
    }

    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let values: Vec<_> = self.lines().map(|(_, value)| latin1(py, value)).collect();
        PyList::new(py, values)?.try_iter()
    }

    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.items_list(py)?.try_iter()
    }

    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let lines: Vec<_> = self
            .lines()
            .map(|(name, value)| (PyBytes::new(py, name), PyBytes::new(py, value)))
            .collect();
        PyTuple::new(py, lines)
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        let other = other.cast::<Self>();
        other.is_ok_and(|other| self.lines().eq(other.get().lines()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Headers({})", self.items_list(py)?.repr()?))
    }
}

/// Field values as text: every octet is a character, so that nothing is lost (RFC 9110 §5.5).
pub(super) fn latin1<'py>(py: Python<'py>, octets: &[u8]) -> Bound<'py, PyString> {
    match str::from_utf8(octets) {
        Ok(text) if octets.is_ascii() => PyString::new(py, text),
        _ => PyString::new(
            py,
            &octets.iter().copied().map(char::from).collect::<String>(),
        ),
    }
}
