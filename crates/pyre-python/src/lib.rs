//! `pyre._core`: the reactor nested in an asyncio loop, and the interfaces that applications have.
//!
//! This crate translates and decides nothing: what a request may be is `pyre-proto`'s, when it is
//! read and written is `pyre-runtime`'s. A file here is a Python concept.
//!
//! **Architecture invariant:** no wire byte is parsed here, and the application never runs
//! while the reactor is borrowed.

mod access_log;
mod asgi;
mod awaitable;
mod callback;
mod core;
mod descriptors;
mod disconnect;
mod ends;
mod errors;
mod event_loop;
mod exit_timer;
mod files;
mod host;
mod interface;
mod interpreter;
mod names;
mod notices;
mod on_thread;
mod options;
mod outcome;
mod psgi;
mod routing;
mod task_factory;
mod tasks;
mod waiters;

/// The module itself: a list.
#[pyo3::pymodule]
mod _core {
    #[pymodule_export]
    use crate::access_log::AccessLog;
    #[pymodule_export]
    use crate::errors::ClientDisconnected;
    #[pymodule_export]
    use crate::exit_timer::ExitTimer;
    #[pymodule_export]
    use crate::host::Host;
    #[pymodule_export]
    use crate::psgi::Response;
    #[pymodule_export]
    use crate::routing::{Parameter, RouteConflict, RouteTable, Routes};

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name is Python's")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
