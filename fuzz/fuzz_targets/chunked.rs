//! See [`pyre_fuzz::chunked`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pyre_fuzz::chunked::check(data));
