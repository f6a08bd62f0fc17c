//! Adds up the closing lines of the test binaries that one run of cargo starts.

use std::fmt;
use std::ops::AddAssign;

#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Tally {
    /// Reads a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; …`.
    pub fn from_line(line: &str) -> Option<Self> {
        let (_, counts) = line
            .trim()
            .strip_prefix("test result: ")?
            .split_once(". ")?;
        let mut tally = Self::default();
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else {
                continue;
            };
            match what {
                "passed" => tally.passed = number.parse().ok()?,
                "failed" => tally.failed = number.parse().ok()?,
                "ignored" => tally.skipped = number.parse().ok()?,
                _ => {}
            }
        }
        Some(tally)
    }

    /// Tests that really ran.
    pub fn ran(self) -> u64 {
        self.passed + self.failed
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// The name in a line such as `test rooms::a_closed_room_is_not_offered ... FAILED`.
pub fn failed(line: &str) -> Option<&str> {
    line.trim()
        .strip_prefix("test ")?
        .strip_suffix(" ... FAILED")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_add_up() {
        let output = "\
running 4 tests
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.02s
test says_test_result ... ok
test result: FAILED. 40 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.90s
";
        let mut total = Tally::default();
        for line in output.lines() {
            if let Some(tally) = Tally::from_line(line) {
                total += tally;
            }
        }
        assert_eq!(total.to_string(), "43 passed, 2 failed, 1 skipped");
        assert_eq!(total.ran(), 45);
    }

    #[test]
    fn who_failed_is_read_off_the_line() {
        assert_eq!(
            failed("test rooms::is_closed ... FAILED\n"),
            Some("rooms::is_closed")
        );
        assert_eq!(failed("test rooms::is_closed ... ok\n"), None);
        assert_eq!(failed("test result: FAILED. 0 passed; 1 failed\n"), None);
    }
}
