//! What `receive` and `send` return.
//!
//! Both are coroutines to Python (`asyncio.iscoroutine` says so, `create_task` takes them), but the
//! usual one is over before it begins: awaiting it costs no trip through the loop. The other waits
//! on a future and looks again, so a cancelled wait loses no message.

use pyo3::{
    exceptions::PyStopIteration,
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyIterator, PyTuple},
};

use super::exchange::Exchange;

/// An awaitable that is complete: with a message, or with `None`.
#[pyclass]
#[derive(Debug)]
pub(super) struct Completed {
    value: Option<Py<PyAny>>,
}

impl Completed {
    pub(super) fn with(value: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
        let py = value.py();
        Ok(Bound::new(
            py,
            Self {
                value: Some(value.unbind()),
            },
        )?
        .into_any())
    }
}

/// The one that is complete with `None`, which every `send` can share.
pub(super) fn done(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    static DONE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let done = DONE.get_or_try_init(py, || {
        Ok::<_, PyErr>(Py::new(py, Completed { value: None })?.into_any())
    })?;
    Ok(done.bind(py).clone())
}

#[pymethods]
impl Completed {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&mut self) -> PyResult<Option<Py<PyAny>>> {
        match self.value.take() {
            None => Ok(None),
            Some(value) => Err(PyStopIteration::new_err((value,))),
        }
    }

    fn send(&mut self, _value: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        Err(PyStopIteration::new_err((self.value.take(),)))
    }

    #[pyo3(signature = (*error))]
    fn throw(&mut self, error: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
        self.value = None;
        Err(thrown(error)?)
    }

    fn close(&mut self) {
        self.value = None;
    }
}

/// What a [`Waiting`] waits for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Awaited {
    /// A message for `receive`.
    Message,
    /// Room in the output, for `send`.
    Room,
}

/// An awaitable that has to wait.
#[pyclass]
#[derive(Debug)]
pub(super) struct Waiting {
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
    pub(super) fn on<'py>(
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
        let host = exchange.host.get();
        let future = host.event_loop.create_future(py)?;
        host.core
            .borrow_mut()?
            .waiters
            .add(exchange.id, future.clone().unbind());
        let iterator = future
            .call_method0(intern!(py, "__await__"))?
            .cast_into::<PyIterator>()?;
        Ok(Wait {
            future: future.unbind(),
            iterator: iterator.unbind(),
        })
    }

    /// Takes the future back: nobody awaits it any more.
    fn end_wait(&mut self) -> PyResult<Option<Wait>> {
        let Some(wait) = self.wait.take() else {
            return Ok(None);
        };
        let exchange = self.exchange.get();
        let forgotten = exchange
            .host
            .get()
            .core
            .borrow_mut()?
            .waiters
            .forget(exchange.id, &wait.future);
        drop(forgotten);
        Ok(Some(wait))
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
        self.end_wait()?;
        Err(thrown(error)?)
    }

    fn close(&mut self) -> PyResult<()> {
        self.end_wait().map(drop)
    }
}

/// The exception of `throw(value)` or `throw(type, value, traceback)`.
fn thrown(arguments: &Bound<'_, PyTuple>) -> PyResult<PyErr> {
    let first = arguments.get_item(0)?;
    match arguments.get_item(1) {
        Ok(value) if !value.is_none() => Ok(PyErr::from_value(value)),
        _ => Ok(PyErr::from_value(first)),
    }
}
