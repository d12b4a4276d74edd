//! The tasks that run the coroutines of applications.
//!
//! Applications rely on `asyncio.current_task()`, so each coroutine needs a real task; but to make one costs
//! more than to parse the request, and most coroutines end without having waited for anything. So a
//! coroutine is run to its first suspension right away: in the context of a task and as the loop's
//! current one, but not by it. Only a coroutine that suspends is handed to the task, which goes on with it
//! and ends with it. A task that was lent and shows no trace of that is lent again.
//!
//! ```text
//!  lend a seat ──► run the coroutine ──► it ends ──► no trace is left ──► spare
//!                         │                 └──────► somebody has kept the task ──► it ends
//!                         └──► it suspends ──► the task goes on ──► both end
//! ```

mod driver;
mod seat;
mod work;

use pyo3::{intern, prelude::*, types::PyDict};

use self::seat::Seat;
use self::work::Progress;
pub(crate) use self::work::{Job, Work};
use crate::{host::Host, interpreter::Entered, on_thread::OnThread};

/// The tasks of one host.
#[derive(Debug)]
pub(crate) struct Tasks {
    /// Those that go on with a coroutine, by the driver of each: asyncio itself holds tasks weakly.
    running: Py<PyDict>,
    spare: OnThread<Option<Seat>>,
}

impl Tasks {
    pub(crate) fn new(py: Python<'_>) -> Self {
        Self {
            running: PyDict::new(py).unbind(),
            spare: OnThread::new(None),
        }
    }

    /// Makes the first seat, so that its task is ready when the first request comes.
    pub(crate) fn prepare(&self, host: &Bound<'_, Host>) -> PyResult<()> {
        *self.spare.borrow_mut()? = Some(Seat::new(host)?);
        Ok(())
    }

    /// Calls `begin` in a context of its own, and does the work that it returns, in a task.
    ///
    /// # Errors
    /// What `begin` returns, and what is not the application's to raise.
    pub(crate) fn run(
        &self,
        host: &Bound<'_, Host>,
        begin: impl FnOnce() -> PyResult<Option<Work>>,
    ) -> PyResult<()> {
        let py = host.py();
        let spare = self.spare.borrow_mut()?.take();
        let seat = spare.map_or_else(|| Seat::new(host), Ok)?;
        let mut loan = None;
        let progress = {
            let _context = Entered::new(seat.context(py))?;
            match begin() {
                Ok(Some(work)) => {
                    loan = Some(seat.references(py));
                    seat.as_current_task(host, || work.begin(host))
                }
                Ok(None) => Ok(Progress::Ended(None)),
                Err(error) => Err(error),
            }
        };
        match progress {
            Ok(Progress::Suspended(work, awaited)) => self.hand_over(host, &seat, work, awaited),
            Ok(Progress::Ended(_)) => self.give_back(seat, loan, py),
            Err(error) => self.give_back(seat, loan, py).and(Err(error)),
        }
    }

    /// The task goes on with `work`, which waits for `awaited`.
    fn hand_over(
        &self,
        host: &Bound<'_, Host>,
        seat: &Seat,
        work: Work,
        awaited: Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let (py, stream) = (host.py(), work.job.stream());
        let task = seat.task(py);
        self.running.bind(py).set_item(seat.driver(py), task)?;
        seat.driver(py).get().take_over(py, work, awaited)?;
        stream.map_or(Ok(()), |id| host.get().watch_stream(id, task))
    }

    /// `loan` is how many references there were to the task, if it was lent at all.
    fn give_back(&self, seat: Seat, loan: Option<isize>, py: Python<'_>) -> PyResult<()> {
        if seat.is_as_before(loan, py)? {
            *self.spare.borrow_mut()? = Some(seat);
            return Ok(());
        }
        seat.leave(py)
    }

    /// The task of a coroutine that had to wait.
    fn of<'py>(&self, driver: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.running.bind(driver.py()).get_item(driver)
    }

    fn forget(&self, driver: &Bound<'_, PyAny>) -> PyResult<()> {
        self.running.bind(driver.py()).del_item(driver)
    }

    pub(crate) fn are_none(&self, py: Python<'_>) -> bool {
        self.running.bind(py).is_empty()
    }

    /// Cancels what still runs.
    pub(crate) fn cancel_all(&self, py: Python<'_>) -> PyResult<()> {
        for task in self.running.bind(py).values() {
            task.call_method0(intern!(py, "cancel"))?;
        }
        Ok(())
    }

    /// Lets go of the spare seat, which refers to the host as the host does to it.
    pub(crate) fn release(&self, py: Python<'_>) -> PyResult<()> {
        let spare = self.spare.borrow_mut()?.take();
        spare.map_or(Ok(()), |seat| seat.leave(py))
    }
}
