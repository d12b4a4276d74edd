//! A task that waits for a coroutine.

use pyo3::{intern, prelude::*, sync::PyOnceLock};

use super::driver::Driver;
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
    weak_references: usize,
}

impl Seat {
    pub(super) fn new(host: &Bound<'_, Host>) -> PyResult<Self> {
        let py = host.py();
        let driver = Bound::new(py, Driver::new(host))?;
        let context = interpreter::copy_context(py)?;
        let task = host.get().event_loop.create_task(&driver, &context)?;
        Ok(Self {
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

    /// Whether nobody can tell that it was used: no variable is left in the context, and on the task
    /// neither a reference nor a mark.
    pub(super) fn is_as_before(&self, loan: Option<isize>, py: Python<'_>) -> PyResult<bool> {
        if !self.context.bind(py).eq(self.unchanged_context.bind(py))? {
            return Ok(false);
        }
        let Some(references) = loan else {
            return Ok(true);
        };
        Ok(self.references(py) == references
            && !self.driver.get().is_marked()
            && weak_references(self.task.bind(py))? == self.weak_references)
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
