//! Answers 13 octets to every request, without an application: the ceiling that the bindings are
//! measured against. Same reactor, same protocol code, same socket options.
//!
//! ```text
//! cargo run --release -p pyre-runtime --example fixed_answer -- --port 8000
//! ```

use std::{env, error::Error, net::SocketAddr, time::Duration};

use pyre_runtime::{Config, Event, Poller, Reactor, http1::Content};
use socket2::{Domain, Socket, Type};

const FIELDS: [(&[u8], &[u8]); 2] = [(b"content-type", b"text/plain"), (b"content-length", b"13")];

/// Longer than any deadline is coarse.
const WAIT: Duration = Duration::from_millis(100);

#[expect(clippy::print_stdout, reason = "a program says where it answers")]
fn main() -> Result<(), Box<dyn Error>> {
    let address = SocketAddr::from(([127, 0, 0, 1], port()?));
    let mut reactor = Reactor::new(Config::default(), Poller::direct()?, None);
    reactor.listen(listening(address)?)?;
    println!("answers on http://{address}");
    loop {
        let wait = if reactor.is_due() {
            Duration::ZERO
        } else {
            WAIT
        };
        reactor.begin_tick(wait)?;
        while let Some(event) = reactor.poll_event() {
            if let Event::Request(id, _) = event {
                reactor.send_head(id, 200, FIELDS)?;
                reactor.send_data(id, Content::Copied(b"Hello, World!"), true)?;
            }
        }
        reactor.end_tick();
    }
}

fn port() -> Result<u16, Box<dyn Error>> {
    match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => Ok(8000),
        [option, port] if option == "--port" => Ok(port.parse()?),
        _ => Err("usage: fixed_answer [--port PORT]".into()),
    }
}

fn listening(address: SocketAddr) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(2048)?;
    Ok(socket)
}
