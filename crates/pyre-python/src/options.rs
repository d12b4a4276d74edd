//! The keyword arguments of `Host`, checked.

use std::time::Duration;

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::PyDict,
};
use pyre_runtime::{Config, TrustedPeers, access_log::Recorder};

use crate::{access_log::AccessLog, asgi::Announced};

/// How the reactor learns what is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver {
    /// The loop watches the poller's descriptor.
    Poller,
    /// A thread waits on the poller, where descriptors can't be nested.
    Thread,
}

/// What the application is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InterfaceName {
    Asgi,
    Psgi,
}

/// What a host is told once.
pub(crate) struct Options {
    pub(crate) interface: InterfaceName,
    pub(crate) on_error: Py<PyAny>,
    pub(crate) state: Option<Py<PyDict>>,
    pub(crate) root_path: String,
    /// What scopes of ASGI announce.
    pub(crate) announced: Announced,
    pub(crate) driver: Driver,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) config: Config,
}

impl Options {
    /// # Errors
    /// `TypeError` for an unknown name or a wrong type, `ValueError` for a value out of range.
    pub(crate) fn from_keywords(
        py: Python<'_>,
        keywords: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut options = Self {
            interface: InterfaceName::Asgi,
            on_error: py.None(),
            state: None,
            root_path: String::new(),
            announced: Announced::default(),
            driver: if cfg!(unix) {
                Driver::Poller
            } else {
                Driver::Thread
            },
            recorder: None,
            config: Config::default(),
        };
        for (name, value) in keywords.into_iter().flatten() {
            let name: String = name.extract()?;
            options.set(&name, &value)?;
        }
        if options.on_error.is_none(py) {
            return Err(PyTypeError::new_err(
                "Host needs on_error, to report what the application lets escape",
            ));
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let (limits, timeouts) = (&mut self.config.limits, &mut self.config.timeouts);
        match name {
            "on_error" => self.on_error = value.clone().unbind(),
            "state" => self.state = value.extract()?,
            "root_path" => self.root_path = value.extract()?,
            "asgi_spec_version" => self.announced.spec_version = value.extract()?,
            "asgi_pathsend" => self.announced.pathsend = value.extract()?,
            "interface" => self.interface = interface(&value.extract::<String>()?)?,
            "driver" => self.driver = driver(&value.extract::<String>()?)?,
            "access_log" => {
                self.recorder = value
                    .extract::<Option<PyRef<'_, AccessLog>>>()?
                    .map(|log| log.recorder());
            }
            "proxy_headers" => self.config.proxies.headers = value.extract()?,
            "proxy_protocol" => self.config.proxies.protocol = value.extract()?,
            "forwarded_allow_ips" => self.config.proxies.trusted = trusted_peers(name, value)?,
            "server_header" => {
                self.config.server_header = value.extract::<bool>()?.then(|| "pyre".into());
            }
            "date_header" => self.config.date_header = value.extract()?,
            "write_high_water" => self.config.write_marks.high = value.extract()?,
            "write_low_water" => self.config.write_marks.low = value.extract()?,
            "limit_request_line" => limits.request_line = size(name, value)?,
            "limit_header_size" => limits.field_section = size(name, value)?,
            "limit_header_count" => limits.field_lines = size(name, value)?,
            "limit_body_size" => limits.content = value.extract()?,
            "limit_body_rate" => timeouts.body_rate = value.extract()?,
            "limit_chunk_extensions" => limits.chunk_extensions = size(name, value)?,
            "limit_trailer_size" => limits.trailer_section = size(name, value)?,
            "limit_unread_body" => limits.unread_content = value.extract()?,
            "limit_read_ahead" => self.config.read_ahead = read_ahead(name, value)?,
            "timeout_header" => timeouts.header = duration(name, value)?,
            "timeout_body" => timeouts.body = duration(name, value)?,
            "timeout_keep_alive" => timeouts.keep_alive = duration(name, value)?,
            "timeout_write" => timeouts.write = duration(name, value)?,
            _ => return Err(PyTypeError::new_err(format!("Host has no option {name:?}"))),
        }
        Ok(())
    }
}

fn driver(name: &str) -> PyResult<Driver> {
    match name {
        "poller" if cfg!(unix) => Ok(Driver::Poller),
        "poller" => Err(PyValueError::new_err(
            "the poller can't be nested on this platform: choose driver \"thread\"",
        )),
        "thread" => Ok(Driver::Thread),
        _ => Err(PyValueError::new_err(format!(
            "unknown driver {name:?}: choose \"poller\" or \"thread\""
        ))),
    }
}

fn interface(name: &str) -> PyResult<InterfaceName> {
    match name {
        "asgi" => Ok(InterfaceName::Asgi),
        "psgi" => Ok(InterfaceName::Psgi),
        _ => Err(PyValueError::new_err(format!(
            "unknown interface {name:?}: choose \"asgi\" or \"psgi\""
        ))),
    }
}

fn trusted_peers(name: &str, value: &Bound<'_, PyAny>) -> PyResult<TrustedPeers> {
    let list: String = value.extract()?;
    list.parse()
        .map_err(|error| PyValueError::new_err(format!("{name}: {error}")))
}

/// What one connection may hold of what nobody has asked for yet.
fn read_ahead(name: &str, value: &Bound<'_, PyAny>) -> PyResult<usize> {
    const LEAST: usize = Config::LEAST_READ_AHEAD;
    let size = size(name, value)?;
    if size >= LEAST {
        return Ok(size);
    }
    Err(PyValueError::new_err(format!(
        "{name} must be at least {LEAST}, not {size}"
    )))
}

/// A bound on a head: large enough for a request, small enough for 32-bit positions.
fn size(name: &str, value: &Bound<'_, PyAny>) -> PyResult<usize> {
    const MOST: usize = 1 << 30;
    let size: usize = value.extract()?;
    if (1..=MOST).contains(&size) {
        return Ok(size);
    }
    Err(PyValueError::new_err(format!(
        "{name} must be from 1 to {MOST}, not {size}"
    )))
}

/// Seconds; `None` is no deadline. More than a year is none, too, and would only overflow somewhere.
fn duration(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Option<Duration>> {
    const LONGEST: f64 = 366.0 * 24.0 * 3600.0;
    let Some(seconds) = value.extract::<Option<f64>>()? else {
        return Ok(None);
    };
    if seconds > 0.0 && seconds <= LONGEST {
        return Ok(Some(Duration::from_secs_f64(seconds)));
    }
    Err(PyValueError::new_err(format!(
        "{name} must be None or more than 0 and at most {LONGEST} seconds, not {seconds}"
    )))
}
