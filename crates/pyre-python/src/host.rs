//! `pyre._core.Host`: one reactor in one asyncio loop, serving one application.

use std::{sync::OnceLock, time::Duration};

use pyo3::{intern, prelude::*, types::PyDict};
use pyre_runtime::{Event, Reactor};

use crate::{
    asgi::Asgi,
    event_loop::EventLoop,
    on_thread::OnThread,
    options::{Driver, Options},
    sockets,
    waiters::Waiters,
};

/// What one thread changes while it serves. Python code never runs while this is borrowed.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) reactor: Reactor,
    pub(crate) waiters: Waiters,
    /// Somebody asked the loop for a tick that has not begun.
    is_tick_scheduled: bool,
    timer: Option<Timer>,
    phase: Phase,
}

#[derive(Debug)]
struct Timer {
    at: std::time::Instant,
    handle: Py<PyAny>,
}

#[derive(Debug)]
enum Phase {
    New,
    Serving,
    /// The future that tells when the last connection and the last task have ended.
    Stopping(Py<PyAny>),
    /// It is done.
    Stopped(Py<PyAny>),
}

/// One reactor, nested in one asyncio loop, that serves one application.
#[pyclass(frozen, module = "pyre._core")]
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) core: OnThread<Core>,
    pub(crate) event_loop: EventLoop,
    pub(crate) asgi: Asgi,
    /// The bound method that the loop calls; made when the host starts.
    tick: OnceLock<Py<PyAny>>,
}

#[pymethods]
impl Host {
    #[new]
    #[pyo3(signature = (app, r#loop, sockets, **options))]
    fn new(
        app: Bound<'_, PyAny>,
        r#loop: &Bound<'_, PyAny>,
        sockets: Vec<i64>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let sockets = sockets
            .into_iter()
            .map(sockets::adopt)
            .collect::<PyResult<Vec<_>>>()?;
        let options = Options::from_keywords(app.py(), options)?;
        let event_loop = EventLoop::new(r#loop)?;
        let poller = match options.driver {
            Driver::Poller => pyre_runtime::Poller::direct()?,
            Driver::Thread => event_loop.waiting_thread()?,
        };
        let mut reactor = Reactor::new(options.config, poller, options.recorder);
        for socket in sockets {
            reactor.listen(socket)?;
        }
        let core = Core {
            reactor,
            waiters: Waiters::default(),
            is_tick_scheduled: false,
            timer: None,
            phase: Phase::New,
        };
        Ok(Self {
            core: OnThread::new(core),
            asgi: Asgi::new(app, &options.root_path, options.state, options.on_error)?,
            event_loop,
            tick: OnceLock::new(),
        })
    }

    /// Connections that are open now.
    #[getter]
    fn connections(&self) -> PyResult<usize> {
        Ok(self.core.borrow_mut()?.reactor.connections())
    }

    /// Requests that were handed to the application and have not been answered in full.
    #[getter]
    fn requests(&self) -> PyResult<usize> {
        Ok(self.core.borrow_mut()?.reactor.requests())
    }

    /// Register with the loop and begin to accept. Must run on the loop's thread.
    fn start(slf: &Bound<'_, Self>) -> PyResult<()> {
        let (py, host) = (slf.py(), slf.get());
        let tick = slf.getattr(intern!(py, "tick"))?.unbind();
        host.event_loop.watch(py, host.descriptor()?, &tick)?;
        // A second start finds the first one's callback, which is the same.
        let _ = host.tick.set(tick);
        host.core.borrow_mut()?.phase = Phase::Serving;
        host.schedule_tick(py)
    }

    /// Serve what is ready. The loop calls this; nobody else needs to.
    fn tick(slf: &Bound<'_, Self>) -> PyResult<()> {
        let (py, host) = (slf.py(), slf.get());
        host.begin_tick()?;
        let served = host.serve_all(slf);
        // Whatever ended the batch early, the rest of it gets its tick.
        host.end_tick(py).and(served)
    }

    /// Stop accepting, close idle connections and let requests finish.
    ///
    /// The future is done when no connection and no task of the application is left.
    fn stop<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(stopping) = self.stopping(py)? {
            return Ok(stopping);
        }
        let stopped = self.event_loop.create_future(py)?;
        {
            let mut core = self.core.borrow_mut()?;
            core.reactor.stop_listening();
            core.reactor.close_idle();
            core.phase = Phase::Stopping(stopped.clone().unbind());
        }
        self.stop_when_drained(py)?;
        self.after_call(py)?;
        Ok(stopped)
    }

    /// Close every connection now and cancel what still runs. Calling it twice is harmless.
    fn abort(&self, py: Python<'_>) -> PyResult<()> {
        {
            let mut core = self.core.borrow_mut()?;
            core.reactor.stop_listening();
            core.reactor.close_all();
        }
        self.asgi.cancel_tasks(py)?;
        self.after_call(py)?;
        self.stop(py).map(drop)
    }
}

impl Host {
    #[cfg(unix)]
    fn descriptor(&self) -> PyResult<Option<i32>> {
        Ok(self.core.borrow_mut()?.reactor.fd())
    }

    #[cfg(not(unix))]
    fn descriptor(&self) -> PyResult<Option<i32>> {
        Ok(None)
    }

    fn begin_tick(&self) -> PyResult<()> {
        let mut core = self.core.borrow_mut()?;
        core.is_tick_scheduled = false;
        Ok(core.reactor.begin_tick(Duration::ZERO)?)
    }

    fn serve_all(&self, slf: &Bound<'_, Self>) -> PyResult<()> {
        while self.serve_one(slf)? {}
        Ok(())
    }

    /// Acts on one event; `false` when there is none left in this tick.
    fn serve_one(&self, slf: &Bound<'_, Self>) -> PyResult<bool> {
        let py = slf.py();
        let mut core = self.core.borrow_mut()?;
        match core.reactor.poll_event() {
            None => Ok(false),
            Some(Event::Wake(id)) => {
                let waiting = core.waiters.take(id);
                drop(core);
                Waiters::wake(py, waiting)?;
                Ok(true)
            }
            Some(Event::Request(id, head)) if head.is_websocket => {
                core.reactor
                    .send_error(id, 403, "WebSocket is not served here");
                Ok(true)
            }
            Some(Event::Request(id, head)) => {
                let scope = self.asgi.scopes.scope(py, &head)?;
                self.asgi.scopes.set_ends(&scope, id, &core.reactor)?;
                drop(core);
                self.asgi.start(slf, id, scope)?;
                Ok(true)
            }
        }
    }

    fn end_tick(&self, py: Python<'_>) -> PyResult<()> {
        let is_due = self.core.borrow_mut()?.reactor.end_tick();
        if is_due {
            self.schedule_tick(py)?;
        }
        self.arm_timer(py)?;
        self.stop_when_drained(py)
    }

    /// After an answer between two ticks: whoever it has freed is served on the loop's next turn.
    pub(crate) fn after_call(&self, py: Python<'_>) -> PyResult<()> {
        let is_due = self.core.borrow_mut()?.reactor.is_due();
        if is_due {
            self.schedule_tick(py)
        } else {
            Ok(())
        }
    }

    pub(crate) fn schedule_tick(&self, py: Python<'_>) -> PyResult<()> {
        let Some(tick) = self.tick.get() else {
            return Ok(());
        };
        if std::mem::replace(&mut self.core.borrow_mut()?.is_tick_scheduled, true) {
            return Ok(());
        }
        self.event_loop.call_soon(py, tick)
    }

    /// Asks the loop for the next deadline, and for none while there is no deadline.
    fn arm_timer(&self, py: Python<'_>) -> PyResult<()> {
        let (next, armed) = {
            let core = self.core.borrow_mut()?;
            (
                core.reactor.next_deadline(),
                core.timer.as_ref().map(|timer| timer.at),
            )
        };
        let Some(next) = next else { return Ok(()) };
        // A timer that comes too early finds nothing to do and sets the right one.
        if armed.is_some_and(|armed| armed <= next && armed > std::time::Instant::now()) {
            return Ok(());
        }
        let Some(tick) = self.tick.get() else {
            return Ok(());
        };
        let handle = self.event_loop.call_at(py, next, tick)?;
        let replaced = self
            .core
            .borrow_mut()?
            .timer
            .replace(Timer { at: next, handle });
        cancel(py, replaced)
    }

    /// Ends the stop once nothing is left: neither a connection nor a task of the application.
    pub(crate) fn stop_when_drained(&self, py: Python<'_>) -> PyResult<()> {
        let stopped = {
            let mut core = self.core.borrow_mut()?;
            let is_drained = core.reactor.connections() == 0 && self.asgi.has_no_tasks(py);
            match &core.phase {
                Phase::Stopping(stopped) if is_drained => {
                    let stopped = stopped.clone_ref(py);
                    core.phase = Phase::Stopped(stopped.clone_ref(py));
                    stopped
                }
                _ => return Ok(()),
            }
        };
        self.leave_loop(py)?;
        let stopped = stopped.bind(py);
        if !stopped.call_method0(intern!(py, "done"))?.is_truthy()? {
            stopped.call_method1(intern!(py, "set_result"), (py.None(),))?;
        }
        Ok(())
    }

    /// The future of a stop that is under way.
    fn stopping<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(match &self.core.borrow_mut()?.phase {
            Phase::Stopping(stopped) | Phase::Stopped(stopped) => Some(stopped.bind(py).clone()),
            Phase::New | Phase::Serving => None,
        })
    }

    fn leave_loop(&self, py: Python<'_>) -> PyResult<()> {
        let timer = self.core.borrow_mut()?.timer.take();
        cancel(py, timer)?;
        self.event_loop.unwatch(py, self.descriptor()?)
    }
}

fn cancel(py: Python<'_>, timer: Option<Timer>) -> PyResult<()> {
    if let Some(timer) = timer {
        timer.handle.bind(py).call_method0(intern!(py, "cancel"))?;
    }
    Ok(())
}
