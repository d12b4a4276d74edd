//! `RouteTable`: where requests go.

use pyo3::{
    intern,
    prelude::*,
    pyclass::{PyTraverseError, PyVisit},
    types::{PyBytes, PyString, PyTuple},
};
use pyre_router::{Match, Segments, Table};

use super::{
    custom::{Conversions, CustomConverters},
    routes::Route,
};
use crate::psgi::Request;

/// Routes that can't change any more.
#[pyclass(frozen, module = "pyre._core")]
#[derive(Debug)]
pub(crate) struct RouteTable {
    router: Table,
    routes: Box<[Route]>,
    custom: CustomConverters,
    /// The result for a path that no route has.
    unknown: Py<PyTuple>,
}

impl RouteTable {
    pub(super) fn new(
        py: Python<'_>,
        router: Table,
        routes: Box<[Route]>,
        custom: CustomConverters,
    ) -> PyResult<Self> {
        let unknown = (py.None(), PyTuple::empty(py)).into_pyobject(py)?.unbind();
        Ok(Self {
            router,
            routes,
            custom,
            unknown,
        })
    }

    fn look_up<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        raw_path: &[u8],
    ) -> PyResult<Bound<'py, PyTuple>> {
        let Some(segments) = Segments::of(raw_path) else {
            return Ok(self.unknown.bind(py).clone());
        };
        let mut conversions = Conversions::new(py, &self.custom);
        let found = match self.router.find(method, &segments, &mut conversions)? {
            Match::Route(number) => self.routes.get(number),
            Match::Methods(methods) => {
                return (py.None(), PyTuple::new(py, methods)?).into_pyobject(py);
            }
            Match::None => None,
        };
        match found {
            Some(route) => route.found(py, &segments, &mut conversions),
            None => Ok(self.unknown.bind(py).clone()),
        }
    }
}

#[pymethods]
impl RouteTable {
    /// The endpoint of a request, and its values. See ``_core.pyi``.
    #[pyo3(signature = (method, raw_path, /))]
    fn find<'py>(
        &self,
        method: &Bound<'py, PyString>,
        raw_path: &Bound<'py, PyBytes>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        // What can't be encoded is no method of any route.
        let name = method.to_str().unwrap_or_default();
        self.look_up(method.py(), name, raw_path.as_bytes())
    }

    /// The same for a request of PSGI. See ``_core.pyi``.
    #[pyo3(signature = (request, /))]
    fn find_for<'py>(&self, request: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
        let py = request.py();
        if let Ok(request) = request.cast::<Request>() {
            let (method, raw_path) = request.get().method_and_path();
            return self.look_up(py, method, raw_path);
        }
        let method = request.getattr(intern!(py, "method"))?;
        let raw_path = request.getattr(intern!(py, "raw_path"))?;
        self.find(method.cast()?, raw_path.cast()?)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.unknown)?;
        self.routes
            .iter()
            .try_for_each(|route| route.visit(&visit))?;
        self.custom.visit(&visit)
    }
}

impl Route {
    fn found<'py>(
        &self,
        py: Python<'py>,
        segments: &Segments<'_>,
        conversions: &mut Conversions<'_, 'py>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        if let Some(result) = &self.result {
            return Ok(result.bind(py).clone());
        }
        let mut value = |(place, parameter): &(pyre_router::Place, Py<super::Parameter>)| {
            let value = parameter
                .get()
                .value(py, place.text(segments), conversions)?;
            Ok::<_, PyErr>(value.unwrap_or_else(|| py.None().into_bound(py)))
        };
        let values = match &*self.values {
            [one] => (value(one)?,).into_pyobject(py)?,
            [one, two] => (value(one)?, value(two)?).into_pyobject(py)?,
            values => PyTuple::new(py, values.iter().map(value).collect::<PyResult<Vec<_>>>()?)?,
        };
        (&self.endpoint, values).into_pyobject(py)
    }
}
