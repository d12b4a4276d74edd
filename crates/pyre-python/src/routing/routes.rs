//! `Routes`: collects routes.

use std::sync::Arc;

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    pyclass::{PyTraverseError, PyVisit},
    types::{PyString, PyTuple},
};
use pyre_router::{self as router, Pattern, Place, Refusal, Segment};

use super::{
    conflict::RouteConflict, custom::CustomConverters, parameter::Parameter, table::RouteTable,
};

/// Collects routes, and refuses those that can't be told apart.
#[pyclass(module = "pyre._core")]
#[derive(Debug, Default)]
pub(crate) struct Routes {
    router: router::Routes,
    routes: Vec<Route>,
    custom: CustomConverters,
}

/// What a route gives.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) endpoint: Py<PyAny>,
    /// In the order that the endpoint wants.
    pub(super) values: Box<[(Place, Py<Parameter>)]>,
    /// The result when there is nothing to convert.
    pub(super) result: Option<Py<PyTuple>>,
}

impl Route {
    fn new(endpoint: &Bound<'_, PyAny>, values: Vec<(Place, Py<Parameter>)>) -> PyResult<Self> {
        let py = endpoint.py();
        let result = (values.is_empty()).then(|| (endpoint, PyTuple::empty(py)).into_pyobject(py));
        Ok(Self {
            endpoint: endpoint.clone().unbind(),
            values: values.into(),
            result: result.transpose()?.map(Bound::unbind),
        })
    }

    fn clone_ref(&self, py: Python<'_>) -> Self {
        let values = self.values.iter();
        Self {
            endpoint: self.endpoint.clone_ref(py),
            values: values
                .map(|(place, parameter)| (*place, parameter.clone_ref(py)))
                .collect(),
            result: self.result.as_ref().map(|result| result.clone_ref(py)),
        }
    }

    pub(super) fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.endpoint)?;
        visit.call(&self.result)?;
        self.values
            .iter()
            .try_for_each(|(_, parameter)| visit.call(parameter))
    }
}

#[pymethods]
impl Routes {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Add the route of an endpoint. See ``_core.pyi``.
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 extracts them")]
    fn add(
        &mut self,
        segments: &Bound<'_, PyAny>,
        methods: Vec<String>,
        endpoint: &Bound<'_, PyAny>,
        names: Vec<String>,
    ) -> PyResult<()> {
        let py = endpoint.py();
        let (segments, parameters) = self.read(segments)?;
        let pattern =
            Pattern::new(segments).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let values = pattern.places().zip(parameters).collect();
        let route = Route::new(endpoint, ordered(py, values, &names)?)?;
        let methods: Vec<&str> = methods.iter().map(String::as_str).collect();
        match self.router.add(pattern, &methods) {
            Ok(_) => {
                self.routes.push(route);
                Ok(())
            }
            Err(refusal) => Err(self.error(py, &refusal)),
        }
    }

    /// The routes that were added so far. See ``_core.pyi``.
    fn table(&self, py: Python<'_>) -> PyResult<RouteTable> {
        let routes = self
            .routes
            .iter()
            .map(|route| route.clone_ref(py))
            .collect();
        RouteTable::new(py, self.router.table(), routes, self.custom.clone_ref(py))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.routes
            .iter()
            .try_for_each(|route| route.visit(&visit))?;
        self.custom.visit(&visit)
    }

    fn __clear__(&mut self) {
        self.router = router::Routes::default();
        self.routes.clear();
        self.custom.clear();
    }
}

impl Routes {
    fn read(
        &mut self,
        segments: &Bound<'_, PyAny>,
    ) -> PyResult<(Vec<Segment>, Vec<Py<Parameter>>)> {
        let (mut read, mut parameters) = (Vec::new(), Vec::new());
        for segment in segments.try_iter()? {
            let segment = segment?;
            if let Ok(literal) = segment.cast::<PyString>() {
                read.push(Segment::Literal(literal.to_str()?.into()));
            } else if let Ok(parameter) = segment.cast::<Parameter>() {
                self.custom.join(parameter.get().custom(), segment.py())?;
                read.push(Segment::Parameter(Arc::clone(&parameter.get().router)));
                parameters.push(parameter.clone().unbind());
            } else {
                return Err(PyTypeError::new_err(format!(
                    "a segment is a str or a Parameter, not {segment}"
                )));
            }
        }
        Ok((read, parameters))
    }

    fn error(&self, py: Python<'_>, refusal: &Refusal) -> PyErr {
        let conflict = match refusal {
            Refusal::NoMethod => return PyValueError::new_err("a route has at least one method"),
            Refusal::Method(name) => {
                return PyValueError::new_err(format!("{name:?} is no method in upper case"));
            }
            Refusal::Conflict(conflict) => conflict,
        };
        let Some(existing) = self.routes.get(conflict.existing) else {
            return PyValueError::new_err("the route is in conflict with another");
        };
        let message = match conflict.segment {
            None => "another route has the same path and method".to_owned(),
            Some(at) => format!(
                "in segment {}, the parameters of this route and of another take the same texts, \
                 and neither comes before the other",
                at + 1
            ),
        };
        RouteConflict::new_err(py, &message, &existing.endpoint)
    }
}

/// The values with these names first, in this order; then the others, in the order of the path.
fn ordered(
    py: Python<'_>,
    mut values: Vec<(Place, Py<Parameter>)>,
    names: &[String],
) -> PyResult<Vec<(Place, Py<Parameter>)>> {
    let mut ordered = Vec::with_capacity(values.len());
    for name in names {
        let mut at = None;
        for (index, (_, parameter)) in values.iter().enumerate() {
            if parameter.get().name.bind(py) == name.as_str() {
                at = Some(index);
            }
        }
        let Some(at) = at else {
            return Err(PyValueError::new_err(format!(
                "no parameter of the path is named {name:?}, or it is asked for twice"
            )));
        };
        ordered.push(values.remove(at));
    }
    ordered.append(&mut values);
    Ok(ordered)
}
