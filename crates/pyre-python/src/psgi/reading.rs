//! How far the body of a request has been read.

use pyo3::{
    exceptions::{PyRuntimeError, PyStopAsyncIteration},
    prelude::*,
    types::PyBytes,
};
use pyre_runtime::{
    Received,
    http1::{Framing, RequestError},
};

use super::request::Request;
use crate::{core::Core, errors};

/// ```text
///          ┌─read()──► Collecting ──► Whole
///  Unread ─┤               │ iteration
///          └─iteration──► Streaming ──► Ended
/// ```
#[derive(Debug)]
pub(super) enum Reading {
    Unread,
    /// `read` has come so far.
    Collecting(Vec<u8>),
    /// The body, and whether an iteration has given it.
    Whole {
        body: Py<PyBytes>,
        is_given: bool,
        trailers: Trailers,
    },
    Streaming,
    /// An iteration has given all of it.
    Ended(Trailers),
    /// The server has refused the rest, with this status.
    Refused(RequestError),
}

type Trailers = Vec<(Vec<u8>, Vec<u8>)>;

/// What one look at the connection has brought.
enum Step {
    Pending,
    More,
    Last(Trailers),
}

impl Reading {
    pub(super) fn trailers(&self) -> Trailers {
        match self {
            Self::Whole { trailers, .. } | Self::Ended(trailers) => trailers.clone(),
            _ => Trailers::new(),
        }
    }

    fn take_collected(&mut self) -> Vec<u8> {
        match self {
            Self::Collecting(collected) => std::mem::take(collected),
            _ => Vec::new(),
        }
    }
}

impl Request {
    /// The whole body, of at most `limit` octets, once it has come.
    ///
    /// # Errors
    /// `BodyError`, `Disconnected`; `RuntimeError` when a part was given to an iteration.
    pub(crate) fn poll_body(&self, py: Python<'_>, limit: u64) -> PyResult<Option<Py<PyAny>>> {
        self.check_content_length(limit)?;
        loop {
            let mut collected = match &mut *self.reading.borrow_mut()? {
                Reading::Whole { body, .. } => {
                    check_limit(body.bind(py).as_bytes().len(), limit)?;
                    return Ok(Some(body.clone_ref(py).into_any()));
                }
                Reading::Streaming | Reading::Ended(_) => {
                    return Err(PyRuntimeError::new_err(
                        "read() was called after an iteration over the body had begun",
                    ));
                }
                Reading::Refused(error) => return Err(errors::of_body(*error)),
                Reading::Unread => Vec::new(),
                reading @ Reading::Collecting(_) => reading.take_collected(),
            };
            if let Err(error) = check_limit(collected.len(), limit) {
                *self.reading.borrow_mut()? = Reading::Collecting(collected);
                return Err(error);
            }
            let (step, body) = self.receive(py, |octets, is_last| {
                if is_last && collected.is_empty() {
                    // The usual body comes in one piece.
                    return Some(PyBytes::new(py, octets));
                }
                collected.extend_from_slice(octets);
                is_last.then(|| PyBytes::new(py, &collected))
            });
            *self.reading.borrow_mut()? = match (&step, body.flatten()) {
                (Ok(Step::Last(trailers)), Some(body)) => Reading::Whole {
                    body: body.unbind(),
                    is_given: false,
                    trailers: trailers.clone(),
                },
                _ => Reading::Collecting(collected),
            };
            match step.map_err(|error| self.failed(error))? {
                Step::Pending => return Ok(None),
                Step::More | Step::Last(_) => {}
            }
        }
    }

    /// The next piece of the body, once it has come.
    ///
    /// # Errors
    /// `BodyError`, `Disconnected`; `StopAsyncIteration` at the end.
    pub(crate) fn poll_piece(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let collected = {
            let mut reading = self.reading.borrow_mut()?;
            match &mut *reading {
                Reading::Whole { body, is_given, .. } => {
                    let is_over = std::mem::replace(is_given, true);
                    let body = body.clone_ref(py);
                    return if is_over || body.bind(py).as_bytes().is_empty() {
                        Err(PyStopAsyncIteration::new_err(()))
                    } else {
                        Ok(Some(body.into_any()))
                    };
                }
                Reading::Ended(_) => return Err(PyStopAsyncIteration::new_err(())),
                Reading::Refused(error) => return Err(errors::of_body(*error)),
                reading => reading.take_collected(),
            }
        };
        if !collected.is_empty() {
            *self.reading.borrow_mut()? = Reading::Streaming;
            return Ok(Some(PyBytes::new(py, &collected).into_any().unbind()));
        }
        let (step, piece) = self.receive(py, |octets, _| {
            (!octets.is_empty()).then(|| PyBytes::new(py, octets))
        });
        let step = step.map_err(|error| self.failed(error))?;
        let is_pending = matches!(step, Step::Pending);
        match step {
            Step::Pending => {}
            Step::More => *self.reading.borrow_mut()? = Reading::Streaming,
            Step::Last(trailers) => *self.reading.borrow_mut()? = Reading::Ended(trailers),
        }
        match piece.flatten() {
            Some(piece) => Ok(Some(piece.into_any().unbind())),
            None if is_pending => Ok(None),
            None => Err(PyStopAsyncIteration::new_err(())),
        }
    }

    /// Takes what has come, and gives it to `take` with whether it is the last.
    fn receive<T>(
        &self,
        py: Python<'_>,
        take: impl FnOnce(&[u8], bool) -> T,
    ) -> (Result<Step, Failure>, Option<T>) {
        let host = self.host.get();
        let received = {
            let mut core = match host.core.borrow_mut() {
                Ok(core) => core,
                Err(error) => return (Err(Failure::Misuse(error)), None),
            };
            match core.reactor.receive(self.id) {
                Received::Pending => (Ok(Step::Pending), None),
                Received::Disconnected => (Err(Failure::Disconnected), None),
                Received::Refused(error) => (Err(Failure::Refused(error)), None),
                Received::Data(octets, is_last) => {
                    let taken = Some(take(octets, is_last));
                    if is_last {
                        (Ok(Step::Last(self.received_trailers(&core))), taken)
                    } else {
                        (Ok(Step::More), taken)
                    }
                }
            }
        };
        match host.after_call(py) {
            Ok(()) => received,
            Err(error) => (Err(Failure::Misuse(error)), None),
        }
    }

    fn received_trailers(&self, core: &Core) -> Trailers {
        if self.head.head().framing != Framing::Chunked {
            return Trailers::new();
        }
        let trailers = core.reactor.trailers(self.id);
        trailers
            .map(|(name, value)| (name.to_vec(), value.to_vec()))
            .collect()
    }

    fn failed(&self, failure: Failure) -> PyErr {
        match failure {
            Failure::Disconnected => errors::disconnected(),
            Failure::Misuse(error) => error,
            Failure::Refused(error) => {
                if let Ok(mut reading) = self.reading.borrow_mut() {
                    *reading = Reading::Refused(error);
                }
                errors::of_body(error)
            }
        }
    }

    /// What is too long by its own word need not be read.
    fn check_content_length(&self, limit: u64) -> PyResult<()> {
        match self.head.head().framing {
            Framing::Length(length) if length > limit => {
                Err(errors::of_body(RequestError::ContentTooLarge))
            }
            _ => Ok(()),
        }
    }
}

/// Why nothing more will come.
enum Failure {
    Disconnected,
    Refused(RequestError),
    /// A call from another thread.
    Misuse(PyErr),
}

fn check_limit(length: usize, limit: u64) -> PyResult<()> {
    if length as u64 > limit {
        return Err(errors::of_body(RequestError::ContentTooLarge));
    }
    Ok(())
}
