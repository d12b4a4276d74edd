//! See [`pyre_fuzz::split_invariance`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pyre_fuzz::split_invariance::check(data));
