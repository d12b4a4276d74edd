//! Amplification: ten KiB of a peer never cost more than one MiB, whatever they say, however they
//! arrive, and whatever the application does with them.
//!
//! All memory of the process is counted from before the reactor is made: its tables and the storage
//! that all connections share, the access log's lines, and the little that the test itself keeps.

#![cfg(test)]
#![cfg(unix)]

mod families;
mod scene;
#[allow(
    dead_code,
    reason = "the other test binaries use what this one does not"
)]
#[path = "../support/mod.rs"]
mod support;

use std::{
    slice,
    sync::{Mutex, MutexGuard, PoisonError},
};

use proptest::{collection::vec, prelude::*, sample::select};

use self::{
    families::{Family, INPUT, families, mutated},
    scene::{APPLICATIONS, Application, Scene},
    support::{Seen, Server},
};

const KIBIBYTE: usize = 1024;

/// What one input may cost, and with it all that a server needs that does nothing.
const BOUND: usize = 1024 * KIBIBYTE;

/// What each of several may cost beside that.
const BOUND_OF_EACH: usize = 384 * KIBIBYTE;

/// Connections at once.
const MANY: usize = 32;

const AT_ONCE: &[usize] = &[INPUT];
const BY_THE_OCTET: &[usize] = &[1];
const IN_PIECES: &[usize] = &[7, 1460, 3, 500];

/// The memory is the process's: one test at a time measures it.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn each_family_is_what_it_says() {
    let _alone = alone();
    for family in families() {
        let mut server = Server::new().answering(Application::Echoes.acting());
        let mut client = server.connect_and_send(&family.octets);
        server.settle();
        let targets = server.seen.iter().filter_map(Seen::target);
        let requests = targets.count();
        let last_status = last_status(&client.pump().received);
        let name = family.name;
        assert!(family.octets.len() <= INPUT, "{name}");
        assert_eq!(
            (requests, last_status),
            (family.requests, family.last_status),
            "{name}"
        );
    }
}

fn last_status(received: &[u8]) -> Option<u16> {
    let received = String::from_utf8_lossy(received);
    let (_, last) = received.rsplit_once("HTTP/1.1 ")?;
    last.get(..3)?.parse().ok()
}

/// What these inputs cost where it is most: of all applications, and at once or in pieces.
fn most(inputs: &[Vec<u8>]) -> usize {
    let scenes = APPLICATIONS.iter().flat_map(|&application| {
        [AT_ONCE, IN_PIECES].map(|pieces| Scene {
            inputs,
            application,
            pieces,
            reads: false,
        })
    });
    scenes.map(|scene| scene.cost()).max().unwrap_or_default()
}

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows the figures")]
fn each_family_costs_little() {
    let _alone = alone();
    let nothing = most(&[]);
    println!(
        "{:>8} {:>10}   KiB, of which a server needs {}",
        "one",
        "one of 32",
        nothing / KIBIBYTE
    );
    for Family { name, octets, .. } in families() {
        let one = most(slice::from_ref(&octets));
        let each = (most(&vec![octets; MANY]) - nothing) / MANY;
        println!("{:>8} {:>10}   {name}", one / KIBIBYTE, each / KIBIBYTE);
        assert!(one <= BOUND, "{name}: {one}");
        assert!(each <= BOUND_OF_EACH, "{name}: {each}");
    }
}

#[test]
fn all_families_together_cost_little_by_the_octet() {
    let _alone = alone();
    let inputs: Vec<_> = families().into_iter().map(|family| family.octets).collect();
    let scene = Scene {
        inputs: &inputs,
        application: Application::Echoes,
        pieces: BY_THE_OCTET,
        reads: true,
    };
    let cost = scene.cost();
    assert!(cost <= BOUND, "{cost}");
}

/// The figures mean something.
#[test]
fn a_large_answer_is_not_cheap() {
    let _alone = alone();
    let scene = Scene {
        inputs: &[families().remove(0).octets],
        application: Application::Answers(BOUND),
        pieces: AT_ONCE,
        reads: true,
    };
    assert!(scene.cost() > BOUND);
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(128)
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn mutated_inputs_cost_little(
        input in mutated(),
        application in select(&APPLICATIONS[..]),
        pieces in vec(1..3000_usize, 1..8),
        reads in any::<bool>(),
    ) {
        let _alone = alone();
        let cost = Scene { inputs: &[input], application, pieces: &pieces, reads }.cost();
        prop_assert!(cost <= BOUND, "{cost}");
    }
}
