//! The tables of this folder, read: columns apart by blanks, `#` begins a comment.

use std::collections::BTreeMap;

/// What is expected of each caller, by RPC.
pub struct Matrix {
    pub callers: Vec<&'static str>,
    rows: BTreeMap<&'static str, Vec<&'static str>>,
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Matrix {
    pub fn read() -> Self {
        let mut lines = lines(include_str!("matrix.txt"));
        let callers: Vec<&str> = lines.next().unwrap().split_whitespace().skip(1).collect();
        let mut rows = BTreeMap::new();
        for line in lines {
            let mut cells = line.split_whitespace();
            let rpc = cells.next().unwrap();
            let cells: Vec<&str> = cells.collect();
            assert_eq!(cells.len(), callers.len(), "cells of {rpc}");
            assert!(rows.insert(rpc, cells).is_none(), "{rpc} is there twice");
        }
        Self { callers, rows }
    }

    pub fn rpcs(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.rows.keys().copied()
    }

    /// What this caller is to get of this call.
    pub fn expects(&self, rpc: &str, caller: &str) -> &'static str {
        let at = self.callers.iter().position(|it| *it == caller).unwrap();
        self.rows[rpc][at]
    }
}

/// One line of `owned.txt`.
pub struct Owned {
    pub rpc: &'static str,
    pub expected: &'static str,
    /// The request as JSON; `$booking` stands for the owner's booking.
    pub request: &'static str,
}

pub fn owned() -> Vec<Owned> {
    let row = |line: &'static str| {
        let (rpc, rest) = line.split_once(char::is_whitespace).unwrap();
        let (expected, request) = rest.trim().split_once(char::is_whitespace).unwrap();
        Owned {
            rpc,
            expected,
            request: request.trim(),
        }
    };
    lines(include_str!("owned.txt")).map(row).collect()
}
