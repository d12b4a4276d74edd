//! The load: arrivals meet idle connections.

use std::{
    collections::VecDeque,
    io,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, net::TcpStream};

use crate::{
    arguments::Arguments, arrivals::Arrivals, connection::Connection, latencies::Latencies,
};

/// How long answers are awaited when no request is due any more.
const PATIENCE: Duration = Duration::from_secs(2);

const EVENTS: usize = 1024;

/// A load that has a schedule, and what came of it so far.
#[derive(Debug)]
pub(crate) struct Load {
    poll: Poll,
    connections: Vec<Connection>,
    idle: Vec<usize>,
    request: Vec<u8>,
    /// When the requests were due for which no connection was idle yet.
    waiting: VecDeque<Instant>,
    arrivals: Arrivals,
    measured_from: Instant,
    end: Instant,
    latencies: Latencies,
    /// How late requests left that found an idle connection: the fault of this program.
    delays: Latencies,
    unanswered: usize,
}

impl Load {
    /// Opens the connections; the schedule begins now.
    ///
    /// # Errors
    /// The server refuses one.
    pub(crate) fn connect(arguments: &Arguments) -> io::Result<Self> {
        let poll = Poll::new()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
        let connections = (0..arguments.connections)
            .map(|number| connected(address, &poll, Token(number)))
            .collect::<io::Result<Vec<_>>>()?;
        let start = Instant::now();
        let measured_from = start + arguments.warm_up;
        Ok(Self {
            poll,
            idle: (0..connections.len()).collect(),
            connections,
            request: request(&arguments.path),
            waiting: VecDeque::new(),
            arrivals: Arrivals::new(start, arguments.rate),
            measured_from,
            end: measured_from + arguments.measured,
            latencies: Latencies::default(),
            delays: Latencies::default(),
            unanswered: 0,
        })
    }

    /// Sends every request of the schedule and awaits the answers.
    ///
    /// # Errors
    /// A connection fails, or answers with something else than 200.
    pub(crate) fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS);
        loop {
            let now = Instant::now();
            if now < self.end {
                self.send_due(now)?;
            } else if self.is_complete() || now > self.end + PATIENCE {
                break;
            } else {
                self.send_waiting()?;
            }
            self.poll.poll(&mut events, Some(Duration::ZERO))?;
            for event in &events {
                self.receive(event.token().0)?;
            }
        }
        self.unanswered = self.waiting.len() + self.connections.len() - self.idle.len();
        Ok(())
    }

    /// What was measured, as a line of JSON.
    pub(crate) fn report(&mut self) -> String {
        let requests = self.latencies.len();
        let [p50, p99, p999, longest] = self.latencies.percentiles([500, 990, 999, 1000]);
        let [delay] = self.delays.percentiles([990]);
        let unanswered = self.unanswered;
        format!(
            r#"{{"requests": {requests}, "unanswered": {unanswered}, "p50": {p50}, "p99": {p99}, "p999": {p999}, "longest": {longest}, "own_delay_p99": {delay}}}"#
        )
    }

    fn send_due(&mut self, now: Instant) -> io::Result<()> {
        self.send_waiting()?;
        while let Some(due) = self.arrivals.due(now) {
            if self.idle.is_empty() {
                self.waiting.push_back(due);
                continue;
            }
            if due >= self.measured_from {
                self.delays.record(due.elapsed());
            }
            self.send(due)?;
        }
        Ok(())
    }

    fn send_waiting(&mut self) -> io::Result<()> {
        while !self.idle.is_empty()
            && let Some(due) = self.waiting.pop_front()
        {
            self.send(due)?;
        }
        Ok(())
    }

    fn send(&mut self, due: Instant) -> io::Result<()> {
        let idle = self.idle.pop();
        let connection = idle.and_then(|number| self.connections.get_mut(number));
        connection.map_or(Ok(()), |connection| connection.send(&self.request, due))
    }

    fn receive(&mut self, number: usize) -> io::Result<()> {
        let Some(connection) = self.connections.get_mut(number) else {
            return Ok(());
        };
        let Some(due) = connection.receive()? else {
            return Ok(());
        };
        self.idle.push(number);
        if due >= self.measured_from {
            self.latencies.record(due.elapsed());
        }
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.waiting.is_empty() && self.idle.len() == self.connections.len()
    }
}

/// Blocks until the server has accepted, so that no handshake is measured.
fn connected(address: SocketAddr, poll: &Poll, token: Token) -> io::Result<Connection> {
    let stream = std::net::TcpStream::connect(address)?;
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    let mut stream = TcpStream::from_std(stream);
    poll.registry()
        .register(&mut stream, token, Interest::READABLE)?;
    Ok(Connection::new(stream))
}

fn request(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    /// Answers the requests of one connection, each with what `answer` says; returns how many came.
    fn serve(listener: &TcpListener, answer: impl Fn(usize) -> &'static [u8]) -> usize {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 4096];
        let mut count = 0;
        while stream.read(&mut buffer).unwrap_or(0) > 0 {
            count += 1;
            stream.write_all(answer(count)).unwrap();
        }
        count
    }

    fn arguments(listener: &TcpListener) -> Arguments {
        Arguments {
            port: listener.local_addr().unwrap().port(),
            path: "/".into(),
            rate: 1000.0,
            connections: 1,
            measured: Duration::from_millis(100),
            warm_up: Duration::ZERO,
        }
    }

    #[test]
    fn every_request_is_answered_and_counted() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let arguments = arguments(&listener);
        let server = thread::spawn(move || serve(&listener, |_| ANSWER));
        let mut load = Load::connect(&arguments).unwrap();
        load.run().unwrap();
        let report = load.report();
        let requests = load.latencies.len();
        drop(load);
        assert_eq!(server.join().unwrap(), requests);
        assert!(requests > 10);
        assert!(report.starts_with(&format!(r#"{{"requests": {requests}, "unanswered": 0, "#)));
    }

    /// The reason why this program exists: who waits behind a stall is late, too.
    #[test]
    fn a_stall_counts_for_all_who_were_due_in_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let arguments = arguments(&listener);
        let stall = Duration::from_millis(60);
        let server = thread::spawn(move || {
            serve(&listener, |count| {
                if count == 1 {
                    thread::sleep(stall);
                }
                ANSWER
            })
        });
        let mut load = Load::connect(&arguments).unwrap();
        load.run().unwrap();
        let [most, longest] = load.latencies.percentiles([900, 1000]);
        drop(load);
        server.join().unwrap();
        assert!(longest >= stall.as_micros());
        assert!(
            most >= stall.as_micros() / 4,
            "a tenth waited at least {most} µs"
        );
    }

    #[test]
    fn an_error_ends_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let arguments = arguments(&listener);
        let busy = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";
        let server = thread::spawn(move || serve(&listener, |_| busy));
        let mut load = Load::connect(&arguments).unwrap();
        let error = load.run().unwrap_err();
        drop(load);
        server.join().unwrap();
        assert_eq!(error.to_string(), "answered Some(503)");
    }
}
