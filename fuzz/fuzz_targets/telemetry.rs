#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flarescope_fuzz::telemetry(bytes));
flarescope_fuzz::mutated_as!(Text);
