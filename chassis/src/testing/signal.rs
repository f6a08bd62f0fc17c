//! Processes that a test started, told to stop, go on or end.

use std::process::Command;

/// As `kill -s`, to this process and no other.
pub fn send(signal: &str, process: u32) {
    let status = Command::new("kill")
        .args(["-s", signal, &process.to_string()])
        .status();
    assert!(
        status.is_ok_and(|it| it.success()),
        "SIG{signal} did not reach {process}"
    );
}

/// Those that a process has started and that are there.
pub fn children(process: u32) -> Vec<u32> {
    let file = format!("/proc/{process}/task/{process}/children");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.split_whitespace()
        .filter_map(|it| it.parse().ok())
        .collect()
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
