//! What an application gives as `str` or `bytes`: field names, field values, content.

use bytes::Bytes;
use pyo3::{
    buffer::PyBuffer,
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    pybacked::{PyBackedBytes, PyBackedStr},
    types::{PyBytes, PyString},
};
use pyre_runtime::http1::Content;

use crate::interpreter::{Exported, is_bytes_like};

/// Content of at least this many octets is kept instead of copied: below it, copying is cheaper
/// than the bookkeeping.
const WORTH_SHARING: usize = 16 * 1024;

/// A field name or a field value.
pub(super) enum Text {
    Bytes(PyBackedBytes),
    Ascii(PyBackedStr),
    Latin1(Vec<u8>),
}

impl Text {
    /// # Errors
    /// `TypeError` for what is neither `str` nor `bytes`, `ValueError` for what is not Latin-1. `what` says
    /// what it should have been.
    pub(super) fn read(value: &Bound<'_, PyAny>, what: &str) -> PyResult<Self> {
        if let Ok(text) = value.cast::<PyString>() {
            let text = PyBackedStr::try_from(text.clone())?;
            if text.is_ascii() {
                return Ok(Self::Ascii(text));
            }
            return latin1(&text).map(Self::Latin1).ok_or_else(|| {
                PyValueError::new_err(format!(
                    "{what} has characters that are not Latin-1: {text:?}"
                ))
            });
        }
        match value.cast::<PyBytes>() {
            Ok(octets) => Ok(Self::Bytes(octets.clone().into())),
            Err(_) => Err(wrong_type(what, "str or bytes", value)),
        }
    }

    pub(super) fn octets(&self) -> &[u8] {
        match self {
            Self::Bytes(octets) => octets,
            Self::Ascii(text) => text.as_bytes(),
            Self::Latin1(octets) => octets,
        }
    }
}

fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).ok())
        .collect()
}

/// Content, or a piece of it.
pub(super) enum Piece {
    Bytes(PyBackedBytes),
    Text(PyBackedStr),
    Buffer(Exported),
}

impl Piece {
    /// `None` for what is neither text nor bytes-like.
    pub(super) fn read(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(octets) = value.cast::<PyBytes>() {
            return Ok(Some(Self::Bytes(octets.clone().into())));
        }
        if let Ok(text) = value.cast::<PyString>() {
            let text = PyBackedStr::try_from(text.clone()).map_err(|_| {
                PyValueError::new_err("body has characters that can't be encoded in UTF-8")
            })?;
            return Ok(Some(Self::Text(text)));
        }
        if !is_bytes_like(value) {
            return Ok(None);
        }
        if let Some(exported) = PyBuffer::<u8>::get(value).ok().and_then(Exported::new) {
            return Ok(Some(Self::Buffer(exported)));
        }
        // Not in one piece, or not of octets: `bytes` knows how to read it.
        let octets = value.py().get_type::<PyBytes>().call1((value,))?;
        Ok(Some(Self::Bytes(octets.extract()?)))
    }

    /// # Errors
    /// `TypeError` for what can't be a piece of a stream.
    pub(super) fn of_stream(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::read(value)?
            .ok_or_else(|| wrong_type("a piece of a body", "bytes-like or str", value))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.octets().is_empty()
    }

    fn octets(&self) -> &[u8] {
        match self {
            Self::Bytes(octets) => octets,
            Self::Text(text) => text.as_bytes(),
            Self::Buffer(exported) => exported.as_ref(),
        }
    }

    /// Hands it to `send`, without a copy where that is worth it.
    pub(super) fn send<T>(self, send: impl FnOnce(Content<'_>) -> T) -> T {
        if self.octets().len() < WORTH_SHARING {
            return send(Content::Copied(self.octets()));
        }
        send(Content::Shared(match self {
            Self::Bytes(octets) => Bytes::from_owner(octets),
            Self::Text(text) => Bytes::from_owner(TextOctets(text)),
            Self::Buffer(exported) => Bytes::from_owner(exported),
        }))
    }
}

struct TextOctets(PyBackedStr);

impl AsRef<[u8]> for TextOctets {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

pub(super) fn wrong_type(what: &str, expected: &str, got: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err(format!("{what} must be {expected}, not {}", type_name(got)))
}

pub(super) fn type_name(object: &Bound<'_, PyAny>) -> String {
    let name = object.get_type().name();
    name.map_or_else(|_| "something else".to_owned(), |name| name.to_string())
}
