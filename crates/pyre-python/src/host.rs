//! `pyre._core.Host`: one reactor in one asyncio loop, serving one application.

use std::time::{Duration, Instant};

use pyo3::{
    exceptions::{PyKeyboardInterrupt, PyRuntimeError},
    intern,
    prelude::*,
    types::{PyDict, PyString},
};
use pyre_runtime::{Event, Reactor, RequestId};

use crate::{
    callback::{Callbacks, Why},
    core::{Core, Phase, Stream, Timer},
    descriptors,
    ends::KnownEnds,
    event_loop::EventLoop,
    interface::Interface,
    notices,
    on_thread::OnThread,
    options::{Driver, Options},
    waiters::Waiters,
};

/// One reactor, nested in one asyncio loop, that serves one application.
#[pyclass(frozen, module = "pyre._core")]
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) core: OnThread<Core>,
    pub(crate) event_loop: EventLoop,
    interface: Interface,
    ends: KnownEnds,
    /// What a proxy has taken off the path.
    pub(crate) root_path: Py<PyString>,
    /// What the lifespan has made; each request gets a copy.
    pub(crate) state: Option<Py<PyDict>>,
    on_error: Py<PyAny>,
}

/// What a client is told of a failed application: nothing of it.
const ERROR_TEXT: &str = "Internal Server Error";

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
            .map(descriptors::adopt_socket)
            .collect::<PyResult<Vec<_>>>()?;
        let options = Options::from_keywords(app.py(), options)?;
        let event_loop = EventLoop::new(r#loop)?;
        let poller = match options.driver {
            Driver::Poller => pyre_runtime::Poller::direct()?,
            Driver::Thread => event_loop.waiting_thread()?,
        };
        let py = app.py();
        let interface = Interface::new(app, &options)?;
        let mut reactor = Reactor::new(options.config, poller, options.recorder);
        for socket in sockets {
            reactor.listen(socket)?;
        }
        Ok(Self {
            core: OnThread::new(Core::new(reactor)),
            interface,
            ends: KnownEnds::default(),
            root_path: PyString::new(py, &options.root_path).unbind(),
            state: options.state,
            on_error: options.on_error,
            event_loop,
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

    /// Register with the loop and begin to accept. Must run on the loop's thread, once.
    fn start(slf: &Bound<'_, Self>) -> PyResult<()> {
        let (py, host) = (slf.py(), slf.get());
        if host.core.borrow_mut()?.callbacks.is_some() || host.stopping(py)?.is_some() {
            return Err(PyRuntimeError::new_err("a Host starts once"));
        }
        let callbacks = Callbacks::new(slf)?;
        host.event_loop
            .watch(py, host.descriptor()?, &callbacks.ready)?;
        host.core.borrow_mut()?.callbacks = Some(callbacks);
        host.schedule_tick(py)
    }

    /// Stop accepting, close idle connections and let requests finish.
    ///
    /// With ``disconnect``, an application that has read its request is told ``http.disconnect`` when it
    /// asks for more. The future is done when no connection and no task of the application is left.
    #[pyo3(signature = (*, disconnect = false))]
    fn stop<'py>(&self, py: Python<'py>, disconnect: bool) -> PyResult<Bound<'py, PyAny>> {
        if let Some(stopping) = self.stopping(py)? {
            return Ok(stopping);
        }
        let stopped = self.event_loop.create_future(py)?;
        {
            let mut core = self.core.borrow_mut()?;
            core.reactor.stop_listening();
            core.reactor.close_idle();
            if disconnect {
                core.reactor.report_peers_gone();
            }
            core.phase = Phase::Stopping(stopped.clone().unbind());
        }
        self.stop_when_drained(py)?;
        self.after_call(py)?;
        Ok(stopped)
    }

    /// Close every connection now: the application is told of each that the client has gone.
    fn disconnect(&self, py: Python<'_>) -> PyResult<()> {
        {
            let mut core = self.core.borrow_mut()?;
            core.reactor.stop_listening();
            core.reactor.close_all();
        }
        self.after_call(py)
    }

    /// Close every connection now and cancel what still runs. Calling it twice is harmless.
    fn abort(&self, py: Python<'_>) -> PyResult<()> {
        self.disconnect(py)?;
        let mut tasks = self.core.borrow_mut()?.tasks.all(py).into_iter();
        tasks.try_for_each(|task| cancel_task(py, Some(task)))?;
        self.stop(py, false)?;
        self.stop_when_drained(py)
    }
}

impl Host {
    /// Serves what is ready; the loop calls it. Profiles need its name.
    #[inline(never)]
    pub(crate) fn tick(slf: &Bound<'_, Self>, why: Why) -> PyResult<()> {
        let (py, host) = (slf.py(), slf.get());
        let (spent, is_nested) = {
            let mut core = host.core.borrow_mut()?;
            core.is_tick_scheduled &= why != Why::Scheduled;
            let spent = if why == Why::Timer {
                core.timer.take()
            } else {
                None
            };
            let is_nested = std::mem::replace(&mut core.is_ticking, true);
            if !is_nested && let Err(error) = core.reactor.begin_tick(Duration::ZERO) {
                core.is_ticking = false;
                return Err(error.into());
            }
            (spent, is_nested)
        };
        drop(spent);
        if is_nested {
            // An application runs the loop within a tick, whose end looks after what is due.
            return Ok(());
        }
        let served = host.serve_all(slf);
        // Whatever ended the batch early, the rest of it gets its tick.
        host.end_tick(py).and(served)
    }

    fn serve_all(&self, slf: &Bound<'_, Self>) -> PyResult<()> {
        while self.serve_one(slf)? {}
        Ok(())
    }

    /// Acts on one event; `false` when there is none left in this tick.
    fn serve_one(&self, slf: &Bound<'_, Self>) -> PyResult<bool> {
        let py = slf.py();
        let mut core = self.core.borrow_mut()?;
        let (id, arrival) = match core.reactor.poll_event() {
            None => return Ok(false),
            Some(Event::Wake(id)) => {
                let waiting = core.waiters.take(id);
                let stream = core.deserted_stream(py, id);
                drop(core);
                Waiters::wake(py, waiting)?;
                cancel_task(py, stream)?;
                return Ok(true);
            }
            Some(Event::Request(id, head)) => (id, self.interface.receive(py, &head)),
        };
        let arrival = arrival.and_then(|arrival| match arrival {
            Some(arrival) => Ok(Some((arrival, self.ends.of(py, id, &core.reactor)?))),
            None => Ok(None),
        });
        if matches!(arrival, Ok(None)) {
            notices::refuse_websocket(&mut core.reactor, id);
        }
        drop(core);
        let started = match arrival {
            Ok(Some((arrival, ends))) => self.interface.start(slf, id, arrival, ends),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        match started {
            Err(error) if !error.is_instance_of::<PyKeyboardInterrupt>(py) => {
                self.fail(py, id, error)?;
            }
            started => started?,
        }
        Ok(true)
    }

    /// Answers 500 in the place of an application that could not be called, and reports the error.
    pub(crate) fn fail(&self, py: Python<'_>, id: RequestId, error: PyErr) -> PyResult<()> {
        self.give_up(py, id)?;
        self.report(error, "a request".to_owned(), py)
    }

    fn end_tick(&self, py: Python<'_>) -> PyResult<()> {
        {
            let mut core = self.core.borrow_mut()?;
            core.is_ticking = false;
            core.reactor.end_tick();
        }
        self.log_notices(py)?;
        self.after_call(py)?;
        self.stop_when_drained(py)
    }

    /// Asks the loop for a tick that no readiness will bring. A tick does so for all that happens in it.
    pub(crate) fn after_call(&self, py: Python<'_>) -> PyResult<()> {
        let (is_due, deadline) = {
            let core = self.core.borrow_mut()?;
            if core.is_ticking {
                return Ok(());
            }
            (core.reactor.is_due(), core.unarmed_deadline())
        };
        if is_due {
            self.schedule_tick(py)?;
        }
        deadline.map_or(Ok(()), |deadline| self.arm_timer(py, deadline))
    }

    fn schedule_tick(&self, py: Python<'_>) -> PyResult<()> {
        let scheduled = {
            let mut core = self.core.borrow_mut()?;
            if std::mem::replace(&mut core.is_tick_scheduled, true) {
                return Ok(());
            }
            core.callbacks
                .as_ref()
                .map(|callbacks| callbacks.scheduled.clone_ref(py))
        };
        scheduled.map_or(Ok(()), |scheduled| {
            self.event_loop.call_soon(py, &scheduled)
        })
    }

    fn arm_timer(&self, py: Python<'_>, at: Instant) -> PyResult<()> {
        let timer = {
            let core = self.core.borrow_mut()?;
            core.callbacks
                .as_ref()
                .map(|callbacks| callbacks.timer.clone_ref(py))
        };
        let Some(timer) = timer else { return Ok(()) };
        let handle = self.event_loop.call_at(py, at, &timer)?;
        let replaced = self.core.borrow_mut()?.timer.replace(Timer { at, handle });
        cancel(py, replaced)
    }

    /// Answers in the place of an application that can't, or cuts off what it has begun.
    pub(crate) fn give_up(&self, py: Python<'_>, id: RequestId) -> PyResult<()> {
        self.refuse(py, id, 500)
    }

    /// Answers with an error, or cuts off what was begun; a request of a forked child is its parent's.
    pub(crate) fn refuse(&self, py: Python<'_>, id: RequestId, status: u16) -> PyResult<()> {
        if self.core.is_forked_copy() {
            return Ok(());
        }
        let reason = match status {
            413 => "content too large",
            400..500 => "the request can't be answered",
            _ => ERROR_TEXT,
        };
        self.core
            .borrow_mut()?
            .reactor
            .send_error(id, status, reason);
        self.after_call(py)
    }

    /// The task of a stream waits: it is cancelled when the peer leaves.
    pub(crate) fn watch_stream(&self, id: RequestId, task: &Bound<'_, PyAny>) -> PyResult<()> {
        let deserted = {
            let mut core = self.core.borrow_mut()?;
            core.streams.entry(id).or_insert_with(|| Stream {
                task: task.clone().unbind(),
                is_told: false,
            });
            core.deserted_stream(task.py(), id)
        };
        cancel_task(task.py(), deserted)
    }

    pub(crate) fn forget_stream(&self, id: RequestId) -> PyResult<()> {
        let forgotten = self.core.borrow_mut()?.streams.remove(&id);
        drop(forgotten);
        Ok(())
    }

    /// Tells what the application let escape.
    pub(crate) fn report(
        &self,
        error: PyErr,
        request_line: String,
        py: Python<'_>,
    ) -> PyResult<()> {
        self.on_error
            .bind(py)
            .call1((error.into_value(py), request_line))?;
        Ok(())
    }

    /// Ends the stop once nothing is left: neither a connection nor a task of the application.
    pub(crate) fn stop_when_drained(&self, py: Python<'_>) -> PyResult<()> {
        let stopped = {
            let mut core = self.core.borrow_mut()?;
            let is_drained = core.reactor.connections() == 0 && core.tasks.are_none();
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
        Waiters::wake(py, vec![stopped])
    }

    /// The future of a stop that is under way.
    fn stopping<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(match &self.core.borrow_mut()?.phase {
            Phase::Stopping(stopped) | Phase::Stopped(stopped) => Some(stopped.bind(py).clone()),
            Phase::Serving => None,
        })
    }

    fn leave_loop(&self, py: Python<'_>) -> PyResult<()> {
        let (timer, callbacks) = {
            let mut core = self.core.borrow_mut()?;
            (core.timer.take(), core.callbacks.take())
        };
        cancel(py, timer)?;
        self.interface.release()?;
        if callbacks.is_some() {
            self.event_loop.unwatch(py, self.descriptor()?)?;
        }
        Ok(())
    }

    #[cfg(unix)]
    fn descriptor(&self) -> PyResult<Option<i32>> {
        Ok(self.core.borrow_mut()?.reactor.fd())
    }

    #[cfg(not(unix))]
    fn descriptor(&self) -> PyResult<Option<i32>> {
        Ok(None)
    }
}

fn cancel_task(py: Python<'_>, task: Option<Py<PyAny>>) -> PyResult<()> {
    if let Some(task) = task {
        task.bind(py).call_method0(intern!(py, "cancel"))?;
    }
    Ok(())
}

fn cancel(py: Python<'_>, timer: Option<Timer>) -> PyResult<()> {
    if let Some(timer) = timer {
        timer.handle.bind(py).call_method0(intern!(py, "cancel"))?;
    }
    Ok(())
}
