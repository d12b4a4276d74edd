//! Futures of applications that wait for something of a request.

use std::collections::BTreeMap;

use pyo3::{intern, prelude::*};
use pyre_runtime::RequestId;

/// Who waits for which request. Only a request that has to wait is ever in here.
#[derive(Debug)]
pub(crate) struct Waiters {
    futures: BTreeMap<RequestId, Vec<Py<PyAny>>>,
}

impl Waiters {
    pub(crate) const fn new() -> Self {
        Self {
            futures: BTreeMap::new(),
        }
    }

    /// Lets `future` be done when something happens to the request.
    pub(crate) fn add(&mut self, id: RequestId, future: Py<PyAny>) {
        self.futures.entry(id).or_default().push(future);
    }

    /// Those that wait for the request; they are to be woken.
    pub(crate) fn take(&mut self, id: RequestId) -> Vec<Py<PyAny>> {
        self.futures.remove(&id).unwrap_or_default()
    }

    /// Takes out a future that nobody awaits any more; the caller drops it. The second part says
    /// whether the request is awaited by nobody now.
    pub(crate) fn forget(
        &mut self,
        id: RequestId,
        future: &Py<PyAny>,
    ) -> (Option<Py<PyAny>>, bool) {
        let Some(futures) = self.futures.get_mut(&id) else {
            return (None, true);
        };
        let position = futures.iter().position(|other| other.is(future));
        let forgotten = position.map(|position| futures.swap_remove(position));
        let is_last = futures.is_empty();
        if is_last {
            self.futures.remove(&id);
        }
        (forgotten, is_last)
    }

    /// Whoever awaited them looks again; one that was cancelled meanwhile is left alone.
    pub(crate) fn wake(py: Python<'_>, futures: Vec<Py<PyAny>>) -> PyResult<()> {
        for future in futures {
            let future = future.bind(py);
            if !future.call_method0(intern!(py, "done"))?.is_truthy()? {
                future.call_method1(intern!(py, "set_result"), (py.None(),))?;
            }
        }
        Ok(())
    }
}
