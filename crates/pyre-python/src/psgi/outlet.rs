//! Where the pieces of a stream go.

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::prelude::*;
use pyre_runtime::{RequestId, SendError, http1::Content};

use super::text::Piece;
use crate::{
    awaitable::{self, Awaited, Waiting},
    errors,
    host::Host,
};

/// The content of one response, piece by piece.
#[pyclass(frozen)]
#[derive(Debug)]
pub(crate) struct Outlet {
    pub(crate) host: Py<Host>,
    pub(crate) id: RequestId,
    /// What the application has said in `content-length`.
    said: Option<u64>,
    /// Octets that the stream has given.
    length: AtomicU64,
}

impl Outlet {
    pub(super) fn new(host: &Bound<'_, Host>, id: RequestId, said: Option<u64>) -> Self {
        Self {
            host: host.clone().unbind(),
            id,
            said,
            length: AtomicU64::new(0),
        }
    }

    /// Sends a part of the content. Whether there is room for more.
    fn send_piece(&self, py: Python<'_>, piece: Piece) -> PyResult<bool> {
        let host = self.host.get();
        let has_room = {
            let mut core = host.core.borrow_mut()?;
            let sent = piece.send(|content: Content<'_>| {
                self.length.fetch_add(content.len(), Ordering::Relaxed);
                core.reactor.send_data(self.id, content, false)
            });
            sent.map_err(|error| self.refusal(error))?;
            core.reactor.has_room(self.id)
        };
        if self.is_whole() {
            host.forget_stream(self.id)?;
        }
        host.after_call(py)?;
        Ok(has_room)
    }

    /// All of `content-length` is sent: what the stream does now is nothing to the peer.
    pub(super) fn is_whole(&self) -> bool {
        self.said == Some(self.length.load(Ordering::Relaxed))
    }

    /// There are no more pieces.
    pub(super) fn end(&self) -> PyResult<()> {
        let mut core = self.host.get().core.borrow_mut()?;
        core.reactor
            .send_data(self.id, Content::Copied(&[]), true)
            .map_err(|error| self.refusal(error))
    }

    fn refusal(&self, error: SendError) -> PyErr {
        errors::of_length(error, self.said, self.length.load(Ordering::Relaxed))
    }

    /// Whether the stream may go on.
    ///
    /// # Errors
    /// `Disconnected` when the peer left meanwhile.
    pub(crate) fn has_room(&self) -> PyResult<bool> {
        let mut core = self.host.get().core.borrow_mut()?;
        if core.reactor.is_connected(self.id) {
            return Ok(core.reactor.has_room(self.id));
        }
        Err(errors::disconnected())
    }
}

#[pymethods]
impl Outlet {
    /// Send a piece; the awaitable is complete when the next may follow.
    fn send<'py>(slf: &Bound<'py, Self>, piece: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (py, piece) = (slf.py(), Piece::of_stream(piece)?);
        if piece.is_empty() || slf.get().send_piece(py, piece)? {
            awaitable::done(py)
        } else {
            Waiting::on(py, Awaited::Room(slf.clone().unbind()))
        }
    }

    /// Have `task` cancelled when the peer leaves before the content is complete.
    fn watch(&self, task: &Bound<'_, PyAny>) -> PyResult<()> {
        if self.is_whole() || task.is_none() {
            return Ok(());
        }
        self.host.get().watch_stream(self.id, task)
    }
}
