//! File descriptors from Python become sockets.

use pyo3::{exceptions::PyOSError, prelude::*};
use socket2::Socket;

/// Takes over the socket with this descriptor, as `socket.detach()` gives it.
///
/// # Errors
/// `OSError` when the number can't be a descriptor.
#[cfg(unix)]
pub(crate) fn adopt(descriptor: i64) -> PyResult<Socket> {
    use std::os::fd::{FromRawFd, OwnedFd};
    let descriptor = i32::try_from(descriptor)
        .ok()
        .filter(|&descriptor| descriptor >= 0);
    let descriptor = descriptor.ok_or_else(|| PyOSError::new_err("not a file descriptor"))?;
    // SAFETY: the caller hands the descriptor over, as the constructor's contract says; nobody
    // else closes it.
    let owned = unsafe { OwnedFd::from_raw_fd(descriptor) };
    Ok(owned.into())
}

/// Takes over the socket with this handle, as `socket.detach()` gives it.
///
/// # Errors
/// `OSError` when the number can't be a handle.
#[cfg(windows)]
pub(crate) fn adopt(handle: i64) -> PyResult<Socket> {
    use std::os::windows::io::{FromRawSocket, OwnedSocket};
    let handle = u64::try_from(handle).map_err(|_| PyOSError::new_err("not a socket handle"))?;
    // SAFETY: the caller hands the handle over, as the constructor's contract says; nobody else
    // closes it.
    let owned = unsafe { OwnedSocket::from_raw_socket(handle) };
    Ok(owned.into())
}
