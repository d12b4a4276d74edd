//! Files that an application names in a message instead of sending their octets.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
};

use pyo3::{
    exceptions::{PyOSError, PyTypeError},
    intern,
    prelude::*,
    types::PyDict,
};
use pyre_runtime::FileContent;

/// The file of `http.response.pathsend`, whole.
///
/// # Errors
/// `TypeError` without a path, `OSError` for a file that can't be read or is none.
pub(super) fn at_path(message: &Bound<'_, PyDict>) -> PyResult<FileContent> {
    let py = message.py();
    let path = message
        .get_item(intern!(py, "path"))?
        .ok_or_else(|| PyTypeError::new_err("'http.response.pathsend' needs a 'path'"))?;
    open(&path.extract::<PathBuf>()?).map_err(|error| {
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap_or_default();
        // Of three arguments `OSError` makes the subclass that the number asks for.
        let number = error.raw_os_error();
        PyOSError::new_err((number, text.to_owned(), path.unbind()))
    })
}

/// Opening anything but a regular file could wait, or bring octets without an end.
fn open(path: &PathBuf) -> io::Result<FileContent> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    Ok(FileContent::new(file, 0, length))
}
