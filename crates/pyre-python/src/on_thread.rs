//! State that belongs to the thread of one event loop.

use std::{
    cell::{RefCell, RefMut},
    fmt, process,
};

use pyo3::{PyResult, exceptions::PyRuntimeError, ffi};

/// Tells living threads apart, for fewer instructions than a thread-local of our own.
fn this_thread() -> usize {
    // SAFETY: this crate runs only where the interpreter has called it, on a thread that is attached.
    unsafe { ffi::PyThreadState_Get() as usize }
}

/// A value that only the thread that made it can reach. An asyncio loop has no lock either.
pub(crate) struct OnThread<T> {
    owner: usize,
    process: u32,
    value: RefCell<T>,
}

// SAFETY: the only way to the value is `borrow_mut`, which refuses every thread but the owner; so no
// two threads ever reach it at once. `T: Send` lets another thread drop it.
unsafe impl<T: Send> Sync for OnThread<T> {}

impl<T> OnThread<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            owner: this_thread(),
            process: process::id(),
            value: RefCell::new(value),
        }
    }

    /// Whether this is the copy that a forked child has. Sockets in it are its parent's as well. Asks the
    /// system, which is not for every request.
    pub(crate) fn is_forked_copy(&self) -> bool {
        process::id() != self.process
    }

    /// # Errors
    /// `RuntimeError` on another thread, or while a call of this thread is under way.
    pub(crate) fn borrow_mut(&self) -> PyResult<RefMut<'_, T>> {
        if this_thread() != self.owner {
            return Err(PyRuntimeError::new_err(
                "this object belongs to another thread: use it on the thread of its event loop",
            ));
        }
        self.value.try_borrow_mut().map_err(|_| {
            PyRuntimeError::new_err(
                "the server is at work: a finalizer or signal handler must not call it",
            )
        })
    }
}

/// Shows nothing of the value: whoever formats it may be on another thread.
impl<T> fmt::Debug for OnThread<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnThread").finish_non_exhaustive()
    }
}
