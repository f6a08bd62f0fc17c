//! All services in one process.
fn main() {}
