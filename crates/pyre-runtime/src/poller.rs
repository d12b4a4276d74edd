//! Where readiness comes from: a poller whose descriptor an event loop watches, or a thread that
//! waits on the poller where descriptors can't be nested (Windows).

use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use mio::{Events, Poll, Registry, Token, Waker, event};

/// Events that one look takes; more of them stay for the next.
const EVENTS_PER_TICK: usize = 256;

/// Wakes the waiting thread so that it ends.
const WAKE: Token = Token(usize::MAX);

/// What the operating system says of one socket.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "the bits of an event")]
pub(crate) struct Readiness {
    pub(crate) token: Token,
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    /// The peer has ended its side, or more.
    pub(crate) read_closed: bool,
    /// Both sides have ended.
    pub(crate) hung_up: bool,
    /// The connection is gone. An end on both sides is not that: what the peer sent before may still
    /// be there to read.
    pub(crate) broken: bool,
}

impl From<&event::Event> for Readiness {
    fn from(event: &event::Event) -> Self {
        Self {
            token: event.token(),
            readable: event.is_readable(),
            writable: event.is_writable(),
            read_closed: event.is_read_closed(),
            hung_up: event.is_read_closed() && event.is_write_closed(),
            broken: event.is_error(),
        }
    }
}

/// A source of readiness.
#[derive(Debug)]
pub struct Poller {
    registry: Registry,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Direct {
        poll: Poll,
        events: Events,
    },
    Thread {
        inbox: Arc<Inbox>,
        waker: Arc<Waker>,
    },
}

/// What the waiting thread has found. It looks again only when that has been taken, so a busy loop
/// is asked for one tick, and finds one batch.
#[derive(Debug, Default)]
struct Inbox {
    contents: Mutex<Contents>,
    taken: Condvar,
}

#[derive(Debug, Default)]
struct Contents {
    found: Vec<Readiness>,
    closed: bool,
}

impl Inbox {
    /// A panic elsewhere leaves nothing half done in here.
    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the reactor has taken what was found; `false` once it is gone.
    fn wait_until_taken(&self) -> bool {
        let contents = self
            .taken
            .wait_while(self.lock(), |contents| {
                !contents.found.is_empty() && !contents.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        !contents.closed
    }
}

impl Poller {
    /// A poller that is asked, and that an event loop can watch by [`Self::fd`].
    ///
    /// # Errors
    /// The operating system's, out of descriptors for one.
    pub fn direct() -> io::Result<Self> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        Ok(Self {
            registry,
            source: Source::Direct {
                poll,
                events: Events::with_capacity(EVENTS_PER_TICK),
            },
        })
    }

    /// A poller that a thread waits on; `notify` is called there when a tick is due, and must not block.
    ///
    /// # Errors
    /// The operating system's, out of descriptors or threads.
    pub fn threaded(notify: impl Fn() + Send + 'static) -> io::Result<Self> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Arc::new(Waker::new(&registry, WAKE)?);
        let kept = Arc::clone(&waker);
        let inbox = Arc::new(Inbox::default());
        let for_thread = Arc::clone(&inbox);
        thread::Builder::new()
            .name("pyre-poller".into())
            .spawn(move || {
                wait_forever(poll, &for_thread, &notify);
                // A waker that is dropped takes its wake-up back.
                drop(kept);
            })?;
        Ok(Self {
            registry,
            source: Source::Thread { inbox, waker },
        })
    }

    /// The descriptor that becomes readable when there is something to take.
    #[cfg(unix)]
    #[must_use]
    pub fn fd(&self) -> Option<std::os::fd::RawFd> {
        use std::os::fd::AsRawFd;
        match &self.source {
            Source::Direct { poll, .. } => Some(poll.as_raw_fd()),
            Source::Thread { .. } => None,
        }
    }

    pub(crate) const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Takes what is ready, after at most `wait` (never longer than asked, at once with a thread).
    pub(crate) fn take_ready(
        &mut self,
        wait: Duration,
        ready: &mut Vec<Readiness>,
    ) -> io::Result<()> {
        match &mut self.source {
            Source::Direct { poll, events } => {
                match poll.poll(events, Some(wait)) {
                    Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                    _ => {}
                }
                ready.extend(events.iter().map(Readiness::from));
            }
            Source::Thread { inbox, .. } => {
                ready.append(&mut inbox.lock().found);
                inbox.taken.notify_one();
            }
        }
        Ok(())
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        if let Source::Thread { inbox, waker } = &self.source {
            inbox.lock().closed = true;
            inbox.taken.notify_one();
            // Without a wake-up the thread would wait for a last event; nothing else is lost.
            let _ = waker.wake();
        }
    }
}

fn wait_forever(mut poll: Poll, inbox: &Inbox, notify: &dyn Fn()) {
    let mut events = Events::with_capacity(EVENTS_PER_TICK);
    while inbox.wait_until_taken() {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
            Ok(()) => {}
        }
        let found = events
            .iter()
            .map(Readiness::from)
            .filter(|readiness| readiness.token != WAKE);
        inbox.lock().found.extend(found);
        if !inbox.lock().found.is_empty() {
            notify();
        }
    }
}
