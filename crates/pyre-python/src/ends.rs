//! Who is at both ends of a connection, as applications see it.

use pyo3::prelude::*;
use pyre_runtime::{Address, Reactor, RequestId, Scheme};

use crate::on_thread::OnThread;

/// The ends of one request. Each is `(host, port)`, or `(path, None)` for a unix socket; `None` for one that
/// has no name.
#[derive(Debug)]
pub(crate) struct Ends {
    pub(crate) client: Py<PyAny>,
    pub(crate) server: Py<PyAny>,
    pub(crate) scheme: Scheme,
}

/// The ends of each connection, by its place in the reactor: they are made once per connection.
#[derive(Debug)]
pub(crate) struct KnownEnds {
    pairs: OnThread<Vec<Option<Pair>>>,
}

impl Default for KnownEnds {
    fn default() -> Self {
        Self {
            pairs: OnThread::new(Vec::new()),
        }
    }
}

#[derive(Debug)]
struct Pair {
    generation: usize,
    client: Py<PyAny>,
    server: Py<PyAny>,
}

impl KnownEnds {
    /// The ends of a request; a proxy may speak for another client in each.
    pub(crate) fn of(&self, py: Python<'_>, id: RequestId, reactor: &Reactor) -> PyResult<Ends> {
        let mut ends = self.of_connection(py, id, reactor)?;
        if let Some(origin) = reactor.origin(id) {
            if let Some(client) = &origin.client {
                ends.client = end(py, Some(client))?;
            }
            ends.scheme = origin.scheme.unwrap_or(ends.scheme);
        }
        Ok(ends)
    }

    fn of_connection(&self, py: Python<'_>, id: RequestId, reactor: &Reactor) -> PyResult<Ends> {
        let (index, generation) = Reactor::connection_key(id);
        let mut pairs = self.pairs.borrow_mut()?;
        if pairs.len() <= index {
            pairs.resize_with(index + 1, || None);
        }
        let make = || {
            Ok::<_, PyErr>(Pair {
                generation,
                client: end(py, reactor.peer(id))?,
                server: end(py, reactor.local_address(id).as_ref())?,
            })
        };
        let pair = match pairs.get_mut(index) {
            Some(Some(pair)) if pair.generation == generation => &*pair,
            Some(place) => place.insert(make()?),
            None => &make()?,
        };
        Ok(Ends {
            client: pair.client.clone_ref(py),
            server: pair.server.clone_ref(py),
            scheme: Scheme::Http,
        })
    }
}

fn end(py: Python<'_>, address: Option<&Address>) -> PyResult<Py<PyAny>> {
    Ok(match address {
        Some(Address::Ip(address)) => (address.ip().to_string(), address.port())
            .into_pyobject(py)?
            .into_any()
            .unbind(),
        Some(Address::Unix(Some(path))) => (path.display().to_string(), py.None())
            .into_pyobject(py)?
            .into_any()
            .unbind(),
        Some(Address::Unix(None)) | None => py.None(),
    })
}
