//! The rows that need a database or nothing at all, tried once for as short as it goes: a measurement that nobody runs
//! would break without anybody noticing.

use std::process::Command;

#[test]
fn every_row_with_a_database_or_rules_alone_can_be_measured_and_what_both_sides_did_adds_up() {
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(["--smoke", "--rows", "1,2,4,5,6,11,12,13"])
        .output()
        .expect("the bench starts");
    let (told, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{told}\n{complaint}");
    for row in [
        "| 1: ", "| 2: ", "| 4: ", "| 5: ", "| 6: ", "| 11: ", "| 12: ", "| 13: ",
    ] {
        assert!(told.contains(row), "{row} is missing in\n{told}");
    }
}
