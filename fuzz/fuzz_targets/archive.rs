#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flarescope_fuzz::archive(bytes));
flarescope_fuzz::mutated_as!(Archive);
