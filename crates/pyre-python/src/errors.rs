//! The one place that maps what is refused to a Python exception.

use pyo3::{
    create_exception,
    exceptions::{PyOSError, PyRuntimeError, PyValueError},
    prelude::*,
};
use pyre_runtime::{SendError, http1::ResponseError};

create_exception!(
    pyre,
    ClientDisconnected,
    PyOSError,
    "Raised by ``send`` when the peer has gone (ASGI HTTP 2.4)."
);

/// What `send` raises.
pub(crate) fn of_send(error: SendError) -> PyErr {
    match error {
        SendError::Disconnected => ClientDisconnected::new_err(error.to_string()),
        SendError::Response(response) => of_response(response),
        SendError::File(_) => PyOSError::new_err(error.to_string()),
    }
}

/// A wrong value is a `ValueError`, a wrong order of calls a `RuntimeError`.
fn of_response(error: ResponseError) -> PyErr {
    let message = error.to_string();
    match error {
        ResponseError::Status
        | ResponseError::InterimStatus
        | ResponseError::InterimField
        | ResponseError::TrailerField
        | ResponseError::FieldName
        | ResponseError::FieldValue
        | ResponseError::ContentLength
        | ResponseError::ContentTooLong
        | ResponseError::ContentTooShort => PyValueError::new_err(message),
        ResponseError::HeadAlreadySent
        | ResponseError::HeadMissing
        | ResponseError::ContentComplete
        | ResponseError::TrailersTooEarly
        | ResponseError::Complete => PyRuntimeError::new_err(message),
    }
}
