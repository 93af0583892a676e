//! Mounts the page. Empty on the host.

fn main() {
    #[cfg(target_arch = "wasm32")]
    flarescope::browser::views::mount();
}
