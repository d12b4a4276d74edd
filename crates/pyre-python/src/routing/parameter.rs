//! `Parameter`: what may stand in place of a literal segment.

use std::sync::Arc;

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    pyclass::{PyTraverseError, PyVisit},
    types::{PyDict, PyFloat, PyString, PyTuple},
};
use pyre_router::{self as router, Bounds, Kind};

use super::{
    custom::{Conversions, CustomConverters},
    value::Maker,
};

/// A placeholder of a path: its name, and what its value may be.
#[pyclass(frozen, module = "pyre._core")]
#[derive(Debug)]
pub(crate) struct Parameter {
    #[pyo3(get)]
    pub(super) name: Py<PyString>,
    #[pyo3(get)]
    alternatives: Py<PyTuple>,
    pub(super) router: Arc<router::Parameter>,
    makers: Box<[Maker]>,
    custom: CustomConverters,
}

/// An alternative as Python describes it.
#[derive(FromPyObject)]
struct Description<'py> {
    converter: String,
    minimum: Option<Bound<'py, PyAny>>,
    maximum: Option<Bound<'py, PyAny>>,
    choices: Option<Bound<'py, PyDict>>,
    order: Option<u32>,
    to_python: Option<Bound<'py, PyAny>>,
}

impl Parameter {
    /// The value of a text that this has taken; `None` if it has not.
    ///
    /// # Errors
    /// What the application's converters raise.
    pub(super) fn value<'py>(
        &self,
        py: Python<'py>,
        text: &str,
        conversions: &mut Conversions<'_, 'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let maker = match &*self.makers {
            [only] => Some(only),
            makers => (self.router.alternative_for(text, conversions)?)
                .and_then(|index| makers.get(index)),
        };
        match maker {
            Some(maker) => maker.make(py, text, conversions),
            None => Ok(None),
        }
    }

    pub(super) const fn custom(&self) -> &CustomConverters {
        &self.custom
    }
}

#[pymethods]
impl Parameter {
    #[new]
    fn new(name: Py<PyString>, alternatives: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = alternatives.py();
        let alternatives = alternatives.try_iter()?.collect::<PyResult<Vec<_>>>()?;
        let alternatives = PyTuple::new(py, alternatives)?;
        let (mut described, mut makers) = (Vec::new(), Vec::new());
        let mut custom = CustomConverters::default();
        for alternative in &alternatives {
            let (one, maker) = alternative
                .extract::<Description<'_>>()?
                .read(&mut custom)?;
            described.push(one);
            makers.push(maker);
        }
        let router = router::Parameter::new(described).ok_or_else(|| {
            PyValueError::new_err("a path is no alternative, and one alternative is needed")
        })?;
        Ok(Self {
            name,
            alternatives: alternatives.unbind(),
            router: router.into(),
            makers: makers.into(),
            custom,
        })
    }

    /// The value of a text: what ``RouteTable.find`` would return for it. Raises ``ValueError`` when it
    /// would find nothing.
    fn convert<'py>(&self, py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
        let mut conversions = Conversions::new(py, &self.custom);
        let value = match self.router.alternative_for(text, &mut conversions)? {
            Some(_) => self.value(py, text, &mut conversions)?,
            None => None,
        };
        value.ok_or_else(|| PyValueError::new_err(format!("{text:?} is no {}", self.name)))
    }

    fn __repr__(&self) -> String {
        format!("<Parameter {}>", self.name)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.alternatives)?;
        for maker in &self.makers {
            if let Maker::Choice(values) = maker {
                visit.call(values)?;
            }
        }
        self.custom.visit(&visit)
    }
}

impl Description<'_> {
    fn read(&self, custom: &mut CustomConverters) -> PyResult<(router::Alternative, Maker)> {
        if let Some(choices) = &self.choices {
            let texts = choices.keys().iter();
            let texts = texts.map(|text| text.extract::<String>().map(Box::from));
            let texts = texts.collect::<PyResult<Vec<_>>>()?;
            let maker = Maker::Choice(choices.copy()?.unbind());
            return Ok((router::Alternative::choice(texts), maker));
        }
        let kind = self.kind(custom)?;
        let bound = |bound: &Option<Bound<'_, PyAny>>| bound.as_ref().map(number).transpose();
        let (minimum, maximum) = (bound(&self.minimum)?, bound(&self.maximum)?);
        let bounds = Bounds::new(kind, minimum.as_deref(), maximum.as_deref())
            .map_err(|error| PyValueError::new_err(format!("{} {error}", self.converter)))?;
        Ok((router::Alternative::Kind(kind, bounds), Maker::Kind(kind)))
    }

    fn kind(&self, custom: &mut CustomConverters) -> PyResult<Kind> {
        match (self.order, &self.to_python) {
            (Some(order), Some(to_python)) => {
                custom.insert(order, to_python)?;
                Ok(Kind::Custom(order))
            }
            _ => Kind::named(&self.converter).ok_or_else(|| {
                PyValueError::new_err(format!("there is no converter {:?}", self.converter))
            }),
        }
    }
}

/// A number as one writes it in decimal digits.
fn number(bound: &Bound<'_, PyAny>) -> PyResult<String> {
    match bound.cast::<PyFloat>() {
        // Rust writes the shortest digits that are read as the same number, and never an exponent.
        Ok(double) => Ok(double.value().to_string()),
        Err(_) => match bound.extract::<i64>() {
            Ok(integer) => Ok(integer.to_string()),
            Err(_) => Err(PyTypeError::new_err(format!(
                "a bound is a float or an int of up to 64 bits, not {bound}"
            ))),
        },
    }
}
