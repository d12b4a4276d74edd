//! How a loop makes a task: at once where asyncio can, by `loop.create_task` otherwise.

use pyo3::{intern, prelude::*, types::PyDict};

/// A new task.
#[derive(Debug)]
pub(crate) enum Created<'py> {
    /// It has run to its first suspension, or to its end.
    Eager(Bound<'py, PyAny>),
    /// The loop may still have to begin it.
    Scheduled(Bound<'py, PyAny>),
}

/// Makes the tasks of one loop.
#[derive(Debug)]
pub(crate) struct TaskFactory {
    create_task: Py<PyAny>,
    get_task_factory: Py<PyAny>,
    /// The namespace of `asyncio.tasks`, whose `Task` a program can replace (`nest_asyncio` does).
    asyncio_tasks: Py<PyDict>,
    /// `asyncio.Task` as the interpreter has it, where it can start eagerly (CPython 3.12).
    eager: Option<Py<PyAny>>,
    /// The arguments of an eager task, `{"loop": …, "eager_start": True}`.
    arguments: Py<PyDict>,
}

impl TaskFactory {
    pub(crate) fn new(event_loop: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = event_loop.py();
        let accelerated = py
            .import("_asyncio")
            .and_then(|module| module.getattr("Task"));
        let eager = accelerated.ok().filter(|_| py.version_info() >= (3, 12));
        let arguments = PyDict::new(py);
        arguments.set_item("loop", event_loop)?;
        arguments.set_item("eager_start", true)?;
        Ok(Self {
            create_task: event_loop.getattr("create_task")?.unbind(),
            get_task_factory: event_loop.getattr("get_task_factory")?.unbind(),
            asyncio_tasks: py.import("asyncio.tasks")?.dict().unbind(),
            eager: eager.map(Bound::unbind),
            arguments: arguments.unbind(),
        })
    }

    /// Makes a task of `coroutine`, which runs in a copy of the current context.
    ///
    /// # Errors
    /// Those of asyncio, of the task factory that the program has set, and `KeyboardInterrupt`.
    pub(crate) fn create<'py>(&self, coroutine: &Bound<'py, PyAny>) -> PyResult<Created<'py>> {
        let py = coroutine.py();
        if let Some(task_type) = self.eager_type(py)? {
            let task = task_type.call((coroutine,), Some(self.arguments.bind(py)));
            return task.map(Created::Eager);
        }
        let task = self.create_task.bind(py).call1((coroutine,))?;
        Ok(Created::Scheduled(task))
    }

    /// The type to make eager tasks of, unless the program has chosen another or a task factory.
    fn eager_type<'py>(&self, py: Python<'py>) -> PyResult<Option<&Bound<'py, PyAny>>> {
        let Some(eager) = &self.eager else {
            return Ok(None);
        };
        let eager = eager.bind(py);
        let current = self.asyncio_tasks.bind(py).get_item(intern!(py, "Task"))?;
        let is_usual = current.is_some_and(|current| current.is(eager))
            && self.get_task_factory.bind(py).call0()?.is_none();
        Ok(is_usual.then_some(eager))
    }
}
