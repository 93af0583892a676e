#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flarescope_fuzz::report(bytes));
flarescope_fuzz::mutated_as!(Flare);
