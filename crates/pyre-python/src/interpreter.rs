//! What the interpreter offers and `PyO3` has no safe name for.

use pyo3::{buffer::PyBuffer, ffi, prelude::*};

/// A copy of the current context: what is set in it is not set outside.
///
/// # Errors
/// `MemoryError`
pub(crate) fn copy_context(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: the thread is attached.
    let copy = unsafe { ffi::PyContext_CopyCurrent() };
    // SAFETY: the result is a reference of our own, or null with an exception set.
    unsafe { Bound::from_owned_ptr_or_err(py, copy) }
}

/// The context that Python code runs in while this lives.
pub(crate) struct Entered<'a, 'py> {
    context: &'a Bound<'py, PyAny>,
}

impl<'a, 'py> Entered<'a, 'py> {
    /// # Errors
    /// `RuntimeError` for one that is entered already, or that is no context.
    pub(crate) fn new(context: &'a Bound<'py, PyAny>) -> PyResult<Self> {
        // SAFETY: the object is alive, the thread is attached, and the call checks the type.
        if unsafe { ffi::PyContext_Enter(context.as_ptr()) } < 0 {
            return Err(PyErr::fetch(context.py()));
        }
        Ok(Self { context })
    }
}

impl Drop for Entered<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: the object is alive as it is borrowed, and the thread is attached as `'py` lasts.
        if unsafe { ffi::PyContext_Exit(self.context.as_ptr()) } < 0 {
            // Somebody has left it without having entered: the exception has nowhere to go.
            PyErr::fetch(self.context.py()).write_unraisable(self.context.py(), None);
        }
    }
}

/// How many references there are to an object.
pub(crate) fn references<T>(object: &Py<T>, _attached: Python<'_>) -> ffi::Py_ssize_t {
    // SAFETY: the object is alive as `object` refers to it, and the thread is attached.
    unsafe { ffi::Py_REFCNT(object.as_ptr()) }
}

/// Whether a bound method of a native object has one strong reference and no weak one.
pub(crate) fn is_unshared_method(method: &Bound<'_, PyAny>) -> bool {
    let object = method.as_ptr();
    // SAFETY: the object is alive, as it is borrowed.
    let is_method = unsafe { ffi::PyCFunction_CheckExact(object) != 0 };
    if !is_method {
        return false;
    }
    // SAFETY: the object is alive, and the thread is attached.
    let references = unsafe { ffi::Py_REFCNT(object) };
    // SAFETY: the type was checked above, so the object has the layout of `PyCFunctionObject`.
    let weak_references = unsafe { (*object.cast::<ffi::PyCFunctionObject>()).m_weakreflist };
    references == 1 && weak_references.is_null()
}

/// Whether an object is what calling an `async def` gives.
pub(crate) fn is_coroutine(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: the object is alive.
    unsafe { ffi::PyCoro_CheckExact(object.as_ptr()) != 0 }
}

/// Whether an object is bytes-like. To ask for its memory would say so too, but where it is not, an
/// exception is made and dropped.
pub(crate) fn is_bytes_like(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: the object is alive.
    unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) != 0 }
}

/// The memory of a bytes-like object, in one piece: it stays where it is while this lives.
#[derive(Debug)]
pub(crate) struct Exported(PyBuffer<u8>);

impl Exported {
    /// `None` when the memory is in several pieces.
    pub(crate) fn new(buffer: PyBuffer<u8>) -> Option<Self> {
        buffer.is_c_contiguous().then_some(Self(buffer))
    }
}

impl AsRef<[u8]> for Exported {
    fn as_ref(&self) -> &[u8] {
        let (start, length) = (self.0.buf_ptr().cast::<u8>(), self.0.len_bytes());
        if start.is_null() {
            return &[];
        }
        // SAFETY: the exporter keeps `length` octets in place while it is asked to, and they are in one
        // piece. Whoever returns a response promises not to change them (PSGI §3), and the slice is
        // read only while this thread has the interpreter.
        unsafe { std::slice::from_raw_parts(start, length) }
    }
}
