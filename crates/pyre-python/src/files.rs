//! Files that an application names instead of sending their octets.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use pyo3::{
    exceptions::{PyOSError, PyValueError},
    prelude::*,
    types::PyInt,
};

/// The file at a path, and its size.
///
/// # Errors
/// `OSError` for a file that can't be read or is no regular one.
pub(crate) fn open_path(path: &Bound<'_, PyAny>) -> PyResult<(File, u64)> {
    open_regular(&path.extract::<PathBuf>()?).map_err(|error| {
        let text = error.to_string();
        let text = text.split(" (os error").next().unwrap_or_default();
        // Of three arguments `OSError` makes the subclass that the number asks for.
        let number = error.raw_os_error();
        PyOSError::new_err((number, text.to_owned(), path.clone().unbind()))
    })
}

/// Opening anything but a regular file could wait, or bring octets without an end.
fn open_regular(path: &Path) -> io::Result<(File, u64)> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

/// The file at a path or behind a descriptor, and its size. A descriptor stays its owner's.
///
/// # Errors
/// As [`open_path`]; `ValueError` for a descriptor of what is no regular file.
pub(crate) fn open(file: &Bound<'_, PyAny>) -> PyResult<(File, u64)> {
    if has_descriptor(file)? {
        return open_descriptor(file);
    }
    let metadata = fs::metadata(file.extract::<PathBuf>()?);
    if metadata.is_ok_and(|metadata| !metadata.is_file()) {
        return Err(not_regular());
    }
    open_path(file)
}

fn not_regular() -> PyErr {
    PyValueError::new_err("the file must be a regular one")
}

fn has_descriptor(file: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(file.is_instance_of::<PyInt>() || file.hasattr("fileno")?)
}

#[cfg(unix)]
pub(crate) fn open_descriptor(file: &Bound<'_, PyAny>) -> PyResult<(File, u64)> {
    let file = crate::descriptors::duplicate_file(file)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(not_regular());
    }
    Ok((file, metadata.len()))
}

/// A number is no handle here, and to get one costs more than the file's name.
#[cfg(not(unix))]
fn open_descriptor(_file: &Bound<'_, PyAny>) -> PyResult<(File, u64)> {
    Err(PyValueError::new_err(
        "files are sent by their path on this platform, not by a descriptor",
    ))
}
