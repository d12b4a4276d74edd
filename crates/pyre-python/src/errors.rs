//! The one place that maps what is refused to a Python exception.

use pyo3::{
    create_exception,
    exceptions::{PyOSError, PyRuntimeError, PyValueError},
    import_exception, intern,
    prelude::*,
};
use pyre_runtime::{
    SendError,
    http1::{RequestError, ResponseError},
};

import_exception!(pyre.psgi.errors, BodyError);
import_exception!(pyre.psgi.errors, Disconnected);

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

/// What PSGI raises where a response is sent.
pub(crate) fn of_psgi_send(error: SendError) -> PyErr {
    match error {
        SendError::Disconnected => disconnected(),
        other => of_send(other),
    }
}

/// The refusal of a body of another length than the application has said.
pub(crate) fn of_length(error: SendError, said: Option<u64>, length: u64) -> PyErr {
    match (error, said) {
        (
            SendError::Response(
                error @ (ResponseError::ContentTooLong | ResponseError::ContentTooShort),
            ),
            Some(said),
        ) => PyValueError::new_err(format!("{error}: that is {said}, the body has {length}")),
        (error, _) => of_psgi_send(error),
    }
}

pub(crate) fn disconnected() -> PyErr {
    Disconnected::new_err("the client has disconnected")
}

/// What PSGI raises where a body is read that the server has refused.
pub(crate) fn of_body(error: RequestError) -> PyErr {
    BodyError::new_err(error.status())
}

/// The status of a `BodyError`.
pub(crate) fn body_status(error: &PyErr, py: Python<'_>) -> PyResult<Option<u16>> {
    if !error.is_instance_of::<BodyError>(py) {
        return Ok(None);
    }
    let status = error.value(py).getattr(intern!(py, "status"))?;
    status.extract().map(Some)
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
