//! A process that is out of descriptors: it stops accepting, serves whom it has, and accepts again.
//!
//! The limit holds for the whole process, so the test runs itself in another.

#![cfg(test)]
#![cfg(unix)]

#[allow(
    dead_code,
    reason = "the other test binary uses what this one does not"
)]
mod support;

use std::{
    env,
    fs::File,
    process::Command,
    time::{Duration, Instant},
};

use support::{Server, get, say_target};

/// Set in the process that has the limit.
const LIMITED: &str = "PYRE_TEST_HAS_FEW_DESCRIPTORS";

#[test]
fn accepting_rests_while_there_are_no_descriptors() {
    if env::var_os(LIMITED).is_some() {
        return accept_with_few_descriptors();
    }
    let status = Command::new("sh")
        .args([
            "-c",
            "ulimit -n 64 && exec \"$0\" --exact \"$1\" --nocapture",
        ])
        .arg(env::current_exe().unwrap())
        .arg("accepting_rests_while_there_are_no_descriptors")
        .env(LIMITED, "1")
        .status()
        .unwrap();
    assert!(status.success());
}

/// Opens files until no descriptor is left.
fn take_descriptors() -> Vec<File> {
    let files: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(files.len() < 64, "the limit does not hold");
    files
}

fn accept_with_few_descriptors() {
    let mut server = Server::new().answering(say_target);
    let mut first = server.connect_and_send(get("/1"));
    assert_eq!(server.response(&mut first).text(), "/1");
    let far_away = server.reactor.next_deadline();

    let mut files = take_descriptors();
    // Room for the client's end, and none for the server's.
    files.pop();
    let mut second = server.connect_and_send(get("/2"));
    server.settle();
    assert_eq!(server.reactor.connections(), 1, "it can not be accepted");
    assert!(
        !server.reactor.is_due(),
        "trying on at once would be in vain"
    );
    let deadline = server.reactor.next_deadline().expect("it tries again");
    assert!(far_away.is_none_or(|far_away| deadline < far_away));
    assert!(deadline <= Instant::now() + Duration::from_secs(1));

    first.send(get("/still"));
    assert_eq!(server.response(&mut first).text(), "/still");
    assert_eq!(server.reactor.connections(), 1);
    server.run_until("it has tried again in vain", |server| {
        server.reactor.next_deadline() > Some(deadline)
    });
    assert_eq!(server.reactor.connections(), 1);

    drop(files);
    assert_eq!(server.response(&mut second).text(), "/2");
    let mut third = server.connect_and_send(get("/3"));
    assert_eq!(server.response(&mut third).text(), "/3");
    drop((first, second, third));
    server.drained();
}
