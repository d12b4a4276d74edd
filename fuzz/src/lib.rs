//! What the fuzz targets check, each for any octets: a panic is a finding.
//!
//! Nothing here knows of libFuzzer. The targets in `fuzz_targets/` hand each input that libFuzzer makes to one
//! `check`; `tests/corpus.rs` hands it the inputs of the corpus.
//!
//! **Invariant:** [`reference`] takes the engine's types for its words and none of its code.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a broken expectation is a finding"
)]

pub mod chunked;
mod input;
mod reference;
pub mod request_head;
pub mod response;
pub mod split_invariance;

#[path = "../../crates/pyre-proto/tests/support/mod.rs"]
mod support;

/// A check that any octets may be given to.
pub type Check = fn(&[u8]);

/// Every target by its name, which is that of its corpus too.
pub const TARGETS: [(&str, Check); 4] = [
    ("chunked", chunked::check),
    ("request_head", request_head::check),
    ("response", response::check),
    ("split_invariance", split_invariance::check),
];
