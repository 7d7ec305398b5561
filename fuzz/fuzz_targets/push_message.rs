#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| fedikit_fuzz::push_message(data));
