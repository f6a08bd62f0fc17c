//! The lines of an export, some at a time: what is in memory is bounded, however long the log is.

use std::io::{self, BufRead};

/// A row with a document of a quarter of a MiB, its signature, and base64 around both.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;
/// Of those that are looked at together.
const MOST_LINES: usize = 4096;
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Lines that are not empty.
pub struct Lines<R> {
    from: R,
}

impl<R: BufRead> Lines<R> {
    pub fn new(from: R) -> Self {
        Self { from }
    }

    /// The next ones; none at the end. A line that is too long is cut off, and so no row.
    pub fn next(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while lines.len() < MOST_LINES && bytes < MOST_BYTES {
            let mut line = Vec::new();
            let mut limited = io::Read::take(&mut self.from, LONGEST_LINE);
            if limited.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            if !line.trim_ascii().is_empty() {
                bytes += line.len();
                lines.push(line);
            }
        }
        Ok(lines)
    }
}
