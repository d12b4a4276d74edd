//! Every input that was found worth keeping: it covers what no other does, or it was a finding once.

#![allow(
    clippy::unwrap_used,
    reason = "a file that can't be read is a failed test"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use pyre_fuzz::{Check, TARGETS};

#[test]
fn every_target_has_a_corpus_without_findings() {
    for (target, check) in TARGETS {
        let inputs = inputs(&folder("corpus", target));
        assert!(!inputs.is_empty(), "{target} has no corpus");
        replay(&inputs, check);
    }
}

#[test]
fn no_finding_comes_back() {
    for (target, check) in TARGETS {
        replay(&inputs(&folder("regressions", target)), check);
    }
}

fn folder(kind: &str, target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(kind)
        .join(target)
}

/// None where there is no folder: git keeps no empty one.
fn inputs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn replay(inputs: &[PathBuf], check: Check) {
    for input in inputs {
        let octets = fs::read(input).unwrap();
        let outcome = std::panic::catch_unwind(|| check(&octets));
        assert!(outcome.is_ok(), "see above: {}", input.display());
    }
}
