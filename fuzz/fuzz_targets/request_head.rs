//! See [`pyre_fuzz::request_head`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pyre_fuzz::request_head::check(data));
