//! Messages of the extensions of ASGI HTTP that a scope announces.

use pyo3::{
    exceptions::PyTypeError,
    intern,
    prelude::*,
    types::{PyBytes, PyDict},
};
use pyre_runtime::FileContent;

use super::message::{Field, bytes, is_true, octets_of, read_fields};
use crate::files;

/// A message of an extension.
pub(super) enum Extension<'py> {
    /// `http.response.pathsend` or `http.response.zerocopysend`: a file's octets as the body, and
    /// whether they are its last.
    File(FileContent, bool),
    /// `http.response.trailers`
    Trailers(Trailers<'py>),
    /// `http.response.early_hint`: values of `Link`.
    EarlyHint(Vec<Bound<'py, PyBytes>>),
}

/// `http.response.trailers`
pub(super) struct Trailers<'py> {
    pub(super) is_last: bool,
    fields: Vec<Field<'py>>,
}

/// `None` when there is no message of this type.
///
/// # Errors
/// `TypeError` for a value of a wrong type, `OSError` for a file that can't be read.
pub(super) fn read<'py>(
    kind: &str,
    message: &Bound<'py, PyDict>,
) -> PyResult<Option<Extension<'py>>> {
    Ok(Some(match kind {
        "http.response.pathsend" => Extension::File(file_at_path(message)?, true),
        #[cfg(unix)]
        "http.response.zerocopysend" => {
            let is_last = !is_true(message, intern!(message.py(), "more_body"))?;
            Extension::File(super::open_file::of_descriptor(message)?, is_last)
        }
        "http.response.trailers" => Extension::Trailers(Trailers::read(message)?),
        "http.response.early_hint" => Extension::EarlyHint(links(message)?),
        _ => return Ok(None),
    }))
}

impl<'py> Trailers<'py> {
    fn read(message: &Bound<'py, PyDict>) -> PyResult<Self> {
        let py = message.py();
        let headers = message.get_item(intern!(py, "headers"))?;
        Ok(Self {
            is_last: !is_true(message, intern!(py, "more_trailers"))?,
            fields: read_fields(headers.as_ref())?,
        })
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        octets_of(&self.fields)
    }
}

fn links<'py>(message: &Bound<'py, PyDict>) -> PyResult<Vec<Bound<'py, PyBytes>>> {
    let Some(links) = message.get_item(intern!(message.py(), "links"))? else {
        return Err(PyTypeError::new_err(
            "'http.response.early_hint' needs 'links'",
        ));
    };
    links
        .try_iter()?
        .map(|link| bytes(link?, "a link"))
        .collect()
}

/// The file of `http.response.pathsend`, whole.
fn file_at_path(message: &Bound<'_, PyDict>) -> PyResult<FileContent> {
    let path = message
        .get_item(intern!(message.py(), "path"))?
        .ok_or_else(|| PyTypeError::new_err("'http.response.pathsend' needs a 'path'"))?;
    let (file, size) = files::open_path(&path)?;
    Ok(FileContent::new(file, 0, size))
}
