//! Open files that an application names in a message. Their descriptors are a matter of unix.

use std::io::{Seek, SeekFrom};

use pyo3::{
    exceptions::PyTypeError,
    intern,
    prelude::*,
    types::{PyDict, PyString},
};
use pyre_runtime::FileContent;

use crate::files;

/// The part of an open file that `http.response.zerocopysend` names. Without `offset` it begins where
/// the file stands, and the file stands behind it afterwards, as `sendfile` would have it.
///
/// # Errors
/// `TypeError` for a value of a wrong type, `ValueError` for what is no regular file, `OSError` for a
/// descriptor that is not open.
pub(super) fn of_descriptor(message: &Bound<'_, PyDict>) -> PyResult<FileContent> {
    let py = message.py();
    let file = message
        .get_item(intern!(py, "file"))?
        .ok_or_else(|| PyTypeError::new_err("'http.response.zerocopysend' needs a 'file'"))?;
    let (mut file, size) = files::open_descriptor(&file)?;
    let offset = number(message, intern!(py, "offset"))?;
    let position = offset.map_or_else(|| file.stream_position(), Ok)?;
    let available = size.saturating_sub(position);
    let count = number(message, intern!(py, "count"))?;
    let length = count.unwrap_or(available).min(available);
    if offset.is_none() {
        file.seek(SeekFrom::Start(position + length))?;
    }
    Ok(FileContent::new(file, position, length))
}

fn number(message: &Bound<'_, PyDict>, key: &Bound<'_, PyString>) -> PyResult<Option<u64>> {
    let Some(value) = message.get_item(key)? else {
        return Ok(None);
    };
    value.extract().map_err(|_| {
        PyTypeError::new_err(format!(
            "'{key}' must be None or an int from 0, not {value}"
        ))
    })
}
