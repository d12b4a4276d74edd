//! What our asynchronous methods return, `receive` and `send` for two.
//!
//! They are coroutines to Python (`asyncio.iscoroutine` says so, `create_task` takes them), but the
//! usual one is over before it begins: awaiting it costs no trip through the loop. The other looks when
//! it is awaited, waits on a future where it must, and looks again; so a cancelled wait, or one that never
//! began, loses no message.

use pyo3::{
    exceptions::PyStopIteration,
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyIterator, PyTuple},
};

use pyre_runtime::RequestId;

use crate::{
    asgi::Exchange,
    host::Host,
    psgi::{Outlet, Request},
};

/// An awaitable that is complete: what `send` returns unless the peer has to catch up.
#[pyclass(frozen)]
#[derive(Debug)]
pub(crate) struct Done;

/// The one that every `send` shares.
pub(crate) fn done(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static DONE: PyOnceLock<Py<Done>> = PyOnceLock::new();
    Ok(DONE
        .get_or_try_init(py, || Py::new(py, Done))?
        .bind(py)
        .clone()
        .into_any())
}

#[pymethods]
impl Done {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[expect(clippy::unused_self, reason = "the protocol of an iterator")]
    const fn __next__(&self) -> Option<()> {
        None
    }

    #[expect(clippy::unused_self, reason = "the protocol of a coroutine")]
    fn send(&self, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyStopIteration::new_err(()))
    }

    #[pyo3(signature = (*error))]
    #[expect(clippy::unused_self, reason = "the protocol of a coroutine")]
    fn throw(&self, error: &Bound<'_, PyTuple>) -> PyResult<()> {
        Err(thrown(error)?)
    }

    #[expect(clippy::unused_self, reason = "the protocol of a coroutine")]
    const fn close(&self) {}
}

/// What a method returns that has done its work already: an error is raised where it is awaited.
pub(crate) fn settled(py: Python<'_>, outcome: PyResult<()>) -> PyResult<Bound<'_, PyAny>> {
    match outcome {
        Ok(()) => done(py),
        Err(error) => Ok(Bound::new(py, Failed { error })?.into_any()),
    }
}

/// An awaitable that raises.
#[pyclass(frozen)]
#[derive(Debug)]
struct Failed {
    error: PyErr,
}

#[pymethods]
impl Failed {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<()> {
        Err(self.error.clone_ref(py))
    }

    fn send(&self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(self.error.clone_ref(value.py()))
    }

    #[pyo3(signature = (*error))]
    #[expect(clippy::unused_self, reason = "the protocol of a coroutine")]
    fn throw(&self, error: &Bound<'_, PyTuple>) -> PyResult<()> {
        Err(thrown(error)?)
    }

    #[expect(clippy::unused_self, reason = "the protocol of a coroutine")]
    const fn close(&self) {}
}

/// What a [`Waiting`] waits for.
#[derive(Debug)]
pub(crate) enum Awaited {
    /// A message for `receive` of ASGI.
    Message(Py<Exchange>),
    /// Room in the output, for `send` of ASGI.
    MessageRoom(Py<Exchange>),
    /// The whole body of a PSGI request, of so many octets at most.
    Body(Py<Request>, u64),
    /// The next piece of the body.
    Piece(Py<Request>),
    /// The peer's leaving, or the end of the response.
    End(Py<Request>),
    /// The last octet of the response is written.
    Out(Py<Request>),
    /// Room in the output, for the next piece of a stream.
    Room(Py<Outlet>),
}

impl Awaited {
    fn host(&self) -> &Host {
        match self {
            Self::Message(exchange) | Self::MessageRoom(exchange) => exchange.get().host.get(),
            Self::Body(request, _)
            | Self::Piece(request)
            | Self::End(request)
            | Self::Out(request) => request.get().host.get(),
            Self::Room(outlet) => outlet.get().host.get(),
        }
    }

    fn id(&self) -> PyResult<RequestId> {
        Ok(match self {
            Self::Message(exchange) | Self::MessageRoom(exchange) => exchange.get().id()?,
            Self::Body(request, _)
            | Self::Piece(request)
            | Self::End(request)
            | Self::Out(request) => request.get().id,
            Self::Room(outlet) => outlet.get().id,
        })
    }

    /// The value, when what is awaited has come.
    fn poll(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let value = |has_come: bool| has_come.then(|| py.None());
        match self {
            Self::Message(exchange) => exchange
                .get()
                .next_message(py)
                .map(|message| message.map(|message| message.into_any().unbind())),
            Self::MessageRoom(exchange) => exchange.get().has_room().map(value),
            Self::Body(request, limit) => request.get().poll_body(py, *limit),
            Self::Piece(request) => request.get().poll_piece(py),
            Self::End(request) => {
                let mut core = self.host().core.borrow_mut()?;
                Ok(value(core.reactor.await_end(request.get().id)))
            }
            Self::Out(request) => {
                let mut core = self.host().core.borrow_mut()?;
                Ok(value(core.reactor.is_out(request.get().id)))
            }
            Self::Room(outlet) => outlet.get().has_room().map(value),
        }
    }
}

/// An awaitable that has to wait.
#[pyclass]
#[derive(Debug)]
pub(crate) struct Waiting {
    awaited: Awaited,
    wait: Option<Wait>,
}

/// One wait of the task on a future of the loop.
#[derive(Debug)]
struct Wait {
    future: Py<PyAny>,
    iterator: Py<PyIterator>,
}

impl Waiting {
    pub(crate) fn on(py: Python<'_>, awaited: Awaited) -> PyResult<Bound<'_, PyAny>> {
        let waiting = Self {
            awaited,
            wait: None,
        };
        Ok(Bound::new(py, waiting)?.into_any())
    }

    /// Goes on until the task has to wait for the future that this returns.
    fn resume(&mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        loop {
            if let Some(wait) = &self.wait {
                if let Some(yielded) = wait.iterator.bind(py).clone().next() {
                    return yielded.map(Bound::unbind);
                }
                self.wait = None;
            }
            if let Some(value) = self.awaited.poll(py)? {
                return Err(PyStopIteration::new_err((value,)));
            }
            self.wait = Some(self.begin_wait(py)?);
        }
    }

    fn begin_wait(&self, py: Python<'_>) -> PyResult<Wait> {
        let (id, host) = (self.awaited.id()?, self.awaited.host());
        let future = host.event_loop.create_future(py)?;
        host.core
            .borrow_mut()?
            .waiters
            .add(id, future.clone().unbind());
        let iterator = future
            .call_method0(intern!(py, "__await__"))?
            .cast_into::<PyIterator>()?;
        Ok(Wait {
            future: future.unbind(),
            iterator: iterator.unbind(),
        })
    }

    /// Takes the future back: nobody awaits it any more. Where the collector of cycles calls this in
    /// the middle of a step (CPython 3.11), the future stays until the request ends; that is harmless.
    fn end_wait(&mut self) {
        let Some(wait) = self.wait.take() else { return };
        let host = self.awaited.host();
        let (Ok(id), Ok(mut core)) = (self.awaited.id(), host.core.borrow_mut()) else {
            return;
        };
        let (forgotten, is_last) = core.waiters.forget(id, &wait.future);
        if is_last {
            core.reactor.stop_waiting(id);
        }
        drop(core);
        drop(forgotten);
    }
}

#[pymethods]
impl Waiting {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&mut self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.resume(py)
    }

    fn send(&mut self, value: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.resume(value.py())
    }

    /// A cancelled task throws here; the message stays for the next `receive`.
    #[pyo3(signature = (*error))]
    fn throw(&mut self, error: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
        self.end_wait();
        Err(thrown(error)?)
    }

    fn close(&mut self) {
        self.end_wait();
    }
}

/// The exception of `throw(value)` or `throw(type, value, traceback)`.
pub(crate) fn thrown(arguments: &Bound<'_, PyTuple>) -> PyResult<PyErr> {
    let first = arguments.get_item(0)?;
    match arguments.get_item(1) {
        Ok(value) if !value.is_none() => Ok(PyErr::from_value(value)),
        _ => Ok(PyErr::from_value(first)),
    }
}
