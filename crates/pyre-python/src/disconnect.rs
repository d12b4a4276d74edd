//! Which errors of an application only tell that the peer has left.

use pyo3::{exceptions::PyBaseExceptionGroup, intern, prelude::*};

use crate::errors::{ClientDisconnected, Disconnected};

/// How many errors deep ours is sought: an application can make a cycle of causes.
const DEPTH: usize = 8;

/// Our own exception, or what a framework makes of it:
/// - a group of nothing else (task groups);
/// - an error that names it as its cause (`LitestarException`);
/// - an error that is named so, and was raised while ours was handled (`ClientDisconnect` of Starlette).
///
/// Another error of that moment is a bug worth a line.
pub(crate) fn is_told_by<T>(error: &Bound<'_, T>) -> bool {
    is_told_within(error.as_any(), DEPTH)
}

fn is_told_within(error: &Bound<'_, PyAny>, depth: usize) -> bool {
    if is_ours(error) {
        return true;
    }
    depth > 0
        && (is_group(error, depth - 1).unwrap_or(false)
            || is_caused(error, depth - 1)
            || is_named_so(error))
}

/// Of ASGI or of PSGI.
fn is_ours(error: &Bound<'_, PyAny>) -> bool {
    error.is_instance_of::<ClientDisconnected>() || error.is_instance_of::<Disconnected>()
}

fn is_group(error: &Bound<'_, PyAny>, depth: usize) -> PyResult<bool> {
    if !error.is_instance_of::<PyBaseExceptionGroup>() {
        return Ok(false);
    }
    let members = error.getattr(intern!(error.py(), "exceptions"))?;
    for member in members.try_iter()? {
        if !is_told_within(&member?, depth) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_caused(error: &Bound<'_, PyAny>, depth: usize) -> bool {
    error
        .getattr(intern!(error.py(), "__cause__"))
        .is_ok_and(|cause| is_told_within(&cause, depth))
}

fn is_named_so(error: &Bound<'_, PyAny>) -> bool {
    let handled = error.getattr(intern!(error.py(), "__context__"));
    let name = error.get_type().name();
    name.is_ok_and(|name| name.to_str().is_ok_and(|name| name.contains("Disconnect")))
        && handled.is_ok_and(|handled| is_ours(&handled))
}
