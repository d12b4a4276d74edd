//! The Python value of a text.

use pyo3::{
    Borrowed,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBool, PyDate, PyDateTime, PyDelta, PyDict, PyInt, PyString, PyType, PyTzInfo},
};
use pyre_router::{
    Kind,
    grammar::{
        calendar::{self, Date},
        number,
    },
};

use super::custom::Conversions;

/// What makes a value of a text that an alternative has taken.
#[derive(Debug)]
pub(super) enum Maker {
    /// The value of each text.
    Choice(Py<PyDict>),
    Kind(Kind),
}

impl Maker {
    /// `None` when the text is not of this kind.
    ///
    /// # Errors
    /// What the application's converters raise.
    pub(super) fn make<'py>(
        &self,
        py: Python<'py>,
        text: &str,
        conversions: &mut Conversions<'_, 'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self {
            Self::Choice(values) => values.bind(py).get_item(text),
            Self::Kind(Kind::Custom(converter)) => {
                let value = conversions.value(*converter, text)?;
                Ok(value.map(|value| value.bind(py).clone()))
            }
            Self::Kind(kind) => built_in(py, *kind, text),
        }
    }
}

fn built_in<'py>(py: Python<'py>, kind: Kind, text: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    Ok(Some(match kind {
        Kind::Int => return integer(py, text).map(Some),
        Kind::Float => match number::float(text) {
            Some(number) => number.into_pyobject(py)?.into_any(),
            None => return Ok(None),
        },
        Kind::Bool => PyBool::new(py, text == "true").to_owned().into_any(),
        Kind::Uuid => class(py, &UUID, "uuid", "UUID")?.call1((text,))?,
        Kind::Decimal => class(py, &DECIMAL, "decimal", "Decimal")?.call1((text,))?,
        Kind::Date => return calendar::date(text).map(|it| date(py, it)).transpose(),
        Kind::DateTime => {
            return calendar::datetime(text)
                .map(|it| datetime(py, it))
                .transpose();
        }
        _ => PyString::new(py, text).into_any(),
    }))
}

/// Of any length: Python reads what is too long for the machine.
fn integer<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    match text.parse::<i64>() {
        Ok(number) => Ok(number.into_pyobject(py)?.into_any()),
        Err(_) => py.get_type::<PyInt>().call1((text,)),
    }
}

fn date(py: Python<'_>, date: Date) -> PyResult<Bound<'_, PyAny>> {
    PyDate::new(py, date.year.into(), date.month, date.day).map(Bound::into_any)
}

fn datetime(py: Python<'_>, it: calendar::DateTime) -> PyResult<Bound<'_, PyAny>> {
    let zone = it.offset.map(|minutes| zone(py, minutes)).transpose()?;
    let Date { year, month, day } = it.date;
    let (hour, minute, second) = (it.hour, it.minute, it.second);
    let made = PyDateTime::new(
        py,
        year.into(),
        month,
        day,
        hour,
        minute,
        second,
        it.microsecond,
        zone.as_ref(),
    );
    made.map(Bound::into_any)
}

fn zone(py: Python<'_>, minutes: i16) -> PyResult<Bound<'_, PyTzInfo>> {
    if minutes == 0 {
        return PyTzInfo::utc(py).map(Borrowed::to_owned);
    }
    let offset = PyDelta::new(py, 0, i32::from(minutes) * 60, 0, true)?;
    PyTzInfo::fixed_offset(py, offset)
}

static UUID: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();

fn class<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyType>>,
    module: &str,
    name: &str,
) -> PyResult<&'py Bound<'py, PyType>> {
    cell.import(py, module, name)
}
