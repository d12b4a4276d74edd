//! File descriptors from Python become sockets and files.

#[cfg(unix)]
use std::fs::File;

use pyo3::{exceptions::PyOSError, intern, prelude::*};
use socket2::Socket;

/// Takes over the socket with this descriptor, as `socket.detach()` gives it.
///
/// # Errors
/// `OSError` when the number can't be a descriptor.
#[cfg(unix)]
pub(crate) fn adopt_socket(descriptor: i64) -> PyResult<Socket> {
    adopt(descriptor).map(Socket::from)
}

/// The open file behind `file`, an object with a descriptor or the descriptor itself: a duplicate, so
/// that its owner may close it at any time. Both share one position.
///
/// # Errors
/// `TypeError` for anything else, `OSError` when the descriptor is not open.
#[cfg(unix)]
pub(crate) fn duplicate_file(file: &Bound<'_, PyAny>) -> PyResult<File> {
    let py = file.py();
    let descriptor = if file.extract::<i32>().is_ok() {
        file.clone()
    } else {
        file.call_method0(intern!(py, "fileno"))?
    };
    let duplicate = py
        .import(intern!(py, "os"))?
        .call_method1(intern!(py, "dup"), (descriptor,))?;
    adopt(duplicate.extract()?).map(File::from)
}

#[cfg(unix)]
fn adopt(descriptor: i64) -> PyResult<std::os::fd::OwnedFd> {
    use std::os::fd::{FromRawFd, OwnedFd};
    let descriptor = i32::try_from(descriptor)
        .ok()
        .filter(|&descriptor| descriptor >= 0);
    let descriptor = descriptor.ok_or_else(|| PyOSError::new_err("not a file descriptor"))?;
    // SAFETY: the caller hands the descriptor over: a socket by the contract of `Host`, or a
    // duplicate that was made for this. Nobody else closes it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Takes over the socket with this handle, as `socket.detach()` gives it.
///
/// # Errors
/// `OSError` when the number can't be a handle.
#[cfg(windows)]
pub(crate) fn adopt_socket(handle: i64) -> PyResult<Socket> {
    use std::os::windows::io::{FromRawSocket, OwnedSocket};
    let handle = u64::try_from(handle).map_err(|_| PyOSError::new_err("not a socket handle"))?;
    // SAFETY: the caller hands the handle over, as the constructor's contract says; nobody else
    // closes it.
    let owned = unsafe { OwnedSocket::from_raw_socket(handle) };
    Ok(owned.into())
}
