//! Loads a server at a fixed rate, and says how late its answers were.
//!
//! wrk sends the next request when it has the answer to the one before: a server that stalls is asked
//! less, and most of what its users would wait is never measured ("coordinated omission"). Here the
//! schedule is made beforehand, and a latency counts **from the moment at which the request was due**.
//! Arrivals are random (a Poisson process) from one seed, so that every server meets the same schedule.
//!
//! It polls without ever sleeping, because waking up takes longer than an answer does: give it a CPU
//! of its own. What it reports is one line of JSON; times are in microseconds.
//!
//! ```text
//! pyre-load --port 8000 --path / --rate 10000 --connections 64 --seconds 5 --warm-up 1
//! ```

mod arguments;
mod arrivals;
mod connection;
mod latencies;
mod load;

use std::{error::Error, process::ExitCode};

use arguments::Arguments;
use load::Load;

#[expect(clippy::print_stdout, reason = "its report is its output")]
#[expect(clippy::print_stderr, reason = "a program says what went wrong")]
fn main() -> ExitCode {
    match run() {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("pyre-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, Box<dyn Error>> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let mut load = Load::connect(&arguments)?;
    load.run()?;
    Ok(load.report())
}
