//! See [`pyre_fuzz::response`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pyre_fuzz::response::check(data));
