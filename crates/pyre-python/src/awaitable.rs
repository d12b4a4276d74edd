//! What `receive` and `send` return.
//!
//! Both are coroutines to Python (`asyncio.iscoroutine` says so, `create_task` takes them), but the
//! usual one is over before it begins: awaiting it costs no trip through the loop. The other looks when
//! it is awaited, waits on a future where it must, and looks again; so a cancelled wait, or one that never
//! began, loses no message.

use pyo3::{
    exceptions::{PyStopIteration, PyTypeError},
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyIterator, PyTuple},
};

use crate::{asgi::Exchange, interpreter::is_coroutine};

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

/// What a [`Waiting`] waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Awaited {
    /// A message for `receive`.
    Message,
    /// Room in the output, for `send`.
    Room,
}

/// An awaitable that has to wait.
#[pyclass]
#[derive(Debug)]
pub(crate) struct Waiting {
    exchange: Py<Exchange>,
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
    pub(crate) fn on<'py>(
        exchange: &Bound<'py, Exchange>,
        awaited: Awaited,
    ) -> PyResult<Bound<'py, PyAny>> {
        let waiting = Self {
            exchange: exchange.clone().unbind(),
            awaited,
            wait: None,
        };
        Ok(Bound::new(exchange.py(), waiting)?.into_any())
    }

    /// The value, when what is awaited has come.
    fn poll(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let exchange = self.exchange.get();
        Ok(match self.awaited {
            Awaited::Message => exchange
                .next_message(py)?
                .map(|message| message.into_any().unbind()),
            Awaited::Room => exchange.has_room()?.then(|| py.None()),
        })
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
            if let Some(value) = self.poll(py)? {
                return Err(PyStopIteration::new_err((value,)));
            }
            self.wait = Some(self.begin_wait(py)?);
        }
    }

    fn begin_wait(&self, py: Python<'_>) -> PyResult<Wait> {
        let exchange = self.exchange.get();
        let (id, host) = (exchange.id()?, exchange.host.get());
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
        let exchange = self.exchange.get();
        let (Ok(id), Ok(mut core)) = (exchange.id(), exchange.host.get().core.borrow_mut()) else {
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

/// What runs when `awaitable` is awaited: a coroutine is its own iterator.
///
/// # Errors
/// `TypeError` for what can't be awaited.
pub(crate) fn iterator(awaitable: Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    let py = awaitable.py();
    if is_coroutine(&awaitable) {
        return Ok(awaitable.unbind());
    }
    match awaitable.getattr_opt(intern!(py, "__await__"))? {
        Some(method) => Ok(method.call0()?.unbind()),
        None => Err(PyTypeError::new_err(format!(
            "the application must be asynchronous: what it returned is of type {}",
            awaitable.get_type().name()?
        ))),
    }
}
