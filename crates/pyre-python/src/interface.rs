//! What the application is called by.

use pyo3::{prelude::*, types::PyDict};
use pyre_runtime::{
    RequestId,
    http1::{OwnedHead, RequestHead},
};

use crate::{
    asgi::Asgi,
    ends::Ends,
    host::Host,
    options::{InterfaceName, Options},
    psgi::Psgi,
};

/// One of the two interfaces.
#[derive(Debug)]
pub(crate) enum Interface {
    Asgi(Asgi),
    Psgi(Psgi),
}

/// A request on its way to the application.
pub(crate) enum Arrival<'py> {
    Scope(Bound<'py, PyDict>),
    Head(OwnedHead),
}

impl Interface {
    pub(crate) fn new(app: Bound<'_, PyAny>, options: &Options) -> PyResult<Self> {
        Ok(match options.interface {
            InterfaceName::Asgi => Self::Asgi(Asgi::new(
                app,
                &options.root_path,
                options.state.as_ref(),
                &options.announced,
            )?),
            InterfaceName::Psgi => Self::Psgi(Psgi::new(app.unbind())),
        })
    }

    /// Takes of a head what the application may want; `None` for a request that it can't answer.
    pub(crate) fn receive<'py>(
        &self,
        py: Python<'py>,
        head: &RequestHead<'_>,
    ) -> PyResult<Option<Arrival<'py>>> {
        match self {
            Self::Asgi(_) if head.is_websocket => Ok(None),
            Self::Asgi(asgi) => asgi.scopes.scope(py, head).map(Arrival::Scope).map(Some),
            Self::Psgi(_) => Ok(Some(Arrival::Head(head.to_owned()))),
        }
    }

    pub(crate) fn start(
        &self,
        host: &Bound<'_, Host>,
        id: RequestId,
        arrival: Arrival<'_>,
        ends: Ends,
    ) -> PyResult<()> {
        match (self, arrival) {
            (Self::Asgi(asgi), Arrival::Scope(scope)) => asgi.start(host, id, scope, ends),
            (Self::Psgi(psgi), Arrival::Head(head)) => psgi.start(host, id, head, ends),
            // `receive` has made what `start` takes.
            (Self::Asgi(_), Arrival::Head(_)) | (Self::Psgi(_), Arrival::Scope(_)) => Ok(()),
        }
    }

    pub(crate) fn release(&self) -> PyResult<()> {
        match self {
            Self::Asgi(asgi) => asgi.release(),
            Self::Psgi(_) => Ok(()),
        }
    }
}
