//! The body of a response: what kinds there are.

use pyo3::{
    exceptions::PyValueError,
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyMapping, PyString, PyType},
};
use pyre_runtime::FileContent;

use super::text::{Piece, wrong_type};
use crate::{files, interpreter::is_bytes_like};

/// What is to be sent.
pub(super) enum Body<'py> {
    Whole(Piece),
    File(FileContent),
    /// An iterable, of either kind.
    Stream(Bound<'py, PyAny>),
}

impl<'py> Body<'py> {
    /// # Errors
    /// `TypeError` for what is no body; for a file, see [`open`].
    pub(super) fn of(body: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Some(piece) = Piece::read(body)? {
            return Ok(Self::Whole(piece));
        }
        if body.is_instance(file_type(body.py())?)? {
            return open(body).map(Self::File);
        }
        if is_stream(body)? {
            return Ok(Self::Stream(body.clone()));
        }
        Err(not_body(body))
    }
}

/// Whether a response may have it; a file is not opened for that.
pub(super) fn is_body(body: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(is_bytes_like(body) || body.is_instance(file_type(body.py())?)? || is_stream(body)?)
}

/// Whether it gives pieces. Keys of a mapping are nobody's body.
pub(super) fn is_stream(body: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = body.py();
    if body.is_instance_of::<PyString>() || is_bytes_like(body) {
        return Ok(false);
    }
    if body.hasattr(intern!(py, "__aiter__"))? {
        return Ok(true);
    }
    Ok(body.hasattr(intern!(py, "__iter__"))? && !body.is_instance_of::<PyMapping>())
}

pub(super) fn not_body(body: &Bound<'_, PyAny>) -> PyErr {
    wrong_type(
        "body",
        "None, bytes-like, str, File, or an iterable of bytes-like and str",
        body,
    )
}

fn file_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static FILE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    FILE.import(py, "pyre.psgi.file", "File")
}

/// The part of a file that a `psgi.File` names.
///
/// # Errors
/// `OSError` for a file that can't be opened, `ValueError` for what is no regular file or too short.
fn open(file: &Bound<'_, PyAny>) -> PyResult<FileContent> {
    let py = file.py();
    let named = file.getattr(intern!(py, "file"))?;
    let offset: u64 = file.getattr(intern!(py, "offset"))?.extract()?;
    let count: Option<u64> = file.getattr(intern!(py, "count"))?.extract()?;
    let (opened, size) = files::open(&named)?;
    let end = count.map_or(Some(size.max(offset)), |count| offset.checked_add(count));
    match end {
        Some(end) if end <= size => Ok(FileContent::new(opened, offset, end - offset)),
        _ => Err(PyValueError::new_err(format!(
            "the file has {size} octets: the part up to {} is not there",
            end.map_or_else(|| "2^64".to_owned(), |end| end.to_string())
        ))),
    }
}
