//! What was asked of the bench: which rows, how often, how long.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

#[derive(Debug, Clone)]
pub struct Options {
    /// The numbers of the rows, as in the table of goals, and names of those that have none; all where
    /// none was asked for.
    pub rows: Vec<String>,
    /// Turns of each side that are counted.
    pub repeats: usize,
    /// How long one turn lasts.
    pub turn: Duration,
    /// Rows of the table that bookings are measured in at its largest.
    pub many: u64,
    /// Whether anything is measured, or only tried.
    pub is_smoke: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            repeats: 5,
            turn: Duration::from_secs(3),
            many: 1_000_000,
            is_smoke: false,
        }
    }
}

impl Options {
    /// As little of everything as shows that it works.
    pub fn smoke() -> Self {
        Self {
            repeats: 1,
            turn: Duration::from_secs(1),
            many: 2_000,
            is_smoke: true,
            ..Self::default()
        }
    }

    pub fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{name} of what?"));
            match name.as_str() {
                "--smoke" => {
                    options = Self {
                        rows: options.rows,
                        ..Self::smoke()
                    }
                }
                "--rows" => options.rows = value()?.split(',').map(str::to_owned).collect(),
                "--repeats" => options.repeats = value()?.parse().context("--repeats")?,
                "--seconds" => {
                    options.turn = Duration::from_secs(value()?.parse().context("--seconds")?);
                }
                "--many" => options.many = value()?.parse().context("--many")?,
                other => bail!("the bench has no option {other:?}"),
            }
        }
        ensure!(options.repeats > 0, "a median needs a turn at least");
        ensure!(!options.turn.is_zero(), "a turn lasts a second at least");
        Ok(options)
    }

    /// Whether one of these rows was asked for.
    pub fn wants(&self, names: &[&str]) -> bool {
        self.rows.is_empty()
            || names
                .iter()
                .any(|name| self.rows.iter().any(|it| it == name))
    }

    /// The whole table, in earnest: what is written down.
    pub fn is_whole(&self) -> bool {
        self.rows.is_empty() && !self.is_smoke
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options> {
        Options::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn rows_are_chosen_by_number_and_all_are_wanted_where_none_is() {
        let some = read("--rows 1,11 --repeats 3").expect("options");
        assert!(some.wants(&["1", "2"]) && some.wants(&["11"]) && !some.wants(&["2"]));
        assert_eq!((some.repeats, some.is_whole()), (3, false));
        let all = read("").expect("options");
        assert!(all.wants(&["7"]) && all.is_whole());
        assert!(!read("--smoke").expect("options").is_whole());
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for line in [
            "--row 1",
            "twice",
            "--repeats 0",
            "--repeats",
            "--seconds 0",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
