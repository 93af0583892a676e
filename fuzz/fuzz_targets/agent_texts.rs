#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flarescope_fuzz::agent_texts(bytes));
flarescope_fuzz::mutated_as!(Text);
