//! Starts the worker. Empty on the host.

fn main() {
    #[cfg(target_arch = "wasm32")]
    flarescope::browser::worker::start();
}
