//! A task that waits for a coroutine.

use pyo3::{intern, prelude::*, sync::PyOnceLock};

use super::{driver::Driver, work::Work};
use crate::{host::Host, interpreter};

/// A task and the coroutine that it runs, which is a [`Driver`]: somebody else's can take its place.
#[derive(Debug)]
pub(super) struct Seat {
    task: Py<PyAny>,
    driver: Py<Driver>,
    /// What the task runs in.
    context: Py<PyAny>,
    /// The same, as it was.
    unchanged_context: Py<PyAny>,
    name: Py<PyAny>,
    weak_references: usize,
}

impl Seat {
    pub(super) fn new(host: &Bound<'_, Host>) -> PyResult<Self> {
        let py = host.py();
        let driver = Bound::new(py, Driver::new(host))?;
        let context = interpreter::copy_context(py)?;
        let task = host.get().event_loop.create_task(&driver, &context)?;
        Ok(Self {
            name: task.call_method0(intern!(py, "get_name"))?.unbind(),
            weak_references: weak_references(&task)?,
            unchanged_context: interpreter::copy_context(py)?.unbind(),
            context: context.unbind(),
            driver: driver.unbind(),
            task: task.unbind(),
        })
    }

    pub(super) fn context<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.context.bind(py)
    }

    pub(super) fn task<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.task.bind(py)
    }

    pub(super) fn driver<'py>(&self, py: Python<'py>) -> &Bound<'py, Driver> {
        self.driver.bind(py)
    }

    pub(super) fn references(&self, py: Python<'_>) -> isize {
        interpreter::references(&self.task, py)
    }

    /// Lets `asyncio.current_task()` be this one meanwhile.
    pub(super) fn as_current_task<T>(
        &self,
        host: &Bound<'_, Host>,
        run: impl FnOnce() -> PyResult<T>,
    ) -> PyResult<T> {
        let (event_loop, task) = (&host.get().event_loop, self.task(host.py()));
        event_loop.enter_task(task)?;
        let result = run();
        event_loop.leave_task(task)?;
        result
    }

    /// The task goes on with `work`, which waits for `awaited`.
    pub(super) fn hand_over(
        &self,
        py: Python<'_>,
        work: Work,
        awaited: Bound<'_, PyAny>,
    ) -> PyResult<()> {
        self.driver.get().take_over(py, work, awaited)
    }

    /// Whether nobody can tell that it was lent: no reference, name, callback, cancellation or
    /// variable is left.
    pub(super) fn is_as_lent(&self, py: Python<'_>, references: isize) -> PyResult<bool> {
        let task = self.task.bind(py);
        Ok(self.references(py) == references
            && self.context.bind(py).eq(self.unchanged_context.bind(py))?
            && weak_references(task)? == self.weak_references
            && task.getattr(intern!(py, "_callbacks"))?.is_none()
            && task.call_method0(intern!(py, "get_name"))?.is(&self.name)
            && !self.driver.get().is_cancelled(task)?)
    }

    /// Nobody will need the task: it ends at its next step.
    pub(super) fn leave(self, py: Python<'_>) -> PyResult<()> {
        // There may be no next step where the loop ends, too.
        self.task
            .bind(py)
            .setattr(intern!(py, "_log_destroy_pending"), false)?;
        self.driver.get().end(py)
    }
}

fn weak_references(task: &Bound<'_, PyAny>) -> PyResult<usize> {
    static COUNT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    COUNT
        .import(task.py(), "weakref", "getweakrefcount")?
        .call1((task,))?
        .extract()
}
