//! Converters that the application has brought.

use std::collections::BTreeMap;

use pyo3::{
    exceptions::PyValueError,
    intern,
    prelude::*,
    pyclass::{PyTraverseError, PyVisit},
};
use pyre_router::Converters;

/// What turns a text into a value, by the place of the converter among those of the application.
#[derive(Debug, Default)]
pub(super) struct CustomConverters(BTreeMap<u32, Py<PyAny>>);

impl CustomConverters {
    /// # Errors
    /// `ValueError` when another converter is there.
    pub(super) fn insert(&mut self, order: u32, to_python: &Bound<'_, PyAny>) -> PyResult<()> {
        let known = self.0.entry(order);
        let known = known.or_insert_with(|| to_python.clone().unbind());
        if known.is(to_python) {
            return Ok(());
        }
        Err(PyValueError::new_err(format!(
            "two converters have the order {order}"
        )))
    }

    /// # Errors
    /// As above.
    pub(super) fn join(&mut self, other: &Self, py: Python<'_>) -> PyResult<()> {
        let mut converters = other.0.iter();
        converters.try_for_each(|(order, to_python)| self.insert(*order, to_python.bind(py)))
    }

    pub(super) fn clone_ref(&self, py: Python<'_>) -> Self {
        let converters = self.0.iter();
        Self(
            converters
                .map(|(order, one)| (*order, one.clone_ref(py)))
                .collect(),
        )
    }

    pub(super) fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0
            .values()
            .try_for_each(|converter| visit.call(converter))
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The converters while one path is looked up: each is called once for a text, whatever is tried.
pub(super) struct Conversions<'a, 'py> {
    py: Python<'py>,
    converters: &'a CustomConverters,
    values: Vec<Conversion>,
}

struct Conversion {
    converter: u32,
    text: Box<str>,
    /// `None` when the converter refused the text.
    value: Option<Py<PyAny>>,
}

impl<'a, 'py> Conversions<'a, 'py> {
    pub(super) const fn new(py: Python<'py>, converters: &'a CustomConverters) -> Self {
        Self {
            py,
            converters,
            values: Vec::new(),
        }
    }

    /// What the converter has made of `text`, or makes of it now.
    ///
    /// # Errors
    /// Whatever it raises besides `ValueError`, by which it refuses a text.
    pub(super) fn value(&mut self, converter: u32, text: &str) -> PyResult<Option<&Py<PyAny>>> {
        let known =
            (self.values.iter()).position(|one| one.converter == converter && *one.text == *text);
        let index = if let Some(index) = known {
            index
        } else {
            let value = self.convert(converter, text)?;
            self.values.push(Conversion {
                converter,
                text: text.into(),
                value,
            });
            self.values.len() - 1
        };
        Ok(self.values.get(index).and_then(|one| one.value.as_ref()))
    }

    fn convert(&self, converter: u32, text: &str) -> PyResult<Option<Py<PyAny>>> {
        let Some(to_python) = self.converters.0.get(&converter) else {
            return Ok(None);
        };
        match to_python.call1(self.py, (text,)) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_instance_of::<PyValueError>(self.py) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Converters for Conversions<'_, '_> {
    type Error = PyErr;

    fn accepts(&mut self, converter: u32, text: &str) -> PyResult<bool> {
        Ok(self.value(converter, text)?.is_some())
    }

    /// The application may change it at any time, so it is asked each time.
    fn max_digits(&mut self) -> PyResult<usize> {
        let sys = self.py.import(intern!(self.py, "sys"))?;
        let limit = sys.call_method0(intern!(self.py, "get_int_max_str_digits"))?;
        Ok(match limit.extract()? {
            0 => usize::MAX,
            limit => limit,
        })
    }
}
